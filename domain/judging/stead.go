package judging

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// chair is a judge of an edition whose jury the actor runs.
func (b *Book) chair(ctx context.Context, by identity.Actor, judgeID string) (Judge, edition.Edition, identity.Warrant, error) {
	j, err := pg.One[Judge](ctx, b.db, judgeSQL, pg.Args{"id": judgeID})
	if err != nil {
		return j, edition.Edition{}, identity.Warrant{}, err
	}
	e, err := b.juryOf(ctx, by, j.EditionID)
	if err != nil {
		return j, e, identity.Warrant{}, err
	}
	w, err := by.Must(identity.RunRounds, e.Place)
	return j, e, w, err
}

// Chaired is a judge of an edition with what the district knows of them there.
type Chaired struct {
	Judge
	Juror     Juror
	Edition   edition.Edition
	Conflicts []Conflict
	Wishes    map[string]int // how many projects they marked how
}

const wishCountSQL = `select wish, count(*)::int as n from judge_wish where judge_id = @judge::uuid group by wish`

// Chaired is a judge of an edition, for the district.
func (b *Book) Chaired(ctx context.Context, by identity.Actor, judgeID string) (Chaired, error) {
	c, err := Chaired{Wishes: map[string]int{}}, error(nil)
	if c.Judge, err = pg.One[Judge](ctx, b.db, judgeSQL, pg.Args{"id": judgeID}); err != nil {
		return c, err
	}
	if c.Edition, err = b.juryOf(ctx, by, c.EditionID); err != nil {
		return c, err
	}
	if c.Juror, _, err = jurorOf(ctx, b.db, c.Edition.Place, c.PersonID); err != nil {
		return c, err
	}
	if c.Conflicts, err = b.Conflicts(ctx, by, c.EditionID, judgeID); err != nil {
		return c, err
	}
	counts, err := pg.All[struct {
		Wish string
		N    int
	}](ctx, b.db, wishCountSQL, pg.Args{"judge": judgeID})
	for _, w := range counts {
		c.Wishes[w.Wish] = w.N
	}
	return c, err
}

// Swap is a judge taken off a jury, with somebody else asked in their place.
type Swap struct {
	NewJudge
	Reason  string `form:"reason"`
	Version int    `form:"version"`
}

const (
	standSQL     = `update judge set state = 'replaced', why = @why, version = version + 1 where id = @id::uuid`
	seatsHeldSQL = `select a.id::text from assignment a join review_round r on r.id = a.round_id where a.judge_id = @judge::uuid and a.state in ('assigned', 'accepted')
    and (r.state = 'open' or exists (select from reopening o where o.id = a.reopening_id and o.state = 'open')) order by a.id`
)

// Swap takes a judge off the jury and asks another in their place. Seats of an open round fall open until the other has
// accepted and the desk refills them; sheets already handed in by the first no longer count, with the reason on record.
func (b *Book) Swap(ctx context.Context, by identity.Actor, judgeID string, n Swap) error {
	j, e, w, err := b.chair(ctx, by, judgeID)
	if err != nil {
		return err
	}
	known, _, err := jurorOf(ctx, b.db, e.Place, n.PersonID)
	if err != nil {
		return err
	}
	wrong := fault.InFields(n.NewJudge.check(known))
	for field, m := range fault.InFields((Reason{n.Reason}).check("请写明为什么换下，例如生病、临时出差")) {
		if wrong == nil {
			wrong = fault.Fields{}
		}
		wrong[field] = m
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if may, err := inviting(ctx, b.db, e); err != nil || !may {
		if err != nil {
			return err
		}
		return fault.New(fault.Conflict, "公告发布后、结果公示前才能邀请评委")
	}
	h := hand{w, e.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.All[Round](ctx, tx, liveRoundsSQL, pg.Args{"edition": e.ID}); err != nil {
			return err
		}
		if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": e.ID}); err != nil {
			return err
		}
		if j, err = pg.One[Judge](ctx, tx, lockJudgeSQL, pg.Args{"id": judgeID}); err != nil {
			return err
		}
		if j.State == Stood { // the same form came twice: the invitation says so itself
			return invite(ctx, tx, h, e, n.NewJudge, judgeID)
		}
		if j.Version != n.Version {
			return stale()
		}
		return stand(ctx, tx, h, e, j, n)
	})
}

func stand(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, j Judge, n Swap) error {
	seats, err := pg.Values[string](ctx, tx, seatsHeldSQL, pg.Args{"judge": j.ID})
	if err != nil {
		return err
	}
	for _, id := range seats {
		if err := unseat(ctx, tx, h, id, n.Reason); err != nil {
			return err
		}
	}
	if _, err := pg.Do(ctx, tx, standSQL, pg.Args{"id": j.ID, "why": n.Reason}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "judge", ID: j.ID, Version: j.Version + 1, Action: "replace", From: j.State, To: Stood, Place: e.Place,
		Reason: n.Reason, Data: map[string]string{"by": n.ID}, At: h.at}); err != nil {
		return err
	}
	if j.State != Declined {
		text := fault.Say("「%s」的评委已经另请别人，这一届不用您再评。谢谢您", e.Title)
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{j.PersonID}, Text: text, Link: "/review", Key: j.ID + "/replaced", At: h.at}); err != nil {
			return err
		}
	}
	return invite(ctx, tx, h, e, n.NewJudge, j.ID)
}

const silentSQL = `select j.id::text, j.person_id::text as person, u.name, j.edition_id::text as edition, e.title, e.place::text as place, j.at from judge j join edition e on e.id = j.edition_id join person u on u.id = j.person_id
  where j.state = 'invited' and j.statement_at is null and e.state in ('open', 'closed', 'reviewing') and j.at < @before order by j.id`

// SilentDays are the working days after which a judge who has not answered is reminded, and after which the district is.
var SilentDays = [2]int{2, 4}

// RemindStatements reminds judges whose integrity statement is missing (N06), and then the district, who may ask somebody
// else. It may run as often as the calendar likes; each is told once.
func RemindStatements(ctx context.Context, tx pg.Tx, due time.Time) error {
	type silent struct {
		ID, Person, Name, Edition, Title, Place string
		At                                      time.Time
	}
	list, err := pg.All[silent](ctx, tx, silentSQL, pg.Args{"before": due})
	if err != nil || len(list) == 0 {
		return err
	}
	cal, err := place.Calendar(ctx, tx)
	if err != nil {
		return err
	}
	for _, s := range list {
		if !due.Before(cal.AddWorkingDays(s.At, SilentDays[0])) {
			text := fault.Say("「%s」还在等您答复评委邀请，请先看评委承诺", s.Title)
			if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{s.Person}, Text: text, Link: "/review/judges/" + s.ID, Key: s.ID + "/silent", At: due}); err != nil {
				return err
			}
		}
		if due.Before(cal.AddWorkingDays(s.At, SilentDays[1])) {
			continue
		}
		staff, err := notice.Holders(ctx, tx, s.Place, identity.DistrictStaff)
		if err != nil {
			return err
		}
		text := fault.Say("%s 超过 %d 个工作日没有答复评委邀请。可以打个电话，或者另请一位", s.Name, SilentDays[1])
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: staff, Text: text, Link: "/desk/editions/" + s.Edition + "/judging/judges/" + s.ID, Key: s.ID + "/silent staff", At: due}); err != nil {
			return err
		}
	}
	return nil
}
