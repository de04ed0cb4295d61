package award

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/replay"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// NewAllocation is by which rule the money is shared out.
type NewAllocation struct {
	Rule   string `form:"rule"`
	Reason string `form:"reason"` // where the call says so, when it is not by rank
}

func (n NewAllocation) check() error {
	var wrong fault.Fields
	if !edition.Known(RuleNames, n.Rule) {
		wrong.Add("rule", "请选择分配规则")
	}
	switch runes := utf8.RuneCountInString(n.Reason); {
	case n.Rule != ByRank && runes < 5:
		wrong.Add("reason", "不按名次分配的，请写明公告里哪一条是这样定的，至少 5 个字")
	case runes > 200:
		wrong.Add("reason", "最多 %d 个字，现在是 %d 个字", 200, runes)
	}
	return wrong.Err()
}

// Allocate decides who gets how much, by the rule of the call.
func (b *Book) Allocate(ctx context.Context, by identity.Actor, editionID string) error {
	return b.AllocateBy(ctx, by, editionID, NewAllocation{})
}

// AllocateBy decides who gets how much, by the rule of the call. Until the results are published it may be run again,
// after a team has withdrawn for example; the same ranking and money give the same decisions.
func (b *Book) AllocateBy(ctx context.Context, by identity.Actor, editionID string, n NewAllocation) error {
	e, err := seen(ctx, b.db, by, editionID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.AllocateAwards, e.Place)
	if err != nil {
		return err
	}
	if n, err = n.under(e); err != nil {
		return err
	}
	h := hand{w, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if e, err = edition.Lock(ctx, tx, editionID); err != nil {
			return err
		}
		if err := judged(ctx, tx, e); err != nil {
			return err
		}
		plan, err := b.plan(ctx, tx, e)
		if err != nil {
			return err
		}
		plan.Rule = n.Rule
		file, decisions, err := plan.file()
		if err != nil {
			return err
		}
		if err := b.record(ctx, tx, h, e, Allocation{Rule: n.Rule, Cause: "allocate", Reason: n.Reason, Protocol: string(file)}); err != nil {
			return err
		}
		return b.settle(ctx, tx, h, e, plan, decisions)
	})
}

// settle stores the decisions, and takes back those about projects that are no longer in the running.
func (b *Book) settle(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, plan Sharing, decisions []Decision) error {
	before, err := pg.All[Award](ctx, tx, lockAllSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return err
	}
	past, ranked := map[string]Award{}, map[string]Candidate{}
	for _, a := range before {
		past[a.ProposalID] = a
	}
	for _, c := range plan.Candidates {
		ranked[c.ID] = c
	}
	for _, d := range decisions {
		if err := keep(ctx, tx, h, e, ranked[d.ID], d, past[d.ID]); err != nil {
			return err
		}
		delete(past, d.ID)
	}
	for _, a := range before {
		if _, gone := past[a.ProposalID]; gone && a.State == Proposed {
			if err := drop(ctx, tx, h, a, "团队已经退出"); err != nil {
				return err
			}
		}
	}
	return nil
}

