package award

import (
	"context"
	"slices"
	"strconv"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// answerDays are the working days a reserve has to take what it is offered (DOMAIN §13, N11).
const answerDays = 5

const (
	offerSQL  = `update award set offered_at = @at, answer_by = @by_when, offer_amount = @amount, offer_source = @source, offered_by = @me, answered_at = null, version = version + 1 where id = @id::uuid`
	takeUpSQL = `update award set result = 'selected', amount = @amount, fund_source_id = @source, reason = '', answered_at = @at, version = version + 1 where id = @id::uuid`
	refuseSQL = `update award set answered_at = @at, state = 'declined', reason = @reason, version = version + 1 where id = @id::uuid`
	lapsedSQL = `select a.id::text from award a join edition e on e.id = a.edition_id where a.offered_at is not null and a.answered_at is null and a.state = 'publicized' and a.result = 'reserve'
  and a.answer_by <= @now and e.state in ('publicizing', 'contracting', 'running') order by a.answer_by, a.id`
	// A reserve is over so many days after the last notice that named it has closed.
	overSQL = `select a.id::text from award a join edition e on e.id = a.edition_id where a.result = 'reserve' and a.state = 'publicized' and (a.offered_at is null or a.answered_at is not null)
  and (select max(n.closes_at) from publicity_item i join publicity n on n.id = i.publicity_id and n.state = 'closed' where i.award_id = a.id)
    + make_interval(days => (e.rules->>'reserve_days')::int) <= @now and not exists (select from reopening o where o.proposal_id = a.proposal_id and o.state = 'open') order by a.id limit 100`
	spentSQL   = `update award set result = 'not_selected', reason = @reason, version = version + 1 where id = @id::uuid`
	standingBy = `select ` + awardColumns + ` from award a join proposal p on p.id = a.proposal_id where a.edition_id = @edition::uuid and a.result = 'reserve' and a.state = 'publicized' and p.state = 'reserve'
  and not exists (select from publicity_item i join publicity n on n.id = i.publicity_id where i.award_id = a.id and n.state in ('open', 'suspended'))`
	reservesSQL = standingBy + ` order by a.rank, a.id`
)

// Chance is a reserve that money could be offered to.
type Chance struct {
	Award
	Track  string
	Most   yuan.Fen
	Source string // that has as much; "" for none
	Again  bool   // it is being marked again: its turn, and that of those behind it, waits
}

// chances are the reserves of an edition whose windows have closed, best first, with what could be offered to each.
func chances(ctx context.Context, q pg.Reader, e edition.Edition) ([]Chance, error) {
	list, err := pg.All[Award](ctx, q, reservesSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return nil, err
	}
	left, err := free(ctx, q, e.ID)
	if err != nil {
		return nil, err
	}
	pools, err := sources(ctx, q, e.ID)
	if err != nil {
		return nil, err
	}
	again, err := judging.Reopened(ctx, q, e.ID)
	if err != nil {
		return nil, err
	}
	limits, err := suggested(ctx, q, e.ID)
	if err != nil {
		return nil, err
	}
	plan := planUnder(e.Rules)
	var out []Chance
	for _, a := range list {
		c, err := pg.One[Candidate](ctx, q, candidateSQL, pg.Args{"id": a.ProposalID})
		if err != nil {
			return nil, err
		}
		c.Score, c.Suggested = a.Score, limits[a.ProposalID]
		chance := Chance{Award: a, Track: c.Track, Most: plan.most(c), Again: slices.ContainsFunc(again, func(o judging.Reopening) bool { return o.ProposalID == a.ProposalID })}
		for _, s := range pools {
			if s.fits(c.Category) && left[s.ID] >= chance.Most && chance.Source == "" {
				chance.Source = s.ID
			}
		}
		out = append(out, chance)
	}
	return out, nil
}

// next is the reserve that may be offered money now: of a track the highest that has none on offer and whose sum is there.
func next(list []Chance, track string) (Chance, bool) {
	i := slices.IndexFunc(list, func(c Chance) bool { return c.Track == track && c.OfferedAt == nil && c.Source != "" })
	if i < 0 || list[i].Again {
		return Chance{}, false
	}
	return list[i], true
}

// waiting adds the reserves of an edition whose results are public, and whose turn it is.
func (b *Book) waiting(ctx context.Context, by identity.Actor, r *Results) error {
	var err error
	if r.Titles, err = titles(ctx, b.db, r.Edition.ID); err != nil || r.Notice.ID == "" {
		return err
	}
	if r.Chances, err = chances(ctx, b.db, r.Edition); err != nil {
		return err
	}
	r.Turn = map[string]bool{}
	if s := r.Edition.State; !by.Can(identity.AllocateAwards, r.Edition.Place) || s != edition.Publicizing && s != edition.Contracting && s != edition.Running {
		return nil
	}
	for _, t := range edition.Tracks {
		if c, found := next(r.Chances, t.Code); found {
			r.Turn[c.ID] = true
		}
	}
	return nil
}

// Promote offers what became free to the highest reserve of its track that it is enough for (N11). The team has five working
// days to answer; whoever offers is named as the publisher of the notice that follows.
func (b *Book) Promote(ctx context.Context, by identity.Actor, awardID string, p Pressed) error {
	a, err := pg.One[Award](ctx, b.db, awardSQL, pg.Args{"id": awardID})
	if err == nil && !by.Sees(identity.ReadSheets, a.Place) {
		err = fault.Missing()
	}
	if err != nil {
		return err
	}
	w, err := by.Must(identity.AllocateAwards, place.District(a.Place))
	if err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		e, err := edition.Lock(ctx, tx, a.EditionID)
		if err != nil {
			return err
		}
		if a, err = pg.One[Award](ctx, tx, lockAwardSQL, pg.Args{"id": awardID}); err != nil {
			return err
		}
		if a.Version != p.Version {
			done, err := audit.Did(ctx, tx, by, "award", a.ID, p.Version+1, "offer")
			if err == nil && !done {
				err = stale()
			}
			return err
		}
		if e.State != edition.Publicizing && e.State != edition.Contracting && e.State != edition.Running {
			return fault.New(fault.Conflict, "现在不能递补")
		}
		list, err := chances(ctx, tx, e)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(c Chance) bool { return c.ID == a.ID })
		if i < 0 {
			return fault.New(fault.Conflict, "这个项目现在不是候补，或者它的公示还没有结束")
		}
		if first, found := next(list, list[i].Track); !found || first.ID != a.ID {
			return fault.New(fault.Conflict, "递补要按名次来：前面还有候补，或者空出来的钱不够它用")
		}
		return b.offer(ctx, tx, hand{w, b.clock.Now()}, list[i], by.ID)
	})
}

