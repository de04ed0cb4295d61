package web

import (
	"errors"
	"math"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/yuan"
	"seedbed/templates/ui"
)

const (
	mostText = 20_000 // characters in one field: beyond any form's own limit
	mostRows = 200    // rows of a repeated group
	mostInt  = 1_000_000_000
)

// typed is what a form sent, from the body alone: the query string never counts as an answer.
func typed(c *fiber.Ctx) (url.Values, error) {
	values := url.Values{}
	if strings.HasPrefix(c.Get("Content-Type"), fiber.MIMEMultipartForm) {
		form, err := c.MultipartForm()
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "上传中断了，请再试一次")
		}
		for name, all := range form.Value {
			for _, v := range all {
				values.Add(strings.Clone(name), strings.Clone(v))
			}
		}
		return values, nil
	}
	c.Body() // reads the stream
	for name, v := range c.Request().PostArgs().All() {
		values.Add(string(name), string(v))
	}
	return values, nil
}

// Bind reads a posted form into T by its form tags and gives the form as it was typed. A text that cannot be read as
// its field's type is an Invalid fault naming the field; everything else is still read.
func Bind[T any](c *fiber.Ctx) (T, ui.Form, error) {
	var into T
	values, err := typed(c)
	if err != nil {
		return into, ui.Form{}, err
	}
	var wrong fault.Fields
	for name, all := range values {
		for i, v := range all {
			v = strings.ReplaceAll(v, "\r\n", "\n")
			switch {
			case !utf8.ValidString(v) || strings.ContainsRune(v, 0) || !utf8.ValidString(name):
				wrong.Add(name, "填写的内容里有不能识别的字符，请删去后重填")
				v = ""
			case utf8.RuneCountInString(v) > mostText:
				wrong.Add(name, "内容太长了，最多 %d 个字", mostText)
			}
			all[i] = v
		}
	}
	read(reflect.ValueOf(&into).Elem(), "", values, &wrong)
	return into, ui.Form{Values: values, Wrong: wrong}, wrong.Err()
}

var (
	fenType  = reflect.TypeFor[yuan.Fen]()
	timeType = reflect.TypeFor[time.Time]()
)

func tag(f reflect.StructField) (name, kind string) {
	t, ok := f.Tag.Lookup("form")
	if !ok {
		// A field nobody tagged must not be fillable from outside: a programming mistake, found by the first test.
		panic("web.Bind: " + f.Name + " has no form tag")
	}
	name, kind, _ = strings.Cut(t, ",")
	return name, kind
}

func read(into reflect.Value, prefix string, values url.Values, wrong *fault.Fields) {
	for i := range into.NumField() {
		field := into.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		name, kind := tag(field)
		if name == "-" {
			continue
		}
		name = prefix + name
		target := into.Field(i)
		switch {
		case field.Type.Kind() == reflect.Slice && field.Type.Elem().Kind() == reflect.Struct:
			rows(target, name, values, wrong)
		case field.Type.Kind() == reflect.Slice:
			for _, v := range values[name] {
				if v = strings.TrimSpace(v); v != "" && target.Len() < mostRows {
					target.Set(reflect.Append(target, reflect.ValueOf(v)))
				}
			}
		default:
			one(target, name, kind, strings.TrimSpace(values.Get(name)), wrong)
		}
	}
}

// rows reads lines.0.item, lines.1.item …; a row left entirely blank is dropped, and later rows keep the number they
// were typed under, so that a fault points to the right one.
func rows(target reflect.Value, group string, values url.Values, wrong *fault.Fields) {
	n := min(ui.Form{Values: values}.Rows(group, 0), mostRows)
	for i := range n {
		prefix := group + "." + strconv.Itoa(i) + "."
		blank := true
		for name, all := range values {
			if strings.HasPrefix(name, prefix) && strings.TrimSpace(strings.Join(all, "")) != "" {
				blank = false
				break
			}
		}
		row := reflect.New(target.Type().Elem()).Elem()
		if !blank {
			read(row, prefix, values, wrong)
		}
		target.Set(reflect.Append(target, row))
	}
	for target.Len() > 0 && target.Index(target.Len()-1).IsZero() {
		target.SetLen(target.Len() - 1)
	}
}

