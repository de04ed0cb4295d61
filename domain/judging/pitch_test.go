package judging

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
)

// hall is a world with a drawn pitch room.
type hall struct {
	*world
	proposals []string
	jury      []identity.Actor
	round     Round
}

func newHall(t *testing.T, n, j int) *hall {
	t.Helper()
	w := newWorld(t)
	disk, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.book.KeepPapers(Papers{Store: disk})
	h := &hall{world: w}
	h.proposals, h.jury, _, h.round = w.opened(n, j)
	h.ok(w.book.Draw(context.Background(), w.staff, h.round.ID, h.place()))
	return h
}

func (h *hall) place() NewStage {
	return NewStage{Hall: "区文化馆", StartsAt: noon.AddDate(0, 0, 1)}
}

func (h *hall) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("%v %v", err, fault.InFields(err))
	}
}

func (h *hall) view() HostView {
	h.t.Helper()
	v, err := h.book.Host(context.Background(), h.staff, h.round.ID)
	h.ok(err)
	return v
}

func (h *hall) press(do string, more ...func(*StageStep)) error {
	p := StageStep{Do: do, Version: h.view().Stage.Version}
	for _, f := range more {
		f(&p)
	}
	h.clock.Advance(time.Second)
	return h.book.Step(context.Background(), h.staff, h.round.ID, p)
}

func at(slot Slot) func(*StageStep) { return func(p *StageStep) { p.Slot = slot.ID } }

func because(reason string) func(*StageStep) { return func(p *StageStep) { p.Reason = reason } }

// seatOf is a judge's assignment for a project, "" for none.
func (h *hall) seatOf(judge identity.Actor, project string) string {
	h.t.Helper()
	ids, err := pg.Values[string](context.Background(), h.db, `select a.id::text from assignment a join judge j on j.id = a.judge_id where j.person_id = @me::uuid and a.proposal_id = @p::uuid and a.round_id = @r::uuid
    and a.state in ('assigned', 'accepted')`, pg.Args{"me": judge.ID, "p": project, "r": h.round.ID})
	h.ok(err)
	return strings.Join(ids, "")
}

func (h *hall) mark(judge identity.Actor, slot Slot, mark int) error {
	h.clock.Advance(time.Second)
	return h.book.Submit(context.Background(), judge, h.seatOf(judge, slot.ProposalID), SheetDraft{Marks: marks(mark), Comment: "很好"})
}

// hear calls the next pitch, lets it speak, has all judges mark it and ends it.
func (h *hall) hear(mark func(i int) int) Slot {
	h.t.Helper()
	h.ok(h.press(DoNext))
	slot, _ := h.view().Current()
	h.ok(h.press(DoStart))
	for i, j := range h.jury {
		if h.seatOf(j, slot.ProposalID) != "" {
			h.ok(h.mark(j, slot, mark(i)))
		}
	}
	h.ok(h.press(DoPause))
	return slot
}

func TestTheOrderIsDrawnOnceAndTold(t *testing.T) {
	h := newHall(t, 4, 5)
	ctx := context.Background()
	h.ok(h.book.Draw(ctx, h.staff, h.round.ID, h.place())) // sent twice
	v := h.view()
	if len(v.Slots) != 4 || len(v.Draws) != 1 || v.Draws[0].Seed != h.round.Seed {
		t.Fatalf("%+v", v.Draws)
	}
	if n := h.count(`select count(*) from notice where code = 'N07'`, nil); n != 4+5 {
		t.Errorf("%d were told", n)
	}
	if err := h.book.Draw(ctx, h.other, h.round.ID, h.place()); !fault.Is(err, fault.NotFound) {
		t.Errorf("another district: %v", err)
	}
	if err := h.book.Draw(ctx, h.head, h.round.ID, h.place()); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the head: %v", err)
	}
	n := h.place()
	n.Redraw, n.Version = true, 1
	if err := h.book.Draw(ctx, h.staff, h.round.ID, n); fault.InFields(err)["reason"].Text == "" {
		t.Errorf("a second draw without a reason: %v", err)
	}
	n.Reason = "投影仪坏了，改到下午"
	h.ok(h.book.Draw(ctx, h.staff, h.round.ID, n))
	h.ok(h.book.Draw(ctx, h.staff, h.round.ID, n))
	v = h.view()
	if len(v.Draws) != 2 || v.Draws[1].Seed != h.round.Seed+"/2" || v.Stage.Version != 2 {
		t.Errorf("%+v", v.Draws)
	}
	h.refused(`update pitch_draw set reason = 'x' where n = 2`, nil)
	// The day before everybody is told again, once, and not in the night.
	for _, hour := range []int{3, 9, 10} {
		h.change(func(ctx context.Context, tx pg.Tx) error {
			return RemindPitches(ctx, tx, time.Date(2026, 6, 15, hour, 0, 0, 0, noon.Location()))
		})
	}
	if n := h.count(`select count(*) from notice where code = 'N07' and key like '%/eve/%'`, nil); n != 9 {
		t.Errorf("%d were reminded", n)
	}
}

