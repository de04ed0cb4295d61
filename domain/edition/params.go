package edition

import (
	"strconv"

	"seedbed/domain/yuan"
)

// Param is one parameter of an edition (DOMAIN §16): what it is called, what it is for, and what it may be. Its value is
// a whole number in Unit, or fen when Money.
type Param struct {
	Field  string // its name in Terms
	Group  string
	Name   string
	Why    string
	Unit   string
	Money  bool
	Lo, Hi int // of a number; of a sum, 1 asks for one above nothing
	get    func(Rules) int
	set    func(*Rules, int)
}

// Show is the parameter's value in rules for people, without its unit: "—" for a sum or limit that is not set.
func (p Param) Show(r Rules) string {
	v := p.get(r)
	switch {
	case p.Money && v == 0:
		return "—"
	case p.Money:
		return yuan.Fen(v).Show()
	}
	return strconv.Itoa(v)
}

// Groups are those of the parameters, in the order of the form.
var Groups = []string{"金额", "谁能报、能报几个", "评审", "工作日历", "拨款", "预算里最多占多少", "报销", "活动和验收"}

// number is a parameter that is a whole number in scale units of the stored one.
func number(group, field, name, why, unit string, lo, hi, scale int, at func(*Rules) *int) Param {
	return Param{Field: field, Group: group, Name: name, Why: why, Unit: unit, Lo: lo, Hi: hi,
		get: func(r Rules) int { return *at(&r) / scale }, set: func(r *Rules, v int) { *at(r) = v * scale }}
}

func sum(group, field, name, why string, lo int, at func(*Rules) *yuan.Fen) Param {
	return Param{Field: field, Group: group, Name: name, Why: why, Money: true, Lo: lo,
		get: func(r Rules) int { return int(*at(&r)) }, set: func(r *Rules, v int) { *at(r) = yuan.Fen(v) }}
}

func most(group, field, code, name, why string, lo int, of func(*Rules) map[string]yuan.Fen) Param {
	return Param{Field: field, Group: group, Name: name, Why: why, Money: true, Lo: lo,
		get: func(r Rules) int { return int(of(&r)[code]) }, set: func(r *Rules, v int) { of(r)[code] = yuan.Fen(v) }}
}

func share(field, line, name string) Param {
	return Param{Field: field, Group: Groups[5], Name: name, Why: "超过的申报书交不上来，会提示减到多少", Unit: "%", Hi: 100,
		get: func(r Rules) int { return r.LineShares[line] / 100 }, set: func(r *Rules, v int) { r.LineShares[line] = v * 100 }}
}

func part(field, name, why string, i int) Param {
	return Param{Field: field, Group: Groups[4], Name: name, Why: why, Unit: "%", Lo: 0, Hi: 100,
		get: func(r Rules) int {
			if len(r.Tranches) != 3 {
				return 0
			}
			return r.Tranches[i] / 100
		}, set: func(r *Rules, v int) { r.Tranches[i] = v * 100 }}
}

func caps(r *Rules) map[string]yuan.Fen      { return r.Caps }
func gradeCaps(r *Rules) map[string]yuan.Fen { return r.GradeCaps }

