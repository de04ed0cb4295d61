package papers

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/assist"
	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Confirm enters what a checked workbook holds: all of it in one transaction, or nothing. Everybody in it is told.
// Confirming twice is confirming once.
func (b *Book) Confirm(ctx context.Context, by identity.Actor, id string, version int) error {
	i, err := b.own(ctx, b.db, importSQL, by, id)
	if err != nil || i.State == Done {
		return err
	}
	if i.State != Checked || i.Version != version {
		return fault.New(fault.Conflict, "这个文件要改好、重新上传检查以后才能导入")
	}
	r, found, err := b.again(ctx, by, i)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Conflict, "上传的文件只保留一天，现在已经删掉了。请再上传一次")
	}
	if err != nil {
		return err
	}
	if len(r.faults) > 0 {
		return fault.New(fault.Conflict, "上传以后情况有了变化，一份也没有导入。请再上传一次，看看哪里要改")
	}
	taken := map[string][]evidence.New{}
	for seq, list := range found {
		for _, s := range list {
			t, err := b.take(ctx, s)
			if err != nil {
				return err
			}
			taken[seq] = append(taken[seq], evidence.New{Digest: t.Digest, Size: t.Size, Mime: t.Mime, Name: safeName(s.name), Kind: "paper", Owner: "proposal"})
		}
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		i, err := b.own(ctx, tx, lockImportSQL, by, id)
		if err != nil || i.State == Done {
			return err
		}
		if i.Version != version {
			return stale()
		}
		e, err := edition.Hold(ctx, tx, i.EditionID)
		if err != nil {
			return err
		}
		// The call may have closed since the rows were read: then only those of the grace list enter.
		onTime := func(n *entry) bool { return !n.late }
		if e.State != edition.Open && (e.State != edition.Closed || slices.ContainsFunc(r.entries, onTime)) {
			return fault.New(fault.Conflict, "过了截止时间，请走收件登记")
		}
		return b.enter(ctx, tx, by, i, r, taken)
	})
}

// enter makes the proposals in the transaction of Confirm.
func (b *Book) enter(ctx context.Context, tx pg.Tx, by identity.Actor, i Import, r *reading, taken map[string][]evidence.New) error {
	now := b.clock.Now()
	for _, n := range r.entries {
		w, err := by.Must(identity.ImportProposals, n.Home)
		if err != nil {
			return err
		}
		if n.LeadID, err = b.accounts.EnterNeighbour(ctx, tx, w, n.Phone, n.Lead, n.Home); err != nil {
			return err
		}
		n.ID, n.Reason = uuid.NewSHA1(uuid.MustParse(i.EditionID), []byte(i.Workbook+"/"+n.Seq)).String(), i.Reason
		if n.late {
			until, err := assist.GraceUntil(ctx, tx, i.EditionID)
			if err != nil {
				return err
			}
			n.Until = until
		}
		if err := b.proposals.Enter(ctx, tx, w, i.EditionID, n.Entry); err != nil {
			return err
		}
		if n.late {
			if err := b.grace(ctx, tx, by, i, n); err != nil {
				return err
			}
		}
		var received *time.Time
		if !n.Received.IsZero() {
			received = &n.Received
		}
		if _, err := pg.Do(ctx, tx, addRowSQL, pg.Args{"import": i.ID, "seq": n.Seq, "proposal": n.ID, "received": received}); err != nil {
			return err
		}
		for _, file := range taken[n.Seq] {
			file.ID, file.OwnerID, file.Place, file.At = newID(), n.ID, n.Home, now
			if err := attach(ctx, tx, w, file); err != nil {
				return err
			}
		}
	}
	if _, err := pg.Do(ctx, tx, importDoneSQL, pg.Args{"id": i.ID, "at": now}); err != nil {
		if pg.Constraint(err) == "proposal_import_once" {
			return fault.New(fault.Conflict, "这个文件已经导入过了，不会再导入一遍")
		}
		return err
	}
	w, err := by.Must(identity.ImportProposals, i.Place)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_import", ID: i.ID, Version: i.Version + 1, Action: "import", From: Checked, To: Done, Place: i.Place, Reason: i.Reason,
		Data: map[string]any{"workbook": i.Workbook, "rows": len(r.entries)}, At: now})
}

// grace puts the stamped paper of an entry on the grace list, for this entry alone.
func (b *Book) grace(ctx context.Context, tx pg.Tx, by identity.Actor, i Import, n *entry) error {
	w, err := by.Must(identity.HelpResidents, n.Home)
	if err != nil {
		return err
	}
	t, err := b.take(ctx, n.stamped)
	if err != nil {
		return err
	}
	return assist.ListEntry(ctx, tx, w, assist.NewGrace{ID: newID(), EditionID: i.EditionID, Place: n.Home, LeadName: n.Lead, ReceivedAt: n.Received, Name: safeName(n.stamped.name)},
		t, n.ID, b.clock.Now())
}

func attach(ctx context.Context, tx pg.Tx, w identity.Warrant, file evidence.New) error {
	if _, err := evidence.Keep(ctx, tx, w, file); err != nil {
		return err
	}
	return proposal.AttachPaper(ctx, tx, file.OwnerID, file.ID)
}

// Scanned is the photo of a signed paper, for a proposal that was entered before it.
type Scanned struct {
	ID string `form:"id"`
}

// AddPaper adds the photo of the signed paper to a draft that was entered for its lead, by who entered it. The first is
// the paper of the record, further pages stand beside it. The same form twice adds it once.
func (b *Book) AddPaper(ctx context.Context, by identity.Actor, proposalID string, n Scanned, file evidence.Taken, name string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := proposal.Lock(ctx, tx, proposalID)
		if err != nil {
			return err
		}
		if p.ActingHelper == nil || *p.ActingHelper != by.ID || !by.Sees(identity.ImportProposals, p.Place) {
			return fault.Missing()
		}
		w, err := by.Must(identity.ImportProposals, p.Place)
		if err != nil {
			return err
		}
		if p.State != proposal.Drafted {
			return fault.New(fault.Conflict, "申报书已经交上去了，现在不能改")
		}
		return attach(ctx, tx, w, evidence.New{ID: formID(n.ID), Digest: file.Digest, Size: file.Size, Mime: file.Mime, Name: safeName(name), Kind: "paper",
			Owner: "proposal", OwnerID: p.ID, Place: p.Place, At: b.clock.Now()})
	})
}

const importOfSQL = `select import_id::text from proposal_import_row where proposal_id = @id::uuid`

// ImportOf is the upload a proposal was entered by.
func (b *Book) ImportOf(ctx context.Context, proposalID string) (string, error) {
	return pg.Value[string](ctx, b.db, importOfSQL, pg.Args{"id": proposalID})
}
