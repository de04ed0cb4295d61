package proposal

import (
	"context"
	"slices"
	"strings"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Hint is what the data say about a point of the check. It decides nothing: a person does.
type Hint struct {
	Code string // of CheckItems
	Kind string // "ok" speaks for it, "warn" look here, "bad" against it, "" nothing to say
	Text fault.Message
}

// watched are words that call for a look, by point. A word alone proves nothing.
// They are looked for in what others wrote: words:none.
var watched = map[string][]string{
	"nonprofit": {"收费", "会员费", "售价", "利润", "分红", "加盟", "入股", "提成", "盈利", "门票"},
	"neutral":   {"传教", "布道", "祈福", "法会", "教会", "推销", "代理", "保健品", "理财", "竞选", "拉票"},
	"lawful":    {"赌", "彩票", "算命", "偏方", "代购药", "集资"},
}

const unopenedSQL = `select count(*) as n, count(*) filter (where state = 'unreadable') as bad from attachment where owner = 'proposal' and owner_id = @id::uuid and state not in ('hidden', 'purged')`

// hinter gathers hints.
type hinter struct {
	Case
	list []Hint
}

func (h *hinter) say(code, kind, text string, args ...any) {
	h.list = append(h.list, Hint{code, kind, fault.Say(text, args...)})
}

// when says one thing or the other.
func (h *hinter) when(ok bool, code, yes, kind, no string) {
	if ok {
		h.say(code, "ok", yes)
	} else {
		h.say(code, kind, no)
	}
}

// hints looks at everything the house knows about a proposal, point by point.
func (b *Book) hints(ctx context.Context, c Case) ([]Hint, error) {
	h := &hinter{Case: c}
	h.when(slices.Contains(c.Declared, "adult"), "adult", "领办人承诺已满 18 周岁", "bad", "领办人没有勾选已满 18 周岁")
	h.when(c.HomeState == "confirmed", "adult", "社区确认过领办人的居民身份", "warn", "社区还没有确认领办人的居民身份")
	h.when(identity.Within(c.Place, c.Edition.Place), "region", "社区在这一届的范围里", "bad", "社区不在这一届的范围里")
	h.words()
	h.money()
	h.twice()
	h.when(c.Venue != "", "venue", "写了在哪里做", "warn", "没有写在哪里做")
	h.when(c.Risks != "", "safety", "写了安全上的考虑", "warn", "没有写安全上的考虑")
	for _, look := range []func(context.Context, *hinter) error{b.people, b.bans, b.funds, b.files} {
		if err := look(ctx, h); err != nil {
			return nil, err
		}
	}
	return h.list, nil
}

func (h *hinter) words() {
	text := strings.Join(append(textOf(h.Full), h.Partners, h.Risks), "\n")
	for _, code := range []string{"nonprofit", "neutral", "lawful"} {
		for _, word := range watched[code] {
			if strings.Contains(text, word) {
				h.say(code, "warn", "文中有「%s」，请看看上下文", word)
			}
		}
	}
}

func (h *hinter) money() {
	over := ceilings(h.Lines, h.OwnFen, h.Track, h.Edition.Rules)
	for _, g := range over {
		h.list = append(h.list, Hint{"caps", "bad", g.Text})
	}
	if len(over) == 0 {
		h.say("caps", "ok", "申请 %s，各项都在上限以内", h.Requested.Show())
	}
}

func (h *hinter) twice() {
	h.when(slices.Contains(h.Declared, "one_fund"), "single", "承诺没有用同样的开支申请别的公共资金", "bad", "没有勾选「同样的开支没有申请别的公共资金」")
	h.elsewhere()
	open, one := 0, 0
	for _, l := range h.Likes {
		switch {
		case l.Open():
			open++
		case l.Same:
			one++
		}
	}
	if open > 0 {
		h.say("single", "warn", "有 %d 份相近的申报书，还没有人看过是不是同一个项目", open)
	}
	if one > 0 {
		h.say("single", "bad", "有 %d 份申报书已经认定是同一个项目", one)
	}
	if len(h.Overlaps) > 0 {
		h.say("single", "warn", "同一批人或同一个组织在别的 %d 个项目里有相同的开支", len(h.Overlaps))
	}
}

// people looks at the size of the team and at the limits over all editions under way.
func (b *Book) people(ctx context.Context, h *hinter) error {
	least := h.Edition.Rules.TeamMin
	if n := h.Accepted(); n >= least {
		h.say("team", "ok", "%d 人确认参加，至少要 %d 人", n, least)
	} else {
		h.say("team", "bad", "只有 %d 人确认参加，至少要 %d 人", n, least)
	}
	led, err := pg.Values[string](ctx, b.db, ledSQL, pg.Args{"person": h.LeadID, "id": h.ID, "live": Live})
	if err != nil {
		return err
	}
	if len(led) >= h.Edition.Rules.PerLead {
		h.say("team", "bad", "领办人还领办着别的 %d 个项目，最多 %d 个", len(led), h.Edition.Rules.PerLead)
	}
	busy, err := pg.All[joined](ctx, b.db, joinedSQL, pg.Args{"people": people(h.Full), "id": h.ID, "live": Live, "most": h.Edition.Rules.PerMember})
	if err == nil && len(busy) > 0 {
		h.say("team", "bad", "有 %d 位成员参加的项目超过了 %d 个", len(busy), h.Edition.Rules.PerMember)
	}
	return err
}

// bans looks for bans that hold on anybody of the team: against its lead they speak, of the others they are to be known.
func (b *Book) bans(ctx context.Context, h *hinter) error {
	now := b.clock.Now()
	bans, err := holding(ctx, b.db, people(h.Full), now)
	for _, ban := range bans {
		if ban.PersonID == h.LeadID {
			h.say("no_ban", "bad", "领办人的「%s」在 %s 作废，%s 以前不能领办申报", ban.Title, day(ban.At.In(clock.Shanghai)), day(ban.UntilOn))
		} else {
			h.say("no_ban", "warn", "一位成员领办的「%s」在 %s 作废，%s 以前不能领办申报", ban.Title, day(ban.At.In(clock.Shanghai)), day(ban.UntilOn))
		}
	}
	if err == nil && len(bans) == 0 {
		h.say("no_ban", "ok", "成员都不在禁止申报期内")
	}
	return err
}

func (b *Book) funds(ctx context.Context, h *hinter) error {
	funds, err := edition.Funds(ctx, b.db, h.EditionID)
	if err != nil {
		return err
	}
	fit := slices.ContainsFunc(funds, func(f edition.Fund) bool { return len(f.Categories) == 0 || slices.Contains(f.Categories, h.Category) })
	h.when(fit, "fund", "有资金可以支持这个类别", "bad", "这一届没有哪笔资金可以支持这个类别")
	return nil
}

func (b *Book) files(ctx context.Context, h *hinter) error {
	files, err := pg.One[struct{ N, Bad int }](ctx, b.db, unopenedSQL, pg.Args{"id": h.ID})
	if err == nil && files.Bad > 0 {
		h.say("readable", "bad", "%d 个附件里有 %d 个打不开", files.N, files.Bad)
	}
	return err
}
