package money

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Submit hands a claim in: a new one, a draft, or one that was returned and has been mended. It takes its sum out of the
// project's money and its budget lines, whole or not at all.
func (b *Book) Submit(ctx context.Context, by identity.Actor, projectID string, n NewClaim) (Claim, error) {
	return b.write(ctx, by, projectID, n, true)
}

// Save keeps a claim as a draft: it takes nothing yet, and is not an application for money.
func (b *Book) Save(ctx context.Context, by identity.Actor, projectID string, n NewClaim) (Claim, error) {
	return b.write(ctx, by, projectID, n, false)
}

// entry is one writing of a claim, inside its transaction.
type entry struct {
	NewClaim
	frame
	by   identity.Actor
	w    identity.Warrant
	send bool
	now  time.Time
}

func (b *Book) write(ctx context.Context, by identity.Actor, projectID string, n NewClaim, send bool) (Claim, error) {
	p, tied, err := b.seen(ctx, by, projectID)
	if err != nil {
		return Claim{}, err
	}
	w, err := tied.Must(identity.SubmitClaims, p.Place)
	if err != nil {
		return Claim{}, err
	}
	f, err := b.frame(ctx, p)
	if err != nil {
		return Claim{}, err
	}
	n.clean()
	if err := n.check(f).Err(); err != nil {
		return Claim{}, err
	}
	n.Files = append(slices.Clone(n.Files), b.recovered(by, n.Kept)...)
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		e := entry{NewClaim: n, frame: f, by: by, w: w, send: send, now: b.clock.Now()}
		return b.enter(ctx, tx, e)
	})
	if err != nil {
		return Claim{}, err
	}
	c, err := pg.One[Claim](ctx, b.db, claimSQL, pg.Args{"id": n.ID})
	if err == nil && (c.CreatedBy != by.ID && n.Version == 0 || c.ProjectID != p.ID) {
		return Claim{}, fault.Missing() // the id of somebody else's row
	}
	return c, err
}

const activityIDsSQL = `select id::text from activity where project_id = @project::uuid and state = 'verified'`

func (b *Book) frame(ctx context.Context, p delivery.Project) (frame, error) {
	f := frame{project: p, lines: map[string]Line{}, activities: map[string]bool{}, today: clock.Day(b.clock.Now())}
	var err error
	if f.rules, err = rulesOf(ctx, b.db, p); err != nil {
		return f, err
	}
	lines, err := Lines(ctx, b.db, p.ID)
	if err != nil {
		return f, err
	}
	for _, l := range lines {
		f.lines[l.ID] = l
	}
	activities, err := pg.Values[string](ctx, b.db, activityIDsSQL, pg.Args{"project": p.ID})
	for _, id := range activities {
		f.activities[id] = true
	}
	return f, err
}

const (
	newClaimSQL = `insert into claim (id, project_id, place, state, payee_kind, payee, total, remarks, created_by, created_at)
  values (@id::uuid, @project::uuid, @place::text::ltree, @state, @payee_kind, @payee, @total, @remarks, @by::uuid, @at) on conflict (id) do nothing`
	editClaimSQL = `update claim set state = @state, payee_kind = @payee_kind, payee = @payee, total = @total, approved = 0, remarks = @remarks, level = '', approved_by = null, approver_role = '',
  reason_code = '', reason = '', version = version + 1 where id = @id::uuid`
)

// enter writes the claim: row, lines, money, files, trail.
func (b *Book) enter(ctx context.Context, tx pg.Tx, e entry) error {
	p, err := delivery.Lock(ctx, tx, e.project.ID)
	if err != nil {
		return err
	}
	e.project = p
	before, done, err := b.open(ctx, tx, e)
	if err != nil || done {
		return err
	}
	if e.send {
		if err := e.sendable(); err != nil {
			return err
		}
		if err := b.reserve(ctx, tx, e); err != nil {
			return err
		}
	}
	invoices, err := b.register(ctx, tx, e.NewClaim, e.send)
	if err != nil {
		return err
	}
	if err := e.writeItems(ctx, tx, invoices); err != nil {
		return err
	}
	if err := b.keepAccount(ctx, tx, e); err != nil {
		return err
	}
	number, err := b.hand(ctx, tx, e, before)
	if err != nil {
		return err
	}
	if err := b.keepFiles(ctx, tx, e); err != nil {
		return err
	}
	action, to := "save", Draft
	if e.send {
		action, to = "submit", Submitted
		if err := b.tellSubmitted(ctx, tx, e, number, before.Version+1); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, e.w, audit.Event{Entity: "claim", ID: e.ID, Version: before.Version + 1, Action: action, From: before.State, To: to, Place: p.Place,
		Data: map[string]any{"fen": e.Total()}, At: e.now})
}

