package judging

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// ranked has n projects ranked by five judges, and a panel planned after it.
func (w *world) panelled(n, judges int) (proposals []string, jury []identity.Actor, seats []string, panel Round) {
	w.t.Helper()
	ctx := context.Background()
	proposals, jury, seats, r := w.opened(n, judges)
	w.markAll(jury, func(j int, task Task) int { return 70 + 5*int(task.Title[len(task.Title)-1]-'0') + j })
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		w.t.Fatal(err)
	}
	plan := NewRound{ID: id(), Kind: Deliberated, ClosesAt: noon.AddDate(0, 0, 8)}
	for range 2 { // pressed twice
		if err := w.book.Plan(ctx, w.staff, w.edition, plan); err != nil {
			w.t.Fatal(err)
		}
	}
	return proposals, jury, seats, w.get(plan.ID)
}

func (w *world) meeting(n, judges int) (proposals []string, jury []identity.Actor, seats []string, panel Round) {
	w.t.Helper()
	proposals, jury, seats, panel = w.panelled(n, judges)
	for range 2 {
		if err := w.book.OpenPanel(context.Background(), w.staff, panel.ID, Pressed{panel.Version}); err != nil {
			w.t.Fatal(err)
		}
	}
	return proposals, jury, seats, w.get(panel.ID)
}

// word is a word of so many votes by those present.
func word(present []string, yes, nay int) NewPanelWord {
	n := NewPanelWord{ID: id(), Present: present, Yes: yes, Nay: nay, Abstain: len(present) - yes - nay}
	if !Carried(yes, len(present)) {
		n.Reason = "和去年的项目重了"
	}
	return n
}

func (w *world) says(panel Round, proposal string, n NewPanelWord) {
	w.t.Helper()
	if err := w.book.RecordPanel(context.Background(), w.staff, panel.ID, proposal, n); err != nil {
		w.t.Fatal(err)
	}
}

func TestAPanelIsTheLastRoundAndFollowsTheRanking(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	first := NewRound{ID: id(), Kind: Deliberated, ClosesAt: noon.AddDate(0, 0, 8)}
	wants(t, w.book.Plan(ctx, w.staff, w.edition, first), fault.Conflict) // nothing is ranked by anybody
	_, _, _, panel := w.panelled(2, 4)
	if rounds, err := Rounds(ctx, w.db, w.edition); err != nil || len(rounds) != 2 {
		t.Fatal(rounds, err)
	} else if r, _ := Ranking(rounds); r.Kind != Pitch {
		t.Errorf("the round that ranks is %s", r.Kind)
	} else if p, found := PanelOf(rounds); !found || p.ID != panel.ID || p.Blind {
		t.Errorf("the panel is %+v", p)
	}
	for _, kind := range []string{Desk, Pitch, Deliberated} {
		wants(t, w.book.Plan(ctx, w.staff, w.edition, NewRound{ID: id(), Kind: kind, ClosesAt: noon.AddDate(0, 0, 9)}), fault.Conflict)
	}
	w.refused(`insert into review_round (id, edition_id, place, kind, seq, name, min_valid, trim_at, panel) values (gen_random_uuid(), @e, 'jz', 'pitch', 3, 'x', 3, 5, 5)`, pg.Args{"e": w.edition})
	// A panel has no sheets: the verbs of the others are refused on it, and its own on the others.
	wants(t, w.book.OpenRound(ctx, w.staff, panel.ID, Pressed{1}), fault.Conflict)
	wants(t, w.book.CloseRound(ctx, w.staff, panel.ID, Pressed{1}), fault.Conflict)
	rounds, _ := Rounds(ctx, w.db, w.edition)
	wants(t, w.book.OpenPanel(ctx, w.staff, rounds[0].ID, Pressed{rounds[0].Version}), fault.NotFound)
	wants(t, w.book.OpenPanel(ctx, w.other, panel.ID, Pressed{1}), fault.NotFound)
	wants(t, w.book.OpenPanel(ctx, w.head, panel.ID, Pressed{1}), fault.Forbidden)
	bad := NewRound{ID: id(), Kind: Deliberated, ClosesAt: noon.AddDate(0, 0, -1), Cut: CutByTop, CutTop: 3}
	if wrong := fault.InFields(w.book.Plan(ctx, w.staff, w.edition, bad)); wrong["closes_at"].Text == "" || wrong["cut"].Text == "" {
		t.Errorf("wrong: %v", wrong)
	}
}

