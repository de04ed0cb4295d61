package award

import (
	"cmp"
	"context"
	"encoding/json"
	"math/bits"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Refinement is the plan made to fit the money that was given (项目优化): every line may move a little around its
// share, and together they are exactly the award.
type Refinement struct {
	Version      int           `form:"version"`
	Lines        []RefinedLine `form:"lines"`
	ActTarget    int           `form:"act_target"`
	ServedTarget int           `form:"served_target"`
}

// RefinedLine is a line of the budget with its new price and quantity; what it buys stays.
type RefinedLine struct {
	Item      string   `form:"item"` // shown, never written
	UnitPrice yuan.Fen `form:"unit_price"`
	Qty       int      `form:"qty"`
	Note      string   `form:"note"`
}

// Bound is between what amounts a line may move.
type Bound struct {
	Line proposal.Line // as it was handed in
	From yuan.Fen
	Base yuan.Fen // its share of the award
	To   yuan.Fen
}

// Plan is what a lead refines: the award, the lines as they were handed in with their bounds, and the plan as it is.
type Plan struct {
	proposal.Full
	Award   Award
	Bounds  []Bound
	ActFrom int // least targets: what was promised, by the award's share, less the shift
	Served  int
	Leads   bool     // the reader is the lead
	Accepts bool     // the reader may accept it
	Terms   []string // what the panel asks for in return, a condition each
	Drafts  bool     // the reader may draft the agreement
	Pact    string
	DueAt   *time.Time // until when the team has to hand it in; nil while it is not in the team's hand
	Late    bool       // that time is over
}

// Balanced tells whether the budget is exactly the award.
func (p Plan) Balanced() bool { return proposal.Total(p.Lines) == p.Award.Amount }

// Share divides the award over the lines in their proportion, exactly and in whole yuan when the award is: what is left
// by rounding goes to the largest fractions, the earlier line first.
func Share(lines []proposal.Line, amount yuan.Fen) []yuan.Fen {
	total, step := proposal.Total(lines), yuan.Fen(1)
	if amount%100 == 0 {
		step = 100
	}
	shares, order, rest := make([]yuan.Fen, len(lines)), make([]int, len(lines)), make([]uint64, len(lines))
	if total <= 0 || amount < 0 {
		return shares
	}
	left := amount / step
	for i, l := range lines {
		order[i] = i
		high, low := bits.Mul64(uint64(l.Amount()), uint64(amount/step))
		share, fraction := bits.Div64(high, low, uint64(total)) // a line is not more than the total, so this fits
		shares[i], rest[i] = yuan.Fen(share)*step, fraction
		left -= yuan.Fen(share)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rest[b], rest[a]) })
	for _, i := range order[:left] {
		shares[i] += step
	}
	return shares
}

// bounds gives every line's room: its share of the award, give or take the shift in basis points.
func bounds(lines []proposal.Line, amount yuan.Fen, shift int) []Bound {
	list := make([]Bound, len(lines))
	for i, base := range Share(lines, amount) {
		room := yuan.Portion(base, shift)
		list[i] = Bound{Line: lines[i], From: base - room, Base: base, To: base + room}
	}
	return list
}

// Suggest fits the lines to the award in their proportion: as many pieces as before, or the next smaller number that
// divides the sum.
func (p Plan) Suggest() Refinement {
	r := Refinement{Version: p.Version, ActTarget: p.ActTarget, ServedTarget: p.ServedTarget}
	for i, b := range p.Bounds {
		l := RefinedLine{Item: b.Line.Item, UnitPrice: b.Base, Qty: 1, Note: b.Line.Note}
		if p.Balanced() && i < len(p.Lines) {
			l.UnitPrice, l.Qty, l.Note = p.Lines[i].UnitPrice, p.Lines[i].Qty, p.Lines[i].Note
		} else {
			for n := b.Line.Qty; n > 1; n-- {
				if b.Base%yuan.Fen(n) == 0 {
					l.UnitPrice, l.Qty = b.Base/yuan.Fen(n), n
					break
				}
			}
		}
		r.Lines = append(r.Lines, l)
	}
	return r
}

