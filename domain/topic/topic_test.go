package topic

import (
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

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
