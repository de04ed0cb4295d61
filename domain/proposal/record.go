package proposal

import (
	"context"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Word is something somebody wrote about a proposal: an opinion, a refusal, a plea, and what the subdistrict decided.
type Word struct {
	ID       string
	Revision int
	Kind     string
	Text     string
	HeldOn   *time.Time
	ByPerson string
	ByName   string
	Role     identity.Role
	At       time.Time
}

// Filed is a paper that lies with an opinion or an appeal.
type Filed struct {
	OwnerID, ID, Name, Mime, Kind string
	Shows                         bool // there is a small picture of it
}

// Record is everything that was said and decided about a proposal since it was handed in.
type Record struct {
	Words   []Word
	Returns []Return
	Checks  []Check
	Appeals []Appeal
	Papers  []Filed
	Merges  []Merge
	Asked   bool // the lead asks the subdistrict to look at a refusal
	Merged  *Merged
}

// Merged is the proposal another one has gone on in.
type Merged struct{ ID, Title, Number string }

// Waiting is the appeal that waits for an answer, nil when none does.
func (r Record) Waiting() *Appeal {
	for i, a := range r.Appeals {
		if a.State == AppealOpen {
			return &r.Appeals[i]
		}
	}
	return nil
}

// Of lists the papers of an opinion or an appeal.
func (r Record) Of(ownerID string) []Filed {
	var list []Filed
	for _, p := range r.Papers {
		if p.OwnerID == ownerID {
			list = append(list, p)
		}
	}
	return list
}

// MayAsk tells whether the lead may ask the subdistrict to look at the refusal of this revision.
func (r Record) MayAsk(p Proposal) bool {
	if p.State != Submitted || !p.Refused {
		return false
	}
	last := ""
	for _, w := range r.Words {
		if w.Revision == p.Revision {
			last = w.Kind
		}
	}
	return last != saidAsk && last != saidStand
}

// MayAppeal tells whether the lead may appeal against the refusal at a time.
func (r Record) MayAppeal(p Proposal, at time.Time) bool {
	against, refused := refusal(r.Checks)
	if p.State != Ineligible || !refused || p.AppealUntil == nil || !at.Before(*p.AppealUntil) {
		return false
	}
	for _, a := range r.Appeals {
		if a.CheckID == against.ID {
			return false
		}
	}
	return true
}

const (
	wordsSQL = `select o.id::text, o.revision, o.kind, o.text, o.held_on, o.by_person::text, p.name as by_name, o.role, o.at from proposal_opinion o join person p on p.id = o.by_person
  where o.proposal_id = @id::uuid order by o.at, o.id`
	filedSQL = `select owner_id::text, id::text, name, mime, kind, thumb is not null as shows from attachment
  where (owner = 'opinion' and owner_id in (select id from proposal_opinion where proposal_id = @id::uuid) or owner = 'appeal' and owner_id in (select id from appeal where proposal_id = @id::uuid))
    and state not in ('hidden', 'purged') order by uploaded_at, id`
	askedSQL  = `select refused and look_asked_at is not null from proposal where id = @id::uuid`
	mergedSQL = `select k.id::text, k.title, coalesce(k.number, '') as number from proposal p join proposal k on k.id = p.merged_into where p.id = @id::uuid`
)

func record(ctx context.Context, q pg.Reader, id string) (r Record, err error) {
	args := pg.Args{"id": id}
	if r.Words, err = pg.All[Word](ctx, q, wordsSQL, args); err != nil {
		return r, err
	}
	if r.Returns, err = pg.All[Return](ctx, q, returnsSQL, args); err != nil {
		return r, err
	}
	if r.Checks, err = Checks(ctx, q, id); err != nil {
		return r, err
	}
	if r.Appeals, err = appeals(ctx, q, id); err != nil {
		return r, err
	}
	if r.Papers, err = pg.All[Filed](ctx, q, filedSQL, args); err != nil {
		return r, err
	}
	if r.Merges, err = pg.All[Merge](ctx, q, mergesSQL, args); err != nil {
		return r, err
	}
	if r.Asked, err = pg.Value[bool](ctx, q, askedSQL, args); err != nil {
		return r, err
	}
	into, found, err := pg.Maybe[Merged](ctx, q, mergedSQL, args)
	if found {
		r.Merged = &into
	}
	return r, err
}

// Story is the record of a proposal for somebody of its team.
func (b *Book) Story(ctx context.Context, by identity.Actor, id string) (Record, error) {
	p, err := Get(ctx, b.db, id)
	if err != nil {
		return Record{}, err
	}
	ties, err := TeamTies(ctx, b.db, p.TeamID, by)
	if err != nil {
		return Record{}, err
	}
	if len(ties) == 0 {
		return Record{}, fault.Missing()
	}
	return record(ctx, b.db, id)
}

const appealTeamSQL = `select p.team_id::text from appeal a join proposal p on p.id = a.proposal_id where a.id = @id::uuid`

// AppealTies gives the roles an appeal gives the actor: the team sees the papers it sent in itself.
func AppealTies(ctx context.Context, q pg.Reader, appealID string, by identity.Actor) ([]identity.Role, error) {
	team, err := pg.Value[string](ctx, q, appealTeamSQL, pg.Args{"id": appealID})
	if err != nil {
		return nil, err
	}
	return TeamTies(ctx, q, team, by)
}
