// Package proposal keeps the proposals (提案) and their teams (团队): from the first typed word to the day the judges may
// read it.
package proposal

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

// The states of a proposal (DOMAIN §7.2); the database knows which move is legal.
const (
	Drafted        = "draft"
	Submitted      = "submitted"
	Returned       = "returned"
	Endorsed       = "endorsed"
	Eligible       = "eligible"
	Ineligible     = "ineligible"
	Shortlisted    = "shortlisted"
	NotShortlisted = "not_shortlisted"
	Pitched        = "pitched"
	Ranked         = "ranked"
	Selected       = "selected"
	Reserve        = "reserve"
	NotSelected    = "not_selected"
	Refining       = "refining"
	Refined        = "refined"
	Contracted     = "contracted"
	Withdrawn      = "withdrawn"
	Void           = "void"
)

// Live are the states in which a proposal takes part and counts for the limits of its people.
var Live = []string{Submitted, Returned, Endorsed, Eligible, Shortlisted, Pitched, Ranked, Selected, Reserve, Refining, Refined, Contracted}

// PhoneBook finds people by a typed phone number without keeping it: a keyed digest, the last four digits, the account.
// It also lends the accounts' keys and sender, for links, guardians' numbers and their codes.
type PhoneBook interface {
	Index(typed string) (index []byte, tail string, err error)
	PersonByPhone(ctx context.Context, q pg.Reader, typed string) (string, error)
	Sign(purpose, value string) []byte
	SealFor(ctx context.Context, q pg.Reader, personID, purpose, value string) ([]byte, error)
	OpenFor(ctx context.Context, q pg.Reader, personID, purpose string, sealed []byte) (string, error)
	TextTo(ctx context.Context, phone, text string) error
	GiveName(ctx context.Context, tx pg.Tx, by identity.Actor, name string) (string, error)
}

// Book is the door to proposals and teams.
type Book struct {
	db     *pg.DB
	clock  clock.Clock
	phones PhoneBook
	scans  objects.Store                                                       // guardians' signed papers, see KeepPapers
	orgs   Orgs                                                                // the organisations of a lead, see KnowOrgs
	join   func(ctx context.Context, tx pg.Tx, at time.Time, p Proposal) error // see JoinReview
}

// New makes the proposals' door.
func New(db *pg.DB, c clock.Clock, phones PhoneBook) *Book {
	return &Book{db: db, clock: c, phones: phones}
}

// Proposal is a project that somebody proposes to an edition.
type Proposal struct {
	ID                 string
	Number             string // "" until it is handed in
	EditionID          string
	TeamID             string
	Place              string // the lead's community
	Track              string
	Category           string
	Colour             string
	Title              string
	Pitch              string
	State              string
	LeadID             string
	Problem            string
	Affected           []string
	HowFound           string
	Asked              int
	Goal               string
	Method             string
	Venue              string
	Risks              string
	Partners           string
	StartsOn           *time.Time
	EndsOn             *time.Time
	ActTarget          int
	ServedTarget       int
	PeopleTarget       int
	VolunteerTarget    int
	SatisfactionTarget int
	Product            string
	Future             string
	OrgWish            string
	OrgType            string
	OwnFen             yuan.Fen // what the team brings itself
	Requested          yuan.Fen // the budget's total less OwnFen
	Declared           []string
	SubmittedAt        *time.Time // of the first submission: ties are broken by it
	Revision           int
	Digest             string
	Opinion            string
	OpinionBy          *string
	OpinionAt          *time.Time
	Refused            bool // the community would not endorse it
	Reason             string
	AppealUntil        *time.Time
	FixUntil           *time.Time
	Score              *int // hundredths of a point
	Rank               *int
	Awarded            *yuan.Fen
	ActingHelper       *string
	ActingReason       string
	ActingPaper        *string
	CreatedAt          time.Time
	SavedAt            time.Time
	Saves              int // counts what was typed, as Version counts what was decided
	Version            int
}

