package replay

import (
	"encoding/json"
	"io"
	"math"
	"strconv"

	"seedbed/domain/allot"
	"seedbed/domain/calibrate"
	"seedbed/domain/decimal"
	"seedbed/domain/draw"
	"seedbed/domain/fault"
	"seedbed/domain/score"
)

// float writes an advice's number with fixed decimals; what rounds to nought has no sign.
func float(v float64, places int) json.Number {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	s := strconv.FormatFloat(v, 'f', places, 64)
	if f, _ := strconv.ParseFloat(s, 64); f == 0 {
		s = strconv.FormatFloat(0, 'f', places, 64)
	}
	return json.Number(s)
}

type calibratedProject struct {
	ID           string       `json:"id"`
	N            int          `json:"n"`
	Component    int          `json:"component"`
	Mean         *json.Number `json:"mean"` // null where a criterion has no mark
	Trimmed      *json.Number `json:"trimmed"`
	Calibrated   json.Number  `json:"calibrated"`
	Error        json.Number  `json:"standard_error"`
	ExpectedRank json.Number  `json:"expected_rank"`
	Rank50       [2]int       `json:"rank50"`
	Rank90       [2]int       `json:"rank90"`
}

type calibratedJudge struct {
	ID        string      `json:"id"`
	N         int         `json:"n"`
	Component int         `json:"component"`
	Severity  json.Number `json:"severity"`
	Error     json.Number `json:"standard_error"`
	Spread    json.Number `json:"spread"`
}

type reliability struct {
	Method string       `json:"method"` // anova or model
	K      json.Number  `json:"k"`
	ICC1   json.Number  `json:"icc1"`
	ICC2   json.Number  `json:"icc2"`
	ICC3   json.Number  `json:"icc3"`
	ICC1K  json.Number  `json:"icc1k"`
	ICC2K  json.Number  `json:"icc2k"`
	ICC3K  json.Number  `json:"icc3k"`
	Alpha  *json.Number `json:"alpha"`
}

type calibrated struct {
	Variance struct {
		Project json.Number `json:"project"`
		Judge   json.Number `json:"judge"`
		Error   json.Number `json:"error"`
	} `json:"variance"`
	JudgeShare  json.Number         `json:"judge_share"`
	Mean        json.Number         `json:"mean"`
	Projects    []calibratedProject `json:"projects"`
	Judges      []calibratedJudge   `json:"judges"`
	Reliability *reliability        `json:"reliability"` // null where no project has two sheets
	Components  int                 `json:"components"`
	Advice      []calibrate.Advice  `json:"advice"`
	Draws       int                 `json:"draws"`
}

// Calibrate gives the advice beside a round's scores.
func Calibrate(r io.Reader) ([]byte, error) { return calibrateOf(newScan(r, MostInput)) }

func calibrateOf(s *scan) ([]byte, error) {
	in, err := readScoring(s)
	if err != nil {
		return nil, err
	}
	projects, papers := in.papers()
	rule := in.rule()
	var sheets []calibrate.Sheet
	for _, id := range projects {
		for _, p := range papers[id] {
			total, marked := rule.Total(p)
			y, _ := total.Float64()
			c, _ := marked.Float64()
			sheets = append(sheets, calibrate.Sheet{Project: id, Judge: p.ID, Y: y, Weight: c})
		}
	}
	if len(sheets) == 0 {
		return nil, (&scan{path: []step{{key: "sheets"}}, plain: true}).wrong("没有一份有效的评分表")
	}
	rep := calibrate.Run(sheets, in.seed)
	out := calibrated{JudgeShare: float(rep.JudgeShare, 4), Mean: float(rep.Mean, 2), Components: rep.Components, Advice: rep.Advice, Draws: calibrate.Draws}
	out.Variance.Project, out.Variance.Judge, out.Variance.Error = float(rep.ProjectVar, 4), float(rep.JudgeVar, 4), float(rep.ErrorVar, 4)
	raw := score.Rule{Shares: rule.Shares, Trim: score.None}
	for _, p := range rep.Projects {
		line := calibratedProject{ID: p.ID, N: p.N, Component: p.Component, Calibrated: float(p.Calibrated, 2), Error: float(p.Error, 2),
			ExpectedRank: float(p.ExpectedRank, 2), Rank50: p.Rank50, Rank90: p.Rank90}
		line.Mean, line.Trimmed = in.exact(raw.Of(papers[p.ID])), in.exact(rule.Of(papers[p.ID]))
		out.Projects = append(out.Projects, line)
	}
	for _, j := range rep.Judges {
		out.Judges = append(out.Judges, calibratedJudge{j.ID, j.N, j.Component, float(j.Severity, 2), float(j.Error, 2), float(j.Spread, 2)})
	}
	out.Reliability = reliabilityOf(rep.Reliability)
	return encode(out)
}

// exact is a published score as a number.
func (in *scoring) exact(s score.Sum) *json.Number {
	if s.Score == nil {
		return nil
	}
	n := json.Number(decimal.Format(s.Score, int(in.decimals)))
	return &n
}

