package money

import (
	"context"

	"seedbed/domain/audit"
	"seedbed/domain/delivery"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/notice"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

const (
	trancheSQL     = `select ` + trancheColumns + ` from tranche where id = @id::uuid`
	lockTrancheSQL = trancheSQL + ` for no key update`
	requestSQL     = `update tranche set state = 'requested', requested_by = @by::uuid, reason = '', version = version + 1 where id = @id::uuid`
	reviewSQL      = `update tranche set state = 'reviewed', reviewed_by = @by::uuid, version = version + 1 where id = @id::uuid`
	approveSQL     = `update tranche set state = 'approved', approved_by = @by::uuid, version = version + 1 where id = @id::uuid`
	releaseSQL     = `update tranche set state = 'released', released_at = @at, version = version + 1 where id = @id::uuid`
	transferSQL    = `update tranche set state = 'transferred', released_by = @by::uuid, bank_ref = @ref, released_at = @at, version = version + 1 where id = @id::uuid`
	releasedSQL    = `update project set released = released + @fen::bigint where id = @id::uuid`
)

// press is a button on a tranche or claim: who pressed it, at which version, what it does and who may.
type press struct {
	by      identity.Actor
	version int
	action  string
	may     identity.Permission
}

// tranche runs f on a tranche of a project the actor may see: locked, still as it was seen, money flowing.
func (b *Book) tranche(ctx context.Context, id string, h press, f func(tx pg.Tx, w identity.Warrant, p delivery.Project, t Tranche) error) error {
	t, err := pg.One[Tranche](ctx, b.db, trancheSQL, pg.Args{"id": id})
	if err != nil {
		return err
	}
	p, tied, err := b.seen(ctx, h.by, t.ProjectID)
	if err != nil {
		return err
	}
	w, err := tied.Must(h.may, p.Place)
	if err != nil {
		return err
	}
	if len(tied.Grants) > len(h.by.Grants) {
		return ownTeam()
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := delivery.Lock(ctx, tx, t.ProjectID)
		if err != nil {
			return err
		}
		t, err := pg.One[Tranche](ctx, tx, lockTrancheSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if done, err := fresh(ctx, tx, h.by, "tranche", id, t.Version, h.version, h.action); err != nil || done {
			return err
		}
		return f(tx, w, p, t)
	})
}

// ownTeam is the answer to somebody who would decide on the money of their own team.
func ownTeam() error {
	return fault.New(fault.Forbidden, "您是这个项目团队的人，自己团队的钱要请别的同事来办")
}

// Request asks for a tranche that is due, as the community that keeps the vouchers.
func (b *Book) Request(ctx context.Context, by identity.Actor, id string, s Step) error {
	return b.tranche(ctx, id, press{by, s.Version, "request", identity.RequestTranches}, func(tx pg.Tx, w identity.Warrant, p delivery.Project, t Tranche) error {
		if t.State != Due {
			return fault.New(fault.Conflict, "这笔款现在不能申请")
		}
		if err := b.ready(ctx, tx, p, t); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, requestSQL, pg.Args{"id": id, "by": by.ID}); err != nil {
			return err
		}
		if err := b.tellDesk(ctx, tx, p, t, identity.Finance, "项目「%s」申请拨付 %s，请审核"); err != nil {
			return err
		}
		return recordTranche(ctx, tx, w, t, "request", Requested, "", b.clock.Now())
	})
}

