package award

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/ledger"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// world is a district whose judging is over: ranked projects, money in the pool, and the desks.
type world struct {
	t       *testing.T
	ctx     context.Context
	db      *pg.DB
	clock   *clock.Manual
	book    *Book
	jury    *judging.Book
	staff   identity.Actor
	head    identity.Actor
	chief   identity.Actor // another head of the district
	host    identity.Actor // head of the home community
	other   identity.Actor // head of another district
	edition string
	fund    string
	leads   []identity.Actor
	ids     []string // proposals, best first
}

// Thursday, so that five working days end on the next Thursday (DOMAIN §15.2).
var thursday = time.Date(2026, 6, 25, 16, 0, 0, 0, clock.Shanghai)

const home = "jz.wuhan.dianchang"

// newWorld has n ranked projects of 3,000 yuan each and a pool.
func newWorld(t *testing.T, n int, pool yuan.Fen) *world {
	t.Helper()
	return newWorldOf(t, n, 3, pool)
}

// newWorldOf is newWorld with so many judges.
func newWorldOf(t *testing.T, n, judges int, pool yuan.Fen) *world {
	t.Helper()
	return newWorldUnder(t, n, judges, pool, edition.DefaultRules(), nil)
}

// newWorldUnder is newWorldOf by other rules; while is what happens when the judging is under way.
func newWorldUnder(t *testing.T, n, judges int, pool yuan.Fen, rules edition.Rules, while func(w *world, round string)) *world {
	t.Helper()
	db := pgtest.New(t)
	c := clock.NewManual(thursday)
	disk, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: context.Background(), db: db, clock: c, book: New(db, c), jury: judging.New(db, c), edition: id(), fund: id()}
	w.jury.KeepPapers(judging.Papers{Store: disk})
	w.run(`insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '京州路区', 'Jingzhou', 'jz', '2020-01-01'),
  ('jz.wuhan', 'subdistrict', '武汉路街道', 'Wuhan Road', 'wh', '2020-01-01'), ('jz.wuhan.dianchang', 'community', '电厂新村社区', 'Power Station', 'dc', '2020-01-01'),
  ('jz.wuhan.changle', 'community', '长乐社区', 'Changle', 'cl', '2020-01-01'), ('qy', 'district', '青云区', 'Qingyun', 'qy', '2020-01-01')`, nil)
	w.staff, w.head = w.person("刘建国", identity.DistrictStaff, "jz"), w.person("陈主任", identity.DistrictHead, "jz")
	w.chief, w.other = w.person("赵主任", identity.DistrictHead, "jz"), w.person("外区主任", identity.DistrictHead, "qy")
	w.host = w.person("王书记", identity.CommunityHead, home)
	w.change(func(tx pg.Tx) error {
		if _, err := pg.Do(w.ctx, tx, `insert into edition (id, place, no, title, state, rules, closes_at, contact, created_by, created_at)
        values (@id, 'jz', 3, '第三届社区公益微创投大赛', 'closed', @rules, @at, '0379-6512345', @by, @at)`,
			pg.Args{"id": w.edition, "rules": rules, "at": thursday.AddDate(0, 0, -9), "by": w.staff.ID}); err != nil {
			return err
		}
		if _, err := pg.Do(w.ctx, tx, `insert into fund_source (id, edition_id, name, kind, amount) values (@id, @edition, '区财政专项', 'budget', @amount)`,
			pg.Args{"id": w.fund, "edition": w.edition, "amount": pool}); err != nil {
			return err
		}
		if _, err := ledger.Post(w.ctx, tx, w.house("jz"), ledger.Movement{Kind: "fund", Entity: "fund_source", Source: w.fund, Place: "jz", At: thursday,
			Entries: ledger.Move(pool, ledger.Pot{Kind: ledger.Fund, Edition: w.edition, Owner: w.fund}, ledger.Pot{Kind: ledger.Pool, Edition: w.edition, Owner: w.fund})}); err != nil {
			return err
		}
		return w.record(tx, "edition", w.edition, "jz")
	})
	for i := range n {
		lead := w.person(fmt.Sprintf("张桂兰%d", i), "", "")
		w.leads, w.ids = append(w.leads, lead), append(w.ids, w.proposal(i+1, lead))
	}
	if judges > 0 { // else the test judges by rounds of its own
		w.judge(judges, while)
	}
	return w
}

func id() string { return uuid.Must(uuid.NewV7()).String() }

func (w *world) house(place string) identity.Warrant {
	w.t.Helper()
	warrant, err := identity.House().Must(identity.KeepCalendar, place)
	if err != nil {
		w.t.Fatal(err)
	}
	return warrant
}

