package ui

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"seedbed/templates/words"
)

// FieldOpts is what a field may have besides a name and a label. Texts are Chinese keys or ready text.
type FieldOpts struct {
	Hint         string
	Placeholder  string
	Max          int    // characters: shows a counter; the server still decides
	Rows         int    // of a text area
	Required     bool   // told to screen readers
	Optional     bool   // says （选填） beside the label
	Unit         string // after the box: 人, 元, 场
	AutoComplete string
	ReadOnly     bool
	From, To     string // bounds of a number, date or time
	Quiet        bool   // the label is only for screen readers, as in a table of fields
	Short        bool   // a box as wide as what goes in it
	Counts       bool   // an amount that Budget adds up
}

// Option is one choice of Select, Radios and Checks.
type Option struct {
	Value, Label string
	Hint         string // Radios and Checks only
	Disabled     bool
}

// FileOpts is what a file field may have. Photos are made smaller in the browser when Accept is about images.
type FileOpts struct {
	Hint     string
	Accept   string // "image/*" or ".csv,.xlsx"
	Multiple bool
	Camera   bool // opens the camera on a phone
	Required bool
	Optional bool
	Own      bool // the form keeps its files itself when it has to be mended
}

// ID is the id of a field's control: where its label and the error summary point.
func ID(name string) string { return "f-" + strings.ReplaceAll(name, ".", "-") }

// ID is the id of a control of this form.
func (f Form) ID(name string) string { return ID(f.Apart + name) }

// control gives the attributes every box has in common.
func control(ctx context.Context, f Form, name string, o FieldOpts) templ.Attributes {
	a := templ.Attributes{"id": f.ID(name), "name": name, "class": "in"}
	if o.Short {
		a["class"] = "in short"
	}
	if described := describedBy(f, name, o); described != "" {
		a["aria-describedby"] = described
	}
	if _, wrong := f.Fault(name); wrong {
		a["aria-invalid"] = "true"
	}
	for key, value := range map[string]string{"autocomplete": o.AutoComplete, "min": o.From, "max": o.To,
		"placeholder": words.T(ctx, o.Placeholder)} {
		if value != "" {
			a[key] = value
		}
	}
	if o.Required {
		a["required"] = true
	}
	if o.ReadOnly {
		a["readonly"] = true
	}
	if o.Max > 0 {
		a["data-count"] = f.ID(name) + "-n"
	}
	if o.Counts {
		a["data-amount"] = true
	}
	return a
}

func describedBy(f Form, name string, o FieldOpts) string {
	var ids []string
	if o.Hint != "" {
		ids = append(ids, f.ID(name)+"-h")
	}
	if _, wrong := f.Fault(name); wrong {
		ids = append(ids, f.ID(name)+"-e")
	}
	if o.Max > 0 {
		ids = append(ids, f.ID(name)+"-n")
	}
	return strings.Join(ids, " ")
}

// input is control for a one-line box that shows what was typed.
func input(ctx context.Context, f Form, name string, o FieldOpts, kind string, extra ...string) templ.Attributes {
	a := control(ctx, f, name, o)
	a["type"] = kind
	if kind != "password" {
		a["value"] = f.Value(name)
	}
	for i := 0; i+1 < len(extra); i += 2 {
		if _, set := a[extra[i]]; !set {
			a[extra[i]] = extra[i+1]
		}
	}
	return a
}

func area(ctx context.Context, f Form, name string, o FieldOpts) templ.Attributes {
	a := control(ctx, f, name, o)
	rows := o.Rows
	if rows == 0 {
		rows = 5
	}
	a["rows"] = strconv.Itoa(rows)
	return a
}

func fileAttrs(ctx context.Context, f Form, name string, o FileOpts) templ.Attributes {
	a := control(ctx, f, name, FieldOpts{Hint: o.Hint, Required: o.Required && len(held(ctx, f, name, o)) == 0})
	a["type"] = "file"
	a["class"] = "in file"
	if o.Accept != "" {
		a["accept"] = o.Accept
	}
	if o.Multiple {
		a["multiple"] = true
	}
	if o.Camera {
		a["capture"] = "environment"
	}
	if strings.HasPrefix(o.Accept, "image/") {
		a["data-shrink"] = true
	}
	return a
}

