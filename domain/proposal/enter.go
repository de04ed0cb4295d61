package proposal

import (
	"context"
	"encoding/json"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Entry is a proposal that came on paper and is entered by staff for its lead.
type Entry struct {
	ID      string // of the proposal, made by the caller so that entering twice is entering once
	LeadID  string
	Lead    string // the lead's name on the paper
	Home    string // the lead's community
	Reason  string // why it is entered for them
	Draft   Draft
	Members []NewMember // asked as any other: they answer for themselves
	Until   *time.Time  // when it has to be handed in, where that is not the call's own deadline
}

// CheckEntry tells what of an entry cannot be kept, by the names of the form's fields.
func CheckEntry(d Draft) error { return d.tidy().check() }

// CheckMember tells what is wrong with somebody named for a team.
func CheckMember(n NewMember) error { return n.check() }

// EntryGaps lists what an entry's paper would still lack when it is handed in, the team apart.
func EntryGaps(e edition.Edition, n Entry) []Gap {
	f := Full{Edition: e}.With(n.Draft.tidy())
	f.LeadName, f.State = n.Lead, Drafted
	gaps := []Gap{}
	for _, g := range f.Gaps() {
		if g.Section != "team" {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

const (
	haveSQL  = `select exists (select from proposal where id = @id::uuid)`
	actedSQL = `update proposal set acting_helper = @me::uuid, acting_reason = @reason where id = @id::uuid`
	paperSQL = `update proposal set acting_paper = @paper::uuid where id = @id::uuid and acting_helper is not null and acting_paper is null`
)

// OpenDraft tells whether a lead has a draft in an edition that was not handed in.
func OpenDraft(ctx context.Context, q pg.Reader, editionID, leadID string) (bool, error) {
	have, err := pg.Values[string](ctx, q, openDraftSQL, pg.Args{"edition": editionID, "me": leadID})
	return len(have) > 0, err
}

// Enter makes the draft of a proposal on paper in the caller's transaction, with the actor marked as its helper; the
// lead is told. It cannot be handed in before its signed paper is there (AttachPaper). Entering the same ID again
// changes nothing.
func (b *Book) Enter(ctx context.Context, tx pg.Tx, w identity.Warrant, editionID string, n Entry) error {
	if have, err := pg.Value[bool](ctx, tx, haveSQL, pg.Args{"id": n.ID}); err != nil || have {
		return err
	}
	n.Draft = n.Draft.tidy()
	if err := n.Draft.check(); err != nil {
		return err
	}
	if err := alone(ctx, tx, n.LeadID); err != nil {
		return err
	}
	if open, err := OpenDraft(ctx, tx, editionID, n.LeadID); err != nil || open {
		if err == nil {
			err = fault.New(fault.Conflict, "%s 在这一届已经有一份没有提交的草稿，请先处理那一份", n.Lead)
		}
		return err
	}
	now, team, lead := b.clock.Now(), newID(), newID()
	e, err := edition.Get(ctx, tx, editionID)
	if err != nil {
		return err
	}
	begun := datesOf(e)
	for name, value := range map[string]any{"id": n.ID, "edition": editionID, "team": team, "place": n.Home, "me": n.LeadID, "at": now} {
		begun[name] = value
	}
	for _, s := range []struct {
		sql  string
		args pg.Args
	}{{addTeamSQL, pg.Args{"id": team, "place": n.Home, "me": n.LeadID, "at": now}},
		{addLeadSQL, pg.Args{"id": lead, "team": team, "me": n.LeadID, "name": n.Lead, "at": now}},
		{addDraftSQL, begun},
		{actedSQL, pg.Args{"id": n.ID, "me": w.By.ID, "reason": n.Reason}}} {
		if _, err := pg.Do(ctx, tx, s.sql, s.args); err != nil {
			return err
		}
	}
	p, err := Get(ctx, tx, n.ID)
	if err != nil {
		return err
	}
	rows := Edit{Draft: n.Draft}
	rows.name(Draft{})
	if err := write(ctx, tx, p, rows.Draft, now); err != nil {
		return err
	}
	for _, e := range []audit.Event{{Entity: "team", ID: team, Action: "form", To: "forming"}, {Entity: "team_member", ID: lead, Action: "lead", To: "accepted"},
		{Entity: "proposal", ID: n.ID, Action: "enter", To: Drafted, Reason: n.Reason, Data: map[string]any{"lead": n.LeadID}}} {
		e.Version, e.Place, e.At = 1, n.Home, now
		if err := audit.Record(ctx, tx, w, e); err != nil {
			return err
		}
	}
	for _, m := range n.Members {
		if err := b.ask(ctx, tx, w, p, n.Lead, m, now); err != nil {
			return err
		}
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N33", To: []string{n.LeadID}, Text: n.letter(),
		Link: "/proposals/" + n.ID, Key: n.ID, At: now})
}

// letter tells the lead what was typed in, and until when it may be handed in where that is not as long as the call is open.
func (n Entry) letter() fault.Message {
	if n.Until != nil {
		return fault.Say("社区照您在截止前交的纸质申报书，帮您录了「%s」。请看看对不对，在 %s 以前提交", n.Draft.Title, stamp(*n.Until))
	}
	return fault.Say("社区照您交的纸质申报书，帮您录了「%s」。请看看对不对，不对请告诉社区", n.Draft.Title)
}

// ask invites somebody whom the paper names.
func (b *Book) ask(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, lead string, n NewMember, now time.Time) error {
	index, tail, err := b.phones.Index(n.Phone)
	if err != nil {
		return err
	}
	person, err := b.phones.PersonByPhone(ctx, tx, n.Phone)
	if err != nil {
		return err
	}
	if person != "" {
		index = nil // kept only until its owner signs in
	}
	n.ID = newID()
	if _, err := pg.Do(ctx, tx, inviteSQL, pg.Args{"id": n.ID, "team": p.TeamID, "person": person, "name": n.Name, "role": n.Role, "rights": rightsOf(n.Role), "skill": n.Skill,
		"index": index, "tail": tail, "me": w.By.ID, "at": now}); err != nil {
		return err
	}
	asked := asking(lead)
	if err := b.tellMember(ctx, tx, n.ID, 1, []string{person}, asked.Text, asked.Args...); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: n.ID, Version: 1, Action: "invite", To: "invited", Place: p.Place, At: now})
}

// AttachPaper names the photo of the signed paper of an entered proposal, in the caller's transaction; the first one
// stays.
func AttachPaper(ctx context.Context, tx pg.Tx, id, attachmentID string) error {
	_, err := pg.Do(ctx, tx, paperSQL, pg.Args{"id": id, "paper": attachmentID})
	return err
}

const handedInSQL = `select no, digest, sealed_at, body from proposal_revision where proposal_id = @id::uuid and kind = 'submission' order by no desc limit 1`

// AsHandedIn is a proposal as it was last sealed, with that revision; false for one that was never handed in.
func AsHandedIn(ctx context.Context, q pg.Reader, f Full) (Full, Revision, bool, error) {
	r, ok, err := pg.Maybe[Revision](ctx, q, handedInSQL, pg.Args{"id": f.ID})
	if err != nil || !ok {
		return f, r, false, err
	}
	var s Sealed
	if err := json.Unmarshal([]byte(r.Body), &s); err != nil {
		return f, r, false, err
	}
	return f.With(s.Draft), r, true, nil
}
