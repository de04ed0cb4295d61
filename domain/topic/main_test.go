package topic

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
	"seedbed/storage/photo/sketch"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, clock.Shanghai)

const (
	hood  = "jz.wuhan.dianchang"
	hood2 = "jz.wuhan.changle"
)

// world is a district with two communities, their staff, and neighbours.
type world struct {
	*testing.T
	ctx   context.Context
	db    *pg.DB
	clock *clock.Manual
	book  *Book

	staff, next, street, overseer, zhang, li, far identity.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := pgtest.New(t)
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, ctx: t.Context(), db: db, clock: clock.NewManual(noon)}
	w.book = New(db, store, w.clock)
	w.run(`insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '京州区', 'Jingzhou', 'jz', '2020-01-01'), ('jz.wuhan', 'subdistrict', '武汉路街道', 'Wuhan Road', 'wh', '2020-01-01'),
  ('jz.wuhan.dianchang', 'community', '电厂社区', 'Dianchang', '101', '2020-01-01'), ('jz.wuhan.changle', 'community', '长乐社区', 'Changle', '102', '2020-01-01')`, nil)
	w.staff, w.next = w.person("王同事", "", identity.CommunityStaff, hood), w.person("邻社区", "", identity.CommunityStaff, hood2)
	w.street, w.overseer = w.person("街道", "", identity.SubdistrictStaff, "jz.wuhan"), w.person("监督", "", identity.Supervisor, "jz")
	w.zhang, w.li, w.far = w.person("张秀英", hood, "", ""), w.person("李建国", hood, "", ""), w.person("钱大", hood2, "", "")
	return w
}

func (w *world) run(sql string, args pg.Args) {
	w.Helper()
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { _, err := pg.Do(w.ctx, tx, sql, args); return err }))
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) person(name, home string, role identity.Role, at string) identity.Actor {
	w.Helper()
	a := identity.Actor{ID: newID(), Name: name, Home: home, Strong: true}
	w.run(`insert into person (id, name, home, home_state, created_at) values (@id, @name, nullif(@home, '')::text::ltree, case when @home = '' then 'none' else 'confirmed' end, @at)`, pg.Args{"id": a.ID, "name": name, "home": home, "at": noon})
	if role != "" {
		a.Grants = []identity.Grant{{Role: role, Place: at}}
		w.run(`insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), @id, @role, @place::text::ltree, @at)`, pg.Args{"id": a.ID, "role": string(role), "place": at, "at": noon})
	}
	return a
}

func (w *world) get(id string) Topic {
	w.Helper()
	t, err := Get(w.ctx, w.db, id)
	w.must(err)
	return t
}

func (w *world) count(sql string, args pg.Args) int {
	w.Helper()
	n, err := pg.Value[int](w.ctx, w.db, sql, args)
	w.must(err)
	return n
}

func (w *world) told(who identity.Actor) int {
	w.Helper()
	return w.count(`select count(*) from notice where person_id = @p::uuid and code = 'N37'`, pg.Args{"p": who.ID})
}

var water = NewTopic{Kind: "facility", Title: "三号楼门口总积水", Body: "一下雨就积水，老人出不了门，去年摔过两位。", WhereText: "三号楼门口", Affected: "三号楼四十户"}

func (w *world) proposed(by identity.Actor) string {
	w.Helper()
	id, err := w.book.Propose(w.ctx, by, water)
	w.must(err)
	return id
}

func (w *world) screened(by identity.Actor) string {
	w.Helper()
	id := w.proposed(by)
	w.must(w.book.Screen(w.ctx, w.staff, id, Screening{Version: 1, Kind: water.Kind, Title: water.Title, Body: water.Body, WhereText: water.WhereText, Affected: water.Affected, Clean: true}))
	return id
}

func minutes() []Paper {
	return []Paper{{Name: "minutes.jpg", Body: bytes.NewReader(sketch.Draw(1, sketch.Sheet, ""))}}
}

// discussed walks a topic to the end of its meeting, with ten people there.
func (w *world) discussed() string {
	w.Helper()
	id := w.screened(w.zhang)
	w.must(w.book.Schedule(w.ctx, w.staff, id, Meeting{Version: 2, MeetsAt: w.clock.Now().Add(time.Hour), Where: "议事厅", Host: "社区书记", Invited: "物业"}))
	w.clock.Advance(2 * time.Hour)
	w.must(w.book.Record(w.ctx, w.staff, id, Record{Version: 3, People: 10, Host: "社区书记", Discussion: "张阿姨说积水，物业说能修"}, minutes()))
	return id
}

func (w *world) resolution() Decision {
	return Decision{Version: 4, Passed: "yes", Decision: "物业一周内挖沟排水", For: 7, Against: 2, Abstain: 1, Tasks: []NewTask{{What: "挖排水沟", Owner: "物业公司", Due: w.clock.Now().AddDate(0, 0, 7)}}}
}

func (w *world) resolved() string {
	w.Helper()
	id := w.discussed()
	w.must(w.book.Resolve(w.ctx, w.staff, id, w.resolution()))
	return id
}
