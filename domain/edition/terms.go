package edition

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Terms are an edition's parameters as fields of a form, each explained in Params. Shares are whole percents.
type Terms struct {
	Version        int      `form:"version"`
	Reason         string   `form:"reason"` // asked once the call is published
	CapTeam        yuan.Fen `form:"cap_team"`
	CapFiled       yuan.Fen `form:"cap_filed"`
	CapRegistered  yuan.Fen `form:"cap_registered"`
	GradeA         yuan.Fen `form:"grade_a"`
	GradeB         yuan.Fen `form:"grade_b"`
	GradeC         yuan.Fen `form:"grade_c"`
	PerLead        int      `form:"per_lead"`
	PerMember      int      `form:"per_member"`
	TeamMin        int      `form:"team_min"`
	FixDays        int      `form:"fix_days"`
	AppealDays     int      `form:"appeal_days"`
	Panel          int      `form:"panel"`
	MinJudges      int      `form:"min_judges"`
	MinScore       int      `form:"min_score"`
	Reserves       int      `form:"reserves"`
	TrackAwards    int      `form:"track_awards"`
	CategoryAwards int      `form:"category_awards"`
	StreetAwards   int      `form:"street_awards"`
	StreetShare    int      `form:"street_share"`
	PublicDays     int      `form:"public_days"`
	AnswerDays     int      `form:"answer_days"`
	MicroUpTo      yuan.Fen `form:"micro_up_to"`
	First          int      `form:"first"`
	Second         int      `form:"second"`
	Last           int      `form:"last"`
	SharePrint     int      `form:"share_p"`
	ShareVenue     int      `form:"share_v"`
	ShareFood      int      `form:"share_f"`
	ShareOther     int      `form:"share_o"`
	ShareHost      int      `form:"share_g"`
	ShareLabour    int      `form:"share_es"`
	AssetLine      yuan.Fen `form:"asset_line"`
	CashLimit      yuan.Fen `form:"cash_limit"`
	SmallClaim     yuan.Fen `form:"small_claim"`
	StreetClaim    yuan.Fen `form:"street_claim"`
	TwoApprovers   yuan.Fen `form:"two_approvers"`
	ClaimWindow    int      `form:"claim_window"`
	MinPhotos      int      `form:"min_photos"`
	Gallery        string   `form:"gallery"` // "" keeps what there is
	MinAward       yuan.Fen `form:"min_award"`

	Sharing         string `form:"sharing"` // "" keeps what there is, here and below
	SharingUtility  string `form:"sharing_utility"`
	SharingComplete string `form:"sharing_complete"`
	BallotMost      int    `form:"ballot_most"`

	PerOrg      int      `form:"per_org"`
	StreetQuota int      `form:"street_quota"`
	BanYears    int      `form:"ban_years"`
	MinValid    int      `form:"min_valid"`
	TrimAt      int      `form:"trim_at"`
	ReserveDays int      `form:"reserve_days"`
	PresentMin  int      `form:"present_min"`
	QuestionMin int      `form:"question_min"`
	PublicVote  int      `form:"public_vote"`
	CheckDays   int      `form:"check_days"`
	DeskDays    int      `form:"desk_days"`
	PitchDays   int      `form:"pitch_days"`
	SignDays    int      `form:"sign_days"`
	RefineDays  int      `form:"refine_days"`
	ReleaseDays int      `form:"release_days"`
	PrevExec    int      `form:"prev_exec"`
	MidAbove    yuan.Fen `form:"mid_above"`
	VerifyDays  int      `form:"verify_days"`
	FinanceDays int      `form:"finance_days"`
	ApproveDays int      `form:"approve_days"`
	PayDays     int      `form:"pay_days"`
	LogDays     int      `form:"log_days"`
	SignIn      int      `form:"sign_in"`
	PassMark    int      `form:"pass_mark"`
	Evaluators  int      `form:"evaluators"`
	RefineShift int      `form:"refine_shift"`
}

// slots are the fields of the terms by their names in the form.
func (t *Terms) slots() map[string]reflect.Value {
	v, all := reflect.ValueOf(t).Elem(), map[string]reflect.Value{}
	for i := range v.NumField() {
		all[v.Type().Field(i).Tag.Get("form")] = v.Field(i)
	}
	return all
}

// TermsOf is the rules as the form shows them.
func TermsOf(e Edition) Terms {
	share := e.Rules.sharing()
	t := Terms{Version: e.Version, Gallery: cmp.Or(e.Rules.Gallery, GalleryResults), Sharing: share.rule, SharingUtility: share.utility, SharingComplete: share.complete, BallotMost: cmp.Or(share.most, usualBallot)}
	slots := t.slots()
	for _, p := range Params {
		slots[p.Field].SetInt(int64(p.get(e.Rules)))
	}
	return t
}

