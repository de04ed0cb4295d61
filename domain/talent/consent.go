package talent

import (
	"context"
	"io"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// Consent is what a person lets others see. The first letter of the name and the skills are on every card: without them
// there is nothing to list.
type Consent struct {
	Version   int      `form:"version"`
	NameShown string   `form:"name_shown"`
	Shown     []string `form:"shown"`
	Agree     bool     `form:"agree"`
}

func (n Consent) check(wrong *fault.Fields, said string) {
	if n.NameShown != "surname" && n.NameShown != "full" {
		wrong.Add("name_shown", "请选名字怎么写")
	}
	if !known(Fields, n.Shown...) {
		wrong.Add("shown", "请在列出的几样里选")
	}
	if !n.Agree {
		wrong.Add("agree", said)
	}
}

const (
	listSQL = `update talent set state = 'listed', name_shown = @name, shown = @shown, consent_id = @consent::uuid, consent_paper = coalesce(nullif(@paper, '')::uuid, consent_paper), listed_at = coalesce(listed_at, @at), active_at = @at,
  removal_asked_at = null, removal_due = null, keeper = coalesce(@keeper::uuid, keeper), version = version + 1 where id = @id::uuid`
)

// Agree is the person's own consent: the card is open from this moment, with what they chose. Agreeing anew to something
// else ends the consent before.
func (b *Book) Agree(ctx context.Context, by identity.Actor, id string, n Consent) error {
	var wrong fault.Fields
	n.check(&wrong, "公开前请先打勾表示同意")
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "agree", may: identity.NominateTalents, own: true, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if by.Home != h.Place {
			return "", fault.New(fault.Conflict, "社区确认您住在这里以后，才能公开名片。请先在「我的资料」里选社区")
		}
		return Listed, enlist(ctx, tx, h, n, grant{self: by})
	}})
}

// grant is how a consent was given: by the person, or on a paper that staff photographed.
type grant struct {
	self   identity.Actor // nobody for a paper
	paper  string         // the photo of the paper
	keeper any
}

func (g grant) give(ctx context.Context, tx pg.Tx, h hand) (string, error) {
	if g.self.SignedIn() {
		return consent.Give(ctx, tx, g.self, consent.TalentListing, h.ID, h.at)
	}
	return consent.GiveFor(ctx, tx, consent.Other{Person: h.PersonID, How: "paper", Evidence: g.paper}, consent.TalentListing, h.ID, h.at)
}

func enlist(ctx context.Context, tx pg.Tx, h hand, n Consent, g grant) error {
	if h.State != Verified && h.State != Listed && h.State != Dormant {
		return fault.New(fault.Conflict, "社区核实以后才能公开")
	}
	if err := consent.End(ctx, tx, consent.TalentListing, h.ID, h.at); err != nil {
		return err
	}
	given, err := g.give(ctx, tx, h)
	if err != nil {
		return err
	}
	_, err = pg.Do(ctx, tx, listSQL, pg.Args{"id": h.ID, "name": n.NameShown, "shown": list(n.Shown), "consent": given, "paper": g.paper, "keeper": g.keeper, "at": h.at})
	return err
}

// Paper is a consent signed on paper, as staff record it, with a photo of what was signed.
type Paper struct {
	Consent  `form:"-"`
	SignedOn time.Time `form:"signed_on"`
	Name     string    `form:"-"` // of the file, as the sender's device calls it
}

// ListByPaper lists somebody who signed on paper (帮办): for who has no account or does not use it. The person is told
// when they have one, and may take the card down at any time.
func (b *Book) ListByPaper(ctx context.Context, by identity.Actor, id string, n Paper, photo io.ReadSeeker) error {
	t, err := b.Entry(ctx, by, id)
	if err != nil {
		return err
	}
	if _, err := by.Must(identity.KeepTalents, t.Place); err != nil {
		return err
	}
	now := b.clock.Now()
	var wrong fault.Fields
	n.check(&wrong, "请确认：这些选项是当面读给本人听过的，纸上有本人的签名或手印")
	switch {
	case n.SignedOn.IsZero():
		wrong.Add("signed_on", "请填写签字的日期")
	case n.SignedOn.After(now) || n.SignedOn.Before(now.AddDate(0, -6, 0)):
		wrong.Add("signed_on", "签字的日期应该在今天以前的半年里")
	}
	if photo == nil {
		wrong.Add("paper", "请拍一张签了字的纸")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	taken, err := evidence.TakePaper(ctx, b.store, photo)
	if err != nil {
		return inField(err, "paper")
	}
	return b.change(ctx, by, id, n.Version, deed{action: "list_by_paper", may: identity.KeepTalents, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if h.PersonID == by.ID {
			return "", fault.New(fault.Forbidden, "您自己的名片请在「我的能人名片」里公开")
		}
		paper := newID()
		if _, err := evidence.Keep(ctx, tx, h.w, evidence.New{ID: paper, Digest: taken.Digest, Size: taken.Size, Mime: taken.Mime, Kind: "paper", Owner: "talent", OwnerID: id, Place: h.Place, Name: n.Name, At: h.at}); err != nil {
			return "", err
		}
		if err := enlist(ctx, tx, h, n.Consent, grant{paper: paper, keeper: by.ID}); err != nil {
			return "", err
		}
		return Listed, notice.Tell(ctx, tx, notice.Letter{Code: "N33", To: []string{h.PersonID}, Text: fault.Say("社区按您签的纸，公开了您的能人名片。不对的话点进来，一下就能撤下"), Link: "/talents/me", Key: paper, At: h.at})
	}})
}

