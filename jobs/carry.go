package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"seedbed/domain/fault"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

var (
	// errParked tells that the fact was set aside for this listener: trying again is no use.
	errParked = errors.New("parked")
	// errStranger tells that this program has no such listener, but the one that sent the task had.
	errStranger = errors.New("this program does not know the listener")
)

// carry brings one fact to one listener: work, then effect and mark in one transaction. It is safe to do it twice, at
// once, or late: the mark is the fence.
func (r *Runner) carry(ctx context.Context, id int64, name string) error {
	letter, found, err := outbox.Open(ctx, r.db, id, name)
	if err != nil || !found || letter.Settled {
		return err
	}
	listener, known := r.table.find(letter.Kind, name)
	if !known {
		return fmt.Errorf("%w %q of %q", errStranger, name, letter.Kind)
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, keyOfWork{}, keyOf(id, name)), listener.Limit)
	defer cancel()
	err = r.perform(ctx, id, listener, letter)
	if err == nil {
		r.Wake() // an effect may have put new facts
		return nil
	}
	if !hopeless(err) {
		r.log.WarnContext(ctx, "a listener failed and will be tried again", "fact", id, "kind", letter.Kind, "listener", name, "error", err)
		return err
	}
	r.log.ErrorContext(ctx, "a fact was parked", "fact", id, "kind", letter.Kind, "listener", name, "error", err)
	if wrong := outbox.Park(ctx, r.db, id, name, sentence(err)); wrong != nil {
		return errors.Join(err, wrong)
	}
	return fmt.Errorf("%w: %w", errParked, err)
}

func (r *Runner) perform(ctx context.Context, id int64, listener Listener, letter outbox.Letter) (err error) {
	defer caught(&err)
	effect, err := listener.Work(ctx, letter.Body)
	if err != nil {
		return err
	}
	// A conflict is often somebody else's change under our hands: the same effect on the new state may well pass.
	for try := 1; ; try++ {
		err = r.keepEffect(ctx, id, listener, effect)
		if !fault.Is(err, fault.Conflict) || try == 3 {
			return err
		}
	}
}

func (r *Runner) keepEffect(ctx context.Context, id int64, listener Listener, effect Effect) error {
	return r.db.Change(ctx, func(tx pg.Tx) error {
		mine, err := outbox.Fence(ctx, tx, id, listener.Name)
		if err != nil || !mine {
			return err
		}
		if effect != nil {
			if err := effect(ctx, tx); err != nil {
				return err
			}
		}
		return outbox.Finish(ctx, tx, id, r.table.names(listener.Kind))
	})
}

// caught turns a panic into an error, so that one listener's bug does not end the process.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// hopeless tells whether an error says that trying again is no use.
func hopeless(err error) bool {
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Invalid, fault.Conflict, fault.Forbidden, fault.SignIn:
		return true
	case fault.Internal, fault.Busy:
	}
	return false
}

// sentence is what an error says to people, without the cause: causes may quote what must not be kept.
func sentence(err error) string {
	parts := []string{fault.MessageOf(err).String()}
	fields := fault.InFields(err)
	for _, name := range fields.Names() {
		parts = append(parts, name+": "+fields[name].String())
	}
	return strings.Join(parts, "; ")
}
