package gallery

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/accounts"
	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/vault"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai)

const hood = "jz.wuhan.dianchang"

// world is a district with an open call whose leads may let neighbours see their proposals.
type world struct {
	*testing.T
	ctx       context.Context
	db        *pg.DB
	clock     *clock.Manual
	book      *Book
	proposals *proposal.Book
	accounts  *accounts.Accounts
	edition   string
	staff     identity.Actor // of the community
	people    int
	drafted   func(lead identity.Actor, proposalID string) // before a proposal is handed in
}

type silent struct{}

func (silent) Send(context.Context, string, string) error { return nil }

func newWorld(t *testing.T, gallery string) *world {
	t.Helper()
	db := pgtest.New(t)
	v, err := vault.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(noon)
	who := accounts.New(db, c, v, silent{}, proposal.ClaimInvitations)
	w := &world{T: t, ctx: context.Background(), db: db, clock: c, book: New(db, c, who.Throttle), proposals: proposal.New(db, c, who), accounts: who, edition: id()}
	w.run(`insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '京州路区', 'Jingzhou', 'jz', '2020-01-01'),
  ('jz.wuhan', 'subdistrict', '武汉路街道', 'Wuhan Road', 'wh', '2020-01-01'), ('jz.wuhan.dianchang', 'community', '电厂新村社区', 'Power Station', 'dc', '2020-01-01'),
  ('jz.wuhan.changle', 'community', '长乐社区', 'Changle', 'cl', '2020-01-01'), ('qy', 'district', '青云区', 'Qingyun', 'qy', '2020-01-01'),
  ('qy.a', 'subdistrict', '甲街道', 'A', 'qa', '2020-01-01'), ('qy.a.b', 'community', '乙社区', 'B', 'qb', '2020-01-01')`, nil)
	rules := edition.DefaultRules()
	rules.Gallery = gallery
	maker := w.resident("刘建国", hood)
	w.staff = w.resident("王干事", hood)
	w.staff.Strong, w.staff.Grants = true, []identity.Grant{{Role: identity.CommunityStaff, Place: hood}}
	w.change(func(tx pg.Tx) error {
		if _, err := pg.Do(w.ctx, tx, `insert into edition (id, place, no, title, state, rules, opens_at, closes_at, runs_from, runs_to, contact, created_by, created_at)
        values (@id, 'jz', 3, '第三届', 'open', @rules, @at, @close, '2026-07-01', '2026-12-01', '0379', @by, @at)`,
			pg.Args{"id": w.edition, "rules": rules, "at": noon.AddDate(0, 0, -1), "close": noon.AddDate(0, 0, 20), "by": maker.ID}); err != nil {
			return err
		}
		return w.record(tx, "edition", w.edition, 1, "jz", "open")
	})
	return w
}

func id() string { return uuid.Must(uuid.NewV7()).String() }

func (w *world) change(f func(tx pg.Tx) error) {
	w.Helper()
	if err := w.db.Change(w.ctx, f); err != nil {
		w.Fatal(err)
	}
}

func (w *world) run(sql string, args pg.Args) {
	w.Helper()
	w.change(func(tx pg.Tx) error { _, err := pg.Do(w.ctx, tx, sql, args); return err })
}

func (w *world) record(tx pg.Tx, entity, id string, version int, place, to string) error {
	warrant, err := identity.House().Must(identity.KeepCalendar, place)
	if err != nil {
		return err
	}
	return audit.Record(w.ctx, tx, warrant, audit.Event{Entity: entity, ID: id, Version: version, Action: "test", To: to, Place: place, At: noon})
}

func (w *world) resident(name, home string) identity.Actor {
	w.Helper()
	w.people++
	who, err := w.accounts.Enlist(w.ctx, name, fmt.Sprintf("138%08d", w.people), home)
	if err != nil {
		w.Fatal(err)
	}
	return who
}

