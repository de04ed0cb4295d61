// Package ui is the look of the house: the page around everything and the parts pages are built of. Components take
// values and say nothing the domain has not decided.
package ui

import (
	"context"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
)

// Frame is what every page of one request shares; server/web puts it into the context.
type Frame struct {
	Actor  identity.Actor
	Path   string            // where we are, for the current item of the navigation
	Token  string            // anti-forgery token for every form
	Demo   bool              // a sample district: a banner on every page says so
	Unread int               // messages not yet read
	Large  bool              // 大字版
	Theme  string            // "", "light" or "dark"
	Flash  *fault.Message    // what has just been done, said once
	Now    string            // the house's time, for the footer and print
	Held   map[string][]Held // by field: files that came with the form now shown again
}

// Held is a file the house keeps until its form has been mended: its name, and the slip that stands for it.
type Held struct{ Name, Slip string }

// held are the files kept for a field. A file that was itself refused is not offered again, and a field of one file has one.
func held(ctx context.Context, f Form, name string, o FileOpts) []Held {
	list := FrameOf(ctx).Held[name]
	if _, refused := f.Fault(name); refused || o.Own {
		return nil
	}
	if !o.Multiple {
		list = list[:min(len(list), 1)]
	}
	return list
}

type frameKey struct{}

// WithFrame puts the request's frame into the context.
func WithFrame(ctx context.Context, f Frame) context.Context {
	return context.WithValue(ctx, frameKey{}, f)
}

// FrameOf is the request's frame, empty when there is none (mail, tests).
func FrameOf(ctx context.Context) Frame {
	f, _ := ctx.Value(frameKey{}).(Frame)
	return f
}
