package sample

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/topic"
	"seedbed/storage/pg"
	"seedbed/storage/photo/sketch"
)

// matter is a topic of the sample and how far it has come.
type matter struct {
	kind, title, body, where, affected string
	decision, task, owner              string
	state                              string // the last state; "merged" for one that says the same as the matter before it, "proposed" for one that became a proposal
	cares                              int
}

// matters are the topics of the sample, the oldest first.
//
//words:none
var matters = []matter{
	{"facility", "楼道感应灯坏了半年", "一到五楼的感应灯都不亮，晚上接孩子、老人上下楼都要打手电，已经有人崴过脚。", "纺织新村六号楼一单元", "一单元二十四户", "由物业一周内更换全部感应灯，今后坏灯三天内修好。", "换好一到五楼的感应灯", "物业公司", topic.Closed, 14},
	{"parking", "消防通道总被车堵", "晚上回来晚的车就停在消防通道上，上个月救护车开不进来，在门口耽误了十分钟。", "电厂新村北门到三号楼", "全小区三百多户", "划出消防通道黄线，门卫夜里劝离；北墙外借用厂区空地，夜间停四十辆。", "划黄线、立牌子", "社区和物业", topic.Closed, 31},
	{"environment", "垃圾房夏天味道太大", "垃圾房挨着四号楼，夏天不敢开窗。希望早晚各清一次，每周冲洗。", "长乐小区四号楼西侧", "四号楼六十户", "清运改为早晚两次，每周三、周六冲洗，由楼长签字确认。", "和清运公司改合同", "社区居委会", topic.Feedback, 22},
	{"elders", "想在一楼门厅放几把椅子", "老人买菜回来爬楼前想歇歇脚，门厅有地方，希望放几把能收起来的椅子。", "南苑小区各单元门厅", "八十岁以上老人四十多位", "先在六个单元试点，椅子由居民捐，社区加固，不占消防通道。", "加固椅子、贴提示", "社区志愿队", topic.Executing, 18},
	{"children", "孩子放学没地方去", "双职工家庭多，孩子四点半放学，到家长下班有两个多小时没人管。", "电厂新村活动室", "小学生家庭五十多户", "活动室每天下午四点半到六点半开放，邻居轮流看护，费用写成提案申请。", "排出值班表", "社区居委会", "proposed", 27},
	{"culture", "周末想有个地方唱戏", "票友十几位，在家唱怕吵邻居，老戏台一直锁着。", "滨河社区老戏台", "票友和爱听戏的邻居", "老戏台周六下午开放，晚上八点以前结束，音量不超过规定。", "装锁、定开放时间", "社区居委会", topic.Resolved, 16},
	{"safety", "电动车在楼道里充电", "有几户把电动车推进楼道充电，夜里充，大家睡不踏实。", "古渡社区十二号院", "十二号院全部住户", "", "", "", topic.Discussed, 24},
	{"environment", "小区里遛狗不拴绳", "早晚遛狗的多，有的不拴绳、不清理，老人孩子都怕。想一起订几条规矩。", "玉华社区中心花园", "养狗的和不养狗的", "", "", "", topic.Scheduled, 12},
	{"facility", "健身器材坏了没人修", "小广场的扭腰器、漫步机坏了四件，有一件露着铁边。", "桥头社区小广场", "天天锻炼的邻居", "", "", "", topic.Screened, 9},
	{"parking", "快递车占了人行道", "上下午两趟快递车停在人行道上分拣，推婴儿车的只能走机动车道。", "电厂新村东门", "东门进出的住户", "", "", "", topic.Collected, 0},
	{"facility", "广场健身器材要修", "小广场上的健身器材坏了好几件，请尽快修。", "桥头社区小广场", "", "", "", "", "merged", 0},
	{"other", "给我家装一台空调", "我家客厅太热，请社区出钱装一台空调。", "自己家里", "", "", "", "", topic.Declined, 0},
	{"elders", "想请人教老人用手机挂号", "医院都要手机挂号，老人不会，排队又排不上。想请年轻人来教教。", "电厂新村活动室", "六十岁以上的邻居", "", "", "", topic.Collected, 0},
}

