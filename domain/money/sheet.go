package money

import (
	"context"
	"time"

	"seedbed/domain/delivery"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Line is a line of a project's budget with what claims take from it.
type Line struct {
	ID       string
	Seq      int
	Category string
	Item     string
	Amount   yuan.Fen // as agreed
	Claimed  yuan.Fen // by live claims, paid ones included
	Used     yuan.Fen // paid
}

// Pending is what is claimed and not yet paid.
func (l Line) Pending() yuan.Fen { return l.Claimed - l.Used }

// Left is what may still be claimed without going over the line.
func (l Line) Left() yuan.Fen { return l.Amount - l.Claimed }

const linesSQL = `select l.id::text, l.seq, l.category, l.item, l.amount, l.claimed, coalesce(s.fen, 0)::bigint as used from budget_line l left join (
  select i.line_id, sum(coalesce(i.approved, i.amount)) as fen from claim_item i join claim c on c.id = i.claim_id where c.project_id = @project::uuid and c.state in ('paid','payee_confirmed') group by 1) s on s.line_id = l.id
  where l.project_id = @project::uuid order by l.seq`

// Lines lists a project's budget. It asks nobody for permission: the caller has.
func Lines(ctx context.Context, q pg.Reader, projectID string) ([]Line, error) {
	return pg.All[Line](ctx, q, linesSQL, pg.Args{"project": projectID})
}

// Sheet is a project's money on one page, with what the reader may do about it.
type Sheet struct {
	Project  delivery.Project
	Lines    []Line
	Tranches []Tranche
	Hold     *Hold
	Host     string // its name
	CanClaim bool
	Hands    Hands
}

// Hands tells what the reader may do with a project's tranches and money.
type Hands struct {
	Request, Review, Approve, Transfer, Hold, Clear, Settle bool
}

// Sheet gives a project's money to whoever may read its claims.
func (b *Book) Sheet(ctx context.Context, by identity.Actor, projectID string) (Sheet, error) {
	p, tied, err := b.seen(ctx, by, projectID)
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{Project: p, CanClaim: tied.Can(identity.SubmitClaims, p.Place) && !p.Settled && p.Released > 0, Hands: handsIn(by, tied, p)}
	if s.Lines, err = Lines(ctx, b.db, p.ID); err != nil {
		return s, err
	}
	if s.Tranches, err = Tranches(ctx, b.db, p.ID); err != nil {
		return s, err
	}
	host, err := place.One(ctx, b.db, p.Host)
	if err != nil {
		return s, err
	}
	s.Host = host.Name
	h, found, err := OnHold(ctx, b.db, p.ID)
	if found {
		s.Hold = &h
	}
	return s, err
}

func handsIn(by, tied identity.Actor, p delivery.Project) Hands {
	if len(tied.Grants) > len(by.Grants) || p.Settled {
		return Hands{}
	}
	can := func(may identity.Permission) bool { return by.Can(may, p.Place) }
	return Hands{Request: can(identity.RequestTranches), Review: can(identity.ReviewTranches), Approve: can(identity.ApproveTranches), Transfer: can(identity.ReleaseTranches),
		Hold: can(identity.ReviewTranches) || can(identity.ApproveTranches), Clear: can(identity.ApproveTranches), Settle: can(identity.ReviewVouchers)}
}

// Ready is an activity a claim's line may be for.
type Ready struct {
	ID       string
	Theme    string
	StartsAt time.Time
}

const readySQL = `select id::text, theme, starts_at from activity where project_id = @project::uuid and state = 'verified' order by starts_at desc limit 200`

// Blank is what a new claim's form needs: the project's lines and verified activities.
type Blank struct {
	Project    delivery.Project
	Lines      []Line
	Activities []Ready
	Host       string
	CashLimit  yuan.Fen
	AssetLine  yuan.Fen
}

// Blank gives the form of a claim to the project's lead or treasurer.
func (b *Book) Blank(ctx context.Context, by identity.Actor, projectID string) (Blank, error) {
	p, tied, err := b.seen(ctx, by, projectID)
	if err != nil {
		return Blank{}, err
	}
	if _, err := tied.Must(identity.SubmitClaims, p.Place); err != nil {
		return Blank{}, err
	}
	s := Blank{Project: p}
	if s.Lines, err = Lines(ctx, b.db, p.ID); err != nil {
		return s, err
	}
	if s.Activities, err = pg.All[Ready](ctx, b.db, readySQL, pg.Args{"project": p.ID}); err != nil {
		return s, err
	}
	host, err := place.One(ctx, b.db, p.Host)
	if err != nil {
		return s, err
	}
	s.Host = host.Name
	rules, err := rulesOf(ctx, b.db, p)
	s.CashLimit, s.AssetLine = rules.CashLimit, rules.AssetLine
	return s, err
}

const claimsOfSQL = `select ` + claimColumns + ` from claim c where c.project_id = @project::uuid and (c.state <> 'draft' or @team::bool) order by c.id desc limit 200`

// ClaimsOf lists a project's claims, newest first; drafts are the team's alone.
func (b *Book) ClaimsOf(ctx context.Context, by identity.Actor, projectID string) (Sheet, []Claim, error) {
	p, tied, err := b.seen(ctx, by, projectID)
	if err != nil {
		return Sheet{}, nil, err
	}
	s := Sheet{Project: p, CanClaim: tied.Can(identity.SubmitClaims, p.Place) && !p.Settled && p.Released > 0}
	list, err := pg.All[Claim](ctx, b.db, claimsOfSQL, pg.Args{"project": p.ID, "team": len(tied.Grants) > len(by.Grants)})
	return s, list, err
}
