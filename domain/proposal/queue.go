package proposal

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// Filter narrows the desk's list; what is empty does not narrow.
type Filter struct {
	Edition string
	State   string
	Place   string
	Flag    string // of Flags
	Waits   int    // working days a desk has let it wait, at least
	Last    string // the last row of the page before
}

// Flags are the marks by which the desk's list is narrowed.
var Flags = []edition.Choice{{Code: "overdue", Name: "超过时限"}, {Code: "refused", Name: "社区未推荐"}, {Code: "asked", Name: "请街道再看"}, {Code: "appeal", Name: "申诉待答复"},
	{Code: "alike", Name: "有相近的"}, {Code: "again", Name: "改过再交的"}, {Code: "merge", Name: "在商量合并"}, {Code: "cover", Name: "封面照片待看"}}

// OnPage is how many rows a page of the list has.
const OnPage = 50

// The working days within which each desk answers. The community's are N05's; the others are the house's own measure.
const (
	OpinionDays = 3
	StreetDays  = 5 // after so many the subdistrict is told of an opinion that waits; also for its own check
	AppealDays  = 3
)

// pathPattern is what a place's path looks like: PostgreSQL would refuse anything else as an error of ours.
var pathPattern = regexp.MustCompile(`^[A-Za-z0-9_]{1,60}(\.[A-Za-z0-9_]{1,60}){0,5}$`)

// Queued is a proposal in the desk's list with what marks it.
type Queued struct {
	Row
	Since    time.Time // since when it waits where it is
	Revision int
	Asked    bool // the lead asks the subdistrict to look at a refusal
	Alikes   int  // pairs nobody has decided about
	Appealed bool // an appeal waits
	Merging  bool
	Waits    int  `db:"-"` // working days, 0 where nothing waits
	Overdue  bool `db:"-"`
}

// waiting is the days within which a row's desk answers; nothing waits where it is 0.
func (r Queued) within() int {
	switch {
	case r.State == Submitted && (!r.Refused || r.Asked):
		return OpinionDays
	case r.State == Endorsed:
		return StreetDays
	case r.State == Ineligible && r.Appealed:
		return AppealDays
	}
	return 0
}

const (
	queueColumns = rowColumns + `, p.revision, p.refused and p.look_asked_at is not null as asked, ` + sinceColumn + ` as since,
  (select count(*) from proposal_alike a where p.id in (a.proposal_id, a.other_id) and not ` + decidedAlike + `) as alikes, ` + appealed + ` as appealed, ` + merging + ` as merging`
	sinceColumn = `coalesce(case p.state when 'submitted' then greatest(p.look_asked_at, (select max(r.sealed_at) from proposal_revision r where r.proposal_id = p.id and r.kind = 'submission'))
    when 'endorsed' then p.opinion_at when 'ineligible' then (select max(x.at) from appeal x where x.proposal_id = p.id and x.state = 'open') end, p.submitted_at)`
	decidedAlike = `exists (select from alike_verdict v where v.one_id = least(a.proposal_id, a.other_id) and v.other_id = greatest(a.proposal_id, a.other_id))`
	appealed     = `exists (select from appeal x where x.proposal_id = p.id and x.state = 'open')`
	merging      = `exists (select from proposal_merge g where p.id in (g.kept_id, g.closed_id) and g.state = 'asked')`
	waitingRows  = `(p.state = 'submitted' and (not p.refused or p.look_asked_at is not null) or p.state = 'endorsed' or p.state = 'ineligible' and ` + appealed + `)`
)

// flagged is the condition of each flag but overdue, which depends on the calendar.
var flagged = map[string]string{"refused": `p.refused and p.state = 'submitted'`, "asked": `p.refused and p.state = 'submitted' and p.look_asked_at is not null`,
	"cover":  `exists (select from cover_waits v where v.proposal_id = p.id)`,
	"appeal": appealed, "merge": merging, "again": `p.revision > 1`, "alike": `exists (select from proposal_alike a where p.id in (a.proposal_id, a.other_id) and not ` + decidedAlike + `)`}

