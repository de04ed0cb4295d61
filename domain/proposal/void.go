package proposal

import (
	"context"
	"slices"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// VoidCodes names why a proposal is void (DOMAIN §7.2: misconduct proven).
var VoidCodes = []edition.Choice{{Code: "false", Name: "材料或活动弄虚作假"}, {Code: "forged", Name: "伪造票据或签名"}, {Code: "double", Name: "同样的开支重复申请公共资金"},
	{Code: "refused", Name: "拒绝检查或拒不改正"}, {Code: "other", Name: "其他"}}

// voidable are the states a proposal can be void from. What has an agreement in force or a project is ended by its
// agreement first: money may have gone out.
var voidable = []string{Submitted, Returned, Endorsed, Eligible, Ineligible, Shortlisted, NotShortlisted, Pitched, Ranked, Selected, Reserve, NotSelected, Refining, Refined}

// Voiding is the decision that a proposal is void.
type Voiding struct {
	ID      string  `form:"id"`
	Version int     `form:"version"`
	Code    string  `form:"code"`
	Reason  string  `form:"reason"`
	Sure    bool    `form:"sure"`
	Papers  []Paper `form:"-"` // the decision document; the first is the paper of the record
}

func (n Voiding) check() error {
	var wrong fault.Fields
	if !edition.Known(VoidCodes, n.Code) {
		wrong.Add("code", "请选择为什么作废")
	}
	if n.Reason == "" {
		wrong.Add("reason", "请写明查实的情况，领办人会看到原文")
	}
	short(&wrong, "reason", n.Reason, 300)
	if len(n.Papers) == 0 {
		wrong.Add("decision", "请附上作废的决定文件，照片或 PDF")
	}
	if !n.Sure {
		wrong.Add("sure", "作废以后不能恢复。想好了请打勾")
	}
	return wrong.Err()
}

const (
	voidSQL   = `update proposal set state = 'void', reason = @reason, appeal_until = null, fix_until = null, version = version + 1 where id = @id::uuid`
	addBanSQL = `insert into ban (id, place, person_id, proposal_id, code, reason, paper_id, from_on, until_on, by_person, at)
  values (@ban, @place::text::ltree, @person, @id, @code, @reason, @paper, @from::date, @until::date, @me, @at)`
)

// Void declares a proposal void by a decision of the district, with its document. What was reserved for it is let go as
// when a team withdraws, and its lead may lead no other for the years of the edition's rules (ban_years), from today.
func (b *Book) Void(ctx context.Context, by identity.Actor, id string, n Voiding) error {
	n.ID = formID(n.ID)
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := b.condemned(ctx, tx, by, id, n)
		if err != nil || p.State == Void {
			return err
		}
		if err := n.check(); err != nil {
			return err
		}
		e, err := edition.Get(ctx, tx, p.EditionID)
		if err != nil {
			return err
		}
		now := b.clock.Now()
		from := clock.Day(now)
		until := from.AddDate(e.Rules.BanYears, 0, 0)
		if err := attach(ctx, tx, w, "ban", n.ID, place.District(p.Place), n.Papers, now); err != nil {
			return err
		}
		paper, err := pg.Value[string](ctx, tx, banPaperSQL, pg.Args{"id": n.ID})
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, voidSQL, pg.Args{"id": id, "reason": n.Reason}); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, addBanSQL, pg.Args{"ban": n.ID, "place": place.District(p.Place), "person": p.LeadID, "id": id, "code": n.Code, "reason": n.Reason, "paper": paper,
			"from": from, "until": until, "me": by.ID, "at": now}); err != nil {
			return err
		}
		if err := outbox.Put(ctx, tx, now, TakenBack{id, p.State}); err != nil {
			return err
		}
		if err := b.tellVoid(ctx, tx, p, n, from, until); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal", ID: id, Version: p.Version + 1, Action: "void", From: p.State, To: Void, Place: p.Place, Reason: n.Reason,
			Data: map[string]any{"code": n.Code, "ban": n.ID, "person": p.LeadID, "until": until, "rules": e.Version}, At: now})
	})
}

const banPaperSQL = `select id::text from attachment where owner = 'ban' and owner_id = @id::uuid order by uploaded_at, id limit 1`

// condemned locks a proposal for whoever may declare it void now.
func (b *Book) condemned(ctx context.Context, tx pg.Tx, by identity.Actor, id string, n Voiding) (Proposal, identity.Warrant, error) {
	p, err := Lock(ctx, tx, id)
	if err != nil {
		return p, identity.Warrant{}, err
	}
	if p.SubmittedAt == nil || !by.Sees(identity.ReadProposals, p.Place) {
		return p, identity.Warrant{}, fault.Missing()
	}
	w, err := by.Must(identity.VoidProposals, p.Place)
	if err != nil {
		return p, w, err
	}
	team, err := TeamPeople(ctx, tx, p.TeamID)
	if err != nil {
		return p, w, err
	}
	if err := conflict(p, team, by); err != nil {
		return p, w, err
	}
	if p.Version != n.Version {
		if done, err := audit.Did(ctx, tx, by, "proposal", id, n.Version+1, "void"); err != nil || done {
			return p, w, err
		}
		return p, w, stale()
	}
	switch {
	case p.State == Contracted:
		return p, w, fault.New(fault.Conflict, "协议已经生效，项目在执行，不能直接作废。请先按协议终止项目、办完拨付和追回")
	case !slices.Contains(voidable, p.State):
		return p, w, fault.New(fault.Conflict, "现在的状态不能这样办，请刷新页面看看")
	}
	return p, w, nil
}

// tellVoid tells the team and the community.
func (b *Book) tellVoid(ctx context.Context, tx pg.Tx, p Proposal, n Voiding, from, until time.Time) error {
	team, err := TeamPeople(ctx, tx, p.TeamID)
	if err != nil {
		return err
	}
	team = slices.DeleteFunc(team, func(id string) bool { return id == p.LeadID })
	heads, err := notice.Holders(ctx, tx, p.Place, identity.CommunityHead)
	if err != nil {
		return err
	}
	if until.After(from) {
		err = b.tell(ctx, tx, p, "N08", []string{p.LeadID}, "/proposals/"+p.ID, "申报书 %s「%s」被区里作废：%s。%s 以前您不能再领办申报", p.Number, p.Title, n.Reason, day(until))
	} else {
		err = b.tell(ctx, tx, p, "N08", []string{p.LeadID}, "/proposals/"+p.ID, "申报书 %s「%s」被区里作废：%s", p.Number, p.Title, n.Reason)
	}
	if err != nil {
		return err
	}
	if err := b.tell(ctx, tx, p, "N08", team, "/proposals/"+p.ID, "申报书 %s「%s」被区里作废了，原因请问领办人", p.Number, p.Title); err != nil {
		return err
	}
	return b.tell(ctx, tx, p, "N08", heads, "/desk/proposals/"+p.ID, "申报书 %s「%s」被区里作废了", p.Number, p.Title)
}
