package edition

import (
	"context"
	"maps"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Terms are the parameters staff change most, as fields of a form. Shares are whole percents; what is not here keeps
// its value.
type Terms struct {
	Version       int      `form:"version"`
	Reason        string   `form:"reason"` // asked once the call is published
	CapTeam       yuan.Fen `form:"cap_team"`
	CapFiled      yuan.Fen `form:"cap_filed"`
	CapRegistered yuan.Fen `form:"cap_registered"`
	GradeA        yuan.Fen `form:"grade_a"`
	GradeB        yuan.Fen `form:"grade_b"`
	GradeC        yuan.Fen `form:"grade_c"`
	PerLead       int      `form:"per_lead"`
	PerMember     int      `form:"per_member"`
	TeamMin       int      `form:"team_min"`
	FixDays       int      `form:"fix_days"`
	AppealDays    int      `form:"appeal_days"`
	Panel         int      `form:"panel"`
	MinJudges     int      `form:"min_judges"`
	MinScore      int      `form:"min_score"`
	Reserves      int      `form:"reserves"`
	PublicDays    int      `form:"public_days"`
	AnswerDays    int      `form:"answer_days"`
	MicroUpTo     yuan.Fen `form:"micro_up_to"`
	First         int      `form:"first"`
	Second        int      `form:"second"`
	Last          int      `form:"last"`
	SharePrint    int      `form:"share_p"`
	ShareVenue    int      `form:"share_v"`
	ShareFood     int      `form:"share_f"`
	ShareOther    int      `form:"share_o"`
	ShareHost     int      `form:"share_g"`
	ShareLabour   int      `form:"share_es"`
	AssetLine     yuan.Fen `form:"asset_line"`
	CashLimit     yuan.Fen `form:"cash_limit"`
	SmallClaim    yuan.Fen `form:"small_claim"`
	StreetClaim   yuan.Fen `form:"street_claim"`
	TwoApprovers  yuan.Fen `form:"two_approvers"`
	ClaimWindow   int      `form:"claim_window"`
	MinPhotos     int      `form:"min_photos"`
	Gallery       string   `form:"gallery"` // "" keeps what there is
}

// TermsOf is the rules as the form shows them.
func TermsOf(e Edition) Terms {
	r := e.Rules
	share := func(line string) int { return r.LineShares[line] / 100 }
	t := Terms{Version: e.Version, CapTeam: r.Caps["resident_team"], CapFiled: r.Caps["filed_org"], CapRegistered: r.Caps["registered_org"],
		GradeA: r.GradeCaps["A"], GradeB: r.GradeCaps["B"], GradeC: r.GradeCaps["C"],
		PerLead: r.PerLead, PerMember: r.PerMember, TeamMin: r.TeamMin, FixDays: r.FixDays, AppealDays: r.AppealDays, Panel: r.Panel, MinJudges: r.MinJudges,
		MinScore: r.MinScore / 100, Reserves: r.Reserves, PublicDays: r.PublicDays, AnswerDays: r.AnswerDays, MicroUpTo: r.MicroUpTo,
		SharePrint: share("P"), ShareVenue: share("V"), ShareFood: share("F"), ShareOther: share("O"), ShareHost: share("G"), ShareLabour: share("E+S"),
		AssetLine: r.AssetLine, CashLimit: r.CashLimit, SmallClaim: r.SmallClaim, StreetClaim: r.StreetClaim, TwoApprovers: r.TwoApprovers,
		ClaimWindow: r.ClaimWindow, MinPhotos: r.MinPhotos, Gallery: r.Gallery}
	if t.Gallery == "" {
		t.Gallery = GalleryResults
	}
	if len(r.Tranches) == 3 {
		t.First, t.Second, t.Last = r.Tranches[0]/100, r.Tranches[1]/100, r.Tranches[2]/100
	}
	return t
}

func (t Terms) check() error {
	var wrong fault.Fields
	for name, fen := range map[string]yuan.Fen{"cap_team": t.CapTeam, "cap_filed": t.CapFiled, "cap_registered": t.CapRegistered, "grade_a": t.GradeA,
		"grade_b": t.GradeB, "grade_c": t.GradeC, "asset_line": t.AssetLine, "two_approvers": t.TwoApprovers} {
		if fen <= 0 {
			wrong.Add(name, "请填写金额，要大于 0")
		}
	}
	for _, n := range []struct {
		field       string
		value, from int
		to          int
	}{{"per_lead", t.PerLead, 1, 20}, {"per_member", t.PerMember, 1, 20}, {"team_min", t.TeamMin, 1, 20}, {"fix_days", t.FixDays, 1, 30},
		{"appeal_days", t.AppealDays, 1, 30}, {"panel", t.Panel, 1, 30}, {"min_judges", t.MinJudges, 1, 30}, {"min_score", t.MinScore, 0, 100},
		{"reserves", t.Reserves, 0, 100}, {"public_days", t.PublicDays, 3, 60}, {"answer_days", t.AnswerDays, 1, 60},
		{"share_p", t.SharePrint, 0, 100}, {"share_v", t.ShareVenue, 0, 100}, {"share_f", t.ShareFood, 0, 100}, {"share_o", t.ShareOther, 0, 100},
		{"share_g", t.ShareHost, 0, 100}, {"share_es", t.ShareLabour, 0, 100}, {"claim_window", t.ClaimWindow, 0, 365}, {"min_photos", t.MinPhotos, 0, 9}} {
		if n.value < n.from || n.value > n.to {
			wrong.Add(n.field, "请填写 %d 到 %d 之间的数", n.from, n.to)
		}
	}
	if t.MinJudges > t.Panel {
		wrong.Add("min_judges", "最少评委数不能超过每个项目的评委数")
	}
	if t.First <= 0 || t.Second <= 0 || t.Last <= 0 || t.First+t.Second+t.Last != 100 {
		wrong.Add("first", "三次拨款都要大于 0，加起来要等于 100%%，现在是 %d%%", t.First+t.Second+t.Last)
	}
	if t.SmallClaim > t.StreetClaim {
		wrong.Add("street_claim", "街道审批的限额不能低于免审批的限额")
	}
	if t.Gallery != "" && !Known(Galleries, t.Gallery) {
		wrong.Add("gallery", "请选一项")
	}
	short(&wrong, "reason", t.Reason, 200)
	return wrong.Err()
}

// over is the rules with these terms in them.
func (t Terms) over(r Rules) Rules {
	r.Caps, r.GradeCaps, r.LineShares = maps.Clone(r.Caps), maps.Clone(r.GradeCaps), maps.Clone(r.LineShares)
	r.Caps["resident_team"], r.Caps["filed_org"], r.Caps["registered_org"] = t.CapTeam, t.CapFiled, t.CapRegistered
	r.GradeCaps["A"], r.GradeCaps["B"], r.GradeCaps["C"] = t.GradeA, t.GradeB, t.GradeC
	for line, percent := range map[string]int{"P": t.SharePrint, "V": t.ShareVenue, "F": t.ShareFood, "O": t.ShareOther, "G": t.ShareHost, "E+S": t.ShareLabour} {
		r.LineShares[line] = percent * 100
	}
	r.PerLead, r.PerMember, r.TeamMin, r.FixDays, r.AppealDays = t.PerLead, t.PerMember, t.TeamMin, t.FixDays, t.AppealDays
	r.Panel, r.MinJudges, r.MinScore, r.Reserves = t.Panel, t.MinJudges, t.MinScore*100, t.Reserves
	r.MinValid = min(r.MinValid, t.MinJudges)
	r.PublicDays, r.AnswerDays, r.MicroUpTo = t.PublicDays, t.AnswerDays, t.MicroUpTo
	r.Tranches = []int{t.First * 100, t.Second * 100, t.Last * 100}
	r.AssetLine, r.CashLimit, r.SmallClaim, r.StreetClaim, r.TwoApprovers = t.AssetLine, t.CashLimit, t.SmallClaim, t.StreetClaim, t.TwoApprovers
	r.ClaimWindow, r.MinPhotos = t.ClaimWindow, t.MinPhotos
	if t.Gallery != "" {
		r.Gallery = t.Gallery
	}
	return r
}

const (
	rulesSQL = `update edition set rules = @rules, version = version + 1 where id = @id::uuid`
	pastSQL  = `insert into edition_rules_past (edition_id, version, rules, at) values (@id, @version, @rules, @at)`
)

// SetTerms changes an edition's rules: freely while it is a draft, by the head with a reason once it is published, and
// no more after the review has begun, for proposals are judged by the rules they were written under.
func (b *Book) SetTerms(ctx context.Context, by identity.Actor, id string, t Terms) error {
	if err := t.check(); err != nil {
		return err
	}
	e, err := Get(ctx, b.db, id)
	if err != nil {
		return err
	}
	may := identity.PlanEditions
	if e.State != Draft {
		may = identity.PublishEditions
	}
	return b.change(ctx, id, hand{by, may, "", t.Version}, func(tx pg.Tx, w identity.Warrant, e Edition) error {
		if e.State != Draft && e.State != Open && e.State != Closed {
			return fault.New(fault.Conflict, "评审已经开始，规则不能再改")
		}
		published := e.State != Draft
		if published && t.Reason == "" {
			return fault.Field("reason", "公告已经发布，改规则要写明原因")
		}
		e.Rules = t.over(e.Rules)
		if _, err := pg.Do(ctx, tx, rulesSQL, pg.Args{"id": id, "rules": e.Rules}); err != nil {
			return err
		}
		if published {
			if err := keepRules(ctx, tx, e, b.clock.Now()); err != nil {
				return err
			}
			if err := b.tell(ctx, tx, e, "rules", "「%s」的规则有调整，请看最新的公告，并转告已经在写申报书的居民", e.Title); err != nil {
				return err
			}
		}
		return b.record(ctx, tx, w, e, "set_terms", e.State, t.Reason)
	})
}

// keepRules remembers the rules of a published call under the version they begin with.
func keepRules(ctx context.Context, tx pg.Tx, e Edition, at time.Time) error {
	_, err := pg.Do(ctx, tx, pastSQL, pg.Args{"id": e.ID, "version": e.Version + 1, "rules": e.Rules, "at": at})
	return err
}
