package judging

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

func wants(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("got %v, want kind %d", err, kind)
	}
}

func TestARoundFromInvitationToRank(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, _, r := w.opened(4, 5)
	if r.State != Open || r.Seed == "" {
		t.Fatalf("the round is %s with seed %q", r.State, r.Seed)
	}
	w.markAll(jury, func(j int, task Task) int { return 70 + 5*int(task.Title[len(task.Title)-1]-'0') + j })
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Errorf("a second click on close: %v", err)
	}
	list, err := Standings(ctx, w.db, r.ID)
	if err != nil || len(list) != 4 {
		t.Fatalf("%d standings, %v", len(list), err)
	}
	for i, s := range list {
		// Five judges give x, x+1 … x+4: trimmed to the middle three, x+2.
		if want := proposals[3-i]; s.ProposalID != want || s.Rank != i+1 || s.Score != 100*(70+5*(4-i)+2) || s.N != 5 || len(s.Dropped) != 2 || s.Mean() != s.Score {
			t.Errorf("%d: %+v", i, s)
		}
	}
	if n := w.count(`select count(*) from proposal where state = 'ranked' and score is not null and rank is not null`, nil); n != 4 {
		t.Errorf("%d proposals are ranked", n)
	}
	if n := w.count(`select count(*) from sheet where state = 'locked'`, nil); n != 20 {
		t.Errorf("%d sheets are locked", n)
	}
}

// I-R3: recomputation from the stored sheets equals the stored result byte for byte.
func TestRecomputationEqualsTheStoredResult(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, r := w.opened(3, 6)
	w.markAll(jury, func(j int, task Task) int { return 60 + (j*7+int(task.Title[len(task.Title)-1])*11)%40 })
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	r = w.get(r.ID)
	out, err := Recompute(ctx, w.db, r)
	if err != nil {
		t.Fatal(err)
	}
	if Digest(out) != r.Digest {
		t.Errorf("digest %s, stored %s", Digest(out), r.Digest)
	}
	list, _ := Standings(ctx, w.db, r.ID)
	for i, s := range list {
		row := out.Rows[i]
		if !reflect.DeepEqual([]any{row.ID, row.Score, row.Rank, row.N, append([]string{}, row.Dropped...), row.Need, row.Part},
			[]any{s.ProposalID, s.Score, s.Rank, s.N, s.Dropped, s.NeedMark, s.PartMark}) {
			t.Errorf("recomputed %+v, stored %+v", row, s)
		}
	}
	w.refused(`update round_result set score = score + 1`, nil)
	w.refused(`delete from round_result`, nil)
}

func TestNoRoundWithoutProjectsOrJudges(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	r := w.round()
	wants(t, w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}), fault.Conflict)
	w.proposal(1, home, w.person("周桂兰", "", ""))
	w.judge("甲")
	wants(t, w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}), fault.Conflict)
	if n := w.count(`select count(*) from assignment`, nil); n != 0 {
		t.Errorf("%d seats without a round", n)
	}
}

// A full jury is not enough: without an eligible project the call stays closed, and can still be put in order.
func TestNoRoundWithoutAnEligibleProject(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.proposalIn(proposal.Endorsed, 1, home, w.person("周桂兰", "", ""))
	for i := range 3 {
		w.judge(fmt.Sprint("评委", i))
	}
	r := w.round()
	err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version})
	wants(t, err, fault.Conflict)
	if err == nil || !strings.Contains(err.Error(), "还没有通过资格审查的项目") {
		t.Errorf("the sentence does not say what is missing: %v", err)
	}
	if n := w.count(`select count(*) from edition where state = 'closed'`, nil); n != 1 || w.get(r.ID).State != Planned {
		t.Errorf("%d calls are still closed, the round is %s", n, w.get(r.ID).State)
	}
}

