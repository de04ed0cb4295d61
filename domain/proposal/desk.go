package proposal

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// Filter narrows the desk's list; what is empty does not narrow.
type Filter struct {
	Edition string
	State   string
	Place   string
	Last    string // the last row of the page before
}

// OnPage is how many rows a page of the list has.
const OnPage = 50

// pathPattern is what a place's path looks like: PostgreSQL would refuse anything else as an error of ours.
var pathPattern = regexp.MustCompile(`^[A-Za-z0-9_]{1,60}(\.[A-Za-z0-9_]{1,60}){0,5}$`)

// Desk lists the proposals handed in within the actor's sight, newest first, a page at a time.
func (b *Book) Desk(ctx context.Context, by identity.Actor, f Filter) ([]Row, error) {
	var w pg.Where
	w.And(`p.place <@ any(@sight::text[]::ltree[]) and p.submitted_at is not null`, "sight", by.Sight(identity.ReadProposals), "n", OnPage)
	if uuid.Validate(f.Edition) == nil {
		w.And(`p.edition_id = @edition::uuid`, "edition", f.Edition)
	}
	if edition.Known(States, f.State) {
		w.And(`p.state = @state`, "state", f.State)
	}
	if pathPattern.MatchString(f.Place) {
		w.And(`p.place <@ @place::text::ltree`, "place", f.Place)
	}
	if uuid.Validate(f.Last) == nil {
		w.And(`p.id < @last::uuid`, "last", f.Last)
	}
	return pg.All[Row](ctx, b.db, `select `+rowColumns+rowTables+w.SQL()+` order by p.id desc limit @n`, w.Args)
}

// Case is a proposal on the desk, with what was decided about it and what this actor may do now.
type Case struct {
	Full
	Checks     []Check
	CanEndorse bool
	CanReturn  bool
	CanCheck   bool
	CanUphold  bool
	Conflicted bool // the actor belongs to the team or helped to write it
	Helped     Helped
}

// See is a handed-in proposal for somebody of the desks, within sight.
func (b *Book) See(ctx context.Context, by identity.Actor, id string) (Case, error) {
	f, err := Whole(ctx, b.db, id)
	if err != nil {
		return Case{}, err
	}
	if f.SubmittedAt == nil || !by.Sees(identity.ReadProposals, f.Place) {
		return Case{}, fault.Missing()
	}
	if f.State == Returned {
		if f, err = sealed(ctx, b.db, f); err != nil {
			return Case{}, err
		}
	}
	c := Case{Full: f, Conflicted: conflict(f.Proposal, people(f), by) != nil}
	if helped, err := audit.Helped(ctx, b.db, by, id); err != nil || helped {
		c.Conflicted = c.Conflicted || helped
		if err != nil {
			return c, err
		}
	}
	open := f.Edition.State == edition.Open || f.Edition.State == edition.Closed
	may := func(p identity.Permission, states ...string) bool {
		return open && by.Can(p, f.Place) && slices.Contains(states, f.State)
	}
	c.CanEndorse = may(identity.EndorseProposals, Submitted)
	c.CanReturn = may(identity.ReturnProposals, Submitted, Endorsed)
	c.CanCheck = may(identity.CheckEligibility, Endorsed)
	c.CanUphold = may(identity.DecideAppeals, Ineligible) && f.AppealUntil != nil && b.clock.Now().Before(*f.AppealUntil)
	if c.Checks, err = Checks(ctx, b.db, id); err != nil {
		return c, err
	}
	c.Helped, err = helpedBy(ctx, b.db, f.Proposal)
	return c, err
}

func people(f Full) []string {
	ids := []string{}
	for _, m := range f.Members {
		if m.State == "accepted" {
			ids = append(ids, m.PersonID)
		}
	}
	return ids
}

// conflict keeps apart who wrote and who decides (DOMAIN §5.2): nobody decides about a proposal of their own team, or
// one they helped to enter.
func conflict(p Proposal, team []string, by identity.Actor) error {
	switch {
	case slices.Contains(team, by.ID):
		return fault.New(fault.Forbidden, "您是这个团队的成员，不能由您来办，请交给别的同事或上一级")
	case p.ActingHelper != nil && *p.ActingHelper == by.ID:
		return helper()
	}
	return nil
}

func helper() error {
	return fault.New(fault.Forbidden, "这份申报书是您帮着录入的，不能再由您来办，请交给别的同事或上一级")
}

