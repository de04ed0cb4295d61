package award

import (
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// The three parties (DOMAIN §7.7): the sponsor, the team, and the host that pays and keeps the vouchers.
const (
	Sponsor = "A"
	Team    = "B"
	Host    = "C"
)

// The states of an agreement.
const (
	Signing    = "signing"
	Effective  = "effective"
	Terminated = "terminated"
)

// Agreement is the funding agreement of the three parties (资助协议).
type Agreement struct {
	ID          string
	Number      string
	AwardID     string
	ProposalID  string
	EditionID   string
	Place       string
	Host        string
	Total       yuan.Fen
	StartsOn    time.Time
	EndsOn      time.Time
	Annex       string
	Digest      string
	State       string
	EffectiveAt *time.Time
	Version     int
}

// Annex is what an agreement fixes beside its clauses; its text is what the parties sign.
type Annex struct {
	Number      string          `json:"number"`
	Terms       int             `json:"terms"` // version of the clauses
	Edition     string          `json:"edition"`
	EditionEn   string          `json:"edition_en"`
	Sponsor     string          `json:"sponsor"`
	SponsorEn   string          `json:"sponsor_en"`
	Team        string          `json:"team"`
	Host        string          `json:"host"`
	HostEn      string          `json:"host_en"`
	Project     string          `json:"project"`
	Proposal    string          `json:"proposal"` // its number
	Total       yuan.Fen        `json:"total"`
	Fund        string          `json:"fund"`
	From        time.Time       `json:"from"`
	To          time.Time       `json:"to"`
	Revision    int             `json:"revision"`
	RevisionSum string          `json:"revision_digest"`
	Lines       []proposal.Line `json:"lines"`
	Acts        int             `json:"acts"`
	Served      int             `json:"served"`
	People      int             `json:"people"`
	Tranches    []Tranche       `json:"tranches"`
	Conditions  []string        `json:"conditions,omitempty"` // the panel's, where it named any
}

// termsVersion is of the clauses the pages print.
const termsVersion = 1

// Tranche is one part of the money with the condition it waits for.
type Tranche struct {
	Condition string   `json:"condition"` // "on_sign", "on_mid_pass", "on_final_pass", "date"
	Amount    yuan.Fen `json:"amount"`
}

// Tranches splits an award by the rules of its edition (DOMAIN §10.2): a small one comes at once, a larger one in
// parts; the last takes the remainder, so that they add up exactly. Where the award is too small for a mid-term review,
// the middle part comes at half time. What the agreement says here is what money plans by.
func Tranches(amount yuan.Fen, r edition.Rules) ([]Tranche, error) {
	points := r.Tranches
	if amount <= r.MicroUpTo || len(points) == 0 {
		points = []int{10000}
	}
	conditions := [][]string{{"on_sign"}, {"on_sign", "on_final_pass"}, {"on_sign", "on_mid_pass", "on_final_pass"}}
	if len(points) > len(conditions) {
		return nil, yuan.ErrRange
	}
	parts, err := yuan.Split(amount, points)
	if err != nil {
		return nil, err
	}
	list := make([]Tranche, len(parts))
	for i, fen := range parts {
		list[i] = Tranche{conditions[len(parts)-1][i], fen}
		if list[i].Condition == "on_mid_pass" && amount <= r.MidAbove {
			list[i].Condition = "date"
		}
	}
	return list, nil
}

// Read unfolds the annex.
func (a Agreement) Read() (Annex, error) {
	var x Annex
	err := json.Unmarshal([]byte(a.Annex), &x)
	return x, err
}

// Sealed tells whether the annex is the one that was drafted.
func (a Agreement) Sealed() bool { return fingerprint(a.Annex) == a.Digest }

// Signed is the fact that all three have signed and the agreement is in force: the project is opened.
type Signed struct {
	AgreementID string `json:"agreement_id"`
	AwardID     string `json:"award_id"`
}

// Kind names the fact.
func (Signed) Kind() string { return "award.signed" }

const (
	agreementColumns = `g.id::text, g.number, g.award_id::text, g.proposal_id::text, g.edition_id::text, g.place::text, g.host::text, g.total, g.starts_on, g.ends_on,
  g.annex, g.digest, g.state, g.effective_at, g.version`
	agreementSQL     = `select ` + agreementColumns + ` from agreement g where g.id = @id::uuid`
	lockAgreementSQL = `select ` + agreementColumns + ` from agreement g where g.id = @id::uuid for no key update`
	ofAwardSQL       = `select ` + agreementColumns + ` from agreement g where g.award_id = @award::uuid`
	newAgreementSQL  = `insert into agreement (id, number, award_id, proposal_id, edition_id, place, host, total, starts_on, ends_on, annex, digest)
  values (@id, @number, @award, @proposal, @edition, @place::text::ltree, @host::text::ltree, @total, @from, @to, @annex, @digest)`
	endSQL = `update agreement set state = 'terminated', version = version + 1 where id = @id::uuid`
)

// NewAgreement drafts an agreement from a refined plan.
type NewAgreement struct {
	ID string `form:"id"`
}

// Draft draws up the agreement: everything in it comes from the sealed plan and the rules, nothing from the form.
func (b *Book) Draft(ctx context.Context, by identity.Actor, proposalID string, n NewAgreement) error {
	p, err := b.Plan(ctx, by, proposalID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.DraftAgreements, p.Place)
	if err != nil {
		return err
	}
	h := hand{w, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		a, err := pg.One[Award](ctx, tx, lockAwardSQL, pg.Args{"id": p.Award.ID})
		if err != nil {
			return err
		}
		past, found, err := pg.Maybe[Agreement](ctx, tx, ofAwardSQL, pg.Args{"award": a.ID})
		if err != nil || found && past.ID == n.ID { // the same form came twice
			return err
		}
		if found {
			return fault.New(fault.Conflict, "这个项目的协议已经起草好了：%s", past.Number)
		}
		f, err := proposal.Whole(ctx, tx, proposalID)
		if err != nil {
			return err
		}
		if a.State != Confirmed || f.State != proposal.Refined {
			return fault.New(fault.Conflict, "计划定下来以后才能起草协议")
		}
		x, err := annex(ctx, tx, f, a, h.at)
		if err != nil {
			return err
		}
		raw, err := json.Marshal(x)
		if err != nil {
			return err
		}
		digest := fingerprint(string(raw))
		if _, err := pg.Do(ctx, tx, newAgreementSQL, pg.Args{"id": n.ID, "number": x.Number, "award": a.ID, "proposal": f.ID, "edition": f.EditionID, "place": f.Place,
			"host": f.Place, "total": a.Amount, "from": x.From, "to": x.To, "annex": string(raw), "digest": digest}); err != nil {
			return err
		}
		if err := callSigners(ctx, tx, h, f, n.ID, x.Number); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "agreement", ID: n.ID, Version: 1, Action: "draft", To: Signing, Place: f.Place,
			Data: map[string]string{"number": x.Number, "digest": digest}, At: h.at})
	})
}