// Params are the parameters in the order of the form.
var Params = []Param{
	most(Groups[0], "cap_team", "resident_team", "居民团队一个项目最多", "空着，这一届就不收居民团队的申报", 0, caps),
	most(Groups[0], "cap_filed", "filed_org", "备案组织一个项目最多", "空着，这一届就不收备案组织的申报", 0, caps),
	most(Groups[0], "cap_registered", "registered_org", "登记组织一个项目最多", "空着，这一届就不收登记组织的申报", 0, caps),
	sum(Groups[0], "min_award", "一个项目最少申请", "太少就不值得走一整套手续；空着就不设下限", 0, func(r *Rules) *yuan.Fen { return &r.MinAward }),
	most(Groups[0], "grade_a", "A", "A 级最多", "评审后按等级给钱的上限", 1, gradeCaps),
	most(Groups[0], "grade_b", "B", "B 级最多", "评审后按等级给钱的上限", 1, gradeCaps),
	most(Groups[0], "grade_c", "C", "C 级最多", "评审后按等级给钱的上限", 1, gradeCaps),

	number(Groups[1], "team_min", "团队至少几个人", "每个人都要亲自答应，凑不够就交不上", "人", 1, 20, 1, func(r *Rules) *int { return &r.TeamMin }),
	number(Groups[1], "per_lead", "一个人最多领办几个", "所有正在进行的大赛合起来算", "个", 1, 20, 1, func(r *Rules) *int { return &r.PerLead }),
	number(Groups[1], "per_member", "一个人最多参加几个", "所有正在进行的大赛合起来算", "个", 1, 20, 1, func(r *Rules) *int { return &r.PerMember }),
	number(Groups[1], "per_org", "一个组织最多申报几个", "所有正在进行的大赛合起来算", "个", 1, 20, 1, func(r *Rules) *int { return &r.PerOrg }),
	number(Groups[1], "street_quota", "每个街道最多收几份", "收满以后，这个街道的申报书就交不上了；填 0 就是不限", "份", 0, 10_000, 1, func(r *Rules) *int { return &r.StreetQuota }),
	number(Groups[1], "ban_years", "弄虚作假的几年内不能再报", "从作废那天算起", "年", 0, 10, 1, func(r *Rules) *int { return &r.BanYears }),

	number(Groups[2], "panel", "每个项目几位评委", "分评委时按这个数", "位", 1, 30, 1, func(r *Rules) *int { return &r.Panel }),
	number(Groups[2], "min_judges", "至少要有几位评委", "答应来的评委不够，评审就不能开始", "位", 1, 30, 1, func(r *Rules) *int { return &r.MinJudges }),
	number(Groups[2], "min_valid", "一个项目至少几张有效评分表", "不够的不算分", "张", 1, 30, 1, func(r *Rules) *int { return &r.MinValid }),
	number(Groups[2], "trim_at", "几张以上去掉最高和最低", "各去掉一张，免得一个人说了算", "张", 3, 30, 1, func(r *Rules) *int { return &r.TrimAt }),
	number(Groups[2], "min_score", "入选最低分", "平均分不到的，有钱也不支持", "分", 0, 100, 100, func(r *Rules) *int { return &r.MinScore }),
	number(Groups[2], "reserves", "每个赛道候补几个", "有人退出时，从候补里按名次补", "个", 0, 100, 1, func(r *Rules) *int { return &r.Reserves }),
	number(Groups[2], "reserve_days", "候补留几天", "公示结束以后这么久还没补上，候补就作废", "天", 0, 365, 1, func(r *Rules) *int { return &r.ReserveDays }),
	number(Groups[2], "track_awards", "一条赛道最多资助几个", "满了以后，后面的项目进候补；填 0 就是不限", "个", 0, 10_000, 1, func(r *Rules) *int { return &r.TrackAwards }),
	number(Groups[2], "category_awards", "一个类别最多资助几个", "满了以后，后面的项目进候补；填 0 就是不限", "个", 0, 10_000, 1, func(r *Rules) *int { return &r.CategoryAwards }),
	number(Groups[2], "street_awards", "一个街道最多资助几个", "满了以后，后面的项目进候补；填 0 就是不限", "个", 0, 10_000, 1, func(r *Rules) *int { return &r.StreetAwards }),
	number(Groups[2], "street_share", "一个街道最多用总资金的多少", "免得钱都到了一个街道；填 0 就是不限", "%", 0, 100, 1, func(r *Rules) *int { return &r.StreetShare }),
	number(Groups[2], "present_min", "路演讲几分钟", "写在公告里，让大家有准备", "分钟", 1, 60, 1, func(r *Rules) *int { return &r.PresentMin }),
	number(Groups[2], "question_min", "路演答几分钟", "写在公告里，让大家有准备", "分钟", 0, 60, 1, func(r *Rules) *int { return &r.QuestionMin }),
	number(Groups[2], "public_vote", "居民投票占总分多少", "路演时居民也投票，每人每个赛道一票；填 0 就是不投票。按居民投票分钱的，一票能选几个在「资金怎么分」里定", "%", 0, 30, 1, func(r *Rules) *int { return &r.PublicVote }),

	number(Groups[3], "fix_days", "退回后几天内改好", "从退回那天起算，只数工作日", "天", 1, 30, 1, func(r *Rules) *int { return &r.FixDays }),
	number(Groups[3], "appeal_days", "几天内可以申诉", "从知道没通过那天起算，只数工作日", "天", 1, 30, 1, func(r *Rules) *int { return &r.AppealDays }),
	number(Groups[3], "check_days", "资格审查用几天", "用来排时间表，只数工作日", "天", 1, 60, 1, func(r *Rules) *int { return &r.CheckDays }),
	number(Groups[3], "desk_days", "书面评审用几天", "用来排时间表，只数工作日", "天", 1, 60, 1, func(r *Rules) *int { return &r.DeskDays }),
	number(Groups[3], "pitch_days", "评完几天后路演", "用来排时间表，只数工作日", "天", 1, 60, 1, func(r *Rules) *int { return &r.PitchDays }),
	number(Groups[3], "public_days", "公示几天", "至少 3 天，只数工作日", "天", 3, 60, 1, func(r *Rules) *int { return &r.PublicDays }),
	number(Groups[3], "answer_days", "几天内答复异议", "只数工作日", "天", 1, 60, 1, func(r *Rules) *int { return &r.AnswerDays }),
	number(Groups[3], "sign_days", "签协议用几天", "用来排时间表，只数工作日", "天", 1, 60, 1, func(r *Rules) *int { return &r.SignDays }),
	number(Groups[3], "refine_days", "入选后几天内改好方案", "日历天，含周末", "天", 1, 60, 1, func(r *Rules) *int { return &r.RefineDays }),

	sum(Groups[4], "micro_up_to", "多少以内一次拨付", "小钱不分几次拨", 0, func(r *Rules) *yuan.Fen { return &r.MicroUpTo }),
	part("first", "第一次拨", "签协议后拨；三次加起来要等于 100%", 0),
	part("second", "第二次拨", "中期检查通过后拨", 1),
	part("last", "最后一次拨", "验收通过后拨", 2),
	number(Groups[4], "release_days", "签协议后几天内拨第一笔", "只数工作日", "天", 1, 60, 1, func(r *Rules) *int { return &r.ReleaseDays }),
	number(Groups[4], "prev_exec", "上一笔用掉多少才拨下一笔", "没用到这么多，下一笔先不拨", "%", 0, 100, 100, func(r *Rules) *int { return &r.PrevExecMin }),
	sum(Groups[4], "mid_above", "多少以上要中期检查", "到这个数以内的项目不用中期检查", 0, func(r *Rules) *yuan.Fen { return &r.MidAbove }),

	share("share_p", "P", "宣传印制"), share("share_v", "V", "场地设备租赁"), share("share_f", "F", "餐饮茶歇"), share("share_g", "G", "管理费"),
	share("share_o", "O", "其他"), share("share_es", "E+S", "专家讲师和志愿者补贴合计"),

	sum(Groups[6], "asset_line", "单价到多少算固定资产，不能买", "可以租、可以借", 1, func(r *Rules) *yuan.Fen { return &r.AssetLine }),
	sum(Groups[6], "cash_limit", "一笔报销最多付多少现金", "再多要转账", 0, func(r *Rules) *yuan.Fen { return &r.CashLimit }),
	sum(Groups[6], "small_claim", "多少以内不用审批", "社区核实、财务看票就可以付", 0, func(r *Rules) *yuan.Fen { return &r.SmallClaim }),
	sum(Groups[6], "street_claim", "多少以内由街道审批", "再多由区里审批", 0, func(r *Rules) *yuan.Fen { return &r.StreetClaim }),
	sum(Groups[6], "two_approvers", "超过多少要两个人审批", "两个不同的人都同意才能付", 1, func(r *Rules) *yuan.Fen { return &r.TwoApprovers }),
	number(Groups[6], "claim_window", "结项后几天内还能报销", "日历天，含周末", "天", 0, 365, 1, func(r *Rules) *int { return &r.ClaimWindow }),
	number(Groups[6], "verify_days", "社区几天内核实", "告诉团队要等多久，只数工作日", "天", 1, 60, 1, func(r *Rules) *int { return &r.VerifyDays }),
	number(Groups[6], "finance_days", "财务几天内审票", "告诉团队要等多久，只数工作日", "天", 1, 60, 1, func(r *Rules) *int { return &r.FinanceDays }),
	number(Groups[6], "approve_days", "几天内审批", "告诉团队要等多久，只数工作日", "天", 1, 60, 1, func(r *Rules) *int { return &r.ApproveDays }),
	number(Groups[6], "pay_days", "批了几天内付款", "告诉团队要等多久，只数工作日", "天", 1, 60, 1, func(r *Rules) *int { return &r.PayDays }),

	number(Groups[7], "min_photos", "每场活动至少几张照片", "少了就不能提交核实", "张", 0, 9, 1, func(r *Rules) *int { return &r.MinPhotos }),
	number(Groups[7], "log_days", "活动后几天内交记录", "晚了要写原因", "天", 1, 60, 1, func(r *Rules) *int { return &r.LogDays }),
	number(Groups[7], "sign_in", "签到的人要占多少", "到场的人里签了名的比例，低了会提醒核实的人", "%", 0, 100, 100, func(r *Rules) *int { return &r.SignIn }),
	number(Groups[7], "pass_mark", "中期和验收的及格分", "不到就要整改", "分", 0, 100, 100, func(r *Rules) *int { return &r.PassMark }),
	number(Groups[7], "evaluators", "验收由几个人看", "其中一位是财务", "位", 1, 15, 1, func(r *Rules) *int { return &r.Evaluators }),
	number(Groups[7], "refine_shift", "优化方案时一行预算能动多少", "总额不能变", "%", 0, 100, 100, func(r *Rules) *int { return &r.Refine }),
}