func TestAPitchIsCalledTimedHeardAndShown(t *testing.T) {
	h := newHall(t, 3, 5)
	first := h.view().Slots[0]
	if err := h.mark(h.jury[0], first, 80); !fault.Is(err, fault.Conflict) {
		t.Errorf("handed in before it stood on the stage: %v", err)
	}
	h.ok(h.press(DoNext))
	old := h.view().Stage.Version - 1
	if err := h.book.Step(context.Background(), h.staff, h.round.ID, StageStep{Do: DoNext, Version: old}); err != nil {
		t.Errorf("the same press twice: %v", err)
	}
	second := h.person("另一位主持", identity.DistrictStaff, district)
	if err := h.book.Step(context.Background(), second, h.round.ID, StageStep{Do: DoNext, Version: old}); !fault.Is(err, fault.Conflict) {
		t.Errorf("another window on an old screen: %v", err)
	}
	if up, _ := h.view().Current(); up.ID != first.ID {
		t.Fatalf("%s stands on the stage", up.Title)
	}
	h.ok(h.press(DoStart))
	h.clock.Advance(time.Minute)
	h.ok(h.press(DoPause))
	if used := h.view().Stage.Used(h.clock.Now()); used != 61*time.Second {
		t.Errorf("the clock shows %s", used)
	}
	if err := h.press(DoReveal, at(first)); !fault.Is(err, fault.Conflict) {
		t.Errorf("shown while it stands on the stage: %v", err)
	}
	for i, j := range h.jury[:4] {
		h.ok(h.mark(j, first, 80+i))
	}
	h.ok(h.press(DoNext))
	if err := h.press(DoReveal, at(first)); fault.InFields(err)["reason"].Text == "" {
		t.Errorf("shown with a sheet missing: %v", err)
	}
	for _, a := range []identity.Actor{h.staff, h.head} {
		if board, err := h.book.Board(context.Background(), a, h.round.ID); err != nil || board.Slots[0].Score != nil || len(board.Slots[0].Marks) > 0 {
			t.Errorf("%s sees marks early: %v %v", a.Name, board.Slots[0], err)
		}
	}
	h.ok(h.mark(h.jury[4], first, 60))
	h.ok(h.press(DoReveal, at(first)))
	shown := h.view().Slots[0]
	if shown.Score == nil || *shown.Score != 81_00 || len(shown.Marks) != 5 || !shown.Marks[0].Dropped || !shown.Marks[4].Dropped {
		t.Errorf("shown %+v", shown)
	}
	if err := h.book.Reopen(context.Background(), h.jury[0], h.seatOf(h.jury[0], first.ProposalID), Reason{"看漏了"}); err != nil {
		t.Error(err) // nothing to reopen
	}
	if n := h.count(`select count(*) from sheet where proposal_id = @p::uuid and state = 'locked'`, pg.Args{"p": first.ProposalID}); n != 5 {
		t.Errorf("%d shown sheets are locked", n)
	}
}

func TestAMissingSheetIsWaivedWithAReason(t *testing.T) {
	h := newHall(t, 1, 5)
	h.ok(h.press(DoNext))
	slot, _ := h.view().Current()
	h.ok(h.mark(h.jury[0], slot, 80))
	h.ok(h.mark(h.jury[1], slot, 90))
	h.ok(h.press(DoNext))
	if err := h.press(DoReveal, at(slot), because("停电")); !fault.Is(err, fault.Conflict) {
		t.Errorf("shown with two sheets: %v", err)
	}
	h.ok(h.mark(h.jury[2], slot, 70))
	h.ok(h.press(DoReveal, at(slot), because("两位评委突然不舒服，提前离场")))
	if err := h.book.Submit(context.Background(), h.jury[3], firstSeat(h, h.jury[3]), SheetDraft{Marks: marks(99)}); err == nil {
		t.Error("marked after having seen the others' marks")
	}
	if s := h.view().Slots[0]; *s.Score != 80_00 {
		t.Errorf("%d", *s.Score)
	}
}

