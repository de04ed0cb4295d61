package edition

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"seedbed/domain/fault"
	"seedbed/domain/yuan"
)

// The kinds of questions a district may ask.
const (
	AskText   = "text"
	AskLong   = "long"
	AskNumber = "number"
	AskMoney  = "money"
	AskOne    = "one"
	AskMany   = "many"
	AskYesNo  = "yesno"
	AskTable  = "table"
	AskFile   = "file"
)

// QuestionKinds names the kinds.
var QuestionKinds = []Choice{{AskText, "一行字"}, {AskLong, "一段话"}, {AskNumber, "数字"}, {AskMoney, "金额"}, {AskYesNo, "是或不是"}, {AskOne, "几个里选一个"},
	{AskMany, "可以选几个"}, {AskTable, "表格"}, {AskFile, "传文件"}}

// YesNo are the answers to a question of yes or no.
var YesNo = []Choice{{"yes", "是"}, {"no", "不是"}}

// Bounds of what a district may ask and what may be answered.
const (
	mostQuestions = 20
	mostOptions   = 20
	mostColumns   = 5
	mostRows      = 20
	mostShort     = 60  // characters of a line of text, or a cell
	mostLong      = 800 // of a paragraph
)

// Question is one question of the district beside the fixed core of the form. Its key never changes and is never given
// to another question, for answers are kept under it.
type Question struct {
	Key      string   `json:"key"`
	Kind     string   `json:"kind"`
	Label    string   `json:"label"`
	LabelEn  string   `json:"label_en,omitempty"`
	Hint     string   `json:"hint,omitempty"`
	HintEn   string   `json:"hint_en,omitempty"`
	Required bool     `json:"required,omitempty"`
	Options  []string `json:"options,omitempty"` // of AskOne and AskMany
	Columns  []string `json:"columns,omitempty"` // of AskTable
	When     string   `json:"when,omitempty"`    // the key of an earlier question; "" asks always
	Is       string   `json:"is,omitempty"`      // the answer to it under which this one is asked
}

// Choices are what can be chosen in answer, nil for other kinds. An option is its own code.
func (q Question) Choices() []Choice {
	if q.Kind == AskYesNo {
		return YesNo
	}
	list := make([]Choice, len(q.Options))
	for i, o := range q.Options {
		list[i] = Choice{o, o}
	}
	return list
}

// Leads tells whether other questions can depend on this one's answer.
func (q Question) Leads() bool { return q.Kind == AskOne || q.Kind == AskMany || q.Kind == AskYesNo }

// Answer is what was answered to one question; which part counts is by the question's kind.
type Answer struct {
	Text  string     `json:"text,omitempty"`
	Picks []string   `json:"picks,omitempty"`
	Rows  [][]string `json:"rows,omitempty"`
	Files []Paper    `json:"files,omitempty"`
}

// Paper is a file given in answer, by its id in the evidence.
type Paper struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// Answers are a proposal's answers by the keys of the questions.
type Answers map[string]Answer

// keyShape is what a question's key looks like: short, and no word that could be a field of the fixed core.
var (
	keyShape = regexp.MustCompile(`^q[1-9][0-9]{0,3}$`)
	reserved = []string{"version", "title", "pitch", "track", "category", "colour", "team_name", "autosave", "then", "_token", "q"}
)

// CheckQuestions finds what a list of questions cannot be: it is asked before a list is kept and before it is released.
func CheckQuestions(list []Question) fault.Fields {
	var wrong fault.Fields
	seen := map[string]Question{}
	for i, q := range list {
		at := "questions." + strconv.Itoa(i)
		if _, twice := seen[q.Key]; twice || slices.Contains(reserved, q.Key) || !keyShape.MatchString(q.Key) {
			wrong.Add(at, "第 %d 个问题的编号不能用，请删掉重新加", i+1)
		}
		q.check(at, &wrong)
		if q.When != "" {
			lead, ok := seen[q.When]
			switch {
			case !ok || !lead.Leads():
				wrong.Add(at, "「%s」要看前面一个选择题的回答，请把那一题排在前面，或改成一直都问", q.Label)
			case !Known(lead.Choices(), q.Is):
				wrong.Add(at, "「%s」要看的那个回答已经没有了，请重新选", q.Label)
			}
		}
		seen[q.Key] = q
	}
	if len(list) > mostQuestions {
		wrong.Add("", "最多问 %d 个问题。问得越多，写完的人越少", mostQuestions)
	}
	return wrong
}

