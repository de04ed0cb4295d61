package proposal

import "seedbed/domain/edition"

// States names the states for the people of a team and of the desks.
var States = []edition.Choice{{Code: Drafted, Name: "草稿"}, {Code: Submitted, Name: "等社区意见"}, {Code: Returned, Name: "退回修改"}, {Code: Endorsed, Name: "等街道审查"}, {Code: Eligible, Name: "资格通过"},
	{Code: Ineligible, Name: "资格未通过"}, {Code: Shortlisted, Name: "入围"}, {Code: NotShortlisted, Name: "未入围"}, {Code: Pitched, Name: "已路演"}, {Code: Ranked, Name: "已评分"}, {Code: Selected, Name: "入选"},
	{Code: Reserve, Name: "候补"}, {Code: NotSelected, Name: "未入选"}, {Code: Refining, Name: "优化方案中"}, {Code: Refined, Name: "方案已定"}, {Code: Contracted, Name: "已签约"}, {Code: Withdrawn, Name: "已撤回"}, {Code: Void, Name: "已作废"}}

// The choices of the form.
var (
	Colours = []edition.Choice{{Code: "red", Name: "党建先锋"}, {Code: "orange", Name: "邻里互助"}, {Code: "yellow", Name: "少年成长"},
		{Code: "green", Name: "环境美化"}, {Code: "cyan", Name: "自管自治"}, {Code: "blue", Name: "平安守护"}, {Code: "purple", Name: "文化乐享"}}
	AffectedBy = []edition.Choice{{Code: "elders", Name: "老年人"}, {Code: "children", Name: "儿童和少年"}, {Code: "disabled", Name: "残疾人"},
		{Code: "needy", Name: "困难家庭"}, {Code: "newcomers", Name: "新就业群体"}, {Code: "all", Name: "全体居民"}}
	WaysFound = []edition.Choice{{Code: "visit", Name: "走访了解到的"}, {Code: "meeting", Name: "开会商量出来的"}, {Code: "survey", Name: "做问卷问出来的"},
		{Code: "own_life", Name: "自己生活里碰到的"}}
	OrgWishes = []edition.Choice{{Code: "yes", Name: "想成立"}, {Code: "no", Name: "暂时不想"}, {Code: "already", Name: "已经有组织"}}
	OrgTypes  = []edition.Choice{{Code: "self_governance", Name: "自治类"}, {Code: "recreation", Name: "自乐类"}, {Code: "volunteer", Name: "志愿类"}}
	// Declarations are what the team promises; all of them are needed.
	Declarations = []edition.Choice{{Code: "own_idea", Name: "内容真实，是我们自己的想法"}, {Code: "one_fund", Name: "同样的开支没有申请别的公共资金"},
		{Code: "audit", Name: "接受检查、审计，如实公开花了多少钱"}, {Code: "adult", Name: "我已满 18 周岁，由我负责这个项目"},
		{Code: "no_conflict", Name: "我和评审、审批的工作人员没有利害关系"}, {Code: "privacy", Name: "我看过隐私说明，知道资料会给谁看"}}
)
