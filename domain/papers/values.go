package papers

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/yuan"
)

// set reads a field into its place; the text says what is wrong with it.
func (c column) set(e *entry, v string) (string, []any) {
	switch p := c.into(e).(type) {
	case *string:
		if len(c.choices) == 0 {
			if *p = v; c.head == seqColumn.head {
				*p = number(v)
			}
			return "", nil
		}
		code, ok := c.choice(v)
		if !ok {
			return "没有「%s」这个选项。请从下拉列表里选：%s", []any{v, c.names()}
		}
		*p = code
	case *[]string:
		for _, part := range strings.FieldsFunc(v, func(c rune) bool { return strings.ContainsRune("、,，;；/ \n", c) }) {
			code, ok := c.choice(part)
			if !ok {
				return "没有「%s」这个选项。请从下拉列表里选：%s", []any{part, c.names()}
			}
			if !slices.Contains(*p, code) {
				*p = append(*p, code)
			}
		}
	case *int:
		n, err := strconv.Atoi(number(strings.TrimRight(v, measures)))
		if err != nil {
			return "请填写整数，例如 20", nil
		}
		*p = n
	case *yuan.Fen:
		sum, ok := money(v)
		if !ok {
			return "请填写金额，例如 35.50，最多两位小数", nil
		}
		*p = sum
	case *time.Time:
		at, ok := moment(v, c.field == "received")
		if !ok {
			return "日期看不懂，请写成 2026-07-20 这样", nil
		}
		*p = at
	default:
		panic(fmt.Sprintf("column %s fills a %T", c.head, p))
	}
	return "", nil
}

// choice finds the code of what was chosen, by its name or the code itself.
func (c column) choice(v string) (string, bool) {
	if c.field == "declared" {
		switch low := strings.ToLower(v); {
		case slices.Contains(affirm, low):
			return "yes", true
		case slices.Contains(deny, low):
			return "no", true
		}
		return "", false
	}
	for _, have := range c.choices {
		if have.Name == v || have.Code == v {
			return have.Code, true
		}
	}
	return "", false
}

func (c column) names() string {
	names := make([]string, len(c.choices))
	for i, have := range c.choices {
		names[i] = have.Name
	}
	return strings.Join(names, "、")
}

// number makes what a spreadsheet stores of a whole number into its digits: 3, "３", 3.0, 1.39E10.
func number(v string) string {
	v = strings.Map(func(c rune) rune {
		if c >= '０' && c <= '９' {
			return c - '０' + '0'
		}
		if c == ',' || c == '，' {
			return -1
		}
		return c
	}, v)
	if f, err := strconv.ParseFloat(v, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatInt(int64(f), 10)
	}
	return v
}

// money reads a sum as it was typed, or as the fraction a spreadsheet made of it.
func money(v string) (yuan.Fen, bool) {
	if sum, err := yuan.Parse(v); err == nil {
		return sum, true
	}
	f, err := strconv.ParseFloat(v, 64)
	if cents := math.Round(f * 100); err == nil && f >= 0 && f < 1e12 && math.Abs(f*100-cents) < 1e-4 {
		return yuan.Fen(cents), true
	}
	return 0, false
}

// How people write days, and what they put behind numbers: words:none.
var (
	written  = strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-", "：", ":", "　", " ")
	measures = "%％次人场个份名位 "
)

var layouts = []string{"2006-1-2", "2006-1-2 15:04", "2006-1-2 15:04:05", "2006-1-2T15:04:05Z07:00"}

// moment reads a day, or a time of a day, as it was typed or as a spreadsheet counts days. Times are of our zone.
func moment(v string, withTime bool) (time.Time, bool) {
	if f, err := strconv.ParseFloat(v, 64); err == nil {
		if f < 36526 || f > 73051 { // the years 2000 to 2099
			return time.Time{}, false
		}
		whole := math.Floor(f)
		at := time.Date(1899, 12, 30, 0, 0, 0, 0, clock.Shanghai).AddDate(0, 0, int(whole)).Add(time.Duration(math.Round((f-whole)*86400)) * time.Second)
		return at, withTime || f == whole
	}
	v = written.Replace(v)
	v = strings.Join(strings.Fields(v), " ")
	for _, l := range layouts {
		if at, err := time.ParseInLocation(l, v, clock.Shanghai); err == nil && at.Year() >= 2000 && at.Year() < 2100 {
			return at, withTime || l == layouts[0]
		}
	}
	return time.Time{}, false
}
