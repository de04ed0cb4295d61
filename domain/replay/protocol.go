package replay

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"seedbed/domain/fault"
)

// Protocol is one published computation: what went in, by which rule, what came out, and the fingerprints of both.
type Protocol struct {
	Kind    string          `json:"kind"`
	Options *Options        `json:"options,omitempty"` // of allocate
	Seed    string          `json:"seed,omitempty"`    // as published; the one that counts stands in input or options
	Input   json.RawMessage `json:"input"`             // of allocate: the ballot file as a string
	Result  json.RawMessage `json:"result"`
	Hashes  Hashes          `json:"hashes"`
}

// Hashes are SHA-256 of input and result, their text without white space outside strings, in hexadecimal.
type Hashes struct {
	Input  string `json:"input"`
	Result string `json:"result"`
}

// Compute does one kind of computation again, from its input's text to its result's.
type Compute func(input []byte) ([]byte, error)

// kinds are the computations of this package.
func kinds(o Options) map[string]Compute {
	by := func(f func(*scan) ([]byte, error)) Compute {
		return func(input []byte) ([]byte, error) {
			s := newScan(bytes.NewReader(input), MostInstance)
			s.plain, s.path = true, []step{{key: "input"}}
			return f(s)
		}
	}
	return map[string]Compute{"score": by(scoreOf), "assign": by(assignOf), "calibrate": by(calibrateOf), "draw": by(drawOf),
		"allocate": func(input []byte) ([]byte, error) {
			var text string
			if err := json.Unmarshal(input, &text); err != nil {
				return nil, fault.New(fault.Invalid, "%s：%s", "input", fault.Say("这里要一段文字"))
			}
			return Allocate(strings.NewReader(text), o)
		}}
}

// Sum is a text's fingerprint.
func Sum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Compact takes the white space outside strings out of a JSON text and refuses what is none, or has a key twice.
func Compact(text []byte) ([]byte, error) {
	s := newScan(bytes.NewReader(text), MostInstance)
	out, err := s.raw()
	if err == nil {
		err = s.end()
	}
	return out, err
}

// Write makes the protocol of a computation that was just done.
func Write(kind string, input, result []byte, o *Options) ([]byte, error) {
	var err error
	if kind == "allocate" {
		if input, err = json.Marshal(string(input)); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "结果写不出来")
		}
	}
	if input, err = Compact(input); err != nil {
		return nil, err
	}
	if result, err = Compact(result); err != nil {
		return nil, err
	}
	p := Protocol{Kind: kind, Options: o, Input: input, Result: result, Hashes: Hashes{Sum(input), Sum(result)}}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // the texts' own bytes, which the hashes are of
	if err := e.Encode(p); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "结果写不出来")
	}
	return out.Bytes(), nil
}

// readProtocol reads a protocol strictly.
func readProtocol(r io.Reader, known []string) (Protocol, error) {
	p, s := Protocol{}, newScan(r, MostInstance)
	hash := func(to *string) func() error {
		return func() (err error) {
			if *to, err = s.text1(); err == nil && (len(*to) != 64 || strings.Trim(*to, "0123456789abcdef") != "") {
				err = s.wrong("要 64 位小写十六进制")
			}
			return err
		}
	}
	raw := func(to *json.RawMessage) func() error {
		return func() (err error) { *to, err = s.raw(); return err }
	}
	choice := func(to *string, name string) func() error {
		return func() (err error) { *to, err = s.oneOf(Choices[name]...); return err }
	}
	seen, err := s.fields(map[string]func() error{
		"kind":   func() (err error) { p.Kind, err = s.oneOf(known...); return err },
		"seed":   func() (err error) { p.Seed, err = s.text1(); return err },
		"input":  raw(&p.Input),
		"result": raw(&p.Result),
		"options": func() error {
			o := Defaults()
			p.Options = &o
			_, err := s.fields(map[string]func() error{"rule": choice(&o.Rule, "rule"), "utility": choice(&o.Utility, "utility"), "complete": choice(&o.Complete, "complete"),
				"ties": choice(&o.Ties, "ties"), "seed": func() (err error) { o.Seed, err = s.text1(); return err }})
			return err
		},
		"hashes": func() error {
			seen, err := s.fields(map[string]func() error{"input": hash(&p.Hashes.Input), "result": hash(&p.Hashes.Result)})
			if err == nil {
				err = s.require(seen, "input", "result")
			}
			return err
		},
	})
	if err == nil {
		err = s.require(seen, "kind", "input", "result", "hashes")
	}
	if err == nil {
		err = s.end()
	}
	return p, err
}