func one(target reflect.Value, name, kind, v string, wrong *fault.Fields) {
	switch {
	case target.Type() == fenType:
		if v == "" {
			return
		}
		fen, err := yuan.Parse(v)
		switch {
		case errors.Is(err, yuan.ErrRange):
			wrong.Add(name, "金额太大了，请检查是不是多打了几位")
		case err != nil:
			wrong.Add(name, "请填写金额，例如 1200 或 1200.50")
		}
		target.SetInt(int64(fen))
	case target.Type() == timeType:
		if v != "" {
			target.Set(reflect.ValueOf(moment(name, kind, v, wrong)))
		}
	case target.Kind() == reflect.String:
		target.SetString(v)
	case target.Kind() == reflect.Bool:
		target.SetBool(v == "on" || v == "1" || v == "true" || v == "yes")
	case target.Kind() == reflect.Int || target.Kind() == reflect.Int64:
		if v == "" {
			return
		}
		n, err := strconv.ParseInt(halfWidth(v), 10, 64)
		if err != nil {
			wrong.Add(name, "请填写整数，例如 12")
		} else if n > mostInt || n < -mostInt {
			wrong.Add(name, "这个数太大了，请检查")
			n = 0
		}
		target.SetInt(n)
	default:
		panic("web.Bind: " + name + " has a type no form can fill: " + target.Type().String())
	}
}

func halfWidth(v string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == ',' || r == '，' || r == ' ':
			return -1
		}
		return r
	}, v)
}

// moment reads a date or a date with a time as a wall clock in the district shows it.
func moment(name, kind, v string, wrong *fault.Fields) time.Time {
	layouts := []string{time.DateOnly, "2006/1/2", "2006.1.2", "2006年1月2日", "20060102"}
	if kind == "datetime" {
		layouts = []string{"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006/1/2 15:04"}
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, v, clock.Shanghai); err == nil && t.Year() > 1900 && t.Year() < 2200 {
			return t
		}
	}
	if kind == "datetime" {
		wrong.Add(name, "请按 2026-10-21 14:30 的样子填写日期和时间")
	} else {
		wrong.Add(name, "请按 2026-10-21 的样子填写日期")
	}
	return time.Time{}
}

// Fill makes the form of a stored struct, by the same tags Bind reads.
func Fill(v any) ui.Form {
	values := url.Values{}
	value := reflect.Indirect(reflect.ValueOf(v))
	write(value, "", values)
	return ui.Form{Values: values}
}

func write(from reflect.Value, prefix string, values url.Values) {
	for i := range from.NumField() {
		field := from.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		name, kind := tag(field)
		if name == "-" {
			continue
		}
		name = prefix + name
		v := from.Field(i)
		switch {
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
			for k := range v.Len() {
				write(v.Index(k), name+"."+strconv.Itoa(k)+".", values)
			}
		case v.Kind() == reflect.Slice:
			for k := range v.Len() {
				values.Add(name, v.Index(k).String())
			}
		default:
			values.Set(name, text(v, kind))
		}
	}
}

func text(v reflect.Value, kind string) string {
	switch {
	case v.Type() == fenType:
		if v.Int() == 0 {
			return ""
		}
		return strings.TrimSuffix(yuan.Fen(v.Int()).String(), ".00")
	case v.Type() == timeType:
		t := v.Interface().(time.Time)
		switch {
		case t.IsZero():
			return ""
		case kind == "datetime":
			return t.In(clock.Shanghai).Format("2006-01-02T15:04")
		}
		return t.Format(time.DateOnly)
	case v.Kind() == reflect.Bool:
		if v.Bool() {
			return "on"
		}
		return ""
	case v.Kind() == reflect.Int || v.Kind() == reflect.Int64:
		if v.Int() == 0 || v.Int() > math.MaxInt32 {
			return ""
		}
		return strconv.FormatInt(v.Int(), 10)
	}
	return v.String()
}
