package incubation

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const yard = "jz.wuhan.dianchang"

// world is a district with an accepted project and its team of three.
type world struct {
	t       *testing.T
	ctx     context.Context
	db      *pg.DB
	owner   *pgx.Conn
	book    *Book
	project string
	team    string
	lead    identity.Actor
	mates   []identity.Actor
	head    identity.Actor
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func newWorld(t *testing.T) *world {
	t.Helper()
	db, url := pgtest.Lend(t)
	owner, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	w := &world{t: t, ctx: t.Context(), db: db, owner: owner, book: New(db, clock.NewManual(time.Date(2026, 11, 2, 9, 0, 0, 0, clock.Shanghai))), project: newID(), team: newID()}
	w.raw(`insert into place (path, level, name, name_en, code, valid_from) values ('jz','district','京州市','Jingzhou','410399','2020-01-01'),('jz.wuhan','subdistrict','武汉路街道','Wuhan Road','410399001','2020-01-01'),
  ('jz.wuhan.dianchang','community','电厂新村社区','Power Plant','410399001002','2020-01-01'),('jz.nan','subdistrict','南街道','South','410399002','2020-01-01'),('jz.nan.a','community','南一社区','South One','410399002001','2020-01-01')`)
	w.lead, w.head = w.person("周桂兰", yard), w.person("赵红", yard)
	w.head.Grants = []identity.Grant{{Role: identity.CommunityHead, Place: yard}}
	w.mates = []identity.Actor{w.person("陈秀珍", yard), w.person("刘建国", yard)}
	edition, proposal, award, agreement := newID(), newID(), newID(), newID()
	w.raw(fmt.Sprintf(`insert into edition (id, place, no, title, state, rules, created_by, created_at) values ('%s','jz',1,'第一届','running','{}','%s','2026-01-01');
  insert into team (id, name, lead_id, created_at, state) values ('%s','巧手队','%s','2026-01-01','active')`, edition, w.head.ID, w.team, w.lead.ID))
	for i, m := range append([]identity.Actor{w.lead}, w.mates...) {
		w.raw(fmt.Sprintf(`insert into team_member (id, team_id, person_id, name, role, state, at) values ('%s','%s','%s','%s','%s','accepted','2026-01-01')`, newID(), w.team, m.ID, m.Name, []string{"lead", "treasurer", "member"}[i]))
	}
	w.raw(fmt.Sprintf(`insert into proposal (id, edition_id, team_id, place, lead_id, goal, org_type, created_at, saved_at, state) values ('%s','%s','%s','%s','%s','让旧衣有用','volunteer','2026-01-01','2026-01-01','contracted');
  insert into award (id, edition_id, proposal_id, place, result, amount, rank, score, fund_source_id, state) values ('%s','%s','%s','%s','selected',80000,1,9000,'%s','confirmed');
  insert into agreement (id, number, award_id, proposal_id, edition_id, place, host, total, starts_on, ends_on, annex, digest, state) values ('%s','XY1','%s','%s','%s','%s','%s',80000,'2026-03-01','2026-10-31','','','effective');
  insert into project (id, number, agreement_id, award_id, proposal_id, edition_id, team_id, place, host, title, category, starts_on, ends_on, lead_id, award, created_at, state)
  values ('%s','P1','%s','%s','%s','%s','%s','%s','%s','旧衣改造坊','environment','2026-03-01','2026-10-31','%s',80000,'2026-03-01','accepted')`,
		proposal, edition, w.team, yard, w.lead.ID, award, edition, proposal, yard, newID(), agreement, award, proposal, edition, yard, yard,
		w.project, agreement, award, proposal, edition, w.team, yard, yard, w.lead.ID))
	return w
}

// raw writes as the owner, triggers asleep: what other areas have done before.
func (w *world) raw(sql string) {
	w.t.Helper()
	if _, err := w.owner.Exec(w.ctx, "set session_replication_role = replica; "+sql+"; set session_replication_role = default"); err != nil {
		w.t.Fatalf("%v in %s", err, sql)
	}
}

func (w *world) person(name, home string) identity.Actor {
	a := identity.Actor{ID: newID(), Name: name, Lang: "zh", Strong: true, Home: home}
	w.raw(fmt.Sprintf(`insert into person (id, name, home, home_state, created_at) values ('%s','%s','%s','confirmed','2026-01-01')`, a.ID, name, home))
	return a
}

func (w *world) activities(n int) {
	for range n {
		w.raw(fmt.Sprintf(`insert into activity (id, project_id, place, theme, starts_at, ends_at, place_text, state, created_by) values ('%s','%s','%s','改造课','2026-09-12 14:00+8','2026-09-12 16:00+8','活动室','verified','%s')`, newID(), w.project, yard, w.lead.ID))
	}
}

func (w *world) found() Org {
	w.t.Helper()
	o, err := w.book.Found(w.ctx, w.lead, NewOrg{ID: newID(), ProjectID: w.project, Name: "电厂新村巧手队", Type: "volunteer", Purpose: "改旧衣", Consent: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) refused(err error, kind fault.Kind) {
	w.t.Helper()
	if !fault.Is(err, kind) {
		w.t.Fatalf("%v, expected %v", err, kind)
	}
}

func (w *world) count(sql string) int {
	w.t.Helper()
	var n int
	w.ok(w.owner.QueryRow(w.ctx, sql).Scan(&n))
	return n
}

// I-F6: nobody is a member of an organisation by having been in the team; each consents afresh, and it is kept.
func TestEveryMemberConsentsAfresh(t *testing.T) {
	w := newWorld(t)
	if _, err := w.book.Found(w.ctx, w.lead, NewOrg{ID: newID(), ProjectID: w.project, Name: "队", Type: "volunteer", Purpose: "改"}); fault.InFields(err)["consent"].Text == "" {
		t.Errorf("founded without the lead's own consent: %v", err)
	}
	o := w.found()
	if o.MembersN != 1 || o.ProjectID != w.project {
		t.Errorf("%d members at the founding, of project %q", o.MembersN, o.ProjectID)
	}
	members, err := Members(w.ctx, w.db, o.ID)
	w.ok(err)
	asked := 0
	for _, m := range members {
		if m.State == "asked" {
			asked++
		}
	}
	if asked != 2 {
		t.Errorf("%d were asked, expected the two others", asked)
	}
	if err := w.book.Join(w.ctx, w.mates[0], o.ID, false); fault.InFields(err)["consent"].Text == "" {
		t.Errorf("joined without a tick: %v", err)
	}
	w.ok(w.book.Join(w.ctx, w.mates[0], o.ID, true))
	if n := w.count(`select count(*) from consent where purpose = 'org_member' and withdrawn_at is null`); n != 2 {
		t.Errorf("%d consents of two members", n)
	}
	// The database refuses a member without one.
	if _, err := w.owner.Exec(w.ctx, `update org_member set state = 'accepted' where person_id = $1`, w.mates[1].ID); err == nil {
		t.Error("a member without a consent was kept")
	}
}

// A second press of joining, at once or later, leaves one membership and one consent; leaving takes the consent back, and
// coming back is a consent of its own.
func TestJoiningTwiceIsJoiningOnce(t *testing.T) {
	w := newWorld(t)
	o := w.found()
	neighbour := w.person("邻居", yard)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := w.book.Join(w.ctx, neighbour, o.ID, true); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	live := fmt.Sprintf(`select count(*) from consent where person_id = '%s' and withdrawn_at is null`, neighbour.ID)
	if n := w.count(live); n != 1 {
		t.Errorf("%d consents of one neighbour", n)
	}
	if o, err := Get(w.ctx, w.db, o.ID); err != nil || o.MembersN != 2 {
		t.Errorf("%d members, %v", o.MembersN, err)
	}
	w.ok(w.book.Leave(w.ctx, neighbour, o.ID))
	w.ok(w.book.Leave(w.ctx, neighbour, o.ID))
	if n := w.count(live); n != 0 {
		t.Errorf("%d consents after leaving", n)
	}
	w.ok(w.book.Join(w.ctx, neighbour, o.ID, true))
	if n := w.count(live); n != 1 {
		t.Errorf("%d consents after coming back", n)
	}
	w.refused(w.book.Leave(w.ctx, w.lead, o.ID), fault.Conflict)
}

// A leader's link shows the organisation to the neighbours of its subdistrict before the public sees it, and to nobody
// from elsewhere.
func TestTheLinkWelcomesNeighboursOnly(t *testing.T) {
	w := newWorld(t)
	o := w.found()
	if _, state, err := w.book.Welcome(w.ctx, w.person("邻居", yard), o.ID); err != nil || state != "" {
		t.Errorf("a neighbour: %q, %v", state, err)
	}
	far := w.person("远方", "jz.nan.a")
	if _, _, err := w.book.Welcome(w.ctx, far, o.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody from another subdistrict: %v", err)
	}
	w.refused(w.book.Join(w.ctx, far, o.ID, true), fault.Conflict)
	homeless := far
	homeless.Home = ""
	if _, _, err := w.book.Welcome(w.ctx, homeless, o.ID); err != nil {
		t.Errorf("somebody without a community: %v", err)
	}
	w.refused(w.book.Join(w.ctx, homeless, o.ID, true), fault.Conflict)
}

// The stages are climbed one by one: six members and two verified activities, the leader's word, then a head of the
// community who is not a member.
func TestStagesAreClimbedOneByOne(t *testing.T) {
	w := newWorld(t)
	o := w.found()
	w.refused(w.book.Bud(w.ctx, w.lead, o.ID, o.Version), fault.Conflict)
	w.refused(w.book.Recognize(w.ctx, w.head, o.ID, o.Version), fault.Conflict)
	for _, m := range append(w.mates, w.person("邻居一", yard), w.person("邻居二", yard), w.person("邻居三", yard)) {
		w.ok(w.book.Join(w.ctx, m, o.ID, true))
	}
	w.activities(1)
	w.refused(w.book.Bud(w.ctx, w.lead, o.ID, o.Version), fault.Conflict)
	w.activities(1)
	w.refused(w.book.Bud(w.ctx, w.mates[0], o.ID, o.Version), fault.Forbidden)
	if err := w.book.Recognize(w.ctx, w.head, o.ID, o.Version); err == nil {
		t.Error("recognised before it had taken shape")
	}
	w.ok(w.book.Bud(w.ctx, w.lead, o.ID, o.Version))
	w.ok(w.book.Bud(w.ctx, w.lead, o.ID, o.Version)) // the second press
	o, err := Get(w.ctx, w.db, o.ID)
	w.ok(err)
	member := w.head
	w.ok(w.book.Join(w.ctx, member, o.ID, true))
	w.refused(w.book.Recognize(w.ctx, member, o.ID, o.Version), fault.Forbidden)
	w.ok(w.book.Leave(w.ctx, member, o.ID))
	stranger := w.person("外人", "jz.nan.a")
	stranger.Grants = []identity.Grant{{Role: identity.CommunityHead, Place: "jz.nan.a"}}
	w.refused(w.book.Recognize(w.ctx, stranger, o.ID, o.Version), fault.NotFound)
	w.ok(w.book.Recognize(w.ctx, w.head, o.ID, o.Version))
	if n := w.count(`select count(*) from open_org`); n != 1 {
		t.Errorf("%d public organisations", n)
	}
	if n := w.count(fmt.Sprintf(`select count(*) from team where id = '%s' and state = 'converted'`, w.team)); n != 1 {
		t.Error("the team was not converted")
	}
	if n := w.count(fmt.Sprintf(`select count(*) from audit_event where entity = 'org' and entity_id = '%s'`, o.ID)); n != 3 {
		t.Errorf("%d lines in the trail for founding and two steps", n)
	}
}

// A project becomes one organisation, whoever presses how often.
func TestAProjectIsFoundedOnce(t *testing.T) {
	w := newWorld(t)
	o := w.found()
	again := NewOrg{ID: o.ID, ProjectID: w.project, Name: o.Name, Type: o.Type, Purpose: o.Purpose, Consent: true}
	if same, err := w.book.Found(w.ctx, w.lead, again); err != nil || same.ID != o.ID {
		t.Errorf("the same form again: %v", err)
	}
	again.ID = newID()
	_, err := w.book.Found(w.ctx, w.lead, again)
	w.refused(err, fault.Conflict)
	_, err = w.book.Found(w.ctx, w.mates[0], again)
	w.refused(err, fault.Forbidden)
	_, err = w.book.Found(w.ctx, w.person("外人", yard), again)
	w.refused(err, fault.NotFound)
}
