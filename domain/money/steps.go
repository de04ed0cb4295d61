package money

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// deskStep is one desk's step with a claim, inside its transaction.
type deskStep struct {
	by  identity.Actor
	w   identity.Warrant
	p   delivery.Project
	c   Claim
	now time.Time
}

// claim runs f on a claim the actor may see and may do this to: the project and the claim locked, still as it was seen.
// Nobody decides on the money of their own team.
func (b *Book) claim(ctx context.Context, id string, h press, f func(tx pg.Tx, s deskStep) error) error {
	c, p, tied, err := b.seenClaim(ctx, h.by, id)
	if err != nil {
		return err
	}
	w, err := b.mayStep(h, tied, p)
	if err != nil {
		return err
	}
	if h.may != identity.SubmitClaims && len(tied.Grants) > len(h.by.Grants) {
		return ownTeam()
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := delivery.Lock(ctx, tx, c.ProjectID)
		if err != nil {
			return err
		}
		c, err := pg.One[Claim](ctx, tx, lockClaimSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if done, err := fresh(ctx, tx, h.by, "claim", id, c.Version, h.version, h.action); err != nil || done {
			return err
		}
		return f(tx, deskStep{h.by, w, p, c, b.clock.Now()})
	})
}

// mayStep asks the permission table. Where the community itself pays, its own bookkeeper does not also examine: that
// falls to the street or the district (5.2-1). A district head may approve whatever a street's head may.
func (b *Book) mayStep(h press, tied identity.Actor, p delivery.Project) (identity.Warrant, error) {
	switch {
	case h.may == identity.ReviewVouchers && place.Subdistrict(p.Host) != p.Host:
		far := tied
		far.Grants = nil
		for _, g := range tied.Grants {
			if !identity.Within(g.Place, p.Host) {
				far.Grants = append(far.Grants, g)
			}
		}
		if w, err := far.Must(h.may, p.Place); err == nil || !tied.Can(h.may, p.Place) {
			return w, err
		}
		return identity.Warrant{}, fault.New(fault.Forbidden, "付钱的是社区自己，票据要请街道或区里的会计审核")
	case h.may == identity.ApproveClaims && tied.Can(identity.ApproveLargeClaim, p.Place):
		return tied.Must(identity.ApproveLargeClaim, p.Place)
	}
	return tied.Must(h.may, p.Place)
}

const (
	verifiedSQL = `update claim set state = 'community_verified', due_at = @due, version = version + 1 where id = @id::uuid`
	goodsFrom   = 500_00 // goods from this sum on need a photo (DOMAIN §7.11)
)

// Verification is the community's word that the goods were bought and used.
type Verification struct {
	Version int  `form:"version"`
	Real    bool `form:"real"`
}

// Verify is the community's step: it knows whether the thing really happened.
func (b *Book) Verify(ctx context.Context, by identity.Actor, id string, v Verification) error {
	if !v.Real {
		return fault.Field("real", "请先确认东西真的买了、用了，再点通过")
	}
	return b.claim(ctx, id, press{by, v.Version, "verify", identity.VerifyClaims}, func(tx pg.Tx, s deskStep) error {
		if err := s.at(Submitted); err != nil {
			return err
		}
		items, err := Items(ctx, tx, id)
		if err != nil {
			return err
		}
		files, err := evidence.Of(ctx, tx, id)
		if err != nil {
			return err
		}
		if needsPhoto(items) && !has(files, "goods") {
			return fault.New(fault.Conflict, "%s 以上的物品要有照片，这一单没有，请退回补充", yuan.Fen(goodsFrom).Show())
		}
		rules, err := rulesOf(ctx, tx, s.p)
		if err != nil {
			return err
		}
		due, err := workDays(ctx, tx, s.now, rules.FinanceDays)
		if err != nil {
			return err
		}
		if err := takeHand(ctx, tx, by, id, "verify", s.now); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, verifiedSQL, pg.Args{"id": id, "due": due}); err != nil {
			return err
		}
		if err := b.pass(ctx, tx, s, "报销单 %s（%s）社区已核实，请审核票据", identity.Finance); err != nil {
			return err
		}
		return s.record(ctx, tx, "verify", Verified, "", nil)
	})
}

