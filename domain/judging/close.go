package judging

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

const (
	unfinishedSQL = `select u.name || '（' || coalesce(p.number, p.title) || '）' from assignment a join judge j on j.id = a.judge_id join person u on u.id = j.person_id
    join proposal p on p.id = a.proposal_id and in_review(a.round_id, p.id, p.state) left join sheet s on s.assignment_id = a.id
  where a.round_id = @round::uuid and a.state in ('assigned', 'accepted') and coalesce(s.state, '') not in ('submitted', 'locked') order by u.name, p.number`
	thinSQL = `select coalesce(p.number, p.title) from proposal p where p.edition_id = @edition::uuid and in_review(@round::uuid, p.id, p.state)
    and (select count(*) from sheet s where s.round_id = @round::uuid and s.proposal_id = p.id and s.state in ('submitted', 'locked')) < @least order by p.number, p.id`
	submittedSQL = `select ` + sheetColumns + `, s.place from (select s.*, a.place::text from sheet s join assignment a on a.id = s.assignment_id
    where s.round_id = @round::uuid and s.state = 'submitted') s order by s.id`
	lockSheetSQL  = `update sheet set state = 'locked', version = version + 1 where id = @id::uuid`
	closeRoundSQL = `update review_round set state = 'closed', closed_at = @at, digest = @digest, version = version + 1 where id = @id::uuid`
	resultSQL     = `insert into round_result (round_id, run, proposal_id, score, rank, n, dropped, need_mark, part_mark)
  values (@round, @run, @proposal, @score, @rank, @n, @dropped::text[]::uuid[], @need, @part)`
)

// CloseRound ends the judging: every sheet is in or its judge was taken off, sheets are locked for good, and what they
// come to is computed, sealed and written to the proposals.
func (b *Book) CloseRound(ctx context.Context, by identity.Actor, roundID string, p Pressed) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if r.Version != p.Version {
			return again(ctx, tx, by, r, p.Version+1, "close")
		}
		if r.State != Open {
			return fault.New(fault.Conflict, "这一轮评审现在不能结束")
		}
		if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
			return err
		}
		if err := detect(ctx, tx, h, r.EditionID); err != nil {
			return err
		}
		if err := complete(ctx, tx, r); err != nil {
			return err
		}
		if err := lockSheets(ctx, tx, h, r); err != nil {
			return err
		}
		return settle(ctx, tx, h, r)
	})
}

// complete refuses to close while a sheet is missing or a project has too few, and says which.
func complete(ctx context.Context, tx pg.Tx, r Round) error {
	waiting, err := pg.Values[string](ctx, tx, unfinishedSQL, pg.Args{"round": r.ID})
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		return fault.New(fault.Conflict, "还有 %d 份评分表没有交：%s。请提醒评委，来不了的请换下", len(waiting), first(waiting))
	}
	thin, err := pg.Values[string](ctx, tx, thinSQL, pg.Args{"edition": r.EditionID, "round": r.ID, "least": r.MinValid})
	if err != nil {
		return err
	}
	if len(thin) > 0 {
		return fault.New(fault.Conflict, "有 %d 个项目的有效评分表不足 %d 份：%s。请再安排评委补评", len(thin), r.MinValid, first(thin))
	}
	if err := awaited(ctx, tx, r); err != nil {
		return err
	}
	return stageOver(ctx, tx, r)
}

// sheetAt is a sheet with the place of its project.
type sheetAt struct {
	Sheet
	Place string
}

func lockSheets(ctx context.Context, tx pg.Tx, h hand, r Round) error {
	sheets, err := pg.All[sheetAt](ctx, tx, submittedSQL, pg.Args{"round": r.ID})
	if err != nil {
		return err
	}
	for _, s := range sheets {
		if err := lockSheet(ctx, tx, h, s); err != nil {
			return err
		}
	}
	return nil
}

// lockSheet locks one sheet for good.
func lockSheet(ctx context.Context, tx pg.Tx, h hand, s sheetAt) error {
	if _, err := pg.Do(ctx, tx, lockSheetSQL, pg.Args{"id": s.ID}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "sheet", ID: s.ID, Version: s.Version + 1, Action: "lock", From: Submitted, To: Locked,
		Place: s.Place, Data: map[string]any{"total": s.Total}, At: h.at})
}

