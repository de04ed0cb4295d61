package judging

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Voided is the state of a reopening nobody needs any more: its project has left, or its result was taken back.
const Voided = "void"

// Reopening is a closed round opened again for one project alone (DOMAIN §7.4): sheets of it were struck out, too few are left,
// and as many other judges take their place. Every other sheet of the round stays locked. Until it has ended the project keeps
// the result it had, and nothing about it is confirmed.
type Reopening struct {
	ID         string
	RoundID    string
	ProposalID string
	EditionID  string
	Place      string // of the project
	Cause      string // ByObjection or ByConflict
	Reason     string
	Struck     []string // the sheets
	Need       int      // judges that are wanted
	State      string   // Open, Closed or Voided
	OpenedAt   time.Time
	ClosesAt   *time.Time // by when the replacements hand in; nil until one is picked
	EndedAt    *time.Time
	Version    int
}

// What strikes a locked sheet out.
const (
	ByObjection = "objection" // one that was upheld
	ByConflict  = "conflict"  // of interest, learnt after the round had closed
)

const (
	reopeningColumns = `o.id::text, o.round_id::text, o.proposal_id::text, o.edition_id::text, o.place::text, o.cause, o.reason, o.struck::text[], o.need, o.state, o.opened_at, o.closes_at, o.ended_at, o.version`
	reopeningSQL     = `select ` + reopeningColumns + ` from reopening o where o.id = @id::uuid`
	lockReopeningSQL = `select ` + reopeningColumns + ` from reopening o where o.id = @id::uuid for no key update`
	openFirstSQL     = `select ` + reopeningColumns + ` from reopening o where o.edition_id = @edition::uuid and o.state = 'open' order by o.opened_at, o.id`
	openOfSQL        = `select ` + reopeningColumns + ` from reopening o where o.round_id = @round::uuid and o.proposal_id = @proposal::uuid and o.state = 'open' for no key update`
	openAtSQL        = `select ` + reopeningColumns + ` from reopening o where o.proposal_id = @proposal::uuid and o.state = 'open' order by o.id for no key update`
	validSQL         = `select count(*)::int from sheet s where s.round_id = @round::uuid and s.proposal_id = @proposal::uuid and s.state = 'locked'`
	newReopeningSQL  = `insert into reopening (id, round_id, proposal_id, edition_id, place, cause, reason, struck, need, opened_at)
  values (@id, @round, @proposal, @edition, @place::text::ltree, @cause, @reason, @struck::text[]::uuid[], @need, @at)`
	widenSQL = `update reopening set struck = struck || @struck::text[]::uuid[], need = @need, version = version + 1 where id = @id::uuid`
	endSQL   = `update reopening set state = @to, ended_at = @at, version = version + 1 where id = @id::uuid`
)

// Reopened lists the reopenings of an edition that are under way, the oldest first.
func Reopened(ctx context.Context, q pg.Reader, editionID string) ([]Reopening, error) {
	return pg.All[Reopening](ctx, q, openFirstSQL, pg.Args{"edition": editionID})
}

// Strike takes locked sheets of one project out of a closed round, with the reason; what stands on them stays on record (I-R2), and
// their judges are off the project. Where too few are left the round is opened again for this project, and short is true: there
// is nothing to compute until the replacements have handed in. The caller holds the edition's row.
func Strike(ctx context.Context, tx pg.Tx, w identity.Warrant, at time.Time, roundID, proposalID string, redo Redo) (short bool, err error) {
	r, err := lockRound(ctx, tx, roundID)
	if err != nil {
		return false, err
	}
	if r.State != Closed {
		return false, fault.New(fault.Conflict, "评审还没有结束，没有结果可以重新计算")
	}
	if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
		return false, err
	}
	h := hand{w, r.Place, at}
	if err := invalidate(ctx, tx, h, r, proposalID, redo); err != nil {
		return false, err
	}
	left, err := pg.Value[int](ctx, tx, validSQL, pg.Args{"round": r.ID, "proposal": proposalID})
	if err != nil || left >= max(r.MinValid, 1) {
		return false, err
	}
	return true, reopen(ctx, tx, h, r, proposalID, redo, max(r.MinValid, 1)-left)
}

// reopen writes a reopening down, or widens the one there is, and tells the district's staff.
func reopen(ctx context.Context, tx pg.Tx, h hand, r Round, proposalID string, redo Redo, need int) error {
	p, err := proposal.Get(ctx, tx, proposalID)
	if err != nil {
		return err
	}
	o, found, err := pg.Maybe[Reopening](ctx, tx, openOfSQL, pg.Args{"round": r.ID, "proposal": proposalID})
	if err != nil {
		return err
	}
	event := audit.Event{Entity: "reopening", ID: o.ID, Version: o.Version + 1, Action: "reopen", From: o.State, To: Open, Place: p.Place, Reason: redo.Reason, At: h.at,
		Data: map[string]any{"round": r.ID, "proposal": p.ID, "struck": redo.Sheets, "need": need}}
	if found {
		_, err = pg.Do(ctx, tx, widenSQL, pg.Args{"id": o.ID, "struck": redo.Sheets, "need": need})
	} else {
		event.ID = uuid.Must(uuid.NewV7()).String()
		_, err = pg.Do(ctx, tx, newReopeningSQL, pg.Args{"id": event.ID, "round": r.ID, "proposal": p.ID, "edition": r.EditionID, "place": p.Place, "cause": redo.Cause,
			"reason": redo.Reason, "struck": redo.Sheets, "need": need, "at": h.at})
	}
	if err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, event); err != nil {
		return err
	}
	text := fault.Say("「%s」有评分表作废，剩下的不够 %d 份。请给它选 %d 位没有利害关系的评委补评", p.Title, max(r.MinValid, 1), need)
	return tellStaff(ctx, tx, h, r.Place, text, "/desk/reopenings/"+event.ID, event.ID+"/"+strconv.Itoa(event.Version))
}