func (q Question) check(at string, wrong *fault.Fields) {
	if q.Label == "" {
		wrong.Add(at, "请写下要问什么")
	}
	for _, t := range []struct {
		text string
		most int
	}{{q.Label, 60}, {q.LabelEn, 160}, {q.Hint, 120}, {q.HintEn, 300}} {
		short(wrong, at, t.text, t.most)
	}
	if !Known(QuestionKinds, q.Kind) {
		wrong.Add(at, "请选择用什么方式回答")
	}
	list, least, most := q.Options, 2, mostOptions
	if q.Kind == AskTable {
		list, least, most = q.Columns, 1, mostColumns
	}
	if q.Kind != AskTable && q.Kind != AskOne && q.Kind != AskMany {
		return
	}
	if len(list) < least || len(list) > most {
		wrong.Add(at, "「%s」要有 %d 到 %d 项，一行写一项", q.Label, least, most)
	}
	once := map[string]bool{}
	for _, o := range list {
		short(wrong, at, o, 30)
		if once[o] || o == "" {
			wrong.Add(at, "「%s」里有两项一样，请改一改", q.Label)
		}
		once[o] = true
	}
}

// Asked are the questions that are asked, given the answers so far: one that depends on another is asked only when the
// other is asked and has the answer it waits for.
func Asked(list []Question, a Answers) []Question {
	var asked []Question
	for _, q := range list {
		if q.When == "" {
			asked = append(asked, q)
			continue
		}
		if slices.ContainsFunc(asked, func(lead Question) bool { return lead.Key == q.When }) && (a[q.When].Text == q.Is || slices.Contains(a[q.When].Picks, q.Is)) {
			asked = append(asked, q)
		}
	}
	return asked
}

// Check finds what is wrong with answers, by the name of the field in the form ("q.q3"). Of a draft only what cannot be
// kept; with complete also what is required, asked and not answered. Questions that are not asked are not looked at.
func Check(list []Question, a Answers, complete bool) fault.Fields {
	var wrong fault.Fields
	for _, q := range Asked(list, a) {
		name, given := "q."+q.Key, a[q.Key]
		if complete && q.Required && given.empty(q) {
			wrong.Add(name, "请回答「%s」", q.Label)
		}
		given.check(q, name, &wrong)
	}
	return wrong
}

// empty tells whether nothing was answered.
func (a Answer) empty(q Question) bool {
	switch q.Kind {
	case AskMany:
		return len(a.Picks) == 0
	case AskTable:
		return len(a.Rows) == 0
	case AskFile:
		return len(a.Files) == 0
	}
	return a.Text == ""
}

func (a Answer) check(q Question, name string, wrong *fault.Fields) {
	switch q.Kind {
	case AskText:
		short(wrong, name, a.Text, mostShort)
	case AskLong:
		short(wrong, name, a.Text, mostLong)
	case AskNumber:
		if a.Text != "" {
			if _, err := strconv.ParseInt(a.Text, 10, 32); err != nil {
				wrong.Add(name, "请填写整数，例如 12")
			}
		}
	case AskMoney:
		if _, err := yuan.Parse(a.Text); a.Text != "" && err != nil {
			wrong.Add(name, "请填写金额，例如 1200 或 1200.50")
		}
	case AskOne, AskYesNo:
		if a.Text != "" && !Known(q.Choices(), a.Text) {
			wrong.Add(name, "请从列出的选项里选")
		}
	case AskMany:
		for _, p := range a.Picks {
			if !Known(q.Choices(), p) {
				wrong.Add(name, "请从列出的选项里选")
			}
		}
	case AskTable:
		if len(a.Rows) > mostRows {
			wrong.Add(name, "表格最多写 %d 行", mostRows)
		}
		for r, row := range a.Rows {
			for c, cell := range row {
				if utf8.RuneCountInString(cell) > mostShort {
					wrong.Add(name+"."+strconv.Itoa(r)+".c"+strconv.Itoa(c), "最多 %d 个字，现在是 %d 个字", mostShort, utf8.RuneCountInString(cell))
				}
			}
		}
	}
}