// settle computes, stores and seals the result, and ranks the proposals.
func settle(ctx context.Context, tx pg.Tx, h hand, r Round) error {
	in, err := protocol(ctx, tx, r, false)
	if err != nil {
		return err
	}
	out, err := Compute(in)
	if err != nil {
		return err
	}
	for _, row := range out.Rows {
		if r.Selects() {
			break
		}
		if err := proposal.Move(ctx, tx, h.w, proposal.Step{ID: row.ID, To: proposal.Ranked, At: h.at, Score: &row.Score, Rank: &row.Rank}); err != nil {
			return err
		}
	}
	judges, err := markers(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	digest, err := store(ctx, tx, in, out, judges, Run{RoundID: r.ID, Run: 1, Cause: "close", At: h.at})
	if err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, closeRoundSQL, pg.Args{"id": r.ID, "at": h.at, "digest": digest}); err != nil {
		return err
	}
	if r.Selects() {
		return choose(ctx, tx, h, r, out, digest)
	}
	heads, err := notice.Holders(ctx, tx, r.Place, identity.DistrictHead)
	if err != nil {
		return err
	}
	text := fault.Say("评审结束，%d 个项目已经排名。请核对后分配资金、发布公示", len(out.Rows))
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: heads, Text: text, Link: "/desk/editions/" + r.EditionID + "/results", Key: r.ID + "/closed", At: h.at}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "review_round", ID: r.ID, Version: r.Version + 1, Action: "close", From: Open, To: Closed,
		Place: r.Place, Data: map[string]any{"digest": digest, "projects": len(out.Rows)}, At: h.at})
}

const (
	entriesSQL = `select p.id::text, p.track, p.requested, p.submitted_at from proposal p where p.edition_id = @edition::uuid
    and case when @closed then exists (select from round_result x where x.round_id = @round::uuid and x.run = (select max(run) from round_result where round_id = @round::uuid) and x.proposal_id = p.id)
      else in_review(@round::uuid, p.id, p.state) end order by p.id`
	// A project that is being marked again keeps the result it had: until that has ended its struck sheets stand in the computation.
	papersSQL = `select s.id::text, s.proposal_id::text, s.marks, s.submitted_at from sheet s where s.round_id = @round::uuid
    and (s.state = 'locked' or exists (select from reopening o where o.round_id = s.round_id and o.proposal_id = s.proposal_id and o.state <> 'closed' and s.id = any(o.struck))) order by s.id`
	markedAgainSQL = `select o.proposal_id::text as project, (select array_agg(x order by x) from unnest(o.struck::text[]) x) as struck,
    (select coalesce(array_agg(s.id::text order by s.id), '{}') from sheet s join assignment a on a.id = s.assignment_id where a.reopening_id = o.id and s.state = 'locked') as added
  from reopening o where o.round_id = @round::uuid and o.state = 'closed' order by o.ended_at, o.id`
	struckBeforeSQL = `select distinct x::text from round_run k, unnest(k.struck) x where k.round_id = @round::uuid order by 1`
)

// protocol is the round's input as its rows tell it: of the projects in review, or of those that were ranked last.
func protocol(ctx context.Context, q pg.Reader, r Round, closed bool) (Input, error) {
	in := Input{Round: r.ID, Seed: r.Seed, TrimAt: r.TrimAt, MinValid: r.MinValid}
	rubric, err := Criteria(ctx, q, r.ID)
	if err != nil {
		return in, err
	}
	for _, c := range rubric {
		in.Weights = append(in.Weights, Weight{c.Code, c.Weight})
	}
	type entrant struct {
		ID, Track   string
		Requested   yuan.Fen
		SubmittedAt *time.Time
	}
	entrants, err := pg.All[entrant](ctx, q, entriesSQL, pg.Args{"edition": r.EditionID, "round": r.ID, "closed": closed})
	if err != nil {
		return in, err
	}
	type marked struct {
		ID, ProposalID string
		Marks          map[string]int
		SubmittedAt    time.Time
	}
	sheets, err := pg.All[marked](ctx, q, papersSQL, pg.Args{"round": r.ID})
	if err != nil {
		return in, err
	}
	papers := map[string][]Paper{}
	for _, s := range sheets {
		papers[s.ProposalID] = append(papers[s.ProposalID], Paper{s.ID, s.Marks, s.SubmittedAt.UnixMicro()})
	}
	for _, e := range entrants {
		entry := Entry{ID: e.ID, Track: e.Track, Requested: e.Requested, Papers: papers[e.ID]}
		if e.SubmittedAt != nil {
			entry.Submitted = e.SubmittedAt.UnixMicro()
		}
		in.Entries = append(in.Entries, entry)
	}
	if in.Again, err = pg.All[MarkedAgain](ctx, q, markedAgainSQL, pg.Args{"round": r.ID}); err != nil {
		return in, err
	}
	if in.Struck, err = pg.Values[string](ctx, q, struckBeforeSQL, pg.Args{"round": r.ID}); err != nil {
		return in, err
	}
	return in, addPublic(ctx, q, r, &in)
}

// Recompute works a closed round's result out again from its stored sheets; its digest equals the round's (I-R3).
func Recompute(ctx context.Context, q pg.Reader, r Round) (Outcome, error) {
	in, err := protocol(ctx, q, r, true)
	if err != nil {
		return Outcome{}, err
	}
	return Compute(in)
}
