package assist

import (
	"context"
	"io"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// The states of a paper on the grace list.
const (
	Listed = "listed"
	Used   = "used"
	Struck = "struck"
)

// graceDays is how many working days after closing a paper received in time may still be entered (DOMAIN §7.1).
const graceDays = 2

// Grace is a paper proposal that was handed in and stamped before its call closed.
type Grace struct {
	ID          string
	EditionID   string
	Edition     string
	Place       string
	PlaceName   string
	PlaceNameEn string
	LeadName    string
	ReceivedAt  time.Time
	PaperID     string
	State       string
	ProposalID  string
	EntryID     string // the draft that was typed from it by a workbook, "" for none
	ListedBy    string
	At          time.Time
	Version     int
}

const (
	graceColumns = `g.id::text, g.edition_id::text, e.title as edition, g.place::text, l.name as place_name, l.name_en as place_name_en, g.lead_name, g.received_at, g.paper_id::text, g.state,
  coalesce(g.proposal_id::text, '') as proposal_id, coalesce(g.entry_id::text, '') as entry_id, h.name as listed_by, g.at, g.version`
	graceFrom    = ` from grace g join edition e on e.id = g.edition_id join place l on l.path = g.place join person h on h.id = g.listed_by `
	lockGraceSQL = `select ` + graceColumns + graceFrom + `where g.id = @id::uuid for no key update of g`
	graceListSQL = `select ` + graceColumns + graceFrom + `where g.place <@ any(@sight::text[]::ltree[]) order by g.at desc, g.id limit 100`
	addGraceSQL  = `insert into grace (id, edition_id, place, lead_name, received_at, paper_id, listed_by, at) values (@id, @edition, @place::text::ltree, @name, @received, @paper, @me, @at) on conflict (id) do nothing`
	useGraceSQL  = `update grace set state = 'used', proposal_id = @proposal, version = version + 1 where id = @id::uuid and state = 'listed' and coalesce(entry_id, @proposal) = @proposal::uuid`
	strikeSQL    = `update grace set state = 'struck', version = version + 1 where id = @id::uuid`
	callSQL      = `select id::text, title, place::text, state, opens_at, closes_at from edition where id = @id::uuid`
	callsSQL     = `select id::text, title, place::text, state, opens_at, closes_at from edition where state in ('open', 'closed') and closes_at is not null order by closes_at desc limit 20`
)

// Call is an edition as far as the grace list needs it.
type Call struct {
	ID       string
	Title    string
	Place    string
	State    string
	OpensAt  *time.Time
	ClosesAt *time.Time
}

// Calls lists the editions whose papers may still be entered.
func (b *Book) Calls(ctx context.Context) ([]Call, error) {
	return pg.All[Call](ctx, b.db, callsSQL, nil)
}

const callOfSQL = `select e.id::text, e.title, e.place::text, e.state, e.opens_at, e.closes_at from grace g join edition e on e.id = g.edition_id where g.id = @id::uuid`

// CallsOf is the edition a paper of the grace list is for.
func (b *Book) CallsOf(ctx context.Context, grace string) ([]Call, error) {
	return pg.All[Call](ctx, b.db, callOfSQL, pg.Args{"id": grace})
}

// GraceUntil is the last moment for entering a paper of an edition; nil when it has no end.
func GraceUntil(ctx context.Context, q pg.Reader, edition string) (*time.Time, error) {
	c, err := pg.One[Call](ctx, q, callSQL, pg.Args{"id": edition})
	if err != nil || c.ClosesAt == nil {
		return nil, err
	}
	days, err := place.Calendar(ctx, q)
	if err != nil {
		return nil, err
	}
	// What closes at 24:00 closes on the day before.
	until := days.AddWorkingDays(c.ClosesAt.Add(-time.Microsecond), graceDays)
	return &until, nil
}

// NewGrace is a stamped paper to be listed.
type NewGrace struct {
	ID         string    `form:"id"`
	EditionID  string    `form:"edition"`
	Place      string    `form:"place"`
	LeadName   string    `form:"lead_name"`
	ReceivedAt time.Time `form:"received_at,datetime"`
	Name       string    `form:"-"` // of the file
}

func (n NewGrace) check(c Call, found, sent bool, now time.Time, until *time.Time) error {
	var wrong fault.Fields
	if !found {
		wrong.Add("edition", "请选是哪一届")
	}
	switch l := utf8.RuneCountInString(n.LeadName); {
	case l == 0:
		wrong.Add("lead_name", "请填写领办人的姓名")
	case l > 20:
		wrong.Add("lead_name", "姓名最多 20 个字，现在是 %d 个", l)
	}
	switch {
	case n.ReceivedAt.IsZero():
		wrong.Add("received_at", "请照着章上的时间填写")
	case n.ReceivedAt.After(now):
		wrong.Add("received_at", "收件时间不能在现在之后")
	case found && !n.ReceivedAt.Before(*c.ClosesAt):
		wrong.Add("received_at", "这份纸是截止以后收到的，不能列进名单。截止时间是 %s", c.ClosesAt.In(clock.Shanghai).Format("2006-01-02 15:04"))
	case found && c.OpensAt != nil && n.ReceivedAt.Before(*c.OpensAt):
		wrong.Add("received_at", "收件时间在申报开始之前，请检查")
	}
	if !sent {
		wrong.Add("paper", "请拍一张盖了收件章的申报书")
	}
	if until != nil && !now.Before(*until) {
		wrong.Add("edition", "截止后 %d 个工作日内才能补登，现在已经过了", graceDays)
	}
	return wrong.Err()
}

// List puts a stamped paper on the grace list, with its photo, until the second working day after the call has closed.
func (b *Book) List(ctx context.Context, by identity.Actor, n NewGrace, file io.ReadSeeker) error {
	if !place.Valid(n.Place) || !by.Can(identity.HelpResidents, n.Place) {
		if !by.Somewhere(identity.HelpResidents) {
			_, err := by.Must(identity.HelpResidents, n.Place)
			return err
		}
		return fault.Field("place", "请选一个您负责的社区")
	}
	w, err := by.Must(identity.HelpResidents, n.Place)
	if err != nil {
		return err
	}
	var c Call
	var until *time.Time
	found := uuid.Validate(n.EditionID) == nil
	if found {
		if c, found, err = pg.Maybe[Call](ctx, b.db, callSQL, pg.Args{"id": n.EditionID}); err != nil {
			return err
		}
		found = found && (c.State == "open" || c.State == "closed") && c.ClosesAt != nil && identity.Within(n.Place, c.Place)
	}
	if found {
		if until, err = GraceUntil(ctx, b.db, c.ID); err != nil {
			return err
		}
	}
	if err := n.check(c, found, file != nil, b.clock.Now(), until); err != nil {
		return err
	}
	taken, err := evidence.TakePaper(ctx, b.store, file)
	if fault.Is(err, fault.Invalid) && fault.InFields(err) == nil {
		m := fault.MessageOf(err)
		err = fault.Field("paper", m.Text, m.Args...)
	}
	if err != nil {
		return err
	}
	if uuid.Validate(n.ID) != nil {
		n.ID = newID()
	}
	return b.db.Change(ctx, func(tx pg.Tx) error { return b.list(ctx, tx, w, n, taken) })
}

func (b *Book) list(ctx context.Context, tx pg.Tx, w identity.Warrant, n NewGrace, taken evidence.Taken) error {
	if _, there, err := pg.Maybe[Grace](ctx, tx, lockGraceSQL, pg.Args{"id": n.ID}); err != nil || there {
		return err // the same form came twice
	}
	now, paper := b.clock.Now(), newID()
	if _, err := evidence.Keep(ctx, tx, w, evidence.New{ID: paper, Digest: taken.Digest, Size: taken.Size, Mime: taken.Mime, Kind: "stamped", Owner: "grace", OwnerID: n.ID,
		Place: n.Place, Name: n.Name, At: now}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, addGraceSQL, pg.Args{"id": n.ID, "edition": n.EditionID, "place": n.Place, "name": n.LeadName, "received": n.ReceivedAt, "paper": paper, "me": w.By.ID, "at": now}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "grace", ID: n.ID, Version: 1, Action: "list", To: Listed, Place: n.Place,
		Data: map[string]any{"edition": n.EditionID, "received": n.ReceivedAt, "paper": paper}, At: now})
}

