package judging

import (
	"context"
	"slices"
	"time"

	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Standing is a ranked project as the round left it.
type Standing struct {
	ProposalID  string
	Number      string
	Title       string
	Track       string
	Category    string
	TeamName    string
	PlaceName   string
	PlaceNameEn string
	Requested   yuan.Fen
	State       string // of the proposal
	Score       int
	Rank        int
	N           int
	Dropped     []string
	NeedMark    int
	PartMark    int
	Sheets      []Marked
}

// Marked is a judge's total for a project.
type Marked struct {
	ID      string `json:"id"`
	Judge   string `json:"judge"`
	Total   int    `json:"total"`
	State   string `json:"state"`
	Dropped bool   `json:"dropped"`
}

// Mean is the plain mean of the valid sheets, untrimmed.
func (s Standing) Mean() int {
	var totals []int
	for _, m := range s.Sheets {
		if m.State == Locked {
			totals = append(totals, m.Total)
		}
	}
	if len(totals) == 0 {
		return 0
	}
	return Mean(totals)
}

const standingsSQL = `select p.id::text as proposal_id, coalesce(p.number, '') as number, p.title, p.track, p.category, t.name as team_name, pl.name as place_name,
    pl.name_en as place_name_en, p.requested, p.state, x.score, x.rank, x.n, x.dropped::text[], x.need_mark, x.part_mark,
    (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'judge', u.name, 'total', coalesce(s.total, 0), 'state', s.state, 'dropped', s.id = any(x.dropped))
      order by s.total desc, s.submitted_at, s.id), '[]') from sheet s join judge j on j.id = s.judge_id join person u on u.id = j.person_id
      where s.round_id = x.round_id and s.proposal_id = p.id and s.state in ('locked', 'invalid')) as sheets
  from round_result x join proposal p on p.id = x.proposal_id join team t on t.id = p.team_id join place pl on pl.path = p.place
  where x.round_id = @round::uuid and x.run = (select max(run) from round_result where round_id = @round::uuid) order by p.track, x.rank, p.id`

// Standings lists what a closed round came to, by track and rank, whoever asks: callers decide who may see it.
func Standings(ctx context.Context, q pg.Reader, roundID string) ([]Standing, error) {
	return pg.All[Standing](ctx, q, standingsSQL, pg.Args{"round": roundID})
}

// Progress is a project in a round with its judges, for the desk.
type Progress struct {
	ProposalID string
	Number     string
	Title      string
	Seats      []Chair
}

// Chair is a judge at a project and how far they are.
type Chair struct {
	ID     string `json:"id"`
	Judge  string `json:"judge"`
	State  string `json:"state"` // of the assignment
	Reason string `json:"reason"`
	Sheet  string `json:"sheet"` // state of the sheet, "" when there is none
}

// Live tells whether the judge is to mark the project.
func (c Chair) Live() bool { return c.State == Assigned || c.State == Taken }

// Count tells how many sheets are in, of how many live seats.
func (p Progress) Count() (done, live int) {
	for _, c := range p.Seats {
		if c.Live() {
			live++
			if c.Sheet == Submitted || c.Sheet == Locked {
				done++
			}
		}
	}
	return done, live
}

const progressSQL = `select p.id::text as proposal_id, coalesce(p.number, '') as number, p.title,
    (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'judge', u.name, 'state', a.state, 'reason', a.reason, 'sheet', coalesce(s.state, '')) order by u.name, a.id), '[]')
      from assignment a join judge j on j.id = a.judge_id join person u on u.id = j.person_id left join sheet s on s.assignment_id = a.id
      where a.round_id = @round::uuid and a.proposal_id = p.id) as seats
  from proposal p where p.edition_id = @edition::uuid and p.state not in ('withdrawn', 'void') and exists (select from round_entry e where e.round_id = @round::uuid and e.proposal_id = p.id)
  order by p.number, p.id limit 500`

// Room is an edition's judging for its desk.
type Room struct {
	Judges   []Judge
	Round    Round   // the one to work on: the first that is not closed, else the last; zero when none is planned
	Rounds   []Round // all of them in their order
	Rubric   []Criterion
	Projects []Progress
	Eligible int
	Reopened []Reopening // projects that are marked again after a round has closed
	Late     []LateTie   // locked sheets in spite of a tie
	Now      time.Time
}

const eligibleCountSQL = `select count(*)::int from proposal where edition_id = @edition::uuid and state in ('eligible', 'shortlisted')`

// Room is the judging of an edition, for those who may read its sheets.
func (b *Book) Room(ctx context.Context, by identity.Actor, editionID string) (Room, error) {
	room := Room{Now: b.clock.Now()}
	var err error
	if room.Judges, err = b.Judges(ctx, by, editionID); err != nil {
		return room, err
	}
	if room.Eligible, err = pg.Value[int](ctx, b.db, eligibleCountSQL, pg.Args{"edition": editionID}); err != nil {
		return room, err
	}
	if room.Reopened, err = Reopened(ctx, b.db, editionID); err != nil {
		return room, err
	}
	if room.Late, err = LateTies(ctx, b.db, editionID); err != nil {
		return room, err
	}
	rounds, err := Rounds(ctx, b.db, editionID)
	if err != nil || len(rounds) == 0 {
		return room, err
	}
	room.Rounds, room.Round = rounds, rounds[len(rounds)-1]
	for _, r := range slices.Backward(rounds) {
		if r.State != Closed {
			room.Round = r
		}
	}
	if !room.Round.Scores() { // a panel has a page of its own
		return room, nil
	}
	if room.Rubric, err = Criteria(ctx, b.db, room.Round.ID); err != nil || room.Round.State == Planned {
		return room, err
	}
	room.Projects, err = pg.All[Progress](ctx, b.db, progressSQL, pg.Args{"edition": editionID, "round": room.Round.ID})
	return room, err
}

// Average is a criterion's mean over the valid sheets, in hundredths.
type Average struct {
	Criterion
	Mean int
}

// Feedback is what a team may know of how it was judged: its averages and the judges' words without their names.
type Feedback struct {
	Round    Round
	Score    int
	Rank     int
	N        int
	Averages []Average
	Comments []string // mended where the district has done so
	Withheld int      // comments the district keeps back
}

const wordsSQL = `select s.marks from sheet s where s.round_id = @round::uuid and s.proposal_id = @proposal::uuid and s.state = 'locked' order by md5(s.id::text)`

const lastResultSQL = `select x.round_id::text as round, x.score, x.rank from round_result x join review_round r on r.id = x.round_id
  where x.proposal_id = @proposal::uuid and r.state = 'closed' order by r.seq desc, x.run desc limit 1`

// FeedbackOf is a judged proposal's feedback from the last round it was in. The caller has made sure that the results are
// public and the reader belongs to the team.
func FeedbackOf(ctx context.Context, q pg.Reader, p proposal.Proposal) (Feedback, error) {
	type result struct {
		Round       string
		Score, Rank int
	}
	last, err := pg.One[result](ctx, q, lastResultSQL, pg.Args{"proposal": p.ID})
	if err != nil {
		return Feedback{}, err
	}
	f := Feedback{Score: last.Score, Rank: last.Rank}
	if f.Round, err = pg.One[Round](ctx, q, roundSQL, pg.Args{"id": last.Round}); err != nil {
		return f, err
	}
	type said struct{ Marks map[string]int }
	sheets, err := pg.All[said](ctx, q, wordsSQL, pg.Args{"round": f.Round.ID, "proposal": p.ID})
	if err != nil {
		return f, err
	}
	rubric, err := Criteria(ctx, q, f.Round.ID)
	if err != nil {
		return f, err
	}
	f.N = len(sheets)
	for _, c := range rubric {
		var marks []int
		for _, s := range sheets {
			marks = append(marks, 100*s.Marks[c.Code])
		}
		if len(marks) > 0 {
			f.Averages = append(f.Averages, Average{c, Mean(marks)})
		}
	}
	words, err := Words(ctx, q, f.Round.ID, p.ID)
	if err != nil {
		return f, err
	}
	for _, w := range words {
		if text := w.Said(); text != "" {
			f.Comments = append(f.Comments, text)
		} else {
			f.Withheld++
		}
	}
	return f, nil
}
