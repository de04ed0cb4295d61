package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/award"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
	"seedbed/storage/photo"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// world is a district with one project, and everybody around it.
type world struct {
	*testing.T
	ctx      context.Context
	db       *pg.DB
	owner    *pg.DB // the tables' owner, for what no verb may do
	store    *objects.Disk
	clock    *clock.Manual
	book     *Book
	files    *evidence.Book
	project  Project
	people   map[string]identity.Actor
	pictures int
}

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai)

func newWorld(t *testing.T) *world {
	t.Helper()
	db, url := pgtest.Lend(t)
	ctx := context.Background()
	owner, err := pg.Open(ctx, url, pg.Options{Owner: true, MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(began)
	w := &world{T: t, ctx: ctx, db: db, owner: owner, store: store, clock: c, book: New(db, store, c), people: map[string]identity.Actor{}}
	w.files = evidence.NewBook(db, store, c, photo.NewDarkroom(1), map[string]evidence.Owner{"activity": {Read: identity.ReadProjects, Page: "/activities/", Ties: ActivityTies}})
	w.places()
	for _, p := range []struct {
		name, place string
		role        identity.Role
	}{{"lead", "", ""}, {"member", "", ""}, {"treasurer", "", ""}, {"resident", "", ""}, {"rival", "", ""},
		{"staff", "jz.wuhan.dc", identity.CommunityStaff}, {"staff2", "jz.wuhan.dc", identity.CommunityStaff}, {"helper", "jz.wuhan.dc", identity.CommunityStaff},
		{"chief", "jz.wuhan.dc", identity.CommunityHead}, {"next door", "jz.wuhan.cl", identity.CommunityStaff}, {"far", "jz.east.hy", identity.CommunityStaff},
		{"street", "jz.wuhan", identity.SubdistrictStaff}, {"street2", "jz.wuhan", identity.SubdistrictStaff}, {"far street", "jz.east", identity.SubdistrictStaff},
		{"district", "jz", identity.DistrictStaff}, {"head", "jz", identity.DistrictHead}, {"finance", "jz", identity.Finance}, {"supervisor", "jz", identity.Supervisor}} {
		w.person(p.name, p.place, p.role)
	}
	w.agreement(3_000_00)
	if err := db.Change(ctx, func(tx pg.Tx) error {
		return Open(ctx, tx, award.Signed{AgreementID: w.id("agreement"), AwardID: w.id("award")})
	}); err != nil {
		t.Fatal(err)
	}
	id, err := pg.Value[string](ctx, db, `select id::text from project`, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.project, _ = Get(ctx, db, id)
	w.pass(InProgress)
	return w
}

// id is a fixed id for a name.
func (w *world) id(name string) string {
	return uuid.NewSHA1(uuid.Nil, []byte(w.Name()+name)).String()
}

// owned runs a statement as the tables' owner with the triggers asleep.
func (w *world) owned(sql string, args pg.Args) {
	w.Helper()
	err := w.owner.Change(w.ctx, func(tx pg.Tx) error {
		if _, err := pg.Do(w.ctx, tx, `set local session_replication_role = replica`, nil); err != nil {
			return err
		}
		_, err := pg.Do(w.ctx, tx, sql, args)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) places() {
	for _, p := range []string{"jz", "jz.wuhan", "jz.wuhan.dc", "jz.wuhan.cl", "jz.east", "jz.east.hy"} {
		level := []string{"district", "subdistrict", "community"}[strings.Count(p, ".")]
		w.owned(`insert into place (path, level, name, name_en, code, valid_from) values (@p::text::ltree, @level, @p, @p, @p, '2020-01-01')`, pg.Args{"p": p, "level": level})
	}
}

func (w *world) person(name, place string, role identity.Role) identity.Actor {
	a := identity.Actor{ID: w.id(name), Name: name, Strong: true}
	w.owned(`insert into person (id, name, created_at) values (@id::uuid, @name, @at)`, pg.Args{"id": a.ID, "name": name, "at": began})
	if role != "" {
		a.Grants = []identity.Grant{{Role: role, Place: place}}
		w.owned(`insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), @id::uuid, @role, @place::text::ltree, @at)`,
			pg.Args{"id": a.ID, "role": string(role), "place": place, "at": began})
	}
	w.people[name] = a
	return a
}

// agreement is a proposal of lead, member and treasurer with an agreement that has come into force.
func (w *world) agreement(total int64) {
	rules, err := json.Marshal(edition.DefaultRules())
	if err != nil {
		w.Fatal(err)
	}
	a := pg.Args{"edition": w.id("edition"), "team": w.id("team"), "proposal": w.id("proposal"), "award": w.id("award"), "agreement": w.id("agreement"), "lead": w.id("lead"),
		"chief": w.id("chief"), "helper": w.id("helper"), "at": began}
	only := func(names ...string) pg.Args {
		some := pg.Args{}
		for _, n := range names {
			some[n] = a[n]
		}
		return some
	}
	with := func(some pg.Args, name string, value any) pg.Args { some[name] = value; return some }
	w.owned(`insert into edition (id, place, no, title, state, rules, created_by, created_at) values (@edition::uuid, 'jz', 1, '第一届', 'running', @rules, @chief::uuid, @at)`,
		with(only("edition", "chief", "at"), "rules", string(rules)))
	w.owned(`insert into team (id, name, place, lead_id, state, created_at) values (@team::uuid, '花友会', 'jz.wuhan.dc', @lead::uuid, 'active', @at)`, only("team", "lead", "at"))
	for _, m := range [][2]string{{"lead", "lead"}, {"member", "member"}, {"treasurer", "treasurer"}} {
		w.owned(`insert into team_member (id, team_id, person_id, name, role, state, at) values (gen_random_uuid(), @team::uuid, @p::uuid, @name, @role, 'accepted', @at)`,
			with(with(with(only("team", "at"), "p", w.id(m[0])), "name", m[0]), "role", m[1]))
	}
	w.owned(`insert into proposal (id, number, edition_id, team_id, place, category, colour, title, state, lead_id, act_target, opinion_by, acting_helper, acting_paper, created_at, saved_at)
    values (@proposal::uuid, 'JX-01-A0001', @edition::uuid, @team::uuid, 'jz.wuhan.dc', 'environment', 'green', '楼道变花园', 'contracted', @lead::uuid, 4, @chief::uuid, @helper::uuid, @award::uuid, @at, @at)`,
		only("proposal", "edition", "team", "lead", "chief", "helper", "award", "at"))
	w.owned(`insert into proposal_line (proposal_id, seq, category, item, unit_price, qty) values (@proposal::uuid, 1, 'M', '花苗', 1000, 200), (@proposal::uuid, 2, 'P', '海报', 5000, 20)`, only("proposal"))
	w.owned(`insert into award (id, edition_id, proposal_id, place, result, amount, rank, score, state) values (@award::uuid, @edition::uuid, @proposal::uuid, 'jz.wuhan.dc', 'selected', @total, 1, 9000, 'confirmed')`,
		with(only("award", "edition", "proposal"), "total", total))
	w.owned(`insert into agreement (id, number, award_id, proposal_id, edition_id, place, host, total, starts_on, ends_on, annex, digest, state, effective_at)
    values (@agreement::uuid, 'XY1', @award::uuid, @proposal::uuid, @edition::uuid, 'jz.wuhan.dc', 'jz.wuhan.dc', @total, '2026-03-01', '2026-08-31', '', '', 'effective', @at)`,
		with(only("agreement", "award", "proposal", "edition", "at"), "total", total))
}

// pass moves the project as money or the calendar would.
func (w *world) pass(to string) {
	w.Helper()
	house, err := identity.House().Must(identity.KeepCalendar, w.project.Place)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.db.Change(w.ctx, func(tx pg.Tx) error { return Move(w.ctx, tx, house, w.project.ID, to, "", w.clock.Now()) }); err != nil {
		w.Fatal(err)
	}
	w.project = w.again()
}

func (w *world) again() Project {
	w.Helper()
	p, err := Get(w.ctx, w.db, w.project.ID)
	if err != nil {
		w.Fatal(err)
	}
	return p
}

func (w *world) activity(id string) Activity {
	w.Helper()
	a, err := pg.One[Activity](w.ctx, w.db, activitySQL, pg.Args{"id": id})
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// must fails the test on an error.
func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused fails the test unless err is of the kind.
func (w *world) refused(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Fatalf("want fault kind %d, have %v", kind, err)
	}
}

// picture is a small JPEG unlike any other.
func (w *world) picture() []byte {
	w.pictures++
	m := image.NewRGBA(image.Rect(0, 0, 320, 240))
	seed := uint32(w.pictures) * 2654435761
	for y := range 240 {
		for x := range 320 {
			cell := uint32(x/20*31+y/20*17) ^ seed
			cell = cell*1664525 + 1013904223
			m.Set(x, y, color.RGBA{uint8(cell >> 24), uint8(cell >> 16), uint8(cell >> 8), 255})
		}
	}
	var out bytes.Buffer
	w.must(jpeg.Encode(&out, m, &jpeg.Options{Quality: 85}))
	return out.Bytes()
}

func (w *world) attach(by, activity, kind string, content []byte) Attached {
	w.Helper()
	got, err := w.book.Attach(w.ctx, w.people[by], activity, NewPhoto{Kind: kind, Name: "照片.jpg"}, bytes.NewReader(content))
	w.must(err)
	return got
}

const content = "我们一起在三号楼前种下了两百株月季和菊花，老人孩子都来了，大家说好轮流浇水。"

// held plans an activity at a time, lets it happen, and logs it with its photos: ready to be handed in.
func (w *world) held(at time.Time, served int) Activity {
	w.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	_, err := w.book.Plan(w.ctx, w.people["lead"], w.project.ID, NewPlan{ID: id, Theme: "种花", StartsAt: at, EndsAt: at.Add(2 * time.Hour), PlaceText: "3 号楼前"})
	w.must(err)
	if w.clock.Now().Before(at.Add(2 * time.Hour)) {
		w.clock.Set(at.Add(3 * time.Hour))
	}
	w.must(w.book.Log(w.ctx, w.people["member"], id, w.log(w.activity(id), served)))
	for _, kind := range []string{"panorama", "process", "sheet"} {
		w.attach("member", id, kind, w.picture())
	}
	return w.activity(id)
}

func (w *world) log(a Activity, served int) NewLog {
	n := LogOf(a)
	n.Content, n.ServedTimes, n.Elders, n.Minors, n.Volunteers, n.VolunteerHours, n.SignIn = content, served, served/2, served/4, 3, "4.5", "paper"
	return n
}

// verified is held, handed in and verified.
func (w *world) verified(at time.Time, served int) Activity {
	w.Helper()
	a := w.held(at, served)
	w.must(w.book.Submit(w.ctx, w.people["lead"], a.ID, Step{Version: a.Version}))
	w.must(w.book.Verify(w.ctx, w.people["staff"], a.ID, Step{Version: a.Version + 1}))
	return w.activity(a.ID)
}

// examine carries the facts about kept files to their listener.
func (w *world) examine() {
	w.Helper()
	ids, err := pg.Values[string](w.ctx, w.db, `select id::text from attachment where state = 'stored' order by id`, nil)
	w.must(err)
	for _, id := range ids {
		effect, err := w.files.Examine(w.ctx, evidence.Kept{AttachmentID: id})
		w.must(err)
		w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { return effect(w.ctx, tx) }))
	}
}
