package main

import (
	"fmt"
	"slices"
	"strconv"

	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

// compare holds what the boards saw to what the house decided.
func (w *pitching) compare(s *seen, all []*watching, sheets int) {
	w.t.Helper()
	type change struct {
		N    int
		Kind string
		Slot string
	}
	changes, err := pg.All[change](w.t.Context(), w.h.Engines.DB, `select n, kind, coalesce(slot_id::text, '') as slot from board_event where room_id = @id::uuid order by n`, pg.Args{"id": w.round})
	w.ok(err)
	for i, me := range all {
		for k, n := range me.numbers {
			if n != k+1 {
				w.t.Fatalf("board %d knows %v of %d changes", i, me.numbers, len(changes))
			}
		}
		if len(me.numbers) != len(changes) {
			w.t.Errorf("board %d knows %d of %d changes", i, len(me.numbers), len(changes))
		}
		if me.digest != all[0].digest {
			w.t.Errorf("board %d ends as %s, the first as %s", i, me.digest, all[0].digest)
		}
	}
	slots := map[string]judging.Slot{}
	for _, t := range w.view().Slots {
		slots[t.ID] = t
	}
	allowed, shown := map[string]bool{}, 0
	for _, c := range changes {
		if c.Kind == judging.DoReveal {
			t := slots[c.Slot]
			shown++
			allowed[fmt.Sprintf("%d.%02d", *t.Score/100, *t.Score%100)] = true
			for _, m := range t.Marks {
				allowed[fmt.Sprintf("%d.%02d", m.Total/100, m.Total%100)] = true
			}
			if at := s.pressed[c.N]; !at.IsZero() && s.first[c.N].Before(at) {
				w.t.Errorf("change %d was on a board before it was pressed", c.N)
			}
		}
		if len(s.html[c.N]) > 1 {
			w.t.Errorf("change %d looks different on different boards", c.N)
		}
		for _, html := range s.html[c.N] {
			for _, number := range shownNumber.FindAllString(html, -1) {
				if !allowed[number] {
					w.t.Errorf("at change %d a board shows %s, which nobody was to see yet", c.N, number)
				}
			}
			if rows := len(shownRow.FindAllString(html, -1)); rows != min(9, shown) {
				w.t.Errorf("at change %d a board shows %d results, %d were shown", c.N, rows, shown)
			}
		}
	}
	type sheet struct {
		Seat, Judge string
		Marks       map[string]int
	}
	kept, err := pg.All[sheet](w.t.Context(), w.h.Engines.DB, `select x.assignment_id::text as seat, j.person_id::text as judge, x.marks from sheet x join judge j on j.id = x.judge_id where x.round_id = @id::uuid and x.state = 'locked'`, pg.Args{"id": w.round})
	w.ok(err)
	if len(kept) != sheets {
		w.t.Errorf("%d sheets are locked, %d were handed in", len(kept), sheets)
	}
	for _, k := range kept {
		judge := slices.IndexFunc(w.people, func(a identity.Actor) bool { return a.ID == k.Judge })
		want := marksOf(judge, "/review/"+k.Seat)
		for i, c := range judging.DefaultRubric(judging.Pitch) {
			if got := strconv.Itoa(k.Marks[c.Code]); got != want.Get(fmt.Sprintf("marks.%d.mark", i)) {
				w.t.Errorf("judge %d gave %s, kept is %s", judge, want.Get(fmt.Sprintf("marks.%d.mark", i)), got)
			}
		}
	}
}
