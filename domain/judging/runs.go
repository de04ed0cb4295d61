package judging

import (
	"context"
	"slices"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Run is one computation of a round's result with what it followed from. Run 1 is the round's close; an objection that was
// upheld or a conflict learnt late makes another, and what was computed before stays as it is.
type Run struct {
	RoundID  string
	Run      int
	Cause    string // "close", ByObjection or ByConflict
	Reason   string
	Protocol string   // of kind "round"
	Digest   string   // of the outcome
	Advice   string   // what Advice reads
	Struck   []string // sheets it was made without for the first time; none where others were marked in their place
	At       time.Time
}

const (
	runsSQL   = `select round_id::text, run, cause, reason, protocol, digest, advice, struck::text[], at from round_run where round_id = @round::uuid order by run`
	latestSQL = `select coalesce(max(run), 0)::int from round_result where round_id = @round::uuid`
	newRunSQL = `insert into round_run (round_id, run, cause, reason, protocol, digest, advice, struck, at) values (@round, @run, @cause, @reason, @protocol, @digest, @advice, @struck::text[]::uuid[], @at)`
	redoSQL   = `update review_round set digest = @digest, version = version + 1 where id = @id::uuid`
	brokenSQL = `select s.id::text as id, s.assignment_id::text as seat, a.place::text as place, s.version, s.state, a.state as seat_state, a.version as seat_version from sheet s
    join assignment a on a.id = s.assignment_id where s.round_id = @round::uuid and s.proposal_id = @proposal::uuid and s.id = any(@ids::text[]::uuid[]) order by s.id for no key update of s, a`
	recountSQL = `select x.proposal_id::text as id, '' as track, x.score, x.rank, x.n, x.dropped::text[], 0 as mean, x.need_mark as need, x.part_mark as part, false as drawn from round_result x where x.round_id = @round::uuid and x.run = @run order by x.proposal_id`
)

// Runs lists a round's computations in their order; rounds closed before there were any kept have none.
func Runs(ctx context.Context, q pg.Reader, roundID string) ([]Run, error) {
	return pg.All[Run](ctx, q, runsSQL, pg.Args{"round": roundID})
}

// store keeps an outcome as a run of its round: its rows, its protocol file and the advice beside it.
func store(ctx context.Context, tx pg.Tx, in Input, out Outcome, judges map[string]string, n Run) (string, error) {
	for _, row := range out.Rows {
		if _, err := pg.Do(ctx, tx, resultSQL, pg.Args{"round": n.RoundID, "run": n.Run, "proposal": row.ID, "score": row.Score, "rank": row.Rank, "n": row.N,
			"dropped": append([]string{}, row.Dropped...), "need": row.Need, "part": row.Part}); err != nil {
			return "", err
		}
	}
	file, err := write(in, out)
	if err != nil {
		return "", err
	}
	advice, err := advise(in, judges)
	if err != nil {
		return "", err
	}
	digest := Digest(out)
	_, err = pg.Do(ctx, tx, newRunSQL, pg.Args{"round": n.RoundID, "run": n.Run, "cause": n.Cause, "reason": n.Reason, "protocol": string(file), "digest": digest,
		"advice": string(advice), "struck": append([]string{}, n.Struck...), "at": n.At})
	return digest, err
}

// Redo is what an objection that was upheld, or a conflict learnt late, changes in a closed round.
type Redo struct {
	Cause   string // ByObjection or ByConflict
	Reason  string
	Sheets  []string // these are struck out
	Without []string // these proposals are out of the ranking
}

// Again computes a closed round's result anew from the sheets that count now, as a new run beside the old one; some projects are
// no longer ranked. It moves no proposal: what follows from the ranks is the caller's. The caller holds the edition's row.
func Again(ctx context.Context, tx pg.Tx, w identity.Warrant, at time.Time, roundID string, redo Redo) (Outcome, int, error) {
	r, err := lockRound(ctx, tx, roundID)
	if err != nil {
		return Outcome{}, 0, err
	}
	if r.State != Closed {
		return Outcome{}, 0, fault.New(fault.Conflict, "评审还没有结束，没有结果可以重新计算")
	}
	in, err := protocol(ctx, tx, r, true)
	if err != nil {
		return Outcome{}, 0, err
	}
	in.Entries = slices.DeleteFunc(in.Entries, func(e Entry) bool { return slices.Contains(redo.Without, e.ID) })
	in.Struck = append(in.Struck, redo.Sheets...)
	out, err := Compute(in)
	if err != nil {
		return Outcome{}, 0, err
	}
	judges, err := markers(ctx, tx, r.ID)
	if err != nil {
		return Outcome{}, 0, err
	}
	run, err := pg.Value[int](ctx, tx, latestSQL, pg.Args{"round": r.ID})
	if err != nil {
		return Outcome{}, 0, err
	}
	run++
	digest, err := store(ctx, tx, in, out, judges, Run{RoundID: r.ID, Run: run, Cause: redo.Cause, Reason: redo.Reason, Struck: redo.Sheets, At: at})
	if err != nil {
		return Outcome{}, 0, err
	}
	if _, err := pg.Do(ctx, tx, redoSQL, pg.Args{"id": r.ID, "digest": digest}); err != nil {
		return Outcome{}, 0, err
	}
	return out, run, audit.Record(ctx, tx, w, audit.Event{Entity: "review_round", ID: r.ID, Version: r.Version + 1, Action: "recompute", From: Closed, To: Closed,
		Place: r.Place, Reason: redo.Reason, Data: map[string]any{"digest": digest, "run": run, "sheets": redo.Sheets, "without": redo.Without}, At: at})
}

// invalidate strikes a project's locked sheets out with the reason, and takes their judges off it; what stands on them stays on
// record (I-R2).
func invalidate(ctx context.Context, tx pg.Tx, h hand, r Round, proposalID string, redo Redo) error {
	type struck struct {
		ID, Seat, Place, State, SeatState string
		Version, SeatVersion              int
	}
	list, err := pg.All[struck](ctx, tx, brokenSQL, pg.Args{"round": r.ID, "proposal": proposalID, "ids": append([]string{}, redo.Sheets...)})
	if err != nil {
		return err
	}
	if len(list) != len(redo.Sheets) {
		return fault.Field("sheets", "请选要作废的评分表")
	}
	for _, s := range list {
		if s.State != Locked {
			return fault.Field("sheets", "这份评分表已经作废了，请刷新页面看看")
		}
		if _, err := pg.Do(ctx, tx, invalidateSQL, pg.Args{"id": s.ID, "reason": redo.Reason}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "sheet", ID: s.ID, Version: s.Version + 1, Action: "invalidate", From: Locked, To: Invalid,
			Place: s.Place, Reason: redo.Reason, At: h.at}); err != nil {
			return err
		}
		if s.SeatState != Assigned && s.SeatState != Taken {
			continue
		}
		if _, err := pg.Do(ctx, tx, recuseSQL, pg.Args{"id": s.Seat, "reason": redo.Reason}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "assignment", ID: s.Seat, Version: s.SeatVersion + 1, Action: "recuse", From: s.SeatState, To: Recused,
			Place: s.Place, Reason: redo.Reason, At: h.at}); err != nil {
			return err
		}
	}
	return nil
}