// ready tells whether a tranche may go on: money flows, and enough of what was released before has been spent.
func (b *Book) ready(ctx context.Context, tx pg.Tx, p delivery.Project, t Tranche) error {
	if err := flowing(ctx, tx, p); err != nil {
		return err
	}
	if t.Seq == 1 {
		return nil
	}
	before, err := Tranches(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, e := range before {
		if e.Seq < t.Seq && !e.Out() {
			return fault.New(fault.Conflict, "前一笔款还没有拨付")
		}
	}
	rules, err := rulesOf(ctx, tx, p)
	if err != nil {
		return err
	}
	if p.Paid < yuan.Portion(p.Released, rules.PrevExecMin) {
		return fault.New(fault.Conflict, "前面拨的 %s 只用了 %s，要用到 %d%% 才能拨下一笔", p.Released.Show(), p.Paid.Show(), rules.PrevExecMin/100)
	}
	return nil
}

func (b *Book) tellDesk(ctx context.Context, tx pg.Tx, p delivery.Project, t Tranche, role identity.Role, text string) error {
	to, err := notice.Holders(ctx, tx, p.Place, role)
	if err != nil {
		return err
	}
	return b.tell(ctx, tx, "N13", to, fault.Say(text, p.Title, t.Amount.Show()), "/finance/tranches", t.ID+"."+t.State)
}

// Review is the bookkeeper's look at a tranche that was asked for.
func (b *Book) Review(ctx context.Context, by identity.Actor, id string, s Step) error {
	return b.tranche(ctx, id, press{by, s.Version, "review", identity.ReviewTranches}, func(tx pg.Tx, w identity.Warrant, p delivery.Project, t Tranche) error {
		if t.State != Requested {
			return fault.New(fault.Conflict, "这笔款现在不在会计审核这一步")
		}
		if err := distinct(by, t); err != nil {
			return err
		}
		if err := b.ready(ctx, tx, p, t); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, reviewSQL, pg.Args{"id": id, "by": by.ID}); err != nil {
			return err
		}
		if err := b.tellDesk(ctx, tx, p, t, identity.DistrictHead, "项目「%s」拨付 %s 已审核，请批准"); err != nil {
			return err
		}
		return recordTranche(ctx, tx, w, t, "review", Reviewed, "", b.clock.Now())
	})
}

// distinct keeps the hands of a tranche apart.
func distinct(by identity.Actor, t Tranche) error {
	step := ""
	switch by.ID {
	case t.RequestedBy:
		step = "申请"
	case t.ReviewedBy:
		step = "审核"
	case t.ApprovedBy:
		step = "批准"
	default:
		return nil
	}
	return fault.New(fault.Forbidden, "您已经办过这笔款的「%s」，这一步要换一个人", fault.Say(step))
}

// SendBack returns a tranche to be asked for again, with a reason.
func (b *Book) SendBack(ctx context.Context, by identity.Actor, id string, s Step) error {
	if s.Reason == "" {
		return fault.Field("reason", "请写明为什么退回")
	}
	may := identity.ReviewTranches
	if !by.Somewhere(may) {
		may = identity.ApproveTranches
	}
	return b.tranche(ctx, id, press{by, s.Version, "send_back", may}, func(tx pg.Tx, w identity.Warrant, p delivery.Project, t Tranche) error {
		if t.State != Requested && t.State != Reviewed {
			return fault.New(fault.Conflict, "这笔款现在不能退回")
		}
		to, err := notice.Holders(ctx, tx, p.Place, identity.CommunityHead)
		if err != nil {
			return err
		}
		text := fault.Say("项目「%s」的拨付申请退回了：%s", p.Title, s.Reason)
		if err := b.tell(ctx, tx, "N13", to, text, "/projects/"+p.ID+"/money", t.ID+"."+t.State+".back"); err != nil {
			return err
		}
		return moveTranche(ctx, tx, w, t, "send_back", Due, s.Reason, b.clock.Now())
	})
}

