package money

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/award"
	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// The states of a tranche (DOMAIN §7.8).
const (
	Planned     = "planned"
	Due         = "due"
	Requested   = "requested"
	Reviewed    = "reviewed"
	Approved    = "approved" // also of a claim
	Released    = "released"
	Transferred = "transferred"
	Held        = "held"
	Cancelled   = "cancelled"
)

// The conditions of a tranche.
const (
	OnSign  = "on_sign"
	OnMid   = "on_mid_pass"
	OnFinal = "on_final_pass"
	OnDate  = "date"
)

// Tranche is one part of an award (首款、中期款、尾款). In mode release it raises what may be spent and the host goes on
// holding the money; in mode transfer it is paid to the host's account.
type Tranche struct {
	ID          string
	ProjectID   string
	Place       string
	Seq         int
	Condition   string
	DueOn       *time.Time // only OnDate
	PromisedOn  *time.Time // the last day on which it is to be out; only OnSign
	Amount      yuan.Fen
	Mode        string
	State       string
	RequestedBy string
	ReviewedBy  string
	ApprovedBy  string
	ReleasedBy  string
	BankRef     string
	ReleasedAt  *time.Time
	Reason      string // of the hold or of being sent back
	Version     int
}

// Out tells whether the money may be spent.
func (t Tranche) Out() bool { return t.State == Released || t.State == Transferred }

// TrancheStates names the states of a tranche.
var TrancheStates = []edition.Choice{{Code: Planned, Name: "未到条件"}, {Code: Due, Name: "可以申请"}, {Code: Requested, Name: "等会计审核"},
	{Code: Reviewed, Name: "等区里批准"}, {Code: Approved, Name: "等出纳拨付"}, {Code: Released, Name: "已拨付"}, {Code: Transferred, Name: "已转账"},
	{Code: Held, Name: "暂停拨付"}, {Code: Cancelled, Name: "已取消"}}

// Conditions names what a tranche waits for.
var Conditions = []edition.Choice{{Code: OnSign, Name: "签约后"}, {Code: OnMid, Name: "中期评估通过后"}, {Code: OnFinal, Name: "结项验收通过后"}, {Code: OnDate, Name: "到约定日期"}}

const (
	trancheColumns = `id::text, project_id::text, place::text, seq, condition, due_on, promised_on, amount, mode, state, coalesce(requested_by::text, '') as requested_by,
  coalesce(reviewed_by::text, '') as reviewed_by, coalesce(approved_by::text, '') as approved_by, coalesce(released_by::text, '') as released_by,
  coalesce(bank_ref, '') as bank_ref, released_at, reason, version`
	tranchesSQL    = `select ` + trancheColumns + ` from tranche where project_id = @project::uuid order by seq`
	planTrancheSQL = `insert into tranche (id, project_id, place, seq, condition, due_on, promised_on, amount, mode, state) values
  (@id::uuid, @project::uuid, @place::text::ltree, @seq, @condition, @due_on::date, @promised_on::date, @amount, @mode, @state) on conflict (project_id, seq) do nothing`
)

// Tranches lists a project's tranches in order. It asks nobody for permission: the caller has.
func Tranches(ctx context.Context, q pg.Reader, projectID string) ([]Tranche, error) {
	return pg.All[Tranche](ctx, q, tranchesSQL, pg.Args{"project": projectID})
}

// Plan makes the tranches of a project that has just been opened, the first of them due at once. Planning again changes
// nothing.
func (b *Book) Plan(ctx context.Context, tx pg.Tx, f delivery.Opened) error {
	now := b.clock.Now()
	p, err := delivery.Lock(ctx, tx, f.ProjectID)
	if err != nil {
		return err
	}
	rules, err := rulesOf(ctx, tx, p)
	if err != nil {
		return err
	}
	of, err := proposal.Get(ctx, tx, p.ProposalID)
	if err != nil {
		return err
	}
	plan, err := shares(p, rules, of.Track)
	if err != nil {
		return err
	}
	w, err := house(p)
	if err != nil {
		return err
	}
	calendar, err := place.Calendar(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range plan {
		if t.Condition == OnSign && rules.ReleaseDays > 0 {
			last := calendar.AddWorkingDays(p.CreatedAt, rules.ReleaseDays).AddDate(0, 0, -1)
			t.PromisedOn = &last
		}
		n, err := pg.Do(ctx, tx, planTrancheSQL, pg.Args{"id": t.ID, "project": p.ID, "place": p.Place, "seq": t.Seq, "condition": t.Condition, "due_on": t.DueOn, "promised_on": t.PromisedOn,
			"amount": t.Amount, "mode": t.Mode, "state": t.State})
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		if t.State == Due {
			if err := tellDue(ctx, tx, p, t, now); err != nil {
				return err
			}
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "tranche", ID: t.ID, Version: 1, Action: "plan", To: t.State, Place: p.Place, Data: map[string]any{"fen": t.Amount}, At: now}); err != nil {
			return err
		}
	}
	return nil
}

