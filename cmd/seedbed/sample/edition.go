package sample

import (
	"context"
	"fmt"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/photo/sketch"
)

// season is one edition of the sample.
type season struct {
	no         int
	title, en  string
	theme, the string
	months     int // how many months before now its call opened
	projects   int // that are funded
	out        int // that end at the desk, where the edition chooses there and has a pitch round after it
	vote       int // percent of the score that residents' votes make
	ballot     int // most projects on a ballot, where residents' votes share the money out; 0 where they do not
	prep       int // days from the end of the call to the first activity
	activities int // of each project
	finished   bool
}

//words:none
var (
	first   = season{1, "第一届社区公益微创投大赛", "First Community Micro-Venture Competition", "", "", 33, 32, 0, 0, 0, 20, 13, true}
	second  = season{2, "第二届社区公益微创投大赛", "Second Community Micro-Venture Competition", "文明社区居民好项目", "Good Projects of Civilised Communities", 21, 38, 0, 0, 0, 20, 12, true}
	third   = season{3, "第三届社区公益微创投大赛", "Third Community Micro-Venture Competition", "邻里同心", "Neighbours Together", 8, 30, 5, 10, 5, 30, 5, false}
	fourth  = season{4, "第四届社区公益微创投大赛", "Fourth Community Micro-Venture Competition", "小院有办法", "Every Courtyard Finds a Way", 0, 0, 0, 0, 0, 20, 0, false}
	special = season{5, "楼院微更新专场", "Courtyard Repair Special", "小修小补，邻里动手", "Small Repairs by Neighbours", 0, 6, 3, 20, 0, 70, 0, false}
)

// grown is a project of the sample on its way through the year.
type grown struct {
	idea     idea
	serial   int
	at       place.Place
	lead     identity.Actor
	team     []identity.Actor
	proposal string
	project  string
	price    yuan.Fen
	scene    sketch.Scene // of the cover photo, "" for none
}

// begin makes, fills and publishes an edition, and gives it.
func (g *garden) begin(ctx context.Context, s season, opens time.Time, call time.Duration) (edition.Edition, error) {
	g.at(opens.AddDate(0, 0, -10), 9)
	e, waits := g.drafts[s.no]
	if !waits {
		var err error
		if e, err = g.draft(ctx, s); err != nil {
			return e, err
		}
	}
	closes := opens.Add(call)
	plan := edition.PlanOf(e, nil)
	plan.TitleEn, plan.Theme, plan.ThemeEn, plan.Contact = s.en, s.theme, s.the, "京州市社区办 0379-0000 0000" //words:none
	plan.CallText = "想到一件让小区更好的事，就写下来。三位邻居一起就能报名，评上的项目给一笔小钱，社区帮着做成。不买固定资产，不发钱发物，每一分钱都公开。"
	plan.OpensAt, plan.ClosesAt = opens, closes
	plan.RunsFrom, plan.RunsTo = clock.Day(closes).AddDate(0, 0, s.prep), clock.Day(closes).AddDate(0, 10, 0)
	plan.Funds = []edition.Fund{{Name: "区财政社区治理资金", Kind: "budget", Amount: yuan.Fen(s.projects)*2_600_00 + 30_000_00, DocNo: fmt.Sprintf("京社〔%d〕%d 号", opens.Year(), s.no)}}
	plan.Organiser, plan.Operator, plan.Partners = "京州市委社会工作部", "京州市社区治理服务中心", "各街道、各社区居民委员会" //words:none
	if err := g.Editions.Edit(ctx, g.district, e.ID, plan); err != nil {
		return e, err
	}
	if s.no == fourth.no || s.vote > 0 {
		terms := edition.TermsOf(e)
		terms.Version, terms.PublicVote, terms.Sharing = e.Version+1, s.vote, edition.SharingByRank
		if s.ballot > 0 {
			terms.Sharing, terms.BallotMost = edition.SharingEqual, s.ballot
		}
		if s.no == fourth.no { // neighbours may see what leads let them see
			terms.PublicVote, terms.Gallery = third.vote, edition.GallerySubmitted
		}
		if err := g.Editions.SetTerms(ctx, g.district, e.ID, terms); err != nil {
			return e, err
		}
		e.Version++
	}
	if err := g.ask(ctx, e); err != nil {
		return e, err
	}
	g.at(opens, 9)
	if err := g.Editions.Publish(ctx, g.head, e.ID, edition.Pressed{Version: e.Version + 1}); err != nil {
		return e, err
	}
	return edition.Get(ctx, g.DB, e.ID)
}

