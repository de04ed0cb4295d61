package judging

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"seedbed/domain/calibrate"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// What makes a flag (DOMAIN §9.2, JUDGING §2): it is looked at by people and changes nothing by itself.
const (
	FarFromPanel = 15_00 // hundredths between a judge and the panel's median
	WideApart    = 25_00 // hundredths between a project's highest and lowest sheet
)

// Estimate is what the model says of one project of a track.
type Estimate struct {
	ID           string      `json:"id"`
	N            int         `json:"n"`
	Component    int         `json:"component"`
	Mean         json.Number `json:"mean"`
	Trimmed      json.Number `json:"trimmed"`
	Calibrated   json.Number `json:"calibrated"`
	Error        json.Number `json:"standard_error"`
	ExpectedRank json.Number `json:"expected_rank"`
	Rank50       [2]int      `json:"rank50"`
	Rank90       [2]int      `json:"rank90"`
}

// Severity is what the model says of one judge: points below the average judge.
type Severity struct {
	ID       string      `json:"id"`
	N        int         `json:"n"`
	Severity json.Number `json:"severity"`
	Error    json.Number `json:"standard_error"`
	Spread   json.Number `json:"spread"`
}

// Agreement says how far the judges agree.
type Agreement struct {
	Method string       `json:"method"`
	K      json.Number  `json:"k"`
	ICC1   json.Number  `json:"icc1"`
	ICC2   json.Number  `json:"icc2"`
	ICC3   json.Number  `json:"icc3"`
	ICC1K  json.Number  `json:"icc1k"`
	ICC2K  json.Number  `json:"icc2k"`
	ICC3K  json.Number  `json:"icc3k"`
	Alpha  *json.Number `json:"alpha"`
}

// Calibration is the result of "seedbed calibrate" over some sheets.
type Calibration struct {
	JudgeShare  json.Number `json:"judge_share"`
	Projects    []Estimate  `json:"projects"`
	Judges      []Severity  `json:"judges"`
	Reliability *Agreement  `json:"reliability"`
	Components  int         `json:"components"`
	Advice      []string    `json:"advice"`
}

// Of finds a project's estimate.
func (c Calibration) Of(id string) (Estimate, bool) {
	i := slices.IndexFunc(c.Projects, func(e Estimate) bool { return e.ID == id })
	if i < 0 {
		return Estimate{}, false
	}
	return c.Projects[i], true
}

// Says tells whether the advice has a code.
func (c Calibration) Says(code string) bool { return slices.Contains(c.Advice, code) }

// Far is a judge whose sheets lie far from the panel's median on more than a third of their projects.
type Far struct {
	Judge string `json:"judge"`
	Far   int    `json:"far"`
	N     int    `json:"n"`
}

// Wide is a project whose highest and lowest sheets lie far apart, in hundredths.
type Wide struct {
	ID  string `json:"id"`
	Gap int    `json:"gap"`
}

// Advice stands beside a round's result and decides nothing. It is worked out once, when the result is, and stored: later
// versions of the program change nothing about it. It names judges and is for the district alone.
type Advice struct {
	All    json.RawMessage            `json:"all"`    // protocol file of kind "calibrate" over every sheet
	Tracks map[string]json.RawMessage `json:"tracks"` // and over each track's, whose ranks are those of the award
	Far    []Far                      `json:"far"`
	Wide   []Wide                     `json:"wide"`
}

// Calibrated reads the result out of a protocol of kind "calibrate".
func Calibrated(file json.RawMessage) (Calibration, error) {
	var p struct {
		Result Calibration `json:"result"`
	}
	err := json.Unmarshal(file, &p)
	return p.Result, err
}

const markersSQL = `select s.id::text as id, s.judge_id::text as judge from sheet s where s.round_id = @round::uuid order by s.id`

// markers tells whose each sheet is.
func markers(ctx context.Context, q pg.Reader, roundID string) (map[string]string, error) {
	type mine struct{ ID, Judge string }
	list, err := pg.All[mine](ctx, q, markersSQL, pg.Args{"round": roundID})
	judges := make(map[string]string, len(list))
	for _, m := range list {
		judges[m.ID] = m.Judge
	}
	return judges, err
}

// advise works out the advice beside a result.
func advise(in Input, judges map[string]string) ([]byte, error) {
	in = sorted(in)
	a := Advice{Tracks: map[string]json.RawMessage{}, Far: far(in, judges), Wide: wide(in)}
	var err error
	if a.All, err = calibrated(in, in.Entries, judges); err != nil {
		return nil, err
	}
	tracks := map[string][]Entry{}
	for _, e := range in.Entries {
		tracks[e.Track] = append(tracks[e.Track], e)
	}
	for track, entries := range tracks {
		if a.Tracks[track], err = calibrated(in, entries, judges); err != nil {
			return nil, err
		}
	}
	return json.Marshal(a)
}

