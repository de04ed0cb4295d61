package sample

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/talent"
	"seedbed/storage/photo/sketch"
)

// gifted is a talent of the sample: what they can do, how they were found, and how far the entry has come.
type gifted struct {
	story, note string
	skills      []string
	times       []string
	wants       []string
	source      string
	state       string // the last state; "leaving" for one who asked to be removed
	paper       bool   // without an account: signed on paper
}

// gifts are the talents of the sample; neighbours of different communities in turn.
//
//words:none
var gifts = []gifted{
	{"在无线电厂干了三十年，退休以后院里的收音机、电扇坏了都拿来找我。愿意教年轻人焊电路板。", "修老收音机和小家电", []string{"repair", "teaching"}, []string{"weekday_morning", "weekend"}, []string{"teach", "help"}, "visit", "dormant", false},
	{"年轻时在县剧团拉板胡，现在周末带着票友唱豫剧。", "豫剧、板胡", []string{"arts", "organising"}, []string{"weekend", "evening"}, []string{"lead", "teach"}, "event", "dormant", false},
	{"做了二十年裁缝，布头也能变书包。", "旧衣改造、缝纫", []string{"craft"}, []string{"weekday_afternoon"}, []string{"teach"}, "visit", "listed", true},
	{"在医院做了一辈子护士，量血压、看护老人都在行。", "量血压、照护老人", []string{"medical", "care"}, []string{"weekday_morning"}, []string{"help", "teach"}, "federation", "listed", false},
	{"打太极二十年，每天早上在小广场带大家练。", "杨式太极拳", []string{"sports", "teaching"}, []string{"weekday_morning", "weekend"}, []string{"lead", "teach"}, "self", "listed", false},
	{"律师事务所上班，周末可以给邻居讲讲遗嘱、租房、欠薪怎么办。", "民事法律咨询", []string{"law", "deliberation"}, []string{"weekend"}, []string{"teach", "judge"}, "self", "listed", false},
	{"小学退休教师，教了三十五年语文，写一手好字。", "书法、作文辅导", []string{"teaching", "arts"}, []string{"weekday_afternoon"}, []string{"teach"}, "neighbour", "listed", false},
	{"当过生产队长，谁家有矛盾都请我去说和。", "邻里调解", []string{"deliberation", "organising"}, []string{"weekday_morning", "weekday_afternoon"}, []string{"help", "judge"}, "deliberation", "listed", true},
	{"月季种了四十多个品种，阳台上一年四季有花。", "种月季、扦插", []string{"gardening"}, []string{"weekend"}, []string{"teach", "help"}, "event", "listed", false},
	{"面点师傅，会做一百多种花馍。", "花馍、面点", []string{"cooking", "craft"}, []string{"weekday_morning"}, []string{"teach"}, "visit", "listed", false},
	{"在企业做会计，愿意帮项目团队记账、整理发票。", "记账、做表格", []string{"accounts", "digital"}, []string{"evening", "weekend"}, []string{"help"}, "self", "listed", false},
	{"大学生，暑假可以教老人用手机挂号、防骗。", "手机教学、拍视频", []string{"digital", "teaching"}, []string{"holiday", "weekend"}, []string{"teach", "help"}, "self", "listed", false},
	{"会剪纸，逢年过节楼道里贴的都是我剪的。", "剪纸、窗花", []string{"craft", "arts"}, []string{"weekday_afternoon", "weekend"}, []string{"teach"}, "neighbour", "listed", false},
	{"水电工，愿意给独居老人免费换水龙头、灯泡。", "水电维修", []string{"repair"}, []string{"evening", "weekend"}, []string{"help"}, "visit", "listed", false},
	{"退伍军人，会灭火、急救，可以带应急小队。", "应急、急救", []string{"sports", "organising", "medical"}, []string{"evening"}, []string{"lead", "teach"}, "federation", "listed", false},
	{"合唱团指挥，带过三个社区的合唱队。", "合唱指挥、识谱", []string{"arts", "teaching"}, []string{"evening", "weekend"}, []string{"lead"}, "event", "verified", false},
	{"木工，会做小板凳和书架。", "木工", []string{"craft", "repair"}, []string{"weekend"}, []string{"teach"}, "visit", "verified", true},
	{"幼儿园老师，会讲故事、做手偶。", "讲绘本", []string{"teaching"}, []string{"weekend"}, []string{"teach"}, "self", "verified", false},
	{"", "", []string{"cooking"}, nil, nil, "neighbour", "contacted", false},
	{"", "", []string{"sports"}, nil, nil, "deliberation", "contacted", false},
	{"会理发，愿意给走不动的老人上门理。", "理发", []string{"care"}, []string{"weekday_morning"}, []string{"help"}, "self", "contacted", false},
	{"", "", []string{"arts"}, nil, nil, "neighbour", "nominated", false},
	{"", "", []string{"repair"}, nil, nil, "visit", "nominated", false},
	{"退休电工，想带着年轻人修小区的路灯。", "电工", []string{"repair", "organising"}, []string{"weekday_morning"}, []string{"lead"}, "self", "nominated", false},
	{"下棋几十年，想办个棋社。", "象棋", []string{"sports"}, []string{"weekday_afternoon"}, []string{"lead"}, "self", "leaving", false},
	{"会打快板。", "快板", []string{"arts"}, []string{"evening"}, []string{"help"}, "event", "removed", false},
}