// annex puts the agreement's content together. The home community is the host.
func annex(ctx context.Context, tx pg.Tx, f proposal.Full, a Award, at time.Time) (Annex, error) {
	sponsor, err := place.One(ctx, tx, f.Edition.Place)
	if err != nil {
		return Annex{}, err
	}
	number, err := series(ctx, tx, "XY", at)
	if err != nil {
		return Annex{}, err
	}
	tranches, err := Tranches(a.Amount, f.Edition.Rules)
	if err != nil {
		return Annex{}, err
	}
	x := Annex{Number: number, Terms: termsVersion, Edition: f.Edition.Title, EditionEn: f.Edition.TitleEn, Sponsor: sponsor.Name, SponsorEn: sponsor.NameEn,
		Team: f.TeamName, Host: f.PlaceName, HostEn: f.PlaceNameEn, Project: f.Title, Proposal: f.Number, Total: a.Amount, Revision: f.Revision, RevisionSum: f.Digest,
		Lines: f.Lines, Acts: f.ActTarget, Served: f.ServedTarget, People: f.PeopleTarget, Tranches: tranches}
	word, _, err := judging.PanelWordOf(ctx, tx, f.Proposal.ID)
	if err != nil {
		return x, err
	}
	x.Conditions = word.Conditions
	if f.StartsOn == nil || f.EndsOn == nil {
		return x, fault.New(fault.Conflict, "申报书里没有写项目的起止日期，不能起草协议")
	}
	x.From, x.To = *f.StartsOn, *f.EndsOn
	funds, err := edition.Funds(ctx, tx, f.EditionID)
	for _, s := range funds {
		if s.ID == a.FundSourceID {
			x.Fund = s.Name
		}
	}
	return x, err
}

