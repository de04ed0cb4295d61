// Package edition keeps the editions (届) of the competition: their call, calendar, money and parameters.
package edition

import (
	"seedbed/domain/yuan"
)

// Rules are an edition's parameters (DOMAIN §16), copied from the last edition and stored with each: a change is a new
// version with history, never a change of what was decided under the old one.
type Rules struct {
	Caps         map[string]yuan.Fen `json:"caps"`       // most a project may get, by track
	GradeCaps    map[string]yuan.Fen `json:"grade_caps"` // most by grade A, B, C
	PerLead      int                 `json:"per_lead"`   // live proposals of one lead, over all open editions
	PerMember    int                 `json:"per_member"`
	TeamMin      int                 `json:"team_min"`
	FixDays      int                 `json:"fix_days"` // working days to answer a returned proposal
	AppealDays   int                 `json:"appeal_days"`
	Panel        int                 `json:"panel"` // judges a proposal
	MinJudges    int                 `json:"min_judges"`
	MinValid     int                 `json:"min_valid_sheets"`
	TrimAt       int                 `json:"trim_at"`   // sheets from which one highest and one lowest are dropped
	MinScore     int                 `json:"min_score"` // hundredths of a point
	Reserves     int                 `json:"reserve_n"`
	PublicDays   int                 `json:"publicity_days"` // working days of a public notice
	AnswerDays   int                 `json:"objection_days"` // working days to answer an objection
	MicroUpTo    yuan.Fen            `json:"micro_up_to"`    // awards up to here are released in one tranche
	Tranches     []int               `json:"tranches"`       // basis points above that: sign, mid, final
	PrevExecMin  int                 `json:"prev_exec_min"`  // basis points of the last tranche that must be spent
	MidAbove     yuan.Fen            `json:"mid_above"`      // a mid-term review is needed above this award
	LineShares   map[string]int      `json:"line_shares"`    // most a budget category may take of the total, in basis points; "E+S" is a joint cap
	AssetLine    yuan.Fen            `json:"asset_line"`     // a single item from here on is a fixed asset and not payable
	CashLimit    yuan.Fen            `json:"cash_limit"`     // most a claim may pay in cash
	SmallClaim   yuan.Fen            `json:"small_claim"`    // up to here no approval step
	StreetClaim  yuan.Fen            `json:"street_claim"`   // up to here the subdistrict approves
	TwoApprovers yuan.Fen            `json:"two_approvers"`  // above here two approve
	ClaimWindow  int                 `json:"claim_window"`   // days after the end a claim may still come
	LogDays      int                 `json:"log_days"`       // days after an activity its log may come without a reason
	MinPhotos    int                 `json:"min_photos"`     // photos an activity needs
	PassMark     int                 `json:"pass_mark"`      // hundredths: mid and final reviews
	Refine       int                 `json:"refine_shift"`   // basis points a line may move in refinement
	Evaluators   int                 `json:"evaluators"`     // reviewers of a mid or final review, one from finance
	VerifyDays   int                 `json:"verify_days"`    // working days shown to the lead (SLA)
	FinanceDays  int                 `json:"finance_days"`
	ApproveDays  int                 `json:"approve_days"`
	PayDays      int                 `json:"pay_days"`
	Gallery      string              `json:"gallery"` // what the public gallery shows before the results: one of Galleries

	MinAward      yuan.Fen               `json:"min_award"`      // least a project may ask for; 0 for no least
	PerOrg        int                    `json:"per_org"`        // live proposals of one organisation
	StreetQuota   int                    `json:"street_quota"`   // proposals taken from one subdistrict; 0 for no limit
	CategoryQuota map[string]int         `json:"category_quota"` // proposals taken in a category; absent for no limit
	Regions       []string               `json:"regions"`        // whose residents may take part; none for the whole district
	Own           []Category             `json:"own_categories"` // the edition's own, beside the four of every edition
	Rubrics       map[string][]Criterion `json:"rubrics"`        // by kind of round: "desk", "pitch"
	CheckDays     int                    `json:"check_days"`     // working days of the timetable: eligibility
	DeskDays      int                    `json:"desk_days"`      // reading at the desk
	PitchDays     int                    `json:"pitch_days"`     // until the pitch
	SignDays      int                    `json:"sign_days"`      // agreements
	RefineDays    int                    `json:"refine_days"`    // days a winner has to refine its plan
	ReleaseDays   int                    `json:"release_days"`   // working days until the first release
	ReserveDays   int                    `json:"reserve_days"`   // days a reserve may still be called
	PresentMin    int                    `json:"present_min"`    // minutes to present in a pitch
	QuestionMin   int                    `json:"question_min"`   // minutes of questions after it
	SignIn        int                    `json:"sign_in"`        // basis points of those served that should sign in
	PublicVote    int                    `json:"public_vote"`    // percent of the final score that residents' votes make, at most 30; 0 for no vote
	BanYears      int                    `json:"ban_years"`      // nobody who deceived may apply for so long

	TrackAwards    int `json:"track_awards"`    // most projects funded in a track; 0 for no limit, here and below
	CategoryAwards int `json:"category_awards"` // in a category
	StreetAwards   int `json:"street_awards"`   // in a subdistrict
	StreetShare    int `json:"street_share"`    // most of the money one subdistrict may have, in percent

	Sharing         string `json:"sharing,omitempty"`          // by which of Sharings the money is shared out; "" in calls from before it was a parameter
	SharingUtility  string `json:"sharing_utility,omitempty"`  // by votes: what a vote is worth, one of SharingUtilities
	SharingComplete string `json:"sharing_complete,omitempty"` // by votes: what becomes of the money that is left, one of SharingCompletes
	BallotMost      int    `json:"ballot_most,omitempty"`      // by votes: most projects on a ballot, 1 to 20; 0 for one of each track, as in calls from before
}

