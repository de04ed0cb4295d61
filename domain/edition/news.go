package edition

import (
	"context"
	"strconv"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// News tells that a call was opened, extended or cancelled: its residents are to hear of it (N01).
type News struct {
	EditionID string
	What      string // "open", "extended" or "cancelled"
	Version   int    // of the edition before it
}

// Kind names the fact.
func (News) Kind() string { return "edition.news" }

const (
	staffSQL  = `select distinct person_id::text from role_grant where until is null and role in ('community_staff', 'community_head') and place <@ @place::text::ltree order by 1`
	regionSQL = `select id::text from person where state = 'active' and home_state in ('claimed', 'confirmed') and home <@ @place::text::ltree
  and (cardinality(@regions::text[]) = 0 or home <@ any(@regions::text[]::ltree[])) order by 1`
)

// tell leaves N01 with the community staff of the district.
func (b *Book) tell(ctx context.Context, tx pg.Tx, e Edition, what, text string, args ...any) error {
	staff, err := pg.Values[string](ctx, tx, staffSQL, pg.Args{"place": e.Place})
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N01", To: staff, Text: fault.Say(text, args...), Link: "/editions/" + e.ID,
		Key: newsKey(e.ID, what, e.Version), At: b.clock.Now()})
}

func newsKey(id, what string, version int) string {
	return id + "/" + what + "/" + strconv.Itoa(version)
}

// TellResidents leaves N01 with everybody who lives in the call's region, officers of organisations among them. Whoever
// was told as staff is not told again.
func TellResidents(ctx context.Context, tx pg.Tx, n News) error {
	e, err := Get(ctx, tx, n.EditionID)
	if err != nil {
		return err
	}
	var text fault.Message
	at, err := newsAt(ctx, tx, n)
	switch {
	case err != nil:
		return err
	case n.What == "open" && e.State != Cancelled:
		text = fault.Say("「%s」开始申报，%s 截止。想到一件让小区更好的事，就来写下来", e.Title, stamp(*e.ClosesAt))
	case n.What == "extended" && e.State != Cancelled:
		text = fault.Say("「%s」的申报延长到 %s，还来得及参加", e.Title, stamp(*e.ClosesAt))
	case n.What == "cancelled":
		why, err := pg.Value[string](ctx, tx, whySQL, pg.Args{"id": e.ID})
		if err != nil {
			return err
		}
		text = fault.Say("「%s」取消了，原因：%s", e.Title, why)
	default: // overtaken by its cancellation
		return nil
	}
	regions := e.Rules.Regions
	if regions == nil {
		regions = []string{}
	}
	people, err := pg.Values[string](ctx, tx, regionSQL, pg.Args{"place": e.Place, "regions": regions})
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N01", To: people, Text: text, Link: "/editions/" + e.ID, Key: newsKey(e.ID, n.What, n.Version), At: at})
}

const newsAtSQL = `select at from audit_event where entity = 'edition' and entity_id = @id::uuid and version = @version`

func newsAt(ctx context.Context, q pg.Reader, n News) (time.Time, error) {
	return pg.Value[time.Time](ctx, q, newsAtSQL, pg.Args{"id": n.EditionID, "version": n.Version + 1})
}

// GraceDays are the working days in which a proposal received on paper in time may still be entered (DOMAIN §7.1).
const GraceDays = 2

// Grace is the first instant at which a proposal received on paper before the close can no longer be entered; the zero
// time while the close is not known.
func (e Edition) Grace(cal clock.Calendar) time.Time {
	if e.ClosesAt == nil {
		return time.Time{}
	}
	return cal.AddWorkingDays(e.ClosesAt.Add(-time.Microsecond), GraceDays)
}

// firstForm releases the designed questions together with the call.
func (b *Book) firstForm(ctx context.Context, tx pg.Tx, w identity.Warrant, e Edition) error {
	d, _, err := pg.Maybe[Design](ctx, tx, designSQL, pg.Args{"id": e.ID})
	if err != nil || len(d.Questions) == 0 {
		return err
	}
	_, err = b.release(ctx, tx, w, e, d.Questions, "")
	return err
}

// weigh adds up a rubric.
func weigh(list []Criterion) int {
	sum := 0
	for _, c := range list {
		sum += c.Weight
	}
	return sum
}
