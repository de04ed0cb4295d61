package judging

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// filledBook is the judge's workbook after they wrote into it: cells by row (from 1, the first project) and heading.
func (w *world) filledBook(a identity.Actor, round string, cells map[int]map[string]any) []byte {
	w.t.Helper()
	made, err := w.book.Workbook(context.Background(), a, round)
	if err != nil {
		w.t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(made.Body))
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(tabSheets)
	if err != nil {
		w.t.Fatal(err)
	}
	for row, values := range cells {
		for head, v := range values {
			for i, h := range rows[0] {
				if strings.HasPrefix(h, head) {
					at, _ := excelize.CoordinatesToCellName(i+1, row+1)
					if err := f.SetCellValue(tabSheets, at, v); err != nil {
						w.t.Fatal(err)
					}
				}
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		w.t.Fatal(err)
	}
	return out.Bytes()
}

// full marks every criterion of the pitch rubric.
func full(mark int) map[string]any {
	cells := map[string]any{headComment: "请把场地定下来"}
	for _, c := range DefaultRubric(Pitch) {
		cells[c.Name] = mark
	}
	return cells
}

func (w *world) bring(a identity.Actor, round string, data []byte) Return {
	w.t.Helper()
	ctx := context.Background()
	made, err := w.book.Bring(ctx, a, round, id(), "评分表.xlsx", bytes.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := w.book.Return(ctx, a, made)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (r Return) whats() string {
	list := make([]string, len(r.Rows))
	for i, x := range r.Rows {
		list[i] = x.What
	}
	return strings.Join(list, " ")
}

func TestAWorkbookGoesOutAndComesBack(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, round := w.opened(3, 3)
	a := jury[0]
	r := w.bring(a, round.ID, w.filledBook(a, round.ID, map[int]map[string]any{1: full(88), 2: {headComment: "=HYPERLINK(\"http://x\")", DefaultRubric(Pitch)[0].Name: 70}}))
	if got := r.whats(); got != "new new blank" {
		t.Fatalf("the rows are %s", got)
	}
	if n := w.count(`select count(*) from sheet`, nil); n != 0 {
		t.Errorf("%d sheets before anybody confirmed", n)
	}
	for range 2 { // pressed twice
		if _, err := w.book.Take(ctx, a, r.ID, Taking{Submit: true}); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`select count(*) from sheet where state = 'submitted' and total = 8800`, nil); n != 1 {
		t.Errorf("%d whole sheets were handed in", n)
	}
	if n := w.count(`select count(*) from sheet where state = 'draft' and total is null`, nil); n != 1 {
		t.Errorf("%d half sheets were kept as drafts", n)
	}
	// What was typed as a formula goes out again as text.
	again, err := w.book.Workbook(ctx, a, round.ID)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := excelize.OpenReader(bytes.NewReader(again.Body))
	defer f.Close()
	at, _ := excelize.CoordinatesToCellName(3+len(DefaultRubric(Pitch)), 3)
	if formula, _ := f.GetCellFormula(tabSheets, at); formula != "" {
		t.Errorf("%s is a formula: %s", at, formula)
	}
	if v, _ := f.GetCellValue(tabSheets, at); v != "=HYPERLINK(\"http://x\")" {
		t.Errorf("%s reads %q", at, v)
	}
	if r := w.bring(a, round.ID, again.Body); r.whats() != "same same blank" {
		t.Errorf("an unchanged workbook reads %s", r.whats())
	}
}

func TestNothingHalfIsTaken(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, round := w.opened(3, 3)
	a := jury[0]
	first := DefaultRubric(Pitch)[0].Name
	r := w.bring(a, round.ID, w.filledBook(a, round.ID, map[int]map[string]any{1: full(80), 2: {first: 101}, 3: {first: "八十"}}))
	if got := r.whats(); got != "new bad bad" {
		t.Fatalf("the rows are %s", got)
	}
	if said := r.Rows[1].Wrong[0].String(); !strings.Contains(said, first) || !strings.Contains(said, "0 到 100") {
		t.Errorf("a mark of 101 is told as %q", said)
	}
	_, err := w.book.Take(ctx, a, r.ID, Taking{})
	wants(t, err, fault.Conflict)
	if n := w.count(`select count(*) from sheet`, nil); n != 0 {
		t.Errorf("%d sheets of a workbook that was refused", n)
	}
	for name, key := range map[string]string{"of another": "", "unknown": "x/0", "twice": ""} {
		q, _ := w.book.MyQueue(ctx, jury[1])
		own, _ := w.book.MyQueue(ctx, a)
		switch name {
		case "of another":
			key = q.Tasks[0].ID + "/0"
		case "twice":
			key = own.Tasks[1].ID + "/0"
		}
		r := w.bring(a, round.ID, w.filledBook(a, round.ID, map[int]map[string]any{1: {headKey: key, first: 60}}))
		bad := r.Rows[0].What == RowBad || name == "twice" && r.Rows[1].What == RowBad
		if !bad {
			t.Errorf("a row %s is %s", name, r.whats())
		}
	}
	for name, data := range map[string][]byte{"garbage": []byte("PK\x03\x04nonsense"), "another table": []byte("a,b\n1,2\n"), "too large": bytes.Repeat([]byte("x"), MaxWorkbook+1)} {
		if _, err := w.book.Bring(ctx, a, round.ID, id(), "x", bytes.NewReader(data)); fault.InFields(err)["workbook"].Text == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.book.Workbook(ctx, w.staff, round.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("staff take out a judge's workbook: %v", err)
	}
	if _, err := w.book.Return(ctx, jury[1], r.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another judge reads it: %v", err)
	}
}

func TestWhatChangedMeanwhileIsAChoice(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, round := w.opened(3, 3)
	a := jury[0]
	q, _ := w.book.MyQueue(ctx, a)
	data := w.filledBook(a, round.ID, map[int]map[string]any{1: full(80), 2: full(81), 3: full(82)})
	for i, task := range q.Tasks[:2] {
		if _, err := w.book.Save(ctx, a, task.ID, SheetDraft{Marks: marks(60 + i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.book.Submit(ctx, a, q.Tasks[2].ID, SheetDraft{Marks: marks(70)}); err != nil {
		t.Fatal(err)
	}
	r := w.bring(a, round.ID, data)
	if got := r.whats(); got != "clash clash sent" {
		t.Fatalf("the rows are %s", got)
	}
	_, err := w.book.Take(ctx, a, r.ID, Taking{Choices: []Choose{{q.Tasks[0].ID, "file"}}})
	if fault.InFields(err)["choices.1.take"].Text == "" {
		t.Errorf("an open choice: %v", err)
	}
	if _, err := w.book.Take(ctx, a, r.ID, Taking{Choices: []Choose{{q.Tasks[0].ID, "file"}, {q.Tasks[1].ID, "online"}}}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{8000, 6100, 7000} {
		if n := w.count(`select count(*) from sheet where assignment_id = @id and total = @total`, pg.Args{"id": q.Tasks[i].ID, "total": strconv.Itoa(want)}); n != 1 {
			t.Errorf("sheet %d does not come to %d", i+1, want)
		}
	}
	late := w.bring(a, round.ID, w.filledBook(a, round.ID, map[int]map[string]any{1: full(99)}))
	q, _ = w.book.MyQueue(ctx, a)
	for _, task := range q.Tasks[:2] {
		if err := w.book.Submit(ctx, a, task.ID, SheetDraft{Saves: task.Saves, Marks: marks(77)}); err != nil {
			t.Fatal(err)
		}
	}
	w.markAll(jury[1:], func(int, Task) int { return 77 })
	if err := w.book.CloseRound(ctx, w.staff, round.ID, Pressed{round.Version}); err != nil {
		t.Fatal(err)
	}
	_, err = w.book.Take(ctx, a, late.ID, Taking{})
	wants(t, err, fault.Conflict)
}
