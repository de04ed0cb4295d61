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
	Path   string         // where we are, for the current item of the navigation
	Token  string         // anti-forgery token for every form
	Demo   bool           // a sample district: a banner on every page says so
	Unread int            // messages not yet read
	Large  bool           // 大字版
	Theme  string         // "", "light" or "dark"
	Flash  *fault.Message // what has just been done, said once
	Now    string         // the house's time, for the footer and print
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
