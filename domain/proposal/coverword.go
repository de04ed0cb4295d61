package proposal

import (
	"context"
	"slices"
	"strconv"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// word is what somebody says of a cover photo: of which picture, at the version they saw, and what its lead hears.
type word struct {
	photo, action, to, reason, text string
	version                         int
	from                            []string
}

const (
	newCoverSQL  = `insert into cover (id, proposal_id, place, state, reason, decided_by, decided_at) values (@id, @proposal, @place::text::ltree, @state, @reason, @by::uuid, @at)`
	moveCoverSQL = `update cover set state = @state, reason = @reason, decided_by = nullif(@by, '')::uuid, decided_at = @at, version = version + 1 where id = @id::uuid`
)

// judgeCover keeps a word about a cover photo and tells the lead. The same button pressed twice is answered as the first time.
func (b *Book) judgeCover(ctx context.Context, by identity.Actor, id string, d word) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.SubmittedAt == nil || !by.Sees(identity.ReadProposals, p.Place) {
			return fault.Missing()
		}
		w, err := by.Must(identity.ClearPhotos, p.Place)
		if err != nil {
			return err
		}
		if err := apart(ctx, tx, by, p); err != nil {
			return err
		}
		c, err := CoverOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if !c.There() || c.ID != d.photo {
			return fault.New(fault.Conflict, "封面照片换过了，请看看现在的这张")
		}
		if c.Version != d.version {
			if done, err := audit.Did(ctx, tx, by, "cover", c.ID, d.version+1, d.action); err != nil || done {
				return err
			}
			return stale()
		}
		if err := d.fits(p, c); err != nil {
			return err
		}
		now := b.clock.Now()
		if err := keepCover(ctx, tx, w, p, c, d, now); err != nil {
			return err
		}
		args := []any{p.named()}
		if d.reason != "" {
			args = append(args, d.reason)
		}
		return notice.Tell(ctx, tx, notice.Letter{Code: "N32", To: []string{p.LeadID}, Text: fault.Say(d.text, args...), Link: "/proposals/" + p.ID + "/gallery",
			Key: "cover/" + c.ID + "/" + strconv.Itoa(c.Version+1), At: now})
	})
}

// fits tells whether the word can be said of the picture as it stands.
func (d word) fits(p Proposal, c Cover) error {
	switch {
	case !slices.Contains(d.from, c.State):
		return fault.New(fault.Conflict, "现在的状态不能这样办，请刷新页面看看")
	case d.to == CoverHidden: // at any time
		return nil
	case p.State == Withdrawn || p.State == Void:
		return fault.New(fault.Conflict, "这份申报书已经撤回，照片不会公开")
	case !c.Agreed:
		return fault.New(fault.Conflict, "领办人没有同意给街坊看封面照片")
	case !c.Examined:
		return fault.New(fault.Conflict, "这张照片还在处理，请过一分钟再试")
	}
	return nil
}

func keepCover(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, c Cover, d word, at time.Time) error {
	args := pg.Args{"id": c.ID, "state": d.to, "reason": d.reason, "by": w.By.ID, "at": at}
	sql := moveCoverSQL
	if c.Version == 0 {
		sql, args["proposal"], args["place"] = newCoverSQL, p.ID, p.Place
	}
	if _, err := pg.Do(ctx, tx, sql, args); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "cover", ID: c.ID, Version: c.Version + 1, Action: d.action, From: c.State, To: d.to, Place: p.Place, Reason: d.reason,
		Data: map[string]string{"proposal": p.ID}, At: at})
}

const coversOfSQL = `select c.id::text, c.proposal_id::text as proposal, c.version from cover c join attachment t on t.id = c.id join proposal p on p.id = c.proposal_id
  where c.state = 'cleared' and (t.uploader = @person::uuid or exists (select from team_member m where m.team_id = p.team_id and m.person_id = @person::uuid)) order by c.id for no key update of c`

// HideCovers takes in the cover photos that somebody sent or whose team they belong to, who no longer wants to be in public
// photos: nobody knows who is in which. Staff look through them again and put back those without the person; they and the
// lead are told. It does no harm when repeated.
func HideCovers(ctx context.Context, tx pg.Tx, w identity.Warrant, personID string, at time.Time) error {
	const why = "有人收回了公开照片的同意"
	type out struct {
		ID, Proposal string
		Version      int
	}
	all, err := pg.All[out](ctx, tx, coversOfSQL, pg.Args{"person": personID})
	if err != nil {
		return err
	}
	for _, o := range all {
		p, err := Get(ctx, tx, o.Proposal)
		if err != nil {
			return err
		}
		d := word{action: "hide", to: CoverHidden, reason: why}
		if err := keepCover(ctx, tx, w, p, Cover{ID: o.ID, State: CoverCleared, Version: o.Version}, d, at); err != nil {
			return err
		}
		staff, err := notice.Holders(ctx, tx, p.Place, identity.CommunityStaff)
		if err != nil {
			return err
		}
		key := "cover/" + o.ID + "/" + strconv.Itoa(o.Version+1)
		for _, l := range []notice.Letter{
			{To: staff, Text: fault.Say("有居民收回了公开照片的同意，「%s」的封面照片已经收起来。请看一看，没有本人的可以再公开", p.named()), Link: "/desk/proposals/" + p.ID + "/cover"},
			{To: []string{p.LeadID}, Text: fault.Say("有人收回了公开照片的同意，「%s」的封面照片先收起来了。社区会再看一看", p.named()), Link: "/proposals/" + p.ID + "/gallery"},
		} {
			l.Code, l.Key, l.At = "N32", key, at
			if err := notice.Tell(ctx, tx, l); err != nil {
				return err
			}
		}
	}
	return nil
}
