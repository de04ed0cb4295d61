package topic

import (
	"context"

	"seedbed/domain/assist"
	"seedbed/domain/audit"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// notMine is the reason that is kept with a topic written against a person's will: words:none.
const notMine = "帮填的内容不是本人的意思，已经撤下"

const uncaredSQL = `delete from topic_supporter where topic_id = @id::uuid and person_id = @person::uuid`

// HearRefuted takes down a topic that was written for a person against their will while the community has not read it, and
// the 我也关心 that were given for them. It does no harm when repeated.
func HearRefuted(ctx context.Context, tx pg.Tx, f assist.Refuted) error {
	person, err := assist.Helped(ctx, tx, f)
	if err != nil {
		return err
	}
	written, err := assist.Acts(ctx, tx, f, "topic", "propose")
	if err != nil {
		return err
	}
	for _, id := range written {
		if err := takeDown(ctx, tx, f, id, person); err != nil {
			return err
		}
	}
	cared, err := assist.Acts(ctx, tx, f, "topic", "support")
	if err != nil {
		return err
	}
	for _, id := range cared {
		n, err := pg.Do(ctx, tx, uncaredSQL, pg.Args{"id": id, "person": person})
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if _, err := pg.Do(ctx, tx, countSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		if err := noted(ctx, tx, f, id, audit.Event{Action: "unsupport"}); err != nil {
			return err
		}
	}
	return nil
}

func takeDown(ctx context.Context, tx pg.Tx, f assist.Refuted, id, person string) error {
	t, err := pg.One[Topic](ctx, tx, lockSQL, pg.Args{"id": id})
	if err != nil || t.State != Collected || t.ProposerID != person {
		return err
	}
	if _, err := pg.Do(ctx, tx, declineSQL, pg.Args{"id": id, "reason": notMine, "same": ""}); err != nil {
		return err
	}
	return noted(ctx, tx, f, id, audit.Event{Version: t.Version + 1, Action: "undo", From: Collected, To: Declined, Reason: notMine})
}

func noted(ctx context.Context, tx pg.Tx, f assist.Refuted, id string, e audit.Event) error {
	t, err := pg.One[Topic](ctx, tx, lockSQL, pg.Args{"id": id})
	if err != nil {
		return err
	}
	w, err := identity.House().Must(identity.KeepCalendar, t.Place)
	if err != nil {
		return err
	}
	e.Entity, e.ID, e.Place, e.At = "topic", id, t.Place, f.At
	if err := audit.Record(ctx, tx, w, e); err != nil {
		return err
	}
	return assist.Undone(ctx, tx, f, "topic", id)
}