func firstSeat(h *hall, judge identity.Actor) string {
	id, err := pg.Value[string](context.Background(), h.db, `select a.id::text from assignment a join judge j on j.id = a.judge_id where j.person_id = @me::uuid and a.round_id = @r::uuid limit 1`, pg.Args{"me": judge.ID, "r": h.round.ID})
	h.ok(err)
	return id
}

func TestWhoDoesNotComeIsWithdrawn(t *testing.T) {
	h := newHall(t, 2, 5)
	h.ok(h.press(DoNext))
	slot, _ := h.view().Current()
	if err := h.press(DoAbsent, at(slot)); fault.InFields(err)["sure"].Text == "" {
		t.Errorf("without asking again: %v", err)
	}
	h.ok(h.press(DoAbsent, at(slot), func(p *StageStep) { p.Sure = true }))
	if n := h.count(`select count(*) from proposal where id = @p::uuid and state = 'withdrawn' and reason <> ''`, pg.Args{"p": slot.ProposalID}); n != 1 {
		t.Error("the project is not withdrawn")
	}
	h.ok(h.press(DoNext))
	if up, _ := h.view().Current(); up.Seq != 2 {
		t.Errorf("%d stands on the stage", up.Seq)
	}
	h.ok(h.press(DoBack)) // called too early
	if _, on := h.view().Current(); on {
		t.Error("the call was not taken back")
	}
	h.ok(h.press(DoNext))
	h.ok(h.press(DoStart))
	if err := h.press(DoBack); !fault.Is(err, fault.Conflict) {
		t.Errorf("taken back while it speaks: %v", err)
	}
	if err := h.press(DoEnd); !fault.Is(err, fault.Conflict) {
		t.Errorf("ended while a pitch is on: %v", err)
	}
}

// Host and judges press at once: every sheet is in or refused, none is lost, and none comes after its marks were shown.
func TestHandingInAndShowingMeet(t *testing.T) {
	h := newHall(t, 1, 5)
	h.ok(h.press(DoNext))
	slot, _ := h.view().Current()
	for i := range 3 {
		h.ok(h.mark(h.jury[i], slot, 80))
	}
	h.ok(h.press(DoNext))
	version := h.view().Stage.Version
	var wait sync.WaitGroup
	errs := make([]error, 3)
	for i := range 2 {
		wait.Go(func() {
			errs[i] = h.book.Submit(context.Background(), h.jury[3+i], h.seatOf(h.jury[3+i], slot.ProposalID), SheetDraft{Marks: marks(90)})
		})
	}
	wait.Go(func() {
		errs[2] = h.book.Step(context.Background(), h.staff, h.round.ID, StageStep{Do: DoReveal, Slot: slot.ID, Reason: "有人离场", Version: version})
	})
	wait.Wait()
	h.ok(errs[2])
	want := 3
	for _, err := range errs[:2] {
		if err == nil {
			want++
		}
	}
	if s := h.view().Slots[0]; len(s.Marks) != want {
		t.Errorf("%d marks are shown, %d were taken: %v", len(s.Marks), want, errs)
	}
}

func TestEventsAreNumberedWithoutAGap(t *testing.T) {
	h := newHall(t, 2, 5)
	h.hear(func(i int) int { return 80 + i })
	h.hear(func(i int) int { return 70 + i })
	numbers, err := pg.Values[int](context.Background(), h.db, `select n from board_event order by n`, nil)
	h.ok(err)
	for i, n := range numbers {
		if n != i+1 {
			t.Fatalf("%v", numbers)
		}
	}
	if n := h.view().Stage.Events; n != len(numbers) || n != 1+2*3+2*5 {
		t.Errorf("%d events, %d lines", n, len(numbers))
	}
	h.refused(`delete from board_event`, nil)
}

