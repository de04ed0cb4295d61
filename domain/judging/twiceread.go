package judging

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// PaperSeat is a judge's seat whose sheet may come on paper.
type PaperSeat struct {
	AssignmentID string
	JudgeID      string
	Judge        string
	Number       string
	Title        string
	Slot         string // state of the pitch
	Sheet        string // state of the sheet
	Twice        string // "" while nobody has typed anything
	Mine         bool   // the actor typed the first
}

// Box is a ballot box and how far it is.
type Box struct {
	Name  string
	Twice string
	Mine  bool
}

// PapersView is what came on paper in a round.
type PapersView struct {
	Round Round
	Stage Stage
	Seats []PaperSeat
	Poll  Poll // zero when there is none
	Boxes []Box
}

const (
	paperSeatsSQL = `select a.id::text as assignment_id, a.judge_id::text, u.name as judge, coalesce(p.number, '') as number, p.title, t.state as slot, coalesce(x.state, '') as sheet, coalesce(w.state, '') as twice,
    exists (select from twice_pass f where f.twice_id = w.id and f.pass = 1 and f.person_id = @me::uuid) as mine
  from pitch_slot t join proposal p on p.id = t.proposal_id join assignment a on a.round_id = t.room_id and a.proposal_id = t.proposal_id and a.state in ('assigned', 'accepted')
    join judge j on j.id = a.judge_id join person u on u.id = j.person_id left join sheet x on x.assignment_id = a.id left join twice w on w.assignment_id = a.id
  where t.room_id = @id::uuid and t.state in ('up', 'heard', 'shown') and (w.id is not null or coalesce(x.state, 'draft') = 'draft' and t.state <> 'shown') order by t.seq, u.name, a.id limit 600`
	boxesSQL = `select t.box as name, t.state as twice, exists (select from twice_pass f where f.twice_id = t.id and f.pass = 1 and f.person_id = @me::uuid) as mine
  from twice t where t.round_id = @id::uuid and t.kind = 'box' order by t.box`
	twiceOfSQL    = `select ` + twiceColumns + ` from twice t where t.assignment_id = @assignment::uuid and t.kind = 'sheet'`
	twiceOfBoxSQL = `select ` + twiceColumns + ` from twice t where t.round_id = @round::uuid and t.box = @box and t.kind = 'box'`
)

// PapersOf lists what may still be typed from paper in a round, for who may type it.
func (b *Book) PapersOf(ctx context.Context, by identity.Actor, roundID string) (PapersView, error) {
	var v PapersView
	var err error
	if v.Round, _, err = b.keyer(ctx, by, roundID); err != nil {
		return v, err
	}
	if v.Stage, _, err = pg.Maybe[Stage](ctx, b.db, stageSQL, pg.Args{"id": roundID}); err != nil {
		return v, err
	}
	if v.Seats, err = pg.All[PaperSeat](ctx, b.db, paperSeatsSQL, pg.Args{"id": roundID, "me": by.ID}); err != nil {
		return v, err
	}
	if v.Poll, _, err = pg.Maybe[Poll](ctx, b.db, pollSQL, pg.Args{"id": roundID}); err != nil {
		return v, err
	}
	v.Boxes, err = pg.All[Box](ctx, b.db, boxesSQL, pg.Args{"id": roundID, "me": by.ID})
	return v, err
}

// PaperView is one paper being typed. What others typed is there only when both differ.
type PaperView struct {
	Round   Round
	Seat    PaperSeat // of a sheet
	Box     string    // of a ballot box
	Rubric  []Criterion
	Options []Option
	Pass    int // which typing is next, 0 when it is settled
	Mine    bool
	Passes  []Pass
	Photos  []evidence.Attachment
	ByPaper bool // the box is typed ballot by ballot, because votes share the money out
	Most    int  // projects a paper may have, as Poll.Most
}

// PaperSheetOf is a judge's paper sheet being typed.
func (b *Book) PaperSheetOf(ctx context.Context, by identity.Actor, assignmentID string) (PaperView, error) {
	var v PaperView
	a, err := pg.One[Assignment](ctx, b.db, assignmentSQL, pg.Args{"id": assignmentID})
	if err != nil {
		return v, err
	}
	list, err := b.PapersOf(ctx, by, a.RoundID)
	if err != nil {
		return v, err
	}
	v.Round = list.Round
	at := slices.IndexFunc(list.Seats, func(s PaperSeat) bool { return s.AssignmentID == assignmentID })
	if at < 0 {
		return v, fault.Missing()
	}
	v.Seat = list.Seats[at]
	if v.Rubric, err = Criteria(ctx, b.db, a.RoundID); err != nil {
		return v, err
	}
	t, found, err := pg.Maybe[Twice](ctx, b.db, twiceOfSQL, pg.Args{"assignment": assignmentID})
	if err != nil {
		return v, err
	}
	return v, b.passes(ctx, &v, by, t, found)
}

// BoxOf is a ballot box being typed; a name nobody has typed yet is a new box.
func (b *Book) BoxOf(ctx context.Context, by identity.Actor, roundID, box string) (PaperView, error) {
	v := PaperView{Box: box}
	list, err := b.PapersOf(ctx, by, roundID)
	if err != nil {
		return v, err
	}
	if v.Round, v.Most = list.Round, list.Poll.Most; list.Poll.ID == "" || list.Poll.State != PollPlanned {
		return v, fault.Missing()
	}
	if v.Options, err = pg.All[Option](ctx, b.db, optionsSQL, pg.Args{"id": roundID}); err != nil {
		return v, err
	}
	if v.ByPaper, err = b.byPaper(ctx, v.Round); err != nil {
		return v, err
	}
	t, found, err := pg.Maybe[Twice](ctx, b.db, twiceOfBoxSQL, pg.Args{"round": roundID, "box": box})
	if err != nil {
		return v, err
	}
	return v, b.passes(ctx, &v, by, t, found)
}

