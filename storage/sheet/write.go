package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Money is a sum in fen, written as a number of yuan with two decimals.
type Money int64

// Column is a column of a sheet to be written.
type Column struct {
	Head    string
	Note    string   // shown when its cells are chosen, "" for none
	Wide    float64  // in characters
	Choices []string // offered as a list; what is typed beside it is let through and checked when it is read
	Words   bool     // text even where it looks like a number: telephone numbers, numbers with leading zeros
}

// Tab is a sheet to be written.
type Tab struct {
	Name    string
	Columns []Column // none for a sheet of notes
	// Rows hands every row to put: string, int, Money or time.Time in each field, nil for an empty one. What is text stays
	// text, whatever it begins with.
	Rows func(put func(...any) error) error
	Bad  int // a column, counted from 1, that says what is wrong: it is coloured where it says something; 0 for none
}

// lists is the hidden sheet that holds the choices: a list of its own may not be longer than 255 characters.
const lists = "lists"

type styles struct{ head, text, words, money, moment, bad int }

// Write writes a workbook.
func Write(w io.Writer, tabs []Tab) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	st, err := newStyles(f)
	if err != nil {
		return err
	}
	choices := 0
	for i, t := range tabs {
		if i == 0 {
			err = f.SetSheetName("Sheet1", t.Name)
		} else {
			_, err = f.NewSheet(t.Name)
		}
		if err != nil {
			return err
		}
		if err := writeTab(f, t, st, &choices); err != nil {
			return fmt.Errorf("sheet %s: %w", t.Name, err)
		}
	}
	if choices > 0 {
		if err := f.SetSheetVisible(lists, false); err != nil {
			return err
		}
	}
	f.SetActiveSheet(0)
	return f.Write(w)
}

func newStyles(f *excelize.File) (s styles, err error) {
	money, moment := "#,##0.00", "yyyy-mm-dd hh:mm"
	border := []excelize.Border{{Type: "bottom", Style: 1, Color: "B9C2BC"}}
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	for _, d := range []struct {
		into  *int
		style excelize.Style
	}{{&s.head, excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E4EFE8"}}, Border: border, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}},
		{&s.text, excelize.Style{Alignment: top}}, {&s.words, excelize.Style{NumFmt: 49, Alignment: top}},
		{&s.money, excelize.Style{CustomNumFmt: &money, Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&s.moment, excelize.Style{CustomNumFmt: &moment, Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&s.bad, excelize.Style{Font: &excelize.Font{Color: "9C1C1C", Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FBE4E1"}}, Alignment: top}}} {
		if *d.into, err = f.NewStyle(&d.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

func writeTab(f *excelize.File, t Tab, st styles, choices *int) error {
	for i, c := range t.Columns {
		if err := offer(f, t.Name, i+1, c, choices); err != nil {
			return err
		}
	}
	out, err := f.NewStreamWriter(t.Name)
	if err != nil {
		return err
	}
	if len(t.Columns) == 0 {
		if err := out.SetColWidth(1, 1, 90); err != nil {
			return err
		}
	}
	head := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = excelize.Cell{StyleID: st.head, Value: c.Head}
		if err := out.SetColWidth(i+1, i+1, max(c.Wide, 8)); err != nil {
			return err
		}
		if c.Words {
			if err := out.SetColStyle(i+1, i+1, st.words); err != nil {
				return err
			}
		}
	}
	row := 1
	if len(head) > 0 {
		if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return err
		}
		if err := out.SetRow("A1", head, excelize.RowOpts{Height: 30}); err != nil {
			return err
		}
		row = 2
	}
	err = t.Rows(func(fields ...any) error {
		at, err := excelize.CoordinatesToCellName(1, row)
		if err != nil {
			return err
		}
		row++
		return out.SetRow(at, t.cells(fields, st))
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// cells gives every field its type and look.
func (t Tab) cells(fields []any, st styles) []any {
	cells := make([]any, len(fields))
	for i, v := range fields {
		c := excelize.Cell{StyleID: st.text, Value: v}
		switch v := v.(type) {
		case Money:
			c.StyleID, c.Value = st.money, float64(v)/100
		case time.Time:
			c.StyleID = st.moment
		case string:
			if i < len(t.Columns) && t.Columns[i].Words {
				c.StyleID = st.words
			}
			if t.Bad == i+1 && v != "" {
				c.StyleID = st.bad
			}
		}
		if v != nil {
			cells[i] = c
		}
	}
	return cells
}

// offer adds a column's list of choices and its note.
func offer(f *excelize.File, tab string, column int, c Column, choices *int) error {
	if len(c.Choices) == 0 && c.Note == "" {
		return nil
	}
	name, err := excelize.ColumnNumberToName(column)
	if err != nil {
		return err
	}
	v := excelize.NewDataValidation(true)
	v.Sqref = name + "2:" + name + "2000"
	if len(c.Choices) > 0 {
		if *choices++; *choices == 1 {
			if _, err := f.NewSheet(lists); err != nil {
				return err
			}
		}
		from, err := excelize.ColumnNumberToName(*choices)
		if err != nil {
			return err
		}
		if err := f.SetSheetCol(lists, from+"1", &c.Choices); err != nil {
			return err
		}
		v.SetSqrefDropList(fmt.Sprintf("%s!$%s$1:$%s$%d", lists, from, from, len(c.Choices)))
		v.ShowErrorMessage = false
	}
	if c.Note != "" {
		v.SetInput(c.Head, c.Note)
	}
	return f.AddDataValidation(tab, v)
}

// WriteCSV writes rows as CSV in UTF-8 with a mark in front, which Excel needs to read Chinese. A field that a
// spreadsheet would take for a formula gets an apostrophe in front.
func WriteCSV(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for _, fields := range rows {
		safe := make([]string, len(fields))
		for i, v := range fields {
			if safe[i] = v; strings.ContainsAny(v[:min(1, len(v))], "=+-@\t\r") {
				safe[i] = "'" + v
			}
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
