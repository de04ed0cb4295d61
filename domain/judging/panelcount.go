package judging

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"seedbed/domain/fault"
	"seedbed/domain/replay"
	"seedbed/domain/yuan"
)

// LeastPanel is the fewest judges a panel decides with.
const LeastPanel = 3

// PanelInput is everything a panel's result follows from (DOMAIN §9.1): of each project the last word of the panel. It names
// projects by their ids and counts judges.
type PanelInput struct {
	Round    string       `json:"round"`
	Projects []PanelPaper `json:"projects"`
}

// PanelPaper is how the panel voted on a project, and what it would give.
type PanelPaper struct {
	ID        string   `json:"id"`
	Requested yuan.Fen `json:"requested"`
	Ceiling   yuan.Fen `json:"ceiling,omitempty"` // of its track; 0 for none
	Seats     int      `json:"seats"`             // judges of the edition
	Apart     int      `json:"apart"`             // of them who stepped out for a tie
	Present   int      `json:"present"`           // who voted
	Yes       int      `json:"yes"`
	No        int      `json:"no"`
	Abstain   int      `json:"abstain"`
	Amount    yuan.Fen `json:"amount,omitempty"` // what it would give; 0 for as much as is asked for
}

// PanelOutcome is what a panel's words come to.
type PanelOutcome struct {
	Projects []PanelRow `json:"projects"`
}

// PanelRow is the panel's result for a project.
type PanelRow struct {
	ID     string   `json:"id"`
	Passed bool     `json:"passed"`
	Amount yuan.Fen `json:"amount"` // most it would give; 0 for a project that failed
}

// Quorum is how many judges a panel needs for a project: half of the seats, or all who have no tie to it where that is fewer,
// and never less than LeastPanel.
func Quorum(seats, apart int) int {
	return max(LeastPanel, min((seats+1)/2, seats-apart))
}

// Carried tells whether a project passed: by more than half of those present for it. A tie fails, and who abstains was present.
func Carried(yes, present int) bool { return 2*yes > present }

// most is the most the panel may name for a project.
func (p PanelPaper) most() yuan.Fen {
	if p.Ceiling > 0 {
		return min(p.Requested, p.Ceiling)
	}
	return p.Requested
}

func (p PanelPaper) check() error {
	switch {
	case p.ID == "" || p.Requested < 0 || p.Ceiling < 0 || p.Apart < 0 || p.Yes < 0 || p.No < 0 || p.Abstain < 0 || p.Present != p.Yes+p.No+p.Abstain:
		return fault.New(fault.Invalid, "%s：%s", p.ID, fault.Say("票数加起来要等于到场的评委"))
	case p.Present < Quorum(p.Seats, p.Apart) || p.Present+p.Apart > p.Seats:
		return fault.New(fault.Invalid, "%s：%s", p.ID, fault.Say("到场的评委不够"))
	case p.Amount < 0 || p.Amount > p.most() || p.Amount > 0 && !Carried(p.Yes, p.Present):
		return fault.New(fault.Invalid, "%s：%s", p.ID, fault.Say("建议的金额不对"))
	}
	return nil
}

// ComputePanel works out what a panel's words come to. The order of the projects does not matter.
func ComputePanel(in PanelInput) (PanelOutcome, error) {
	out := PanelOutcome{Projects: []PanelRow{}}
	for i, p := range in.sorted().Projects {
		if err := p.check(); err != nil {
			return out, err
		}
		if i > 0 && out.Projects[i-1].ID == p.ID {
			return out, fault.New(fault.Invalid, "%s：%s", p.ID, fault.Say("同一个项目有两行"))
		}
		row := PanelRow{ID: p.ID, Passed: Carried(p.Yes, p.Present)}
		if row.Passed {
			if row.Amount = p.most(); p.Amount > 0 {
				row.Amount = p.Amount
			}
		}
		out.Projects = append(out.Projects, row)
	}
	return out, nil
}

// sorted puts the projects into one order, so that one result has one fingerprint.
func (in PanelInput) sorted() PanelInput {
	in.Projects = slices.SortedFunc(slices.Values(in.Projects), func(a, b PanelPaper) int { return cmp.Compare(a.ID, b.ID) })
	if in.Projects == nil {
		in.Projects = []PanelPaper{}
	}
	return in
}

// ReplayPanel is the computation of kind "panel": from how a panel voted to what passed, as text.
func ReplayPanel(input []byte) ([]byte, error) {
	var in PanelInput
	d := json.NewDecoder(bytes.NewReader(input))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "%s：%s", "input", fault.Say("不是一次合议的输入"))
	}
	out, err := ComputePanel(in)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// panelFile is a panel's protocol file, of kind "panel".
func panelFile(in PanelInput, out PanelOutcome) ([]byte, error) {
	input, err := json.Marshal(in.sorted())
	if err != nil {
		return nil, err
	}
	result, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return replay.Write("panel", input, result, nil)
}

// panelSame replays a panel's protocol file.
func panelSame(file string) (replay.Verdict, error) {
	return replay.Replay(strings.NewReader(file), map[string]replay.Compute{"panel": ReplayPanel})
}