// Typed reads answers from a posted form, where a question's fields are named "q.<key>" and a table's cells
// "q.<key>.<row>.c<column>". Nil when the form has no part for the district's questions, which it says by a field "q".
func Typed(values url.Values) Answers {
	if _, has := values["q"]; !has {
		return nil
	}
	all := Answers{}
	for name, given := range values {
		key, ok := strings.CutPrefix(name, "q.")
		if !ok || len(given) == 0 {
			continue
		}
		key, cell, table := strings.Cut(key, ".")
		a := all[key]
		if table {
			var row, col int
			r, c, _ := strings.Cut(cell, ".c")
			row, err := strconv.Atoi(r)
			if err == nil {
				col, err = strconv.Atoi(c)
			}
			if err != nil || row < 0 || row > 2*mostRows || col < 0 || col >= mostColumns {
				continue
			}
			for len(a.Rows) <= row {
				a.Rows = append(a.Rows, make([]string, mostColumns))
			}
			a.Rows[row][col] = strings.TrimSpace(given[0])
		} else {
			a.Text = strings.TrimSpace(given[0])
			for _, v := range given {
				if v = strings.TrimSpace(v); v != "" {
					a.Picks = append(a.Picks, v)
				}
			}
		}
		all[key] = a
	}
	return all
}

// Merge is the answers to keep: what was typed where the typed form asked, what was stored elsewhere. Each answer is
// brought to the shape of its question, files stay as they are, and what no question asks for any more is dropped.
// shown are the questions the form had, which may be of an older version than list.
func Merge(list, shown []Question, stored, typed Answers) Answers {
	kept := Answers{}
	for _, q := range list {
		a := stored[q.Key]
		if q.Kind != AskFile && slices.ContainsFunc(shown, func(s Question) bool { return s.Key == q.Key }) {
			a = typed[q.Key]
		}
		if a = a.shape(q); !a.empty(q) {
			kept[q.Key] = a
		}
	}
	return kept
}

// shape is the part of an answer that its question's kind asks for.
func (a Answer) shape(q Question) Answer {
	switch q.Kind {
	case AskMany:
		picks := a.Picks
		if len(picks) == 0 && a.Text != "" {
			picks = []string{a.Text}
		}
		return Answer{Picks: picks}
	case AskFile:
		return Answer{Files: a.Files}
	case AskTable:
		rows := [][]string{}
		for _, r := range a.Rows {
			row := make([]string, len(q.Columns))
			copy(row, r)
			if strings.Join(row, "") != "" {
				rows = append(rows, row)
			}
		}
		return Answer{Rows: rows}
	case AskNumber:
		return Answer{Text: strings.NewReplacer(",", "", "，", "", " ", "").Replace(a.Text)}
	}
	return Answer{Text: a.Text}
}

// Values are answers as the fields of a form.
func (a Answers) Values(list []Question) url.Values {
	values := url.Values{}
	for _, q := range list {
		name, given := "q."+q.Key, a[q.Key]
		switch q.Kind {
		case AskMany:
			values[name] = given.Picks
		case AskTable:
			for r, row := range given.Rows {
				for c, cell := range row {
					values.Set(name+"."+strconv.Itoa(r)+".c"+strconv.Itoa(c), cell)
				}
			}
		case AskFile:
		default:
			if given.Text != "" {
				values.Set(name, given.Text)
			}
		}
	}
	return values
}

// Reworded are the differences between two versions of the questions: each a question with what became of it.
type Reworded struct {
	Label string
	What  string // "added", "removed" or "changed"
}

// Differ lists what became of the questions from one version to another, in the order of the new one.
func Differ(before, after []Question) []Reworded {
	var list []Reworded
	find := func(in []Question, key string) (Question, bool) {
		i := slices.IndexFunc(in, func(q Question) bool { return q.Key == key })
		if i < 0 {
			return Question{}, false
		}
		return in[i], true
	}
	for _, q := range after {
		was, had := find(before, q.Key)
		switch {
		case !had:
			list = append(list, Reworded{q.Label, "added"})
		case was.Label != q.Label || was.Kind != q.Kind || was.Required != q.Required || was.When != q.When || was.Is != q.Is ||
			!slices.Equal(was.Options, q.Options) || !slices.Equal(was.Columns, q.Columns):
			list = append(list, Reworded{q.Label, "changed"})
		}
	}
	for _, q := range before {
		if _, still := find(after, q.Key); !still {
			list = append(list, Reworded{q.Label, "removed"})
		}
	}
	return list
}
