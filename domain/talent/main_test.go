package talent

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/vault"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, clock.Shanghai) // a Monday

const (
	hood  = "jz.wuhan.dianchang"
	hood2 = "jz.wuhan.changle"
	far   = "jz.east.hy"
)

type silent struct{}

func (silent) Send(context.Context, string, string) error { return nil }

// world is a district with three communities, their staff, and neighbours.
type world struct {
	*testing.T
	ctx   context.Context
	db    *pg.DB
	url   string // the owner's
	clock *clock.Manual
	acc   *accounts.Accounts
	book  *Book

	staff, colleague, next, street, district, overseer, wang, li identity.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, url := pgtest.Lend(t)
	v, err := vault.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, ctx: t.Context(), db: db, url: url, clock: clock.NewManual(noon)}
	w.acc = accounts.New(db, w.clock, v, silent{}, nil)
	w.book = New(db, store, w.clock, v, w.acc)
	w.must(db.Change(w.ctx, func(tx pg.Tx) error {
		_, err := pg.Do(w.ctx, tx, `insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '京州区', 'Jingzhou', 'jz', '2020-01-01'),
  ('jz.wuhan', 'subdistrict', '武汉路街道', 'Wuhan Road', 'wh', '2020-01-01'), ('jz.east', 'subdistrict', '东街', 'East', 'ea', '2020-01-01'), ('jz.wuhan.dianchang', 'community', '电厂社区', 'Dianchang', 'dc', '2020-01-01'),
  ('jz.wuhan.changle', 'community', '长乐社区', 'Changle', 'cl', '2020-01-01'), ('jz.east.hy', 'community', '花园社区', 'Huayuan', 'hy', '2020-01-01')`, nil)
		return err
	}))
	w.staff, w.colleague = w.person("王同事", "13900000001", hood, identity.CommunityStaff, hood), w.person("赵同事", "13900000002", "", identity.CommunityHead, hood)
	w.next, w.street = w.person("邻社区", "13900000003", "", identity.CommunityStaff, hood2), w.person("街道", "13900000004", "", identity.SubdistrictStaff, "jz.wuhan")
	w.district, w.overseer = w.person("区里", "13900000005", "", identity.DistrictStaff, "jz"), w.person("监督", "13900000006", "", identity.Supervisor, "jz")
	w.wang, w.li = w.person("王秀英", "13800000001", hood, "", ""), w.person("李建国", "13800000002", hood, "", "")
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) person(name, phone, home string, role identity.Role, at string) identity.Actor {
	w.Helper()
	var grants []identity.Grant
	if role != "" {
		grants = []identity.Grant{{Role: role, Place: at}}
	}
	a, err := w.acc.Enlist(w.ctx, name, phone, home, grants...)
	w.must(err)
	return a
}

func (w *world) get(id string) Talent {
	w.Helper()
	t, err := pg.One[Talent](w.ctx, w.db, oneSQL, pg.Args{"id": id})
	w.must(err)
	return t
}

func (w *world) count(sql string, args pg.Args) int {
	w.Helper()
	n, err := pg.Value[int](w.ctx, w.db, sql, args)
	w.must(err)
	return n
}

func (w *world) tend() {
	w.Helper()
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { return w.book.Tend(w.ctx, tx, w.clock.Now()) }))
}

var gifts = About{Skills: []string{"repair", "teaching"}, SkillNote: "修老收音机", Times: []string{"weekend"}, Wants: []string{"teach"}, Story: "在无线电厂干了三十年"}

// verified walks an entry of one's own to where only the consent is missing.
func (w *world) verified(who identity.Actor) string {
	w.Helper()
	id := newID()
	w.must(w.book.OfferSelf(w.ctx, who, NewSelf{ID: id, About: gifts}))
	w.must(w.book.Contact(w.ctx, w.staff, id, NewContact{ID: newID(), Version: 1, OnDay: w.clock.Now(), How: "visit", Said: "上门坐了坐"}))
	w.must(w.book.Verify(w.ctx, w.staff, id, Check{ID: newID(), Version: 2, Found: "看过他修的收音机"}))
	return id
}

func (w *world) listed(who identity.Actor, shown ...string) string {
	w.Helper()
	id := w.verified(who)
	w.must(w.book.Agree(w.ctx, who, id, Consent{Version: 3, NameShown: "surname", Shown: shown, Agree: true}))
	return id
}

func (w *world) publicly(f Filter) []Card {
	w.Helper()
	cards, err := w.book.Public(w.ctx, f, nil)
	w.must(err)
	return cards
}
