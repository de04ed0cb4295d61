package edition

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// district is a small world: one district with a street and a community, and the people of its desks.
type district struct {
	db    *pg.DB
	owner string
	clock *clock.Manual
	book  *Book
	staff identity.Actor // plans
	head  identity.Actor // publishes
	hood  identity.Actor // community staff
	other identity.Actor // staff of another district
}

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai)

func newDistrict(t *testing.T) *district {
	t.Helper()
	db, owner := pgtest.Lend(t)
	c := clock.NewManual(noon)
	d := &district{db: db, owner: owner, clock: c, book: New(db, c)}
	run(t, db, `insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '锦州路区', 'Jinzhou', 'jz', '2020-01-01'),
  ('jz.wuhan', 'subdistrict', '武汉路街道', 'Wuhan', 'wh', '2020-01-01'), ('jz.wuhan.dianchang', 'community', '电厂社区', 'Dianchang', 'dc', '2020-01-01'),
  ('qy', 'district', '青云区', 'Qingyun', 'qy', '2020-01-01')`, nil)
	d.staff = d.grant(t, identity.DistrictStaff, "jz")
	d.head = d.grant(t, identity.DistrictHead, "jz")
	d.hood = d.grant(t, identity.CommunityStaff, "jz.wuhan.dianchang")
	d.other = d.grant(t, identity.DistrictStaff, "qy")
	return d
}

func (d *district) grant(t *testing.T, role identity.Role, place string) identity.Actor {
	t.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	person := `insert into person (id, name, created_at) values (@id, @name, @at)`
	run(t, d.db, person, pg.Args{"id": id, "name": string(role), "at": noon})
	run(t, d.db, `insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), @id, @role, @place::text::ltree, @at)`,
		pg.Args{"id": id, "role": string(role), "place": place, "at": noon})
	return identity.Actor{ID: id, Name: string(role), Strong: true, Grants: []identity.Grant{{Role: role, Place: place}}}
}

func run(t *testing.T, db *pg.DB, sql string, args pg.Args) {
	t.Helper()
	if err := db.Change(context.Background(), func(tx pg.Tx) error { _, err := pg.Do(context.Background(), tx, sql, args); return err }); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *pg.DB, sql string, args pg.Args) int64 {
	t.Helper()
	n, err := pg.Value[int64](context.Background(), db, sql, args)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// draft makes an edition ready to be published.
func (d *district) draft(t *testing.T) Edition {
	t.Helper()
	ctx := context.Background()
	e, err := d.book.Create(ctx, d.staff, NewEdition{ID: newID(), Title: "第四届社区公益微创投大赛", Theme: "邻里同心"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.book.Edit(ctx, d.staff, e.ID, goodPlan(e.Version)); err != nil {
		t.Fatal(err)
	}
	return d.get(t, e.ID)
}

func goodPlan(version int) Plan {
	return Plan{Version: version, Title: "第四届社区公益微创投大赛", Theme: "邻里同心", CallText: "欢迎申报。", Contact: "0379-1234567",
		OpensAt: noon, ClosesAt: noon.AddDate(0, 0, 24), RunsFrom: clock.Day(noon).AddDate(0, 0, 60), RunsTo: clock.Day(noon).AddDate(0, 8, 0),
		Funds: []Fund{{Name: "区财政专项", Kind: "budget", Amount: 100_000_00}, {}, {Name: "福彩公益金", Kind: "lottery", Amount: 50_000_00, Categories: []string{"mutual_aid"}}}}
}

func (d *district) get(t *testing.T, id string) Edition {
	t.Helper()
	e, err := Get(context.Background(), d.db, id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// open makes a published edition.
func (d *district) open(t *testing.T) Edition {
	t.Helper()
	e := d.draft(t)
	if err := d.book.Publish(context.Background(), d.head, e.ID, Pressed{Version: e.Version}); err != nil {
		t.Fatal(err)
	}
	return d.get(t, e.ID)
}