func (w *world) change(f func(tx pg.Tx) error) {
	w.t.Helper()
	if err := w.db.Change(w.ctx, f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) run(sql string, args pg.Args) {
	w.t.Helper()
	w.change(func(tx pg.Tx) error { _, err := pg.Do(w.ctx, tx, sql, args); return err })
}

// refused runs a statement that the database must refuse by a rule of the house.
func (w *world) refused(sql string, args pg.Args) {
	w.t.Helper()
	err := w.db.Change(w.ctx, func(tx pg.Tx) error { _, err := pg.Do(w.ctx, tx, sql, args); return err })
	if !fault.Is(err, fault.Conflict) {
		w.t.Errorf("%s: %v", sql, err)
	}
}

func (w *world) record(tx pg.Tx, entity, id, place string) error {
	return audit.Record(w.ctx, tx, w.house(place), audit.Event{Entity: entity, ID: id, Version: 1, Action: "test", Place: place, At: thursday})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) wants(err error, kind fault.Kind) {
	w.t.Helper()
	if !fault.Is(err, kind) {
		w.t.Errorf("got %v, want kind %d", err, kind)
	}
}

func (w *world) person(name string, role identity.Role, place string) identity.Actor {
	w.t.Helper()
	a := identity.Actor{ID: id(), Name: name, Strong: true}
	w.run(`insert into person (id, name, created_at) values (@id, @name, @at)`, pg.Args{"id": a.ID, "name": name, "at": thursday})
	if role != "" {
		a.Grants = []identity.Grant{{Role: role, Place: place}}
		w.run(`insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), @id, @role, @place::text::ltree, @at)`,
			pg.Args{"id": a.ID, "role": string(role), "place": place, "at": thursday})
	}
	return a
}

// proposal makes an eligible proposal of 3,000 yuan in three lines, with its sealed submission.
func (w *world) proposal(no int, lead identity.Actor) string {
	w.t.Helper()
	team, p := id(), id()
	lines := []proposal.Line{{Category: "M", Item: "布料、针线包", UnitPrice: 40_00, Qty: 45, Note: "每套 40 元"},
		{Category: "E", Item: "裁缝师傅指导", UnitPrice: 225_00, Qty: 4}, {Category: "P", Item: "海报", UnitPrice: 300_00, Qty: 1}}
	from, to := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)
	draft := proposal.Draft{Title: fmt.Sprint("旧衣改造坊", no), Track: "resident_team", Category: "mutual_aid", ActTarget: 10, ServedTarget: 270, PeopleTarget: 180, Lines: lines,
		StartsOn: from, EndsOn: to, TeamName: fmt.Sprint("巧手姐妹队", no)}
	number := fmt.Sprintf("JZ-03-A%04d", no)
	body, err := json.Marshal(proposal.Sealed{Number: number, Revision: 1, Edition: w.edition, Place: home, Received: thursday, Lead: lead.ID, Team: []string{lead.ID}, Draft: draft})
	w.must(err)
	w.change(func(tx pg.Tx) error {
		member := id()
		type statement struct {
			sql  string
			args pg.Args
		}
		all := []statement{
			{`insert into team (id, name, place, lead_id, state, created_at) values (@id, @name, @place::text::ltree, @lead, 'ready', @at)`,
				pg.Args{"id": team, "name": draft.TeamName, "place": home, "lead": lead.ID, "at": thursday}},
			{`insert into team_member (id, team_id, person_id, name, role, state, at) values (@id, @team, @lead, @name, 'lead', 'accepted', @at)`,
				pg.Args{"id": member, "team": team, "lead": lead.ID, "name": lead.Name, "at": thursday}},
			{`insert into proposal (id, number, edition_id, team_id, place, category, title, state, lead_id, requested, starts_on, ends_on, act_target, served_target, people_target,
          revision, digest, submitted_at, created_at, saved_at)
        values (@id, @number, @edition, @team, @place::text::ltree, 'mutual_aid', @title, 'eligible', @lead, 300000, @from, @to, 10, 270, 180, 1, 'x', @at, @at, @at)`,
				pg.Args{"id": p, "number": number, "edition": w.edition, "team": team, "place": home, "title": draft.Title, "lead": lead.ID, "from": from, "to": to,
					"at": thursday.AddDate(0, 0, -20).Add(time.Duration(no) * time.Minute)}},
			{`insert into proposal_revision (proposal_id, no, kind, body, digest, sealed_at, sealed_by) values (@id, 1, 'submission', @body, 'x', @at, @lead)`,
				pg.Args{"id": p, "body": string(body), "at": thursday, "lead": lead.ID}},
		}
		for i, l := range lines {
			all = append(all, statement{`insert into proposal_line (proposal_id, seq, category, item, unit_price, qty, note) values (@id, @seq, @category, @item, @price, @qty, @note)`,
				pg.Args{"id": p, "seq": i + 1, "category": l.Category, "item": l.Item, "price": l.UnitPrice, "qty": l.Qty, "note": l.Note}})
		}
		for _, s := range all {
			if _, err := pg.Do(w.ctx, tx, s.sql, s.args); err != nil {
				return err
			}
		}
		for entity, row := range map[string]string{"team": team, "team_member": member, "proposal": p} {
			if err := w.record(tx, entity, row, home); err != nil {
				return err
			}
		}
		return nil
	})
	return p
}