// What the desk is deciding at that moment is waited for: a project that becomes eligible goes to the judges.
func TestOpeningWaitsForDecisionsUnderWay(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	p := w.proposalIn(proposal.Endorsed, 1, home, w.person("周桂兰", "", ""))
	for i := range 3 {
		w.judge(fmt.Sprint("评委", i))
	}
	r := w.round()
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- w.db.Change(ctx, func(tx pg.Tx) error {
			defer func() { close(held); <-release }()
			if _, err := edition.Hold(ctx, tx, w.edition); err != nil {
				return err
			}
			return proposal.Move(ctx, tx, w.house(), proposal.Step{ID: p, To: proposal.Eligible, At: noon})
		})
	}()
	<-held
	opened := make(chan error, 1)
	go func() { opened <- w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}) }()
	select {
	case err := <-opened:
		t.Errorf("opened without waiting: %v", err)
		opened <- err
	case <-time.After(200 * time.Millisecond):
	}
	close(release)
	if err := errors.Join(<-done, <-opened); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from proposal where state = 'shortlisted'`, nil); n != 1 {
		t.Errorf("%d projects go to the judges, want 1", n)
	}
}

func TestNoRoundWhileTheCallIsOpen(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.proposal(1, home, w.person("周桂兰", "", ""))
	for i := range 3 {
		w.judge(fmt.Sprint("评委", i))
	}
	r := w.round()
	w.move(edition.Open)
	wants(t, w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}), fault.Conflict)
	w.move(edition.Closed)
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
}

// When ties leave a project too few judges, the answer names the project.
func TestAProjectWithoutJudgesIsNamed(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.proposal(1, home, w.person("周桂兰", "", ""))
	w.proposal(2, "jz.wuhan.changle", w.person("李秀英", "", ""))
	for i := range 4 {
		a, _ := w.judge(fmt.Sprint("评委", i))
		if i < 2 {
			w.grant(a, identity.CommunityStaff, "jz.wuhan.changle")
		}
	}
	r := w.round()
	err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version})
	wants(t, err, fault.Conflict)
	if err == nil || !strings.Contains(err.Error(), "JZ-03-A0002") || strings.Contains(err.Error(), "JZ-03-A0001") {
		t.Errorf("the sentence does not name the project: %v", err)
	}
}

func TestTiesTheHouseCanSee(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	lead, helper := w.person("周桂兰", identity.Judge, district), w.person("帮办小王", identity.Judge, district)
	p := w.proposal(1, home, lead)
	clerk := w.person("社区小李", identity.Judge, district)
	w.grant(clerk, identity.CommunityStaff, home)
	paper := id()
	w.run(`insert into attachment (id, digest, size, mime, kind, uploaded_at, state) values (@id, 'x', 1, 'image/jpeg', 'paper', @at, 'stored')`, pg.Args{"id": paper, "at": noon})
	w.run(`update proposal set acting_helper = @h, acting_paper = @p`, pg.Args{"h": helper.ID, "p": paper})
	seats := map[string]string{"same_person": w.seat(lead), "helper": w.seat(helper), "community_staff": w.seat(clerk)}
	for i := range 3 {
		w.judge(fmt.Sprint("评委", i))
	}
	r := w.round()
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	for kind, seat := range seats {
		if n := w.count(`select count(*) from conflict where judge_id = @j and proposal_id = @p and kind = @k`, pg.Args{"j": seat, "p": p, "k": kind}); n != 1 {
			t.Errorf("the tie %s was not seen", kind)
		}
		if n := w.count(`select count(*) from assignment where judge_id = @j`, pg.Args{"j": seat}); n != 0 {
			t.Errorf("a judge with the tie %s has a seat", kind)
		}
		w.refused(`insert into assignment (id, round_id, judge_id, proposal_id, place, at) values (gen_random_uuid(), @r, @j, @p, 'jz', now())`, pg.Args{"r": r.ID, "j": seat, "p": p})
	}
}

// A tie that appears after the seats were given takes the seat and the sheet away before anything is computed.
func TestATieThatAppearsLaterVoidsTheSheet(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, seats, r := w.opened(1, 4)
	w.markAll(jury, func(int, Task) int { return 80 })
	w.grant(jury[0], identity.CommunityHead, home)
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from sheet where judge_id = @j and state = 'invalid'`, pg.Args{"j": seats[0]}); n != 1 {
		t.Error("the sheet of a judge with a tie still counts")
	}
	list, _ := Standings(ctx, w.db, r.ID)
	if len(list) != 1 || list[0].N != 3 {
		t.Errorf("standings %+v", list)
	}
}