func TestABoardIsOpenWhenTheHostSaysSo(t *testing.T) {
	h := newHall(t, 2, 5)
	ctx, visitor := context.Background(), identity.Actor{}
	if _, err := h.book.Watch(ctx, visitor, h.round.ID); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a visitor before it is published: %v", err)
	}
	h.ok(h.press(DoPublish))
	var all []*Watcher
	for range 100 {
		w, err := h.book.Watch(ctx, visitor, h.round.ID)
		h.ok(err)
		all = append(all, w)
	}
	before := h.book.Hub().Asks()
	began := time.Now()
	slot := h.hear(func(i int) int { return 80 + i })
	h.ok(h.press(DoNext))
	h.ok(h.press(DoReveal, at(slot)))
	events := h.view().Stage.Events
	for _, w := range all {
		for {
			news, board, may := w.Since(0)
			if len(news) == events {
				if !may || *board.Slots[0].Score == 0 {
					t.Error("the board does not show the score")
				}
				break
			}
			select {
			case <-w.Wake():
			case <-time.After(time.Minute):
				t.Fatalf("a watcher knows %d of %d events", len(news), events)
			}
		}
	}
	if asks, beats := h.book.Hub().Asks()-before, int(time.Since(began)/beat)+2; asks > 2*beats {
		t.Errorf("%d statements for 100 watchers in %d beats", asks, beats)
	}
	h.ok(h.press(DoHide))
	if _, err := h.book.Board(ctx, visitor, h.round.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a visitor after it was taken from view: %v", err)
	}
	for _, w := range all {
		w.Leave()
	}
}

func TestARoundClosesAfterItsStage(t *testing.T) {
	h := newHall(t, 2, 5)
	ctx := context.Background()
	for range 2 {
		h.hear(func(i int) int { return 80 + i })
	}
	h.ok(h.press(DoNext))
	if err := h.book.CloseRound(ctx, h.staff, h.round.ID, Pressed{h.round.Version}); !fault.Is(err, fault.Conflict) {
		t.Errorf("closed while marks are not shown: %v", err)
	}
	for _, s := range h.view().Slots {
		h.ok(h.press(DoReveal, at(s)))
	}
	if err := h.book.SealMinute(ctx, h.staff, h.round.ID, Sealing{Present: []string{h.view().Jury[0].ID}}); !fault.Is(err, fault.Conflict) {
		t.Errorf("minutes before the end: %v", err)
	}
	h.ok(h.press(DoEnd))
	present := []string{}
	for _, j := range h.view().Jury {
		present = append(present, j.ID)
	}
	if err := h.book.SealMinute(ctx, h.staff, h.round.ID, Sealing{}); fault.InFields(err)["present"].Text == "" {
		t.Errorf("nobody was there: %v", err)
	}
	for range 2 {
		h.ok(h.book.SealMinute(ctx, h.staff, h.round.ID, Sealing{Present: present[1:], Others: "监督员 王明"}))
	}
	m := h.view().Minute
	for _, text := range []string{"区文化馆", h.round.Seed, "旧衣改造坊1", "监督员 王明", `"dropped":true`} {
		if !strings.Contains(m.Body, text) {
			t.Errorf("the minutes do not say %s", text)
		}
	}
	pdf, err := h.book.MinutePDF(ctx, h.staff, h.round.ID, "https://miaopu.example")
	h.ok(err)
	saysOnPaper(t, pdf.Body, h.round.Seed, "路演评审纪要", "区文化馆", "旧衣改造坊1", "监督员 王明", "评委1", "82.00", m.Digest)
	if seal, err := h.book.SealOf(ctx, h.round.ID); err != nil || seal.Digest != m.Digest || seal.SignedAt != nil {
		t.Errorf("%+v %v", seal, err)
	}
	scan := &Photo{Name: "签字.pdf", File: bytes.NewReader([]byte("%PDF-1.4 signed"))}
	if err := h.book.SignMinute(ctx, h.staff, h.round.ID, Scan{m.Version}, nil); fault.InFields(err)["scan"].Text == "" {
		t.Errorf("signed without a scan: %v", err)
	}
	h.ok(h.book.SignMinute(ctx, h.staff, h.round.ID, Scan{m.Version}, scan))
	h.refused(`update pitch_minute set body = 'x', version = version + 1`, nil)
	h.ok(h.book.CloseRound(ctx, h.staff, h.round.ID, Pressed{h.round.Version}))
	r := h.get(h.round.ID)
	out, err := Recompute(ctx, h.db, r)
	if err != nil || Digest(out) != r.Digest || out.Rows[0].Score != 82_00 {
		t.Errorf("recomputed %+v %v", out, err)
	}
}
