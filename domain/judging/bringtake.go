package judging

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Taking is a judge's word on a workbook: what of a clash counts, and whether whole sheets are handed in at once.
type Taking struct {
	Version int      `form:"version"`
	Submit  bool     `form:"submit"`
	Choices []Choose `form:"choices"`
}

// Choose decides one clash.
type Choose struct {
	Assignment string `form:"assignment"`
	Take       string `form:"take"` // "file" or "online"
}

// Take writes a workbook's rows into the sheets: all of them, or none.
func (b *Book) Take(ctx context.Context, by identity.Actor, id string, t Taking) (taken int, err error) {
	r, err := b.Return(ctx, by, id)
	if err != nil || r.State != "read" {
		return 0, err
	}
	w, err := by.Must(identity.Score, r.Place)
	if err != nil {
		return 0, err
	}
	rows, err := r.chosen(t)
	if err != nil {
		return 0, err
	}
	now := b.clock.Now()
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		k, err := pg.One[struct {
			State   string
			Version int
		}](ctx, tx, lockReturnSQL, pg.Args{"id": id, "me": by.ID})
		if err != nil || k.State != "read" {
			return err
		}
		for _, x := range rows {
			if err := x.take(ctx, tx, w, r.Rubric, t.Submit, now); err != nil {
				return err
			}
		}
		taken = len(rows)
		if _, err := pg.Do(ctx, tx, takenSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "sheet_import", ID: id, Version: k.Version + 1, Action: "take", From: "read", To: "taken", Place: r.Place,
			Data: map[string]any{"rows": taken}, At: now})
	})
	return taken, err
}

// chosen are the rows to write, in the order their locks are taken.
func (r Return) chosen(t Taking) ([]Weighed, error) {
	if n := r.Count(RowBad); n > 0 {
		return nil, fault.New(fault.Conflict, "有 %d 行要先改好，改好以后整份再传一次。现在什么都没有存", n)
	}
	take := map[string]string{}
	for _, c := range t.Choices {
		take[c.Assignment] = c.Take
	}
	var rows []Weighed
	var wrong fault.Fields
	clash := 0
	for _, x := range r.Rows {
		switch x.What {
		case RowNew:
			rows = append(rows, x)
		case RowClash:
			switch take[x.Assignment] {
			case "file":
				x.draft.Saves = x.Online.Saves
				rows = append(rows, x)
			case "online":
			default:
				wrong.Add("choices."+strconv.Itoa(clash)+".take", "请选哪一份算数")
			}
			clash++
		}
	}
	slices.SortFunc(rows, func(a, b Weighed) int { return strings.Compare(a.Assignment, b.Assignment) })
	return rows, wrong.Err()
}

func (x Weighed) take(ctx context.Context, tx pg.Tx, w identity.Warrant, rubric []Criterion, submit bool, now time.Time) error {
	a, err := pg.One[Assignment](ctx, tx, assignmentSQL, pg.Args{"id": x.Assignment})
	if err != nil {
		return err
	}
	e := filled{draft: x.draft, to: Drafted, at: now}
	if e.marks, e.total, err = x.draft.read(rubric, false); err != nil {
		return err
	}
	if _, _, whole := x.draft.read(rubric, true); submit && whole == nil {
		e.to = Submitted
	}
	_, err = e.put(ctx, tx, w, a)
	return err
}
