package proposal

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Ban is the time in which somebody whose proposal was declared void may lead no other (禁止申报). It belongs to the
// person, not to the team. It ends by its day, or when it is lifted.
type Ban struct {
	ID          string
	Place       string
	PersonID    string
	PersonName  string
	ProposalID  string
	Number      string
	Title       string
	PlaceName   string // the community
	PlaceNameEn string
	Code        string
	Reason      string
	PaperID     string // the decision document
	FromOn      time.Time
	UntilOn     time.Time // the first day on which they may lead again
	ByName      string
	At          time.Time
	LiftedAt    *time.Time
	LiftedBy    string
	LiftedFor   string
}

// Holds tells whether the ban holds at a moment.
func (b Ban) Holds(at time.Time) bool { return b.LiftedAt == nil && clock.Day(at).Before(b.UntilOn) }

const (
	banColumns = `b.id::text, b.place::text, b.person_id::text, r.name as person_name, b.proposal_id::text, coalesce(p.number, '') as number, p.title, l.name as place_name, l.name_en as place_name_en, b.code, b.reason,
  b.paper_id::text, b.from_on, b.until_on, y.name as by_name, b.at, f.at as lifted_at, coalesce(z.name, '') as lifted_by, coalesce(f.reason, '') as lifted_for`
	banFrom = ` from ban b join person r on r.id = b.person_id join proposal p on p.id = b.proposal_id join place l on l.path = p.place join person y on y.id = b.by_person
  left join ban_lift f on f.ban_id = b.id left join person z on z.id = f.by_person `
	bansSQL    = `select ` + banColumns + banFrom + `where b.place <@ any(@sight::text[]::ltree[]) order by b.at desc, b.id limit 200`
	banSQL     = `select ` + banColumns + banFrom + `where b.id = @id::uuid`
	banOfSQL   = `select ` + banColumns + banFrom + `where b.proposal_id = @id::uuid`
	holdingSQL = `select ` + banColumns + banFrom + `where b.person_id = any(@people::uuid[]) and b.from_on <= @day::date and b.until_on > @day::date and f.ban_id is null order by b.until_on desc, b.id`
	liftSQL    = `insert into ban_lift (ban_id, reason, by_person, at) values (@id, @reason, @me, @at) on conflict (ban_id) do nothing`
)

// holding are the bans on any of some people that hold at a moment, the longest first.
func holding(ctx context.Context, q pg.Reader, people []string, at time.Time) ([]Ban, error) {
	return pg.All[Ban](ctx, q, holdingSQL, pg.Args{"people": people, "day": clock.Day(at)})
}

// Banned tells until when somebody may lead no proposal, nil when they may.
func Banned(ctx context.Context, q pg.Reader, person string, at time.Time) (*time.Time, error) {
	bans, err := holding(ctx, q, []string{person}, at)
	if err != nil || len(bans) == 0 {
		return nil, err
	}
	return &bans[0].UntilOn, nil
}

// unbanned refuses what a banned lead would begin or hand in.
func unbanned(ctx context.Context, q pg.Reader, lead string, at time.Time) error {
	until, err := Banned(ctx, q, lead, at)
	if err == nil && until != nil {
		err = fault.New(fault.Conflict, "您领办的申报书被作废过，%s 以前不能再领办申报。您仍然可以参加邻居的团队；有疑问请联系区里", day(*until))
	}
	return err
}

// Bans lists the decisions that proposals are void, with their bans, of the actor's district, newest first.
func (b *Book) Bans(ctx context.Context, by identity.Actor) ([]Ban, error) {
	return pg.All[Ban](ctx, b.db, bansSQL, pg.Args{"sight": by.Sight(identity.ReadBans)})
}

// BanOf is the decision that a proposal is void, nil when there is none. The caller has decided that its reader may see
// the proposal.
func (b *Book) BanOf(ctx context.Context, proposalID string) (*Ban, error) {
	found, there, err := pg.Maybe[Ban](ctx, b.db, banOfSQL, pg.Args{"id": proposalID})
	if err != nil || !there {
		return nil, err
	}
	return &found, nil
}

// Lifting ends a ban before its day.
type Lifting struct {
	Reason string `form:"reason"`
}

// Lift ends a ban before its day, with a reason, as a record of its own: the ban stays as it was. Twice is once.
func (b *Book) Lift(ctx context.Context, by identity.Actor, id string, n Lifting) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		ban, err := pg.One[Ban](ctx, tx, banSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if !by.Sees(identity.ReadBans, ban.Place) {
			return fault.Missing()
		}
		w, err := by.Must(identity.VoidProposals, ban.Place)
		if err != nil {
			return err
		}
		if ban.PersonID == by.ID {
			return fault.New(fault.Forbidden, "不能解除自己的禁止期，请交给别的同事")
		}
		var wrong fault.Fields
		if n.Reason == "" {
			wrong.Add("reason", "请写明为什么提前解除，本人会看到原文")
		}
		short(&wrong, "reason", n.Reason, 300)
		if err := wrong.Err(); err != nil {
			return err
		}
		now := b.clock.Now()
		rows, err := pg.Do(ctx, tx, liftSQL, pg.Args{"id": id, "reason": n.Reason, "me": by.ID, "at": now})
		if err != nil || rows == 0 {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N08", To: []string{ban.PersonID}, Text: fault.Say("您不能领办申报的期限提前解除了：%s", n.Reason),
			Link: "/proposals/" + ban.ProposalID, Key: id + "/lift", At: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "ban", ID: id, Action: "lift", Place: ban.Place, Reason: n.Reason, Data: map[string]any{"person": ban.PersonID, "until": ban.UntilOn}, At: now})
	})
}

// BanTies gives the person a decision is about the tie by which they read its document.
func BanTies(ctx context.Context, q pg.Reader, id string, by identity.Actor) ([]identity.Role, error) {
	ban, there, err := pg.Maybe[Ban](ctx, q, banSQL, pg.Args{"id": id})
	if err != nil || !there || ban.PersonID != by.ID {
		return nil, err
	}
	return []identity.Role{identity.Self}, nil
}
