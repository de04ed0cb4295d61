package proposal

import (
	"context"
	"crypto/hmac"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	guardedSQL = `update guardian set state = @to, how = @how, accompanied = @accompanied, paper = nullif(@paper, '')::uuid, answered_at = @at, answered_by = nullif(@staff, '')::uuid,
  code_hash = null, version = version + 1 where id = @id::uuid`
)

// GuardianAgrees is a guardian's yes by the link and the code of their own phone. Nobody is signed in: the code is the
// proof, and the trail names the child's account.
func (b *Book) GuardianAgrees(ctx context.Context, token string, a GuardianAnswer) error {
	c, err := b.Cared(ctx, token)
	if err != nil {
		return err
	}
	if err := a.check(c.Age); err != nil {
		return err
	}
	now, wrong := b.clock.Now(), false
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		wrong = false
		s, p, g, err := lockGuardian(ctx, tx, c.ID)
		if err != nil || g.State == "agreed" {
			return err
		}
		right := g.CodeHash != nil && hmac.Equal(g.CodeHash, b.phones.Sign("guardian code", g.ID+digits(a.Code)))
		if !right || g.CodeTries >= mostTries || now.After(g.CodeAt.Add(codeLasts)) {
			wrong = true // counted even though the answer fails
			_, err := pg.Do(ctx, tx, triedSQL, pg.Args{"id": g.ID})
			return err
		}
		return b.guardianSays(ctx, tx, byLink, p, s, g, answered{to: "agreed", how: "code", accompanied: a.Accompanied})
	})
	if err == nil && wrong {
		err = fault.Field("code", "确认码不对，或者已经过期。请核对短信，或重新获取一条")
	}
	return err
}

// byLink is the warrant of what a guardian does through a link: the house's own, for nobody is signed in.
func byLink(place string) (identity.Warrant, error) {
	return identity.House().Must(identity.KeepCalendar, place)
}

// GuardianRefuses is a guardian's no, or a yes taken back, by the link alone: saying no needs no proof, and ends the
// membership.
func (b *Book) GuardianRefuses(ctx context.Context, token string) error {
	id, err := b.untoken("guardian", token)
	if err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		s, p, g, err := lockGuardian(ctx, tx, id)
		if err != nil || g.State == "refused" {
			return err
		}
		return b.guardianSays(ctx, tx, byLink, p, s, g, answered{to: "refused", how: g.How})
	})
}

// lockGuardian locks in the house's order: the proposal, the membership's row with it, then the guardian.
func lockGuardian(ctx context.Context, tx pg.Tx, id string) (seat, Proposal, Guardian, error) {
	c, err := pg.One[Care](ctx, tx, careSQL, pg.Args{"id": id})
	if err != nil {
		return seat{}, Proposal{}, Guardian{}, err
	}
	p, err := Lock(ctx, tx, c.ProposalID)
	if err != nil {
		return seat{}, p, Guardian{}, err
	}
	g, err := pg.One[Guardian](ctx, tx, lockGuardianSQL, pg.Args{"id": id})
	if err != nil {
		return seat{}, p, g, err
	}
	s, err := pg.One[seat](ctx, tx, seatSQL, pg.Args{"id": g.MemberID})
	return s, p, g, err
}

// answered is what becomes of a guardian's answer.
type answered struct {
	to, how     string
	accompanied bool
	staff       string
	paper       string
	reason      string
}

// guardianSays writes a guardian's answer down with its consent, or ends the membership, and tells the child and the lead.
func (b *Book) guardianSays(ctx context.Context, tx pg.Tx, warrant func(string) (identity.Warrant, error), p Proposal, s seat, g Guardian, a answered) error {
	w, err := warrant(p.Place)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, guardedSQL, pg.Args{"id": g.ID, "to": a.to, "how": a.how, "accompanied": a.accompanied, "paper": a.paper, "staff": a.staff, "at": now}); err != nil {
		return err
	}
	text, link := "%s 的家长同意了。请您看看，点「同意加入」", "/proposals/"+p.ID+"/team"
	switch {
	case a.to == "refused":
		text = "%s 的家长没有同意，这次不参加"
		if err := b.ended(ctx, tx, w, p, s); err != nil {
			return err
		}
	default:
		purpose := consent.TeamMember
		if s.Age == "under_14" {
			purpose = consent.Guardian14
		}
		if _, err := consent.GiveFor(ctx, tx, consent.Other{Person: g.ChildID, How: "guardian", Evidence: a.paper}, purpose, p.TeamID, now); err != nil {
			return err
		}
		if s.State == "accepted" {
			text = "%s 的家长知道了，也同意"
		}
	}
	if err := b.tellTeam(ctx, tx, g.ID, g.Version+1, []string{p.LeadID, g.ChildID}, link, text, s.Name); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "guardian", ID: g.ID, Version: g.Version + 1, Action: "answer", From: g.State, To: a.to, Place: p.Place, Reason: a.reason,
		Data: map[string]any{"how": a.how, "accompanied": a.accompanied}, At: now})
}

// ended takes a minor out of a team whose guardian says no.
func (b *Book) ended(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, s seat) error {
	to := map[string]string{"applied": "declined", "accepted": "removed", "invited": "declined"}[s.State]
	if to == "" {
		return nil
	}
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, answerSQL, pg.Args{"id": s.ID, "to": to, "name": "", "age": "", "role": s.Role, "rights": MayView, "word": "", "at": now}); err != nil {
		return err
	}
	if err := takeBack(ctx, tx, s.PersonID, p.TeamID, now); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: s.ID, Version: s.Version + 1, Action: "guardian", From: s.State, To: to, Place: p.Place, At: now})
}