// homes say which community a matter belongs to, so that its text fits.
var homes = []int{4, 1, 2, 5, 1, 7, 6, 3, 8, 1, 8, 1, 1}

// topics walks the matters to where they stand; those that were decided take a month.
func (g *garden) topics(ctx context.Context) error {
	made := make([]string, len(matters))
	for i, m := range matters {
		if m.state == topic.Collected || m.state == "merged" || m.state == topic.Declined {
			continue // of the last days
		}
		g.Clock.Advance(26 * time.Hour)
		var err error
		if made[i], err = g.raise(ctx, i, m); err != nil {
			return fmt.Errorf("topic %d: %w", i, err)
		}
	}
	meeting := clock.Day(g.Clock.Now()).AddDate(0, 0, 1).Add(15 * time.Hour)
	for i, m := range matters {
		if made[i] == "" || m.state == topic.Screened {
			continue
		}
		meets := meeting
		if m.state == topic.Scheduled {
			meets = clock.Day(g.now).AddDate(0, 0, 5).Add(19 * time.Hour)
		}
		if err := g.Topics.Schedule(ctx, g.staffOf(i), made[i], topic.Meeting{Version: 2, MeetsAt: meets, Where: "社区议事厅", Host: "社区书记", Invited: "有关住户代表、物业经理、楼长"}); err != nil { //words:none
			return fmt.Errorf("topic %d: %w", i, err)
		}
	}
	g.Clock.Set(meeting.Add(2 * time.Hour))
	for i, m := range matters {
		if made[i] == "" || m.state == topic.Screened || m.state == topic.Scheduled {
			continue
		}
		if err := g.decide(ctx, i, m, made[i]); err != nil {
			return fmt.Errorf("topic %d: %w", i, err)
		}
		if m.state == "proposed" {
			g.seedTopic = made[i]
		}
	}
	return nil
}

func (g *garden) staffOf(i int) identity.Actor {
	return g.role(identity.CommunityStaff, g.communities[homes[i]].Path)
}

func (g *garden) proposerOf(i int) identity.Actor {
	return g.residents[g.communities[homes[i]].Path][neighbours-40-i]
}

// raise proposes a matter, has the community take it in and neighbours care for it.
func (g *garden) raise(ctx context.Context, i int, m matter) (string, error) {
	made, err := g.Topics.Propose(ctx, g.proposerOf(i), topic.NewTopic{ID: id(), Kind: m.kind, Title: m.title, Body: m.body, WhereText: m.where, Affected: m.affected})
	if err != nil || m.state == topic.Collected {
		return made, err
	}
	n := topic.Screening{Version: 1, Kind: m.kind, Title: m.title, Body: m.body, WhereText: m.where, Affected: m.affected, Clean: true}
	switch m.state {
	case topic.Declined:
		return made, g.Topics.Decline(ctx, g.staffOf(i), made, topic.Refusal{Version: 1, Reason: "这是自己家里的事，不在公共事务里。家里有困难可以找社区申请救助。"}) //words:none
	case "merged":
		return made, nil
	}
	if err := g.Topics.Screen(ctx, g.staffOf(i), made, n); err != nil {
		return made, err
	}
	for k := range m.cares {
		if err := g.Topics.Support(ctx, g.residents[g.communities[homes[i]].Path][k+1], made); err != nil {
			return made, err
		}
	}
	return made, nil
}

