package ui

import (
	"context"
	"fmt"
	"strconv"

	"github.com/a-h/templ"
)

// Criterion is one line of a rubric. The number is sent as Name; without the script a chosen band is sent as
// Name+"_band" and stands for the number when that is empty.
type Criterion struct {
	Name, Label, Hint string
	Max               int
	Weight            int // percent the mark counts in the total; 0 counts it whole
}

// share is what one point of the mark adds to the total, in hundredths.
func (c Criterion) share() int {
	if c.Weight == 0 {
		return 100
	}
	return c.Weight
}

// band is a range of marks with a word for it.
type band struct {
	label          string
	low, high, mid int
}

// bands cuts 0…most at nine, three quarters and six tenths, as published rubrics do.
func bands(most int) []band {
	list := make([]band, 0, 4)
	high := most
	for _, cut := range []struct {
		label   string
		percent int
	}{{"很好", 90}, {"较好", 75}, {"一般", 60}, {"不足", 0}} {
		low := (most*cut.percent + 99) / 100
		if low > high {
			continue
		}
		list = append(list, band{cut.label, low, high, (low + high + 1) / 2})
		high = low - 1
	}
	return list
}

func (b band) span() string {
	if b.low == b.high {
		return strconv.Itoa(b.low)
	}
	return fmt.Sprintf("%d–%d", b.low, b.high)
}

// bandAttrs gives the attributes of a band's radio.
func bandAttrs(f Form, c Criterion, b band) templ.Attributes {
	a := templ.Attributes{"type": "radio", "name": c.Name + "_band", "value": strconv.Itoa(b.mid),
		"data-low": strconv.Itoa(b.low), "data-high": strconv.Itoa(b.high)}
	n, err := strconv.Atoi(f.Value(c.Name))
	if f.Checked(c.Name+"_band", strconv.Itoa(b.mid)) || (err == nil && n >= b.low && n <= b.high) {
		a["checked"] = true
	}
	return a
}

func markAttrs(ctx context.Context, f Form, c Criterion) templ.Attributes {
	a := input(ctx, f, c.Name, FieldOpts{Hint: c.Hint}, "text", "inputmode", "numeric", "autocomplete", "off")
	a["data-most"], a["data-share"] = strconv.Itoa(c.Max), strconv.Itoa(c.share())
	return a
}

// marked counts the marks already given and adds them up, in hundredths.
func marked(f Form, list []Criterion) (sum, done int) {
	for _, c := range list {
		if n, err := strconv.Atoi(f.Value(c.Name)); err == nil {
			sum, done = sum+n*c.share(), done+1
		}
	}
	return sum, done
}

func whole(list []Criterion) int {
	total := 0
	for _, c := range list {
		total += c.Max * c.share()
	}
	return total / 100
}

func sumOf(f Form, list []Criterion) string {
	sum, _ := marked(f, list)
	return strconv.FormatFloat(float64(sum)/100, 'f', -1, 64)
}

func doneOf(f Form, list []Criterion) int { _, done := marked(f, list); return done }