// hand is somebody of a desk reaching for a proposal: what they do, by which right, at the version they saw.
type hand struct {
	by      identity.Actor
	may     identity.Permission
	action  string
	version int
	from    []string
}

// decide locks a proposal within sight for somebody who may decide about it and hands it to f. The same button pressed
// twice by the same person is answered as the first time.
func (b *Book) decide(ctx context.Context, id string, h hand, f func(tx pg.Tx, w identity.Warrant, p Proposal, e edition.Edition) error) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.SubmittedAt == nil || !h.by.Sees(identity.ReadProposals, p.Place) {
			return fault.Missing()
		}
		w, err := h.by.Must(h.may, p.Place)
		if err != nil {
			return err
		}
		team, err := TeamPeople(ctx, tx, p.TeamID)
		if err != nil {
			return err
		}
		if err := conflict(p, team, h.by); err != nil {
			return err
		}
		if helped, err := audit.Helped(ctx, tx, h.by, id); err != nil || helped {
			if helped {
				err = helper()
			}
			return err
		}
		if p.Version != h.version {
			if done, err := audit.Did(ctx, tx, h.by, "proposal", id, h.version+1, h.action); err != nil || done {
				return err
			}
			return stale()
		}
		e, err := edition.Hold(ctx, tx, p.EditionID)
		if err != nil {
			return err
		}
		if !slices.Contains(h.from, p.State) || (e.State != edition.Open && e.State != edition.Closed) {
			return fault.New(fault.Conflict, "现在的状态不能这样办，请刷新页面看看")
		}
		return f(tx, w, p, e)
	})
}

// Opinion is the community's word on a proposal.
type Opinion struct {
	Version int    `form:"version"`
	Text    string `form:"opinion"`
}

func (o Opinion) check(missing string) error {
	var wrong fault.Fields
	if o.Text == "" {
		wrong.Add("opinion", missing)
	}
	short(&wrong, "opinion", o.Text, 300)
	return wrong.Err()
}

const (
	endorseSQL = `update proposal set state = 'endorsed', opinion = @opinion, opinion_by = @me, opinion_at = @at, refused = false, version = version + 1 where id = @id::uuid`
	refuseSQL  = `update proposal set opinion = @opinion, opinion_by = @me, opinion_at = @at, refused = true, version = version + 1 where id = @id::uuid`
	// A head of the community who could give an opinion: not of the team, not its helper.
	freeHeadsSQL = `select count(distinct g.person_id) from role_grant g where g.until is null and g.role = 'community_head' and g.place = @place::text::ltree
  and g.person_id <> all(@team::uuid[]) and g.person_id is distinct from nullif(@helper, '')::uuid and not helped(g.person_id, @id::uuid)`
)

// Endorse sends a proposal on to the subdistrict with the community's opinion. The head of the subdistrict may only step
// in where the community refused, or has nobody who could (DOMAIN §5.2-6).
func (b *Book) Endorse(ctx context.Context, by identity.Actor, id string, o Opinion) error {
	if err := o.check("请写社区意见：项目真实吗？居民需要吗？社区支持什么？"); err != nil {
		return err
	}
	return b.decide(ctx, id, hand{by, identity.EndorseProposals, "endorse", o.Version, []string{Submitted}}, func(tx pg.Tx, w identity.Warrant, p Proposal, _ edition.Edition) error {
		if w.Role != identity.CommunityHead && !p.Refused {
			if err := nobodyElse(ctx, tx, p); err != nil {
				return err
			}
		}
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, endorseSQL, pg.Args{"id": id, "opinion": o.Text, "me": by.ID, "at": now}); err != nil {
			return err
		}
		return b.decided(ctx, tx, w, p, decision{"endorse", Endorsed, o.Text, "N03", "社区同意推荐「%s」，接下来由街道审查资格", []any{p.Title}, nil})
	})
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
	free, err := pg.Value[int64](ctx, tx, freeHeadsSQL, pg.Args{"place": p.Place, "team": team, "helper": helper, "id": p.ID})
	if err == nil && free > 0 {
		err = fault.New(fault.Forbidden, "社区意见由社区书记主任写。社区不同意、或社区没有人能办时，才由街道来写")
	}
	return err
}

