package proposal

import (
	"context"
	"slices"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/yuan"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// Leaving is a proposal taken back by its lead, with a reason once it was handed in.
type Leaving struct {
	Version int    `form:"version"`
	Reason  string `form:"reason"`
}

// TakenBack tells that a lead withdrew a proposal: whoever reserved something for it lets it go.
type TakenBack struct {
	ProposalID string
	From       string // the state it was in
}

// Kind names the fact.
func (TakenBack) Kind() string { return "proposal.taken_back" }

// Withdraw takes a proposal back. A withdrawn one stays withdrawn; a new one may be written while the call is open.
func (b *Book) Withdraw(ctx context.Context, by identity.Actor, id string, l Leaving) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockOwn(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if p.LeadID != by.ID {
			return fault.New(fault.Forbidden, "申报书由领办人撤回。您可以退出团队")
		}
		if p.Version != l.Version {
			if done, err := audit.Did(ctx, tx, by, "proposal", id, l.Version+1, "move"); err != nil || done {
				return err
			}
			return stale()
		}
		var wrong fault.Fields
		if p.State != Drafted && l.Reason == "" {
			wrong.Add("reason", "已经提交过的，撤回要写明原因")
		}
		short(&wrong, "reason", l.Reason, 200)
		if err := wrong.Err(); err != nil {
			return err
		}
		now := b.clock.Now()
		if p.State != Drafted {
			heads, err := notice.Holders(ctx, tx, p.Place, identity.CommunityHead)
			if err != nil {
				return err
			}
			if err := b.tell(ctx, tx, p, "N03", heads, "/desk/proposals/"+p.ID, "申报书 %s「%s」由领办人撤回了", p.Number, p.Title); err != nil {
				return err
			}
		}
		if err := outbox.Put(ctx, tx, now, TakenBack{id, p.State}); err != nil {
			return err
		}
		return Move(ctx, tx, w, Step{ID: id, To: Withdrawn, Reason: l.Reason, At: now})
	})
}

const goneSQL = `select p.id::text as id, m.person_id::text as person, p.title from proposal p join team_member m on m.team_id = p.team_id and m.state = 'accepted' and m.person_id is not null
  where p.edition_id = @edition::uuid and p.state not in ('withdrawn', 'void') order by p.id`

type goner struct{ ID, Person, Title string }

// TellCalledOff hears that an edition was called off and tells every team.
func TellCalledOff(ctx context.Context, tx pg.Tx, fact edition.CalledOff) error {
	people, err := pg.All[goner](ctx, tx, goneSQL, pg.Args{"edition": fact.EditionID})
	if err != nil {
		return err
	}
	at, err := pg.Value[time.Time](ctx, tx, calledOffSQL, pg.Args{"edition": fact.EditionID})
	if err != nil {
		return err
	}
	for _, g := range people {
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N01", To: []string{g.Person}, Text: fault.Say("这一届大赛取消了，「%s」不再评审。原因请看公告", g.Title),
			Link: "/editions/" + fact.EditionID, Key: g.ID + "/called_off", At: at}); err != nil {
			return err
		}
	}
	return nil
}

const (
	calledOffSQL = `select at from audit_event where entity = 'edition' and entity_id = @edition::uuid and to_state = 'cancelled' order by at desc limit 1`
	unsentSQL    = `select p.id::text as id, m.person_id::text as person, p.title, e.closes_at from proposal p join edition e on e.id = p.edition_id
  join team_member m on m.team_id = p.team_id and m.state = 'accepted' and m.role in ('lead', 'deputy') and m.person_id is not null
  where p.state = 'draft' and e.state = 'open' and e.closes_at > @due::timestamptz and e.closes_at <= @due::timestamptz + make_interval(hours => @hours::int)`
)

type unsent struct {
	ID, Person, Title string
	ClosesAt          time.Time
}

// RemindDrafts tells those with an unsent draft that the call is about to close (N02): seven days, two days and six
// hours before. It may run as often as the calendar likes; each reminder is left once.
func RemindDrafts(ctx context.Context, tx pg.Tx, due time.Time) error {
	told := map[string]bool{}
	for _, hours := range []int{6, 48, 7 * 24} {
		drafts, err := pg.All[unsent](ctx, tx, unsentSQL, pg.Args{"due": due, "hours": hours})
		if err != nil {
			return err
		}
		for _, d := range drafts {
			if told[d.ID+d.Person] {
				continue // a nearer reminder has been left; the wider ones would say the same
			}
			told[d.ID+d.Person] = true
			text := fault.Say("您的申报书「%s」还没有提交，%s 截止。没有提交的草稿不算报名", d.Title, stamp(d.ClosesAt))
			if d.Title == "" {
				text = fault.Say("您有一份申报书还没有提交，%s 截止。没有提交的草稿不算报名", stamp(d.ClosesAt))
			}
			if err := notice.Tell(ctx, tx, notice.Letter{Code: "N02", To: []string{d.Person}, Text: text, Link: "/proposals/" + d.ID + "/edit",
				Key: d.ID + "/" + stamp(d.ClosesAt) + "/" + time.Duration(hours*int(time.Hour)).String(), At: due}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Summary is what everybody may read of a proposal once the results are public: no phone, no address, the lead's name
// masked.
type Summary struct {
	ID, Number, Title, Pitch, Colour, Category, Goal, TeamName string
	PlaceName, PlaceNameEn, Lead                               string
	Edition                                                    edition.Edition
	Activities                                                 []Activity
	PerLine                                                    map[string]yuan.Fen
	Requested                                                  yuan.Fen
}

// Public is a chosen proposal for everybody, from the publication of the results on; before that it is not there.
func (b *Book) Public(ctx context.Context, id string) (Summary, error) {
	f, err := Whole(ctx, b.db, id)
	if err != nil {
		return Summary{}, err
	}
	published := []string{edition.Publicizing, edition.Contracting, edition.Running, edition.Closing, edition.Archived}
	chosen := []string{Selected, Refining, Refined, Contracted}
	if !slices.Contains(published, f.Edition.State) || !slices.Contains(chosen, f.State) {
		return Summary{}, fault.Missing()
	}
	s := Summary{ID: f.ID, Number: f.Number, Title: f.Title, Pitch: f.Pitch, Colour: f.Colour, Category: f.Category, Goal: f.Goal, TeamName: f.TeamName,
		PlaceName: f.PlaceName, PlaceNameEn: f.PlaceNameEn, Lead: Masked(f.LeadName), Edition: f.Edition, Activities: f.Activities,
		PerLine: map[string]yuan.Fen{}, Requested: f.Requested}
	for _, l := range f.Lines {
		s.PerLine[l.Category] += l.Amount()
	}
	return s, nil
}

// Masked shows a name as the public may see it: 张**.
func Masked(name string) string {
	for _, first := range name {
		return string(first) + "**"
	}
	return ""
}
