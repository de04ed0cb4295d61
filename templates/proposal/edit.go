package proposal

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/a-h/templ"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/proposal"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// at is the address of a step.
func (p EditPage) at(step string) string { return "/proposals/" + p.Full.ID + "/edit/" + step }

func (p EditPage) number() int {
	for i, s := range p.Full.Steps() {
		if s.ID == p.Step {
			return i + 1
		}
	}
	return 1
}

// Next is the step so many after another (before it, when negative), "" beyond either end.
func Next(f proposal.Full, step string, by int) string {
	steps := f.Steps()
	for i, s := range steps {
		if s.ID == step && i+by >= 0 && i+by < len(steps) {
			return steps[i+by].ID
		}
	}
	return ""
}

func (p EditPage) before() string { return Next(p.Full, p.Step, -1) }
func (p EditPage) after() string  { return Next(p.Full, p.Step, 1) }

// done counts the steps that miss nothing.
func (p EditPage) done() int {
	n := 0
	for _, s := range p.Full.Steps() {
		if proposal.GapsIn(p.Gaps, s.ID) == 0 {
			n++
		}
	}
	return n
}

// tag says how a step stands.
func (p EditPage) tag(step string) ui.TagItem {
	n := proposal.GapsIn(p.Gaps, step)
	switch {
	case n > 0:
		return ui.TagItem{Kind: "warn", Text: "待完善"}
	case step == "photos" && len(p.Full.Photos) == 0:
		return ui.TagItem{Text: "选填"}
	}
	return ui.TagItem{Kind: "ok", Text: "已完成"}
}

func here(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-current": "step"}
	}
	return nil
}

func (p EditPage) rows(group string) int {
	if p.Add == group {
		return p.Form.Rows(group, 1) + 1
	}
	return p.Form.Rows(group, 1)
}

// rowName is the name of a row; one that is shown for the first time gets one here, so that it is the same row however
// often it is sent.
func (p EditPage) rowName(group string, row int) string {
	if have := p.Form.Value(field(group, row, "row")); have != "" {
		return have
	}
	return proposal.RowName()
}

// attrs is what the script must know of the form.
func (p EditPage) attrs(ctx context.Context) templ.Attributes {
	a := templ.Attributes{"data-draft": p.Full.ID, "data-step": p.Step, "data-who": ui.FrameOf(ctx).Actor.ID}
	if p.Kept == nil && len(p.Form.Wrong) == 0 {
		a["data-fresh"] = true
	}
	for name, text := range map[string]string{"saved": "已保存 {t}", "saving": "正在保存", "offline": "离线，已存在本机 {t}", "expired": "登录已过期，您写的存在这台手机上。", "login": "重新登录",
		"wrong": "有 {n} 处还不能保存，请看红字", "clash": "「{f}」：您和别人写的不一样，请选一个", "mine": "用我写的", "theirs": "用对方写的", "gone": "（删掉这一行）",
		"others": "已保存 {t}，也带上了别人刚才的改动", "stay": "现在没有网络。这一页已经存在本机，等有网再去下一步", "closed": "没有保存上：{m}"} {
		a["data-t-"+name] = words.T(ctx, text)
	}
	return a
}

// uploadAttrs is what the script must know to send photos by parts.
func (p EditPage) uploadAttrs(ctx context.Context) templ.Attributes {
	a := templ.Attributes{"data-upload": p.Full.ID, "data-who": ui.FrameOf(ctx).Actor.ID}
	for name, text := range map[string]string{"waiting": "等网络", "sending": "上传中 {p}%", "done": "已上传", "refused": "没有传上", "again": "再试一次", "drop": "不传了", "kind": "请先选拍的是什么"} {
		a["data-t-"+name] = words.T(ctx, text)
	}
	return a
}

// placeNames names the fields of the form where a clash is told.
var placeNames = map[string]string{"title": "项目名称", "pitch": "一句话介绍", "track": "赛道", "category": "项目类别", "colour": "属于七彩服务的哪一种", "team_name": "团队名称", "venue": "在哪里做",
	"starts_on": "什么时候开始", "ends_on": "什么时候结束（最长一年）", "problem": "想解决的问题", "how_found": "您是怎么发现的", "asked": "问过多少位居民", "goal": "目标", "method": "做法", "risks": "安全",
	"partners": "资源", "act_target": "一共做多少场活动", "served_target": "服务多少人次", "people_target": "直接受益多少人", "volunteer_target": "有多少志愿者参加", "satisfaction_target": "满意的人占多少",
	"product": "成果", "own": "团队自己出多少", "future": "以后怎么办", "org_wish": "想不想成立一个社区组织", "org_type": "是哪一类", "activities": "活动安排", "lines": "预算", "funding": "别处来的支持"}

// placeName is what the place of a clash is called.
func placeName(f proposal.Full, key string) string {
	if name, ok := strings.CutPrefix(key, "q."); ok {
		for _, q := range f.District.Form.Questions {
			if q.Key == name {
				return q.Label
			}
		}
	}
	group, rest, inRow := strings.Cut(key, "@")
	if !inRow {
		return placeNames[group]
	}
	_, name, _ := strings.Cut(rest, ".")
	if text := map[string]string{"source": "谁给的", "kind": "给的是什么", "amount": "多少钱"}[name]; text != "" {
		return text
	}
	if text := map[string]string{"name": "做什么", "times": "几次", "month": "什么时候", "place": "在哪里", "people": "每次多少人", "item": "买什么、做什么用", "category": "科目", "unit_price": "单价",
		"qty": "数量", "note": "说明"}[name]; text != "" {
		return text
	}
	return placeNames[group]
}