// choice gives the attributes of the n-th radio or tick box of a group; the first carries the id the summary points to.
func choice(f Form, name, kind string, n int, o Option) templ.Attributes {
	a := templ.Attributes{"type": kind, "name": name, "value": o.Value, "id": choiceID(f, name, n)}
	if f.Checked(name, o.Value) {
		a["checked"] = true
	}
	if o.Disabled {
		a["disabled"] = true
	}
	if o.Hint != "" {
		a["aria-describedby"] = choiceHintID(f, name, n)
	}
	return a
}

func choiceID(f Form, name string, n int) string {
	if n == 0 {
		return f.ID(name)
	}
	return f.ID(name) + "-" + strconv.Itoa(n)
}

// choiceHintID counts from the first option on, for the group's own hint is the id without a number.
func choiceHintID(f Form, name string, n int) string {
	return f.ID(name) + "-" + strconv.Itoa(n) + "-h"
}

// group describes a fieldset by its hint and its fault.
func group(f Form, name string, o FieldOpts) templ.Attributes {
	a := templ.Attributes{}
	if described := describedBy(f, name, o); described != "" {
		a["aria-describedby"] = described
	}
	return a
}

// single gives the attributes of one tick box, whose value is "true".
func single(f Form, name string, o FieldOpts) templ.Attributes {
	a := templ.Attributes{"type": "checkbox", "name": name, "value": "true", "id": f.ID(name)}
	if f.Checked(name, "true") || f.Checked(name, "on") || f.Checked(name, "1") {
		a["checked"] = true
	}
	if described := describedBy(f, name, o); described != "" {
		a["aria-describedby"] = described
	}
	if _, wrong := f.Fault(name); wrong {
		a["aria-invalid"] = "true"
	}
	return a
}

// blank tells whether a select needs an empty first choice of its own.
func blank(options []Option) bool {
	for _, o := range options {
		if o.Value == "" {
			return false
		}
	}
	return true
}

// errText is the fault of a field in the reader's language, "" when there is none.
func errText(ctx context.Context, f Form, name string) string {
	if m, wrong := f.Fault(name); wrong {
		return words.Say(ctx, m)
	}
	return ""
}

// complaint is one line of the error summary.
type complaint struct {
	Href string // "" for the form as a whole
	Text string
}

// complaints lists what is wrong, the form as a whole first. The script puts them into the order of the page.
func complaints(ctx context.Context, f Form) []complaint {
	list := make([]complaint, 0, len(f.Wrong))
	for _, name := range f.Wrong.Names() {
		c := complaint{Text: words.Say(ctx, f.Wrong[name])}
		if name != "" {
			c.Href = "#" + f.ID(name)
		}
		list = append(list, c)
	}
	return list
}

// shortened makes a box as wide as a number, day or phone needs.
func shortened(o FieldOpts) FieldOpts {
	o.Short = true
	return o
}

func formAttrs(ctx context.Context, o FormOpts) templ.Attributes {
	a := templ.Attributes{}
	if o.Files {
		a["enctype"] = "multipart/form-data"
	}
	if o.ID != "" {
		a["id"] = o.ID
	}
	maps.Copy(a, o.Data)
	if o.Label != "" {
		a["aria-label"] = words.T(ctx, o.Label)
	}
	if o.Autosave {
		a["data-autosave"] = words.T(ctx, "已保存 {t}")
		a["data-unsaved"] = words.T(ctx, "还没有保存上，请点「保存草稿」")
	}
	return a
}

func submitAttrs(o SubmitOpts) templ.Attributes {
	a := templ.Attributes{"type": "submit"}
	for key, value := range map[string]string{"name": o.Name, "formaction": o.FormAction, "form": o.Form} {
		if value != "" {
			a[key] = value
		}
	}
	if o.Name != "" {
		a["value"] = o.Value
	}
	return a
}