// judge has a jury mark everything: the first project 95, the next 94 and so on.
func (w *world) judge(judges int, while func(w *world, round string)) {
	w.t.Helper()
	jury := []identity.Actor{}
	for i := range judges {
		a, seat := w.person(fmt.Sprint("评委", i), identity.Judge, "jz"), id()
		w.must(w.jury.Invite(w.ctx, w.staff, w.edition, judging.NewJudge{ID: seat, PersonID: a.ID, Expertise: "expert"}))
		w.must(w.jury.Answer(w.ctx, a, seat, judging.Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}))
		jury = append(jury, a)
	}
	round := id()
	w.must(w.jury.Plan(w.ctx, w.staff, w.edition, judging.NewRound{ID: round, Kind: judging.Pitch, ClosesAt: thursday.AddDate(0, 0, 7), Named: true}))
	w.must(w.jury.OpenRound(w.ctx, w.staff, round, judging.Pressed{Version: 1}))
	for _, a := range jury {
		q, err := w.jury.MyQueue(w.ctx, a)
		w.must(err)
		for i, task := range q.Tasks {
			d := judging.SheetDraft{Comment: "请先和邻居谈谈"}
			for _, c := range judging.DefaultRubric(judging.Pitch) {
				d.Marks = append(d.Marks, judging.MarkText{Code: c.Code, Mark: fmt.Sprint(95 - i)})
			}
			w.must(w.jury.Submit(w.ctx, a, task.ID, d))
		}
	}
	if while != nil {
		while(w, round)
	}
	w.must(w.jury.CloseRound(w.ctx, w.staff, round, judging.Pressed{Version: 2}))
}

// publicized allocates and publishes, and gives the notice.
func (w *world) publicized() Publicity {
	w.t.Helper()
	w.must(w.book.Allocate(w.ctx, w.head, w.edition))
	n := id()
	w.must(w.book.Publish(w.ctx, w.head, w.edition, NewNotice{n}))
	p, err := Notice(w.ctx, w.db, n)
	w.must(err)
	return p
}

// over lets the window pass and closes it.
func (w *world) over(p Publicity) {
	w.t.Helper()
	w.clock.Set(p.ClosesAt)
	w.change(func(tx pg.Tx) error { return CloseNotices(w.ctx, tx, w.clock.Now()) })
}

// contracted has the first project's plan accepted and its agreement drafted.
func (w *world) drafted() string {
	w.t.Helper()
	w.over(w.publicized())
	plan := w.plan(0)
	w.must(w.book.Refine(w.ctx, w.leads[0], w.ids[0], plan.Suggest()))
	w.must(w.book.AcceptPlan(w.ctx, w.staff, w.ids[0], Pressed{w.plan(0).Version}))
	pact := id()
	w.must(w.book.Draft(w.ctx, w.staff, w.ids[0], NewAgreement{pact}))
	return pact
}

func (w *world) plan(i int) Plan {
	w.t.Helper()
	p, err := w.book.Plan(w.ctx, w.leads[i], w.ids[i])
	w.must(err)
	return p
}

func (w *world) award(i int) Award {
	w.t.Helper()
	a, found, err := Of(w.ctx, w.db, w.ids[i])
	if err != nil || !found {
		w.t.Fatalf("no award of project %d: %v", i, err)
	}
	return a
}

func (w *world) state(i int) string {
	w.t.Helper()
	p, err := proposal.Get(w.ctx, w.db, w.ids[i])
	w.must(err)
	return p.State
}

func (w *world) year() string {
	w.t.Helper()
	e, err := edition.Get(w.ctx, w.db, w.edition)
	w.must(err)
	return e.State
}

func (w *world) balance(kind ledger.Kind, owner string) yuan.Fen {
	w.t.Helper()
	fen, err := ledger.Balance(w.ctx, w.db, kind, owner)
	w.must(err)
	return fen
}

func (w *world) count(sql string, args pg.Args) int64 {
	w.t.Helper()
	n, err := pg.Value[int64](w.ctx, w.db, sql, args)
	w.must(err)
	return n
}