var placeChoices = map[string][]edition.Choice{"track": edition.Tracks, "colour": proposal.Colours, "how_found": proposal.WaysFound, "org_wish": proposal.OrgWishes,
	"org_type": proposal.OrgTypes}

// versions are the two things one can choose at a clash.
func versions(ctx context.Context, f proposal.Full, c proposal.Clash) []ui.Option {
	say := func(text, who string) string {
		if choices := placeChoices[c.Key]; choices != nil {
			text = name(ctx, choices, text)
		}
		if c.Key == "category" {
			text = name(ctx, f.Edition.Rules.Categories(), text)
		}
		if strings.HasPrefix(c.Key, "q.") {
			text = name(ctx, edition.YesNo, text)
		}
		if strings.HasPrefix(c.Key, "lines@") && strings.HasSuffix(c.Key, ".category") {
			text = name(ctx, edition.BudgetLines, text)
		}
		if strings.HasPrefix(c.Key, "funding@") && strings.HasSuffix(c.Key, ".kind") {
			text = name(ctx, proposal.FundingKinds, text)
		}
		if c.Gone == who {
			return words.T(ctx, "（删掉这一行）")
		}
		return orDash(text)
	}
	return []ui.Option{{Value: "mine", Label: words.T(ctx, "用我写的"), Hint: say(c.Mine, "mine")}, {Value: "theirs", Label: words.T(ctx, "用对方写的"), Hint: say(c.Theirs, "theirs")}}
}

// Offered is a clash as the script shows it.
type Offered struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Mine   string `json:"mine"`
	Theirs string `json:"theirs"`
}

// Offer puts clashes into words for the script.
func Offer(ctx context.Context, f proposal.Full, clashes []proposal.Clash) []Offered {
	list := []Offered{}
	for _, c := range clashes {
		v := versions(ctx, f, c)
		list = append(list, Offered{c.Key, words.T(ctx, placeName(f, c.Key)), v[0].Hint, v[1].Hint})
	}
	return list
}

// Missing is a gap as the script lists it.
type Missing struct {
	Href string `json:"href"`
	Text string `json:"text"`
	Step string `json:"step"`
}

// Misses puts gaps into words for the script.
func Misses(ctx context.Context, id string, gaps []proposal.Gap) []Missing {
	list := []Missing{}
	for _, g := range gaps {
		list = append(list, Missing{gapLink(id, g), words.T(ctx, "%s：%s", words.Word(section(g.Section).Name), g.Text), g.Section})
	}
	return list
}

func allPromised(f ui.Form) bool {
	for _, d := range proposal.Declarations {
		if !f.Checked("declared", d.Code) {
			return false
		}
	}
	return true
}

func photoName(kind string) string { return edition.NameOf(proposal.PhotoKinds, kind) }

// pictures are the photos of a proposal to look at.
func pictures(ctx context.Context, files []evidence.Attachment) []ui.Photo {
	var list []ui.Photo
	for _, a := range files {
		if a.Photo() {
			what := words.T(ctx, photoName(a.Kind))
			list = append(list, ui.Photo{Src: "/photos/" + a.ID + "/thumb", Full: "/photos/" + a.ID, Alt: what, Caption: what})
		}
	}
	return list
}

// moneyRules tells the script what a budget must keep to, with the sentences of the house: the server says the same
// when the draft is saved.
func moneyRules(ctx context.Context, f proposal.Full) string {
	type share struct {
		Of     []string `json:"of"`
		Points int      `json:"points"`
		Name   string   `json:"name"`
	}
	r := f.Edition.Rules
	rules := struct {
		Most   int64             `json:"most"`
		Asset  int64             `json:"asset"`
		Goods  []string          `json:"goods"`
		Shares []share           `json:"shares"`
		Say    map[string]string `json:"say"`
	}{int64(r.Caps[f.Track]), int64(r.AssetLine), proposal.Goods, nil, map[string]string{
		"over":  words.T(ctx, "%s最多占总额的 %s，现在是 %s。降到 %s 以内就可以提交", "{0}", "{1}", "{2}", "{3}"),
		"alone": words.T(ctx, "%s最多占总额的 %s，现在是 %s。请把别的开支也列上，或去掉这一项", "{0}", "{1}", "{2}"),
		"asset": words.T(ctx, "「%s」单价 %s，到了 %s 就算固定资产，不能买。请改成租借，或换便宜的", "{0}", "{1}", "{2}"),
		"most":  words.T(ctx, "这个赛道最多支持 %s，现在申请 %s。请减少 %s，或由团队自己出这一部分", "{0}", "{1}", "{2}"),
		"more":  words.T(ctx, "自己出的 %s 比总预算 %s 还多，请检查", "{0}", "{1}")}}
	for _, s := range proposal.Shares(r) {
		rules.Shares = append(rules.Shares, share{s.Of, s.Points, words.Say(ctx, s.Name)})
	}
	raw, err := json.Marshal(rules)
	if err != nil {
		panic("templates/proposal: " + err.Error()) // numbers and texts always can be written
	}
	return string(raw)
}
