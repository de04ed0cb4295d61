package judging

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// The states of a round (DOMAIN §7.4).
const (
	Planned = "planned"
	Open    = "open"
	Closed  = "closed"
)

// Round is one round of judging in an edition.
type Round struct {
	ID        string
	EditionID string
	Place     string
	Kind      string
	Seq       int
	Name      string // also the key of its translation
	State     string
	MinValid  int // sheets a project needs for a score
	TrimAt    int // sheets from which one highest and one lowest are dropped
	Panel     int // judges a project is given
	ClosesAt  *time.Time
	OpenedAt  *time.Time
	ClosedAt  *time.Time
	Digest    string // of the outcome
	Seed      string // of the draw, published when the round opens
	Blind     bool   // its judges are not told who proposes
	CutScore  *int   // hundredths from which a project goes on to the next round; nil with CutTop: the round ranks
	CutTop    *int   // projects of each track that go on to the next round
	Version   int
}

// Selects tells whether the round only chooses who goes on to the next one (DOMAIN §7.2).
func (r Round) Selects() bool { return r.CutScore != nil || r.CutTop != nil }

// Passes tells whether a project goes on, by its score in hundredths and its rank in its track.
func (r Round) Passes(score, rank int) bool {
	if r.CutScore != nil {
		return score >= *r.CutScore
	}
	return r.CutTop == nil || rank <= *r.CutTop
}

// NewRound plans a round; its rubric and sizes come from the defaults and the edition's rules.
type NewRound struct {
	ID       string    `form:"id"`
	Kind     string    `form:"kind"`
	ClosesAt time.Time `form:"closes_at,datetime"`
	Cut      string    `form:"cut"`       // CutByScore, CutByTop, or "" where the round ranks
	CutScore int       `form:"cut_score"` // points, 1 to 100
	CutTop   int       `form:"cut_top"`   // projects of each track
	Named    bool      `form:"named"`     // the judges are told who proposes
}

// How a desk round chooses who goes on.
const (
	CutByScore = "score"
	CutByTop   = "top"
)

func (n NewRound) check(now time.Time) error {
	var wrong fault.Fields
	if roundNames[n.Kind] == "" {
		wrong.Add("kind", "请选择评审方式")
	}
	switch {
	case !n.ClosesAt.After(now) && n.Kind == Deliberated:
		wrong.Add("closes_at", "请填写以后的时间，合议会在这时开")
	case !n.ClosesAt.After(now):
		wrong.Add("closes_at", "请填写以后的时间，评委要在这之前交评分表")
	}
	switch {
	case n.Cut != "" && n.Cut != CutByScore && n.Cut != CutByTop:
		wrong.Add("cut", "请选择初评以后怎么办")
	case n.Cut != "" && n.Kind != Desk:
		wrong.Add("cut", "只有书面初评可以选出一部分进下一轮")
	case n.Cut == CutByScore && (n.CutScore < 1 || n.CutScore > 100):
		wrong.Add("cut_score", "请填写 1 到 100 之间的整数")
	case n.Cut == CutByTop && (n.CutTop < 1 || n.CutTop > 500):
		wrong.Add("cut_top", "请填写 1 到 500 之间的整数")
	}
	return wrong.Err()
}

// cut is what the row keeps: one of the two, or neither.
func (n NewRound) cut() (score, top *int) {
	switch n.Cut {
	case CutByScore:
		points := n.CutScore * 100
		score = &points
	case CutByTop:
		top = &n.CutTop
	}
	return score, top
}

// Pressed is a button on a page: at which version it was shown.
type Pressed struct {
	Version int `form:"version"`
}

const (
	roundColumns = `r.id::text, r.edition_id::text, r.place::text, r.kind, r.seq, r.name, r.state, r.min_valid, r.trim_at, r.panel, r.closes_at, r.opened_at, r.closed_at, r.digest, r.seed, r.blind, r.cut_score, r.cut_top, r.version`
	roundSQL     = `select ` + roundColumns + ` from review_round r where r.id = @id::uuid`
	lockRoundSQL = `select ` + roundColumns + ` from review_round r where r.id = @id::uuid for no key update`
	roundsSQL    = `select ` + roundColumns + ` from review_round r where r.edition_id = @edition::uuid order by r.seq`
	planSQL      = `insert into review_round (id, edition_id, place, kind, seq, name, min_valid, trim_at, panel, closes_at, blind, cut_score, cut_top)
  values (@id, @edition, @place::text::ltree, @kind, @seq, @name, @min_valid, @trim_at, @panel, @closes_at, @blind, @cut_score, @cut_top) on conflict do nothing`
)

// Rounds lists an edition's rounds in their order.
func Rounds(ctx context.Context, q pg.Reader, editionID string) ([]Round, error) {
	return pg.All[Round](ctx, q, roundsSQL, pg.Args{"edition": editionID})
}

func lockRound(ctx context.Context, tx pg.Tx, id string) (Round, error) {
	return pg.One[Round](ctx, tx, lockRoundSQL, pg.Args{"id": id})
}