// Verify computes every closed round's result again from its stored sheets and compares it with what is stored, row by row
// and byte by byte (I-R3). It gives the number of runs looked at and what differs.
func Verify(ctx context.Context, q pg.Reader) (int64, []string, error) {
	rounds, err := pg.All[Round](ctx, q, closedSQL, nil)
	if err != nil {
		return 0, nil, err
	}
	var n int64
	var broken []string
	for _, r := range rounds {
		runs, err := Runs(ctx, q, r.ID)
		if err != nil {
			return n, broken, err
		}
		n += int64(max(len(runs), 1))
		said, err := r.differs(ctx, q, runs)
		if err != nil {
			return n, broken, err
		}
		wrong, err := r.strays(ctx, q, runs)
		if err != nil {
			return n, broken, err
		}
		said = append(said, wrong...)
		for _, what := range said {
			broken = append(broken, "review_round "+r.ID+": "+what)
		}
	}
	return n, broken, nil
}

const closedSQL = `select ` + roundColumns + ` from review_round r where r.state = 'closed' and r.kind <> 'panel' order by r.id`

// differs compares a round with its recomputation: the latest run with the sheets, every run with its own protocol.
func (r Round) differs(ctx context.Context, q pg.Reader, runs []Run) ([]string, error) {
	out, err := Recompute(ctx, q, r)
	if err != nil {
		if fault.MessageOf(err).Text != "" {
			return []string{"cannot be computed: " + err.Error()}, nil
		}
		return nil, err
	}
	var broken []string
	if Digest(out) != r.Digest {
		broken = append(broken, "its sheets come to "+Digest(out)+", it keeps "+r.Digest)
	}
	run, err := pg.Value[int](ctx, q, latestSQL, pg.Args{"round": r.ID})
	if err != nil {
		return nil, err
	}
	stored, err := pg.All[Row](ctx, q, recountSQL, pg.Args{"round": r.ID, "run": run})
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(stored, byID(out.Rows), sameRow) {
		broken = append(broken, "its stored rows are not what its sheets come to")
	}
	for _, k := range runs {
		if v, err := replayed(k.Protocol); err != nil || !v.Same || v.Result != k.Digest {
			broken = append(broken, "a stored protocol does not replay: "+v.Where)
		}
	}
	return broken, nil
}

func byID(rows []Row) []Row {
	return slices.SortedFunc(slices.Values(rows), func(a, b Row) int { return compare(a.ID, b.ID) })
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// sameRow compares what a table keeps of a row.
func sameRow(a, b Row) bool {
	return a.ID == b.ID && a.Score == b.Score && a.Rank == b.Rank && a.N == b.N && a.Need == b.Need && a.Part == b.Part && slices.Equal(a.Dropped, b.Dropped)
}
