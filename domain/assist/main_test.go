package assist_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/accounts"
	"seedbed/domain/assist"
	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/domain/vault"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
	"seedbed/storage/photo/sketch"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai) // a Wednesday

const hood, hood2 = "jz.w.a", "jz.w.b"

type phone struct {
	mu    sync.Mutex
	texts []string
}

func (p *phone) Send(_ context.Context, _, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.texts = append(p.texts, text)
	return nil
}

// town is two communities, an open call, and the people who help and are helped.
type town struct {
	*testing.T
	ctx       context.Context
	db        *pg.DB
	clock     *clock.Manual
	phone     *phone
	accounts  *accounts.Accounts
	book      *assist.Book
	proposals *proposal.Book
	editions  *edition.Book
	call      edition.Edition

	staff, head, street, chief, director identity.Actor
	elder                                identity.Actor
	token                                string // of staff's session
}

func newTown(t *testing.T) *town {
	t.Helper()
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	w := &town{T: t, ctx: context.Background(), db: pgtest.New(t), clock: clock.NewManual(noon), phone: &phone{}}
	w.accounts = accounts.New(w.db, w.clock, v, w.phone, proposal.ClaimInvitations)
	w.book = assist.New(w.db, store, w.clock, w.accounts, "https://miaopu.example")
	w.proposals, w.editions = proposal.New(w.db, w.clock, w.accounts), edition.New(w.db, w.clock)
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
		for _, p := range []place.Place{{Path: "jz", Level: "district", Name: "京州区", NameEn: "Jingzhou"}, {Path: "jz.w", Level: "subdistrict", Name: "武汉路街道", NameEn: "W"},
			{Path: hood, Level: "community", Name: "甲社区", NameEn: "A"}, {Path: hood2, Level: "community", Name: "乙社区", NameEn: "B"}} {
			p.ValidFrom = noon.AddDate(-1, 0, 0)
			if err := place.Found(w.ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	}))
	w.staff = w.enlist("帮办小王", "13900000001", "", identity.CommunityStaff, hood)
	w.head = w.enlist("书记", "13900000002", "", identity.CommunityHead, hood)
	w.street = w.enlist("街道小李", "13900000003", "", identity.SubdistrictStaff, "jz.w")
	w.chief = w.enlist("街道主任", "13900000004", "", identity.SubdistrictHead, "jz.w")
	w.director = w.enlist("区负责人", "13900000005", "", identity.DistrictHead, "jz")
	w.elder = w.enlist("王奶奶", "13800000001", hood, "", "")
	w.token, err = w.accounts.EnterSample(w.ctx, w.staff.ID)
	w.must(err)
	w.call = w.publish()
	return w
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused wants a kind of fault.
func (w *town) refused(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Errorf("got %v, want kind %v", err, kind)
	}
}

func (w *town) enlist(name, phone, home string, role identity.Role, at string) identity.Actor {
	w.Helper()
	var grants []identity.Grant
	if role != "" {
		grants = append(grants, identity.Grant{Role: role, Place: at})
	}
	a, err := w.accounts.Enlist(w.ctx, name, phone, home, grants...)
	w.must(err)
	return a
}