//words:none
func (g *garden) decide(ctx context.Context, i int, m matter, made string) error {
	staff, version := g.staffOf(i), 3
	n := topic.Record{Version: version, People: 12 + i*2, Host: "社区书记", Discussion: "大家先说了各自的难处，物业说了能办到哪一步。说到最后意见差不多，都愿意先试一段时间再看。"}
	papers := []topic.Paper{{Name: "minutes.jpg", Body: bytes.NewReader(g.picture(sketch.Sheet, 950_000+i, g.Clock.Now().Add(-time.Hour)))}}
	if err := g.Topics.Record(ctx, staff, made, n, papers); err != nil || m.state == topic.Discussed {
		return err
	}
	due := g.Clock.Now().AddDate(0, 2, 0)
	if m.state == topic.Executing {
		due = g.now.AddDate(0, 0, 12)
	}
	if err := g.Topics.Resolve(ctx, staff, made, topic.Decision{Version: version + 1, Passed: "yes", Decision: m.decision, For: 9 + i, Against: 1, Abstain: 2, Tasks: []topic.NewTask{{What: m.task, Owner: m.owner, Due: due}}}); err != nil {
		return err
	}
	if m.state == topic.Resolved || m.state == "proposed" {
		return nil
	}
	if m.state == topic.Executing {
		return g.Topics.Report(ctx, staff, made, topic.Progress{ID: id(), Version: version + 2, Text: "已经收到居民捐的九把椅子，正在一把一把加固。"})
	}
	task, err := pg.Value[string](ctx, g.DB, taskSQL, pg.Args{"topic": made})
	if err != nil {
		return err
	}
	if err := g.Topics.Report(ctx, staff, made, topic.Progress{ID: id(), Version: version + 2, Text: "按决定办好了，楼长看过。", Task: task}); err != nil {
		return err
	}
	if m.state == topic.Feedback {
		return nil // answered in the last days, see latest
	}
	if err := g.Topics.Answer(ctx, staff, made, topic.Reply{Version: version + 3, Text: "您提的事办好了，以后再有问题直接找楼长或社区。"}); err != nil {
		return err
	}
	return g.Topics.Judge(ctx, g.proposerOf(i), made, topic.Verdict{Version: version + 4, Satisfied: "yes", Text: "谢谢，晚上走路踏实多了。"})
}

const (
	taskSQL      = `select id::text from topic_task where topic_id = @topic::uuid order by due, id limit 1`
	answeringSQL = `select id::text from topic where title = @title and state = 'executing'`
	numberSQL    = `select number from topic where title = @title limit 1`
	openCallSQL  = `select id::text from edition where state = 'open' order by opens_at desc limit 1`
)

// latest are the things of the last days: new topics that wait, an answer that waits for its proposer, and a proposal begun
// from a topic.
//
//words:none
func (g *garden) latest(ctx context.Context) error {
	for i, m := range matters {
		switch m.state {
		case topic.Collected, topic.Declined, "merged":
			made, err := g.raise(ctx, i, m)
			if err == nil && m.state == "merged" {
				err = g.merge(ctx, i, made)
			}
			if err != nil {
				return fmt.Errorf("topic %d: %w", i, err)
			}
		case topic.Feedback:
			made, err := pg.Value[string](ctx, g.DB, answeringSQL, pg.Args{"title": m.title})
			if err != nil {
				return err
			}
			if err := g.Topics.Answer(ctx, g.staffOf(i), made, topic.Reply{Version: 6, Text: "清运合同改好了，早晚各一次，冲洗时间贴在垃圾房门上。请您看看满不满意。"}); err != nil {
				return err
			}
		case "proposed":
			if err := g.fromTopic(ctx, g.proposerOf(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *garden) merge(ctx context.Context, i int, made string) error {
	same, err := pg.Value[string](ctx, g.DB, numberSQL, pg.Args{"title": matters[8].title})
	if err != nil {
		return err
	}
	return g.Topics.Decline(ctx, g.staffOf(i), made, topic.Refusal{Version: 1, Same: same})
}

// fromTopic begins a proposal out of a decided topic in the open edition.
func (g *garden) fromTopic(ctx context.Context, lead identity.Actor) error {
	call, err := pg.Value[string](ctx, g.DB, openCallSQL, nil)
	if err != nil {
		return err
	}
	_, err = g.Proposals.Start(ctx, lead, call, proposal.Beginning{ID: id(), TopicID: g.seedTopic})
	return err
}