func TestAPanelPlannedBeforeTheRankingWaitsForIt(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, r := w.opened(2, 4)
	plan := NewRound{ID: id(), Kind: Deliberated, ClosesAt: noon.AddDate(0, 0, 8)}
	if err := w.book.Plan(ctx, w.staff, w.edition, plan); err != nil {
		t.Fatal(err)
	}
	wants(t, w.book.OpenPanel(ctx, w.staff, plan.ID, Pressed{1}), fault.Conflict)
	w.markAll(jury, func(int, Task) int { return 80 })
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	if err := w.book.OpenPanel(ctx, w.staff, plan.ID, Pressed{1}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from notice where code = 'N06' and link = @link`, pg.Args{"link": "/review/panels/" + plan.ID}); n != 4 {
		t.Errorf("%d judges were called", n)
	}
	room, err := w.book.Room(ctx, w.staff, w.edition)
	if err != nil || room.Round.ID != plan.ID || len(room.Projects) != 0 {
		t.Errorf("%+v %v", room.Round, err)
	}
}

func TestAPanelVotesGivesAndIsLocked(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, seats, panel := w.meeting(4, 5)
	// A majority of those present passes, a tie fails, and whoever abstains was present.
	less := word(seats, 3, 2)
	less.Amount, less.Conditions, less.Reason = 2000_00, " 活动要开在社区里 \n\n每月报一次账\n", "场地费可以省"
	w.says(panel, proposals[0], less)
	w.says(panel, proposals[0], less) // pressed twice
	w.says(panel, proposals[1], word(seats[:4], 2, 2))
	w.says(panel, proposals[2], word(seats, 2, 0))
	wants(t, w.book.ClosePanel(ctx, w.staff, panel.ID, Pressed{panel.Version}), fault.Conflict) // a word is missing
	w.refused(`update review_round set state = 'closed', version = version + 1 where id = @id`, pg.Args{"id": panel.ID})
	w.says(panel, proposals[3], word(seats[1:4], 3, 0))
	v, err := w.book.Panel(ctx, w.staff, panel.ID)
	if err != nil || v.Left() != 0 || len(v.Projects) != 4 || v.Projects[0].ProposalID != proposals[3] || v.Projects[0].Rank != 1 {
		t.Fatalf("%+v %v", v, err)
	}
	// A correction is another word, said on what was seen.
	wants(t, w.book.RecordPanel(ctx, w.staff, panel.ID, proposals[2], word(seats, 3, 0)), fault.Conflict)
	again := word(seats, 3, 1)
	again.Seen = 1
	w.says(panel, proposals[2], again)
	if v, _ = w.book.Panel(ctx, w.staff, panel.ID); len(v.Projects[1].Words) != 2 || !v.Projects[1].Words[1].Passed || v.Projects[1].Words[0].Passed {
		t.Errorf("%+v", v.Projects[1])
	}
	for range 2 {
		if err := w.book.ClosePanel(ctx, w.staff, panel.ID, Pressed{panel.Version}); err != nil {
			t.Fatal(err)
		}
	}
	rounds, _ := Rounds(ctx, w.db, w.edition)
	said, err := PanelWords(ctx, w.db, rounds)
	if err != nil {
		t.Fatal(err)
	}
	got := said[proposals[0]]
	if !got.Passed || got.Amount != 2000_00 || !slices.Equal(got.Conditions, []string{"活动要开在社区里", "每月报一次账"}) || said[proposals[1]].Passed || !said[proposals[2]].Passed || !said[proposals[3]].Passed {
		t.Errorf("%+v", said)
	}
	// Locked: by the verb and by the database.
	late := word(seats, 5, 0)
	late.Seen = 1
	wants(t, w.book.RecordPanel(ctx, w.staff, panel.ID, proposals[0], late), fault.Conflict)
	w.refused(`insert into panel_word (id, round_id, edition_id, place, proposal_id, no, yes, nay, abstain, present, seats, by_person, at) values (gen_random_uuid(), @r, @e, 'jz', @p, 9, 5, 0, 0, @s::text[]::uuid[], 5, @me, now())`,
		pg.Args{"r": panel.ID, "e": w.edition, "p": proposals[0], "s": seats, "me": w.staff.ID})
	w.refused(`update panel_word set reason = 'x'`, nil)
	w.refused(`delete from panel_word`, nil)
	if n, broken, err := VerifyPanels(ctx, w.db); err != nil || n != 1 || len(broken) > 0 {
		t.Errorf("%d %v %v", n, broken, err)
	}
	if _, broken, err := Verify(ctx, w.db); err != nil || len(broken) > 0 {
		t.Errorf("%v %v", broken, err)
	}
	if n := w.count(`select count(*) from proposal where state = 'ranked' and score is not null and rank is not null`, nil); n != 4 {
		t.Errorf("%d are ranked: a panel moves nobody", n)
	}
	if mine, err := w.book.SitOn(ctx, jury[0], panel.ID); err != nil || mine.May || len(mine.Projects) != 4 {
		t.Errorf("%+v %v", mine, err)
	}
	_, err = w.book.SitOn(ctx, w.head, panel.ID)
	wants(t, err, fault.NotFound)
	_, err = w.book.Panel(ctx, w.other, panel.ID)
	wants(t, err, fault.NotFound)
}

func TestWhatAPanelMayNotSay(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, _, seats, panel := w.meeting(1, 5)
	for name, v := range map[string]struct {
		field  string
		change func(*NewPanelWord)
	}{
		"above the request":          {"amount", func(n *NewPanelWord) { n.Amount = 3000_01 }},
		"less without a reason":      {"reason", func(n *NewPanelWord) { n.Amount = 2999_99 }},
		"more votes than judges":     {"yes", func(n *NewPanelWord) { n.Yes++ }},
		"fewer votes than judges":    {"yes", func(n *NewPanelWord) { n.Yes-- }},
		"a negative vote":            {"nay", func(n *NewPanelWord) { n.Nay = -1; n.Abstain++ }},
		"too few judges":             {"present", func(n *NewPanelWord) { n.Present = seats[:2]; n.Yes = 2 }},
		"a judge twice":              {"present", func(n *NewPanelWord) { n.Present = append(slices.Clone(seats[:4]), seats[0]) }},
		"nobody":                     {"present", func(n *NewPanelWord) { n.Present, n.Yes = nil, 0 }},
		"not a judge":                {"present", func(n *NewPanelWord) { n.Present = append(slices.Clone(seats[:4]), id()) }},
		"not an id":                  {"present", func(n *NewPanelWord) { n.Present = append(slices.Clone(seats[:4]), "x") }},
		"failed without a reason":    {"reason", func(n *NewPanelWord) { n.Yes, n.Nay = 0, 5 }},
		"failed with money":          {"amount", func(n *NewPanelWord) { n.Yes, n.Nay, n.Amount, n.Reason = 0, 5, 100, "理由写在这里" }},
		"failed with conditions":     {"conditions", func(n *NewPanelWord) { n.Yes, n.Nay, n.Conditions, n.Reason = 0, 5, "一条", "理由写在这里" }},
		"eleven conditions":          {"conditions", func(n *NewPanelWord) { n.Conditions = strings.Repeat("一条\n", 11) }},
		"a condition without an end": {"conditions", func(n *NewPanelWord) { n.Conditions = strings.Repeat("长", 201) }},
		"a reason without an end":    {"reason", func(n *NewPanelWord) { n.Reason = strings.Repeat("长", 501) }},
	} {
		n := word(seats, 5, 0)
		v.change(&n)
		err := w.book.RecordPanel(ctx, w.staff, panel.ID, proposals[0], n)
		if wrong := fault.InFields(err); wrong[v.field].Text == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.count(`select count(*) from panel_word`, nil); n != 0 {
		t.Errorf("%d words were kept", n)
	}
	wants(t, w.book.RecordPanel(ctx, w.staff, panel.ID, id(), word(seats, 5, 0)), fault.Conflict)
	wants(t, w.book.RecordPanel(ctx, w.other, panel.ID, proposals[0], word(seats, 5, 0)), fault.NotFound)
	wants(t, w.book.RecordPanel(ctx, w.head, panel.ID, proposals[0], word(seats, 5, 0)), fault.Forbidden)
	exact := word(seats, 5, 0)
	exact.Amount = 3000_00
	w.says(panel, proposals[0], exact) // the whole request needs no reason
	for name, sql := range map[string]string{
		"a failed project without a reason": `2, 3, 0, null, '', @s`, "a failed project with money": `2, 3, 0, 100, 'x', @s`, "above the request": `5, 0, 0, 300001, '', @s`, "votes of others": `5, 1, 0, null, '', @s`,
	} {
		err := w.db.Change(ctx, func(tx pg.Tx) error {
			_, err := pg.Do(ctx, tx, `insert into panel_word (id, round_id, edition_id, place, proposal_id, no, yes, nay, abstain, amount, reason, present, seats, by_person, at)
  values (gen_random_uuid(), @r, @e, 'jz', @p, 7, `+strings.Replace(sql, "@s", "@s::text[]::uuid[]", 1)+`, 5, @me, now())`, pg.Args{"r": panel.ID, "e": w.edition, "p": proposals[0], "s": seats, "me": w.staff.ID})
			return err
		})
		if err == nil {
			t.Errorf("the database took %s", name)
		}
	}
}

// I-R4, 5.2-2: who has a tie is not there, whichever way they come.
func TestAJudgeWithATieStepsOutOfAPanel(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, seats, panel := w.meeting(2, 5)
	if err := w.book.Declare(ctx, jury[0], seats[0], Declaration{ProposalID: proposals[0], Reason: "领办人是我的邻居"}); err != nil {
		t.Fatal(err)
	}
	if wrong := fault.InFields(w.book.RecordPanel(ctx, w.staff, panel.ID, proposals[0], word(seats, 5, 0))); !strings.Contains(fmt.Sprint(wrong["present"]), "评委0") {
		t.Errorf("wrong: %v", wrong)
	}
	w.refused(`insert into panel_word (id, round_id, edition_id, place, proposal_id, no, yes, nay, abstain, present, seats, by_person, at) values (gen_random_uuid(), @r, @e, 'jz', @p, 1, 5, 0, 0, @s::text[]::uuid[], 5, @me, now())`,
		pg.Args{"r": panel.ID, "e": w.edition, "p": proposals[0], "s": seats, "me": w.staff.ID})
	w.says(panel, proposals[0], word(seats[1:], 4, 0))
	v, _ := w.book.Panel(ctx, w.staff, panel.ID)
	i := slices.IndexFunc(v.Projects, func(p Deliberating) bool { return p.ProposalID == proposals[0] })
	if p := v.Projects[i]; len(p.Seats) != 4 || len(p.Apart) != 1 || !slices.Equal(p.Words[0].Apart, []string{"评委0"}) || len(p.Words[0].Present) != 4 {
		t.Errorf("%+v", p)
	}
	mine, err := w.book.SitOn(ctx, jury[0], panel.ID)
	if err != nil || mine.Projects[i].Words != nil {
		t.Errorf("a judge reads what was said while they were out: %+v %v", mine.Projects[i], err)
	}
	// A tie learned after the word: the panel cannot end on it, and meets again.
	w.says(panel, proposals[1], word(seats, 5, 0))
	w.grant(jury[1], identity.CommunityStaff, home) // from now on, a tie to both
	wants(t, w.book.ClosePanel(ctx, w.staff, panel.ID, Pressed{panel.Version}), fault.Conflict)
	w.refused(`update review_round set state = 'closed', version = version + 1 where id = @id`, pg.Args{"id": panel.ID})
	v, _ = w.book.Panel(ctx, w.staff, panel.ID)
	if v.Left() != 2 || !slices.Equal(v.Projects[0].Words[0].Tainted, []string{"评委1"}) {
		t.Errorf("%d left, %+v", v.Left(), v.Projects[0])
	}
	for _, p := range proposals {
		n := word(seats[2:], 3, 0)
		n.Seen = 1
		w.says(panel, p, n)
	}
	if err := w.book.ClosePanel(ctx, w.staff, panel.ID, Pressed{panel.Version}); err != nil {
		t.Fatal(err)
	}
	// And after the end: while nothing is public, the panel meets again with the reason on record; then it is for an objection.
	panel = w.get(panel.ID)
	if fields := fault.InFields(w.book.ReopenPanel(ctx, w.staff, panel.ID, MeetAgain{Version: panel.Version})); fields["reason"].Text == "" {
		t.Error("reopened without a reason")
	}
	for range 2 {
		if err := w.book.ReopenPanel(ctx, w.staff, panel.ID, MeetAgain{panel.Version, "评委2 刚刚说明了关系"}); err != nil {
			t.Fatal(err)
		}
	}
	corrected := word(seats[2:], 0, 3)
	corrected.Seen = 2
	w.says(panel, proposals[0], corrected)
	panel = w.get(panel.ID)
	if err := w.book.ClosePanel(ctx, w.staff, panel.ID, Pressed{panel.Version}); err != nil {
		t.Fatal(err)
	}
	if runs, err := Runs(ctx, w.db, panel.ID); err != nil || len(runs) != 2 || runs[0].Digest == runs[1].Digest {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	if n, broken, err := VerifyPanels(ctx, w.db); err != nil || n != 2 || len(broken) > 0 {
		t.Errorf("%d %v %v", n, broken, err)
	}
	w.move(edition.Publicizing)
	panel = w.get(panel.ID)
	wants(t, w.book.ReopenPanel(ctx, w.staff, panel.ID, MeetAgain{panel.Version, "再商量一次"}), fault.Conflict)
	w.refused(`update review_round set state = 'open', version = version + 1 where id = @id`, pg.Args{"id": panel.ID})
}

func TestAPanelNeedsThreeJudgesWithoutATie(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, seats, panel := w.panelled(1, 4)
	for i := range 2 {
		w.run(`insert into conflict (judge_id, proposal_id, kind, reason, at) values (@j, @p, 'declared', '邻居', now())`, pg.Args{"j": seats[i], "p": proposals[0]})
	}
	wants(t, w.book.OpenPanel(ctx, w.staff, panel.ID, Pressed{1}), fault.Conflict)
	w.judge("后来的评委")
	if err := w.book.OpenPanel(ctx, w.staff, panel.ID, Pressed{1}); err != nil {
		t.Fatal(err)
	}
	_ = jury
}

func TestAProjectThatLeftNeedsNoWord(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, _, seats, panel := w.meeting(2, 4)
	w.says(panel, proposals[0], word(seats, 4, 0))
	w.change(func(ctx context.Context, tx pg.Tx) error {
		if _, err := pg.Do(ctx, tx, `update proposal set state = 'withdrawn', version = version + 1 where id = @id`, pg.Args{"id": proposals[1]}); err != nil {
			return err
		}
		return w.recordAt(ctx, tx, "proposal", proposals[1])
	})
	wants(t, w.book.RecordPanel(ctx, w.staff, panel.ID, proposals[1], word(seats, 4, 0)), fault.Conflict)
	if err := w.book.ClosePanel(ctx, w.staff, panel.ID, Pressed{panel.Version}); err != nil {
		t.Fatal(err)
	}
}

// Speaking and declaring at once: whatever the order, nobody speaks after their tie is on record. The trail numbers both.
func TestSpeakingAndDeclaringRace(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, seats, panel := w.meeting(5, 5)
	for _, p := range proposals {
		done := make(chan error, 2)
		go func() { done <- w.book.RecordPanel(ctx, w.staff, panel.ID, p, word(seats, 5, 0)) }()
		go func() {
			done <- w.book.Declare(ctx, jury[0], seats[0], Declaration{ProposalID: p, Reason: "领办人是我的邻居"})
		}()
		for range 2 {
			if err := <-done; err != nil && fault.InFields(err) == nil && !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		}
	}
	if n := w.count(`select count(*) from panel_word w join audit_event s on s.entity = 'panel_word' and s.entity_id = w.id join audit_event d on d.action = 'declare_tie' and d.chain = s.chain and d.n < s.n
    and d.data::jsonb->>'proposal' = w.proposal_id::text where @judge::uuid = any(w.present)`, pg.Args{"judge": seats[0]}); n > 0 {
		t.Errorf("somebody with a tie spoke %d times", n)
	}
}

// recordAt notes a row at the version it has now.
func (w *world) recordAt(ctx context.Context, tx pg.Tx, entity, id string) error {
	version, err := pg.Value[int](ctx, tx, `select version from proposal where id = @id`, pg.Args{"id": id})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, w.house(), audit.Event{Entity: entity, ID: id, Version: version, Action: "test", Place: home, At: noon})
}

func TestJudgesAreRemindedOfAPanelOnce(t *testing.T) {
	w := newWorld(t)
	_, _, _, panel := w.meeting(1, 4)
	soon := func() int64 {
		return w.count(`select count(*) from notice where key like '%' || @key || '%'`, pg.Args{"key": panel.ID + "/soon"})
	}
	remind := func(days int) {
		w.change(func(ctx context.Context, tx pg.Tx) error { return Remind(ctx, tx, panel.ClosesAt.AddDate(0, 0, -days)) })
	}
	if remind(2); soon() != 0 {
		t.Error("reminded two days before")
	}
	remind(1)
	if remind(1); soon() != 4 {
		t.Errorf("%d were reminded", soon())
	}
}