// judged refuses to go on before every round has closed, or after the results were published.
func judged(ctx context.Context, tx pg.Tx, e edition.Edition) error {
	if e.State != edition.Reviewing {
		return fault.New(fault.Conflict, "只有评审结束、还没有公示的大赛可以分配资金")
	}
	rounds, err := judging.Rounds(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	closed := len(rounds) > 0
	for _, r := range rounds {
		closed = closed && r.State == judging.Closed
	}
	if !closed {
		return fault.New(fault.Conflict, "评审还没有结束，不能分配资金")
	}
	again, err := judging.Reopened(ctx, tx, e.ID)
	if err == nil && len(again) > 0 {
		err = fault.New(fault.Conflict, "有 %d 个项目正在补评，补评结束以后才能分配资金、发布公示", len(again))
	}
	return err
}

const (
	candidatesSQL = `select p.id::text, p.track, p.category, coalesce(subpath(p.place, 0, least(2, nlevel(p.place)))::text, '') as street, p.rank, 0 as turn, p.score, p.requested, 0::bigint as suggested
  from proposal p where p.edition_id = @edition::uuid and p.state = 'ranked' order by p.id`
	allocationsSQL   = `select edition_id::text, run, rule, cause, reason, protocol, digest, at from allocation where edition_id = @edition::uuid order by run`
	newAllocationSQL = `insert into allocation (edition_id, run, place, rule, cause, reason, protocol, digest, by_person, at)
  values (@edition, @run, @place::text::ltree, @rule, @cause, @reason, @protocol, @digest, @me, @at)`
)

// Allocation is one sharing out of an edition's money as it was computed.
type Allocation struct {
	EditionID string
	Run       int
	Rule      string
	Cause     string // "allocate" or "objection"
	Reason    string
	Protocol  string // of kind "award"
	Digest    string // of the protocol
	At        time.Time
}

// Allocations lists an edition's allocations in their order.
func Allocations(ctx context.Context, q pg.Reader, editionID string) ([]Allocation, error) {
	return pg.All[Allocation](ctx, q, allocationsSQL, pg.Args{"edition": editionID})
}

// record keeps an allocation, unless it is the last one over again.
func (b *Book) record(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, a Allocation) error {
	past, err := Allocations(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	a.Digest = fingerprint(a.Protocol)
	if n := len(past); n > 0 && past[n-1].Digest == a.Digest {
		return nil
	}
	if _, err := pg.Do(ctx, tx, newAllocationSQL, pg.Args{"edition": e.ID, "run": len(past) + 1, "place": e.Place, "rule": a.Rule, "cause": a.Cause, "reason": a.Reason,
		"protocol": a.Protocol, "digest": a.Digest, "me": h.w.By.ID, "at": h.at}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "allocation", ID: e.ID, Action: "allocate", Place: e.Place, Reason: a.Reason,
		Data: map[string]any{"run": len(past) + 1, "rule": a.Rule, "digest": a.Digest}, At: h.at})
}

// plan is what an allocation of the ranked projects follows from, by rank.
func (b *Book) plan(ctx context.Context, q pg.Reader, e edition.Edition) (Sharing, error) {
	p := planUnder(e.Rules)
	var err error
	if p.Candidates, err = pg.All[Candidate](ctx, q, candidatesSQL, pg.Args{"edition": e.ID}); err != nil {
		return p, err
	}
	if len(p.Candidates) == 0 {
		return p, fault.New(fault.Conflict, "没有已经排名的项目，不能分配资金")
	}
	if p.Sources, err = sources(ctx, q, e.ID); err != nil {
		return p, err
	}
	return p, b.panelled(ctx, q, e.ID, &p)
}

// panelled adds what the panel said and drew, and what residents voted.
func (b *Book) panelled(ctx context.Context, q pg.Reader, editionID string, p *Sharing) error {
	rounds, err := judging.Rounds(ctx, q, editionID)
	if err != nil || len(rounds) == 0 {
		return err
	}
	r, found := judging.Ranking(rounds)
	if !found {
		return nil
	}
	p.Seed = r.Seed
	said, err := judging.Deliberations(ctx, q, r.ID)
	if err != nil {
		return err
	}
	draws, err := judging.Draws(ctx, q, r.ID)
	if err != nil {
		return err
	}
	words, err := judging.PanelWords(ctx, q, rounds)
	if err != nil {
		return err
	}
	p.Candidates = voted(turned(p.Candidates, said, draws), words)
	if b.votes != nil {
		p.Ballots, err = b.votes(ctx, q, editionID)
	}
	return err
}

// turned says in which turn projects are asked. Lots first: the projects of a draw share the turns they have between them by
// lot. Then the panel's word: of all it spoke about or drew lots for, track by track, those it wants funded come first and those
// it would rather see wait come last, on the turns they have between them. Nobody else moves.
func turned(list []Candidate, said map[string]judging.Deliberation, draws []judging.Draw) []Candidate {
	list = slices.Clone(list)
	at, band := map[string]int{}, map[string]bool{}
	for i, c := range list {
		list[i].Suggested, list[i].Turn = said[c.ID].Amount, c.Rank
		at[c.ID] = i
		if _, spoken := said[c.ID]; spoken {
			band[c.ID] = true
		}
	}
	share := func(ids []string) { // the turns these have between them, in the order of ids
		byTrack := map[string][]string{}
		for _, id := range ids {
			if i, there := at[id]; there {
				byTrack[list[i].Track] = append(byTrack[list[i].Track], id)
			}
		}
		for _, some := range byTrack {
			turns := make([]int, len(some))
			for i, id := range some {
				turns[i] = list[at[id]].Turn
			}
			slices.Sort(turns)
			for i, id := range some {
				list[at[id]].Turn = turns[i]
			}
		}
	}
	for _, d := range draws {
		for _, id := range d.Order() {
			band[id] = true
		}
		share(d.Order())
	}
	weight := map[string]int{judging.Fund: -1, judging.Defer: 1}
	var all []string
	for _, c := range list {
		if band[c.ID] {
			all = append(all, c.ID)
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(weight[said[a].Verdict], weight[said[b].Verdict]), cmp.Compare(list[at[a]].Turn, list[at[b]].Turn), cmp.Compare(a, b))
	})
	share(all)
	for i := range list {
		if list[i].Turn == list[i].Rank {
			list[i].Turn = 0
		}
	}
	return list
}