// submitted is a proposal handed in by a team of three.
func (w *world) submitted(title, pitch, goal string) (lead identity.Actor, proposalID string) {
	w.Helper()
	lead = w.resident("周桂兰", hood)
	pid, err := w.proposals.Start(w.ctx, lead, w.edition, proposal.Beginning{ID: id()})
	if err != nil {
		w.Fatal(err)
	}
	d := proposal.Draft{Saves: 1, Title: title, Pitch: pitch, Track: "resident_team", Category: "mutual_aid", Colour: "orange", TeamName: "巧手队", Venue: "社区活动室",
		StartsOn: noon.AddDate(0, 0, 61), EndsOn: noon.AddDate(0, 5, 0), Problem: "楼道里堆着旧衣服", Affected: []string{"elders"}, HowFound: "own_life", Goal: goal, Method: "每周六一起缝",
		Activities: []proposal.Activity{{Name: "缝纫课", Times: 8, Month: "每周六", Place: "活动室", People: 20}}, ActTarget: 8, ServedTarget: 160, PeopleTarget: 60, VolunteerTarget: 6,
		SatisfactionTarget: 90, Lines: []proposal.Line{{Category: "M", Item: "布料和针线", UnitPrice: 40_00, Qty: 40}, {Category: "P", Item: "海报", UnitPrice: 100_00, Qty: 2}},
		Declared: []string{"own_idea", "one_fund", "audit", "adult", "no_conflict", "privacy"}}
	if _, err := w.proposals.Save(w.ctx, lead, pid, d); err != nil {
		w.Fatal(err)
	}
	for range 2 {
		friend := w.resident("陈秀珍", hood)
		n := proposal.NewMember{ID: id(), Name: friend.Name, Phone: fmt.Sprintf("138%08d", w.people), Role: "member"}
		if err := w.proposals.Invite(w.ctx, lead, pid, n); err != nil {
			w.Fatal(err)
		}
		if err := w.proposals.Accept(w.ctx, friend, n.ID, proposal.Answer{Version: 1, Agree: true, Age: "adult"}); err != nil {
			w.Fatal(err)
		}
	}
	if w.drafted != nil {
		w.drafted(lead, pid)
	}
	if _, err := w.proposals.Submit(w.ctx, lead, pid, 2, w.clock.Now()); err != nil {
		w.Fatal(err)
	}
	return lead, pid
}

// shown is a submitted proposal whose lead lets neighbours see it.
func (w *world) shown(title, pitch, goal string) (identity.Actor, string) {
	w.Helper()
	lead, pid := w.submitted(title, pitch, goal)
	if err := w.book.Show(w.ctx, lead, pid, Wish{Agree: true}); err != nil {
		w.Fatal(err)
	}
	return lead, pid
}

// move takes a proposal to a state, as later areas would.
func (w *world) move(pid string, states ...string) {
	w.Helper()
	for _, to := range states {
		w.change(func(tx pg.Tx) error {
			warrant, err := identity.House().Must(identity.KeepCalendar, hood)
			if err != nil {
				return err
			}
			return proposal.Move(w.ctx, tx, warrant, proposal.Step{ID: pid, To: to, At: noon})
		})
	}
}

// notice publishes results for some proposals.
func (w *world) notice(publisher identity.Actor, results map[string]string) string {
	w.Helper()
	nid := id()
	w.change(func(tx pg.Tx) error {
		if _, err := pg.Do(w.ctx, tx, `insert into publicity (id, number, edition_id, place, kind, opens_at, closes_at, calendar_version, rules_version, content, digest, publisher)
        values (@id, @number, @edition, 'jz', 'award', @at, @at, 1, 1, '{}', 'x', @by)`, pg.Args{"id": nid, "number": "GS" + nid, "edition": w.edition, "at": noon, "by": publisher.ID}); err != nil {
			return err
		}
		if err := w.record(tx, "publicity", nid, 1, "jz", "open"); err != nil {
			return err
		}
		for pid, result := range results {
			aid, amount := id(), 0
			if result == "selected" {
				amount = 100
			}
			if _, err := pg.Do(w.ctx, tx, `insert into award (id, edition_id, proposal_id, place, result, amount, rank, score) values (@id, @edition, @proposal, @place::text::ltree, @result, @amount, 1, 1)`,
				pg.Args{"id": aid, "edition": w.edition, "proposal": pid, "place": hood, "result": result, "amount": amount}); err != nil {
				return err
			}
			if err := w.record(tx, "award", aid, 1, hood, "proposed"); err != nil {
				return err
			}
			if _, err := pg.Do(w.ctx, tx, `insert into publicity_item (publicity_id, award_id) values (@n, @a)`, pg.Args{"n": nid, "a": aid}); err != nil {
				return err
			}
		}
		return nil
	})
	for pid, result := range results {
		w.move(pid, result)
	}
	return nid
}

func (w *world) list(by identity.Actor, f Filter) []Item {
	w.Helper()
	p, err := w.book.List(w.ctx, by, f, nil)
	if err != nil {
		w.Fatal(err)
	}
	if f.Text != "" && p.Found != len(p.Items) {
		w.Errorf("%q: %d found, %d counted", f.Text, len(p.Items), p.Found)
	}
	return p.Items
}

// stageOf is how the public sees a proposal, "" when it does not.
func (w *world) stageOf(pid string) string {
	w.Helper()
	for _, i := range w.list(identity.Actor{}, Filter{}) {
		if i.ProposalID == pid {
			return i.Stage
		}
	}
	if _, err := w.book.One(w.ctx, identity.Actor{}, pid); err == nil {
		w.Errorf("%s is not in the list and has a page", pid)
	}
	return ""
}

// clean holds the gallery to the rule of what is public.
func (w *world) clean() {
	w.Helper()
	if _, broken, err := Verify(w.ctx, w.db); err != nil || len(broken) > 0 {
		w.Errorf("%v %v", broken, err)
	}
}
