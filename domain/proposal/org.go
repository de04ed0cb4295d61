package proposal

import (
	"context"
	"slices"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// OrgChoice is an organisation in whose name somebody may propose.
type OrgChoice struct{ ID, Name string }

// Orgs are told by a later area: the organisations the actor leads.
type Orgs func(ctx context.Context, by identity.Actor) ([]OrgChoice, error)

// KnowOrgs tells where the organisations of a lead are asked for.
func (b *Book) KnowOrgs(orgs Orgs) { b.orgs = orgs }

// InNameOf is the organisation a proposal is made for; "" for none.
type InNameOf struct {
	Version int    `form:"version"`
	Org     string `form:"org"`
}

const inNameSQL = `update proposal set org_id = nullif(@org, '')::uuid, version = version + 1 where id = @id::uuid`

// SetOrg says in whose name a draft is proposed, by its lead, among the organisations they lead. It counts for the
// organisation's limit when the proposal is handed in.
func (b *Book) SetOrg(ctx context.Context, by identity.Actor, proposalID string, n InNameOf) error {
	if b.orgs == nil {
		return fault.Missing()
	}
	if n.Org != "" {
		mine, err := b.orgs(ctx, by)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(mine, func(o OrgChoice) bool { return o.ID == n.Org }) {
			return fault.Field("org", "请选择您负责的组织")
		}
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockLed(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		have, err := pg.Value[string](ctx, tx, orgOfSQL, pg.Args{"id": p.ID})
		switch {
		case err != nil || have == n.Org:
			return err
		case p.State != Drafted && p.State != Returned:
			return fault.New(fault.Conflict, "申报书已经交上去了，现在不能改")
		case p.Version != n.Version:
			return stale()
		}
		if _, err := pg.Do(ctx, tx, inNameSQL, pg.Args{"id": p.ID, "org": n.Org}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal", ID: p.ID, Version: p.Version + 1, Action: "in_name", From: p.State, To: p.State, Place: p.Place, Data: map[string]string{"org": n.Org}, At: b.clock.Now()})
	})
}
