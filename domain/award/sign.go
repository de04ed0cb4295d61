package award

import (
	"context"
	"slices"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// Signature is one party's signature under the agreement's very text.
type Signature struct {
	Party    string
	PersonID string
	Name     string
	At       time.Time
	Digest   string
}

// Pact is an agreement for one of its readers.
type Pact struct {
	Agreement
	Annex       Annex
	Signatures  []Signature
	Successions []Succession // changes of the lead since
	Lead        string       // the lead's name, for the parties
	Parties     []string     // what the reader may still sign as
}

// SignedBy is a party's signature, when there is one.
func (p Pact) SignedBy(party string) (Signature, bool) {
	for _, s := range p.Signatures {
		if s.Party == party {
			return s, true
		}
	}
	return Signature{}, false
}

const (
	signaturesSQL = `select s.party, s.person_id::text, p.name, s.at, s.digest from agreement_sign s join person p on p.id = s.person_id where s.agreement_id = @id::uuid order by s.party`
	signSQL       = `insert into agreement_sign (agreement_id, party, person_id, at, digest) values (@id, @party, @me, @at, @digest)`
	signedSQL     = `update agreement set state = @state, effective_at = @effective, version = version + 1 where id = @id::uuid`
	lockTeamSQL   = `select state, version from team where id = @id::uuid for no key update`
	activateSQL   = `update team set state = 'active', version = version + 1 where id = @id::uuid`
)

// may lists the parties the actor may sign for: the sponsor's head at the district, the team's lead, and the head of
// the host's own office.
func (b *Book) may(ctx context.Context, q pg.Reader, by identity.Actor, g Agreement, teamID string) (map[string]identity.Warrant, error) {
	ties, err := proposal.TeamTies(ctx, q, teamID, by)
	if err != nil {
		return nil, err
	}
	parties := map[string]identity.Warrant{}
	for party, right := range map[string]struct {
		permission identity.Permission
		place      string
	}{Sponsor: {identity.SignAsSponsor, place.District(g.Place)}, Team: {identity.SignAsTeam, g.Place}, Host: {identity.SignAsHost, g.Host}} {
		if w, err := by.Tied(g.Place, ties...).Must(right.permission, right.place); err == nil {
			parties[party] = w
		}
	}
	return parties, nil
}

// Pact is an agreement for its parties and for those who follow the project; to anybody else it does not exist.
func (b *Book) Pact(ctx context.Context, by identity.Actor, id string) (Pact, error) {
	g, err := pg.One[Agreement](ctx, b.db, agreementSQL, pg.Args{"id": id})
	if err != nil {
		return Pact{}, err
	}
	p, err := proposal.Whole(ctx, b.db, g.ProposalID)
	if err != nil {
		return Pact{}, err
	}
	ties, err := proposal.TeamTies(ctx, b.db, p.TeamID, by)
	if err != nil {
		return Pact{}, err
	}
	if !by.Tied(g.Place, ties...).Sees(identity.ReadProjects, g.Place) {
		return Pact{}, fault.Missing()
	}
	pact := Pact{Agreement: g, Lead: p.LeadName}
	if pact.Annex, err = g.Read(); err != nil {
		return pact, err
	}
	if pact.Signatures, err = pg.All[Signature](ctx, b.db, signaturesSQL, pg.Args{"id": id}); err != nil {
		return pact, err
	}
	if pact.Successions, err = pg.All[Succession](ctx, b.db, successionsSQL, pg.Args{"id": id}); err != nil {
		return pact, err
	}
	rights, err := b.may(ctx, b.db, by, g, p.TeamID)
	if err != nil {
		return pact, err
	}
	mine := slices.ContainsFunc(pact.Signatures, func(s Signature) bool { return s.PersonID == by.ID })
	for _, party := range []string{Sponsor, Team, Host} {
		_, right := rights[party]
		if _, signed := pact.SignedBy(party); right && !signed && !mine && g.State == Signing {
			pact.Parties = append(pact.Parties, party)
		}
	}
	return pact, nil
}

// Pen is the act of signing: for which party, having read which text.
type Pen struct {
	Party  string `form:"party"`
	Agree  bool   `form:"agree"`
	Digest string `form:"digest"`
}

func (p Pen) check() error {
	var wrong fault.Fields
	if p.Party != Sponsor && p.Party != Team && p.Party != Host {
		wrong.Add("agree", "请从协议页面上的按钮签署")
	}
	if !p.Agree {
		wrong.Add("agree", "请先看完协议和附件，再勾选同意")
	}
	return wrong.Err()
}

// Sign puts one party's signature under the agreement. Each party signs once, three different people; with the third
// the agreement is in force and the project can be opened.
func (b *Book) Sign(ctx context.Context, by identity.Actor, id string, pen Pen) error {
	pact, err := b.Pact(ctx, by, id)
	if err != nil {
		return err
	}
	if err := pen.check(); err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := proposal.Get(ctx, tx, pact.ProposalID)
		if err != nil {
			return err
		}
		if _, err := edition.Lock(ctx, tx, pact.EditionID); err != nil {
			return err
		}
		g, err := pg.One[Agreement](ctx, tx, lockAgreementSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		rights, err := b.may(ctx, tx, by, g, p.TeamID)
		if err != nil {
			return err
		}
		w, ok := rights[pen.Party]
		if !ok {
			return fault.New(fault.Forbidden, "这一方要由本方的负责人签署")
		}
		signed, err := pg.All[Signature](ctx, tx, signaturesSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		for _, s := range signed {
			switch {
			case s.Party == pen.Party && s.PersonID == by.ID: // pressed twice
				return nil
			case s.Party == pen.Party:
				return fault.New(fault.Conflict, "这一方已经签过了")
			case s.PersonID == by.ID:
				return fault.New(fault.Conflict, "三方要由三个不同的人签，您已经代表另一方签过了")
			}
		}
		if g.State != Signing || g.Digest != pen.Digest {
			return stale()
		}
		return b.put(ctx, tx, hand{w, now}, g, p, pen, len(signed)+1)
	})
}

// put writes the n-th signature, and with the third everything that follows from it.
func (b *Book) put(ctx context.Context, tx pg.Tx, h hand, g Agreement, p proposal.Proposal, pen Pen, n int) error {
	if _, err := pg.Do(ctx, tx, signSQL, pg.Args{"id": g.ID, "party": pen.Party, "me": h.w.By.ID, "at": h.at, "digest": g.Digest}); err != nil {
		return err
	}
	to, effective := Signing, (*time.Time)(nil)
	if n == 3 {
		to, effective = Effective, &h.at
	}
	if _, err := pg.Do(ctx, tx, signedSQL, pg.Args{"id": g.ID, "state": to, "effective": effective}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "agreement", ID: g.ID, Version: g.Version + 1, Action: "sign", From: Signing, To: to, Place: g.Place,
		Data: map[string]string{"party": pen.Party, "digest": g.Digest}, At: h.at}); err != nil {
		return err
	}
	if n < 3 {
		return nil
	}
	if err := proposal.Move(ctx, tx, h.w, proposal.Step{ID: p.ID, To: proposal.Contracted, At: h.at}); err != nil {
		return err
	}
	if err := activate(ctx, tx, h, p); err != nil {
		return err
	}
	if err := advance(ctx, tx, h, g.EditionID); err != nil {
		return err
	}
	if err := outbox.Put(ctx, tx, h.at, Signed{g.ID, g.AwardID}); err != nil {
		return err
	}
	return tellSigned(ctx, tx, h, g, p)
}