// I-R1: weights sum to 100, and from the opening on nothing of the rubric changes.
func TestTheRubricIsFrozenWhenTheRoundOpens(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	r := w.round()
	lines := func(first, second int) []WeighedLine {
		list := []WeighedLine{}
		for _, c := range DefaultRubric(Pitch) {
			list = append(list, WeighedLine{c.Code, c.Weight})
		}
		list[0].Weight, list[1].Weight = first, second
		return list
	}
	wants(t, w.book.Weigh(ctx, w.staff, r.ID, Weighing{r.Version, lines(30, 20)}), fault.Invalid)
	wants(t, w.book.Weigh(ctx, w.staff, r.ID, Weighing{r.Version, lines(40, 0)}), fault.Invalid)
	wants(t, w.book.Weigh(ctx, w.other, r.ID, Weighing{r.Version, lines(25, 15)}), fault.NotFound)
	if err := w.book.Weigh(ctx, w.staff, r.ID, Weighing{r.Version, lines(25, 15)}); err != nil {
		t.Fatal(err)
	}
	wants(t, w.book.Weigh(ctx, w.staff, r.ID, Weighing{r.Version, lines(20, 20)}), fault.Conflict)
	w.run(`update criterion set weight = 1 where code = 'team'`, nil)
	w.proposal(1, home, w.person("周桂兰", "", ""))
	for i := range 3 {
		w.judge(fmt.Sprint("评委", i))
	}
	r = w.get(r.ID)
	wants(t, w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}), fault.Conflict)
	w.run(`update criterion set weight = 10 where code = 'team'`, nil)
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Errorf("a second click on open: %v", err)
	}
	wants(t, w.book.OpenRound(ctx, w.head, r.ID, Pressed{r.Version}), fault.Forbidden)
	w.refused(`update criterion set weight = 11 where code = 'team'`, nil)
	w.refused(`delete from criterion where code = 'team'`, nil)
	w.refused(`insert into criterion (round_id, code, seq, name, name_en, weight) values (@r, 'x', 9, 'x', 'x', 5)`, pg.Args{"r": r.ID})
}

// I-R2: a locked sheet never changes, by the verbs or by SQL.
// I-R4: no sheet from a judge with a tie, none before the statement, none without a seat — by SQL either.
func TestRecusalBringsAReplacement(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.run(`update edition set rules = jsonb_set(rules, '{panel}', '3')`, nil)
	_, jury, _, r := w.opened(1, 4)
	var busy identity.Actor
	var task string
	for _, a := range jury {
		if q, _ := w.book.MyQueue(ctx, a); len(q.Tasks) == 1 {
			busy, task = a, q.Tasks[0].ID
		}
	}
	wants(t, w.book.Recuse(ctx, busy, task, Reason{}), fault.Invalid)
	if err := w.book.Recuse(ctx, busy, task, Reason{"是我表姐"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.book.Read(ctx, busy, task); !fault.Is(err, fault.NotFound) {
		t.Errorf("the project given up is still readable: %v", err)
	}
	states := map[string]int{}
	room, err := w.book.Room(ctx, w.head, w.edition)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range room.Projects[0].Seats {
		states[c.State]++
	}
	if states[Assigned] != 3 || states[Replaced] != 1 {
		t.Errorf("seats are %v, want three live and one replaced", states)
	}
	_ = r
}

// A judge falls ill: the desk takes them off, trimming uses the sheets there are (DOMAIN §18-4, 18-6).
func TestAnAbsentJudgeIsExcused(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, r := w.opened(1, 5)
	w.markAll(jury[1:], func(j int, _ Task) int { return []int{80, 85, 90, 70}[j] })
	err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version})
	wants(t, err, fault.Conflict)
	if err == nil || !strings.Contains(err.Error(), "评委0") {
		t.Errorf("the sentence does not say whose sheet is missing: %v", err)
	}
	q, _ := w.book.MyQueue(ctx, jury[0])
	wants(t, w.book.Excuse(ctx, w.other, q.Tasks[0].ID, Reason{"生病"}), fault.NotFound)
	if err := w.book.Excuse(ctx, w.staff, q.Tasks[0].ID, Reason{"生病"}); err != nil {
		t.Fatal(err)
	}
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	list, _ := Standings(ctx, w.db, r.ID)
	if len(list) != 1 || list[0].N != 4 || len(list[0].Dropped) != 0 || list[0].Score != 8125 {
		t.Errorf("four sheets came to %+v", list)
	}
}

