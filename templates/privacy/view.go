// Package privacy shows what is kept about people and what they may do about it.
package privacy

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"seedbed/domain/consent"
	"seedbed/domain/privacy"
	"seedbed/templates/accounts"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// Version is the text of the public page; changing what it says means a new one.
const Version = 2

// part is a heading of the public page with its lines.
type part struct {
	Title string
	Lines []string
}

var kept = []part{
	{"收什么", []string{"手机号：用来登录和通知您，加密保存，页面上只显示后四位。", "姓名和社区：给社区和您的团队看；公开的地方只显示姓。", "收款账号：只有领钱的人才填，加密保存，只显示末四位。", "活动照片：原图只给团队和社区看。社区检查过、没有不该露的，才公开；公开的照片去掉了拍摄地点等信息。"}},
	{"不收什么", []string{"不收身份证照片，不做人脸识别，不记录您在哪里。", "不用别家的统计、地图和广告，打开页面不会告诉任何别的网站。"}},
	{"放多久", []string{"登录的记录，一个月不用就清掉；没人要的文件，隔天清掉。", "报销凭证和账本按规定保存三十年，项目的其他材料十年；不再用来做别的。", "注销以后，姓名、手机号马上清掉，锁着它们的钥匙也毁掉。"}},
	{"您可以做什么", []string{"看：登录后在「我的隐私」里，每一项同意都列着，可以取一份自己的资料。", "收回：点一下就收回，以后不再用；已经公开的一天之内收起来。", "改正、删除、注销、要解释：在「我的隐私」里提出，十五个工作日内答复，不同意也会写明原因。", "不会用手机：到社区窗口，请工作人员帮您填，您签字。"}},
}

func kinds() []ui.Option {
	list := make([]ui.Option, len(privacy.Kinds))
	for i, k := range privacy.Kinds {
		list[i] = ui.Option{Value: k.Code, Label: k.Name}
	}
	return list
}

func givenHow(g consent.Given) string {
	switch g.GrantedBy {
	case "helper":
		return "别人帮您填的，您在纸上签了字"
	case "guardian":
		return "监护人替您同意的"
	}
	return "您自己点的同意"
}

func termName(p consent.Purpose) string {
	t, _ := consent.TermOf(p)
	return t.Name
}

func term(p consent.Purpose) consent.Term {
	t, _ := consent.TermOf(p)
	return t
}

func requestTag(r privacy.Request, now time.Time) (kind, text string) {
	switch {
	case r.State == privacy.Done:
		return "ok", "办好了"
	case r.State == privacy.Refused:
		return "bad", "没有同意"
	case r.State == privacy.TakenBack:
		return "", "已撤回"
	case now.After(r.DueAt):
		return "bad", "过期了"
	}
	return "warn", "等答复"
}

func ways(r privacy.Request) []ui.Option {
	var list []ui.Option
	if r.Kind != "close" {
		list = append(list, ui.Option{Value: privacy.Done, Label: "办好了，写明办了什么"})
	}
	if r.Kind == "close" || r.Kind == "delete" {
		list = append(list, ui.Option{Value: "erase", Label: "注销整个账号", Hint: "姓名、手机号马上清掉，找不回来。账本和凭证按规定留着，只剩一个编号。"})
	}
	return append(list, ui.Option{Value: privacy.Refused, Label: "不能办，写明原因"})
}

// DeskPage is the queue of the privacy handlers.
type DeskPage struct {
	List []privacy.Request
	Now  time.Time
}

// tables name what a person reads of each table; one without a name keeps its own.
var tables = map[string]string{"account": "账号", "activity": "活动", "attachment": "传过的文件", "assistance": "别人帮您填的", "assisted_dispute": "您提出的异议（帮填）", "claim": "报销单", "consent": "同意过的用途",
	"consent_refusal": "没有同意的用途", "judge": "评委身份", "notice": "消息", "objection": "异议", "org": "组织", "org_member": "参加的组织", "project": "项目", "proposal": "申报书", "rights_request": "个人信息申请",
	"role_grant": "角色", "session": "登录", "team": "团队", "team_member": "参加的团队", "attendance": "签到", "claim_hand": "经手的报销", "invoice": "发票"}

func tableName(ctx context.Context, table string) string {
	if name, ok := tables[table]; ok {
		return words.T(ctx, name)
	}
	return table
}

// pairs are a row's filled fields, in the order of their names.
func pairs(row map[string]any) []ui.Fact {
	keys := make([]string, 0, len(row))
	for k := range row {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var list []ui.Fact
	for _, k := range keys {
		if text := plain(row[k]); text != "" {
			list = append(list, ui.Fact{Term: strings.ReplaceAll(k, "_", " "), Text: text})
		}
	}
	return list
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case time.Time:
		return v.Format("2006-01-02 15:04")
	case float64:
		return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.2f", v), "0"), ".0")
	}
	raw, err := json.Marshal(v)
	if err != nil || string(raw) == "[]" || string(raw) == "{}" {
		return ""
	}
	return string(raw)
}

func deed(e privacy.Deed) string { return accounts.Deed(e.Entity, e.Action, e.To) }