// Defaults are the options of allocate unless said.
func Defaults() Options {
	return Options{Rule: Choices["rule"][0], Utility: Choices["utility"][0], Complete: Choices["complete"][0], Ties: Choices["ties"][0]}
}

// Verdict is what a replay found.
type Verdict struct {
	Kind   string
	Same   bool
	Input  string // the hash that was confirmed
	Result string
	Where  string // the first difference: "hashes.input", "result.results[2].score" …
	Said   string // what the protocol says there
	Found  string // what was computed
}

// Replay does a published computation again. An error is a protocol that cannot be read or computed; a result that differs
// is a verdict. More adds kinds of computation that are the caller's.
func Replay(r io.Reader, more map[string]Compute) (Verdict, error) {
	all := kinds(Defaults())
	for k, f := range more {
		all[k] = f
	}
	known := make([]string, 0, len(all))
	for k := range all {
		known = append(known, k)
	}
	slices.Sort(known)
	p, err := readProtocol(r, known)
	if err != nil {
		return Verdict{}, err
	}
	compute := all[p.Kind]
	if p.Options != nil {
		if p.Kind != "allocate" {
			return Verdict{}, fault.New(fault.Invalid, "%s：%s", "options", fault.Say("没有这一项"))
		}
		compute = kinds(*p.Options)[p.Kind]
	}
	v := Verdict{Kind: p.Kind, Input: Sum(p.Input), Result: Sum(p.Result)}
	if v.Input != p.Hashes.Input {
		v.Where, v.Said, v.Found = "hashes.input", p.Hashes.Input, v.Input
		return v, nil
	}
	result, err := compute(p.Input)
	if err != nil {
		return v, err
	}
	if result, err = Compact(result); err != nil {
		return v, err
	}
	if !bytes.Equal(result, p.Result) {
		v.Where, v.Said, v.Found = difference(p.Result, result)
		return v, nil
	}
	if v.Result != p.Hashes.Result {
		v.Where, v.Said, v.Found = "hashes.result", p.Hashes.Result, v.Result
		return v, nil
	}
	v.Same = true
	return v, nil
}

// difference finds the first place at which two results differ, in the order of the computed one.
func difference(said, found []byte) (where, a, b string) {
	var x, y any
	if decode(said, &x) == nil && decode(found, &y) == nil {
		if where, a, b, differ := walk("result", x, y); differ {
			return where, a, b
		}
	}
	// The same values in other bytes: keys in another order, a number written otherwise.
	n := 0
	for n < len(said) && n < len(found) && said[n] == found[n] {
		n++
	}
	cut := func(t []byte) string { return clip(string(t[min(n, len(t)):min(n+40, len(t))])) }
	return fmt.Sprintf("result, byte %d", n), cut(said), cut(found)
}

func decode(text []byte, v *any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(v)
}

func walk(where string, x, y any) (at, a, b string, differ bool) {
	show := func(v any) string {
		text, _ := json.Marshal(v)
		return clip(string(text))
	}
	switch y := y.(type) {
	case map[string]any:
		x, ok := x.(map[string]any)
		if !ok {
			break
		}
		keys := make([]string, 0, len(y))
		for k := range y {
			keys = append(keys, k)
		}
		for k := range x {
			if _, both := y[k]; !both {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		for _, k := range keys {
			l, inX := x[k]
			r, inY := y[k]
			if inX != inY {
				return where + "." + k, present(inX, show(l)), present(inY, show(r)), true
			}
			if at, a, b, differ := walk(where+"."+k, l, r); differ {
				return at, a, b, true
			}
		}
		return "", "", "", false
	case []any:
		x, ok := x.([]any)
		if !ok {
			break
		}
		for i := range max(len(x), len(y)) {
			name := fmt.Sprintf("%s[%d]", where, i)
			if i >= len(x) || i >= len(y) {
				var l, r any
				if i < len(x) {
					l = x[i]
				} else {
					r = y[i]
				}
				return name, present(i < len(x), show(l)), present(i < len(y), show(r)), true
			}
			if at, a, b, differ := walk(name, x[i], y[i]); differ {
				return at, a, b, true
			}
		}
		return "", "", "", false
	}
	if l, r := show(x), show(y); l != r {
		return where, l, r, true
	}
	return "", "", "", false
}

func present(is bool, text string) string {
	if is {
		return text
	}
	return "-"
}
