package judging

import (
	"context"
	"io"
	"maps"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
)

// Papers is what the jury's papers need beside the database.
type Papers struct {
	Store    objects.Store
	Font     string // a file with letters that the house's own fonts lack, "" for none
	Throttle func(ctx context.Context, key string, most int, window time.Duration) error
}

// KeepPapers hands in where papers are kept and with what they are printed.
func (b *Book) KeepPapers(p Papers) { b.paper = p }

// The states of something that is typed twice: once so far, both differ, settled.
const (
	Once    = "once"
	Differs = "differs"
	Settled = "settled"
)

// Photo is a picture of a paper.
type Photo struct {
	Name string
	File io.ReadSeeker
}

// Pass is one typing.
type Pass struct {
	Pass     int
	PersonID string
	Person   string
	Marks    map[string]int
	Ballots  [][]string // of a box that is typed ballot by ballot
	Comment  string
	Reason   string
	At       time.Time
}

// Twice is a paper that is typed by two people who do not see each other's; where they differ, a third look decides.
type Twice struct {
	ID      string
	State   string
	Version int
}

const (
	twiceColumns    = `t.id::text, t.state, t.version`
	lockTwiceSQL    = `select ` + twiceColumns + ` from twice t where t.assignment_id = @assignment::uuid and t.kind = 'sheet' for no key update`
	lockTwiceBoxSQL = `select ` + twiceColumns + ` from twice t where t.round_id = @round::uuid and t.box = @box and t.kind = 'box' for no key update`
	newTwiceSQL     = `insert into twice (id, round_id, place, kind, assignment_id, box) values (@id, @round, @place::text::ltree, @kind, nullif(@assignment, '')::uuid, @box)`
	moveTwiceSQL    = `update twice set state = @state, version = version + 1 where id = @id::uuid`
	passSQL         = `insert into twice_pass (twice_id, pass, person_id, marks, ballots, comment, reason, at) values (@id, @pass, @me, @marks, @ballots, @comment, @reason, @at)`
	passesSQL       = `select w.pass, w.person_id::text, p.name as person, w.marks, w.ballots, w.comment, w.reason, w.at from twice_pass w join person p on p.id = w.person_id where w.twice_id = @id::uuid order by w.pass`
)

// typing is one person's typing of a paper.
type typing struct {
	round, place, kind, assignment, box string
	pass                                int // which typing the page was for
	marks                               map[string]int
	ballots                             [][]string
	comment, reason                     string
	photo                               *evidence.Taken
	photoName                           string
}

// same tells whether a typing says what an earlier one does.
func (n typing) same(p Pass) bool {
	return maps.Equal(p.Marks, n.marks) && sameBallots(p.Ballots, n.ballots)
}

// typed keeps a typing and tells whether the paper is settled by it. The first two are by different people and blind.
func typed(ctx context.Context, tx pg.Tx, h hand, n typing) (settled bool, err error) {
	sql, args := lockTwiceSQL, pg.Args{"assignment": n.assignment}
	if n.kind == "box" {
		sql, args = lockTwiceBoxSQL, pg.Args{"round": n.round, "box": n.box}
	}
	t, found, err := pg.Maybe[Twice](ctx, tx, sql, args)
	if err != nil {
		return false, err
	}
	var passes []Pass
	if found {
		if passes, err = pg.All[Pass](ctx, tx, passesSQL, pg.Args{"id": t.ID}); err != nil {
			return false, err
		}
	}
	if n.pass != len(passes)+1 {
		if n.pass >= 1 && n.pass <= len(passes) && passes[n.pass-1].PersonID == h.w.By.ID && n.same(passes[n.pass-1]) {
			return false, nil // the same form came twice
		}
		return false, stale()
	}
	from, to := t.State, Once
	switch {
	case t.State == Settled:
		return false, fault.New(fault.Conflict, "这一份已经核对好了")
	case t.State == Once && passes[0].PersonID == h.w.By.ID:
		return false, fault.New(fault.Forbidden, "第一遍是您录的，第二遍要请另一个人录")
	case t.State == Once && n.same(passes[0]):
		to = Settled
	case t.State == Once:
		to = Differs
	case t.State == Differs && n.reason == "":
		return false, fault.Field("reason", "两遍录得不一样。请看着照片定下来，并写明以哪个为准、为什么")
	case t.State == Differs:
		to = Settled
	default:
		t.ID = uuid.Must(uuid.NewV7()).String()
		if _, err := pg.Do(ctx, tx, newTwiceSQL, pg.Args{"id": t.ID, "round": n.round, "place": n.place, "kind": n.kind, "assignment": n.assignment, "box": n.box}); err != nil {
			return false, err
		}
	}
	if found {
		if _, err := pg.Do(ctx, tx, moveTwiceSQL, pg.Args{"id": t.ID, "state": to}); err != nil {
			return false, err
		}
	}
	if _, err := pg.Do(ctx, tx, passSQL, pg.Args{"id": t.ID, "pass": n.pass, "me": h.w.By.ID, "marks": n.marks, "ballots": append([][]string{}, n.ballots...), "comment": n.comment, "reason": n.reason, "at": h.at}); err != nil {
		return false, err
	}
	if n.photo != nil {
		if _, err := evidence.Keep(ctx, tx, h.w, evidence.New{ID: uuid.Must(uuid.NewV7()).String(), Digest: n.photo.Digest, Size: n.photo.Size, Mime: n.photo.Mime, Kind: "paper", Owner: "twice",
			OwnerID: t.ID, Place: n.place, Name: n.photoName, At: h.at}); err != nil {
			return false, err
		}
	}
	return to == Settled, audit.Record(ctx, tx, h.w, audit.Event{Entity: "twice", ID: t.ID, Version: t.Version + 1, Action: "type", From: from, To: to, Place: n.place, Reason: n.reason,
		Data: map[string]any{"pass": n.pass, "kind": n.kind}, At: h.at})
}