// open makes the claim's row or takes hold of it, and frees what a returned claim had taken. done tells that the same
// form had come before.
func (b *Book) open(ctx context.Context, tx pg.Tx, e entry) (before Claim, done bool, err error) {
	state := Draft
	if e.send {
		state = Submitted
	}
	args := pg.Args{"id": e.ID, "state": state, "payee_kind": e.PayeeKind, "payee": e.Payee, "total": e.Total(), "remarks": e.Remarks}
	if e.Version == 0 {
		added := pg.Args{"project": e.project.ID, "place": e.project.Place, "by": e.by.ID, "at": e.now}
		for k, v := range args {
			added[k] = v
		}
		rows, err := pg.Do(ctx, tx, newClaimSQL, added)
		return Claim{}, err == nil && rows == 0, err
	}
	before, err = pg.One[Claim](ctx, tx, lockClaimSQL, pg.Args{"id": e.ID})
	if err != nil {
		return before, false, err
	}
	if before.ProjectID != e.project.ID {
		return before, false, fault.Missing()
	}
	action := "save"
	if e.send {
		action = "submit"
	}
	if done, err := fresh(ctx, tx, e.by, "claim", e.ID, before.Version, e.Version, action); err != nil || done {
		return before, done, err
	}
	switch {
	case !before.Open():
		return before, false, fault.New(fault.Conflict, "这张报销单已经交了，不能再改")
	case before.State == Returned && !e.send:
		return before, false, fault.New(fault.Conflict, "退回的报销单改好以后请直接提交")
	case before.State == Returned:
		if err := free(ctx, tx, before); err != nil {
			return before, false, err
		}
	}
	_, err = pg.Do(ctx, tx, editClaimSQL, args)
	return before, false, err
}

// sendable tells whether the project still, and already, takes claims.
func (e entry) sendable() error {
	p, last := e.project, clock.AddDays(e.project.EndsOn, e.rules.ClaimWindow)
	switch {
	case p.Settled:
		return fault.New(fault.Conflict, "这个项目的钱已经结清，不能再报销")
	case p.State == delivery.Terminated || p.State == delivery.Archived:
		return fault.New(fault.Conflict, "这个项目已经结束，不能再报销")
	case p.Released == 0:
		return fault.New(fault.Conflict, "第一笔款还没有拨下来，拨款后就可以报销")
	case !e.now.Before(last):
		return fault.New(fault.Conflict, "项目结束超过 %d 天，不能再报销", e.rules.ClaimWindow)
	}
	return nil
}

const (
	// I-M2 in one statement: live claims stay within what is released, or within the award when the last tranche alone is
	// still to come. Two claims at once wait for each other here, and the second sees what the first has taken.
	reserveSQL = `update project set claimed = claimed + @fen::bigint where id = @id::uuid and not settled and claimed + @fen::bigint <= (
  select case when exists (select from tranche t where t.project_id = project.id and t.condition = 'on_final_pass' and t.state <> 'cancelled')
    and not exists (select from tranche t where t.project_id = project.id and t.condition <> 'on_final_pass' and t.state not in ('released','transferred'))
  then project.award else project.released end) returning claimed, released`
	ceilingSQL = `select greatest((select case when exists (select from tranche t where t.project_id = project.id and t.condition = 'on_final_pass' and t.state <> 'cancelled')
    and not exists (select from tranche t where t.project_id = project.id and t.condition <> 'on_final_pass' and t.state not in ('released','transferred'))
  then award else released end) - claimed, 0) from project where id = @id::uuid`
	reserveLineSQL = `update budget_line set claimed = claimed + @fen::bigint where id = @id::uuid and project_id = @project::uuid and claimed + @fen::bigint <= amount + amount / 10 returning claimed, amount`
	lineLeftSQL    = `select amount + amount / 10 - claimed from budget_line where id = @id::uuid`
	tailSQL        = `update claim set tail = @tail where id = @id::uuid`
	paperlessSQL   = `select coalesce(sum(i.amount), 0)::bigint from claim_item i join claim c on c.id = i.claim_id join budget_line l on l.id = i.line_id where c.project_id = @project::uuid and c.id <> @claim::uuid
  and c.state not in ('draft','rejected','voided') and i.invoice_id is null and l.category <> 'T' and c.payee_kind not in ('expert','volunteer_sheet')`
)