// mine is a round with sheets that the actor may run; a panel has verbs of its own.
func (b *Book) mine(ctx context.Context, by identity.Actor, roundID string) (Round, identity.Warrant, error) {
	r, err := pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": roundID})
	if err == nil && !by.Sees(identity.ReadSheets, r.Place) {
		err = fault.Missing()
	}
	if err != nil {
		return r, identity.Warrant{}, err
	}
	w, err := by.Must(identity.RunRounds, r.Place)
	if err == nil && !r.Scores() {
		err = fault.New(fault.Conflict, "合议没有评分表，请到合议的页面上办")
	}
	return r, w, err
}

// Plan plans the edition's next round with the rubric its call was published with. After a round that ranks only a panel can follow.
func (b *Book) Plan(ctx context.Context, by identity.Actor, editionID string, n NewRound) error {
	e, err := seen(ctx, b.db, by, editionID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.RunRounds, e.Place)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	if err := n.check(now); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		same, err := audit.Did(ctx, tx, by, "review_round", n.ID, 1, "plan")
		if err != nil || same {
			return err
		}
		seq, err := nextRound(ctx, tx, e, n.Kind)
		if err != nil {
			return err
		}
		score, top := n.cut()
		added, err := pg.Do(ctx, tx, planSQL, pg.Args{"id": n.ID, "edition": editionID, "place": e.Place, "kind": n.Kind, "seq": seq, "name": roundNames[n.Kind],
			"min_valid": e.Rules.MinValid, "trim_at": e.Rules.TrimAt, "panel": e.Rules.Panel, "closes_at": n.ClosesAt, "blind": n.blind(), "cut_score": score, "cut_top": top})
		if err == nil && added == 0 {
			err = planned()
		}
		if err != nil {
			return err
		}
		if n.Kind != Deliberated {
			if err := writeRubric(ctx, tx, n.ID, e.Rules.Rubric(n.Kind)); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "review_round", ID: n.ID, Version: 1, Action: "plan", To: Planned, Place: e.Place,
			Data: map[string]any{"seq": seq, "kind": n.Kind, "blind": n.blind(), "cut_score": score, "cut_top": top}, At: now})
	})
}

func planned() error {
	return fault.New(fault.Conflict, "这一届的评审已经安排过了，请刷新页面看看")
}

// nextRound is the place of the round that may be planned now: the first, one that follows a choosing one, or the panel that
// follows the one that ranks.
func nextRound(ctx context.Context, tx pg.Tx, e edition.Edition, kind string) (int, error) {
	rounds, err := Rounds(ctx, tx, e.ID)
	if err != nil {
		return 0, err
	}
	if kind == Deliberated && (len(rounds) == 0 || rounds[len(rounds)-1].Selects()) {
		return 0, fault.New(fault.Conflict, "合议排在排出名次的那一轮后面，请先安排那一轮")
	}
	if len(rounds) == 0 {
		if e.State != edition.Open && e.State != edition.Closed {
			return 0, fault.New(fault.Conflict, "公告发布后、评审开始前才能安排评审")
		}
		return 1, nil
	}
	last := rounds[len(rounds)-1]
	if !last.Scores() || !last.Selects() && kind != Deliberated {
		return 0, planned()
	}
	if e.State != edition.Open && e.State != edition.Closed && e.State != edition.Reviewing {
		return 0, fault.New(fault.Conflict, "这一届的评审已经结束，不能再安排")
	}
	return last.Seq + 1, nil
}

const (
	openSQL     = `update review_round set state = 'open', opened_at = @at, seed = @seed, version = version + 1 where id = @id::uuid`
	eligibleSQL = `select id::text from proposal where edition_id = @edition::uuid and state = any(case when @first then '{eligible,shortlisted}'::text[] else '{shortlisted}' end) order by number, id`
	entrySQL    = `insert into round_entry (round_id, proposal_id, seq) values (@round, @proposal, @seq)`
	beforeSQL   = `select count(*)::int from review_round where edition_id = @edition::uuid and seq < @seq and state <> 'closed'`
	acceptedSQL = `select count(*)::int from judge where edition_id = @edition::uuid and state = 'accepted'`
)

// OpenRound starts the judging: what is still in the contest becomes the round's (and is shortlisted, where the round
// does not itself choose the shortlist), ties are looked for, every project gets its judges, and the seed of the draw is
// fixed before anybody has marked anything.
func (b *Book) OpenRound(ctx context.Context, by identity.Actor, roundID string, p Pressed) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	drawn := make([]byte, 16)
	_, _ = rand.Read(drawn) // never fails
	seed := hex.EncodeToString(drawn)
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if r.Version != p.Version {
			return again(ctx, tx, by, r, p.Version+1, "open")
		}
		if r.State != Planned {
			return fault.New(fault.Conflict, "这一轮评审已经开始了")
		}
		projects, err := assemble(ctx, tx, h, r)
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, openSQL, pg.Args{"id": roundID, "at": h.at, "seed": seed}); err != nil {
			return err
		}
		if err := enter(ctx, tx, roundID, seed, projects); err != nil {
			return err
		}
		if err := detect(ctx, tx, h, r.EditionID); err != nil {
			return err
		}
		if _, err := fill(ctx, tx, h, r, ""); err != nil {
			return err
		}
		if err := staffed(ctx, tx, r); err != nil {
			return err
		}
		if err := callJudges(ctx, tx, h, r); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "review_round", ID: roundID, Version: r.Version + 1, Action: "open", From: Planned, To: Open,
			Place: r.Place, Data: map[string]any{"projects": len(projects), "seed": seed}, At: h.at})
	})
}

