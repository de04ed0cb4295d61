package judging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func TestAPaperSheetIsTypedTwice(t *testing.T) {
	h := newHall(t, 1, 5)
	ctx := context.Background()
	one, two := h.person("录入一", identity.DistrictStaff, district), h.person("录入二", identity.DistrictStaff, district)
	h.ok(h.press(DoNext))
	slot, _ := h.view().Current()
	photo := func() *Photo { return &Photo{Name: "纸.pdf", File: bytes.NewReader([]byte("%PDF-1.4 sheet"))} }
	seat := h.seatOf(h.jury[0], slot.ProposalID)
	paper := func(pass, mark int, reason string) PaperSheet {
		return PaperSheet{Pass: pass, Marks: marks(mark), Comment: "字写得很清楚", Reason: reason}
	}
	if err := h.book.KeySheet(ctx, one, seat, paper(1, 80, ""), nil); fault.InFields(err)["photo"].Text == "" {
		t.Errorf("without a photo: %v", err)
	}
	if err := h.book.KeySheet(ctx, h.jury[1], seat, paper(1, 80, ""), photo()); err == nil {
		t.Error("a judge types a sheet")
	}
	h.ok(h.book.KeySheet(ctx, one, seat, paper(1, 80, ""), photo()))
	h.ok(h.book.KeySheet(ctx, one, seat, paper(1, 80, ""), photo()))
	if err := h.book.KeySheet(ctx, one, seat, paper(2, 80, ""), nil); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the same person twice: %v", err)
	}
	if v, err := h.book.PaperSheetOf(ctx, two, seat); err != nil || len(v.Passes) > 0 || v.Pass != 2 || len(v.Photos) != 1 {
		t.Errorf("the second typing is not blind: %+v %v", v, err)
	}
	h.ok(h.book.KeySheet(ctx, two, seat, paper(2, 80, ""), nil))
	if n := h.count(`select count(*) from sheet where assignment_id = @id::uuid and state = 'locked' and total = 8000`, pg.Args{"id": seat}); n != 1 {
		t.Error("two equal typings did not lock the sheet")
	}
	if err := h.mark(h.jury[0], slot, 99); err == nil {
		t.Error("the judge marks again")
	}
	seat = h.seatOf(h.jury[1], slot.ProposalID)
	h.ok(h.book.KeySheet(ctx, one, seat, paper(1, 70, ""), photo()))
	h.ok(h.book.KeySheet(ctx, two, seat, paper(2, 75, ""), nil))
	if v, err := h.book.PaperSheetOf(ctx, one, seat); err != nil || len(v.Passes) != 2 || v.Pass != 3 {
		t.Errorf("what differs is not shown: %+v %v", v, err)
	}
	if err := h.book.KeySheet(ctx, one, seat, paper(3, 75, ""), nil); fault.InFields(err)["reason"].Text == "" {
		t.Errorf("settled without a reason: %v", err)
	}
	h.ok(h.book.KeySheet(ctx, one, seat, paper(3, 75, "第三栏是 75，第一遍看错了"), nil))
	if n := h.count(`select count(*) from sheet where assignment_id = @id::uuid and state = 'locked' and total = 7500`, pg.Args{"id": seat}); n != 1 {
		t.Error("the third look did not lock the sheet")
	}
}