// ApproveTranche is the district head's word. In mode release the ceiling rises at once, for no money leaves; a transfer waits
// for the cashier.
func (b *Book) ApproveTranche(ctx context.Context, by identity.Actor, id string, s Step) error {
	return b.tranche(ctx, id, press{by, s.Version, "approve", identity.ApproveTranches}, func(tx pg.Tx, w identity.Warrant, p delivery.Project, t Tranche) error {
		if t.State != Reviewed {
			return fault.New(fault.Conflict, "这笔款现在不在批准这一步")
		}
		if err := distinct(by, t); err != nil {
			return err
		}
		if err := b.ready(ctx, tx, p, t); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, approveSQL, pg.Args{"id": id, "by": by.ID}); err != nil {
			return err
		}
		now := b.clock.Now()
		if t.Mode == "transfer" {
			if err := b.tellDesk(ctx, tx, p, t, identity.Cashier, "项目「%s」拨付 %s 已批准，请转账并登记"); err != nil {
				return err
			}
			return recordTranche(ctx, tx, w, t, "approve", Approved, "", now)
		}
		if err := recordTranche(ctx, tx, w, t, "approve", Approved, "", now); err != nil {
			return err
		}
		t.State, t.Version = Approved, t.Version+1
		self, err := house(p)
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, releaseSQL, pg.Args{"id": id, "at": now}); err != nil {
			return err
		}
		return b.out(ctx, tx, self, p, t, "release", Released)
	})
}

// NewTransfer is the bank's slip of a tranche that was paid to the host.
type NewTransfer struct {
	Version int    `form:"version"`
	BankRef string `form:"bank_ref"`
}

// Transfer records that the cashier has paid an approved tranche to the host's account.
func (b *Book) Transfer(ctx context.Context, by identity.Actor, id string, n NewTransfer) error {
	var wrong fault.Fields
	sentence(&wrong, "bank_ref", n.BankRef, 40, "请填写银行回单上的流水号")
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.tranche(ctx, id, press{by, n.Version, "transfer", identity.ReleaseTranches}, func(tx pg.Tx, w identity.Warrant, p delivery.Project, t Tranche) error {
		if t.State != Approved {
			return fault.New(fault.Conflict, "这笔款现在不在拨付这一步")
		}
		if err := distinct(by, t); err != nil {
			return err
		}
		if err := flowing(ctx, tx, p); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, transferSQL, pg.Args{"id": id, "by": by.ID, "ref": n.BankRef, "at": b.clock.Now()}); err != nil {
			if pg.Constraint(err) == "tranche_bank_ref_key" {
				return fault.Field("bank_ref", "这个流水号已经登记过，请核对")
			}
			return err
		}
		return b.out(ctx, tx, w, p, t, "transfer", Transferred)
	})
}

// out is what follows when a tranche may be spent: the ledger, the project's counter, its start, and the claims that
// waited for it.
func (b *Book) out(ctx context.Context, tx pg.Tx, w identity.Warrant, p delivery.Project, t Tranche, action, to string) error {
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, releasedSQL, pg.Args{"id": p.ID, "fen": t.Amount}); err != nil {
		return err
	}
	p.Released += t.Amount
	move := ledger.Movement{Kind: "release", Entity: "tranche", Source: t.ID, Place: p.Place, At: now, Entries: ledger.Move(t.Amount, pot(p, ledger.Committed), pot(p, ledger.Released))}
	if _, err := ledger.Post(ctx, tx, w, move); err != nil {
		return err
	}
	host, err := notice.Holders(ctx, tx, p.Place, identity.CommunityHead)
	if err != nil {
		return err
	}
	text := fault.Say("项目「%s」拨付 %s，现在一共可以用 %s", p.Title, t.Amount.Show(), p.Released.Show())
	if err := b.tell(ctx, tx, "N14", append(host, p.LeadID), text, "/projects/"+p.ID+"/money", t.ID); err != nil {
		return err
	}
	e := audit.Event{Entity: "tranche", ID: t.ID, Version: t.Version + 1, Action: action, From: t.State, To: to, Place: t.Place, Data: map[string]any{"fen": t.Amount}, At: now}
	if err := audit.Record(ctx, tx, w, e); err != nil {
		return err
	}
	if p.State == delivery.Preparing {
		self, err := house(p)
		if err != nil {
			return err
		}
		return delivery.Move(ctx, tx, self, p.ID, delivery.InProgress, "首款已拨付", now)
	}
	return b.freeTails(ctx, tx, p)
}
