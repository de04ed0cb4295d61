package award

import (
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/yuan"
)

// Content is what a notice says, sealed when it is published and never read from anywhere else afterwards. It names
// nobody: the lead is 张**, and there is no phone, address or number of a person (DOMAIN §12.1).
type Content struct {
	Number     string          `json:"number"`
	Edition    string          `json:"edition"`
	EditionEn  string          `json:"edition_en"`
	EditionID  string          `json:"edition_id"`
	District   string          `json:"district"`
	DistrictEn string          `json:"district_en"`
	Opens      time.Time       `json:"opens"`
	Closes     time.Time       `json:"closes"` // the first instant too late
	Days       int             `json:"working_days"`
	Round      string          `json:"round"`
	TrimAt     int             `json:"trim_at"`
	Seed       string          `json:"seed"`
	Digest     string          `json:"round_digest"`
	Contact    string          `json:"contact"`
	Sources    []ContentSource `json:"sources"`
	Rows       []ContentRow    `json:"rows"`

	Cause     string         `json:"cause,omitempty"`      // of a notice that follows another: Correction or Promotion
	Follows   string         `json:"follows,omitempty"`    // its number
	FollowsID string         `json:"follows_id,omitempty"` // and id
	Why       fault.Message  `json:"why,omitzero"`
	Run       int            `json:"round_run,omitempty"`      // of the round's result, from the first correction on
	Allotted  int            `json:"allocation_run,omitempty"` // of the allocation; none in notices from before they were kept
	Rule      string         `json:"rule,omitempty"`           // of the allocation
	RuleWhy   string         `json:"rule_reason,omitempty"`
	Panel     []ContentPanel `json:"panel,omitempty"`
	Lots      []ContentLot   `json:"lots,omitempty"`
	ByPanel   bool           `json:"by_panel,omitempty"` // who passed and the sums were voted on; the votes are nobody's to know
}

// ContentPanel is what the panel said of a project near the line.
type ContentPanel struct {
	Title   string   `json:"title"`
	Verdict string   `json:"verdict"`
	Amount  yuan.Fen `json:"amount,omitempty"`
	Reason  string   `json:"reason"`
	Present int      `json:"present"` // judges
}

// ContentLot is a draw among projects near the line.
type ContentLot struct {
	ID     string   `json:"id"`
	Titles []string `json:"titles"` // in the order of their lots
	Seed   string   `json:"seed"`
	Digest string   `json:"digest"`
	Reason string   `json:"reason"`
}

// Why a notice follows another.
const (
	First      = "first"
	Correction = "correction" // an objection was upheld: what it changed
	Promotion  = "promotion"  // a reserve takes what became free
)

// ContentSource is a pool of money as a notice names it.
type ContentSource struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Amount yuan.Fen `json:"amount"`
}

// ContentRow is a project of a notice.
type ContentRow struct {
	AwardID     string        `json:"award_id"`
	Number      string        `json:"number"`
	Title       string        `json:"title"`
	Team        string        `json:"team"`
	Lead        string        `json:"lead"`
	Community   string        `json:"community"`
	CommunityEn string        `json:"community_en"`
	Track       string        `json:"track"`
	Category    string        `json:"category"`
	Rank        int           `json:"rank"`
	Score       int           `json:"score"`
	Sheets      int           `json:"sheets"`
	Dropped     int           `json:"dropped"`
	Result      string        `json:"result"`
	Grade       string        `json:"grade"`
	Amount      yuan.Fen      `json:"amount"`
	Reason      fault.Message `json:"reason"`
	Was         *ContentWas   `json:"was,omitempty"` // in a correction: what the notice before it said
}

// ContentWas is what a corrected row said before.
type ContentWas struct {
	Rank   int      `json:"rank"`
	Score  int      `json:"score"`
	Result string   `json:"result"`
	Amount yuan.Fen `json:"amount"`
}