// activate makes the team of a signed agreement an active one (DOMAIN §7.3).
func activate(ctx context.Context, tx pg.Tx, h hand, p proposal.Proposal) error {
	type standing struct {
		State   string
		Version int
	}
	t, err := pg.One[standing](ctx, tx, lockTeamSQL, pg.Args{"id": p.TeamID})
	if err != nil || t.State != "ready" {
		return err
	}
	if _, err := pg.Do(ctx, tx, activateSQL, pg.Args{"id": p.TeamID}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "team", ID: p.TeamID, Version: t.Version + 1, Action: "activate", From: t.State, To: "active", Place: p.Place, At: h.at})
}

// tellSigned tells the parties that the agreement is in force (N12).
func tellSigned(ctx context.Context, tx pg.Tx, h hand, g Agreement, p proposal.Proposal) error {
	heads, err := notice.Holders(ctx, tx, g.Place, identity.DistrictHead, identity.DistrictStaff, identity.CommunityHead)
	if err != nil {
		return err
	}
	text := fault.Say("「%s」的协议 %s 三方签齐，生效了。项目工作间马上就开好", p.Title, g.Number)
	return notice.Tell(ctx, tx, notice.Letter{Code: "N12", To: append(heads, p.LeadID), Text: text, Link: "/agreements/" + g.ID, Key: g.ID + "/effective", At: h.at})
}
