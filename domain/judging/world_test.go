package judging

import (
	"context"
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
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// world is a district whose call has just closed: eligible proposals, a jury to invite, and the desks.
type world struct {
	t       *testing.T
	db      *pg.DB
	owner   string
	clock   *clock.Manual
	book    *Book
	staff   identity.Actor
	head    identity.Actor
	other   identity.Actor // staff of another district
	edition string
}

var noon = time.Date(2026, 6, 15, 12, 0, 0, 0, clock.Shanghai)

const (
	district = "jz"
	home     = "jz.wuhan.dianchang"
)

func newWorld(t *testing.T) *world {
	t.Helper()
	db, owner := pgtest.Lend(t)
	c := clock.NewManual(noon)
	w := &world{t: t, db: db, owner: owner, clock: c, book: New(db, c), edition: id()}
	w.run(`insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '京州路区', 'Jingzhou', 'jz', '2020-01-01'),
  ('jz.wuhan', 'subdistrict', '武汉路街道', 'Wuhan Road', 'wh', '2020-01-01'), ('jz.wuhan.dianchang', 'community', '电厂新村社区', 'Power Station', 'dc', '2020-01-01'),
  ('jz.wuhan.changle', 'community', '长乐社区', 'Changle', 'cl', '2020-01-01'), ('qy', 'district', '青云区', 'Qingyun', 'qy', '2020-01-01')`, nil)
	w.staff = w.person("刘建国", identity.DistrictStaff, district)
	w.head = w.person("陈主任", identity.DistrictHead, district)
	w.other = w.person("外区人", identity.DistrictStaff, "qy")
	w.change(func(ctx context.Context, tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, `insert into edition (id, place, no, title, state, rules, closes_at, created_by, created_at)
      values (@id, 'jz', 3, '第三届社区公益微创投大赛', 'closed', @rules, @at, @by, @at)`,
			pg.Args{"id": w.edition, "rules": edition.DefaultRules(), "at": noon.AddDate(0, 0, -1), "by": w.staff.ID})
		if err != nil {
			return err
		}
		return w.record(ctx, tx, "edition", w.edition, district)
	})
	return w
}

func id() string { return uuid.Must(uuid.NewV7()).String() }

