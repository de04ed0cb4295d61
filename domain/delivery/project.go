// Package delivery keeps what happens after the agreement: the project (项目执行), its activities with their evidence,
// its reviews and its acceptance.
package delivery

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
)

// Book is where projects are carried out.
type Book struct {
	db    *pg.DB
	store objects.Store
	clock clock.Clock
}

// New opens the book.
func New(db *pg.DB, store objects.Store, c clock.Clock) *Book {
	return &Book{db: db, store: store, clock: c}
}

// The states of a project (DOMAIN §7.9).
const (
	Preparing  = "preparing"
	InProgress = "in_progress"
	Suspended  = "suspended"
	MidDue     = "mid_due"
	MidPassed  = "mid_passed"
	MidFailed  = "mid_failed"
	Closing    = "closing"
	Done       = "accepted" // its fact is Accepted
	Failed     = "failed"
	Terminated = "terminated"
	Archived   = "archived"
)

// Project is a funded proposal being carried out. Money's columns are written by money alone.
type Project struct {
	ID             string
	Number         string
	AgreementID    string
	AwardID        string
	ProposalID     string
	EditionID      string
	TeamID         string
	Place          string // the home community, which verifies
	Host           string // the place whose office pays
	Title          string
	Category       string
	Colour         string
	State          string
	StartsOn       time.Time
	EndsOn         time.Time
	LeadID         string
	MentorID       string
	Award          yuan.Fen
	Released       yuan.Fen
	Claimed        yuan.Fen
	Paid           yuan.Fen
	Refunded       yuan.Fen
	ActTarget      int
	ActN           int // verified activities
	ServedTimes    int // 服务人次 of verified activities: volunteers and staff excluded
	ServedPeople   int
	VolunteerTimes int
	Grade          string
	Settled        bool
	Published      bool
	CreatedAt      time.Time
	Version        int
}

// Live tells whether the project still does things: activities may be planned, logged and evidenced. A hold on its
// money does not end that (I-F9).
func (p Project) Live() bool {
	switch p.State {
	case Preparing, InProgress, Suspended, MidDue, MidPassed, MidFailed, Closing:
		return true
	default:
		return false
	}
}

// Opened is the fact that a project and its budget lines exist: money plans its tranches.
type Opened struct {
	ProjectID string `json:"project_id"`
}

// Kind names the fact.
func (Opened) Kind() string { return "delivery.opened" }

// Reviewed is the fact that a mid-term or final review was closed: money makes the next tranche due, or holds it.
type Reviewed struct {
	ProjectID string `json:"project_id"`
	Review    string `json:"review"` // "mid" or "final"
	Passed    bool   `json:"passed"`
}

// Kind names the fact.
func (Reviewed) Kind() string { return "delivery.reviewed" }

// Accepted is the fact that a project is finished and accepted: its team may become an organisation.
type Accepted struct {
	ProjectID string `json:"project_id"`
}

// Kind names the fact.
func (Accepted) Kind() string { return "delivery.accepted" }

const (
	projectColumns = `id::text, number, agreement_id::text, award_id::text, proposal_id::text, edition_id::text, team_id::text, place::text, host::text,
  title, category, colour, state, starts_on, ends_on, lead_id::text, coalesce(mentor_id::text, '') as mentor_id, award, released, claimed, paid, refunded,
  act_target, act_n, served_times, served_people, volunteer_times, grade, settled, published, created_at, version`
	projectSQL     = `select ` + projectColumns + ` from project where id = @id::uuid`
	lockProjectSQL = projectSQL + ` for no key update`
	moveProjectSQL = `update project set state = @state, version = version + 1 where id = @id::uuid`
)

// Get is a project by its id. It asks nobody for permission: the caller has.
func Get(ctx context.Context, q pg.Reader, id string) (Project, error) {
	return pg.One[Project](ctx, q, projectSQL, pg.Args{"id": id})
}

// Lock is Get holding the row to the end of the transaction: whoever changes a project's money or counters holds it.
func Lock(ctx context.Context, tx pg.Tx, id string) (Project, error) {
	return pg.One[Project](ctx, tx, lockProjectSQL, pg.Args{"id": id})
}

// Move takes a project to another state, in the caller's transaction. A project already there is left as it is; a move
// the year does not know is a Conflict, by the database's own table.
func Move(ctx context.Context, tx pg.Tx, w identity.Warrant, id, to, reason string, at time.Time) error {
	p, err := Lock(ctx, tx, id)
	if err != nil {
		return err
	}
	if p.State == to {
		return nil
	}
	if _, err := pg.Do(ctx, tx, moveProjectSQL, pg.Args{"id": id, "state": to}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "project", ID: id, Version: p.Version + 1, Action: "move", From: p.State, To: to, Place: p.Place, Reason: reason, At: at})
}

func stale() error {
	return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
}