func needsPhoto(items []Item) bool {
	for _, i := range items {
		if i.Category == "M" && i.Amount >= goodsFrom {
			return true
		}
	}
	return false
}

func has(files []evidence.Attachment, kind string) bool {
	for _, f := range files {
		if f.Kind == kind && f.Counts() {
			return true
		}
	}
	return false
}

// at refuses a step that is not this claim's.
func (s deskStep) at(states ...string) error {
	for _, state := range states {
		if s.c.State == state {
			return nil
		}
	}
	return fault.New(fault.Conflict, "这张报销单现在是「%s」，不在这一步", fault.Say(edition.NameOf(ClaimStates, s.c.State)))
}

func (s deskStep) record(ctx context.Context, tx pg.Tx, action, to, reason string, data any) error {
	return audit.Record(ctx, tx, s.w, audit.Event{Entity: "claim", ID: s.c.ID, Version: s.c.Version + 1, Action: action, From: s.c.State, To: to, Place: s.c.Place, Reason: reason, Data: data, At: s.now})
}

// pass tells the next desk that the claim is theirs.
func (b *Book) pass(ctx context.Context, tx pg.Tx, s deskStep, text string, roles ...identity.Role) error {
	to, err := notice.Holders(ctx, tx, s.p.Place, roles...)
	if err != nil {
		return err
	}
	return b.tell(ctx, tx, "N19", to, fault.Say(text, s.c.Number, s.c.Sum().Show()), "/desk/claims/"+s.c.ID, fmt.Sprintf("%s.%d", s.c.ID, s.c.Version+1))
}

// VoucherReview is what the bookkeeper found: what is cut off each line, with why.
type VoucherReview struct {
	Version int   `form:"version"`
	Cuts    []Cut `form:"cuts"`
}

// Cut takes a sum off one line of a claim.
type Cut struct {
	Item   string   `form:"item"`
	Less   yuan.Fen `form:"less"`
	Reason string   `form:"reason"`
}

const (
	cutSQL     = `update claim_item set approved = @approved, cut_reason = @reason where id = @id::uuid and claim_id = @claim::uuid`
	cutLineSQL = `update budget_line set claimed = claimed - @fen::bigint where id = @id::uuid`
	cutAllSQL  = `update project set claimed = claimed - @fen::bigint where id = @id::uuid`
	passedSQL  = `update claim set state = 'finance_passed', approved = @approved, level = @level, due_at = @due, version = version + 1 where id = @id::uuid`
)

// PassVouchers is the bookkeeper's step: the vouchers are in order, as they are or with cuts, which go back to the
// project. A small claim needs no approver and goes straight on, as its own step.
func (b *Book) PassVouchers(ctx context.Context, by identity.Actor, id string, r VoucherReview) error {
	return b.claim(ctx, id, press{by, r.Version, "pass", identity.ReviewVouchers}, func(tx pg.Tx, s deskStep) error {
		if err := s.at(Verified); err != nil {
			return err
		}
		rules, err := rulesOf(ctx, tx, s.p)
		if err != nil {
			return err
		}
		approved, err := s.cut(ctx, tx, r.Cuts)
		if err != nil {
			return err
		}
		due, err := workDays(ctx, tx, s.now, rules.ApproveDays)
		if err != nil {
			return err
		}
		if err := takeHand(ctx, tx, by, id, "finance", s.now); err != nil {
			return err
		}
		level := levelOf(approved, rules)
		if _, err := pg.Do(ctx, tx, passedSQL, pg.Args{"id": id, "approved": approved, "level": level, "due": due}); err != nil {
			return err
		}
		if cut := s.c.Total - approved; cut > 0 {
			text := fault.Say("报销单 %s 核减 %s，批 %s。原因写在单子里", s.c.Number, cut.Show(), approved.Show())
			if err := b.tell(ctx, tx, "N19", []string{s.c.CreatedBy, s.p.LeadID}, text, "/claims/"+id, fmt.Sprintf("%s.%d.cut", id, s.c.Version)); err != nil {
				return err
			}
		}
		if err := s.record(ctx, tx, "pass", Passed, "", map[string]any{"fen": approved, "cut": s.c.Total - approved}); err != nil {
			return err
		}
		s.p.Claimed -= s.c.Total - approved
		s.c.State, s.c.Version, s.c.Approved, s.c.Level = Passed, s.c.Version+1, approved, level
		return b.passOn(ctx, tx, s)
	})
}