func (w *town) publish() edition.Edition {
	w.Helper()
	staff := w.enlist("区小张", "13900000006", "", identity.DistrictStaff, "jz")
	e, err := w.editions.Create(w.ctx, staff, edition.NewEdition{ID: newID(), Place: "jz", Title: "第一届"})
	w.must(err)
	w.must(w.editions.Edit(w.ctx, staff, e.ID, edition.Plan{Version: 1, Title: e.Title, CallText: "欢迎申报", Contact: "0379-1234567", OpensAt: noon, ClosesAt: noon.AddDate(0, 0, 10),
		RunsFrom: clock.Day(noon).AddDate(0, 0, 60), RunsTo: clock.Day(noon).AddDate(0, 8, 0), Funds: []edition.Fund{{Name: "财政", Kind: "budget", Amount: 100_000_00}}}))
	w.must(w.editions.Publish(w.ctx, w.director, e.ID, edition.Pressed{Version: 2}))
	e, err = edition.Get(w.ctx, w.db, e.ID)
	w.must(err)
	return e
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (w *town) count(sql string, args pg.Args) int {
	w.Helper()
	n, err := pg.Value[int](w.ctx, w.db, sql, args)
	w.must(err)
	return n
}

func (w *town) run(sql string, args pg.Args) error {
	return w.db.Change(w.ctx, func(tx pg.Tx) error { _, err := pg.Do(w.ctx, tx, sql, args); return err })
}

// begins starts to help the elder and gives the actor the staff's session is from then on.
func (w *town) begins() (assist.Assistance, identity.Actor) {
	w.Helper()
	a, err := w.book.Start(w.ctx, w.staff, w.token, assist.Start{ID: newID(), Phone: "138 0000 0001", Name: "王奶奶", Why: "no_phone", Method: "face"})
	w.must(err)
	return a, w.acting()
}

func (w *town) acting() identity.Actor {
	w.Helper()
	v, err := w.accounts.Visit(w.ctx, w.token)
	w.must(err)
	return v.Actor
}

// later moves the clock; the helper signs in again.
func (w *town) later(at time.Time) {
	w.Helper()
	w.clock.Set(at)
	var err error
	w.token, err = w.accounts.EnterSample(w.ctx, w.staff.ID)
	w.must(err)
}

func paper() io.ReadSeeker { return bytes.NewReader(sketch.Draw(1, sketch.Receipt, "字")) }

func (w *town) signs(a assist.Assistance) {
	w.Helper()
	w.must(w.book.Sign(w.ctx, w.staff, a.ID, assist.Paper{SignedBy: "signature", ReadBack: true, Name: "纸.jpg"}, paper()))
}

// writes fills in a whole proposal as somebody, up to the point of handing in; two neighbours join by themselves.
func (w *town) writes(by identity.Actor) (string, int) {
	w.Helper()
	id, err := w.proposals.Start(w.ctx, by, w.call.ID, proposal.Beginning{ID: newID()})
	w.must(err)
	return id, w.fills(by, id)
}

func (w *town) fills(by identity.Actor, id string) int {
	w.Helper()
	saves, err := w.proposals.Save(w.ctx, by, id, proposal.Draft{Saves: 1, Title: "楼道口的旧衣改造坊", Pitch: "把旧衣改成布袋", Track: "resident_team", Category: "mutual_aid", Colour: "orange", TeamName: "巧手队",
		Venue: "活动室", StartsOn: noon.AddDate(0, 0, 61), EndsOn: noon.AddDate(0, 5, 0), Problem: "楼道里堆着旧衣服", Affected: []string{"elders"}, HowFound: "own_life", Goal: "改出三百个布袋",
		Method: "每周六一起缝", Activities: []proposal.Activity{{Name: "缝纫课", Times: 8, Month: "每周六", Place: "活动室", People: 20}}, ActTarget: 8, ServedTarget: 160, PeopleTarget: 60,
		VolunteerTarget: 6, SatisfactionTarget: 90, Lines: []proposal.Line{{Category: "M", Item: "布料", UnitPrice: 40_00, Qty: 40}},
		Declared: []string{"own_idea", "one_fund", "audit", "adult", "no_conflict", "privacy"}})
	w.must(err)
	for i := range 2 {
		number := "1370000" + string(rune('0'+i)) + id[len(id)-3:]
		number = strings.Map(func(r rune) rune {
			if r >= 'a' {
				return '7'
			}
			return r
		}, number)
		friend := w.enlist("邻居", number, hood, "", "")
		n := proposal.NewMember{ID: newID(), Name: "邻居", Phone: number, Role: "member"}
		w.must(w.proposals.Invite(w.ctx, by, id, n))
		w.must(w.proposals.Accept(w.ctx, friend, n.ID, proposal.Answer{Version: 1, Agree: true, Age: "adult"}))
	}
	return saves
}

// whole wants the trail unbroken.
func (w *town) whole() {
	w.Helper()
	if _, broken, err := audit.Verify(w.ctx, w.db); err != nil || len(broken) > 0 {
		w.Errorf("trail: %v %v", broken, err)
	}
}
