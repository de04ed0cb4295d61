package judging

import (
	"context"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// LateTie is a conflict of interest that became known only after the judge's sheet was locked: the sheet is to be struck out
// (DOMAIN §7.4), which is the district's to do.
type LateTie struct {
	SheetID    string
	RoundID    string
	RoundName  string
	Judge      string
	ProposalID string
	Number     string
	Title      string
	Kind       string // by ConflictKinds
	Reason     string // in the judge's own words
	Evidence   []Evidence
	At         time.Time
	Ranks      bool // the sheet's round ranks for good, it did not only choose who goes on
	// What the rest of the year stands at, see Shut.
	Project   string     // state of the proposal
	Next      string     // state of the round after it, "" while none is planned
	NextKind  string     // of that round
	Stage     string     // state of its pitch room, "" while no order is drawn
	VoteUntil *time.Time // when its residents' vote ends
}

// Shut tells why a sheet of a round that only chose who goes on changes nothing any more; nil while it can be struck out, and for a
// round that ranks.
func (t LateTie) Shut(now time.Time) error {
	switch {
	case t.Ranks:
		return nil
	case t.Project == proposal.Withdrawn || t.Project == proposal.Void:
		return fault.New(fault.Conflict, "这个项目已经退出了，它的评分表不用再作废")
	case t.Next == Closed:
		return fault.New(fault.Conflict, "下一轮评审已经结束，谁进入下一轮不能再变，这份评分表不再改变结果。请把查到的关系写进会议纪要")
	case t.Stage == Ended:
		return pitchesOver()
	case t.VoteUntil != nil && !now.Before(*t.VoteUntil):
		return fault.New(fault.Conflict, "下一轮的居民投票已经结束，不能再加项目，这份评分表不再改变结果。请把查到的关系写进会议纪要")
	}
	return nil
}

func pitchesOver() error {
	return fault.New(fault.Conflict, "下一轮的路演已经结束，不能再加项目，这份评分表不再改变结果。请把查到的关系写进会议纪要")
}

const (
	lateColumns = `s.id::text as sheet_id, r.id::text as round_id, r.name as round_name, u.name as judge, p.id::text as proposal_id, coalesce(p.number, '') as number, p.title,
    c.kind, c.reason, c.evidence, c.at, r.cut_score is null and r.cut_top is null as ranks,
    p.state as project, coalesce(n.state, '') as next, coalesce(n.kind, '') as next_kind, coalesce(m.state, '') as stage, v.closes_at as vote_until
  from sheet s join conflict c on c.judge_id = s.judge_id and c.proposal_id = s.proposal_id join review_round r on r.id = s.round_id and r.state = 'closed'
    join judge j on j.id = s.judge_id join person u on u.id = j.person_id join proposal p on p.id = s.proposal_id
    left join review_round n on n.id = (select x.id from review_round x where x.edition_id = r.edition_id and x.seq > r.seq order by x.seq limit 1)
    left join pitch_room m on m.id = n.id left join poll v on v.id = n.id`
	lateSQL   = `select ` + lateColumns + ` where r.edition_id = @edition::uuid and s.state = 'locked' order by c.at, s.id limit 200`
	lateOfSQL = `select ` + lateColumns + ` where s.id = @id::uuid and s.state = 'locked'`
	lateAtSQL = `select ` + lateColumns + ` where s.judge_id = @judge::uuid and s.proposal_id = @proposal::uuid and s.state = 'locked' order by r.seq, s.id`
)

// LateTies lists the locked sheets of an edition whose judges turned out to have a tie to the project.
func LateTies(ctx context.Context, q pg.Reader, editionID string) ([]LateTie, error) {
	return pg.All[LateTie](ctx, q, lateSQL, pg.Args{"edition": editionID})
}

// LateTieOf is the tie a locked sheet stands in spite of; missing where there is none.
func LateTieOf(ctx context.Context, q pg.Reader, sheetID string) (LateTie, error) {
	return pg.One[LateTie](ctx, q, lateOfSQL, pg.Args{"id": sheetID})
}

// LateAt lists a judge's locked sheets of one project to which they turned out to have a tie.
func LateAt(ctx context.Context, q pg.Reader, judgeID, proposalID string) ([]LateTie, error) {
	return pg.All[LateTie](ctx, q, lateAtSQL, pg.Args{"judge": judgeID, "proposal": proposalID})
}

// tellLate tells the district's staff which locked sheets a tie touches, and leads them to striking them out.
func tellLate(ctx context.Context, tx pg.Tx, h hand, judgeID, proposalID string) error {
	list, err := LateAt(ctx, tx, judgeID, proposalID)
	if err != nil {
		return err
	}
	for _, t := range list {
		p, err := proposal.Get(ctx, tx, proposalID)
		if err != nil {
			return err
		}
		link := "/desk/late-ties/" + t.SheetID
		text := fault.Say("评审结束以后才知道：评委 %s 和「%s」有利害关系。这份锁定的评分表要作废，请来处理", t.Judge, t.Title)
		if t.Shut(h.at) != nil {
			link = "/desk/editions/" + p.EditionID + "/judging"
			text = fault.Say("初评结束以后才知道：评委 %s 和「%s」有利害关系。谁进入下一轮已经不能再变，请写进会议纪要", t.Judge, t.Title)
		}
		if err := tellStaff(ctx, tx, h, h.place, text, link, t.SheetID+"/late"); err != nil {
			return err
		}
	}
	return nil
}

const watchedSQL = `select e.id::text, e.place::text from edition e where e.state in ('reviewing', 'publicizing')
  and exists (select from review_round r where r.edition_id = e.id and r.state = 'closed') and not exists (select from review_round r where r.edition_id = e.id and r.state = 'open') order by e.id`

// WatchTies looks for ties that have become visible since the judging closed, as the calendar asks; the district is told once. While a
// round is open its own steps look, which also find somebody for the seats that fall open.
func WatchTies(ctx context.Context, tx pg.Tx, due time.Time) error {
	list, err := pg.All[struct{ ID, Place string }](ctx, tx, watchedSQL, nil)
	if err != nil {
		return err
	}
	for _, e := range list {
		w, err := identity.House().Must(identity.KeepCalendar, e.Place)
		if err != nil {
			return err
		}
		if _, err := pg.All[Round](ctx, tx, liveRoundsSQL, pg.Args{"edition": e.ID}); err != nil {
			return err
		}
		if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": e.ID}); err != nil {
			return err
		}
		if err := detect(ctx, tx, hand{w, e.Place, due}, e.ID); err != nil {
			return err
		}
	}
	return nil
}

