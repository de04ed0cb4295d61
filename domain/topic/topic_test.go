package topic

import (
	"bytes"
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
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

func TestATopicIsHiddenUntilTheCommunityHasReadIt(t *testing.T) {
	w := newWorld(t)
	id := w.proposed(w.zhang)
	for name, c := range map[string]struct {
		by   identity.Actor
		sees bool
	}{"its proposer": {w.zhang, true}, "a neighbour": {w.li, false}, "a visitor": {identity.Actor{}, false}, "staff, on the public page": {w.staff, false}} {
		if _, err := w.book.See(w.ctx, c.by, id); (err == nil) != c.sees {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		by   identity.Actor
		sees bool
	}{"staff": {w.staff, true}, "street": {w.street, true}, "supervisor": {w.overseer, true}, "next door": {w.next, false}, "its proposer": {w.zhang, false}} {
		if _, err := w.book.Case(w.ctx, c.by, id); (err == nil) != c.sees {
			t.Errorf("%s on the desk: %v", name, err)
		}
	}
	n := Screening{Version: 1, Kind: water.Kind, Title: water.Title, Body: water.Body + "找李师傅 13800000001", WhereText: water.WhereText}
	if wrong := fault.InFields(w.book.Screen(w.ctx, w.staff, id, n)); wrong["body"].Text == "" || wrong["clean"].Text == "" {
		t.Errorf("a number, unread: %v", wrong)
	}
	n.Body, n.Clean = water.Body, true
	if err := w.book.Screen(w.ctx, w.next, id, n); !fault.Is(err, fault.NotFound) {
		t.Errorf("the next community: %v", err)
	}
	if err := w.book.Screen(w.ctx, w.overseer, id, n); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a supervisor: %v", err)
	}
	for range 2 {
		w.must(w.book.Screen(w.ctx, w.staff, id, n))
	}
	p, err := w.book.See(w.ctx, identity.Actor{}, id)
	if err != nil || p.Proposer != "张**" || p.ProposerID != "" {
		t.Errorf("the public sees %+v, %v", p.Topic, err)
	}
	if w.told(w.zhang) != 1 {
		t.Errorf("told %d times", w.told(w.zhang))
	}
	list, err := w.book.Public(w.ctx, Filter{Text: "积水 三号"}, nil)
	if err != nil || len(list) != 1 || list[0].Proposer != "张**" {
		t.Errorf("found %+v, %v", list, err)
	}
	if list, _ = w.book.Public(w.ctx, Filter{Text: "停车"}, nil); len(list) != 0 {
		t.Errorf("found %d", len(list))
	}
}

func TestOnlyConfirmedResidentsProposeAndOnlySoMany(t *testing.T) {
	w := newWorld(t)
	if _, err := w.book.Propose(w.ctx, w.staff, water); !fault.Is(err, fault.Conflict) {
		t.Errorf("without a home: %v", err)
	}
	if _, err := w.book.Propose(w.ctx, identity.Actor{}, water); !fault.Is(err, fault.SignIn) {
		t.Errorf("a visitor: %v", err)
	}
	once := water
	once.ID = newID()
	for range 2 {
		if _, err := w.book.Propose(w.ctx, w.zhang, once); err != nil {
			t.Fatal(err)
		}
	}
	for range openMost - 1 {
		w.proposed(w.zhang)
	}
	if _, err := w.book.Propose(w.ctx, w.zhang, water); !fault.Is(err, fault.Conflict) {
		t.Errorf("one too many: %v", err)
	}
	if n := w.count(`select count(*) from topic`, nil); n != openMost {
		t.Errorf("%d topics", n)
	}
}

func TestNeighboursCareOnceEach(t *testing.T) {
	w := newWorld(t)
	id := w.screened(w.zhang)
	for range 3 {
		w.must(w.book.Support(w.ctx, w.li, id))
	}
	if n := w.get(id).SupportersN; n != 1 {
		t.Errorf("%d care", n)
	}
	for name, by := range map[string]identity.Actor{"another community": w.far, "the proposer": w.zhang} {
		if err := w.book.Support(w.ctx, by, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.book.Support(w.ctx, w.li, w.proposed(w.zhang)); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that is not public: %v", err)
	}
}

func TestADuplicateIsJoinedAsALink(t *testing.T) {
	w := newWorld(t)
	kept := w.screened(w.zhang)
	twin := w.screened(w.li)
	third := w.person("孙某", hood, "", "")
	w.must(w.book.Support(w.ctx, third, twin))
	if err := w.book.Decline(w.ctx, w.staff, twin, Refusal{Version: 2, Same: "YT999"}); fault.InFields(err)["same"].Text == "" {
		t.Errorf("an unknown number: %v", err)
	}
	if err := w.book.Decline(w.ctx, w.staff, twin, Refusal{Version: 2, Same: w.get(twin).Number}); fault.InFields(err)["same"].Text == "" {
		t.Errorf("itself: %v", err)
	}
	w.must(w.book.Decline(w.ctx, w.staff, twin, Refusal{Version: 2, Same: strings.ToLower(w.get(kept).Number)}))
	if got := w.get(twin); got.State != Declined || got.MergedInto != kept {
		t.Errorf("%+v", got)
	}
	if n := w.get(kept).SupportersN; n != 2 { // its proposer and who cared for it
		t.Errorf("%d care for the one that is kept", n)
	}
	if err := w.book.Decline(w.ctx, w.staff, w.proposed(w.zhang), Refusal{Version: 1}); fault.InFields(err)["reason"].Text == "" {
		t.Errorf("without a reason: %v", err)
	}
}

func TestNobodyVotesWhoWasNotThere(t *testing.T) {
	w := newWorld(t)
	id := w.discussed()
	for field, change := range map[string]func(*Decision){
		"for": func(n *Decision) { n.Abstain = 2 }, "against": func(n *Decision) { n.Against = -1 }, "passed": func(n *Decision) { n.Passed = "no" },
		"decision": func(n *Decision) { n.Decision = "" }, "tasks.0.what": func(n *Decision) { n.Tasks = nil }, "tasks.0.due": func(n *Decision) { n.Tasks[0].Due = noon.AddDate(0, 0, -3) },
		"tasks.0.owner": func(n *Decision) { n.Tasks[0].Owner = "" }} {
		n := w.resolution()
		change(&n)
		if err := w.book.Resolve(w.ctx, w.staff, id, n); fault.InFields(err)[field].Text == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	lost := w.resolution()
	lost.For, lost.Against = 2, 7
	if err := w.book.Resolve(w.ctx, w.staff, id, lost); fault.InFields(err)["for"].Text == "" {
		t.Errorf("passed by a minority: %v", err)
	}
	err := w.db.Change(w.ctx, func(tx pg.Tx) error {
		_, err := pg.Do(w.ctx, tx, `update topic set votes_for = 11, votes_against = 0, votes_abstain = 0 where id = @id::uuid`, pg.Args{"id": id})
		return err
	})
	if err == nil {
		t.Error("the database took more votes than people")
	}
	for range 2 {
		w.must(w.book.Resolve(w.ctx, w.staff, id, w.resolution()))
	}
	if n := w.count(`select count(*) from topic_task`, nil); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

func TestAMeetingIsRecordedAfterItWithItsPapers(t *testing.T) {
	w := newWorld(t)
	id := w.screened(w.zhang)
	plan := Meeting{Version: 2, MeetsAt: noon.Add(-time.Hour), Where: "议事厅", Host: "社区书记", Invited: "物业"}
	if err := w.book.Schedule(w.ctx, w.staff, id, plan); fault.InFields(err)["meets_at"].Text == "" {
		t.Errorf("in the past: %v", err)
	}
	plan.MeetsAt = noon.Add(time.Hour)
	w.must(w.book.Schedule(w.ctx, w.staff, id, plan))
	n := Record{Version: 3, People: 10, Host: "社区书记", Discussion: "说了"}
	if err := w.book.Record(w.ctx, w.staff, id, n, minutes()); !fault.Is(err, fault.Conflict) {
		t.Errorf("before it: %v", err)
	}
	w.clock.Advance(2 * time.Hour)
	if err := w.book.Record(w.ctx, w.staff, id, n, nil); fault.InFields(err)["papers"].Text == "" {
		t.Errorf("without papers: %v", err)
	}
	if err := w.book.Record(w.ctx, w.staff, id, n, []Paper{{Body: io.NewSectionReader(strings.NewReader("MZ not a paper"), 0, 14)}}); fault.InFields(err)["papers"].Text == "" {
		t.Errorf("no paper: %v", err)
	}
	w.must(w.book.Record(w.ctx, w.staff, id, n, minutes()))
	p, err := w.book.See(w.ctx, w.li, id)
	if err != nil || p.Discussion != "" || p.Invited != "" || *p.People != 10 {
		t.Errorf("a neighbour sees %+v, %v", p.Topic, err)
	}
	if p, _ = w.book.See(w.ctx, w.zhang, id); p.Discussion == "" {
		t.Error("its proposer does not see what was said")
	}
	if c, err := w.book.Case(w.ctx, w.street, id); err != nil || len(c.Papers) != 1 {
		t.Errorf("the street's papers: %v, %v", c.Papers, err)
	}
	plan.Version, plan.MeetsAt = 4, w.clock.Now().Add(time.Hour)
	w.must(w.book.Schedule(w.ctx, w.staff, id, plan)) // no agreement: they meet again
}

func TestFromDecisionToTheProposersWord(t *testing.T) {
	w := newWorld(t)
	id := w.discussed()
	w.must(w.book.Support(w.ctx, w.li, id))
	w.must(w.book.Resolve(w.ctx, w.staff, id, w.resolution()))
	if w.told(w.li) != 1 {
		t.Errorf("who cares was told %d times", w.told(w.li))
	}
	if err := w.book.Answer(w.ctx, w.staff, id, Reply{Version: 5, Text: "好了"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("answered with a task open: %v", err)
	}
	p, err := w.book.See(w.ctx, w.li, id)
	w.must(err)
	n := Progress{ID: newID(), Version: 5, Text: "沟挖好了", Task: p.Tasks[0].ID}
	for range 2 {
		w.must(w.book.Report(w.ctx, w.staff, id, n))
	}
	n.Version = 6
	if err := w.book.Report(w.ctx, w.staff, id, n); fault.InFields(err)["task"].Text == "" {
		t.Errorf("done twice: %v", err)
	}
	w.must(w.book.Answer(w.ctx, w.staff, id, Reply{Version: 6, Text: "排水沟好了"}))
	for name, by := range map[string]identity.Actor{"a neighbour": w.li, "staff": w.staff} {
		if err := w.book.Judge(w.ctx, by, id, Verdict{Version: 7, Satisfied: "yes"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s spoke for her: %v", name, err)
		}
	}
	w.must(w.book.Judge(w.ctx, w.zhang, id, Verdict{Version: 7, Satisfied: "no", Text: "还有一处"}))
	if s := w.get(id).State; s != Executing {
		t.Fatalf("not satisfied, and %s", s)
	}
	w.must(w.book.Answer(w.ctx, w.staff, id, Reply{Version: 8, Text: "那一处也好了"}))
	for range 2 {
		w.must(w.book.Judge(w.ctx, w.zhang, id, Verdict{Version: 9, Satisfied: "yes"}))
	}
	if got := w.get(id); got.State != Closed || got.Satisfied == nil || !*got.Satisfied || w.told(w.li) != 2 {
		t.Errorf("%+v, told %d", got, w.told(w.li))
	}
	if n := w.count(`select count(*) from audit_event where entity_id = @id::uuid and version is not null`, pg.Args{"id": id}); n != 10 {
		t.Errorf("%d lines in the trail", n)
	}
}

func TestWhatDidNotPassStaysToBeRead(t *testing.T) {
	w := newWorld(t)
	id := w.discussed()
	w.must(w.book.Support(w.ctx, w.li, id))
	n := w.resolution()
	n.Passed, n.For, n.Against, n.Tasks = "no", 2, 7, nil
	w.must(w.book.Resolve(w.ctx, w.staff, id, n))
	p, err := w.book.See(w.ctx, w.li, id)
	if err != nil || p.State != Declined || p.Decision == "" || w.told(w.li) != 1 {
		t.Errorf("%+v, %v, told %d", p.Topic, err, w.told(w.li))
	}
	if err := w.book.Support(w.ctx, w.person("孙某", hood, "", ""), id); !fault.Is(err, fault.Conflict) {
		t.Errorf("cared for afterwards: %v", err)
	}
	if list, err := w.book.Public(w.ctx, Filter{}, nil); err != nil || len(list) != 0 {
		t.Errorf("listed among the live ones: %v, %v", list, err)
	}
}

func TestTheCalendarClosesSilenceAndRemindsOfLateTasks(t *testing.T) {
	w := newWorld(t)
	late := w.resolved()
	quiet := w.resolved()
	tend := func() {
		t.Helper()
		w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { return w.book.Tend(w.ctx, tx, w.clock.Now()) }))
	}
	p, err := w.book.See(w.ctx, w.li, quiet)
	w.must(err)
	w.must(w.book.Report(w.ctx, w.staff, quiet, Progress{Version: 5, Text: "好了", Task: p.Tasks[0].ID}))
	w.must(w.book.Answer(w.ctx, w.staff, quiet, Reply{Version: 6, Text: "好了"}))
	before := w.told(w.staff)
	w.clock.Advance(7 * 24 * time.Hour)
	tend()
	if w.told(w.staff) != before {
		t.Error("reminded on the very day")
	}
	w.clock.Advance(24 * time.Hour)
	tend()
	tend()
	if w.told(w.staff) != before+1 {
		t.Errorf("reminded %d times", w.told(w.staff)-before)
	}
	w.clock.Advance(8 * 24 * time.Hour)
	tend()
	if w.get(quiet).State != Closed || w.get(late).State != Resolved {
		t.Errorf("%s, %s", w.get(quiet).State, w.get(late).State)
	}
}

func TestNumbersCountUpInACommunityAndAYear(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		if got, want := w.get(w.proposed(w.zhang)).Number, "YT1012600"+strconv.Itoa(i+1); got != want {
			t.Errorf("number %s, want %s", got, want)
		}
	}
}
