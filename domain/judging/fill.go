package judging

import (
	"context"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// The states of an assignment.
const (
	Assigned = "assigned"
	Taken    = "accepted"
	Recused  = "recused"
	Replaced = "replaced"
)

// Assignment is a judge's seat at a project.
type Assignment struct {
	ID         string
	RoundID    string
	JudgeID    string
	ProposalID string
	Place      string
	State      string
	Reason     string
	At         time.Time
	Version    int
	RoundState string
	PersonID   string
	EditionID  string
}

// Live tells whether the judge is to mark the project.
func (a Assignment) Live() bool { return a.State == Assigned || a.State == Taken }

const seatColumns = `a.id::text, a.round_id::text, a.judge_id::text, a.proposal_id::text, a.place::text, a.state, a.reason, a.at, a.version,
  r.state as round_state, j.person_id::text, j.edition_id::text`

const (
	demandsSQL = `select p.id::text as project, p.place::text, greatest(@panel::int - (select count(*) from assignment a
      where a.round_id = @round::uuid and a.proposal_id = p.id and a.state in ('assigned', 'accepted')), 0)::int as need,
    coalesce((select array_agg(x.judge_id::text) from (select c.judge_id from conflict c where c.proposal_id = p.id
      union select a.judge_id from assignment a where a.round_id = @round::uuid and a.proposal_id = p.id) x), '{}') as barred
  from proposal p where p.edition_id = @edition::uuid and in_review(@round::uuid, p.id, p.state) and (@only = '' or p.id::text = @only) order by p.id`
	loadsSQL = `select j.id::text as judge, j.person_id::text as person, (select count(*) from assignment a
    where a.round_id = @round::uuid and a.judge_id = j.id and a.state in ('assigned', 'accepted'))::int as load
  from judge j where j.edition_id = @edition::uuid and j.state = 'accepted' order by j.id`
	seatSQL = `insert into assignment (id, round_id, judge_id, proposal_id, place, at) values (@id, @round, @judge, @proposal, @place::text::ltree, @at)`
)

// fill gives every open seat of the round, or of one project, to a judge without a tie, as evenly as can be. The
// caller holds the jury's rows, so no tie can be declared in between.
func fill(ctx context.Context, tx pg.Tx, h hand, r Round, only string) (Seating, error) {
	type wanted struct {
		Project, Place string
		Need           int
		Barred         []string
	}
	open, err := pg.All[wanted](ctx, tx, demandsSQL, pg.Args{"panel": r.Panel, "round": r.ID, "edition": r.EditionID, "only": only})
	if err != nil {
		return Seating{}, err
	}
	type burden struct {
		Judge, Person string
		Load          int
	}
	jury, err := pg.All[burden](ctx, tx, loadsSQL, pg.Args{"round": r.ID, "edition": r.EditionID})
	if err != nil {
		return Seating{}, err
	}
	demands, places, loads := make([]Demand, len(open)), map[string]string{}, map[string]int{}
	for i, o := range open {
		demands[i], places[o.Project] = Demand{o.Project, o.Need, o.Barred}, o.Place
	}
	for _, j := range jury {
		loads[j.Judge] = j.Load
	}
	seating := FillSeats(demands, loads)
	for _, s := range seating.Seats {
		id := uuid.Must(uuid.NewV7()).String()
		if _, err := pg.Do(ctx, tx, seatSQL, pg.Args{"id": id, "round": r.ID, "judge": s.Judge, "proposal": s.Project, "place": places[s.Project], "at": h.at}); err != nil {
			return Seating{}, err
		}
		if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "assignment", ID: id, Version: 1, Action: "assign", To: Assigned, Place: places[s.Project],
			Data: map[string]string{"judge": s.Judge, "proposal": s.Project}, At: h.at}); err != nil {
			return Seating{}, err
		}
	}
	return seating, nil
}

const (
	replacedSQL = `update assignment set state = 'replaced', version = version + 1 where id = @id::uuid`
	personSQL   = `select person_id::text from judge where id = @id::uuid`
)

// replace looks for somebody for the seats given up at one project. Where nobody may, the district's staff are told.
func replace(ctx context.Context, tx pg.Tx, h hand, r Round, p proposal.Proposal, left []string) error {
	seating, err := fill(ctx, tx, h, r, p.ID)
	if err != nil {
		return err
	}
	for i, id := range left {
		if i >= len(seating.Seats) {
			break
		}
		a, err := pg.One[Assignment](ctx, tx, lockSeatSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, replacedSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "assignment", ID: id, Version: a.Version + 1, Action: "replace", From: Recused, To: Replaced,
			Place: a.Place, Data: map[string]string{"judge": seating.Seats[i].Judge}, At: h.at}); err != nil {
			return err
		}
	}
	title, err := titleOf(ctx, tx, p)
	if err != nil {
		return err
	}
	for _, s := range seating.Seats {
		person, err := pg.Value[string](ctx, tx, personSQL, pg.Args{"id": s.Judge})
		if err != nil {
			return err
		}
		text := fault.Say("有一位评委回避，项目「%s」请您补评，%s 前交评分表", title, stamp(*r.ClosesAt))
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{person}, Text: text, Link: "/review", Key: p.ID + "/" + s.Judge, At: h.at}); err != nil {
			return err
		}
	}
	if len(seating.Seats) >= len(left) {
		return nil
	}
	staff, err := notice.Holders(ctx, tx, r.Place, identity.DistrictStaff)
	if err != nil {
		return err
	}
	text := fault.Say("项目「%s」有评委回避，一时没有别的评委能接。请看看还要不要邀请评委", p.Title)
	return notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: staff, Text: text, Link: "/desk/editions/" + r.EditionID + "/judging", Key: left[0], At: h.at})
}

// stamp writes a moment so that it reads the same in every language.
func stamp(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") }