// SheetToStrike is a locked sheet with its late tie and where it stands, for the district's page.
type SheetToStrike struct {
	LateTie
	Edition edition.Edition
	Round   Round
	Left    int     // sheets that would still count
	Over    error   // why nothing can be done about it any more, see Shut
	Risen   []Risen // who else would go on at once, where the round only chose and enough sheets would be left
}

// Enough tells whether so many sheets would be left that the result is computed anew at once.
func (s SheetToStrike) Enough() bool { return s.Left >= max(s.Round.MinValid, 1) }

// ToStrike is a late tie the actor may act on.
func (b *Book) ToStrike(ctx context.Context, by identity.Actor, sheetID string) (SheetToStrike, error) {
	t, err := LateTieOf(ctx, b.db, sheetID)
	if err != nil {
		return SheetToStrike{}, err
	}
	s := SheetToStrike{LateTie: t}
	if s.Round, _, err = b.mine(ctx, by, t.RoundID); err != nil {
		return s, err
	}
	if s.Edition, err = edition.Get(ctx, b.db, s.Round.EditionID); err != nil {
		return s, err
	}
	left, err := pg.Value[int](ctx, b.db, validSQL, pg.Args{"round": t.RoundID, "proposal": t.ProposalID})
	s.Left, s.Over = left-1, t.Shut(b.clock.Now())
	if err == nil && !t.Ranks && s.Over == nil && s.Enough() {
		s.Risen, err = preview(ctx, b.db, s.Round, sheetID)
	}
	return s, err
}