// where is the filter as a condition, within the actor's sight. The state is left out for counting.
func (b *Book) where(by identity.Actor, f Filter, cal clock.Calendar) pg.Where {
	var w pg.Where
	w.And(`p.place <@ any(@sight::text[]::ltree[]) and p.submitted_at is not null`, "sight", by.Sight(identity.ReadProposals))
	if uuid.Validate(f.Edition) == nil {
		w.And(`p.edition_id = @edition::uuid`, "edition", f.Edition)
	}
	if pathPattern.MatchString(f.Place) {
		w.And(`p.place <@ @place::text::ltree`, "place", f.Place)
	}
	if condition, known := flagged[f.Flag]; known {
		w.And(condition)
	}
	now := b.clock.Now()
	if f.Flag == "overdue" {
		w.And(waitingRows+` and `+sinceColumn+` < case p.state when 'submitted' then @opinion_by::timestamptz when 'endorsed' then @check_by::timestamptz else @appeal_by::timestamptz end`,
			"opinion_by", overdueSince(cal, now, OpinionDays), "check_by", overdueSince(cal, now, StreetDays), "appeal_by", overdueSince(cal, now, AppealDays))
	}
	if f.Waits > 0 && f.Waits <= 60 {
		w.And(waitingRows+` and `+sinceColumn+` < @waits_by::timestamptz`, "waits_by", overdueSince(cal, now, f.Waits))
	}
	return w
}

// overdueSince is the moment before which something must have come to have waited more than n working days.
func overdueSince(cal clock.Calendar, now time.Time, n int) time.Time {
	day := clock.Day(now)
	for range 400 {
		if !now.Before(cal.AddWorkingDays(day, n)) {
			break
		}
		day = day.AddDate(0, 0, -1)
	}
	return day.AddDate(0, 0, 1)
}

// waited counts the working days that have ended since a moment.
func waited(cal clock.Calendar, since, now time.Time) int {
	n := 0
	for n < 99 && !now.Before(cal.AddWorkingDays(since, n+1)) {
		n++
	}
	return n
}

// Desk lists the proposals handed in within the actor's sight, newest first, a page at a time.
func (b *Book) Desk(ctx context.Context, by identity.Actor, f Filter) ([]Queued, error) {
	cal, err := place.Calendar(ctx, b.db)
	if err != nil {
		return nil, err
	}
	w := b.where(by, f, cal)
	w.And(`true`, "n", OnPage)
	if edition.Known(States, f.State) {
		w.And(`p.state = @state`, "state", f.State)
	}
	if uuid.Validate(f.Last) == nil {
		w.And(`p.id < @last::uuid`, "last", f.Last)
	}
	rows, err := pg.All[Queued](ctx, b.db, `select `+queueColumns+rowTables+w.SQL()+` order by p.id desc limit @n`, w.Args)
	now := b.clock.Now()
	for i, r := range rows {
		if most := r.within(); most > 0 {
			rows[i].Waits = waited(cal, r.Since, now)
			rows[i].Overdue = rows[i].Waits >= most
		}
	}
	return rows, err
}

// Count is how many proposals of a state the desk's list has.
type Count struct {
	State string
	N     int
}

// Counts counts the desk's list by state, in the order of the states; the filter's own state does not narrow it.
func (b *Book) Counts(ctx context.Context, by identity.Actor, f Filter) ([]Count, error) {
	cal, err := place.Calendar(ctx, b.db)
	if err != nil {
		return nil, err
	}
	w := b.where(by, f, cal)
	list, err := pg.All[Count](ctx, b.db, `select p.state, count(*) as n`+rowTables+w.SQL()+` group by 1`, w.Args)
	order := func(code string) int {
		return slices.IndexFunc(States, func(c edition.Choice) bool { return c.Code == code })
	}
	slices.SortFunc(list, func(a, b Count) int { return order(a.State) - order(b.State) })
	return list, err
}