// callSigners tells the three parties that the agreement waits for them (N12).
func callSigners(ctx context.Context, tx pg.Tx, h hand, f proposal.Full, id, number string) error {
	heads, err := notice.Holders(ctx, tx, f.Place, identity.DistrictHead, identity.CommunityHead)
	if err != nil {
		return err
	}
	text := fault.Say("「%s」的三方协议 %s 起草好了，请看过以后签署", f.Title, number)
	return notice.Tell(ctx, tx, notice.Letter{Code: "N12", To: append(heads, f.LeadID), Text: text, Link: "/agreements/" + id, Key: id, At: h.at})
}

// endAgreement ends an agreement that has not come into force, when its award is given back.
func endAgreement(ctx context.Context, tx pg.Tx, h hand, a Award, reason string) error {
	g, found, err := pg.Maybe[Agreement](ctx, tx, ofAwardSQL, pg.Args{"award": a.ID})
	if err != nil || !found {
		return err
	}
	if g, err = pg.One[Agreement](ctx, tx, lockAgreementSQL, pg.Args{"id": g.ID}); err != nil {
		return err
	}
	if g.State != Signing {
		return fault.New(fault.Conflict, "协议已经生效，要退出请走项目终止")
	}
	if _, err := pg.Do(ctx, tx, endSQL, pg.Args{"id": g.ID}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "agreement", ID: g.ID, Version: g.Version + 1, Action: "end", From: g.State, To: Terminated,
		Place: g.Place, Reason: reason, At: h.at})
}

// Leaving is a winner's word that they do not want the award.
type Leaving struct {
	Reason string `form:"reason"`
}

// Decline gives an award back: by the lead, until the agreement is in force. Money set aside returns to its pool.
func (b *Book) Decline(ctx context.Context, by identity.Actor, proposalID string, l Leaving) error {
	p, err := proposal.Get(ctx, b.db, proposalID)
	if err != nil {
		return err
	}
	ties, err := proposal.TeamTies(ctx, b.db, p.TeamID, by)
	if err != nil {
		return err
	}
	if len(ties) == 0 {
		return fault.Missing()
	}
	w, err := b.asLead(ctx, by, p)
	if err != nil {
		return err
	}
	if l.Reason == "" {
		return fault.Field("reason", "请写一下为什么不要这笔资助，方便以后改进")
	}
	if n := utf8.RuneCountInString(l.Reason); n > 200 {
		return fault.Field("reason", "最多 %d 个字，现在是 %d 个字", 200, n)
	}
	h := hand{w, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := edition.Lock(ctx, tx, p.EditionID); err != nil {
			return err
		}
		a, found, err := Of(ctx, tx, proposalID)
		if err != nil {
			return err
		}
		if found {
			a, err = pg.One[Award](ctx, tx, lockAwardSQL, pg.Args{"id": a.ID})
		}
		if err != nil || a.State == Declined { // already given back
			return err
		}
		if !found || a.Result != Selected || (a.State != Publicized && a.State != Confirmed) {
			return fault.New(fault.Conflict, "现在没有可以放弃的资助")
		}
		if err := letGo(ctx, tx, h, a, l.Reason); err != nil {
			return err
		}
		if err := proposal.Move(ctx, tx, w, proposal.Step{ID: proposalID, To: proposal.Withdrawn, Reason: l.Reason, At: h.at}); err != nil {
			return err
		}
		staff, err := notice.Holders(ctx, tx, a.Place, identity.DistrictStaff, identity.DistrictHead)
		if err != nil {
			return err
		}
		text := fault.Say("「%s」放弃了资助 %s，钱回到资金池，可以安排递补", p.Title, a.Amount.Show())
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N11", To: staff, Text: text, Link: "/desk/editions/" + a.EditionID + "/results", Key: a.ID, At: h.at}); err != nil {
			return err
		}
		return advance(ctx, tx, h, a.EditionID)
	})
}
