// Package desk counts the work that waits for somebody, over all areas: what the first screen of staff shows.
package desk

import (
	"context"

	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Waiting is one kind of work: how many wait and where they are.
type Waiting struct {
	Label string
	Count int
	Href  string
}

// kinds are the kinds of work, each with the right it needs and how it is counted; every statement is bounded by @sight.
var kinds = []struct {
	label, href string
	may         identity.Permission
	sql         string
}{
	{"居民待确认", "/desk/residents", identity.ConfirmResidents, residentsSQL},
	{"能人待联系、核实", "/desk/talents", identity.KeepTalents, talentsSQL},
	{"能人要求移除", "/desk/talents?state=leaving", identity.KeepTalents, leavingSQL},
	{"议题待收下", "/desk/topics?state=collected", identity.RunTopics, collectedSQL},
	{"议题待推进", "/desk/topics", identity.RunTopics, topicsSQL},
	{"帮填还没结束", "/desk/assist", identity.HelpResidents, assistSQL},
	{"补登名单待录入", "/desk/grace", identity.HelpResidents, graceSQL},
	{"帮填有异议", "/desk/assisted", identity.HandleDisputes, disputesSQL},
	{"个人信息申请待答复", "/desk/privacy", identity.HandlePrivacy, privacySQL},
	{"提案待签意见", "/desk/proposals?state=submitted", identity.EndorseProposals, endorseSQL},
	{"提案待资格审查", "/desk/proposals?state=endorsed", identity.CheckEligibility, eligibleSQL},
	{"街道要再看的提案", "/desk/proposals?flag=asked", identity.EndorseProposals, askedSQL},
	{"资格申诉待答复", "/desk/proposals?flag=appeal", identity.DecideAppeals, appealsSQL},
	{"封面照片待看", "/desk/proposals?flag=cover", identity.ClearPhotos, coversSQL},
	{"相近的提案待看", "/desk/proposals?flag=alike", identity.CompareProposals, alikeSQL},
	{"届次要推进", "/desk/editions", identity.RunRounds, editionsSQL},
	{"路演正在进行", "/desk/pitches", identity.RunRounds, pitchesSQL},
	{"纸质评分表、票箱待核对", "/desk/pitches", identity.KeyPapers, twiceSQL},
	{"居民投票待计票", "/desk/pitches", identity.RunRounds, countSQL},
	{"新领办人待确认", "/desk/handovers", identity.ConfirmLeads, handoversSQL},
	{"家长同意待登记", "/desk/guardians", identity.RecordGuardians, guardiansSQL},
	{"优化稿待确认", "/desk/proposals?state=refining", identity.AcceptRefinements, refiningSQL},
	{"协议待起草", "/desk/proposals?state=refined", identity.DraftAgreements, refinedSQL},
	{"协议待签（社区）", "/desk/agreements", identity.SignAsHost, hostSQL},
	{"协议待签（区）", "/desk/agreements", identity.SignAsSponsor, sponsorSQL},
	{"异议待答复", "/desk/objections", identity.HandleObjects, objectionsSQL},
	{"拨款待申请", "/finance/tranches", identity.RequestTranches, dueSQL},
	{"拨款待审核", "/finance/tranches", identity.ReviewTranches, requestedSQL},
	{"拨款待批准", "/finance/tranches", identity.ApproveTranches, reviewedSQL},
	{"活动待核验", "/desk/activities", identity.VerifyActivities, activitiesSQL},
	{"报销待核实", "/desk/claims", identity.VerifyClaims, verifySQL},
	{"报销待审票", "/desk/claims", identity.ReviewVouchers, vouchersSQL},
	{"报销待批准", "/desk/claims", identity.ApproveClaims, approveSQL},
	{"报销待付款", "/desk/claims", identity.PayClaims, paySQL},
	{"评估待评分", "/desk/evaluations", identity.EvaluateProjects, evaluationsSQL},
	{"组织待纳管", "/desk/orgs?state=budding", identity.RecognizeOrgs, orgsSQL},
}

const (
	residentsSQL = `select count(*) from person where home_state = 'claimed' and home <@ any(@sight::text[]::ltree[])`
	talentsSQL   = `select count(*) from talent where state in ('nominated','contacted') and removal_asked_at is null and place <@ any(@sight::text[]::ltree[])`
	leavingSQL   = `select count(*) from talent where removal_asked_at is not null and state <> 'removed' and place <@ any(@sight::text[]::ltree[])`
	collectedSQL = `select count(*) from topic where state = 'collected' and place <@ any(@sight::text[]::ltree[])`
	topicsSQL    = `select count(*) from topic where (state in ('screened','discussed','resolved','executing') or state = 'scheduled' and meets_at < now()) and place <@ any(@sight::text[]::ltree[])`
	endorseSQL   = `select count(*) from proposal where state = 'submitted' and not refused and place <@ any(@sight::text[]::ltree[])`
	eligibleSQL  = `select count(*) from proposal where state = 'endorsed' and place <@ any(@sight::text[]::ltree[])`
	// Asked of the level above the community that refused.
	askedSQL   = `select count(*) from proposal where state = 'submitted' and refused and look_asked_at is not null and exists (select from unnest(@sight::text[]::ltree[]) s where place <@ s and place <> s)`
	appealsSQL = `select count(*) from appeal where state = 'open' and place <@ any(@sight::text[]::ltree[])`
	alikeSQL   = `select count(distinct p.id) from proposal_alike a join proposal p on p.id in (a.proposal_id, a.other_id) where p.place <@ any(@sight::text[]::ltree[])
  and not exists (select from alike_verdict v where v.one_id = least(a.proposal_id, a.other_id) and v.other_id = greatest(a.proposal_id, a.other_id))`
	coversSQL      = `select count(*) from cover_waits where place <@ any(@sight::text[]::ltree[])`
	assistSQL      = `select count(*) from assistance where state = 'open' and place <@ any(@sight::text[]::ltree[])`
	graceSQL       = `select count(*) from grace where state = 'listed' and place <@ any(@sight::text[]::ltree[])`
	disputesSQL    = `select count(*) from assisted_dispute where state = 'open' and place <@ any(@sight::text[]::ltree[])`
	privacySQL     = `select count(*) from rights_request where state = 'open' and place <@ any(@sight::text[]::ltree[])`
	editionsSQL    = `select count(*) from edition where state in ('closed','reviewing') and place <@ any(@sight::text[]::ltree[])`
	pitchesSQL     = `select count(*) from pitch_room s join review_round r on r.id = s.id and r.state = 'open' where s.state in ('drawn','running') and s.starts_at < now() + interval '1 day' and s.place <@ any(@sight::text[]::ltree[])`
	twiceSQL       = `select count(*) from twice where state <> 'settled' and place <@ any(@sight::text[]::ltree[])`
	countSQL       = `select count(*) from poll where state = 'planned' and closes_at <= now() and place <@ any(@sight::text[]::ltree[])`
	handoversSQL   = `select count(*) from handover where state = 'passed' and place <@ any(@sight::text[]::ltree[])`
	guardiansSQL   = `select count(*) from guardian g join team_member m on m.id = g.member_id join proposal p on p.team_id = m.team_id where g.state = 'asked' and m.state in ('applied','accepted') and p.place <@ any(@sight::text[]::ltree[])`
	refiningSQL    = `select count(*) from proposal where state = 'refining' and place <@ any(@sight::text[]::ltree[])`
	refinedSQL     = `select count(*) from proposal p where state = 'refined' and place <@ any(@sight::text[]::ltree[]) and not exists (select from agreement a where a.proposal_id = p.id)`
	hostSQL        = `select count(*) from agreement a where state = 'signing' and host <@ any(@sight::text[]::ltree[]) and not exists (select from agreement_sign s where s.agreement_id = a.id and s.party = 'C')`
	sponsorSQL     = `select count(*) from agreement a where state = 'signing' and place <@ any(@sight::text[]::ltree[]) and not exists (select from agreement_sign s where s.agreement_id = a.id and s.party = 'A')`
	objectionsSQL  = `select count(*) from objection where state in ('received','investigating') and place <@ any(@sight::text[]::ltree[])`
	dueSQL         = `select count(*) from tranche where state = 'due' and place <@ any(@sight::text[]::ltree[])`
	requestedSQL   = `select count(*) from tranche where state = 'requested' and place <@ any(@sight::text[]::ltree[])`
	reviewedSQL    = `select count(*) from tranche where state = 'reviewed' and place <@ any(@sight::text[]::ltree[])`
	activitiesSQL  = `select count(*) from activity where state = 'submitted' and place <@ any(@sight::text[]::ltree[])`
	verifySQL      = `select count(*) from claim where state = 'submitted' and place <@ any(@sight::text[]::ltree[])`
	vouchersSQL    = `select count(*) from claim where state = 'community_verified' and place <@ any(@sight::text[]::ltree[])`
	approveSQL     = `select count(*) from claim where state = 'finance_passed' and place <@ any(@sight::text[]::ltree[])`
	paySQL         = `select count(*) from claim where state = 'approved' and place <@ any(@sight::text[]::ltree[])`
	evaluationsSQL = `select count(*) from evaluation where state in ('self_submitted','under_review') and place <@ any(@sight::text[]::ltree[])`
	orgsSQL        = `select count(*) from org where state = 'budding' and place <@ any(@sight::text[]::ltree[])`
)

// Of counts every kind of work the actor may do, in the places where they may do it.
func Of(ctx context.Context, q pg.Reader, by identity.Actor) ([]Waiting, error) {
	var list []Waiting
	for _, k := range kinds {
		sight := by.Sight(k.may)
		if len(sight) == 0 {
			continue
		}
		n, err := pg.Value[int](ctx, q, k.sql, pg.Args{"sight": sight})
		if err != nil {
			return nil, err
		}
		list = append(list, Waiting{k.label, n, k.href})
	}
	return list, nil
}