// draft makes an edition that is still being prepared.
func (g *garden) draft(ctx context.Context, s season) (edition.Edition, error) {
	return g.Editions.Create(ctx, g.district, edition.NewEdition{ID: id(), Place: "jz", Title: s.title, Theme: s.theme})
}

// edition walks one edition through its year, as far as now allows.
func (g *garden) edition(ctx context.Context, s season) error {
	opens := clock.Day(g.now.AddDate(0, -s.months, 0)).Add(9 * time.Hour)
	e, err := g.begin(ctx, s, opens, 24*24*time.Hour+9*time.Hour)
	if err != nil {
		return err
	}
	list := make([]grown, s.projects+s.out)
	for i := range list {
		list[i] = g.seed(s, i)
	}
	g.at(opens.AddDate(0, 0, 5), 10)
	if err := each(ctx, list, func(ctx context.Context, i int, p grown) error { return g.propose(ctx, e, &list[i]) }); err != nil {
		return fmt.Errorf("proposing: %w", err)
	}
	g.at(opens.AddDate(0, 0, 12), 10)
	if err := each(ctx, list, func(ctx context.Context, _ int, p grown) error { return g.screen(ctx, p) }); err != nil {
		return fmt.Errorf("screening: %w", err)
	}
	if err := g.judge(ctx, s, e, list); err != nil {
		return fmt.Errorf("judging: %w", err)
	}
	if err := g.fund(ctx, e, list); err != nil {
		return fmt.Errorf("funding: %w", err)
	}
	if err := g.deliver(ctx, s, list); err != nil {
		return fmt.Errorf("delivering: %w", err)
	}
	if s.finished {
		if err := g.finish(ctx, list); err != nil {
			return fmt.Errorf("finishing: %w", err)
		}
	}
	g.project = append(g.project, list...)
	return nil
}

// seed chooses who thinks of what: every project has a team of its own, so nobody leads or joins too many.
func (g *garden) seed(s season, i int) grown {
	c := g.communities[(i+s.no*4)%len(g.communities)]
	k := (s.no-1)*36 + (i/len(g.communities))*7
	who := g.residents[c.Path]
	n := g.serial
	g.serial++
	return grown{idea: ideas[(i+s.no*9)%len(ideas)], serial: n, at: c, lead: who[k], team: who[k+1 : k+7], price: yuan.Fen(20+dice("price", n).IntN(30)) * 1_00}
}

// propose writes a proposal, gathers its team and hands it in.
func (g *garden) propose(ctx context.Context, e edition.Edition, p *grown) error {
	var err error
	if p.proposal, err = g.Proposals.Start(ctx, p.lead, e.ID, proposal.Beginning{ID: id()}); err != nil {
		return err
	}
	if _, err := g.Proposals.Save(ctx, p.lead, p.proposal, g.write(e, *p)); err != nil {
		return err
	}
	for i, member := range p.team {
		role := []string{"treasurer", "deputy", "member"}[min(i, 2)]
		n := proposal.NewMember{ID: id(), Name: member.Name, Phone: g.phone(p.at, member), Role: role, Skill: []string{"记账", "联络", "教手艺", "拍照", "跑腿", "宣传"}[i]} //words:none
		if err := g.Proposals.Invite(ctx, p.lead, p.proposal, n); err != nil {
			return err
		}
		if err := g.Proposals.Accept(ctx, member, n.ID, proposal.Answer{Version: 1, Agree: true, Age: "adult"}); err != nil {
			return err
		}
	}
	if err := g.cover(ctx, *p); err != nil {
		return err
	}
	_, err = g.Proposals.Submit(ctx, p.lead, p.proposal, 2, g.Clock.Now())
	return err
}

func (g *garden) phone(c place.Place, who identity.Actor) string {
	for i, home := range g.communities {
		if home.Path == c.Path {
			for k, a := range g.residents[c.Path] {
				if a.ID == who.ID {
					return fmt.Sprintf("138%04d%04d", i+1, k+1)
				}
			}
		}
	}
	return ""
}

