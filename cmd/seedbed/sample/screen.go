package sample

import (
	"context"
	"strings"

	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
)

// screening leaves the desks of the open call something of every kind: a proposal that came back changed, a refusal the
// lead took to the subdistrict, an appeal that waits, and two teams with one text who are asked to work together.
func (g *garden) screening(ctx context.Context, list []grown) error {
	g.at(g.now.AddDate(0, 0, -3), 10)
	for _, step := range []func(context.Context, []grown) error{g.changed, g.refused, g.appealed, g.asked} {
		if err := step(ctx, list); err != nil {
			return err
		}
	}
	return nil
}

//words:none
func (g *garden) changed(ctx context.Context, list []grown) error {
	p := list[2]
	full, err := proposal.Whole(ctx, g.DB, p.proposal)
	if err != nil {
		return err
	}
	back := proposal.Returning{ID: id(), Version: full.Version, Reasons: []string{"price"}, Note: "别的都很好，改好就推荐。",
		Parts: []proposal.Mend{{Section: "plan", Text: "每次安排几位志愿者，请写清楚。"}, {Section: "budget", Text: "材料一项请问两家，写便宜的那家。"}}}
	if err := g.Proposals.Return(ctx, g.role(identity.CommunityHead, p.at.Path), p.proposal, back); err != nil {
		return err
	}
	if full, err = proposal.Whole(ctx, g.DB, p.proposal); err != nil {
		return err
	}
	d := full.Draft()
	d.Method = strings.Replace(d.Method, "。", "，每次四位志愿者，两人管场地、两人管签到。", 1)
	d.VolunteerTarget, d.Activities[0].People = 12, 22
	d.Lines[0].UnitPrice -= 3_00
	d.Lines[1].Note = "问过两家，取便宜的"
	d.Lines = append(d.Lines[:3], proposal.Line{Category: "T", Item: "去建材市场的公交", UnitPrice: 2_00, Qty: 8})
	d.Funding = []proposal.Funding{{Source: "街道工会", Kind: proposal.FromPublic, Amount: 600_00, Note: "开幕那天的点心"}, {Source: "楼下五金店", Kind: "in_kind", Amount: 200_00, Note: "借用工具一个月"}}
	saves, err := g.Proposals.Save(ctx, p.lead, p.proposal, d)
	if err != nil {
		return err
	}
	g.at(g.now.AddDate(0, 0, -2), 9)
	_, err = g.Proposals.Submit(ctx, p.lead, p.proposal, saves, g.Clock.Now())
	return err
}

//words:none
func (g *garden) refused(ctx context.Context, list []grown) error {
	p := list[3]
	full, err := proposal.Get(ctx, g.DB, p.proposal)
	if err != nil {
		return err
	}
	o := proposal.Opinion{Version: full.Version, Text: "活动室周末已经排满，腾不出地方，这一次不推荐。"}
	if err := g.Proposals.Refuse(ctx, g.role(identity.CommunityHead, p.at.Path), p.proposal, o); err != nil {
		return err
	}
	return g.Proposals.AskStreet(ctx, p.lead, p.proposal, proposal.Plea{ID: id(), Version: full.Version + 1, Text: "我们问过街道文化站，小礼堂周六下午空着，离社区走路七分钟。请街道看一看。"})
}

//words:none
func (g *garden) appealed(ctx context.Context, list []grown) error {
	p := list[8]
	full, err := proposal.Get(ctx, g.DB, p.proposal)
	if err != nil {
		return err
	}
	check := proposal.Checklist{ID: id(), Version: full.Version, Code: "venue", Reason: "写的场地正在装修，年底才能用。"}
	for _, item := range proposal.CheckItems {
		point := proposal.Point{Code: item.Code, Result: "pass"}
		if item.Code == "venue" {
			point.Result, point.Note = "fail", "活动室装修到十二月"
		}
		check.Items = append(check.Items, point)
	}
	if err := g.Proposals.Examine(ctx, g.role(identity.SubdistrictStaff, place.Subdistrict(p.at.Path)), p.proposal, check); err != nil {
		return err
	}
	return g.Proposals.Lodge(ctx, p.lead, p.proposal, proposal.Plea{ID: id(), Version: full.Version + 1, Text: "装修期间可以用隔壁单元的架空层，楼长和住户都同意了，有签字。"})
}

//words:none
func (g *garden) asked(ctx context.Context, list []grown) error {
	p, copied := list[4], list[13]
	return g.Proposals.AskMerge(ctx, g.role(identity.CommunityHead, p.at.Path), p.proposal, proposal.Asking{ID: id(), Other: copied.proposal, Keep: "this", Reason: "两队写的是同一件事，人手合在一起更好办，钱也省一份。"})
}

// copyOf is another team's proposal with the text of the first, in its own name.
func copyOf(p, first grown) grown {
	p.idea, p.serial = first.idea, first.serial
	return p
}
