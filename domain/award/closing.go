package award

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

const (
	dueSQL       = `select n.id::text from publicity n join edition e on e.id = n.edition_id where n.state = 'open' and n.kind = 'award' and n.closes_at <= @now and e.state in ('publicizing', 'contracting', 'running', 'closing') order by n.closes_at, n.id`
	shutSQL      = `update publicity set state = @to, version = version + 1 where id = @id::uuid`
	itemsSQL     = `select ` + awardColumns + ` from award a join publicity_item i on i.award_id = a.id where i.publicity_id = @id::uuid order by a.id for no key update of a`
	unsettledSQL = `select (select count(*) from publicity n where n.edition_id = @edition::uuid and n.state = 'open' and exists (select from publicity_item i where i.publicity_id = n.id))
    + (select count(*) from award where edition_id = @edition::uuid and (state = 'objected' or (state = 'publicized' and result = 'selected')))
    + (select count(*) from objection o join award a on a.id = o.award_id where a.edition_id = @edition::uuid and o.state in ('received', 'investigating'))
    + (select count(*) from reopening where edition_id = @edition::uuid and state = 'open')`
	inForceSQL = `select count(*) from agreement where edition_id = @edition::uuid and state = 'effective'`
)

// CloseNotices ends the windows that are over, as the calendar asks: every chosen project without an open objection is
// confirmed and its money set aside in the same transaction; one under objection waits for the answer (I-F2).
func CloseNotices(ctx context.Context, tx pg.Tx, now time.Time) error {
	ids, err := pg.Values[string](ctx, tx, dueSQL, pg.Args{"now": now})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := closeNotice(ctx, tx, id, now); err != nil {
			return err
		}
	}
	return nil
}

func closeNotice(ctx context.Context, tx pg.Tx, id string, now time.Time) error {
	p, err := Notice(ctx, tx, id)
	if err != nil {
		return err
	}
	w, err := identity.House().Must(identity.KeepCalendar, p.Place)
	if err != nil {
		return err
	}
	h := hand{w, now}
	if _, err := edition.Lock(ctx, tx, p.EditionID); err != nil {
		return err
	}
	if p, err = pg.One[Publicity](ctx, tx, lockPublicitySQL, pg.Args{"id": id}); err != nil || p.State != "open" {
		return err
	}
	if err := shut(ctx, tx, h, p, "closed"); err != nil {
		return err
	}
	awards, err := pg.All[Award](ctx, tx, itemsSQL, pg.Args{"id": id})
	if err != nil {
		return err
	}
	for _, a := range awards {
		if err := ripe(ctx, tx, h, a); err != nil {
			return err
		}
	}
	staff, err := pg.Values[string](ctx, tx, hoodsSQL, pg.Args{"place": p.Place})
	if err != nil {
		return err
	}
	text := fault.Say("公示 %s 期满了。没有异议的项目已经立项", p.Number)
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N09", To: staff, Text: text, Link: "/notices/" + p.ID, Key: p.ID + "/closed", At: now}); err != nil {
		return err
	}
	return advance(ctx, tx, h, p.EditionID)
}

const stillUpSQL = `select (select count(*) from publicity_item i join publicity n on n.id = i.publicity_id where i.award_id = @award::uuid and n.state in ('open', 'suspended'))
  + (select count(*) from objection o where o.award_id = @award::uuid and o.state in ('received', 'investigating'))
  + (select count(*) from reopening o join award a on a.proposal_id = o.proposal_id where a.id = @award::uuid and o.state = 'open')`

// ripen is ripe for an award that has just changed.
func ripen(ctx context.Context, tx pg.Tx, h hand, awardID string) error {
	a, err := pg.One[Award](ctx, tx, lockAwardSQL, pg.Args{"id": awardID})
	if err != nil {
		return err
	}
	return ripe(ctx, tx, h, a)
}

// ripe confirms a chosen project when no notice that names it is up any more, no objection to it is open and it is not being
// marked again.
func ripe(ctx context.Context, tx pg.Tx, h hand, a Award) error {
	if a.State != Publicized || a.Result != Selected {
		return nil
	}
	open, err := pg.Value[int64](ctx, tx, stillUpSQL, pg.Args{"award": a.ID})
	if err != nil || open > 0 {
		return err
	}
	return confirm(ctx, tx, h, a)
}

