package evidence

import (
	"context"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func picture(mime string) bool { return strings.HasPrefix(mime, "image/") }

const (
	lockSQL  = `select ` + attachmentColumns + ` from attachment where id = @id::uuid for no key update`
	stateSQL = `update attachment set state = @state, version = version + 1 where id = @id::uuid`
	tideSQL  = `select ` + attachmentColumns + ` from attachment where owner_id = @owner_id::uuid and state = @state order by id for no key update`
)

// Clear notes that staff have looked through a photo and nothing in it may harm anybody; public says whether what it
// shows is already verified, so that it goes out at once. Only an examined photo can be cleared: the public sees its
// copy, never the original.
func Clear(ctx context.Context, tx pg.Tx, w identity.Warrant, id string, public bool, at time.Time) error {
	a, err := pg.One[Attachment](ctx, tx, lockSQL, pg.Args{"id": id})
	if err != nil {
		return err
	}
	to := Cleared
	if public {
		to = Public
	}
	switch {
	case a.State == to:
		return nil
	case a.State == Stored:
		return fault.New(fault.Conflict, "这张照片还在处理，请过一分钟再试")
	case a.State != Derived && a.State != Hidden && a.State != Cleared || a.Large == "":
		return fault.New(fault.Conflict, "这张照片不能公开")
	}
	return move(ctx, tx, w, a, to, "clear", "", at)
}

// Hide takes a photo out of every public page at once.
func Hide(ctx context.Context, tx pg.Tx, w identity.Warrant, id, reason string, at time.Time) error {
	a, err := pg.One[Attachment](ctx, tx, lockSQL, pg.Args{"id": id})
	if err != nil || a.State == Hidden {
		return err
	}
	if a.State == Purged {
		return fault.New(fault.Conflict, "这张照片已经删除了")
	}
	return move(ctx, tx, w, a, Hidden, "hide", reason, at)
}

// Publish lets an object's cleared photos out: what they show has been verified.
func Publish(ctx context.Context, tx pg.Tx, w identity.Warrant, ownerID string, at time.Time) error {
	return tide(ctx, tx, w, ownerID, Cleared, Public, "publish", at)
}

// Withdraw takes an object's photos back in: what they show is in doubt again. They stay cleared.
func Withdraw(ctx context.Context, tx pg.Tx, w identity.Warrant, ownerID string, at time.Time) error {
	return tide(ctx, tx, w, ownerID, Public, Cleared, "withdraw", at)
}

func tide(ctx context.Context, tx pg.Tx, w identity.Warrant, ownerID, from, to, action string, at time.Time) error {
	all, err := pg.All[Attachment](ctx, tx, tideSQL, pg.Args{"owner_id": ownerID, "state": from})
	if err != nil {
		return err
	}
	for _, a := range all {
		if err := move(ctx, tx, w, a, to, action, "", at); err != nil {
			return err
		}
	}
	return nil
}

func move(ctx context.Context, tx pg.Tx, w identity.Warrant, a Attachment, to, action, reason string, at time.Time) error {
	if _, err := pg.Do(ctx, tx, stateSQL, pg.Args{"id": a.ID, "state": to}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "attachment", ID: a.ID, Version: a.Version + 1, Action: action, From: a.State, To: to, Place: a.Place, Reason: reason, At: at})
}
