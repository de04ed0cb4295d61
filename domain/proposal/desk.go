package proposal

import (
	"context"
	"slices"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Case is a proposal on the desk, with what was decided about it and what this actor may do now.
type Case struct {
	Full
	Record
	Hints      []Hint    // what the data say about each point of the check
	Likes      []Like    // proposals of any edition that are alike
	Overlaps   []Overlap // other projects of the same people with alike expenses
	Mates      []Partner // with whom it could be merged
	CanEndorse bool
	CanReturn  bool
	CanCheck   bool
	CanDecide  bool // an appeal waits and this actor may answer it
	CanCompare bool
	CanMerge   bool
	CanVoid    bool
	Ban        *Ban // the decision that it is void
	Conflicted bool // the actor belongs to the team or helped to write it
	Helped     Helped
	Cover      Cover // the cover photo on its way to everybody
	CanClear   bool  // this actor may look through it
}

// Overrules tells whether the actor's opinion would stand over a refusal of the community.
func (c Case) Overrules(by identity.Actor) bool {
	w, err := by.Must(identity.EndorseProposals, c.Place)
	return err == nil && w.Role == identity.SubdistrictHead && c.Refused
}

// See is a handed-in proposal for somebody of the desks, within sight.
func (b *Book) See(ctx context.Context, by identity.Actor, id string) (Case, error) {
	f, err := b.sighted(ctx, by, id)
	if err != nil {
		return Case{}, err
	}
	c := Case{Full: f.shielded(), Conflicted: conflict(f.Proposal, people(f), by) != nil}
	if c.Record, err = record(ctx, b.db, id); err != nil {
		return c, err
	}
	helped, err := audit.Helped(ctx, b.db, by, id)
	if err != nil {
		return c, err
	}
	c.Conflicted = c.Conflicted || helped
	if c.Helped, err = helpedBy(ctx, b.db, f.Proposal); err != nil {
		return c, err
	}
	open := f.Edition.State == edition.Open || f.Edition.State == edition.Closed
	may := func(p identity.Permission, states ...string) bool {
		return open && by.Can(p, f.Place) && slices.Contains(states, f.State)
	}
	c.CanEndorse = may(identity.EndorseProposals, Submitted)
	c.CanReturn = may(identity.ReturnProposals, Submitted, Endorsed)
	open = open || f.Edition.State == edition.Reviewing
	c.CanCheck = may(identity.CheckEligibility, Endorsed)
	c.CanDecide = may(identity.DecideAppeals, Ineligible) && c.Waiting() != nil
	c.CanCompare = by.Can(identity.CompareProposals, f.Place)
	c.CanMerge = b.mergeable(f.Proposal, f.Edition) == nil && by.Can(identity.EndorseProposals, f.Place)
	c.CanVoid = by.Can(identity.VoidProposals, f.Place) && slices.Contains(voidable, f.State)
	if c.Cover, err = CoverOf(ctx, b.db, id); err != nil {
		return c, err
	}
	c.CanClear = c.Cover.There() && by.Can(identity.ClearPhotos, f.Place)
	if by.Sees(identity.ReadBans, f.Place) {
		if c.Ban, err = b.BanOf(ctx, id); err != nil {
			return c, err
		}
	}
	return c, b.around(ctx, by, &c)
}

// sighted is a handed-in proposal within the actor's sight, as it was last handed in.
func (b *Book) sighted(ctx context.Context, by identity.Actor, id string) (Full, error) {
	f, err := Whole(ctx, b.db, id)
	if err != nil {
		return Full{}, err
	}
	if f.SubmittedAt == nil || !by.Sees(identity.ReadProposals, f.Place) {
		return Full{}, fault.Missing()
	}
	if f.State == Returned {
		return sealed(ctx, b.db, f)
	}
	return f, nil
}

// around reads what lies around a case: what is alike, what was paid already, and what the data say to each point.
func (b *Book) around(ctx context.Context, by identity.Actor, c *Case) (err error) {
	if c.Likes, err = likes(ctx, b.db, by, c.ID); err != nil {
		return err
	}
	if c.Overlaps, err = overlaps(ctx, b.db, c.Full); err != nil {
		return err
	}
	if c.CanMerge {
		if c.Mates, err = b.partners(ctx, by, c.Proposal); err != nil {
			return err
		}
	}
	c.Hints, err = b.hints(ctx, *c)
	return err
}

func people(f Full) []string {
	ids := []string{}
	for _, m := range f.Members {
		if m.State == "accepted" {
			ids = append(ids, m.PersonID)
		}
	}
	return ids
}

// conflict keeps apart who wrote and who decides (DOMAIN §5.2): nobody decides about a proposal of their own team, or
// one they helped to enter.
func conflict(p Proposal, team []string, by identity.Actor) error {
	switch {
	case slices.Contains(team, by.ID):
		return fault.New(fault.Forbidden, "您是这个团队的成员，不能由您来办，请交给别的同事或上一级")
	case p.ActingHelper != nil && *p.ActingHelper == by.ID:
		return helper()
	}
	return nil
}

func helper() error {
	return fault.New(fault.Forbidden, "这份申报书是您帮着录入的，不能再由您来办，请交给别的同事或上一级")
}

// hand is somebody of a desk reaching for a proposal: what they do, by which right, at the version they saw.
type hand struct {
	by      identity.Actor
	may     identity.Permission
	action  string
	version int
	from    []string
}

// late tells whether something may still be decided while an edition is being judged: whether a proposal may be judged at all.
func (h hand) late(e edition.Edition) bool {
	return e.State == edition.Reviewing && (h.action == "examine" || h.action == "uphold" || h.action == "dismiss")
}

// decide locks a proposal within sight for somebody who may decide about it and hands it to f. The same button pressed
// twice by the same person is answered as the first time.
func (b *Book) decide(ctx context.Context, id string, h hand, f func(tx pg.Tx, w identity.Warrant, p Proposal, e edition.Edition) error) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.SubmittedAt == nil || !h.by.Sees(identity.ReadProposals, p.Place) {
			return fault.Missing()
		}
		w, err := h.by.Must(h.may, p.Place)
		if err != nil {
			return err
		}
		team, err := TeamPeople(ctx, tx, p.TeamID)
		if err != nil {
			return err
		}
		if err := conflict(p, team, h.by); err != nil {
			return err
		}
		if helped, err := audit.Helped(ctx, tx, h.by, id); err != nil || helped {
			if helped {
				err = helper()
			}
			return err
		}
		if p.Version != h.version {
			if done, err := audit.Did(ctx, tx, h.by, "proposal", id, h.version+1, h.action); err != nil || done {
				return err
			}
			return stale()
		}
		e, err := edition.Hold(ctx, tx, p.EditionID)
		if err != nil {
			return err
		}
		if !slices.Contains(h.from, p.State) || (e.State != edition.Open && e.State != edition.Closed && !h.late(e)) {
			return fault.New(fault.Conflict, "现在的状态不能这样办，请刷新页面看看")
		}
		return f(tx, w, p, e)
	})
}

// decision is what the lead hears and the trail keeps of a desk's step.
type decision struct {
	action, to, reason string
	code, text         string
	args               []any
	data               any
}

func (b *Book) decided(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, d decision) error {
	if err := b.tell(ctx, tx, p, d.code, []string{p.LeadID}, "/proposals/"+p.ID, d.text, d.args...); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal", ID: p.ID, Version: p.Version + 1, Action: d.action, From: p.State, To: d.to, Place: p.Place,
		Reason: d.reason, Data: d.data, At: b.clock.Now()})
}
