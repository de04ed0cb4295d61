package judging

import (
	"context"
	"maps"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// The states of a sheet.
const (
	Drafted   = "draft"
	Submitted = "submitted"
	Locked    = "locked"
	Invalid   = "invalid"
)

// mustComment is the total, in hundredths, below which the judge owes the team a word (DOMAIN §7.4).
const mustComment = 60_00

// Sheet is a judge's score sheet for one project.
type Sheet struct {
	ID           string
	AssignmentID string
	Marks        map[string]int // by criterion, 0 to 100; a criterion not yet marked is not there
	Total        *int           // hundredths, nil until every criterion is marked
	Comment      string         // goes to the team without the judge's name
	PrivateNote  string         // for the judge alone
	State        string
	SubmittedAt  *time.Time
	Reason       string
	Saves        int
	Version      int
}

// SheetDraft is what a judge may write.
type SheetDraft struct {
	Saves       int        `form:"saves"`
	Marks       []MarkText `form:"marks"`
	Comment     string     `form:"comment"`
	PrivateNote string     `form:"private_note"`
}

// MarkText is a mark as it was typed: nothing yet is not the same as nought. The band stands for a mark not typed.
type MarkText struct {
	Code string `form:"code"`
	Mark string `form:"mark"`
	Band string `form:"mark_band"`
}

// read turns the typed marks into numbers.
func (d SheetDraft) read(rubric []Criterion, submit bool) (map[string]int, *int, error) {
	var wrong fault.Fields
	marks, typed := map[string]int{}, map[string]string{}
	for _, m := range d.Marks {
		typed[m.Code] = m.Mark
		if m.Mark == "" {
			typed[m.Code] = m.Band
		}
	}
	weights := make([]Weight, len(rubric))
	for i, c := range rubric {
		field := "marks." + strconv.Itoa(i) + ".mark"
		weights[i] = Weight{c.Code, c.Weight}
		text := typed[c.Code]
		if text == "" {
			if submit {
				wrong.Add(field, "这一项还没有打分")
			}
			continue
		}
		mark, err := strconv.Atoi(text)
		if err != nil || mark < 0 || mark > TopMark {
			wrong.Add(field, "请填写 0 到 100 之间的整数")
			continue
		}
		marks[c.Code] = mark
	}
	for field, text := range map[string]string{"comment": d.Comment, "private_note": d.PrivateNote} {
		if n := utf8.RuneCountInString(text); n > 500 {
			wrong.Add(field, "最多 %d 个字，现在是 %d 个字", 500, n)
		}
	}
	var total *int
	if len(marks) == len(rubric) && len(wrong) == 0 {
		sum, err := Total(weights, marks)
		if err != nil {
			return nil, nil, err
		}
		total = &sum
		if submit && sum < mustComment && d.Comment == "" {
			wrong.Add("comment", "总分低于 60 时，请给项目方写一句建议")
		}
	}
	return marks, total, wrong.Err()
}

const (
	sheetColumns  = `s.id::text, s.assignment_id::text, s.marks, s.total, s.comment, s.private_note, s.state, s.submitted_at, s.reason, s.saves, s.version`
	assignmentSQL = `select ` + seatColumns + ` from assignment a join review_round r on r.id = a.round_id join judge j on j.id = a.judge_id where a.id = @id::uuid`
	sheetOfSQL    = `select ` + sheetColumns + ` from sheet s where s.assignment_id = @assignment::uuid`
	holdRoundSQL  = `select r.state from review_round r where r.id = @id::uuid for share`
	holdAgainSQL  = `select o.state from reopening o where o.id = @id::uuid for share`
	holdJudgeSQL  = `select j.state from judge j where j.id = @id::uuid for share`
	stateSQL      = `select p.state from proposal p where p.id = @id::uuid`
	newSheetSQL   = `insert into sheet (id, assignment_id, round_id, proposal_id, judge_id, marks, total, comment, private_note, state, submitted_at, saves)
  values (@id, @assignment, @round, @proposal, @judge, @marks, @total, @comment, @note, @state, @submitted, 1)`
	saveSheetSQL = `update sheet set marks = @marks, total = @total, comment = @comment, private_note = @note, state = @state, submitted_at = @submitted, saves = saves + 1,
  version = version + case when @state = 'submitted' then 1 else 0 end where id = @id::uuid`
	reopenSQL = `update sheet set state = 'draft', reason = @reason, saves = saves + 1, version = version + 1 where id = @id::uuid`
)

// work is the actor's own assignment; anybody else's does not exist for them.
func (b *Book) work(ctx context.Context, by identity.Actor, id string) (Assignment, identity.Warrant, error) {
	a, err := pg.One[Assignment](ctx, b.db, assignmentSQL, pg.Args{"id": id})
	if err == nil && a.PersonID != by.ID {
		err = fault.Missing()
	}
	if err != nil {
		return a, identity.Warrant{}, err
	}
	w, err := by.Must(identity.Score, a.Place)
	return a, w, err
}

// hold takes what a sheet's writer needs to stay as it is, in the jury's order of locks: round, judge, assignment.
func hold(ctx context.Context, tx pg.Tx, a Assignment) (Sheet, bool, error) {
	state, err := pg.Value[string](ctx, tx, holdRoundSQL, pg.Args{"id": a.RoundID})
	if err != nil {
		return Sheet{}, false, err
	}
	if state == Closed && a.ReopeningID != "" {
		if state, err = pg.Value[string](ctx, tx, holdAgainSQL, pg.Args{"id": a.ReopeningID}); err != nil {
			return Sheet{}, false, err
		}
	}
	if state != Open {
		return Sheet{}, false, fault.New(fault.Conflict, "评审已经结束，评分表不能再改")
	}
	if _, err := pg.Value[string](ctx, tx, holdJudgeSQL, pg.Args{"id": a.JudgeID}); err != nil {
		return Sheet{}, false, err
	}
	a, err = pg.One[Assignment](ctx, tx, lockSeatSQL, pg.Args{"id": a.ID})
	if err != nil {
		return Sheet{}, false, err
	}
	project, err := pg.Value[string](ctx, tx, stateSQL, pg.Args{"id": a.ProposalID})
	if err != nil {
		return Sheet{}, false, err
	}
	if !a.Live() || a.ReopeningID == "" && project != proposal.Eligible && project != proposal.Shortlisted && project != proposal.Pitched {
		return Sheet{}, false, fault.New(fault.Conflict, "这个项目现在不由您评审")
	}
	return maybeSheet(ctx, tx, a.ID)
}

func maybeSheet(ctx context.Context, q pg.Reader, assignmentID string) (Sheet, bool, error) {
	return pg.Maybe[Sheet](ctx, q, sheetOfSQL, pg.Args{"assignment": assignmentID})
}

// Save keeps a half-marked sheet and tells the count of saves, which the next save must know. Nobody else sees it.
func (b *Book) Save(ctx context.Context, by identity.Actor, assignmentID string, d SheetDraft) (saves int, err error) {
	return b.write(ctx, by, assignmentID, d, Drafted)
}

// Submit hands a sheet in. It may be reopened until the round closes.
func (b *Book) Submit(ctx context.Context, by identity.Actor, assignmentID string, d SheetDraft) error {
	_, err := b.write(ctx, by, assignmentID, d, Submitted)
	return err
}

func (b *Book) write(ctx context.Context, by identity.Actor, assignmentID string, d SheetDraft, to string) (saves int, err error) {
	a, w, err := b.work(ctx, by, assignmentID)
	if err != nil {
		return 0, err
	}
	rubric, err := Criteria(ctx, b.db, a.RoundID)
	if err != nil {
		return 0, err
	}
	e := filled{draft: d, to: to, at: b.clock.Now()}
	if e.marks, e.total, err = d.read(rubric, to == Submitted); err != nil {
		return 0, err
	}
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		saves, err = e.put(ctx, tx, w, a)
		return err
	})
	return saves, err
}