const (
	proposalColumns = `id::text, coalesce(number, '') as number, edition_id::text, team_id::text, place::text, track, category, colour, title, pitch, state,
  lead_id::text, problem, affected, how_found, asked, goal, method, venue, risks, partners, starts_on, ends_on, act_target, served_target,
  people_target, volunteer_target, satisfaction_target, product, future, org_wish, org_type, own_fen, requested, declared, submitted_at,
  revision, digest, opinion, opinion_by::text, opinion_at, refused, reason, appeal_until, fix_until, score, rank, awarded,
  acting_helper::text, acting_reason, acting_paper::text, created_at, saved_at, saves, version`
	getSQL  = `select ` + proposalColumns + ` from proposal where id = @id::uuid`
	lockSQL = `select ` + proposalColumns + ` from proposal where id = @id::uuid for no key update`
	stepSQL = `update proposal set state = @to, score = coalesce(@score::int, score), rank = coalesce(@rank::int, rank),
  awarded = coalesce(@awarded::bigint, awarded), reason = case when @reason = '' then reason else @reason end, version = version + 1 where id = @id::uuid`
)

// Get is a proposal by its id, whoever asks: callers decide who may see it.
func Get(ctx context.Context, q pg.Reader, id string) (Proposal, error) {
	return pg.One[Proposal](ctx, q, getSQL, pg.Args{"id": id})
}

// Lock is Get, holding the row to the end of the transaction.
func Lock(ctx context.Context, tx pg.Tx, id string) (Proposal, error) {
	return pg.One[Proposal](ctx, tx, lockSQL, pg.Args{"id": id})
}

// Step is a move of a proposal with what it brings.
type Step struct {
	ID      string
	To      string
	Reason  string // "" keeps the one there is
	At      time.Time
	Score   *int
	Rank    *int
	Awarded *yuan.Fen
}

// Move takes a proposal to another state in the caller's transaction: it locks the row, sets what the step brings, lets
// the database check the move, and leaves the audit event. A proposal that is already there stays as it is.
func Move(ctx context.Context, tx pg.Tx, w identity.Warrant, s Step) error {
	p, err := Lock(ctx, tx, s.ID)
	if err != nil || p.State == s.To {
		return err
	}
	args := pg.Args{"id": s.ID, "to": s.To, "reason": s.Reason, "score": s.Score, "rank": s.Rank, "awarded": s.Awarded}
	if _, err := pg.Do(ctx, tx, stepSQL, args); err != nil {
		return err
	}
	data := map[string]any{}
	if s.Score != nil {
		data["score"], data["rank"] = s.Score, s.Rank
	}
	if s.Awarded != nil {
		data["awarded"] = s.Awarded
	}
	e := audit.Event{Entity: "proposal", ID: s.ID, Version: p.Version + 1, Action: "move", From: p.State, To: s.To, Place: p.Place, Reason: s.Reason, At: s.At}
	if len(data) > 0 {
		e.Data = data
	}
	return audit.Record(ctx, tx, w, e)
}

const (
	// A mentor reads along and belongs to nothing; a minor may not see the team's money.
	tieSQL    = `select role from team_member where team_id = @team::uuid and person_id = @me::uuid and state = 'accepted' and role <> 'mentor' and age in ('', 'adult')`
	peopleSQL = `select person_id::text from team_member where team_id = @team::uuid and state = 'accepted' and person_id is not null and role <> 'mentor' order by at, id`
)

// TeamTies lists the roles a team gives the actor; only accepted members have any.
func TeamTies(ctx context.Context, q pg.Reader, teamID string, by identity.Actor) ([]identity.Role, error) {
	if !by.SignedIn() {
		return nil, nil
	}
	roles, err := pg.Values[string](ctx, q, tieSQL, pg.Args{"team": teamID, "me": by.ID})
	ties := make([]identity.Role, 0, len(roles))
	for _, r := range roles {
		switch r {
		case "lead":
			ties = append(ties, identity.TeamLead)
		case "treasurer":
			ties = append(ties, identity.TeamTreasurer)
		default:
			ties = append(ties, identity.TeamMember)
		}
	}
	return ties, err
}

// TeamPeople lists the persons who are accepted members of a team.
func TeamPeople(ctx context.Context, q pg.Reader, teamID string) ([]string, error) {
	return pg.Values[string](ctx, q, peopleSQL, pg.Args{"team": teamID})
}

// stale is the answer to a page that was changed by somebody else in between.
func stale() error {
	return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
}
