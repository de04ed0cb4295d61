package home

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/server/web"
	"seedbed/storage/pg"
	view "seedbed/templates/home"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// todoSQL gathers over all areas what waits for one person: what they were asked, what came back to them, and what is
// theirs to hand in. Who may do what in a team is the permission table's word: the lead reports, the lead and the
// treasurer claim, everybody records activities.
const todoSQL = `with mine as (select m.team_id, m.role from team_member m where m.person_id = @me::uuid and m.state = 'accepted'),
 live as (select p.id, p.title, p.state, mine.role from project p join mine on mine.team_id = p.team_id where p.state in ('preparing','in_progress','suspended','mid_due','mid_passed','mid_failed','closing')),
 found (rank, kind, id, title, note, due) as (
  select 1, 'invited', m.id, coalesce(nullif(p.title, ''), t.name), l.name, null::timestamptz from team_member m join team t on t.id = m.team_id join person l on l.id = t.lead_id join proposal p on p.team_id = t.id where m.person_id = @me::uuid and m.state = 'invited'
  union all select 2, 'asked', o.id, o.name, '', null from org_member m join org o on o.id = m.org_id where m.person_id = @me::uuid and m.state = 'asked'
  union all select 2, 'talent_agree', t.id, l.name, '', null from talent t join place l on l.path = t.place where t.person_id = @me::uuid and t.state = 'verified' and t.removal_asked_at is null
  union all select 2, 'talent_stay', t.id, l.name, '', null from talent t join place l on l.path = t.place where t.person_id = @me::uuid and t.state = 'dormant'
  union all select 2, 'topic_answer', t.id, t.title, '', null from topic t where t.proposer_id = @me::uuid and t.state = 'feedback'
  union all select 2, 'vote', p.id, coalesce(nullif(p.title, ''), t.name), '', h.until from handover_vote v join handover h on h.id = v.handover_id join proposal p on p.id = h.proposal_id join team t on t.id = h.team_id where v.person_id = @me::uuid and v.yes is null and h.state = 'voting' and h.until > @now and exists (select from mine where mine.team_id = h.team_id)
  union all select 2, 'applied', p.id, coalesce(nullif(p.title, ''), t.name), '', null from proposal p join team t on t.id = p.team_id where p.lead_id = @me::uuid and p.state not in ('withdrawn', 'void') and exists (select from team_member m where m.team_id = p.team_id and m.state = 'applied')
  union all select 2, 'guardian', g.id, coalesce(nullif(p.title, ''), t.name), '', null from guardian g join team_member m on m.id = g.member_id join team t on t.id = m.team_id join proposal p on p.team_id = t.id where g.child_id = @me::uuid and g.state = 'asked' and m.state in ('applied', 'accepted')
  union all select 2, 'poll', v.id, case when @en and e.title_en <> '' then e.title_en else e.title end, '', v.closes_at from poll v join review_round r on r.id = v.id join edition e on e.id = r.edition_id join person me on me.id = @me::uuid and me.home_state = 'confirmed' and me.home <@ v.place
    where v.state = 'planned' and v.opens_at <= @now and v.closes_at > @now and not exists (select from ballot b where b.poll_id = v.id and b.person_id = @me::uuid)
      and not exists (select from judge j where j.edition_id = r.edition_id and j.person_id = @me::uuid and j.state <> 'declined')
  union all select 3, 'signing', a.id, p.title, a.number, null from agreement a join proposal p on p.id = a.proposal_id where a.state = 'signing' and p.lead_id = @me::uuid and not exists (select from agreement_sign s where s.agreement_id = a.id and s.party = 'B')
  union all select 4, 'mend', p.id, p.title, p.reason, p.fix_until from proposal p where p.lead_id = @me::uuid and p.state = 'returned'
  union all select 4, 'merge', p.id, case when g.kept_id = p.id then c.title else k.title end, '', e.closes_at from proposal_merge g join proposal k on k.id = g.kept_id join proposal c on c.id = g.closed_id join proposal p on p.id in (g.kept_id, g.closed_id) join edition e on e.id = p.edition_id
    where g.state = 'asked' and p.lead_id = @me::uuid and e.closes_at > @now and case when g.kept_id = p.id then g.kept_agreed_at else g.closed_agreed_at end is null
  union all select 4, 'appeal', p.id, p.title, '', p.appeal_until from proposal p where p.lead_id = @me::uuid and p.state = 'ineligible' and p.appeal_until > @now
    and not exists (select from appeal a where a.proposal_id = p.id and a.state = 'open')
  union all select 5, 'draft', p.id, p.title, '', e.closes_at from proposal p join edition e on e.id = p.edition_id where p.lead_id = @me::uuid and p.state = 'draft' and e.state = 'open' and e.closes_at > @now
  union all select 5, 'refine', p.id, p.title, '', null from proposal p where p.lead_id = @me::uuid and p.state = 'refining'
  union all select 6, 'activity_returned', a.id, a.theme, a.reason, null from activity a join live on live.id = a.project_id where a.state = 'returned'
  union all select 7, 'claim_returned', c.id, coalesce(c.number, ''), c.reason, null from claim c join live on live.id = c.project_id where c.state = 'returned' and live.role in ('lead','treasurer')
  union all select 8, 'report_' || e.kind, live.id, live.title, '', e.due_at from evaluation e join live on live.id = e.project_id where live.role = 'lead' and (e.state = 'scheduled' or e.state = 'failed' and live.state = 'mid_failed')
  union all select 9, 'record', a.id, a.theme, '', a.ends_at from activity a join live on live.id = a.project_id where a.state in ('planned','published','ongoing') and a.ends_at < @now
  union all select 10, 'hand_in', a.id, a.theme, '', null from activity a join live on live.id = a.project_id where a.state = 'logged' and live.role = 'lead'
  union all select 11, 'received', c.id, c.payee, '', null from claim c join live on live.id = c.project_id where c.state = 'paid' and live.role in ('lead','treasurer')
  union all select 12, 'claim_draft', c.id, live.title, '', null from claim c join live on live.id = c.project_id where c.state = 'draft' and c.created_by = @me::uuid
  union all select 13, 'plan', live.id, live.title, '', null from live where live.role = 'lead' and live.state in ('in_progress','mid_passed') and not exists (select from activity a where a.project_id = live.id and a.state in ('planned','published','ongoing') and a.ends_at >= @now))
 select kind, id::text, title, note, due from found order by rank, due nulls last, id limit 30`