const (
	originalSQL = `select body from proposal_revision where proposal_id = @id::uuid and kind = 'submission' order by no desc limit 1`
	relineSQL   = `update proposal_line set unit_price = @price, qty = @qty, note = @note where proposal_id = @id::uuid and seq = @seq`
	seqsSQL     = `select seq from proposal_line where proposal_id = @id::uuid order by seq`
	retargetSQL = `update proposal set act_target = @acts, served_target = @served, saved_at = @at, saves = saves + 1, version = version + 1 where id = @id::uuid`
	resealSQL   = `update proposal set revision = @revision, digest = @digest where id = @id::uuid`
	sealSQL     = `insert into proposal_revision (proposal_id, no, kind, body, digest, sealed_at, sealed_by) values (@id, @no, 'refinement', @body, @digest, @at, @me)`
)

// original is the draft as it was handed in, which the bounds are reckoned from however often the plan is saved.
func original(ctx context.Context, q pg.Reader, proposalID string) (proposal.Draft, error) {
	body, err := pg.Value[string](ctx, q, originalSQL, pg.Args{"id": proposalID})
	if err != nil {
		return proposal.Draft{}, err
	}
	var s proposal.Sealed
	err = json.Unmarshal([]byte(body), &s)
	return s.Draft, err
}

// Plan is a funded proposal's plan for its team and for those who may accept it; to anybody else it does not exist.
func (b *Book) Plan(ctx context.Context, by identity.Actor, proposalID string) (Plan, error) {
	f, err := proposal.Whole(ctx, b.db, proposalID)
	if err != nil {
		return Plan{}, err
	}
	ties, err := proposal.TeamTies(ctx, b.db, f.TeamID, by)
	if err != nil {
		return Plan{}, err
	}
	a, found, err := Of(ctx, b.db, proposalID)
	if err != nil {
		return Plan{}, err
	}
	here := by.Tied(f.Place, ties...)
	if !found || a.Result != Selected || a.State != Confirmed || !here.Sees(identity.ReadProjects, f.Place) {
		return Plan{}, fault.Missing()
	}
	p := Plan{Full: f, Award: a, Leads: f.Leads(by), Accepts: by.Can(identity.AcceptRefinements, f.Place), Drafts: by.Can(identity.DraftAgreements, f.Place)}
	w, _, err := judging.PanelWordOf(ctx, b.db, proposalID)
	if err != nil {
		return p, err
	}
	p.Terms = w.Conditions
	draft, err := original(ctx, b.db, proposalID)
	if err != nil {
		return p, err
	}
	p.room(draft)
	pact, found, err := pg.Maybe[Agreement](ctx, b.db, ofAwardSQL, pg.Args{"award": a.ID})
	if found {
		p.Pact = pact.ID
	}
	if err == nil {
		p.DueAt, err = planDue(ctx, b.db, proposalID)
	}
	p.Late = p.DueAt != nil && !b.clock.Now().Before(*p.DueAt)
	return p, err
}

// room reckons what may move how far.
func (p *Plan) room(draft proposal.Draft) {
	p.Bounds = bounds(draft.Lines, p.Award.Amount, p.Edition.Rules.Refine)
	least := func(target int) int {
		total := int64(proposal.Total(draft.Lines))
		if total <= 0 {
			return 0
		}
		scaled := int64(target) * int64(p.Award.Amount) / total
		return max(int(scaled*int64(10000-p.Edition.Rules.Refine)/10000), min(target, 1))
	}
	p.ActFrom, p.Served = least(draft.ActTarget), least(draft.ServedTarget)
}

