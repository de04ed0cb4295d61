package judging

import (
	"context"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
	"seedbed/storage/sheet"
)

// MaxWorkbook is how many bytes a workbook of sheets may have.
const MaxWorkbook = 2 << 20

// What becomes of a row of a workbook brought back.
const (
	RowNew   = "new"   // will be taken
	RowSame  = "same"  // nothing new in it
	RowBlank = "blank" // nothing in it
	RowClash = "clash" // changed in the house since the workbook was taken out: the judge chooses
	RowSent  = "sent"  // handed in meanwhile: it stays as it is
	RowBad   = "bad"   // nothing is taken until it is mended
)

// Brought is a row of a workbook as it was typed.
type Brought struct {
	Line       int               `json:"line"`
	Assignment string            `json:"assignment"`
	Saves      int               `json:"saves"` // of the sheet when the workbook was taken out
	Code       string            `json:"code"`
	Marks      map[string]string `json:"marks"`
	Comment    string            `json:"comment"`
	Note       string            `json:"note"`
}

func (r Brought) empty() bool { return len(r.Marks) == 0 && r.Comment == "" && r.Note == "" }

// Weighed is a row beside what the house has.
type Weighed struct {
	Brought
	What   string
	Wrong  []fault.Message // of a bad row
	Title  string
	Online Sheet // what the house has now
	Total  *int  // of the row, hundredths; nil until every criterion is marked
	draft  SheetDraft
}

// Return is a workbook brought back, row by row.
type Return struct {
	ID      string
	RoundID string
	Place   string
	Name    string
	State   string // "read", then "taken"
	At      time.Time
	Version int
	Rubric  []Criterion
	Rows    []Weighed
}

// Count tells how many rows are of one kind.
func (r Return) Count(what string) int {
	n := 0
	for _, row := range r.Rows {
		if row.What == what {
			n++
		}
	}
	return n
}

const (
	addReturnSQL  = `insert into sheet_import (id, person_id, round_id, place, name, rows, at) values (@id, @me, @round, @place::text::ltree, @name, @rows, @at) on conflict (id) do nothing`
	recentSQL     = `select count(*)::int from sheet_import where person_id = @me::uuid and at > @since`
	returnSQL     = `select id::text, person_id::text, round_id::text, place::text, name, rows, state, at, version from sheet_import where id = @id::uuid and person_id = @me::uuid`
	lockReturnSQL = `select state, version from sheet_import where id = @id::uuid and person_id = @me::uuid for no key update`
	takenSQL      = `update sheet_import set state = 'taken', version = version + 1 where id = @id::uuid`
)

// mostReturns is how many workbooks a judge may bring back in an hour.
const mostReturns = 40

// Bring reads a workbook and keeps what it says, without touching a sheet. The same form twice is one return.
func (b *Book) Bring(ctx context.Context, by identity.Actor, roundID, id, name string, body io.Reader) (string, error) {
	r, err := pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": roundID})
	if err != nil {
		return "", err
	}
	_, rubric, err := b.sheetsOf(ctx, by, roundID)
	if err != nil {
		return "", err
	}
	w, err := by.Must(identity.Score, r.Place)
	if err != nil {
		return "", err
	}
	rows, err := b.readRows(ctx, by, rubric, body)
	if err != nil {
		return "", err
	}
	now := b.clock.Now()
	if utf8.RuneCountInString(name) > 100 {
		name = string([]rune(name)[:100])
	}
	return id, b.db.Change(ctx, func(tx pg.Tx) error {
		added, err := pg.Do(ctx, tx, addReturnSQL, pg.Args{"id": id, "me": by.ID, "round": roundID, "place": r.Place, "name": name, "rows": rows, "at": now})
		if err != nil || added == 0 {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "sheet_import", ID: id, Version: 1, Action: "bring", To: "read", Place: r.Place,
			Data: map[string]any{"rows": len(rows)}, At: now})
	})
}