func shut(ctx context.Context, tx pg.Tx, h hand, p Publicity, to string) error {
	if _, err := pg.Do(ctx, tx, shutSQL, pg.Args{"id": p.ID, "to": to}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "publicity", ID: p.ID, Version: p.Version + 1, Action: "close", From: p.State, To: to, Place: p.Place, At: h.at})
}

// confirm makes a chosen project's award final: the money moves from its pool to the award, and the team may refine. A
// team that has left in the meantime gets nothing.
func confirm(ctx context.Context, tx pg.Tx, h hand, a Award) error {
	p, err := proposal.Lock(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	if p.State != proposal.Selected {
		return letGo(ctx, tx, h, a, "团队已经退出")
	}
	if err := move(ctx, tx, h, a, Confirmed, "confirm", ""); err != nil {
		return err
	}
	pool := ledger.Pot{Kind: ledger.Pool, Edition: a.EditionID, Owner: a.FundSourceID}
	committed := ledger.Pot{Kind: ledger.Committed, Edition: a.EditionID, Owner: a.ID}
	if _, err := ledger.Post(ctx, tx, h.w, ledger.Movement{Kind: "award", Entity: "award", Source: a.ID, Place: a.Place, At: h.at,
		Entries: ledger.Move(a.Amount, pool, committed)}); err != nil {
		return err
	}
	if err := proposal.Move(ctx, tx, h.w, proposal.Step{ID: a.ProposalID, To: proposal.Refining, At: h.at}); err != nil {
		return err
	}
	text := fault.Say("公示期满没有异议，「%s」立项了，资助 %s。请按这个金额调整预算，再签协议", p.Title, a.Amount.Show())
	return notice.Tell(ctx, tx, notice.Letter{Code: "N12", To: []string{p.LeadID}, Text: text, Link: "/proposals/" + p.ID + "/refine", Key: a.ID, At: h.at})
}

// advance takes an edition on when nothing of its results is open any more: to the contracts, and on to the projects
// when one is already in force.
func advance(ctx context.Context, tx pg.Tx, h hand, editionID string) error {
	e, err := edition.Lock(ctx, tx, editionID)
	if err != nil || (e.State != edition.Publicizing && e.State != edition.Contracting) {
		return err
	}
	open, err := pg.Value[int64](ctx, tx, unsettledSQL, pg.Args{"edition": editionID})
	if err != nil || open > 0 {
		return err
	}
	if err := edition.Move(ctx, tx, h.w, editionID, edition.Contracting, "", h.at); err != nil {
		return err
	}
	inForce, err := pg.Value[int64](ctx, tx, inForceSQL, pg.Args{"edition": editionID})
	if err != nil || inForce == 0 {
		return err
	}
	return edition.Move(ctx, tx, h.w, editionID, edition.Running, "", h.at)
}

const openOfSQL = `select ` + publicityColumns + ` from publicity n where n.edition_id = @edition::uuid and n.state = 'open' order by n.id for no key update`

// VoidNotices hears that an edition was called off: its notices are void and nothing of them will be confirmed.
func VoidNotices(ctx context.Context, tx pg.Tx, fact edition.CalledOff) error {
	e, err := edition.Lock(ctx, tx, fact.EditionID)
	if err != nil {
		return err
	}
	w, err := identity.House().Must(identity.KeepCalendar, e.Place)
	if err != nil {
		return err
	}
	at, err := pg.Value[time.Time](ctx, tx, calledOffSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return err
	}
	open, err := pg.All[Publicity](ctx, tx, openOfSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return err
	}
	for _, p := range open {
		if err := shut(ctx, tx, hand{w, at}, p, "void"); err != nil {
			return err
		}
	}
	return nil
}

const calledOffSQL = `select at from audit_event where entity = 'edition' and entity_id = @edition::uuid and to_state = 'cancelled' order by at desc limit 1`