// Strike takes a paper off the list again, by staff of its place, before it was used.
func (b *Book) Strike(ctx context.Context, by identity.Actor, id string, version int) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		g, err := pg.One[Grace](ctx, tx, lockGraceSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if !by.Sees(identity.HelpResidents, g.Place) {
			return fault.Missing()
		}
		w, err := by.Must(identity.HelpResidents, g.Place)
		if err != nil || g.State == Struck {
			return err
		}
		if g.State != Listed || g.Version != version {
			return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
		}
		if _, err := pg.Do(ctx, tx, strikeSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "grace", ID: id, Version: g.Version + 1, Action: "strike", From: Listed, To: Struck, Place: g.Place, At: b.clock.Now()})
	})
}

// Use spends a paper of the grace list on a proposal, in the transaction that hands the proposal in.
func Use(ctx context.Context, tx pg.Tx, w identity.Warrant, id, proposal string, at time.Time) error {
	g, err := pg.One[Grace](ctx, tx, lockGraceSQL, pg.Args{"id": id})
	if err != nil {
		return err
	}
	if err := g.mine(proposal); err != nil {
		return err
	}
	if n, err := pg.Do(ctx, tx, useGraceSQL, pg.Args{"id": id, "proposal": proposal}); err != nil || n == 0 {
		if err == nil {
			err = fault.New(fault.Conflict, "名单上的这一份已经用过了")
		}
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "grace", ID: id, Version: g.Version + 1, Action: "use", From: Listed, To: Used, Place: g.Place, Data: map[string]string{"proposal": proposal}, At: at})
}

// GraceList is the list of the actor's places, newest first.
func (b *Book) GraceList(ctx context.Context, by identity.Actor) ([]Grace, error) {
	return pg.All[Grace](ctx, b.db, graceListSQL, pg.Args{"sight": by.Sight(identity.ReadAssisted)})
}