// assemble takes the edition into review and tells which proposals the round is about: all that are still in the contest.
// A round that ranks finds them shortlisted.
func assemble(ctx context.Context, tx pg.Tx, h hand, r Round) ([]string, error) {
	if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
		return nil, err
	}
	e, err := edition.Lock(ctx, tx, r.EditionID)
	if err != nil {
		return nil, err
	}
	if e.State != edition.Closed && e.State != edition.Reviewing {
		return nil, fault.New(fault.Conflict, "申报截止以后才能开始评审")
	}
	before, err := pg.Value[int](ctx, tx, beforeSQL, pg.Args{"edition": e.ID, "seq": r.Seq})
	if err != nil {
		return nil, err
	}
	if before > 0 {
		return nil, fault.New(fault.Conflict, "上一轮评审还没有结束，不能开始这一轮")
	}
	ids, err := pg.Values[string](ctx, tx, eligibleSQL, pg.Args{"edition": e.ID, "first": r.Seq == 1})
	if err != nil {
		return nil, err
	}
	judges, err := pg.Value[int](ctx, tx, acceptedSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, fault.New(fault.Conflict, "还没有通过资格审查的项目，不能开始评审")
	}
	if judges < e.Rules.MinJudges {
		return nil, fault.New(fault.Conflict, "已接受邀请的评委有 %d 位，至少要 %d 位才能开始评审", judges, e.Rules.MinJudges)
	}
	if err := edition.Move(ctx, tx, h.w, e.ID, edition.Reviewing, "", h.at); err != nil || r.Selects() {
		return ids, err
	}
	for _, id := range ids {
		if err := proposal.Move(ctx, tx, h.w, proposal.Step{ID: id, To: proposal.Shortlisted, At: h.at}); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// enter writes down the round's projects in an order drawn by its seed.
func enter(ctx context.Context, tx pg.Tx, roundID, seed string, ids []string) error {
	order := slices.SortedFunc(slices.Values(ids), func(a, b string) int { return cmp.Compare(Lot(seed, a), Lot(seed, b)) })
	for i, id := range order {
		if _, err := pg.Do(ctx, tx, entrySQL, pg.Args{"round": roundID, "proposal": id, "seq": i + 1}); err != nil {
			return err
		}
	}
	return nil
}

// again answers a button that was shown at another version: the same person's second click is well, anybody else's
// page is stale.
func again(ctx context.Context, tx pg.Tx, by identity.Actor, r Round, version int, action string) error {
	done, err := audit.Did(ctx, tx, by, "review_round", r.ID, version, action)
	if err == nil && !done {
		err = stale()
	}
	return err
}

const (
	lackSQL = `select coalesce(p.number, p.title) from proposal p where p.edition_id = @edition::uuid and in_review(@round::uuid, p.id, p.state)
  and (select count(*) from assignment a where a.round_id = @round::uuid and a.proposal_id = p.id and a.state in ('assigned', 'accepted')) < @least order by p.number, p.id`
	calledSQL = `select j.person_id::text as person, count(*)::int as n from assignment a join judge j on j.id = a.judge_id where a.round_id = @round::uuid and a.state = 'assigned' group by 1 order by 1`
)

// staffed refuses to begin while a project has too few judges for a score, and says which.
func staffed(ctx context.Context, tx pg.Tx, r Round) error {
	lacking, err := pg.Values[string](ctx, tx, lackSQL, pg.Args{"edition": r.EditionID, "round": r.ID, "least": r.MinValid})
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		return fault.New(fault.Conflict, "有 %d 个项目排不够 %d 位没有利害关系的评委：%s。请再邀请几位评委", len(lacking), r.MinValid, first(lacking))
	}
	return nil
}

// first lists some names, for a sentence.
func first(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], "、") + "……"
	}
	return strings.Join(names, "、")
}

func callJudges(ctx context.Context, tx pg.Tx, h hand, r Round) error {
	type called struct {
		Person string
		N      int
	}
	judges, err := pg.All[called](ctx, tx, calledSQL, pg.Args{"round": r.ID})
	if err != nil {
		return err
	}
	for _, j := range judges {
		text := fault.Say("评审开始了：有 %d 个项目等您打分，请在 %s 前交评分表", j.N, stamp(*r.ClosesAt))
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{j.Person}, Text: text, Link: "/review", Key: r.ID, At: h.at}); err != nil {
			return err
		}
	}
	return nil
}