func TestResidentsVoteBesideTheExperts(t *testing.T) {
	h := newHall(t, 2, 5)
	ctx := context.Background()
	h.run(`update edition set rules = rules || '{"public_vote": 20}', version = version where id = @id::uuid`, pg.Args{"id": h.edition})
	opens, closes := h.clock.Now().Add(time.Hour), h.clock.Now().Add(3*time.Hour)
	if err := h.book.PlanPoll(ctx, h.staff, h.round.ID, NewPoll{OpensAt: closes, ClosesAt: opens}); fault.InFields(err)["closes_at"].Text == "" {
		t.Errorf("a window that ends before it begins: %v", err)
	}
	for range 2 {
		h.ok(h.book.PlanPoll(ctx, h.staff, h.round.ID, NewPoll{OpensAt: opens, ClosesAt: closes}))
	}
	var voters []identity.Actor
	for i := range 5 {
		v := h.person(fmt.Sprint("居民", i), "", "")
		v.Home = home
		voters = append(voters, v)
	}
	vote := func(by identity.Actor, project string) error {
		h.clock.Advance(time.Second)
		return h.book.Cast(ctx, by, h.round.ID, Vote{[]string{project}})
	}
	if err := vote(voters[0], h.proposals[0]); !fault.Is(err, fault.Conflict) {
		t.Errorf("before it is open: %v", err)
	}
	h.clock.Set(opens)
	for _, wrong := range []identity.Actor{{}, {ID: voters[0].ID}, {ID: voters[0].ID, Home: "qy.a"}, {ID: h.jury[0].ID, Home: home}} {
		if err := vote(wrong, h.proposals[0]); err == nil {
			t.Errorf("%+v votes", wrong)
		}
	}
	for i, v := range voters {
		h.ok(vote(v, h.proposals[min(i, 1)]))
		h.ok(vote(v, h.proposals[min(i, 1)]))
	}
	h.ok(vote(voters[4], h.proposals[0])) // changed their mind: 2 and 3
	if v, err := h.book.Poll(ctx, voters[0], h.round.ID); err != nil || len(v.Counts) > 0 || !slices.Equal(v.Mine, h.proposals[:1]) {
		t.Errorf("%+v %v", v, err)
	}
	count := func(pass, a, b int) BoxCount {
		return BoxCount{Box: "活动室", Pass: pass, Counts: []MarkText{{Code: h.proposals[0], Mark: fmt.Sprint(a)}, {Code: h.proposals[1], Mark: fmt.Sprint(b)}}}
	}
	box := func(by identity.Actor, pass, a, b int) error {
		var photo *Photo
		if pass == 1 {
			photo = &Photo{Name: "唱票.pdf", File: bytes.NewReader([]byte("%PDF-1.4 tally"))}
		}
		return h.book.KeyBox(ctx, by, h.round.ID, count(pass, a, b), photo)
	}
	if err := h.book.KeyBox(ctx, h.staff, h.round.ID, count(1, 21, 20), nil); fault.InFields(err)["photo"].Text != noBoxPhoto {
		t.Errorf("a box without a photo of its count: %v", err)
	}
	if err := h.book.KeyBox(ctx, h.staff, h.round.ID, count(1, 21, 20), &Photo{Name: "x", File: bytes.NewReader([]byte("no picture"))}); fault.InFields(err)["photo"].Text == "" {
		t.Errorf("a photo that is none: %v", err)
	}
	h.ok(box(h.staff, 1, 21, 20))
	if v, err := h.book.BoxOf(ctx, h.head, h.round.ID, "活动室"); err != nil || len(v.Photos) != 1 || len(v.Passes) > 0 || v.Pass != 2 {
		t.Errorf("the second typing has %d photos and sees %d typings: %v", len(v.Photos), len(v.Passes), err)
	}
	if err := box(h.staff, 2, 21, 20); !fault.Is(err, fault.Forbidden) {
		t.Errorf("one person counts twice: %v", err)
	}
	if err := h.book.CountPoll(ctx, h.staff, h.round.ID, Pressed{1}); !fault.Is(err, fault.Conflict) {
		t.Errorf("counted while it is open: %v", err)
	}
	h.clock.Set(closes)
	if err := vote(voters[0], h.proposals[1]); !fault.Is(err, fault.Conflict) {
		t.Errorf("after it has closed: %v", err)
	}
	if err := h.book.CountPoll(ctx, h.staff, h.round.ID, Pressed{1}); !fault.Is(err, fault.Conflict) {
		t.Errorf("counted with a box typed once: %v", err)
	}
	h.ok(box(h.head, 2, 21, 20))
	for range 2 {
		h.ok(h.book.CountPoll(ctx, h.staff, h.round.ID, Pressed{1}))
	}
	v, err := h.book.Poll(ctx, identity.Actor{}, h.round.ID)
	h.ok(err)
	i := slices.IndexFunc(v.Counts, func(c Count) bool { return c.ProposalID == h.proposals[0] })
	if c := v.Counts[i]; c.Votes != 2 || c.Paper != 21 || c.Points != 100_00 {
		t.Errorf("%+v", v.Counts)
	}
	if c := v.Counts[1-i]; c.Votes != 3 || c.Paper != 20 || c.Points != 100_00 {
		t.Errorf("%+v", v.Counts)
	}
	for range 2 {
		h.hear(func(int) int { return 80 })
	}
	h.ok(h.press(DoNext))
	for _, s := range h.view().Slots {
		h.ok(h.press(DoReveal, at(s)))
	}
	h.ok(h.press(DoEnd))
	h.ok(h.book.CloseRound(ctx, h.staff, h.round.ID, Pressed{h.round.Version}))
	out, err := Recompute(ctx, h.db, h.get(h.round.ID))
	if err != nil || out.Rows[0].Score != 84_00 { // 80 of the experts at 80 %, 100 of the residents at 20 %
		t.Errorf("%+v %v", out, err)
	}
}

func TestVotePointsAndTheMixOfTheRules(t *testing.T) {
	for _, c := range [][3]int{{92, 100, 92_00}, {100, 100, 100_00}, {0, 7, 0}, {1, 3, 33_33}, {2, 3, 66_67}, {0, 0, 100_00}} {
		if got := VotePoints(c[0], c[1]); got != c[2] {
			t.Errorf("%d of %d votes are %d points, want %d", c[0], c[1], got, c[2])
		}
	}
	if got := Mix(88_50, VotePoints(92, 100), 20); got != 89_20 {
		t.Errorf("the rules' vector: %d", got)
	}
}

func TestAPromisedVoteIsNotForgotten(t *testing.T) {
	h := newHall(t, 1, 5)
	h.run(`update edition set rules = rules || '{"public_vote": 20}', version = version where id = @id::uuid`, pg.Args{"id": h.edition})
	e, err := edition.Get(context.Background(), h.db, h.edition)
	if err != nil || e.Rules.PublicVote != 20 {
		t.Fatal(err, e.Rules.PublicVote)
	}
	slot := h.hear(func(int) int { return 80 })
	h.ok(h.press(DoNext))
	h.ok(h.press(DoReveal, at(slot)))
	h.ok(h.press(DoEnd))
	err = h.book.CloseRound(context.Background(), h.staff, h.round.ID, Pressed{h.round.Version})
	if !fault.Is(err, fault.Conflict) || errors.Is(err, context.Canceled) {
		t.Errorf("closed without the vote: %v", err)
	}
}
