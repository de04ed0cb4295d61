package proposal

import (
	"context"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Paper is a file that came with an opinion or an appeal and lies in the store already.
type Paper struct {
	evidence.Taken
	Kind string // of PaperKinds, or "appeal"
	Name string // as the sender's device called it
}

// PaperKinds names what a community may attach to its opinion (DOMAIN §7.2).
var PaperKinds = []edition.Choice{{Code: "meeting", Name: "会议记录"}, {Code: "survey", Name: "需求调查"}}

// Phrases are ready sentences for an opinion; a person still signs for them.
var Phrases = []edition.Choice{{Code: "true", Name: "情况属实，社区走访过。"}, {Code: "needed", Name: "居民确有需要。"}, {Code: "discussed", Name: "居民议事会商量过，大家同意。"},
	{Code: "room", Name: "社区可以提供场地。"}, {Code: "help", Name: "社区派一名工作人员配合。"}, {Code: "team", Name: "团队成员都是本社区居民，靠得住。"}}

// Opinion is the community's word on a proposal.
type Opinion struct {
	ID      string    `form:"id"`
	Version int       `form:"version"`
	Phrases []string  `form:"phrases"` // ready sentences, put before what was typed
	Text    string    `form:"opinion"`
	HeldOn  time.Time `form:"held_on,date"` // the meeting or visit it rests on, zero for none
	Papers  []Paper   `form:"-"`
}

// text is the opinion as it will be read: the chosen sentences in their order, then the typed ones.
func (o Opinion) text() string {
	text := ""
	for _, p := range Phrases {
		for _, code := range o.Phrases {
			if code == p.Code {
				text += p.Name
				break
			}
		}
	}
	return text + o.Text
}

func (o Opinion) check(missing string, now time.Time) error {
	var wrong fault.Fields
	if o.text() == "" {
		wrong.Add("opinion", missing)
	}
	for _, code := range o.Phrases {
		if !edition.Known(Phrases, code) {
			wrong.Add("phrases", "请从列出的选项里选")
		}
	}
	short(&wrong, "opinion", o.text(), 300)
	if o.HeldOn.After(clock.Day(now)) {
		wrong.Add("held_on", "开会或走访的日子不能在今天之后")
	}
	return wrong.Err()
}

// The kinds of words that are kept about a proposal.
const (
	saidEndorse  = "endorse"
	saidRefuse   = "refuse"
	saidAsk      = "ask"
	saidStand    = "stand"
	saidOverrule = "overrule"
)

const (
	endorseSQL = `update proposal set state = 'endorsed', opinion = @opinion, opinion_by = @me, opinion_at = @at, refused = false, look_asked_at = null, version = version + 1 where id = @id::uuid`
	refuseSQL  = `update proposal set opinion = @opinion, opinion_by = @me, opinion_at = @at, refused = true, look_asked_at = null, version = version + 1 where id = @id::uuid`
	// What the subdistrict leaves as it is stays the community's opinion.
	letStandSQL  = `update proposal set look_asked_at = null, version = version + 1 where id = @id::uuid`
	askStreetSQL = `update proposal set look_asked_at = @at, version = version + 1 where id = @id::uuid`
	saySQL       = `insert into proposal_opinion (id, proposal_id, revision, kind, text, held_on, by_person, role, at) values (@opinion, @id, @revision, @kind, @text, @held_on, @me, @role, @at)`
	// A head of the community who could give an opinion: not of the team, not its helper.
	freeHeadsSQL = `select count(distinct g.person_id) from role_grant g where g.until is null and g.role = 'community_head' and g.place = @place::text::ltree
  and g.person_id <> all(@team::uuid[]) and g.person_id is distinct from nullif(@helper, '')::uuid`
)

// say keeps somebody's words about a proposal with their papers.
func (b *Book) say(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, kind string, o Opinion) error {
	id, now := formID(o.ID), b.clock.Now()
	if _, err := pg.Do(ctx, tx, saySQL, pg.Args{"opinion": id, "id": p.ID, "revision": p.Revision, "kind": kind, "text": o.text(), "held_on": some(o.HeldOn),
		"me": w.By.ID, "role": string(w.Role), "at": now}); err != nil {
		return err
	}
	return attach(ctx, tx, w, "opinion", id, p.Place, o.Papers, now)
}

// attach gives papers their owner.
func attach(ctx context.Context, tx pg.Tx, w identity.Warrant, owner, ownerID, place string, papers []Paper, now time.Time) error {
	for _, paper := range papers {
		if _, err := evidence.Keep(ctx, tx, w, evidence.New{ID: newID(), Digest: paper.Digest, Size: paper.Size, Mime: paper.Mime, Kind: paper.Kind, Owner: owner,
			OwnerID: ownerID, Place: place, Name: paper.Name, At: now}); err != nil {
			return err
		}
	}
	return nil
}

// Endorse sends a proposal on to the subdistrict with the community's opinion. The head of the subdistrict may only step
// in where the community refused, or has nobody who could (DOMAIN §5.2-6); over a refusal it is an overruling with its
// own reason, and the refusal stays on the record.
func (b *Book) Endorse(ctx context.Context, by identity.Actor, id string, o Opinion) error {
	if err := o.check("请写社区意见：项目真实吗？居民需要吗？社区支持什么？", b.clock.Now()); err != nil {
		return err
	}
	return b.decide(ctx, id, hand{by, identity.EndorseProposals, "endorse", o.Version, []string{Submitted}}, func(tx pg.Tx, w identity.Warrant, p Proposal, _ edition.Edition) error {
		kind, text := saidEndorse, "社区同意推荐「%s」，接下来由街道审查资格"
		if w.Role != identity.CommunityHead {
			if !p.Refused {
				if err := nobodyElse(ctx, tx, p); err != nil {
					return err
				}
			} else {
				kind, text = saidOverrule, "街道看过以后，同意推荐「%s」，接下来由街道审查资格"
			}
		}
		if _, err := pg.Do(ctx, tx, endorseSQL, pg.Args{"id": id, "opinion": o.text(), "me": by.ID, "at": b.clock.Now()}); err != nil {
			return err
		}
		if err := b.say(ctx, tx, w, p, kind, o); err != nil {
			return err
		}
		if err := b.tellDesk(ctx, tx, p, kind == saidOverrule, identity.SubdistrictStaff, "「%s」社区已推荐，等您审查资格"); err != nil {
			return err
		}
		return b.decided(ctx, tx, w, p, decision{"endorse", Endorsed, o.text(), "N03", text, []any{p.Title}, map[string]any{"kind": kind}})
	})
}

// tellDesk tells who comes next; where the subdistrict overruled, also the community that had refused.
func (b *Book) tellDesk(ctx context.Context, tx pg.Tx, p Proposal, overruled bool, next identity.Role, text string) error {
	to, err := notice.Holders(ctx, tx, p.Place, next)
	if err != nil {
		return err
	}
	if err := b.tell(ctx, tx, p, "N05", to, "/desk/proposals/"+p.ID, text, p.Title); err != nil || !overruled {
		return err
	}
	heads, err := notice.Holders(ctx, tx, p.Place, identity.CommunityHead)
	if err != nil {
		return err
	}
	return b.tell(ctx, tx, p, "N05", heads, "/desk/proposals/"+p.ID, "街道看过「%s」，改为推荐，理由写在页面上", p.Title)
}

func nobodyElse(ctx context.Context, tx pg.Tx, p Proposal) error {
	team, err := TeamPeople(ctx, tx, p.TeamID)
	if err != nil {
		return err
	}
	helper := ""
	if p.ActingHelper != nil {
		helper = *p.ActingHelper
	}
	free, err := pg.Value[int64](ctx, tx, freeHeadsSQL, pg.Args{"place": p.Place, "team": team, "helper": helper})
	if err == nil && free > 0 {
		err = fault.New(fault.Forbidden, "社区意见由社区书记主任写。社区不同意、或社区没有人能办时，才由街道来写")
	}
	return err
}

// Refuse writes down that the community does not endorse a proposal, and why. It stays handed in: the subdistrict may
// look at it and decide otherwise. Said by the head of the subdistrict about a refusal, it lets the refusal stand.
func (b *Book) Refuse(ctx context.Context, by identity.Actor, id string, o Opinion) error {
	if err := o.check("请写明为什么不同意，领办人会看到原文", b.clock.Now()); err != nil {
		return err
	}
	return b.decide(ctx, id, hand{by, identity.EndorseProposals, "refuse", o.Version, []string{Submitted}}, func(tx pg.Tx, w identity.Warrant, p Proposal, _ edition.Edition) error {
		kind, sql, text := saidRefuse, refuseSQL, "社区没有推荐「%s」，原因：%s。您可以请街道再看一看"
		args := pg.Args{"id": id, "opinion": o.text(), "me": by.ID, "at": b.clock.Now()}
		switch {
		case w.Role == identity.CommunityHead:
		case p.Refused:
			kind, sql, text = saidStand, letStandSQL, "街道看过「%s」，维持社区的意见：%s"
			args = pg.Args{"id": id}
		default:
			if err := nobodyElse(ctx, tx, p); err != nil {
				return err
			}
		}
		if _, err := pg.Do(ctx, tx, sql, args); err != nil {
			return err
		}
		if err := b.say(ctx, tx, w, p, kind, o); err != nil {
			return err
		}
		return b.decided(ctx, tx, w, p, decision{"refuse", Submitted, o.text(), "N03", text, []any{p.Title, o.text()}, map[string]any{"kind": kind}})
	})
}

// Plea is the lead's word to the subdistrict, or to the district.
type Plea struct {
	ID      string  `form:"id"`
	Version int     `form:"version"`
	Text    string  `form:"plea"`
	Papers  []Paper `form:"-"`
}

func (p Plea) check(missing string) error {
	var wrong fault.Fields
	if p.Text == "" {
		wrong.Add("plea", missing)
	}
	short(&wrong, "plea", p.Text, 500)
	return wrong.Err()
}

// AskStreet asks the subdistrict to look at a refusal of the community; once a refusal.
func (b *Book) AskStreet(ctx context.Context, by identity.Actor, id string, plea Plea) error {
	if err := plea.check("请说说为什么请街道再看一看"); err != nil {
		return err
	}
	return b.plead(ctx, by, id, plea, "ask", func(tx pg.Tx, w identity.Warrant, p Proposal, kind string) error {
		if p.State != Submitted || !p.Refused {
			return fault.New(fault.Conflict, "现在的状态不能这样办，请刷新页面看看")
		}
		if kind == saidAsk || kind == saidStand {
			return fault.New(fault.Conflict, "已经请街道看过了。要改内容的话，可以撤回重写")
		}
		if _, err := pg.Do(ctx, tx, askStreetSQL, pg.Args{"id": id, "at": b.clock.Now()}); err != nil {
			return err
		}
		if err := b.say(ctx, tx, w, p, saidAsk, Opinion{ID: plea.ID, Text: plea.Text, Papers: plea.Papers}); err != nil {
			return err
		}
		heads, err := notice.Holders(ctx, tx, p.Place, identity.SubdistrictHead)
		if err != nil {
			return err
		}
		return b.tell(ctx, tx, p, "N05", heads, "/desk/proposals/"+p.ID, "「%s」社区没有推荐，领办人请街道看一看", p.Title)
	})
}

const lastSaidSQL = `select coalesce((select kind from proposal_opinion where proposal_id = @id::uuid and revision = @revision order by at desc, id desc limit 1), '')`

// plead locks a proposal for its lead, with the last kind of words about it, and leaves the trail of a step that keeps
// its state.
func (b *Book) plead(ctx context.Context, by identity.Actor, id string, plea Plea, action string, f func(tx pg.Tx, w identity.Warrant, p Proposal, kind string) error) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockOwn(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if p.LeadID != by.ID {
			return fault.New(fault.Forbidden, "这一步由领办人来办")
		}
		if done, err := same(ctx, tx, by, p, plea.Version, action); err != nil || done {
			return err
		}
		e, err := edition.Hold(ctx, tx, p.EditionID)
		if err != nil {
			return err
		}
		if e.State != edition.Open && e.State != edition.Closed && (e.State != edition.Reviewing || action != "appeal") {
			return fault.New(fault.Conflict, "这一届已经开始评审，不能再这样办了")
		}
		kind, err := pg.Value[string](ctx, tx, lastSaidSQL, pg.Args{"id": id, "revision": p.Revision})
		if err != nil {
			return err
		}
		if err := f(tx, w, p, kind); err != nil {
			return err
		}
		return b.kept(ctx, tx, w, p, action)
	})
}
