package edition

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Book is the door to the editions.
type Book struct {
	db    *pg.DB
	clock clock.Clock

	happenings func(ctx context.Context, editionID string) ([]Happening, error) // see KnowHappenings
}

// New makes the editions' door.
func New(db *pg.DB, c clock.Clock) *Book { return &Book{db: db, clock: c} }

// The states of an edition (DOMAIN §7.1); the database knows which move is legal.
const (
	Draft       = "draft"
	Open        = "open"
	Closed      = "closed"
	Reviewing   = "reviewing"
	Publicizing = "publicizing"
	Contracting = "contracting"
	Running     = "running"
	Closing     = "closing"
	Archived    = "archived"
	Cancelled   = "cancelled"
)

// States names the states in the order of the year.
var States = []Choice{{Draft, "起草中"}, {Open, "正在申报"}, {Closed, "申报已截止"}, {Reviewing, "评审中"}, {Publicizing, "公示中"},
	{Contracting, "签约中"}, {Running, "实施中"}, {Closing, "结项中"}, {Archived, "已归档"}, {Cancelled, "已取消"}}

// Edition is one year of the competition in a district.
type Edition struct {
	ID         string
	Place      string
	No         int
	Title      string
	Theme      string
	TitleEn    string
	ThemeEn    string
	State      string
	CallText   string
	Contact    string
	OpensAt    *time.Time
	ClosesAt   *time.Time // the first instant too late
	RunsFrom   *time.Time
	RunsTo     *time.Time
	Rules      Rules
	Extended   bool
	ProposalsN int // proposals handed in
	Version    int
	CreatedBy  string
	CreatedAt  time.Time
	Organiser  string            // 主办
	Operator   string            // 承办
	Partners   string            // 协办, as people write it
	MadeFrom   string            // the edition it was made from, "" for a first one
	Dates      map[string]string // days of the timetable fixed by hand, by step
}

const (
	editionColumns = `id::text, place::text, no, title, theme, title_en, theme_en, state, call_text, contact, opens_at, closes_at,
  runs_from, runs_to, rules, extended, proposals_n, version, created_by::text, created_at, organiser, operator, partners, coalesce(made_from::text, '') as made_from, dates`
	getSQL  = `select ` + editionColumns + ` from edition where id = @id::uuid`
	lockSQL = `select ` + editionColumns + ` from edition where id = @id::uuid for no key update`
	holdSQL = `select ` + editionColumns + ` from edition where id = @id::uuid for share`
	moveSQL = `update edition set state = @to, version = version + 1 where id = @id::uuid`
)

// Get is an edition by its id, whoever asks: callers decide who may see a draft.
func Get(ctx context.Context, q pg.Reader, id string) (Edition, error) {
	return pg.One[Edition](ctx, q, getSQL, pg.Args{"id": id})
}

// Lock is Get, holding the row to the end of the transaction.
func Lock(ctx context.Context, tx pg.Tx, id string) (Edition, error) {
	return pg.One[Edition](ctx, tx, lockSQL, pg.Args{"id": id})
}

// Hold is Get, keeping the edition in its state to the end of the transaction, while others may hold it too.
func Hold(ctx context.Context, tx pg.Tx, id string) (Edition, error) {
	return pg.One[Edition](ctx, tx, holdSQL, pg.Args{"id": id})
}

// Published tells that a call was made public.
type Published struct{ EditionID string }

// Kind names the fact.
func (Published) Kind() string { return "edition.published" }

// CalledOff tells that an edition will not take place.
type CalledOff struct{ EditionID string }

// Kind names the fact.
func (CalledOff) Kind() string { return "edition.called_off" }

// Move takes an edition to another state in the caller's transaction: it locks the row, lets the database check the
// move, and leaves the audit event. An edition that is already there stays as it is.
func Move(ctx context.Context, tx pg.Tx, w identity.Warrant, id string, to string, reason string, at time.Time) error {
	e, err := Lock(ctx, tx, id)
	if err != nil || e.State == to {
		return err
	}
	if _, err := pg.Do(ctx, tx, moveSQL, pg.Args{"id": id, "to": to}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "edition", ID: id, Version: e.Version + 1, Action: "move", From: e.State, To: to,
		Place: e.Place, Reason: reason, At: at})
}

// stale is the answer to a page that was changed by somebody else in between.
func stale() error {
	return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
}