// early is how many of them were listed years ago, and have been quiet since.
const early = 2

func (g *garden) firstTalents(ctx context.Context) error { return g.plantTalents(ctx, 0, early) }

func (g *garden) talents(ctx context.Context) error {
	return g.plantTalents(ctx, early, len(gifts))
}

func (g *garden) plantTalents(ctx context.Context, from, to int) error {
	for i := from; i < to; i++ {
		if err := g.gift(ctx, i, gifts[i]); err != nil {
			return fmt.Errorf("talent %d: %w", i, err)
		}
	}
	return nil
}

// gift walks one talent to where the entry stands.
func (g *garden) gift(ctx context.Context, i int, t gifted) error {
	c := g.communities[i%len(g.communities)]
	who := g.residents[c.Path][neighbours-1-i/len(g.communities)]
	if i == 16 || i == 22 || i == 24 { // the community of the demo's staff has work at every stage
		c = g.communities[1]
		who = g.residents[c.Path][neighbours-5-i%5]
	}
	staff := g.role(identity.CommunityStaff, c.Path)
	entry, err := g.enter(ctx, i, t, c, who)
	if err != nil || t.state == talent.Nominated {
		return err
	}
	version := 1
	about := talent.About{Skills: t.skills, SkillNote: t.note, Times: t.times, Wants: t.wants, Story: t.story}
	step := func(do func(version int) error) error {
		err := do(version)
		version++
		return err
	}
	steps := []struct {
		until string // entries that stop here go no further
		do    func(version int) error
	}{
		{"", func(v int) error {
			return g.Talents.Contact(ctx, staff, entry, talent.NewContact{ID: id(), Version: v, OnDay: g.Clock.Now(), How: "visit", Said: "去家里坐了坐，愿意给邻居们帮忙，时间上还要看看。"}) //words:none
		}},
		{talent.Contacted, func(v int) error {
			return g.Talents.Amend(ctx, staff, entry, talent.Amendment{Version: v, About: about})
		}},
		{"", func(v int) error {
			return g.Talents.Verify(ctx, staff, entry, talent.Check{ID: id(), Version: v, Found: "看过手艺，问过楼长和邻居，确实在行。"}) //words:none
		}},
		{talent.Verified, func(v int) error { return g.consent(ctx, i, t, who, staff, entry, v) }},
	}
	for _, s := range steps {
		if s.until != "" && t.state == s.until {
			return nil
		}
		if err := step(s.do); err != nil {
			return err
		}
	}
	switch t.state {
	case "leaving":
		return g.Talents.Hide(ctx, who, entry, talent.Press{Version: version})
	case talent.Removed:
		return g.Talents.Remove(ctx, staff, entry, talent.Leaving{Version: version, Reason: "本人搬走了"}) //words:none
	}
	return nil
}

// enter is how an entry comes in: by oneself, by a neighbour, or by the community.
func (g *garden) enter(ctx context.Context, i int, t gifted, c place.Place, who identity.Actor) (string, error) {
	entry := id()
	n := talent.NewTalent{ID: entry, Name: who.Name, Place: c.Path, Source: t.source, Skills: t.skills, Why: "院里有名的热心人，谁家有事都去帮。"} //words:none
	if !t.paper {
		n.Phone, n.Agreed = g.phone(c, who), true
	}
	switch t.source {
	case "self":
		return entry, g.Talents.OfferSelf(ctx, who, talent.NewSelf{ID: entry, About: talent.About{Skills: t.skills, SkillNote: t.note, Times: t.times, Wants: t.wants, Story: t.story}})
	case "neighbour":
		return entry, g.Talents.Recommend(ctx, g.residents[c.Path][neighbours-20-i], n)
	}
	return entry, g.Talents.Nominate(ctx, g.role(identity.CommunityStaff, c.Path), n)
}

// consent is the person's own, in the app or on paper.
func (g *garden) consent(ctx context.Context, i int, t gifted, who, staff identity.Actor, entry string, version int) error {
	n := talent.Consent{Version: version, NameShown: []string{"surname", "full"}[i%2], Shown: []string{"story", "times", "wants", "area"}, Agree: true}
	if i%5 == 4 {
		n.Shown = []string{"times"}
	}
	if t.paper {
		signed := g.Clock.Now()
		return g.Talents.ListByPaper(ctx, staff, entry, talent.Paper{Consent: n, SignedOn: signed, Name: "consent.jpg"}, bytes.NewReader(g.picture(sketch.Sheet, 900_000+i, signed.Add(-time.Hour))))
	}
	return g.Talents.Agree(ctx, who, entry, n)
}