// reserve takes the claim's sum out of the project and its lines, or says what is left.
func (b *Book) reserve(ctx context.Context, tx pg.Tx, e entry) error {
	type taken struct{ Claimed, Released yuan.Fen }
	total := e.Total()
	now, ok, err := pg.Maybe[taken](ctx, tx, reserveSQL, pg.Args{"id": e.project.ID, "fen": total})
	if err != nil {
		return err
	}
	if !ok {
		left, err := pg.Value[int64](ctx, tx, ceilingSQL, pg.Args{"id": e.project.ID})
		if err != nil {
			return err
		}
		return fault.Field("", "超出现在可以报销的额度：还能报 %s，这一单是 %s", yuan.Fen(left).Show(), total.Show())
	}
	if _, err := pg.Do(ctx, tx, tailSQL, pg.Args{"id": e.ID, "tail": now.Claimed > now.Released}); err != nil {
		return err
	}
	if err := b.reserveLines(ctx, tx, e); err != nil {
		return err
	}
	return e.fewPaperless(ctx, tx)
}

// reserveLines holds each budget line to its sum and ten hundredths more (I-M3).
func (b *Book) reserveLines(ctx context.Context, tx pg.Tx, e entry) error {
	sums, rows, ids := map[string]yuan.Fen{}, map[string]int{}, []string{}
	for k, i := range e.Items {
		if i.blank() {
			continue
		}
		if _, seen := sums[i.Line]; !seen {
			rows[i.Line], ids = k, append(ids, i.Line)
		}
		sums[i.Line] += i.Amount
	}
	slices.Sort(ids)
	type line struct{ Claimed, Amount yuan.Fen }
	var wrong fault.Fields
	for _, id := range ids {
		l, ok, err := pg.Maybe[line](ctx, tx, reserveLineSQL, pg.Args{"id": id, "project": e.project.ID, "fen": sums[id]})
		if err != nil {
			return err
		}
		if !ok {
			left, err := pg.Value[int64](ctx, tx, lineLeftSQL, pg.Args{"id": id})
			if err != nil {
				return err
			}
			wrong.Add("items."+strconv.Itoa(rows[id])+".amount", "「%s」这项预算还能报 %s（已含一成浮动），这一单里是 %s", e.lines[id].Item, yuan.Fen(max(left, 0)).Show(), sums[id].Show())
			continue
		}
		if before := l.Claimed - sums[id]; before*5 < l.Amount*4 && l.Claimed*5 >= l.Amount*4 {
			text := fault.Say("「%s」的预算「%s」已经用了八成以上", e.project.Title, e.lines[id].Item)
			if err := b.tell(ctx, tx, "N21", []string{e.project.LeadID, e.project.MentorID}, text, "/projects/"+e.project.ID+"/money", id); err != nil {
				return err
			}
		}
	}
	return wrong.Err()
}

// fewPaperless holds a project's small purchases without an invoice together.
func (e entry) fewPaperless(ctx context.Context, tx pg.Tx) error {
	var mine yuan.Fen
	row := 0
	for k, i := range e.Items {
		if i.InvoiceForm == "none" && !i.sheeted(e.PayeeKind, e.lines[i.Line].Category) {
			mine += i.Amount
			row = k
		}
	}
	if mine == 0 {
		return nil
	}
	others, err := pg.Value[int64](ctx, tx, paperlessSQL, pg.Args{"project": e.project.ID, "claim": e.ID})
	if err == nil && mine+yuan.Fen(others) > smallNoPapers {
		return fault.Field("items."+strconv.Itoa(row)+".invoice_form", "没有发票的支出，一个项目最多报 %s，还能报 %s", yuan.Fen(smallNoPapers).Show(), max(smallNoPapers-yuan.Fen(others), 0).Show())
	}
	return err
}