// filled is a sheet that was read and may be written.
type filled struct {
	draft SheetDraft
	marks map[string]int
	total *int
	to    string
	at    time.Time
}

// put writes the sheet in the caller's transaction and tells the count of saves.
func (e filled) put(ctx context.Context, tx pg.Tx, w identity.Warrant, a Assignment) (saves int, err error) {
	s, found, err := hold(ctx, tx, a)
	if err != nil {
		return 0, err
	}
	d := e.draft
	if found && s.Saves == d.Saves+1 && s.State == e.to && maps.Equal(s.Marks, e.marks) && s.Comment == d.Comment && s.PrivateNote == d.PrivateNote {
		return s.Saves, nil // the same form came twice
	}
	if found && s.State == Submitted {
		return 0, fault.New(fault.Conflict, "这份评分表已经交了。要改的话，请先点「我要修改」")
	}
	if s.Saves != d.Saves {
		return 0, stale()
	}
	args := pg.Args{"marks": e.marks, "total": e.total, "comment": d.Comment, "note": d.PrivateNote, "state": e.to, "submitted": (*time.Time)(nil)}
	if e.to == Submitted {
		args["submitted"] = &e.at
	}
	event := audit.Event{Entity: "sheet", ID: s.ID, Version: s.Version + 1, Action: "submit", From: s.State, To: e.to, Place: a.Place, At: e.at}
	if !found {
		event.ID, event.Action = uuid.Must(uuid.NewV7()).String(), map[string]string{Drafted: "begin", Submitted: "submit"}[e.to]
		args["id"], args["assignment"], args["round"], args["proposal"], args["judge"] = event.ID, a.ID, a.RoundID, a.ProposalID, a.JudgeID
		_, err = pg.Do(ctx, tx, newSheetSQL, args)
	} else {
		args["id"] = s.ID
		_, err = pg.Do(ctx, tx, saveSheetSQL, args)
	}
	if err != nil || (found && e.to == Drafted) { // a save is not a change of state
		return s.Saves + 1, err
	}
	return s.Saves + 1, audit.Record(ctx, tx, w, event)
}