// calibrated is the protocol file of "seedbed calibrate" over some entries' sheets.
func calibrated(in Input, entries []Entry, judges map[string]string) ([]byte, error) {
	type criterion struct {
		ID     string `json:"id"`
		Weight int    `json:"weight"`
		Max    int    `json:"max"`
	}
	type paper struct {
		Project string         `json:"project"`
		Judge   string         `json:"judge"`
		Marks   map[string]int `json:"marks"`
	}
	file := struct {
		Rubric   []criterion `json:"rubric"`
		Scale    int         `json:"scale"`
		Trim     string      `json:"trim"`
		TrimAt   int         `json:"trim_at"`
		MinValid int         `json:"min_valid"`
		Seed     string      `json:"seed"`
		Sheets   []paper     `json:"sheets"`
	}{Scale: TopMark, Trim: "sheet", TrimAt: in.TrimAt, MinValid: in.MinValid, Seed: in.Seed, Sheets: []paper{}}
	for _, w := range in.Weights {
		file.Rubric = append(file.Rubric, criterion{w.Code, w.Weight, TopMark})
	}
	for _, e := range entries {
		list := slices.SortedStableFunc(slices.Values(e.Papers), func(a, b Paper) int { return int(min(max(a.Submitted-b.Submitted, -1), 1)) }) // as score reads them
		for _, p := range list {
			file.Sheets = append(file.Sheets, paper{e.ID, judges[p.ID], p.Marks})
		}
	}
	if len(file.Sheets) == 0 { // nobody is left in the ranking
		return []byte(`null`), nil
	}
	input, err := json.Marshal(file)
	if err != nil {
		return nil, err
	}
	result, err := replay.Calibrate(bytes.NewReader(input))
	if err != nil { // advice must not keep a round from closing: there is none then, and the page says so
		return []byte(`null`), nil //nolint:nilerr // see above
	}
	return replay.Write("calibrate", input, result, nil)
}

// totals are an entry's sheets' totals.
func totals(in Input, e Entry) []int {
	list := make([]int, 0, len(e.Papers))
	for _, p := range e.Papers {
		if t, err := Total(in.Weights, p.Marks); err == nil {
			list = append(list, t)
		}
	}
	return list
}

// median is twice the median, so that it stays whole.
func median(list []int) int {
	list = slices.Sorted(slices.Values(list))
	if len(list) == 0 {
		return 0
	}
	return list[(len(list)-1)/2] + list[len(list)/2]
}

func far(in Input, judges map[string]string) []Far {
	seen := map[string]Far{}
	for _, e := range in.Entries {
		middle := median(totals(in, e))
		for _, p := range e.Papers {
			t, err := Total(in.Weights, p.Marks)
			if err != nil {
				continue
			}
			f := seen[judges[p.ID]]
			f.Judge, f.N = judges[p.ID], f.N+1
			if off := 2*t - middle; off > 2*FarFromPanel || off < -2*FarFromPanel {
				f.Far++
			}
			seen[f.Judge] = f
		}
	}
	list := []Far{}
	for _, f := range seen {
		if 3*f.Far > f.N {
			list = append(list, f)
		}
	}
	return slices.SortedFunc(slices.Values(list), func(a, b Far) int { return compare(a.Judge, b.Judge) })
}

func wide(in Input) []Wide {
	list := []Wide{}
	for _, e := range in.Entries {
		if t := totals(in, e); len(t) > 1 && slices.Max(t)-slices.Min(t) > WideApart {
			list = append(list, Wide{e.ID, slices.Max(t) - slices.Min(t)})
		}
	}
	return list
}

// Band lists the projects of a track whose 50 % rank interval crosses the line below rank last: those are for discussion or
// a recorded draw, the others are decided (JUDGING §2).
func (c Calibration) Band(last int) []string {
	var r calibrate.Report
	for _, p := range c.Projects {
		r.Projects = append(r.Projects, calibrate.Project{ID: p.ID, Rank50: p.Rank50})
	}
	return r.Band(last)
}

// Points reads a stored number of points as hundredths.
func Points(n json.Number) int {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return 0
	}
	if f < 0 {
		return int(f*100 - 0.5)
	}
	return int(f*100 + 0.5)
}

// AdviceOf is the advice stored beside a closed round's latest run; false when there is none.
func AdviceOf(ctx context.Context, q pg.Reader, roundID string) (Advice, bool, error) {
	var a Advice
	runs, err := Runs(ctx, q, roundID)
	if err != nil || len(runs) == 0 {
		return a, false, err
	}
	err = json.Unmarshal([]byte(runs[len(runs)-1].Advice), &a)
	return a, err == nil, err
}
