package judging

import (
	"context"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// lastDay is how long before a round closes its judges are reminded (N06).
const lastDay = 24 * time.Hour

const (
	dueRoundsSQL = `select ` + roundColumns + ` from review_round r join edition e on e.id = r.edition_id where r.state <> 'closed' and r.closes_at > @due and r.closes_at <= @until
  and e.state in ('open', 'closed', 'reviewing') order by r.id`
	owingSQL = `select j.person_id::text as person, count(*)::int as n from assignment a join judge j on j.id = a.judge_id join proposal p on p.id = a.proposal_id
    left join sheet s on s.assignment_id = a.id
  where a.round_id = @round::uuid and a.state in ('assigned', 'accepted') and in_review(a.round_id, p.id, p.state) and coalesce(s.state, '') not in ('submitted', 'locked') group by 1 order by 1`
)

// Remind tells judges what is missing (N06), and of a panel that meets within a day: the statement of who was asked three days ago or is asked within a day of the
// round's end, and the sheets that are not in 24 hours before it; the district's staff hear how many are missing. It may
// run as often as the calendar likes: everybody is told once a round.
func Remind(ctx context.Context, tx pg.Tx, due time.Time) error {
	if err := RemindStatements(ctx, tx, due); err != nil {
		return err
	}
	if err := WatchTies(ctx, tx, due); err != nil {
		return err
	}
	if err := remindReplacements(ctx, tx, due); err != nil {
		return err
	}
	rounds, err := pg.All[Round](ctx, tx, dueRoundsSQL, pg.Args{"due": due, "until": due.Add(lastDay)})
	if err != nil {
		return err
	}
	for _, r := range rounds {
		if r.State != Open {
			continue
		}
		if !r.Scores() {
			if err := remindPanel(ctx, tx, r, due); err != nil {
				return err
			}
			continue
		}
		if err := remindSheets(ctx, tx, r, due); err != nil {
			return err
		}
	}
	return nil
}

func remindSheets(ctx context.Context, tx pg.Tx, r Round, due time.Time) error {
	type owing struct {
		Person string
		N      int
	}
	list, err := pg.All[owing](ctx, tx, owingSQL, pg.Args{"round": r.ID})
	if err != nil || len(list) == 0 {
		return err
	}
	sum := 0
	for _, o := range list {
		sum += o.N
		text := fault.Say("您还有 %d 份评分表没有交，%s 截止", o.N, stamp(*r.ClosesAt))
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{o.Person}, Text: text, Link: "/review", Key: r.ID + "/missing", At: due}); err != nil {
			return err
		}
	}
	staff, err := notice.Holders(ctx, tx, r.Place, identity.DistrictStaff)
	if err != nil {
		return err
	}
	text := fault.Say("离交评分表的时间不到一天，还有 %d 位评委的 %d 份没有交，已经提醒他们", len(list), sum)
	return notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: staff, Text: text, Link: "/desk/editions/" + r.EditionID + "/judging", Key: r.ID + "/missing-staff", At: due})
}

const owingAgainSQL = `select a.id::text, j.person_id::text as person, p.title, o.id::text as reopening, r.place::text, o.closes_at from reopening o join review_round r on r.id = o.round_id
    join assignment a on a.reopening_id = o.id and a.state in ('assigned', 'accepted') join judge j on j.id = a.judge_id join proposal p on p.id = o.proposal_id left join sheet s on s.assignment_id = a.id
  where o.state = 'open' and o.closes_at > @due and o.closes_at <= @until and coalesce(s.state, '') not in ('submitted', 'locked') order by a.id`

// remindReplacements does the same for those who mark in place of others after a round has closed.
func remindReplacements(ctx context.Context, tx pg.Tx, due time.Time) error {
	type owing struct {
		ID, Person, Title, Reopening, Place string
		ClosesAt                            time.Time
	}
	list, err := pg.All[owing](ctx, tx, owingAgainSQL, pg.Args{"due": due, "until": due.Add(lastDay)})
	if err != nil {
		return err
	}
	for _, o := range list {
		text := fault.Say("您还有 %d 份评分表没有交，%s 截止", 1, stamp(o.ClosesAt))
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{o.Person}, Text: text, Link: "/review/" + o.ID, Key: o.ID + "/missing", At: due}); err != nil {
			return err
		}
		text = fault.Say("「%s」补评的评分表还没有交，%s 截止，已经提醒评委", o.Title, stamp(o.ClosesAt))
		if err := tellStaff(ctx, tx, hand{at: due}, o.Place, text, "/desk/reopenings/"+o.Reopening, o.ID+"/missing-staff"); err != nil {
			return err
		}
	}
	return nil
}
