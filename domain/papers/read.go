package papers

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"seedbed/domain/accounts"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/proposal"
	"seedbed/storage/sheet"
)

// MostEntries is how many proposals one workbook may hold.
const MostEntries = 200

// mostFaults is how many are told at once: nobody reads more, and they are kept.
const mostFaults = 500

// Fault is one thing wrong with a workbook, where it stands.
type Fault struct {
	Sheet  string        `json:"sheet"`
	Row    int           `json:"row"` // as the spreadsheet counts, 0 for the sheet as a whole
	Column string        `json:"column"`
	Value  string        `json:"value"`
	Reason fault.Message `json:"reason"`
}

// Message is the fault's sentence. Whole numbers come back from storage as float64 and are made integers again.
func (f Fault) Message() fault.Message {
	args := make([]any, len(f.Reason.Args))
	for i, a := range f.Reason.Args {
		if n, ok := a.(float64); ok && n == float64(int64(n)) {
			a = int64(n)
		}
		args[i] = a
	}
	return fault.Say(f.Reason.Text, args...)
}

// reading is a workbook while it is read.
type reading struct {
	edition edition.Edition
	entries []*entry
	bySeq   map[string]*entry
	faults  []Fault
}

func (r *reading) wrong(sheet string, row int, column, value, text string, args ...any) {
	if len(r.faults) >= mostFaults {
		return
	}
	if column == phoneHead && len(value) == 11 { // shown on a page; the file has it in full
		value = accounts.Mask(value)
	}
	if runes := []rune(value); len(runes) > 60 {
		value = string(runes[:60]) + "…"
	}
	r.faults = append(r.faults, Fault{sheet, row, column, value, fault.Say(text, args...)})
}

// read takes a workbook apart. What is wrong with it is told, all of it, row by row.
func read(pages []sheet.Page) *reading {
	r := &reading{bySeq: map[string]*entry{}}
	found := map[string]sheet.Page{}
	for _, p := range pages {
		known := slices.IndexFunc(tabs, func(t tab) bool { return t.is(p.Name) })
		switch {
		case known >= 0:
			if _, twice := found[tabs[known].name]; twice {
				r.wrong(p.Name, 0, "", "", "这张表有两份，请只留一份")
			}
			found[tabs[known].name] = p
		case p.Name == "" || len(pages) == 1: // a CSV file, or the only sheet there is
			found[mainTab.name] = p
		case plain(p.Name) != notesTab && len(p.Rows) > 0:
			r.wrong(p.Name, 0, "", "", "不认识这张表。请照模板给表起名字，不用的表请删掉")
		}
	}
	main, ok := found[mainTab.name]
	if !ok || len(main.Rows) == 0 {
		r.wrong(mainTab.name, 0, "", "", "没有找到「申报书」这张表，或者它是空的")
		return r
	}
	if slices.Contains(main.Rows[0], digestHead) {
		r.wrong(mainTab.name, 0, "", "", "这是「名单」，里面没有申报书的内容，不能导入。导出时请选「导入模板格式」")
		return r
	}
	r.main(main)
	for _, t := range tabs[1:] {
		if p, ok := found[t.name]; ok {
			r.child(t, p)
		}
	}
	for _, e := range r.entries {
		r.check(e)
	}
	r.sort()
	return r
}

// sort puts the faults in the order in which they stand in the workbook.
func (r *reading) sort() {
	place := func(f Fault) (int, int) {
		for i, t := range tabs {
			if t.name == f.Sheet {
				return i, slices.IndexFunc(t.columns, func(c column) bool { return c.head == f.Column })
			}
		}
		return len(tabs), 0
	}
	slices.SortStableFunc(r.faults, func(a, b Fault) int {
		aTab, aColumn := place(a)
		bTab, bColumn := place(b)
		return cmp.Or(cmp.Compare(aTab, bTab), cmp.Compare(a.Row, b.Row), cmp.Compare(aColumn, bColumn))
	})
}

// columnsOf finds the columns of a sheet by its first row.
func (r *reading) columnsOf(t tab, p sheet.Page) map[int]column {
	at, seen := map[int]column{}, map[string]bool{}
	for i, head := range p.Rows[0] {
		name := plain(head)
		if name == "" || strings.HasPrefix(name, reasons) {
			continue
		}
		k := slices.IndexFunc(t.columns, func(c column) bool { return c.is(name) })
		switch {
		case k < 0:
			r.wrong(t.name, 1, head, "", "不认识这一列。请照模板写列名，不用的列请删掉")
		case seen[t.columns[k].head]:
			r.wrong(t.name, 1, head, "", "这一列有两份，请只留一份")
		default:
			at[i], seen[t.columns[k].head] = t.columns[k], true
		}
	}
	for _, c := range t.columns {
		if c.need && !seen[c.head] {
			r.wrong(t.name, 1, c.head, "", "缺少这一列，请照模板补上")
		}
	}
	return at
}