func (r Refinement) check(p Plan, draft proposal.Draft) error {
	var wrong fault.Fields
	if len(r.Lines) != len(p.Bounds) {
		wrong.Add("", "预算的行数和申报书不一样，请刷新页面重填")
		return wrong.Err()
	}
	fitted := make([]proposal.Line, len(p.Bounds))
	for i, l := range r.Lines {
		at, bound := "lines."+strconv.Itoa(i)+".", p.Bounds[i]
		fitted[i] = proposal.Line{Category: bound.Line.Category, Item: bound.Line.Item, UnitPrice: l.UnitPrice, Qty: l.Qty, Note: l.Note}
		amount, err := yuan.Mul(l.UnitPrice, max(l.Qty, 0))
		switch {
		case l.Qty < 1:
			wrong.Add(at+"qty", "请填写数量，至少是 1")
		case err != nil:
			wrong.Add(at+"unit_price", "这一行的金额太大了，请检查单价和数量")
		case amount < bound.From || amount > bound.To:
			wrong.Add(at+"unit_price", "这一行要在 %s 到 %s 之间，现在是 %s", bound.From.Show(), bound.To.Show(), amount.Show())
		}
		if n := utf8.RuneCountInString(l.Note); n > 100 {
			wrong.Add(at+"note", "最多 %d 个字，现在是 %d 个字", 100, n)
		}
	}
	for field, n := range map[string][3]int{"act_target": {r.ActTarget, p.ActFrom, draft.ActTarget * 2}, "served_target": {r.ServedTarget, p.Served, draft.ServedTarget * 2}} {
		if n[0] < n[1] || n[0] > n[2] {
			wrong.Add(field, "请填写 %d 到 %d 之间的数", n[1], n[2])
		}
	}
	if total := proposal.Total(fitted); len(wrong) == 0 && total != p.Award.Amount {
		wrong.Add("", "预算合计要正好是 %s，现在是 %s", p.Award.Amount.Show(), total.Show())
	}
	if len(wrong) == 0 {
		p.ceilings(draft, fitted, &wrong)
	}
	return wrong.Err()
}

// ceilings holds the refined lines to the same ceilings as the proposal; the whole of them is public money now.
func (p Plan) ceilings(draft proposal.Draft, lines []proposal.Line, wrong *fault.Fields) {
	draft.Lines, draft.OwnFen = lines, 0
	for _, g := range p.With(draft).Gaps() {
		if g.Section == "budget" {
			wrong.Add(g.Field, g.Text.Text, g.Text.Args...)
		}
	}
}

// asLead is the lead's own right over a proposal; the rest of the team may only look on.
func (b *Book) asLead(ctx context.Context, by identity.Actor, p proposal.Proposal) (identity.Warrant, error) {
	ties, err := proposal.TeamTies(ctx, b.db, p.TeamID, by)
	if err != nil {
		return identity.Warrant{}, err
	}
	if !slices.Contains(ties, identity.TeamLead) {
		return identity.Warrant{}, fault.New(fault.Forbidden, "这件事由领办人来办")
	}
	return by.Tied(p.Place, ties...).Must(identity.DraftProposals, p.Place)
}

// Refine saves the plan fitted to the award. It never raises the award and keeps every line near its share.
func (b *Book) Refine(ctx context.Context, by identity.Actor, proposalID string, r Refinement) error {
	p, err := b.Plan(ctx, by, proposalID)
	if err != nil {
		return err
	}
	w, err := b.asLead(ctx, by, p.Proposal)
	if err != nil {
		return err
	}
	draft, err := original(ctx, b.db, proposalID)
	if err != nil {
		return err
	}
	if err := r.check(p, draft); err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		q, err := proposal.Lock(ctx, tx, proposalID)
		if err != nil {
			return err
		}
		if q.State != proposal.Refining {
			return fault.New(fault.Conflict, "现在不是调整计划的时候，请刷新页面看看")
		}
		if q.Version != r.Version {
			done, err := audit.Did(ctx, tx, by, "proposal", proposalID, r.Version+1, "refine")
			if err == nil && !done {
				err = stale()
			}
			return err
		}
		return b.store(ctx, tx, hand{w, now}, q, r)
	})
}