func (b *Book) passes(ctx context.Context, v *PaperView, by identity.Actor, t Twice, found bool) error {
	if v.Pass = 1; !found {
		return nil
	}
	all, err := pg.All[Pass](ctx, b.db, passesSQL, pg.Args{"id": t.ID})
	if err != nil {
		return err
	}
	v.Pass, v.Mine = len(all)+1, t.State == Once && all[0].PersonID == by.ID
	if t.State != Once {
		v.Passes = all
	}
	if t.State == Settled {
		v.Pass = 0
	}
	v.Photos, err = evidence.Of(ctx, b.db, t.ID)
	return err
}

// BoxCount is the count of a ballot box as somebody reads it off the tally sheet: votes by project.
type BoxCount struct {
	Box    string     `form:"box"`
	Pass   int        `form:"pass"`
	Counts []MarkText `form:"counts"` // Code is a project's id
	// Ballots are the papers one by one where votes share the money out: a line is a paper, see readBallots.
	Ballots string `form:"ballots"`
	Reason  string `form:"reason"`
}

// byPaper tells whether a round's boxes are typed ballot by ballot.
func (b *Book) byPaper(ctx context.Context, r Round) (bool, error) {
	e, err := edition.Get(ctx, b.db, r.EditionID)
	return e.Rules.ByVotes(), err
}

// readPapers reads a box that is typed ballot by ballot.
func (n BoxCount) readPapers(options []Option, most int) (map[string]int, [][]string, error) {
	wrong := n.named()
	ballots, err := readBallots(n.Ballots, options, most)
	for field, m := range fault.InFields(err) {
		wrong.Add(field, m.Text, m.Args...)
	}
	return votesOf(ballots, options), ballots, wrong.Err()
}

// named looks at what every box needs.
func (n BoxCount) named() fault.Fields {
	var wrong fault.Fields
	if n.Box == "" || utf8.RuneCountInString(n.Box) > 40 {
		wrong.Add("box", "请写票箱的名字，最多 40 个字，例如：电厂新村社区活动室")
	}
	if utf8.RuneCountInString(n.Reason) > 200 {
		wrong.Add("reason", "最多 %d 个字，现在是 %d 个字", 200, utf8.RuneCountInString(n.Reason))
	}
	return wrong
}

func (n BoxCount) read(options []Option) (map[string]int, error) {
	wrong := n.named()
	counts := map[string]int{}
	for i, c := range n.Counts {
		if !slices.ContainsFunc(options, func(o Option) bool { return o.ID == c.Code }) {
			return nil, stale()
		}
		votes, err := strconv.Atoi(strings.TrimSpace(c.Mark))
		if err != nil || votes < 0 || votes > 100_000 {
			wrong.Add("counts."+strconv.Itoa(i)+".mark", "请填写这个项目的票数，没有就填 0")
		}
		counts[c.Code] = votes
	}
	if len(counts) != len(options) {
		wrong.Add("", "每个项目都要填票数，没有就填 0")
	}
	return counts, wrong.Err()
}

// readBox reads a box by the rule of its call.
func (b *Book) readBox(ctx context.Context, r Round, n BoxCount, options []Option) (map[string]int, [][]string, error) {
	papers, err := b.byPaper(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	if papers {
		p, _, err := pg.Maybe[Poll](ctx, b.db, pollSQL, pg.Args{"id": r.ID})
		if err != nil {
			return nil, nil, err
		}
		return n.readPapers(options, p.Most)
	}
	counts, err := n.read(options)
	return counts, nil, err
}

// noBoxPhoto asks for the picture that the second typing and a third look are made from.
const noBoxPhoto = "请拍一张唱票记录的照片，带上开了箱的选票，核对时要用"

// KeyBox keeps one typing of a ballot box's count. The first brings a photo of the count as it was written down at the box.
func (b *Book) KeyBox(ctx context.Context, by identity.Actor, roundID string, n BoxCount, photo *Photo) error {
	r, w, err := b.keyer(ctx, by, roundID)
	if err != nil {
		return err
	}
	options, err := pg.All[Option](ctx, b.db, optionsSQL, pg.Args{"id": roundID})
	if err != nil {
		return err
	}
	counts, ballots, err := b.readBox(ctx, r, n, options)
	if err != nil {
		return err
	}
	in := typing{round: r.ID, place: r.Place, kind: "box", box: n.Box, pass: n.Pass, marks: counts, ballots: ballots, reason: n.Reason}
	if in.photo, in.photoName, err = b.takePhoto(ctx, n.Pass, photo, noBoxPhoto); err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := pg.One[Poll](ctx, tx, lockPollSQL, pg.Args{"id": roundID})
		if err != nil {
			return err
		}
		if p.State != PollPlanned || h.at.Before(p.OpensAt) {
			return fault.New(fault.Conflict, "投票还没有开始，或者已经计过票了")
		}
		_, err = typed(ctx, tx, h, in)
		return err
	})
}
