package talent

import (
	"context"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Asking is a neighbour's wish to meet a talent, passed on by the community.
type Asking struct {
	ID   string `form:"id"`
	Text string `form:"text"`
}

const askedTodaySQL = `select count(*) from talent_contact where by_person = @me::uuid and how = 'ask' and created_at > @since and id <> @id::uuid`

// Ask has the community pass a neighbour's wish on: nobody's number is given to anybody.
func (b *Book) Ask(ctx context.Context, by identity.Actor, id string, n Asking) error {
	card, err := b.Card(ctx, id)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.NominateTalents, card.Place)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	if l := utf8.RuneCountInString(n.Text); l < 5 {
		wrong.Add("text", "请写清楚想请这位邻居做什么，至少 5 个字")
	}
	limit(&wrong, "text", n.Text, 200)
	if err := wrong.Err(); err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		t, err := pg.One[Talent](ctx, tx, lockSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		ask := formID(n.ID)
		if today, err := pg.Value[int](ctx, tx, askedTodaySQL, pg.Args{"me": by.ID, "since": now.Add(-24 * time.Hour), "id": ask}); err != nil || today >= 5 {
			if err == nil {
				err = fault.New(fault.Conflict, "一天最多请社区联系 5 位，请明天再来")
			}
			return err
		}
		if rows, err := pg.Do(ctx, tx, contactSQL, pg.Args{"id": ask, "talent": id, "me": by.ID, "day": now, "how": "ask", "said": n.Text, "at": now}); err != nil || rows == 0 {
			return err
		}
		staff, err := notice.Holders(ctx, tx, t.Place, identity.CommunityStaff)
		if err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N36", To: staff, Text: fault.Say("有居民想请一位能人帮忙，请您联系"), Link: "/desk/talents/" + id, Key: ask, At: now}); err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N36", To: []string{t.PersonID}, Text: fault.Say("有邻居想请您帮忙，社区会联系您"), Link: "/talents/me", Key: ask, At: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "talent", ID: id, Action: "ask", Place: t.Place, At: now})
	})
}
