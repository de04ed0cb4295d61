package accounts

import "seedbed/domain/audit"

// deeds say in a word what was done, by entity and action; for "move" by entity and the state that was reached.
var deeds = map[string]string{
	"person join": "第一次登录", "person enlist": "开了账号", "person profile": "改了自己的资料", "person confirm_home": "确认居民住处", "person enrol_factor": "设了第二步验证",
	"person look": "找过手机号", "person erase": "注销了账号", "proposal fill": "填写申报书",
	"assistance start": "开始帮填", "assistance sign": "拍下签字的纸", "assistance finish": "结束帮填", "assistance drop": "没有办，结束帮填",
	"assisted_dispute dispute": "本人说帮填不是自己的意思", "assisted_dispute upheld": "认定帮填不是本人意思", "assisted_dispute explained": "核实帮填是本人意思",
	"grace list": "登记按时收到的纸质申报书", "grace use": "录入按时收到的纸质申报书", "grace strike": "从补登名单划去", "outage declare": "登记系统中断",
	"consent give": "同意一项用途", "consent withdraw": "收回同意", "consent refuse": "不同意一项用途",
	"rights_request ask": "提出个人信息申请", "rights_request done": "办好个人信息申请", "rights_request refused": "没有同意个人信息申请", "rights_request taken_back": "撤回个人信息申请", "data_file make": "取了自己的资料",
	"role_grant grant": "给了角色", "role_grant revoke": "收回角色",
	"edition create": "新建一届大赛", "edition edit": "改了大赛的内容", "edition set_terms": "改了大赛的规则", "edition publish": "发布征集公告", "edition extend": "延长申报时间", "edition close": "提前截止申报", "edition cancel": "取消了大赛",
	"edition closed": "截止申报", "edition reviewing": "开始评审", "edition publicizing": "开始公示", "edition contracting": "公示结束，开始签协议", "edition running": "项目开始实施", "edition closing": "开始结项", "edition archived": "大赛归档",
	"team form": "组了团队", "team settle": "团队人数够了", "team activate": "团队开始做项目", "team convert": "团队变成了组织",
	"team_member lead": "当了领办人", "team_member invite": "邀请队员", "team_member accept": "同意加入团队", "team_member decline": "没有加入团队", "team_member leave": "退出团队", "team_member remove": "移出队员",
	"team hand_over": "团队换了领办人", "proposal hand_over": "申报书换了领办人", "proposal in_name": "定了以哪个组织的名义申报", "team_member apply": "申请加入团队", "team_member join": "扫码加入团队", "team_member admit": "同意邻居加入团队", "team_member refuse": "没有请邻居加入团队", "team_member allow": "改了队员的权限", "team_member hand_over": "领办人换人", "team_member guardian": "家长不同意，退出团队",
	"team_want want": "写了想请人做什么", "team_want turn": "开或停一项招募", "team_post publish": "公开招募", "team_post unpublish": "停止公开招募", "team_link make": "做了邀请码", "team_link revoke": "作废邀请码", "guardian ask": "请家长确认", "guardian answer": "家长答复",
	"guardian look": "看了未成年人的资料", "guardian reveal": "看了家长的号码", "handover propose": "提出换领办人", "handover vote": "投票换领办人", "handover end": "换领办人的投票有了结果", "proposal_comment say": "给申报书留言", "proposal_comment hide": "收起留言",
	"proposal start": "开始写申报书", "proposal submit": "提交申报书", "proposal endorse": "社区同意推荐", "proposal refuse": "社区没有推荐", "proposal return": "退回申报书修改", "proposal examine": "作了资格审查", "proposal uphold": "申诉成立，改为通过", "proposal withdraw": "撤回申报书",
	"proposal_standing ask": "选了到点自动提交", "proposal_standing taken_back": "取消了到点自动提交", "proposal_standing sent": "到点自动提交了", "proposal_standing unsent": "到点没有填齐，没有自动提交", "proposal_standing moot": "不用再自动提交",
	"proposal_merge ask": "请两个团队合并", "proposal_merge agree": "同意合并", "proposal_merge decline": "没有同意合并", "proposal_merge unite": "两份申报书合并了", "proposal_merge lapse": "合并到时间没有答复",
	"proposal refine": "交了优化稿", "proposal seal_refinement": "优化稿定稿", "proposal send_refinement_back": "退回优化稿",
	"proposal shortlisted": "申报书进入评审", "proposal not_shortlisted": "申报书没有入围", "proposal pitched": "完成路演", "proposal ranked": "评审完成，排了名次", "proposal selected": "项目入选", "proposal reserve": "列为候补", "proposal not_selected": "没有入选",
	"proposal refining": "立项，请团队优化预算", "proposal refined": "确认优化稿", "proposal contracted": "协议生效", "proposal void": "申报书作废",
	"judge invite": "邀请评委", "judge answer": "评委答复邀请", "judge declare_tie": "评委说明了关系",
	"review_round plan": "安排一轮评审", "review_round weigh": "定了评分权重", "review_round set_rubric": "改了评分细则", "sheet_import bring": "传回离线评分表", "sheet_import take": "按离线评分表存了分", "review_round open": "开始一轮评审", "review_round close": "结束一轮评审", "review_round join": "新通过审查的项目进入这一轮", "review_round take_in": "重新计算后通过初评的项目进入这一轮", "review_round meet_again": "重新打开合议", "panel_word record": "记下合议的结果", "panel_minute sign": "收到签字的合议纪要",
	"assignment assign": "分配评审", "assignment recuse": "评委回避", "assignment replace": "换了评委", "sheet submit": "提交评分", "sheet reopen": "重开评分表", "sheet invalidate": "评分作废", "sheet lock": "锁定评分",
	"reopening reopen": "一个项目要补评", "reopening pick": "选了补评的评委", "reopening close": "补评结束，重新计算", "reopening drop": "不用再补评",
	"publicity publish": "发布公示", "publicity close": "公示到期", "objection object": "提出异议", "objection take": "受理异议", "objection rule": "答复异议",
	"award allocate": "拟定资助", "award publicize": "资助进入公示", "award confirm": "确认资助", "award revoke": "取消资助", "agreement draft": "起草协议", "agreement sign": "签协议", "agreement end": "协议终止",
	"project open": "开了项目", "project settle": "结清项目的钱", "project in_progress": "项目开始实施", "project suspended": "项目暂停", "project mid_due": "项目进入中期评估", "project mid_passed": "项目中期通过", "project mid_failed": "项目中期没有通过",
	"project closing": "项目进入结项", "project accepted": "项目验收办结", "project failed": "项目没有通过验收", "project terminated": "项目终止", "project archived": "项目归档",
	"activity plan": "计划活动", "activity replan": "改了活动计划", "activity announce": "预告活动", "activity log": "记录活动", "activity submit": "活动交社区核验", "activity verify": "核验活动通过", "activity return": "退回活动补充", "activity reject": "不予核验活动", "activity cancel": "取消活动",
	"attachment keep": "收到一个文件", "attachment drop": "去掉一个文件", "attachment clear": "照片可以公开", "attachment hide": "隐藏照片",
	"evaluation schedule": "安排评估", "evaluation report": "团队交了报告", "evaluation mark": "给评估打分", "evaluation close": "办结评估", "evaluation finalize": "验收结果归档", "evaluation overdue": "报告逾期没有交",
	"tranche plan": "定了拨款计划", "tranche due": "到了拨款条件", "tranche request": "申请拨款", "tranche review": "审核拨款", "tranche approve": "批准拨款", "tranche release": "拨款到项目", "tranche transfer": "登记转账", "tranche send_back": "退回拨款申请", "tranche hold": "拨款暂停", "tranche cancel": "取消拨款",
	"money_hold hold": "暂停付款", "money_hold clear": "恢复付款",
	"claim save": "存了报销草稿", "claim submit": "提交报销单", "claim verify": "核实报销单", "claim pass": "审过报销票据", "claim approve": "批准报销单", "claim approve_small": "小额报销转给出纳", "claim return": "退回报销单补充", "claim reject": "报销单不予报销", "claim pay": "付了报销款", "claim receive": "确认收到报销款",
	"claim ask_void": "申请作废付款", "claim void": "同意作废付款", "claim reveal_account": "看了收款账号",
	"talent nominate": "登记进能人库", "talent claim": "本人登录后认领", "talent amend": "改了能人资料", "talent contact": "联系能人", "talent verify": "核实能人", "talent agree": "本人同意公开名片", "talent list_by_paper": "按签字公开名片", "talent renew": "续了能人名片", "talent rest": "名片收起来了", "talent unlist": "同意收回，名片撤下", "talent hide": "本人撤下名片、要求移除", "talent stay": "本人收回移除要求", "talent leave": "本人移除资料", "talent remove": "移除能人资料", "talent reveal_phone": "看了能人的电话", "talent ask": "邻居请社区联系",
	"topic propose": "居民提出议题", "topic support": "邻居表示关心", "topic screen": "社区收下议题", "topic decline": "没有采纳议题", "topic schedule": "定了议事会", "topic record": "记录议事会", "topic resolve": "写下决定", "topic report": "记下进展", "topic answer": "答复提议人", "topic judge": "提议人答复满意不满意", "topic close": "议题自动办结",
	"org found": "成立组织", "org grow": "组织进入下一阶段", "org_member join": "加入组织", "org_member leave": "退出组织",
}

// Deed is what a line of the trail says was done, in a neighbour's words; a line without words of its own is plain work.
func Deed(entity, action, to string) string {
	if text, known := deed(audit.Entry{Entity: entity, Action: action, ToState: to}); known {
		return text
	}
	return "办了一步"
}

// deed is what an entry of the trail says was done, and whether it has words of its own.
func deed(e audit.Entry) (string, bool) {
	action := e.Action
	if action == "move" {
		action = e.ToState
	}
	text, known := deeds[e.Entity+" "+action]
	return text, known
}