// Reason is a button that needs a reason.
type Reason struct {
	Reason string `form:"reason"`
}

func (r Reason) check(text string) error {
	if r.Reason == "" {
		return fault.Field("reason", text)
	}
	if n := utf8.RuneCountInString(r.Reason); n > 200 {
		return fault.Field("reason", "最多 %d 个字，现在是 %d 个字", 200, n)
	}
	return nil
}

// Reopen takes a submitted sheet back to be changed, with a reason on record.
func (b *Book) Reopen(ctx context.Context, by identity.Actor, assignmentID string, r Reason) error {
	a, w, err := b.work(ctx, by, assignmentID)
	if err != nil {
		return err
	}
	if err := r.check("请写一下为什么要改，会记录下来"); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		s, found, err := hold(ctx, tx, a)
		if err != nil {
			return err
		}
		if !found || s.State != Submitted { // already open
			return nil
		}
		if _, err := pg.Do(ctx, tx, reopenSQL, pg.Args{"id": s.ID, "reason": r.Reason}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "sheet", ID: s.ID, Version: s.Version + 1, Action: "reopen", From: Submitted, To: Drafted,
			Place: a.Place, Reason: r.Reason, At: b.clock.Now()})
	})
}

// Recuse gives up a project because of a tie, with a reason; somebody else takes over if anybody may.
func (b *Book) Recuse(ctx context.Context, by identity.Actor, assignmentID string, r Reason) error {
	a, w, err := b.work(ctx, by, assignmentID)
	if err != nil {
		return err
	}
	if err := r.check("请简单写一下是什么关系，例如亲属、邻居、一起写过申报书"); err != nil {
		return err
	}
	j, err := pg.One[Judge](ctx, b.db, judgeSQL, pg.Args{"id": a.JudgeID})
	if err != nil {
		return err
	}
	p, err := proposal.Get(ctx, b.db, a.ProposalID)
	if err != nil {
		return err
	}
	h := hand{w, a.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error { return declare(ctx, tx, h, j, p, r.Reason) })
}

// Excuse takes a judge off a project for the district: ill, absent. It is no tie; somebody else takes over if anybody
// may, and trimming uses as many sheets as there are.
func (b *Book) Excuse(ctx context.Context, by identity.Actor, assignmentID string, reason Reason) error {
	a, err := pg.One[Assignment](ctx, b.db, assignmentSQL, pg.Args{"id": assignmentID})
	if err != nil {
		return err
	}
	r, w, err := b.mine(ctx, by, a.RoundID)
	if err != nil {
		return err
	}
	if err := reason.check("请写明为什么换下，例如生病、临时出差"); err != nil {
		return err
	}
	p, err := proposal.Get(ctx, b.db, a.ProposalID)
	if err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, a.RoundID); err != nil {
			return err
		}
		if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
			return err
		}
		if a, err = pg.One[Assignment](ctx, tx, lockSeatSQL, pg.Args{"id": assignmentID}); err != nil {
			return err
		}
		if a.RoundState != Open {
			return fault.New(fault.Conflict, "评审没有在进行，不能换评委")
		}
		if !a.Live() {
			return nil
		}
		if err := unseat(ctx, tx, h, a.ID, reason.Reason); err != nil || a.ReopeningID != "" {
			return err
		}
		return replace(ctx, tx, h, r, p, []string{a.ID})
	})
}