func (t Terms) check() error {
	var wrong fault.Fields
	slots := t.slots()
	for _, p := range Params {
		switch v := int(slots[p.Field].Int()); {
		case p.Money && v < p.Lo:
			wrong.Add(p.Field, "请填写金额，要大于 0")
		case !p.Money && (v < p.Lo || v > p.Hi):
			wrong.Add(p.Field, "请填写 %d 到 %d 之间的数", p.Lo, p.Hi)
		}
	}
	if t.CapTeam <= 0 && t.CapFiled <= 0 && t.CapRegistered <= 0 {
		wrong.Add("cap_team", "至少要有一个赛道可以申报，请填写它最多支持多少")
	}
	if highest := max(t.CapTeam, t.CapFiled, t.CapRegistered); highest > 0 && t.MinAward > highest {
		wrong.Add("min_award", "最少申请的不能比最多支持的还多")
	}
	if t.MinJudges > t.Panel {
		wrong.Add("min_judges", "最少评委数不能超过每个项目的评委数")
	}
	if t.MinValid > t.Panel {
		wrong.Add("min_valid", "有效评分表不能要求得比每个项目的评委还多")
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
	t.checkSharing(&wrong)
	short(&wrong, "reason", t.Reason, 200)
	return wrong.Err()
}

// over is the rules with these terms in them.
func (t Terms) over(r Rules) Rules {
	r = r.copied()
	slots := t.slots()
	for _, p := range Params {
		p.set(&r, int(slots[p.Field].Int()))
	}
	if t.Gallery != "" {
		r.Gallery = t.Gallery
	}
	return r
}

// copied is the rules with maps and lists of their own.
func (r Rules) copied() Rules {
	r.Caps, r.GradeCaps, r.LineShares, r.CategoryQuota = cloned(r.Caps), cloned(r.GradeCaps), cloned(r.LineShares), cloned(r.CategoryQuota)
	r.Tranches, r.Regions, r.Own = slices.Clone(r.Tranches), slices.Clone(r.Regions), slices.Clone(r.Own)
	if len(r.Tranches) != 3 {
		r.Tranches = make([]int, 3)
	}
	return r
}

func cloned[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return maps.Clone(m)
}

const (
	rulesSQL = `update edition set rules = @rules, version = version + 1 where id = @id::uuid`
	pastSQL  = `insert into edition_rules_past (edition_id, version, rules, at) values (@id, @version, @rules, @at)`
)

// SetTerms changes an edition's parameters.
func (b *Book) SetTerms(ctx context.Context, by identity.Actor, id string, t Terms) error {
	if err := t.check(); err != nil {
		return err
	}
	e, err := Get(ctx, b.db, id)
	if err != nil {
		return err
	}
	return b.rule(ctx, by, e, t.Version, t.Reason, "set_terms", func(_ pg.Tx, r *Rules) error {
		was := *r
		*r = t.over(was)
		return t.share(r, was, e.State != Draft)
	})
}

// rule changes an edition's rules: freely while it is a draft, by the head with a reason once it is published, and no
// more after the review has begun, for proposals are judged by the rules they were written under.
func (b *Book) rule(ctx context.Context, by identity.Actor, e Edition, version int, reason, action string, change func(tx pg.Tx, r *Rules) error) error {
	may := identity.PlanEditions
	if e.State != Draft {
		may = identity.PublishEditions
	}
	return b.change(ctx, e.ID, hand{by, may, "", version}, func(tx pg.Tx, w identity.Warrant, e Edition) error {
		if e.State != Draft && e.State != Open && e.State != Closed {
			return fault.New(fault.Conflict, "评审已经开始，规则不能再改")
		}
		published := e.State != Draft
		if published && reason == "" {
			return fault.Field("reason", "公告已经发布，改规则要写明原因")
		}
		if err := change(tx, &e.Rules); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, rulesSQL, pg.Args{"id": e.ID, "rules": e.Rules}); err != nil {
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
		return b.record(ctx, tx, w, e, action, e.State, reason)
	})
}

// keepRules remembers the rules of a published call under the version they begin with.
func keepRules(ctx context.Context, tx pg.Tx, e Edition, at time.Time) error {
	_, err := pg.Do(ctx, tx, pastSQL, pg.Args{"id": e.ID, "version": e.Version + 1, "rules": e.Rules, "at": at})
	return err
}