// shares are the parts the signed agreement names; one that comes at half time gets its day.
func shares(p delivery.Project, rules edition.Rules, track string) ([]Tranche, error) {
	agreed, err := award.Tranches(p.Award, rules)
	if err != nil {
		return nil, err
	}
	mode := "release"
	if track == "registered_org" {
		mode = "transfer" // a legal person has an account of its own
	}
	plan := make([]Tranche, 0, len(agreed))
	for i, part := range agreed {
		t := Tranche{ID: newID(), Seq: i + 1, Amount: part.Amount, Mode: mode, State: Planned, Condition: part.Condition}
		switch part.Condition {
		case OnSign:
			t.State = Due
		case OnDate:
			half := p.StartsOn.Add(p.EndsOn.Sub(p.StartsOn) / 2)
			t.DueOn = &half
		}
		if part.Amount > 0 { // a share of nothing is no tranche
			plan = append(plan, t)
		}
	}
	return plan, nil
}

// tellDue says that a tranche may be asked for (N13).
func tellDue(ctx context.Context, tx pg.Tx, p delivery.Project, t Tranche, now time.Time) error {
	to, err := notice.Holders(ctx, tx, p.Place, identity.CommunityHead, identity.Finance)
	if err != nil {
		return err
	}
	text := fault.Say("项目「%s」的第 %d 笔款 %s 可以申请拨付了", p.Title, t.Seq, t.Amount.Show())
	return notice.Tell(ctx, tx, notice.Letter{Code: "N13", To: to, Text: text, Link: "/projects/" + p.ID + "/money", Key: t.ID, At: now})
}

const waitingTranchesSQL = `select ` + trancheColumns + ` from tranche where project_id = @project::uuid and condition = @condition and state = 'planned' order by seq for no key update`

// HearReview does what a closed review means for the money: a passed one makes its tranche due, a failed mid-term one
// holds the money, and one passed after all ends that hold.
func (b *Book) HearReview(ctx context.Context, tx pg.Tx, f delivery.Reviewed) error {
	now := b.clock.Now()
	p, err := delivery.Lock(ctx, tx, f.ProjectID)
	if err != nil {
		return err
	}
	w, err := house(p)
	if err != nil {
		return err
	}
	switch {
	case f.Review == delivery.Mid && !f.Passed:
		return hold(ctx, tx, w, p, NewHold{ID: newID(), Code: "mid_failed", Reason: "中期评估未通过"}, now)
	case !f.Passed:
		return nil // what is left goes back when the project is settled
	case f.Review == delivery.Mid:
		if err := clearHold(ctx, tx, w, p, "mid_failed", "中期评估已通过", now); err != nil {
			return err
		}
		return makeDue(ctx, tx, w, p, OnMid, now)
	default:
		return makeDue(ctx, tx, w, p, OnFinal, now)
	}
}

// makeDue lets the tranches that waited for a condition be asked for, unless the money is held: then they become due
// when the hold is cleared.
func makeDue(ctx context.Context, tx pg.Tx, w identity.Warrant, p delivery.Project, condition string, now time.Time) error {
	list, err := pg.All[Tranche](ctx, tx, waitingTranchesSQL, pg.Args{"project": p.ID, "condition": condition})
	if err != nil {
		return err
	}
	for _, t := range list {
		if err := moveTranche(ctx, tx, w, t, "due", Due, "", now); err != nil {
			return err
		}
		if err := tellDue(ctx, tx, p, t, now); err != nil {
			return err
		}
	}
	return nil
}

const (
	datedSQL = `select distinct project_id::text from tranche where condition = 'date' and state = 'planned' and due_on <= @day::date order by 1`
	// The hands of a round that was sent back or held are wiped: it begins anew.
	moveTrancheSQL = `update tranche set state = @state, reason = @reason, version = version + 1,
  requested_by = case when @state in ('planned','due','held') then null else requested_by end, reviewed_by = case when @state in ('planned','due','held') then null else reviewed_by end,
  approved_by = case when @state in ('planned','due','held') then null else approved_by end where id = @id::uuid`
)

// DueByDate makes tranches due whose date has come. It is the house's own work, every night.
func DueByDate(ctx context.Context, tx pg.Tx, now time.Time) error {
	ids, err := pg.Values[string](ctx, tx, datedSQL, pg.Args{"day": clock.Day(now).Format(time.DateOnly)})
	if err != nil {
		return err
	}
	for _, id := range ids {
		p, err := delivery.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		w, err := house(p)
		if err != nil {
			return err
		}
		if err := makeDue(ctx, tx, w, p, OnDate, now); err != nil {
			return err
		}
	}
	return nil
}

// moveTranche writes a tranche's next state with its trail.
func moveTranche(ctx context.Context, tx pg.Tx, w identity.Warrant, t Tranche, action, to, reason string, now time.Time) error {
	if _, err := pg.Do(ctx, tx, moveTrancheSQL, pg.Args{"id": t.ID, "state": to, "reason": reason}); err != nil {
		return err
	}
	return recordTranche(ctx, tx, w, t, action, to, reason, now)
}

func recordTranche(ctx context.Context, tx pg.Tx, w identity.Warrant, t Tranche, action, to, reason string, now time.Time) error {
	return audit.Record(ctx, tx, w, audit.Event{Entity: "tranche", ID: t.ID, Version: t.Version + 1, Action: action, From: t.State, To: to, Place: t.Place, Reason: reason,
		Data: map[string]any{"fen": t.Amount}, At: now})
}