// passOn sends an examined claim to its approver, or on by itself where it needs none.
func (b *Book) passOn(ctx context.Context, tx pg.Tx, s deskStep) error {
	switch s.c.Level {
	case LevelNone:
		if waits(s.p, s.c) {
			return nil // until the last tranche is released
		}
		self, err := house(s.p)
		if err != nil {
			return err
		}
		s.w = self
		return b.approve(ctx, tx, s, "approve_small")
	case LevelStreet:
		return b.pass(ctx, tx, s, "报销单 %s（%s）等您批准", identity.SubdistrictHead)
	default:
		return b.pass(ctx, tx, s, "报销单 %s（%s）等您批准", identity.DistrictHead)
	}
}

// levelOf says who approves a sum (DOMAIN §10.8).
func levelOf(sum yuan.Fen, rules edition.Rules) string {
	switch {
	case sum > rules.TwoApprovers:
		return LevelTwo
	case sum > rules.StreetClaim:
		return LevelDistrict
	case sum > rules.SmallClaim:
		return LevelStreet
	}
	return LevelNone
}

// cut takes sums off lines, frees them, and gives what is left of the claim.
func (s deskStep) cut(ctx context.Context, tx pg.Tx, cuts []Cut) (yuan.Fen, error) {
	items, err := Items(ctx, tx, s.c.ID)
	if err != nil {
		return 0, err
	}
	byID := map[string]Item{}
	for _, i := range items {
		byID[i.ID] = i
	}
	var wrong fault.Fields
	var less yuan.Fen
	for k, c := range cuts {
		at := "cuts." + strconv.Itoa(k) + "."
		i, known := byID[c.Item]
		delete(byID, c.Item) // a line is cut once
		switch {
		case c.Less == 0:
			continue
		case !known:
			return 0, fault.Missing()
		case c.Less < 0 || c.Less > i.Amount:
			wrong.Add(at+"less", "最多核减这一项的 %s", i.Amount.Show())
			continue
		}
		sentence(&wrong, at+"reason", c.Reason, 100, "请写明为什么核减，团队会看到")
		if len(wrong) > 0 {
			continue
		}
		less += c.Less
		if _, err := pg.Do(ctx, tx, cutSQL, pg.Args{"id": i.ID, "claim": s.c.ID, "approved": i.Amount - c.Less, "reason": c.Reason}); err != nil {
			return 0, err
		}
		if _, err := pg.Do(ctx, tx, cutLineSQL, pg.Args{"id": i.LineID, "fen": c.Less}); err != nil {
			return 0, err
		}
	}
	if len(wrong) == 0 && less >= s.c.Total {
		wrong.Add("", "全部核减完了。如果都不能报，请点「不予报销」")
	}
	if err := wrong.Err(); err != nil {
		return 0, err
	}
	_, err = pg.Do(ctx, tx, cutAllSQL, pg.Args{"id": s.p.ID, "fen": less})
	return s.c.Total - less, err
}