const (
	clearItemsSQL = `delete from claim_item where claim_id = @claim::uuid`
	itemSQL       = `insert into claim_item (id, claim_id, seq, line_id, activity_id, prep_reason, description, qty, amount, paid_on, method, invoice_id, split_reason) values
  (@id::uuid, @claim::uuid, @seq, @line::uuid, nullif(@activity, '')::uuid, @prep, @description, @qty, @amount, @paid_on::date, @method, nullif(@invoice, '')::uuid, @split)`
)

func (e entry) writeItems(ctx context.Context, tx pg.Tx, invoices map[string]string) error {
	if _, err := pg.Do(ctx, tx, clearItemsSQL, pg.Args{"claim": e.ID}); err != nil {
		return err
	}
	seq := 0
	for _, i := range e.Items {
		if i.blank() {
			continue
		}
		seq++
		args := pg.Args{"id": newID(), "claim": e.ID, "seq": seq, "line": i.Line, "activity": i.Activity, "prep": i.Prep, "description": i.Description, "qty": i.Qty, "amount": i.Amount,
			"paid_on": i.PaidOn.Format(time.DateOnly), "method": i.Method, "invoice": invoices[i.key1()], "split": i.Split}
		if _, err := pg.Do(ctx, tx, itemSQL, args); err != nil {
			return err
		}
	}
	return nil
}

const (
	numberSQL    = `select next_number(@series)`
	submittedSQL = `update claim set number = coalesce(number, @number), submitted_at = coalesce(submitted_at, @at), due_at = @due where id = @id::uuid`
)

// hand notes who submitted, gives the claim its number the first time (§15.1) and says until when it will be looked at.
func (b *Book) hand(ctx context.Context, tx pg.Tx, e entry, before Claim) (string, error) {
	if !e.send {
		return "", nil
	}
	if err := takeHand(ctx, tx, e.by, e.ID, "submit", e.now); err != nil {
		return "", err
	}
	due, err := workDays(ctx, tx, e.now, e.rules.VerifyDays)
	if err != nil {
		return "", err
	}
	number := before.Number
	if number == "" {
		month := "BX" + e.now.In(clock.Shanghai).Format("200601")
		n, err := pg.Value[int32](ctx, tx, numberSQL, pg.Args{"series": month})
		if err != nil {
			return "", err
		}
		number = fmt.Sprintf("%s%04d", month, n)
	}
	_, err = pg.Do(ctx, tx, submittedSQL, pg.Args{"id": e.ID, "number": number, "at": e.now, "due": due})
	return number, err
}

func (b *Book) tellSubmitted(ctx context.Context, tx pg.Tx, e entry, number string, version int) error {
	to, err := notice.Holders(ctx, tx, e.project.Place, identity.CommunityStaff)
	if err != nil {
		return err
	}
	text := fault.Say("「%s」交了报销单 %s，共 %s，请核实", e.project.Title, number, e.Total().Show())
	return b.tell(ctx, tx, "N19", to, text, "/desk/claims/"+e.ID, fmt.Sprintf("%s.%d", e.ID, version))
}

const (
	freeLinesSQL = `update budget_line l set claimed = l.claimed - s.fen from (select line_id, sum(coalesce(approved, amount))::bigint as fen from claim_item where claim_id = @claim::uuid group by 1) s where l.id = s.line_id`
	freeSQL      = `update project set claimed = claimed - (select coalesce(sum(coalesce(approved, amount)), 0)::bigint from claim_item where claim_id = @claim::uuid) where id = @project::uuid`
)

// free gives back what a claim has taken from the project and its lines.
func free(ctx context.Context, tx pg.Tx, c Claim) error {
	if _, err := pg.Do(ctx, tx, freeSQL, pg.Args{"claim": c.ID, "project": c.ProjectID}); err != nil {
		return err
	}
	_, err := pg.Do(ctx, tx, freeLinesSQL, pg.Args{"claim": c.ID})
	return err
}