// What the public gallery shows of an edition: nothing before the notice, or also what leads let neighbours see.
const (
	GalleryResults   = "results"
	GallerySubmitted = "submitted"
)

// Galleries names the two; an edition from before there was a gallery has none and shows results.
var Galleries = []Choice{{GalleryResults, "结果公示以后才看得到"}, {GallerySubmitted, "领办人愿意的，提交以后就看得到"}}

// DefaultRules are the district defaults of DOMAIN §16.
func DefaultRules() Rules {
	return Rules{
		Caps:      map[string]yuan.Fen{"resident_team": 3_000_00, "filed_org": 5_000_00, "registered_org": 20_000_00},
		GradeCaps: map[string]yuan.Fen{"A": 3_000_00, "B": 2_000_00, "C": 1_000_00},
		PerLead:   1, PerMember: 2, TeamMin: 3, FixDays: 5, AppealDays: 3, Panel: 5, MinJudges: 3, MinValid: 3, TrimAt: 5, MinScore: 60_00,
		Reserves: 3, PublicDays: 5, AnswerDays: 10, MicroUpTo: 3_000_00, Tranches: []int{5000, 4000, 1000}, PrevExecMin: 7000, MidAbove: 3_000_00,
		LineShares: map[string]int{"P": 1500, "V": 2000, "F": 1000, "O": 500, "G": 500, "E+S": 3000},
		AssetLine:  1_000_00, CashLimit: 1_000_00, SmallClaim: 500_00, StreetClaim: 2_000_00, TwoApprovers: 5_000_00, ClaimWindow: 30,
		LogDays: 7, MinPhotos: 3, PassMark: 60_00, Refine: 2000, Evaluators: 3, VerifyDays: 3, FinanceDays: 5, ApproveDays: 3, PayDays: 5,
		PerOrg: 1, CategoryQuota: map[string]int{}, Rubrics: DefaultRubrics(), CheckDays: 5, DeskDays: 7, PitchDays: 5, SignDays: 10,
		RefineDays: 14, ReleaseDays: 15, ReserveDays: 60, PresentMin: 8, QuestionMin: 5, SignIn: 6000, BanYears: 3, Gallery: GalleryResults, Sharing: SharingByRank,
	}
}

// Tracks names the tracks (赛道).
var Tracks = []Choice{{"resident_team", "居民团队"}, {"filed_org", "备案组织"}, {"registered_org", "登记组织"}}

// Categories names the categories every edition has (DOMAIN §3); Rules.Categories adds an edition's own.
var Categories = []Choice{{"environment", "环境卫生"}, {"culture", "文化建设"}, {"mutual_aid", "邻里互助"}, {"self_management", "自管自治"}}

// BudgetLines names the budget categories (DOMAIN §10.3).
var BudgetLines = []Choice{{"M", "活动物资"}, {"P", "宣传印制"}, {"V", "场地设备租赁"}, {"E", "专家讲师"}, {"S", "志愿者补贴"}, {"I", "保险"},
	{"T", "交通"}, {"F", "餐饮茶歇"}, {"G", "管理费"}, {"X", "税费"}, {"O", "其他"}}

// Choice is a code with its Chinese name, which is also the key of its translation.
type Choice struct{ Code, Name string }

// NameOf finds a code's name, the code itself when it is unknown.
func NameOf(choices []Choice, code string) string {
	for _, c := range choices {
		if c.Code == code {
			return c.Name
		}
	}
	return code
}

// Known tells whether a code is one of the choices.
func Known(choices []Choice, code string) bool {
	for _, c := range choices {
		if c.Code == code {
			return true
		}
	}
	return false
}