func (b *Book) readRows(ctx context.Context, by identity.Actor, rubric []Criterion, body io.Reader) ([]Brought, error) {
	if body == nil {
		return nil, fault.Field("workbook", "请选择填好的表格文件")
	}
	lately, err := pg.Value[int](ctx, b.db, recentSQL, pg.Args{"me": by.ID, "since": b.clock.Now().Add(-time.Hour)})
	if err != nil {
		return nil, err
	}
	if lately >= mostReturns {
		return nil, fault.Field("workbook", "一小时里传得太多了，请过一会儿再传")
	}
	data, err := io.ReadAll(io.LimitReader(body, MaxWorkbook+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxWorkbook {
		return nil, fault.Field("workbook", "这个文件太大了，最多 %d MB", MaxWorkbook>>20)
	}
	pages, err := opened(data)
	if fault.Is(err, fault.Invalid) {
		m := fault.MessageOf(err)
		return nil, fault.Field("workbook", m.Text, m.Args...)
	}
	if err != nil {
		return nil, err
	}
	for _, p := range pages {
		if rows, ok := rowsOf(p, rubric); ok {
			return rows, nil
		}
	}
	return nil, fault.Field("workbook", "这不像是下载的离线评分表。请重新下载一份，不要改第一行的标题")
}

func opened(data []byte) ([]sheet.Page, error) {
	if sheet.Packed(data) {
		return sheet.Read(data)
	}
	p, err := sheet.ReadCSV(data)
	return []sheet.Page{p}, err
}

// rowsOf reads a page whose first row has every heading of the workbook.
func rowsOf(p sheet.Page, rubric []Criterion) ([]Brought, bool) {
	if len(p.Rows) == 0 {
		return nil, false
	}
	at := map[string]int{}
	for i, head := range p.Rows[0] {
		at[head] = i
	}
	for _, head := range append([]string{headCode, headComment, headNote, headKey}, heads(rubric)...) {
		if _, ok := at[head]; !ok {
			return nil, false
		}
	}
	rows := []Brought{}
	for i, fields := range p.Rows[1:] {
		cell := func(head string) string {
			if n := at[head]; n < len(fields) {
				return fields[n]
			}
			return ""
		}
		row := Brought{Line: i + 2, Code: cell(headCode), Marks: map[string]string{}, Comment: cell(headComment), Note: cell(headNote)}
		var saves string
		row.Assignment, saves, _ = strings.Cut(cell(headKey), "/")
		row.Saves, _ = strconv.Atoi(saves)
		for _, c := range rubric {
			if mark := strings.TrimSuffix(cell(markHead(c)), ".0"); mark != "" {
				row.Marks[c.Code] = mark
			}
		}
		if row.Assignment != "" || !row.empty() {
			rows = append(rows, row)
		}
	}
	return rows, true
}

func heads(rubric []Criterion) []string {
	list := make([]string, len(rubric))
	for i, c := range rubric {
		list[i] = markHead(c)
	}
	return list
}

// Return is a workbook the actor brought back, held against what the house has now.
func (b *Book) Return(ctx context.Context, by identity.Actor, id string) (Return, error) {
	type kept struct {
		ID, PersonID, RoundID, Place, Name, State string
		Rows                                      []Brought
		At                                        time.Time
		Version                                   int
	}
	k, err := pg.One[kept](ctx, b.db, returnSQL, pg.Args{"id": id, "me": by.ID})
	if err != nil {
		return Return{}, err
	}
	r := Return{ID: k.ID, RoundID: k.RoundID, Place: k.Place, Name: k.Name, State: k.State, At: k.At, Version: k.Version}
	if k.State != "read" {
		return r, nil
	}
	mine, rubric, err := b.sheetsOf(ctx, by, k.RoundID)
	if err != nil {
		return r, err
	}
	r.Rubric = rubric
	have, seen := map[string]ownSheet{}, map[string]bool{}
	for _, m := range mine {
		have[m.ID] = m
	}
	for _, row := range k.Rows {
		m, known := have[row.Assignment]
		x := weigh(row, m, known, rubric)
		if seen[row.Assignment] && row.Assignment != "" {
			x.bad(fault.Say("同一个项目有两行"))
		}
		seen[row.Assignment] = true
		r.Rows = append(r.Rows, x)
	}
	return r, nil
}

func (x *Weighed) bad(m fault.Message) { x.What, x.Wrong = RowBad, append(x.Wrong, m) }

// weigh holds a row against the judge's task and sheet.
func weigh(row Brought, m ownSheet, known bool, rubric []Criterion) Weighed {
	x := Weighed{Brought: row, What: RowNew, Title: m.Title, Online: m.Sheet}
	if !known {
		if _, err := uuid.Parse(row.Assignment); err != nil {
			x.bad(fault.Say("认不出这是哪个项目，「系统识别码」可能被改过"))
		} else {
			x.bad(fault.Say("这个项目现在不由您评审"))
		}
		return x
	}
	x.Code = m.Code
	x.draft = SheetDraft{Saves: row.Saves, Comment: row.Comment, PrivateNote: row.Note}
	for _, c := range rubric {
		x.draft.Marks = append(x.draft.Marks, MarkText{Code: c.Code, Mark: row.Marks[c.Code]})
	}
	marks, total, err := x.draft.read(rubric, false)
	x.Total = total
	same := err == nil && maps.Equal(marks, m.Sheet.Marks) && row.Comment == m.Sheet.Comment && row.Note == m.Sheet.PrivateNote
	switch {
	case err != nil:
		fields := fault.InFields(err)
		for _, name := range fields.Names() {
			x.bad(placed(name, fields[name], rubric))
		}
	case row.empty() && m.Sheet.State == "":
		x.What = RowBlank
	case same:
		x.What = RowSame
	case m.Sheet.State == Submitted:
		x.What = RowSent
	case row.Saves != m.Sheet.Saves:
		x.What = RowClash
	}
	return x
}

// placed says which column a complaint is about.
func placed(field string, m fault.Message, rubric []Criterion) fault.Message {
	parts := strings.Split(field, ".")
	if len(parts) == 3 {
		if i, err := strconv.Atoi(parts[1]); err == nil && i < len(rubric) {
			return fault.Say("%s：%s", rubric[i].Name, m)
		}
	}
	if field == "comment" {
		return fault.Say("建议：%s", m)
	}
	return fault.Say("备注：%s", m)
}