// free is what the pools hold for projects that were not promised anything yet.
func free(ctx context.Context, q pg.Reader, editionID string) (map[string]yuan.Fen, error) {
	pools, err := sources(ctx, q, editionID)
	if err != nil {
		return nil, err
	}
	left := map[string]yuan.Fen{}
	for _, s := range pools {
		left[s.ID] = s.Amount
	}
	awards, err := pg.All[Award](ctx, q, awardsSQL, pg.Args{"edition": editionID})
	for _, a := range awards {
		switch {
		case a.Result == Selected && (a.State == Proposed || a.State == Publicized || a.State == Objected):
			left[a.FundSourceID] -= a.Amount
		case a.Offered():
			left[a.OfferSource] -= a.OfferAmount
		}
	}
	return left, err
}

// Verify computes every stored allocation again from its protocol, and looks for awards that promise more than a pool had
// (I-R5). It gives the number of allocations and what is wrong.
func Verify(ctx context.Context, q pg.Reader) (int64, []string, error) {
	all, err := pg.All[Allocation](ctx, q, everyAllocationSQL, nil)
	if err != nil {
		return 0, nil, err
	}
	var broken []string
	for _, a := range all {
		v, err := replay.Replay(strings.NewReader(a.Protocol), map[string]replay.Compute{"award": Replay})
		if err != nil || !v.Same || fingerprint(a.Protocol) != a.Digest {
			broken = append(broken, "allocation "+a.EditionID+": does not replay: "+v.Where)
		}
	}
	over, err := pg.Values[string](ctx, q, overspentSQL, nil)
	return int64(len(all)), append(broken, over...), err
}

const (
	everyAllocationSQL = `select edition_id::text, run, rule, cause, reason, protocol, digest, at from allocation order by edition_id, run`
	overspentSQL       = `select 'fund_source ' || f.id || ': awards take ' || sum(a.amount) || ' of ' || f.amount from fund_source f join award a on a.fund_source_id = f.id
  where a.result = 'selected' and a.state in ('publicized', 'objected', 'confirmed') group by f.id, f.amount having sum(a.amount) > f.amount
  union all select 'award ' || a.id || ': passed over without a reason' from award a where a.result <> 'selected' and a.state in ('publicized', 'objected') and a.reason = '' order by 1`
)