func (r *reading) main(p sheet.Page) {
	at := r.columnsOf(mainTab, p)
	phones := map[string]int{}
	for n, fields := range p.Rows[1:] {
		row := n + 2
		e := &entry{Row: row}
		if len(fields) == 0 || !r.fill(mainTab, at, fields, row, e) {
			continue
		}
		if len(r.entries) == MostEntries {
			r.wrong(mainTab.name, row, "", "", "一个文件最多录 %d 份，请分成几个文件", MostEntries)
			return
		}
		r.entries = append(r.entries, e)
		if e.Seq == "" {
			continue // told already
		}
		if first, twice := r.bySeq[e.Seq]; twice {
			r.wrong(mainTab.name, row, mainTab.columns[0].head, e.Seq, "序号和第 %d 行重复了", first.Row)
			continue
		}
		r.bySeq[e.Seq] = e
		if first, twice := phones[e.Phone]; twice && e.Phone != "" {
			r.wrong(mainTab.name, row, phoneHead, e.Phone, "手机号和第 %d 行一样。一个人在一届里只能领办一份", first)
		}
		phones[e.Phone] = row
	}
	if len(r.entries) == 0 && len(r.faults) == 0 {
		r.wrong(mainTab.name, 0, "", "", "没有要录的内容：表里一行也没有，或者只有例子")
	}
}

// The columns that checks beside the form's own speak of: words:none.
const (
	phoneHead = "手机号"
	placeHead = "社区"
	leadHead  = "领办人"
	timeHead  = "收件时间"
	stampHead = "收件照片"
	// Of the workbook that comes out of the house, and of the plain list, which holds too little to be taken in.
	numberHead = "申报书编号"
	digestHead = "内容指纹"
)

func (r *reading) child(t tab, p sheet.Page) {
	if len(p.Rows) == 0 {
		return
	}
	at := r.columnsOf(t, p)
	for n, fields := range p.Rows[1:] {
		row := n + 2
		if len(fields) == 0 {
			continue
		}
		seq := ""
		for i, c := range at {
			if c.head == seqColumn.head && i < len(fields) {
				seq = number(fields[i])
			}
		}
		e, known := r.bySeq[seq]
		if !known {
			if !strings.HasPrefix(seq, example) {
				r.wrong(t.name, row, seqColumn.head, seq, "「申报书」表里没有这个序号")
			}
			continue
		}
		switch t.name {
		case actTab.name:
			e.Draft.Activities, e.acts = append(e.Draft.Activities, proposal.Activity{}), append(e.acts, row)
		case lineTab.name:
			e.Draft.Lines, e.lines = append(e.Draft.Lines, proposal.Line{}), append(e.lines, row)
		case fundTab.name:
			e.Draft.Funding, e.funds = append(e.Draft.Funding, proposal.Funding{}), append(e.funds, row)
		default:
			e.faces, e.members = append(e.faces, proposal.NewMember{}), append(e.members, row)
		}
		r.fill(t, at, fields, row, e)
	}
}

// fill reads a row into an entry; false for an example.
func (r *reading) fill(t tab, at map[int]column, fields []string, row int, e *entry) bool {
	for i, c := range at {
		if c.head == seqColumn.head && i < len(fields) && strings.HasPrefix(fields[i], example) {
			return false
		}
	}
	for i, c := range at {
		v := ""
		if i < len(fields) {
			v = fields[i]
		}
		if v == "" {
			if c.need {
				r.wrong(t.name, row, c.head, "", "这一格要填")
			}
			continue
		}
		if text, args := c.set(e, v); text != "" {
			r.wrong(t.name, row, c.head, v, text, args...)
		}
	}
	return true
}

// check holds an entry to the form's own rules and names the cell of each thing that is wrong.
func (r *reading) check(e *entry) {
	if e.Promised == "yes" {
		for _, d := range proposal.Declarations {
			e.Draft.Declared = append(e.Draft.Declared, d.Code)
		}
	}
	wrong := fault.InFields(proposal.CheckEntry(e.Draft))
	for _, field := range wrong.Names() {
		m := wrong[field]
		group, rest, _ := strings.Cut(field, ".")
		index, name, _ := strings.Cut(rest, ".")
		i, _ := strconv.Atoi(index)
		switch {
		case group == "activities" && i < len(e.acts):
			r.wrong(actTab.name, e.acts[i], headOf(actTab, name), "", m.Text, m.Args...)
		case group == "lines" && i < len(e.lines):
			r.wrong(lineTab.name, e.lines[i], headOf(lineTab, name), "", m.Text, m.Args...)
		case group == "funding" && i < len(e.funds):
			r.wrong(fundTab.name, e.funds[i], headOf(fundTab, name), "", m.Text, m.Args...)
		default:
			r.wrong(mainTab.name, e.Row, headOf(mainTab, field), "", m.Text, m.Args...)
		}
	}
	if n := len([]rune(e.Lead)); n > 20 {
		r.wrong(mainTab.name, e.Row, leadHead, e.Lead, "姓名最多 20 个字，现在是 %d 个", n)
	}
	for i := range e.faces {
		if e.faces[i].Role == "" {
			e.faces[i].Role = "member"
		}
		if e.faces[i].Name == "" {
			continue // told already
		}
		wrong := fault.InFields(proposal.CheckMember(e.faces[i]))
		for _, field := range wrong.Names() {
			r.wrong(faceTab.name, e.members[i], headOf(faceTab, field), "", wrong[field].Text, wrong[field].Args...)
		}
	}
	if len(e.faces) > 29 {
		r.wrong(faceTab.name, e.members[29], "", "", "团队最多 %d 人", 30)
	}
	e.Members = e.faces
}

func headOf(t tab, field string) string {
	for _, c := range t.columns {
		if c.field == field {
			return c.head
		}
	}
	return field
}
