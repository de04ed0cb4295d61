package judging

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// The states of a residents' vote (居民投票).
const (
	PollPlanned = "planned"
	PollCounted = "counted"
)

// Poll is the residents' vote beside a round. Its id is the round's.
type Poll struct {
	ID        string
	EditionID string
	Edition   string
	EditionEn string
	Place     string
	Share     int // of the final score, in percent
	Most      int // projects a ballot may name where votes share the money out, whatever their track; 0 for one of each track
	OpensAt   time.Time
	ClosesAt  time.Time
	State     string
	Digest    string // of the count
	Version   int
}

// Open tells whether votes are taken.
func (p Poll) Open(now time.Time) bool {
	return p.State == PollPlanned && !now.Before(p.OpensAt) && now.Before(p.ClosesAt)
}

// NewPoll sets when residents vote. Its weight is the one the call was published with.
type NewPoll struct {
	OpensAt  time.Time `form:"opens_at,datetime"`
	ClosesAt time.Time `form:"closes_at,datetime"`
	Version  int       `form:"version"`
}

const (
	pollColumns = `v.id::text, r.edition_id::text, e.title as edition, e.title_en as edition_en, v.place::text, v.share, v.most, v.opens_at, v.closes_at, v.state, v.digest, v.version`
	pollFrom    = ` from poll v join review_round r on r.id = v.id join edition e on e.id = r.edition_id`
	pollSQL     = `select ` + pollColumns + pollFrom + ` where v.id = @id::uuid`
	lockPollSQL = pollSQL + ` for no key update of v`
	openPollSQL = `select ` + pollColumns + pollFrom + ` where v.state = 'planned' and v.opens_at <= @now and v.closes_at > @now and @home::text::ltree <@ v.place order by v.closes_at, v.id limit 20`
	newPollSQL  = `insert into poll (id, place, share, most, opens_at, closes_at) values (@id, @place::text::ltree, @share, @most, @opens, @closes) on conflict do nothing`
	movePollSQL = `update poll set opens_at = @opens, closes_at = @closes, version = version + 1 where id = @id::uuid`
)

// PlanPoll sets the window of the residents' vote; while it has not begun it can still be moved.
func (b *Book) PlanPoll(ctx context.Context, by identity.Actor, roundID string, n NewPoll) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	e, err := edition.Get(ctx, b.db, r.EditionID)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	var wrong fault.Fields
	if n.OpensAt.Before(now) {
		wrong.Add("opens_at", "请填写以后的时间")
	}
	if !n.ClosesAt.After(n.OpensAt) {
		wrong.Add("closes_at", "结束要在开始以后")
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		p, found, err := pg.Maybe[Poll](ctx, tx, lockPollSQL, pg.Args{"id": roundID})
		if err != nil {
			return err
		}
		if p.Version != n.Version {
			done, err := audit.Did(ctx, tx, by, "poll", roundID, n.Version+1, "plan")
			if err == nil && !done {
				err = stale()
			}
			return err
		}
		switch {
		case e.Rules.PublicVote == 0:
			return fault.New(fault.Conflict, "这一届的规则里没有居民投票")
		case r.Kind != Pitch || r.State != Open:
			return fault.New(fault.Conflict, "路演这一轮开始评审以后，才能安排居民投票")
		case found && !now.Before(p.OpensAt):
			return fault.New(fault.Conflict, "投票已经开始，时间不能再改")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		sql, args := movePollSQL, pg.Args{"id": roundID, "opens": n.OpensAt, "closes": n.ClosesAt}
		if !found {
			sql, args["place"], args["share"], args["most"] = newPollSQL, r.Place, e.Rules.PublicVote, e.Rules.BallotMost
		}
		if _, err := pg.Do(ctx, tx, sql, args); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "poll", ID: roundID, Version: p.Version + 1, Action: "plan", From: p.State, To: PollPlanned, Place: r.Place,
			Data: map[string]any{"share": e.Rules.PublicVote, "most": e.Rules.BallotMost, "opens": n.OpensAt, "closes": n.ClosesAt}, At: now})
	})
}

// Option is a project residents may choose, as the board shows it.
type Option struct {
	ID     string
	Number string
	Title  string
	Team   string
	Track  string
	Asks   yuan.Fen // what it asks for
}

const (
	optionsSQL = `select distinct p.id::text, coalesce(p.number, '') as number, p.title, m.name as team, p.track, p.requested as asks from assignment a join proposal p on p.id = a.proposal_id
    and p.state in ('shortlisted', 'pitched', 'ranked', 'selected', 'reserve', 'not_selected', 'refining', 'refined', 'contracted') join team m on m.id = p.team_id
  where a.round_id = @id::uuid and a.state in ('assigned', 'accepted') order by 5, 2, 1`
	partialSQL = `select exists (select from judge j where j.edition_id = @edition::uuid and j.person_id = @me::uuid and j.state <> 'declined')`
)

// PollView is a vote for a resident: what can be chosen, and what they chose. How others vote is nowhere before the count.
type PollView struct {
	Poll    Poll
	Options []Option
	Mine    []string // the projects they chose
	May     bool     // a confirmed resident of the district, and no judge of the edition
	Counts  []Count  // once counted
	Now     time.Time
}

// Polls lists the votes that are open to the actor as a confirmed resident.
func (b *Book) Polls(ctx context.Context, by identity.Actor) ([]Poll, error) {
	if by.Home == "" {
		return nil, nil
	}
	return pg.All[Poll](ctx, b.db, openPollSQL, pg.Args{"now": b.clock.Now(), "home": by.Home})
}

// Poll is a residents' vote as the actor sees it.
func (b *Book) Poll(ctx context.Context, by identity.Actor, id string) (PollView, error) {
	v := PollView{Now: b.clock.Now()}
	var err error
	if v.Poll, err = pg.One[Poll](ctx, b.db, pollSQL, pg.Args{"id": id}); err != nil {
		return v, err
	}
	if v.Options, err = pg.All[Option](ctx, b.db, optionsSQL, pg.Args{"id": id}); err != nil {
		return v, err
	}
	if v.Poll.State == PollCounted {
		if v.Counts, err = pg.All[Count](ctx, b.db, countsSQL, pg.Args{"id": id}); err != nil {
			return v, err
		}
	}
	if !by.SignedIn() {
		return v, nil
	}
	if v.Mine, err = pg.Values[string](ctx, b.db, myVotesSQL, pg.Args{"id": id, "me": by.ID}); err != nil {
		return v, err
	}
	judge, err := pg.Value[bool](ctx, b.db, partialSQL, pg.Args{"edition": v.Poll.EditionID, "me": by.ID})
	v.May = by.Home != "" && place.District(by.Home) == place.District(v.Poll.Place) && !judge && !by.Helped()
	return v, err
}