type waiting struct {
	Kind, ID, Title, Note string
	Due                   *time.Time
}

// asks say what to do about each kind, in a neighbour's words, and where; the address has the row's id between its parts.
var asks = map[string]struct{ text, before, after, kind, tag string }{
	"invited":           {"邀请您一起做「%s」", "/invitations#a-", "", "warn", "等您回答"},
	"vote":              {"「%s」要换领办人，请您投票", "/proposals/", "/handover", "warn", "等您投票"},
	"poll":              {"「%s」请居民投票，选您看好的项目", "/vote/", "", "warn", "等您投票"},
	"applied":           {"有邻居想加入「%s」", "/proposals/", "/team", "warn", "等您回答"},
	"guardian":          {"请家长扫码，同意您参加「%s」", "/guardians/", "", "warn", "等家长确认"},
	"asked":             {"邀请您加入「%s」", "/orgs/", "/room", "warn", "等您回答"},
	"talent_agree":      {"决定您在%s的能人名片公开哪些", "/talents/me#", "", "warn", "等您决定"},
	"talent_stay":       {"您在%s的能人名片收起来了，还公开吗？", "/talents/me#", "", "info", "等您回答"},
	"topic_answer":      {"「%s」办好了，说说满不满意", "/topics/", "", "warn", "等您回答"},
	"signing":           {"签协议：%s", "/agreements/", "", "warn", "等您签"},
	"mend":              {"提案「%s」要修改", "/proposals/", "/edit", "warn", "退回来了"},
	"merge":             {"社区请您和「%s」一起做", "/proposals/", "", "warn", "等您答复"},
	"appeal":            {"「%s」没有通过资格审查", "/proposals/", "", "warn", "可以申诉"},
	"draft":             {"接着写「%s」，写好要提交", "/proposals/", "/edit", "warn", "草稿，没报名"},
	"refine":            {"调整「%s」的预算和计划", "/proposals/", "/refine", "warn", "入选了"},
	"activity_returned": {"活动「%s」要补充", "/activities/", "", "warn", "退回来了"},
	"claim_returned":    {"报销单 %s 要补充", "/claims/", "", "warn", "退回来了"},
	"report_mid":        {"写「%s」的中期报告", "/projects/", "/report", "warn", "要交报告"},
	"report_final":      {"写「%s」的结项报告", "/projects/", "/report", "warn", "要交报告"},
	"record":            {"记录活动「%s」", "/activities/", "/log", "info", "已经办完"},
	"hand_in":           {"检查活动「%s」，交给社区", "/activities/", "", "info", "还没交"},
	"received":          {"看看给%s的报销款到了没有", "/claims/", "", "info", "已付款"},
	"claim_draft":       {"接着写「%s」的报销单", "/claims/", "/edit", "info", "草稿"},
	"plan":              {"计划「%s」的下一场活动", "/projects/", "/activities/new", "", ""},
}

// todo is what waits for whoever asks, the most pressing first.
func (h handlers) todo(c *fiber.Ctx) ([]view.Item, error) {
	ctx := c.UserContext()
	found, err := pg.All[waiting](ctx, h.db, todoSQL, pg.Args{"me": web.Actor(c).ID, "now": h.clock.Now(), "en": words.Lang(ctx) == "en"})
	if err != nil {
		return nil, err
	}
	var list []view.Item
	for _, w := range found {
		ask, known := asks[w.Kind]
		if !known {
			continue
		}
		if w.Title == "" {
			w.Title = words.T(ctx, "还没有起名字的提案")
		}
		item := view.Item{Href: ask.before + w.ID + ask.after, Title: words.T(ctx, ask.text, w.Title), Sub: w.Note, Kind: ask.kind, Tag: words.T(ctx, ask.tag)}
		switch {
		case w.Kind == "invited":
			item.Sub = words.T(ctx, "%s请您加入团队", w.Note)
		case w.Kind == "record" && w.Due != nil:
			item.Sub = ui.DateTime(ctx, *w.Due)
		case w.Due != nil:
			item.Sub = words.T(ctx, "%s 截止", ui.Until(ctx, *w.Due))
		}
		list = append(list, item)
	}
	return list, nil
}