func reliabilityOf(r calibrate.Reliability) *reliability {
	if !r.Known {
		return nil
	}
	out := &reliability{Method: "model", K: float(r.K, 2), ICC1: float(r.ICC1, 3), ICC2: float(r.ICC2, 3), ICC3: float(r.ICC3, 3),
		ICC1K: float(r.ICC1K, 3), ICC2K: float(r.ICC2K, 3), ICC3K: float(r.ICC3K, 3)}
	if r.Complete {
		out.Method = "anova"
	}
	if r.AlphaKnown {
		a := float(r.Alpha, 3)
		out.Alpha = &a
	}
	return out
}

// Options are those of allocate.
type Options struct {
	Rule     string `json:"rule"`
	Utility  string `json:"utility"`
	Complete string `json:"complete"`
	Ties     string `json:"ties"`
	Seed     string `json:"seed"`
}

// Choices are what each option of allocate may be; the first is what it is unless said.
var Choices = map[string][]string{
	"rule":     {string(allot.Rank), string(allot.Greedy), string(allot.EqualShares), string(allot.Phragmen)},
	"utility":  {string(allot.Cost), string(allot.Cardinality)},
	"complete": {string(allot.Bare), string(allot.Add1), string(allot.Utilitarian), string(allot.Exhaust)},
	"ties":     {string(allot.ByRule), string(allot.ByID)},
}

type allocated struct {
	Options
	Selected []string    `json:"selected"`
	Cost     json.Number `json:"cost"`
	Budget   json.Number `json:"budget"`
	Voters   int64       `json:"voters"`
	Skipped  []skipped   `json:"skipped"`
}

type skipped struct {
	ID     string       `json:"id"`
	Reason allot.Reason `json:"reason"`
}

// Allocate shares out the budget of a Pabulib file.
func Allocate(r io.Reader, o Options) ([]byte, error) {
	e, err := allot.Read(r)
	if err != nil {
		return nil, err
	}
	res := allot.Run(e, allot.Options{Rule: allot.Rule(o.Rule), Utility: allot.Utility(o.Utility), Complete: allot.Complete(o.Complete), Ties: allot.Ties(o.Ties), Seed: o.Seed})
	out := allocated{Options: o, Selected: append([]string{}, res.Selected...), Cost: json.Number(decimal.Write(res.Cost)), Budget: json.Number(decimal.Write(e.Budget)), Voters: e.N, Skipped: []skipped{}}
	for _, s := range res.Skipped {
		out.Skipped = append(out.Skipped, skipped(s))
	}
	return encode(out)
}

// Draw puts ids into the order of their lots: {"seed","ids":[…]}.
func Draw(r io.Reader) ([]byte, error) { return drawOf(newScan(r, MostInput)) }

func drawOf(s *scan) ([]byte, error) {
	seed, ids, seen := "", []string{}, map[string]bool{}
	got, err := s.fields(map[string]func() error{
		"seed": func() (err error) { seed, err = s.text1(); return err },
		"ids": func() error {
			return s.array(func(int) error {
				id, err := s.id()
				if err == nil && seen[id] {
					err = s.wrong("“%s”写了两次", clip(id))
				}
				seen[id] = true
				ids = append(ids, id)
				return err
			})
		},
	})
	if err == nil {
		err = s.require(got, "seed", "ids")
	}
	if err == nil {
		err = s.end()
	}
	if err != nil {
		return nil, err
	}
	type lot struct {
		ID  string `json:"id"`
		Lot string `json:"lot"`
	}
	out := struct {
		Order []lot `json:"order"`
	}{[]lot{}}
	for _, id := range draw.Order(seed, ids) {
		out.Order = append(out.Order, lot{id, draw.Lot(seed, id)})
	}
	return encode(out)
}

type simulated struct {
	Bias       json.Number `json:"judge_bias"`
	Rounds     int         `json:"rounds"`
	Mean       json.Number `json:"tau_mean"`
	Calibrated json.Number `json:"tau_calibrated"`
	Covered50  json.Number `json:"covered50"`
	Covered90  json.Number `json:"covered90"`
}

// Simulate writes what calibration brings on made-up rounds of 100 projects, 20 judges and 3 sheets each, with judges whose
// bias has the standard deviation of quality, and without any.
func Simulate(rounds int, seed string) ([]byte, error) {
	if rounds < 1 || rounds > 10_000 {
		return nil, fault.New(fault.Invalid, "模拟的次数要从 %d 到 %d", 1, 10_000)
	}
	out := []simulated{}
	for _, bias := range []float64{1, 0} {
		s := calibrate.Simulate(rounds, 100, 20, 3, bias, seed)
		out = append(out, simulated{float(bias, 1), rounds, float(s.TauMean, 4), float(s.TauCalibrated, 4), float(s.Covered50, 4), float(s.Covered90, 4)})
	}
	return encode(struct {
		Projects int         `json:"projects"`
		Judges   int         `json:"judges"`
		Sheets   int         `json:"sheets_each"`
		Noise    json.Number `json:"noise"`
		Seed     string      `json:"seed"`
		Results  []simulated `json:"results"`
	}{100, 20, 3, float(calibrate.Noise, 1), seed, out})
}