func (b *Book) store(ctx context.Context, tx pg.Tx, h hand, q proposal.Proposal, r Refinement) error {
	seqs, err := pg.Values[int](ctx, tx, seqsSQL, pg.Args{"id": q.ID})
	if err != nil {
		return err
	}
	if len(seqs) != len(r.Lines) {
		return stale()
	}
	for i, l := range r.Lines {
		if _, err := pg.Do(ctx, tx, relineSQL, pg.Args{"id": q.ID, "seq": seqs[i], "price": l.UnitPrice, "qty": l.Qty, "note": l.Note}); err != nil {
			return err
		}
	}
	if _, err := pg.Do(ctx, tx, retargetSQL, pg.Args{"id": q.ID, "acts": r.ActTarget, "served": r.ServedTarget, "at": h.at}); err != nil {
		return err
	}
	staff, err := notice.Holders(ctx, tx, q.Place, identity.DistrictStaff)
	if err != nil {
		return err
	}
	text := fault.Say("「%s」按批准金额调好了预算，请核对", q.Title)
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N12", To: staff, Text: text, Link: "/desk/proposals/" + q.ID + "/refinement", Key: q.ID + "/" + strconv.Itoa(q.Version), At: h.at}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "proposal", ID: q.ID, Version: q.Version + 1, Action: "refine", From: q.State, To: q.State, Place: q.Place, At: h.at})
}

// AcceptPlan accepts a refined plan: its budget is the award to the fen, and it is sealed as the agreement's annex.
func (b *Book) AcceptPlan(ctx context.Context, by identity.Actor, proposalID string, press Pressed) error {
	p, err := b.Plan(ctx, by, proposalID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.AcceptRefinements, p.Place)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		q, err := proposal.Lock(ctx, tx, proposalID)
		if err != nil {
			return err
		}
		if q.Version != press.Version {
			done, err := audit.Did(ctx, tx, by, "proposal", proposalID, q.Version, "move")
			if err == nil && (!done || q.State != proposal.Refined || q.Version != press.Version+1) {
				err = stale()
			}
			return err
		}
		f, err := proposal.Whole(ctx, tx, proposalID)
		if err != nil {
			return err
		}
		if f.State != proposal.Refining || proposal.Total(f.Lines) != p.Award.Amount {
			return fault.New(fault.Conflict, "预算合计还不是批准的 %s，请团队先调整", p.Award.Amount.Show())
		}
		if err := reseal(ctx, tx, w, f, now); err != nil {
			return err
		}
		if err := proposal.Move(ctx, tx, w, proposal.Step{ID: f.ID, To: proposal.Refined, At: now}); err != nil {
			return err
		}
		text := fault.Say("「%s」的计划定下来了，接下来签三方协议", f.Title)
		return notice.Tell(ctx, tx, notice.Letter{Code: "N12", To: []string{f.LeadID}, Text: text, Link: "/proposals/" + f.ID + "/refine", Key: f.ID + "/refined", At: now})
	})
}

// reseal fixes the refined plan as a new revision.
func reseal(ctx context.Context, tx pg.Tx, w identity.Warrant, f proposal.Full, at time.Time) error {
	s := proposal.Sealed{Number: f.Number, Revision: f.Revision + 1, Edition: f.EditionID, Place: f.Place, Received: at, Lead: f.LeadID, Draft: f.Draft()}
	for _, m := range f.Members {
		if m.State == "accepted" {
			s.Team = append(s.Team, m.PersonID)
		}
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	digest := fingerprint(string(raw))
	if _, err := pg.Do(ctx, tx, sealSQL, pg.Args{"id": f.ID, "no": s.Revision, "body": string(raw), "digest": digest, "at": at, "me": w.By.ID}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, resealSQL, pg.Args{"id": f.ID, "revision": s.Revision, "digest": digest}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal", ID: f.ID, Action: "seal_refinement", Place: f.Place, Data: map[string]any{"revision": s.Revision, "digest": digest}, At: at})
}