// inField puts what is wrong with a file beside its field.
func inField(err error, field string) error {
	if fault.Is(err, fault.Invalid) && fault.InFields(err) == nil {
		m := fault.MessageOf(err)
		return fault.Field(field, m.Text, m.Args...)
	}
	return err
}

const hideSQL = `update talent set state = case when state in ('listed','dormant') then 'verified' else state end, removal_asked_at = @at, removal_due = @due, version = version + 1 where id = @id::uuid`

// Hide is the first of two taps: the card is gone from every page at once, the consent is withdrawn, and the community
// has five working days to remove the rest.
func (b *Book) Hide(ctx context.Context, by identity.Actor, id string, n Press) error {
	return b.change(ctx, by, id, n.Version, deed{action: "hide", may: identity.NominateTalents, own: true, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if h.Leaving() {
			return "", fault.New(fault.Conflict, "您已经要求移除了，名片现在谁也看不到")
		}
		to, err := b.hide(ctx, tx, h)
		if err != nil {
			return "", err
		}
		staff, err := notice.Holders(ctx, tx, h.Place, identity.CommunityStaff)
		if err != nil {
			return "", err
		}
		return to, notice.Tell(ctx, tx, notice.Letter{Code: "N32", To: staff, Text: fault.Say("有一位能人要求移除资料，名片已经撤下。请在五个工作日内办完"), Link: "/desk/talents/" + id, Key: id + h.at.Format(time.RFC3339), At: h.at})
	}})
}

func (b *Book) hide(ctx context.Context, tx pg.Tx, h hand) (string, error) {
	calendar, err := place.Calendar(ctx, tx)
	if err != nil {
		return "", err
	}
	if err := consent.End(ctx, tx, consent.TalentListing, h.ID, h.at); err != nil {
		return "", err
	}
	to := h.State
	if to == Listed || to == Dormant {
		to = Verified
	}
	_, err = pg.Do(ctx, tx, hideSQL, pg.Args{"id": h.ID, "at": h.at, "due": calendar.AddWorkingDays(h.at, removalDays)})
	return to, err
}

const staySQL = `update talent set removal_asked_at = null, removal_due = null, active_at = @at, version = version + 1 where id = @id::uuid`

// Stay takes a request to be removed back: the entry is kept, and stays out of sight until the person agrees again.
func (b *Book) Stay(ctx context.Context, by identity.Actor, id string, n Press) error {
	return b.change(ctx, by, id, n.Version, deed{action: "stay", may: identity.NominateTalents, own: true, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if !h.Leaving() {
			return "", fault.New(fault.Conflict, "您没有要求移除")
		}
		_, err := pg.Do(ctx, tx, staySQL, pg.Args{"id": id, "at": h.at})
		return h.State, err
	}})
}

// Leave is the second tap: everything the entry said is destroyed now.
func (b *Book) Leave(ctx context.Context, by identity.Actor, id string, n Press) error {
	return b.change(ctx, by, id, n.Version, deed{action: "leave", may: identity.NominateTalents, own: true, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if !h.Leaving() {
			return "", fault.New(fault.Conflict, "请先点「不再公开，并移除我的资料」")
		}
		return Removed, erase(ctx, tx, h)
	}})
}

const (
	eraseSQL = `update talent set state = 'removed', person_id = null, nominated_by = null, name = '', why = '', skills = '{}', skill_note = '', words = '', times = '{}', wants = '{}', story = '', shown = '{}',
  phone_index = null, phone_tail = '', phone_sealed = null, phone_key = null, removal_asked_at = null, removal_due = null, version = version + 1 where id = @id::uuid`
	namelessSQL = `update attachment set name = '' where owner = 'talent' and owner_id = @id::uuid`
	silenceSQL  = `update talent_contact set said = '' where talent_id = @id::uuid`
)

// erase destroys what an entry said and unlinks its person. That it was there, when, and under which consent stays: the
// trail and the signed paper are kept as long as a consent has to be proven.
func erase(ctx context.Context, tx pg.Tx, h hand) error {
	if err := consent.End(ctx, tx, consent.TalentListing, h.ID, h.at); err != nil {
		return err
	}
	for _, sql := range []string{silenceSQL, namelessSQL, eraseSQL} {
		if _, err := pg.Do(ctx, tx, sql, pg.Args{"id": h.ID}); err != nil {
			return err
		}
	}
	return nil
}

const forgetSQL = `select ` + columns + from + `where t.state <> 'removed' and (t.person_id = @person::uuid or t.phone_index = @index::bytea) order by t.id for no key update of t`

// Forget removes every entry about somebody who is being erased: their own, and those that neighbours or staff made by
// their number.
func Forget(ctx context.Context, tx pg.Tx, w identity.Warrant, person string, index []byte, at time.Time) error {
	entries, err := pg.All[Talent](ctx, tx, forgetSQL, pg.Args{"person": person, "index": index})
	for _, t := range entries {
		if err != nil {
			return err
		}
		if err = erase(ctx, tx, hand{t, w, at}); err == nil {
			err = audit.Record(ctx, tx, w, audit.Event{Entity: "talent", ID: t.ID, Version: t.Version + 1, Action: "forget", From: t.State, To: Removed, Place: t.Place, At: at})
		}
	}
	return err
}