// Refuse writes down that the community does not endorse a proposal, and why. It stays handed in: the subdistrict may
// look at it and decide otherwise.
func (b *Book) Refuse(ctx context.Context, by identity.Actor, id string, o Opinion) error {
	if err := o.check("请写明为什么不同意，领办人会看到原文"); err != nil {
		return err
	}
	return b.decide(ctx, id, hand{by, identity.EndorseProposals, "refuse", o.Version, []string{Submitted}}, func(tx pg.Tx, w identity.Warrant, p Proposal, _ edition.Edition) error {
		if _, err := pg.Do(ctx, tx, refuseSQL, pg.Args{"id": id, "opinion": o.Text, "me": by.ID, "at": b.clock.Now()}); err != nil {
			return err
		}
		return b.decided(ctx, tx, w, p, decision{"refuse", Submitted, o.Text, "N03", "社区没有推荐「%s」，原因：%s。您可以请街道再看一看", []any{p.Title, o.Text}, nil})
	})
}

// Returning sends a proposal back to its team: ready reasons and a note in one's own words.
type Returning struct {
	Version int      `form:"version"`
	Reasons []string `form:"reasons"`
	Note    string   `form:"note"`
}

// CommonReasons are the reasons most proposals go back for, worded as the team reads them.
var CommonReasons = []edition.Choice{{Code: "problem", Name: "想解决的问题写得不够具体，请补充谁、在哪里、有多少人"}, {Code: "budget", Name: "预算不够清楚，请写明每一项的单价和数量"},
	{Code: "price", Name: "有的价格偏高，请核对或说明理由"}, {Code: "venue", Name: "场地还没有落实，请先和社区商量好"}, {Code: "safety", Name: "请补充安全方面的安排"},
	{Code: "targets", Name: "目标和活动安排对不上，请改成一致"}, {Code: "merge", Name: "和别的项目相近，请商量能不能一起做"}}

func (r Returning) text() (string, error) {
	var wrong fault.Fields
	parts := []string{}
	for _, code := range r.Reasons {
		if !edition.Known(CommonReasons, code) {
			wrong.Add("reasons", "请从列出的选项里选")
		}
		parts = append(parts, edition.NameOf(CommonReasons, code))
	}
	if r.Note != "" {
		parts = append(parts, r.Note)
	}
	if len(parts) == 0 {
		wrong.Add("reasons", "请选择或写明要改什么，团队会看到原文")
	}
	short(&wrong, "note", r.Note, 300)
	return strings.Join(parts, "；"), wrong.Err()
}

const returnSQL = `update proposal set state = 'returned', reason = @reason, fix_until = @until, version = version + 1 where id = @id::uuid`

// Return asks the team to change something. The day by which is fixed now, by the edition's rule and today's calendar,
// and is never before the call itself closes.
func (b *Book) Return(ctx context.Context, by identity.Actor, id string, r Returning) error {
	reason, err := r.text()
	if err != nil {
		return err
	}
	return b.decide(ctx, id, hand{by, identity.ReturnProposals, "return", r.Version, []string{Submitted, Endorsed}}, func(tx pg.Tx, w identity.Warrant, p Proposal, e edition.Edition) error {
		cal, err := place.Calendar(ctx, tx)
		if err != nil {
			return err
		}
		until := cal.AddWorkingDays(b.clock.Now(), e.Rules.FixDays)
		if e.ClosesAt != nil && until.Before(*e.ClosesAt) {
			until = *e.ClosesAt
		}
		if _, err := pg.Do(ctx, tx, returnSQL, pg.Args{"id": id, "reason": reason, "until": until}); err != nil {
			return err
		}
		return b.decided(ctx, tx, w, p, decision{"return", Returned, reason, "N03", "「%s」需要修改：%s。请在 %s 之前改好再提交", []any{p.Title, reason, stamp(until)},
			map[string]any{"fix_until": until, "calendar": cal.Version, "rules": e.Version}})
	})
}

// decision is what the lead hears and the trail keeps of a desk's step.
type decision struct {
	action, to, reason string
	code, text         string
	args               []any
	data               any
}

func (b *Book) decided(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, d decision) error {
	if err := b.tell(ctx, tx, p, d.code, []string{p.LeadID}, "/proposals/"+p.ID, d.text, d.args...); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal", ID: p.ID, Version: p.Version + 1, Action: d.action, From: p.State, To: d.to, Place: p.Place,
		Reason: d.reason, Data: d.data, At: b.clock.Now()})
}