const awardSQL = `select ` + awardColumns + ` from award a where a.id = @id::uuid`

func (b *Book) offer(ctx context.Context, tx pg.Tx, h hand, c Chance, who string) error {
	calendar, err := place.Calendar(ctx, tx)
	if err != nil {
		return err
	}
	due := calendar.AddWorkingDays(h.at, answerDays)
	if _, err := pg.Do(ctx, tx, offerSQL, pg.Args{"id": c.ID, "at": h.at, "by_when": due, "amount": c.Most, "source": c.Source, "me": who}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "award", ID: c.ID, Version: c.Version + 1, Action: "offer", From: c.State, To: c.State, Place: c.Place,
		Data: map[string]any{"amount": c.Most, "source": c.Source, "answer_by": due}, At: h.at}); err != nil {
		return err
	}
	p, err := proposal.Get(ctx, tx, c.ProposalID)
	if err != nil {
		return err
	}
	text := fault.Say("好消息：轮到「%s」递补，可以资助 %s。请在 %s 前答复要不要，过期就轮到下一个", p.Title, c.Most.Show(), until(due))
	return notice.Tell(ctx, tx, notice.Letter{Code: "N11", To: []string{p.LeadID}, Text: text, Link: "/proposals/" + p.ID + "/result", Key: c.ID + "/offer/" + strconv.Itoa(c.Version), At: h.at})
}

// Reply is a lead's answer to what was offered.
type Reply struct {
	Version int    `form:"version"`
	Answer  string `form:"answer"` // "yes" or "no"
}

// AnswerOffer takes up or refuses what a reserve was offered. Taken up, the result has a public notice of its own, with its
// whole window; refused, it is the next reserve's turn.
func (b *Book) AnswerOffer(ctx context.Context, by identity.Actor, proposalID string, r Reply) error {
	p, err := proposal.Get(ctx, b.db, proposalID)
	if err != nil {
		return err
	}
	ties, err := proposal.TeamTies(ctx, b.db, p.TeamID, by)
	if err != nil {
		return err
	}
	if len(ties) == 0 {
		return fault.Missing()
	}
	w, err := b.asLead(ctx, by, p)
	if err != nil {
		return err
	}
	if r.Answer != "yes" && r.Answer != "no" {
		return fault.Field("answer", "请选择要还是不要")
	}
	h := hand{w, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		e, err := edition.Lock(ctx, tx, p.EditionID)
		if err != nil {
			return err
		}
		a, found, err := Of(ctx, tx, proposalID)
		if err != nil || !found {
			return cmpErr(err)
		}
		if a, err = pg.One[Award](ctx, tx, lockAwardSQL, pg.Args{"id": a.ID}); err != nil {
			return err
		}
		if a.Version != r.Version {
			action := map[string]string{"yes": "take_up", "no": "refuse"}[r.Answer]
			done, err := audit.Did(ctx, tx, by, "award", a.ID, r.Version+1, action)
			if err == nil && !done {
				err = stale()
			}
			return err
		}
		if !a.Offered() || !h.at.Before(*a.AnswerBy) {
			return fault.New(fault.Conflict, "答复的期限已经过了，或者现在没有等您答复的递补")
		}
		if r.Answer == "no" {
			return b.passOn(ctx, tx, h, e, a, "refuse", "团队不要递补")
		}
		return b.takeUp(ctx, tx, h, e, a)
	})
}