//words:none
func (g *garden) write(e edition.Edition, p grown) proposal.Draft {
	d, product, future := p.told()
	return proposal.Draft{Saves: 1, Title: d.title, Pitch: d.pitch, Track: "resident_team", Category: d.category, Colour: d.colour, TeamName: p.lead.Name[:3] + "家小队", Venue: p.at.Name + "活动室",
		StartsOn: *e.RunsFrom, EndsOn: *e.RunsTo, Problem: d.problem, Affected: []string{"elders", "all"}, HowFound: "own_life", Asked: 30, Goal: d.goal, Method: d.method,
		Activities: []proposal.Activity{{Name: d.activity, Times: 12, Month: "每月一两次", Place: p.at.Name + "活动室", People: 25}}, Risks: "场地在社区活动室，有两名志愿者负责安全，给志愿者买了保险。",
		ActTarget: 12, ServedTarget: 300, PeopleTarget: 80, VolunteerTarget: 10, SatisfactionTarget: 90, Product: product,
		Lines: []proposal.Line{{Category: "M", Item: d.activity + "用的材料", UnitPrice: p.price, Qty: 30}, {Category: "P", Item: "海报和展板", UnitPrice: p.price, Qty: 4},
			{Category: "I", Item: "志愿者保险", UnitPrice: p.price / 4, Qty: 12}, {Category: "F", Item: "活动饮水", UnitPrice: p.price / 10, Qty: 20}},
		Future: future, OrgWish: "yes", OrgType: d.orgType, Declared: []string{"own_idea", "one_fund", "audit", "adult", "no_conflict", "privacy"}, Answers: g.answers(e, p)}
}

// screen is the community's opinion and the subdistrict's check.
func (g *garden) screen(ctx context.Context, p grown) error {
	full, err := proposal.Get(ctx, g.DB, p.proposal)
	if err != nil {
		return err
	}
	opinion := "项目是居民自己提出来的，社区走访过，确有需要，同意申报。"
	if err := g.Proposals.Endorse(ctx, g.role(identity.CommunityHead, p.at.Path), p.proposal, proposal.Opinion{Version: full.Version, Text: opinion}); err != nil {
		return err
	}
	check := proposal.Checklist{ID: id(), Version: full.Version + 1}
	for _, item := range proposal.CheckItems {
		check.Items = append(check.Items, proposal.Point{Code: item.Code, Result: "pass"})
	}
	return g.Proposals.Examine(ctx, g.role(identity.SubdistrictStaff, place.Subdistrict(p.at.Path)), p.proposal, check)
}

// call opens the fourth edition: proposals at every early stage wait for somebody.
func (g *garden) call(ctx context.Context, s season) error {
	e, err := g.begin(ctx, s, clock.Day(g.now).AddDate(0, 0, -8).Add(9*time.Hour), 24*24*time.Hour+9*time.Hour)
	if err != nil {
		return err
	}
	s.no = 2 // residents whose projects of that year are over may lead again
	list := make([]grown, 14)
	for i := range list {
		p := g.seed(s, i)
		if i == 13 {
			p = copyOf(p, list[4])
		}
		p.scene = covered[i].scene
		g.at(g.now.AddDate(0, 0, -4), 9+i/4)
		switch {
		case i < 2: // a draft half written
			if p.proposal, err = g.Proposals.Start(ctx, p.lead, e.ID, proposal.Beginning{ID: id()}); err == nil {
				_, err = g.Proposals.Save(ctx, p.lead, p.proposal, proposal.Draft{Saves: 1, Title: p.idea.title, Track: "resident_team", Problem: p.idea.problem})
			}
		default:
			err = g.propose(ctx, e, &p)
		}
		if err == nil && i%3 != 1 { // most leads let neighbours have a look
			err = g.shown(ctx, p.lead, p.proposal)
		}
		if err == nil && i >= 8 {
			err = g.endorse(ctx, p)
		}
		if err != nil {
			return err
		}
		list[i] = p
	}
	if err := g.covers(ctx, list); err != nil {
		return err
	}
	if err := g.screening(ctx, list); err != nil {
		return err
	}
	if err := g.holidays(ctx); err != nil {
		return err
	}
	if err := g.helped(ctx, e); err != nil {
		return err
	}
	if err := g.inviteJury(ctx, e, 0); err != nil {
		return err
	}
	// The desk round is prepared: its rubric can still be written.
	return g.Juries.Plan(ctx, g.district, e.ID, judging.NewRound{ID: id(), Kind: judging.Desk, ClosesAt: e.ClosesAt.AddDate(0, 0, 14), Cut: judging.CutByTop, CutTop: 8})
}

func (g *garden) endorse(ctx context.Context, p grown) error {
	full, err := proposal.Get(ctx, g.DB, p.proposal)
	if err != nil {
		return err
	}
	return g.Proposals.Endorse(ctx, g.role(identity.CommunityHead, p.at.Path), p.proposal, proposal.Opinion{Version: full.Version, Text: "走访过，确有需要，同意申报。"}) //words:none
}
