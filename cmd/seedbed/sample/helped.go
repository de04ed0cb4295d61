package sample

import (
	"bytes"
	"context"

	"seedbed/domain/assist"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/privacy"
	"seedbed/domain/proposal"
	"seedbed/storage/photo/sketch"
)

// spare is where the residents begin who have done nothing yet in the sample.
const spare = 102

// helped is what staff filled in for neighbours: an elder without a phone hands a proposal in, another says that what was
// written is not what she meant, and somebody asks to have their name corrected.
func (g *garden) helped(ctx context.Context, e edition.Edition) error {
	g.at(g.now.AddDate(0, 0, -2), 10)
	at := g.communities[0]
	staff := g.role(identity.CommunityStaff, at.Path)
	token, err := g.Accounts.EnterSample(ctx, staff.ID)
	if err != nil {
		return err
	}
	//words:none
	elder := assist.Start{ID: id(), Name: "王秀兰", Home: at.Path, Why: "no_phone", Method: "face", Reason: "八十一岁，没有手机"}
	p := grown{idea: ideas[3], serial: g.serial, at: at, price: 22_00}
	if err := g.fillIn(ctx, staff, token, elder, func(by identity.Actor) error {
		by.Name = elder.Name
		p.lead = by
		if err := g.writeFor(ctx, e, &p); err != nil {
			return err
		}
		// A colleague who knows her confirms where she lives: never the one who helps.
		return g.Accounts.ConfirmResident(ctx, g.role(identity.CommunityHead, at.Path), by.ID, 1, true)
	}, func(by identity.Actor) error {
		_, err := g.Proposals.Submit(ctx, by, p.proposal, 2, g.Clock.Now())
		return err
	}); err != nil {
		return err
	}
	who := g.residents[at.Path][spare+4]
	//words:none
	second := assist.Start{ID: id(), Name: who.Name, Phone: g.phone(at, who), Why: "cannot_type", Method: "phone"}
	if err := g.fillIn(ctx, staff, token, second, func(by identity.Actor) error {
		_, err := g.Proposals.Start(ctx, by, e.ID, proposal.Beginning{ID: id()})
		return err
	}, nil); err != nil {
		return err
	}
	if err := g.Assist.Dispute(ctx, who, second.ID, "我只是问一问，没有说要报名"); err != nil { //words:none
		return err
	}
	return g.Privacy.Ask(ctx, g.residents[at.Path][spare+5], privacy.Ask{ID: id(), Kind: "correct", Text: "我的名字里「静」写成了「净」，请帮我改"}) //words:none
}

// fillIn helps somebody: what may be written before they sign, the paper, what needs it, and the end.
func (g *garden) fillIn(ctx context.Context, staff identity.Actor, token string, n assist.Start, before, after func(identity.Actor) error) error {
	a, err := g.Assist.Start(ctx, staff, token, n)
	if err != nil {
		return err
	}
	visit, err := g.Accounts.Visit(ctx, token)
	if err != nil {
		return err
	}
	if err := before(visit.Actor); err != nil {
		return err
	}
	sheet := bytes.NewReader(g.picture(sketch.Receipt, g.serial, g.Clock.Now()))
	if err := g.Assist.Sign(ctx, staff, a.ID, assist.Paper{SignedBy: "signature", ReadBack: true, Name: "签字.jpg"}, sheet); err != nil { //words:none
		return err
	}
	if after != nil {
		if err := after(visit.Actor); err != nil {
			return err
		}
	}
	return g.Assist.Finish(ctx, staff, token, a.ID)
}

// writeFor fills a proposal in for its lead and gathers two neighbours, who say yes by themselves.
func (g *garden) writeFor(ctx context.Context, e edition.Edition, p *grown) error {
	var err error
	if p.proposal, err = g.Proposals.Start(ctx, p.lead, e.ID, proposal.Beginning{ID: id()}); err != nil {
		return err
	}
	if _, err := g.Proposals.Save(ctx, p.lead, p.proposal, g.write(e, *p)); err != nil {
		return err
	}
	for i, member := range g.residents[p.at.Path][spare : spare+2] {
		n := proposal.NewMember{ID: id(), Name: member.Name, Phone: g.phone(p.at, member), Role: []string{"treasurer", "member"}[i]}
		if err := g.Proposals.Invite(ctx, p.lead, p.proposal, n); err != nil {
			return err
		}
		if err := g.Proposals.Accept(ctx, member, n.ID, proposal.Answer{Version: 1, Agree: true, Age: "adult"}); err != nil {
			return err
		}
	}
	return nil
}