// WaitingGuardians lists the minors of the actor's places whose guardian has not answered; names stay masked.
func (b *Book) WaitingGuardians(ctx context.Context, by identity.Actor) ([]Care, error) {
	list, err := pg.All[Care](ctx, b.db, waitingGuardiansSQL, pg.Args{"sight": by.Sight(identity.RecordGuardians)})
	for i := range list {
		list[i].Child = Masked(list[i].Child)
	}
	return list, err
}

const waitingGuardiansSQL = `select ` + careColumns + careFrom + ` where g.state = 'asked' and m.state in ('applied', 'accepted') and p.place <@ any(@sight::text[]::ltree[]) order by g.at, g.id limit 200`

// OpenGuardian is one minor's record for the community's staff. Looking is itself in the trail: these are children.
func (b *Book) OpenGuardian(ctx context.Context, by identity.Actor, id string) (Care, error) {
	c, err := pg.One[Care](ctx, b.db, careSQL, pg.Args{"id": id})
	if err != nil {
		return c, err
	}
	if !by.Sees(identity.RecordGuardians, c.Place) {
		return Care{}, fault.Missing()
	}
	w, err := by.Must(identity.RecordGuardians, c.Place)
	if err != nil {
		return Care{}, err
	}
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		return audit.Record(ctx, tx, w, audit.Event{Entity: "guardian", ID: id, Action: "look", Place: c.Place, Data: map[string]string{"age": c.Age}, At: b.clock.Now()})
	})
	return c, err
}

// Contact is a guardian's name and number, shown to staff for a reason that the trail keeps.
type Contact struct{ Name, Phone string }

// RevealGuardian shows the guardian's name and number to the community's staff, with a reason in the trail (I-D1).
func (b *Book) RevealGuardian(ctx context.Context, by identity.Actor, id, reason string) (Contact, error) {
	var wrong fault.Fields
	if reason == "" {
		wrong.Add("reason", "请写明为什么要看家长的号码")
	}
	short(&wrong, "reason", reason, 100)
	if err := wrong.Err(); err != nil {
		return Contact{}, err
	}
	c, err := pg.One[Care](ctx, b.db, careSQL, pg.Args{"id": id})
	if err != nil {
		return Contact{}, err
	}
	if !by.Sees(identity.RecordGuardians, c.Place) {
		return Contact{}, fault.Missing()
	}
	w, err := by.Must(identity.RevealPhone, c.Place)
	if err != nil {
		return Contact{}, err
	}
	var seen Contact
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		sealed, err := pg.One[sealedGuardian](ctx, tx, sealedSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if seen.Name, err = b.phones.OpenFor(ctx, tx, c.ChildID, guardianName, sealed.NameSealed); err != nil {
			return err
		}
		if seen.Phone, err = b.phones.OpenFor(ctx, tx, c.ChildID, guardianPhone, sealed.PhoneSealed); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "guardian", ID: id, Action: "reveal", Place: c.Place, Reason: reason, At: b.clock.Now()})
	})
	return seen, err
}

// SignedPaper is a guardian's yes on paper, recorded by the community.
type SignedPaper struct {
	ID          string         `form:"id"` // of the file
	Version     int            `form:"version"`
	Seen        bool           `form:"seen"` // the guardian was there and signed
	Accompanied bool           `form:"accompanied"`
	File        evidence.Taken `form:"-"`
	FileName    string         `form:"-"`
}

// RecordPaper records a guardian's signature on paper, with its picture, by the community's staff. Nobody records one for a
// team of their own.
func (b *Book) RecordPaper(ctx context.Context, by identity.Actor, id string, n SignedPaper) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		s, p, g, err := lockGuardian(ctx, tx, id)
		if err != nil {
			return err
		}
		if !by.Sees(identity.RecordGuardians, p.Place) {
			return fault.Missing()
		}
		w, err := by.Must(identity.RecordGuardians, p.Place)
		if err != nil {
			return err
		}
		if _, mine, err := seatIn(ctx, tx, p.TeamID, by); err != nil || mine {
			if mine {
				err = fault.New(fault.Forbidden, "这是您自己的团队，请交给同事登记")
			}
			return err
		}
		if g.State != "asked" || g.Version != n.Version {
			if done, err := audit.Did(ctx, tx, by, "guardian", id, n.Version+1, "answer"); err != nil || done {
				return err
			}
			return stale()
		}
		if err := n.check(s.Age); err != nil {
			return err
		}
		file := formID(n.ID)
		if _, err := evidence.Keep(ctx, tx, w, evidence.New{ID: file, Digest: n.File.Digest, Size: n.File.Size, Mime: n.File.Mime, Kind: "guardian_paper", Owner: "guardian", OwnerID: id,
			Place: p.Place, Name: n.FileName, At: b.clock.Now()}); err != nil {
			return err
		}
		paper := answered{to: "agreed", how: "paper", accompanied: n.Accompanied, staff: by.ID, paper: file}
		return b.guardianSays(ctx, tx, func(string) (identity.Warrant, error) { return w, nil }, p, s, g, paper)
	})
}

func (n SignedPaper) check(age string) error {
	var wrong fault.Fields
	if !n.Seen {
		wrong.Add("seen", "请确认家长本人来过、看过说明并签了字")
	}
	if age == "under_14" && !n.Accompanied {
		wrong.Add("accompanied", "孩子不到 14 岁，参加时要有家人陪着。请确认")
	}
	if n.File.Digest == "" {
		wrong.Add("paper", "请拍下签好字的纸，传上来")
	}
	return wrong.Err()
}

// GuardianTies gives nobody a role by a guardian's paper: only the community's staff see it.
func GuardianTies(context.Context, pg.Reader, string, identity.Actor) ([]identity.Role, error) {
	return nil, nil
}