// waits tells that a claim cannot be approved before the last tranche is released (I-M2).
func waits(p delivery.Project, c Claim) bool { return c.Tail && p.Claimed > p.Released }

const (
	firstApprovalSQL = `update claim set approved_by = @by::uuid, approver_role = @role, version = version + 1 where id = @id::uuid`
	approvedSQL      = `update claim set state = 'approved', due_at = @due, version = version + 1 where id = @id::uuid`
)

// Approve is the approver's step: the street's head up to its limit, the district's above, two different people for a
// large sum, one of them the district's.
func (b *Book) Approve(ctx context.Context, by identity.Actor, id string, v Step) error {
	return b.claim(ctx, id, press{by, v.Version, "approve", identity.ApproveClaims}, func(tx pg.Tx, s deskStep) error {
		if err := s.at(Passed); err != nil {
			return err
		}
		district := s.w.Permission == identity.ApproveLargeClaim
		switch {
		case s.c.Level == LevelDistrict && !district:
			return fault.New(fault.Forbidden, "这个金额要由区里批准")
		case s.c.Level == LevelTwo && s.c.ApprovedBy == by.ID:
			return fault.New(fault.Forbidden, "这个金额要两个人批准，您已经批过，请等另一位")
		case s.c.Level == LevelTwo && s.c.ApprovedBy != "" && !district && s.c.ApproverRole != string(identity.DistrictHead):
			return fault.New(fault.Forbidden, "这个金额要由区里批准")
		case waits(s.p, s.c):
			return fault.New(fault.Conflict, "这一单要等尾款拨下来才能批准")
		}
		if err := takeHand(ctx, tx, by, id, "approve", s.now); err != nil {
			return err
		}
		if s.c.Level == LevelTwo && s.c.ApprovedBy == "" {
			if _, err := pg.Do(ctx, tx, firstApprovalSQL, pg.Args{"id": id, "by": by.ID, "role": string(s.w.Role)}); err != nil {
				return err
			}
			if err := b.pass(ctx, tx, s, "报销单 %s（%s）已有一位批准，还要一位", identity.DistrictHead, identity.SubdistrictHead); err != nil {
				return err
			}
			return s.record(ctx, tx, "approve", Passed, "", map[string]any{"fen": s.c.Approved})
		}
		return b.approve(ctx, tx, s, "approve")
	})
}

// approve sets an examined claim aside to be paid.
func (b *Book) approve(ctx context.Context, tx pg.Tx, s deskStep, action string) error {
	rules, err := rulesOf(ctx, tx, s.p)
	if err != nil {
		return err
	}
	due, err := workDays(ctx, tx, s.now, rules.PayDays)
	if err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, approvedSQL, pg.Args{"id": s.c.ID, "due": due}); err != nil {
		return err
	}
	if err := post(ctx, tx, s.w, s.p, s.c, "approve", ledger.Move(s.c.Approved, pot(s.p, ledger.Released), pot(s.p, ledger.Payable)), s.now); err != nil {
		return err
	}
	if err := b.pass(ctx, tx, s, "报销单 %s（%s）已批准，请付款", identity.Cashier); err != nil {
		return err
	}
	return s.record(ctx, tx, action, Approved, "", map[string]any{"fen": s.c.Approved})
}

const tailsSQL = `select ` + claimColumns + ` from claim c where c.project_id = @project::uuid and c.state = 'finance_passed' and c.level = 'none' order by c.id for no key update`

// freeTails sends small claims on that only waited for the last tranche.
func (b *Book) freeTails(ctx context.Context, tx pg.Tx, p delivery.Project) error {
	waiting, err := pg.All[Claim](ctx, tx, tailsSQL, pg.Args{"project": p.ID})
	if err != nil {
		return err
	}
	for _, c := range waiting {
		if err := b.passOn(ctx, tx, deskStep{p: p, c: c, now: b.clock.Now()}); err != nil {
			return err
		}
	}
	return nil
}