func cmpErr(err error) error {
	if err == nil {
		err = fault.Missing()
	}
	return err
}

// takeUp makes a reserve chosen and publishes it by itself.
func (b *Book) takeUp(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, a Award) error {
	if _, err := pg.Do(ctx, tx, takeUpSQL, pg.Args{"id": a.ID, "amount": a.OfferAmount, "source": a.OfferSource, "at": h.at}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "award", ID: a.ID, Version: a.Version + 1, Action: "take_up", From: a.State, To: a.State, Place: a.Place,
		Data: map[string]any{"amount": a.OfferAmount, "source": a.OfferSource}, At: h.at}); err != nil {
		return err
	}
	if err := proposal.Move(ctx, tx, h.w, proposal.Step{ID: a.ProposalID, To: proposal.Selected, At: h.at, Awarded: &a.OfferAmount}); err != nil {
		return err
	}
	before, err := pg.One[Publicity](ctx, tx, lastOfSQL, pg.Args{"award": a.ID})
	if err != nil {
		return err
	}
	n := announcement{ID: newID(), Cause: Promotion, Follows: before, Awards: []string{a.ID}, Was: map[string]ContentWas{a.ID: {a.Rank, a.Score, a.Result, a.Amount}},
		Why: fault.Say("前面的项目空出了资金，按名次递补"), Publisher: a.OfferedBy}
	p, _, err := b.seal(ctx, tx, h, e, n)
	if err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, itemSQL, pg.Args{"publicity": p.ID, "award": a.ID}); err != nil {
		return err
	}
	target, err := proposal.Get(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	staff, err := pg.Values[string](ctx, tx, hoodsSQL, pg.Args{"place": e.Place})
	if err != nil {
		return err
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N09", To: staff, Text: fault.Say("递补公示 %s 发布了：「%s」，%s 前可以提异议。请打印张贴", p.Number, target.Title, until(p.ClosesAt)),
		Link: "/notices/" + p.ID, Key: p.ID, At: h.at}); err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N11", To: []string{target.LeadID}, Text: fault.Say("「%s」的递补正在公示。公示期满没有异议就立项", target.Title), Link: "/notices/" + p.ID,
		Key: a.ID + "/" + p.ID, At: h.at})
}

const lastOfSQL = `select ` + publicityColumns + ` from publicity n join publicity_item i on i.publicity_id = n.id where i.award_id = @award::uuid and n.state <> 'void' order by n.opens_at desc, n.id desc limit 1`

// passOn ends an offer that was not taken up and makes it to the next reserve of the track.
func (b *Book) passOn(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, a Award, action, reason string) error {
	if _, err := pg.Do(ctx, tx, refuseSQL, pg.Args{"id": a.ID, "at": h.at, "reason": reason}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "award", ID: a.ID, Version: a.Version + 1, Action: action, From: a.State, To: Declined, Place: a.Place, Reason: reason, At: h.at}); err != nil {
		return err
	}
	if err := proposal.Move(ctx, tx, h.w, proposal.Step{ID: a.ProposalID, To: proposal.NotSelected, Reason: reason, At: h.at}); err != nil {
		return err
	}
	p, err := proposal.Get(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	heads, err := notice.Holders(ctx, tx, e.Place, identity.DistrictHead)
	if err != nil {
		return err
	}
	list, err := chances(ctx, tx, e)
	if err != nil {
		return err
	}
	following, found := next(list, p.Track)
	text := fault.Say("「%s」没有接受递补，后面没有可以递补的项目了", p.Title)
	if found {
		if err := b.offer(ctx, tx, h, following, a.OfferedBy); err != nil {
			return err
		}
		text = fault.Say("「%s」没有接受递补，已经轮到下一个", p.Title)
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N11", To: heads, Text: text, Link: "/desk/editions/" + e.ID + "/results", Key: a.ID + "/passed", At: h.at}); err != nil {
		return err
	}
	if action != "lapse" {
		return nil
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N11", To: []string{p.LeadID}, Text: fault.Say("「%s」的递补没有在期限内答复，已经轮到下一个项目", p.Title), Link: "/proposals/" + p.ID + "/result",
		Key: a.ID + "/lapsed", At: h.at})
}