// tellStaff leaves N06 with the district's staff.
func tellStaff(ctx context.Context, tx pg.Tx, h hand, place string, text fault.Message, link, key string) error {
	staff, err := notice.Holders(ctx, tx, place, identity.DistrictStaff)
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: staff, Text: text, Link: link, Key: key, At: h.at})
}

// reopening is one the actor may run, with its round.
func (b *Book) reopening(ctx context.Context, by identity.Actor, id string) (Reopening, Round, identity.Warrant, error) {
	o, err := pg.One[Reopening](ctx, b.db, reopeningSQL, pg.Args{"id": id})
	if err != nil {
		return o, Round{}, identity.Warrant{}, err
	}
	r, w, err := b.mine(ctx, by, o.RoundID)
	return o, r, w, err
}

const (
	lateSeatsSQL = `select count(*)::int from assignment a left join sheet s on s.assignment_id = a.id
  where a.reopening_id = @id::uuid and a.state in ('assigned', 'accepted') and coalesce(s.state, '') not in ('submitted', 'locked')`
	handedInSQL = `select ` + sheetColumns + `, s.place from (select s.*, a.place::text from sheet s join assignment a on a.id = s.assignment_id
    where a.reopening_id = @id::uuid and s.state = 'submitted') s order by s.id`
)

// EndReopening closes a reopening: the replacements' sheets are in and are locked like all others. What follows from them is the
// caller's, who holds the edition's row. It is false when the same button came twice.
func EndReopening(ctx context.Context, tx pg.Tx, w identity.Warrant, at time.Time, id string, p Pressed) (bool, error) {
	o, err := pg.One[Reopening](ctx, tx, reopeningSQL, pg.Args{"id": id})
	if err != nil {
		return false, err
	}
	r, err := lockRound(ctx, tx, o.RoundID)
	if err != nil {
		return false, err
	}
	if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
		return false, err
	}
	h := hand{w, r.Place, at}
	if o, err = pg.One[Reopening](ctx, tx, lockReopeningSQL, pg.Args{"id": id}); err != nil {
		return false, err
	}
	if o.State == Closed {
		done, err := audit.Did(ctx, tx, w.By, "reopening", id, o.Version, "close")
		if err == nil && !done {
			err = stale()
		}
		return false, err
	}
	if o.State != Open || o.Version != p.Version {
		return false, stale()
	}
	if err := lockReplacements(ctx, tx, h, r, o); err != nil {
		return false, err
	}
	if _, err := pg.Do(ctx, tx, endSQL, pg.Args{"id": id, "to": Closed, "at": at}); err != nil {
		return false, err
	}
	return true, audit.Record(ctx, tx, w, audit.Event{Entity: "reopening", ID: id, Version: o.Version + 1, Action: "close", From: Open, To: Closed, Place: o.Place, At: at})
}

// lockReplacements locks what the replacements handed in, when nothing is missing.
func lockReplacements(ctx context.Context, tx pg.Tx, h hand, r Round, o Reopening) error {
	missing, err := pg.Value[int](ctx, tx, lateSeatsSQL, pg.Args{"id": o.ID})
	if err != nil {
		return err
	}
	if missing > 0 {
		return fault.New(fault.Conflict, "补评的评分表还没有交齐，差 %d 份。来不了的评委请换下", missing)
	}
	sheets, err := pg.All[sheetAt](ctx, tx, handedInSQL, pg.Args{"id": o.ID})
	if err != nil {
		return err
	}
	for _, s := range sheets {
		if err := lockSheet(ctx, tx, h, s); err != nil {
			return err
		}
	}
	valid, err := pg.Value[int](ctx, tx, validSQL, pg.Args{"round": r.ID, "proposal": o.ProposalID})
	if err == nil && valid < max(r.MinValid, 1) {
		err = fault.New(fault.Conflict, "有效的评分表还不够 %d 份，请再选评委补评", max(r.MinValid, 1))
	}
	return err
}

// DropReopenings ends what is under way about a project that has left or whose result was taken back: nobody has to mark it
// any more. Where there is none it does nothing.
func DropReopenings(ctx context.Context, tx pg.Tx, w identity.Warrant, at time.Time, proposalID, reason string) error {
	list, err := pg.All[Reopening](ctx, tx, openAtSQL, pg.Args{"proposal": proposalID})
	if err != nil {
		return err
	}
	for _, o := range list {
		h := hand{w, o.Place, at}
		seats, err := pg.All[Replacement](ctx, tx, replacementsSQL, pg.Args{"id": o.ID})
		if err != nil {
			return err
		}
		for _, s := range seats {
			if !s.Live() {
				continue
			}
			if err := unseat(ctx, tx, h, s.ID, reason); err != nil {
				return err
			}
			text := fault.Say("有一个请您补评的项目不用再评了。谢谢您")
			if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{s.PersonID}, Text: text, Link: "/review", Key: s.ID + "/dropped", At: at}); err != nil {
				return err
			}
		}
		if _, err := pg.Do(ctx, tx, endSQL, pg.Args{"id": o.ID, "to": Voided, "at": at}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "reopening", ID: o.ID, Version: o.Version + 1, Action: "drop", From: Open, To: Voided, Place: o.Place, Reason: reason, At: at}); err != nil {
			return err
		}
	}
	return nil
}