func TestTooFewValidSheetsKeepTheRoundOpen(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, r := w.opened(1, 3)
	w.markAll(jury[1:], func(int, Task) int { return 80 })
	q, _ := w.book.MyQueue(ctx, jury[0])
	if err := w.book.Excuse(ctx, w.staff, q.Tasks[0].ID, Reason{"生病"}); err != nil {
		t.Fatal(err)
	}
	err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version})
	wants(t, err, fault.Conflict)
	if err == nil || !strings.Contains(err.Error(), "JZ-03-A0001") {
		t.Errorf("the sentence does not name the project: %v", err)
	}
}

// A judge reaches only their own assignments: anybody else's does not exist.
// Assigning and declaring at the same moment, by the verbs: whichever comes first, a judge with a tie has no seat.
// The same race in plain SQL, fifty times: the database alone lets one of the two through.
func TestInvitationsAreGuarded(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	a := w.person("甲", identity.Judge, district)
	street := w.person("街道评委", identity.Judge, "jz.wuhan")
	nobody := w.person("路人", "", "")
	wants(t, w.book.Invite(ctx, w.staff, w.edition, NewJudge{ID: id(), PersonID: nobody.ID, Expertise: "expert"}), fault.Invalid)
	wants(t, w.book.Invite(ctx, w.staff, w.edition, NewJudge{ID: id(), PersonID: street.ID, Expertise: "expert"}), fault.Invalid)
	wants(t, w.book.Invite(ctx, w.staff, w.edition, NewJudge{ID: id(), PersonID: a.ID, Expertise: "cook"}), fault.Invalid)
	wants(t, w.book.Invite(ctx, w.head, w.edition, NewJudge{ID: id(), PersonID: a.ID, Expertise: "expert"}), fault.Forbidden)
	wants(t, w.book.Invite(ctx, w.other, w.edition, NewJudge{ID: id(), PersonID: a.ID, Expertise: "expert"}), fault.NotFound)
	form := NewJudge{ID: id(), PersonID: a.ID, Expertise: "expert"}
	for range 2 { // the form sent twice
		if err := w.book.Invite(ctx, w.staff, w.edition, form); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, w.book.Invite(ctx, w.staff, w.edition, NewJudge{ID: id(), PersonID: a.ID, Expertise: "expert"}), fault.Invalid)
	if n := w.count(`select count(*) from judge`, nil); n != 1 {
		t.Errorf("%d judges", n)
	}
	if n := w.count(`select count(*) from notice where person_id = @p and code = 'N06'`, pg.Args{"p": a.ID}); n != 1 {
		t.Errorf("%d invitations were told", n)
	}
	if err := w.book.Answer(ctx, a, form.ID, Reply{Answer: "no", Reason: "那几天没空", Version: 1}); err != nil {
		t.Fatal(err)
	}
	q, _ := w.book.MyQueue(ctx, a)
	if !slices.ContainsFunc(q.Seats, func(s Seated) bool { return s.State == Declined }) {
		t.Errorf("seats %+v", q.Seats)
	}
}

func TestABusyJudgeCannotSimplyLeave(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, seats, _ := w.opened(1, 3)
	wants(t, w.book.Answer(ctx, jury[0], seats[0], Reply{Answer: "no", Reason: "没空", Version: 2}), fault.Conflict)
}