// keyer is a round whose papers the actor may type.
func (b *Book) keyer(ctx context.Context, by identity.Actor, roundID string) (Round, identity.Warrant, error) {
	r, err := pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": roundID})
	if err == nil && (!by.Sees(identity.ReadSheets, r.Place) || r.Kind != Pitch) {
		err = fault.Missing()
	}
	if err != nil {
		return r, identity.Warrant{}, err
	}
	w, err := by.Must(identity.KeyPapers, r.Place)
	return r, w, err
}

// PaperSheet is a judge's sheet as somebody reads it off the paper.
type PaperSheet struct {
	Pass    int        `form:"pass"`
	Marks   []MarkText `form:"marks"`
	Comment string     `form:"comment"`
	Reason  string     `form:"reason"`
}

const (
	paperSheetSQL = `insert into sheet (id, assignment_id, round_id, proposal_id, judge_id, marks, total, comment, state, submitted_at, reason, saves)
  values (@id, @assignment, @round, @proposal, @judge, @marks, @total, @comment, 'submitted', @at, @reason, 1)`
	paperOverSQL = `update sheet set marks = @marks, total = @total, comment = @comment, state = 'submitted', submitted_at = @at, reason = @reason, saves = saves + 1, version = version + 1 where id = @id::uuid`
)

// onPaper is why a sheet was not typed by its judge.
const onPaper = "纸质评分表，两人录入核对"

// KeySheet keeps one typing of a judge's paper sheet. When two agree, or a third look has settled it, it is locked as the
// judge's own.
func (b *Book) KeySheet(ctx context.Context, by identity.Actor, assignmentID string, n PaperSheet, photo *Photo) error {
	a, err := pg.One[Assignment](ctx, b.db, assignmentSQL, pg.Args{"id": assignmentID})
	if err != nil {
		return err
	}
	r, w, err := b.keyer(ctx, by, a.RoundID)
	if err != nil {
		return err
	}
	if a.PersonID == by.ID {
		return fault.New(fault.Forbidden, "自己的评分表不能由自己录入")
	}
	rubric, err := Criteria(ctx, b.db, a.RoundID)
	if err != nil {
		return err
	}
	marks, total, err := SheetDraft{Marks: n.Marks, Comment: n.Comment}.read(rubric, true)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(n.Reason) > 200 {
		return fault.Field("reason", "最多 %d 个字，现在是 %d 个字", 200, utf8.RuneCountInString(n.Reason))
	}
	in := typing{round: r.ID, place: r.Place, kind: "sheet", assignment: a.ID, pass: n.Pass, marks: marks, comment: n.Comment, reason: n.Reason}
	if in.photo, in.photoName, err = b.takePhoto(ctx, n.Pass, photo, noSheetPhoto); err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		s, found, err := hold(ctx, tx, a)
		if err != nil {
			return err
		}
		if found && s.State == Submitted {
			return fault.New(fault.Conflict, "这位评委已经自己交过评分表了")
		}
		settled, err := typed(ctx, tx, h, in)
		if err != nil || !settled {
			return err
		}
		return lockPaper(ctx, tx, h, a, s, found, pg.Args{"marks": marks, "total": total, "comment": n.Comment, "at": h.at, "reason": onPaper})
	})
}

const noSheetPhoto = "请拍一张纸质评分表的照片，核对时要用"

// takePhoto puts the picture of a paper into the store; the first typing needs one, and lacking says so.
func (b *Book) takePhoto(ctx context.Context, pass int, photo *Photo, lacking string) (*evidence.Taken, string, error) {
	if photo == nil {
		if pass == 1 {
			return nil, "", fault.Field("photo", lacking)
		}
		return nil, "", nil
	}
	taken, err := evidence.TakePaper(ctx, b.paper.Store, photo.File)
	if fault.Is(err, fault.Invalid) && fault.InFields(err) == nil {
		m := fault.MessageOf(err)
		err = fault.Field("photo", m.Text, m.Args...)
	}
	return &taken, photo.Name, err
}

// lockPaper makes the judge's sheet from the paper and locks it.
func lockPaper(ctx context.Context, tx pg.Tx, h hand, a Assignment, s Sheet, found bool, args pg.Args) error {
	sql := paperOverSQL
	if !found {
		s.ID, sql = uuid.Must(uuid.NewV7()).String(), paperSheetSQL
		args["assignment"], args["round"], args["proposal"], args["judge"] = a.ID, a.RoundID, a.ProposalID, a.JudgeID
	}
	args["id"] = s.ID
	if _, err := pg.Do(ctx, tx, sql, args); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "sheet", ID: s.ID, Version: s.Version + 1, Action: "submit_paper", From: s.State, To: Submitted, Place: a.Place, Reason: onPaper, At: h.at}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, lockSheetSQL, pg.Args{"id": s.ID}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "sheet", ID: s.ID, Version: s.Version + 2, Action: "lock", From: Submitted, To: Locked, Place: a.Place,
		Data: map[string]any{"total": args["total"]}, At: h.at})
}