func (w *world) change(f func(ctx context.Context, tx pg.Tx) error) {
	w.t.Helper()
	ctx := context.Background()
	if err := w.db.Change(ctx, func(tx pg.Tx) error { return f(ctx, tx) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) run(sql string, args pg.Args) {
	w.t.Helper()
	w.change(func(ctx context.Context, tx pg.Tx) error { _, err := pg.Do(ctx, tx, sql, args); return err })
}

// refused runs a statement that the database must refuse by a rule of the house.
func (w *world) refused(sql string, args pg.Args) {
	w.t.Helper()
	ctx := context.Background()
	err := w.db.Change(ctx, func(tx pg.Tx) error { _, err := pg.Do(ctx, tx, sql, args); return err })
	if !fault.Is(err, fault.Conflict) {
		w.t.Errorf("%s: %v", sql, err)
	}
}

// house is the calendar's own right to act in the district.
func (w *world) house() identity.Warrant {
	warrant, err := identity.House().Must(identity.KeepCalendar, district)
	if err != nil {
		w.t.Error(err)
	}
	return warrant
}

// move takes the edition to another state.
func (w *world) move(to string) {
	w.t.Helper()
	w.change(func(ctx context.Context, tx pg.Tx) error {
		return edition.Move(ctx, tx, w.house(), w.edition, to, "", noon)
	})
}

func (w *world) record(ctx context.Context, tx pg.Tx, entity, id, place string) error {
	return audit.Record(ctx, tx, w.house(), audit.Event{Entity: entity, ID: id, Version: 1, Action: "test", Place: place, At: noon})
}

// person makes somebody with a role at a place; no role for a resident.
func (w *world) person(name string, role identity.Role, place string) identity.Actor {
	w.t.Helper()
	a := identity.Actor{ID: id(), Name: name, Strong: true}
	w.run(`insert into person (id, name, created_at) values (@id, @name, @at)`, pg.Args{"id": a.ID, "name": name, "at": noon})
	if role != "" {
		a.Grants = []identity.Grant{{Role: role, Place: place}}
		w.grant(a, role, place)
	}
	return a
}

func (w *world) grant(a identity.Actor, role identity.Role, place string) {
	w.t.Helper()
	w.run(`insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), @id, @role, @place::text::ltree, @at)`,
		pg.Args{"id": a.ID, "role": string(role), "place": place, "at": noon})
}

// proposal makes an eligible proposal of a lead.
func (w *world) proposal(no int, place string, lead identity.Actor) string {
	w.t.Helper()
	return w.proposalIn(proposal.Eligible, no, place, lead)
}

func (w *world) proposalIn(state string, no int, place string, lead identity.Actor) string {
	w.t.Helper()
	team, made := id(), id()
	w.change(func(ctx context.Context, tx pg.Tx) error {
		member := id()
		for _, s := range []struct {
			sql  string
			args pg.Args
		}{
			{`insert into team (id, name, place, lead_id, state, created_at) values (@id, @name, @place::text::ltree, @lead, 'ready', @at)`,
				pg.Args{"id": team, "name": fmt.Sprint("巧手姐妹队", no), "place": place, "lead": lead.ID, "at": noon}},
			{`insert into team_member (id, team_id, person_id, name, role, state, at) values (@id, @team, @lead, @name, 'lead', 'accepted', @at)`,
				pg.Args{"id": member, "team": team, "lead": lead.ID, "name": lead.Name, "at": noon}},
			{`insert into proposal (id, number, edition_id, team_id, place, category, title, state, lead_id, requested, problem, submitted_at, created_at, saved_at)
          values (@id, @number, @edition, @team, @place::text::ltree, 'mutual_aid', @title, @state, @lead, 300000, @problem, @at, @at, @at)`,
				pg.Args{"id": made, "number": fmt.Sprintf("JZ-03-A%04d", no), "edition": w.edition, "team": team, "place": place, "title": fmt.Sprint("旧衣改造坊", no), "state": state,
					"lead": lead.ID, "problem": "请打 13812340417 或 138 1234 0417 找" + lead.Name + "。", "at": noon.AddDate(0, 0, -10).Add(time.Duration(no) * time.Minute)}},
		} {
			if _, err := pg.Do(ctx, tx, s.sql, s.args); err != nil {
				return err
			}
		}
		for entity, row := range map[string]string{"team": team, "team_member": member, "proposal": made} {
			if err := w.record(ctx, tx, entity, row, place); err != nil {
				return err
			}
		}
		return nil
	})
	return made
}

// judge invites somebody and has them accept.
func (w *world) judge(name string) (identity.Actor, string) {
	w.t.Helper()
	a := w.person(name, identity.Judge, district)
	return a, w.seat(a)
}

func (w *world) seat(a identity.Actor) string {
	w.t.Helper()
	ctx, seat := context.Background(), id()
	if err := w.book.Invite(ctx, w.staff, w.edition, NewJudge{ID: seat, PersonID: a.ID, Expertise: "expert"}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.book.Answer(ctx, a, seat, Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}); err != nil {
		w.t.Fatal(err)
	}
	return seat
}

// round plans a pitch round.
func (w *world) round() Round {
	w.t.Helper()
	ctx, round := context.Background(), id()
	if err := w.book.Plan(ctx, w.staff, w.edition, NewRound{ID: round, Kind: Pitch, ClosesAt: noon.AddDate(0, 0, 7)}); err != nil {
		w.t.Fatal(err)
	}
	return w.get(round)
}

func (w *world) get(round string) Round {
	w.t.Helper()
	r, err := pg.One[Round](context.Background(), w.db, roundSQL, pg.Args{"id": round})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// opened has n proposals and a jury of j in an open round.
func (w *world) opened(n, j int) (proposals []string, jury []identity.Actor, seats []string, r Round) {
	w.t.Helper()
	for i := range n {
		proposals = append(proposals, w.proposal(i+1, home, w.person(fmt.Sprint("周桂兰", i), "", "")))
	}
	for i := range j {
		a, seat := w.judge(fmt.Sprint("评委", i))
		jury, seats = append(jury, a), append(seats, seat)
	}
	r = w.round()
	if err := w.book.OpenRound(context.Background(), w.staff, r.ID, Pressed{r.Version}); err != nil {
		w.t.Fatal(err)
	}
	return proposals, jury, seats, w.get(r.ID)
}

// marks fills a whole sheet with one mark.
func marks(mark int) []MarkText {
	list := []MarkText{}
	for _, c := range DefaultRubric(Pitch) {
		list = append(list, MarkText{Code: c.Code, Mark: fmt.Sprint(mark)})
	}
	return list
}

// markAll has every judge submit every sheet; mark tells the mark of a judge (by index) for a task.
func (w *world) markAll(jury []identity.Actor, mark func(judge int, t Task) int) {
	w.t.Helper()
	for i, a := range jury {
		q, err := w.book.MyQueue(context.Background(), a)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, task := range q.Tasks {
			if task.Done() {
				continue
			}
			w.clock.Advance(time.Second)
			if err := w.book.Submit(context.Background(), a, task.ID, SheetDraft{Marks: marks(mark(i, task)), Comment: "很好"}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func (w *world) count(sql string, args pg.Args) int64 {
	w.t.Helper()
	n, err := pg.Value[int64](context.Background(), w.db, sql, args)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
