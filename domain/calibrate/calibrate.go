// Package calibrate is the advice beside the published scores (JUDGING §2): how lenient each judge was, what projects would
// have got from the same judges, how sure a rank is, and how far the judges agree. Pure: no clock, no database, no map order.
// It decides nothing; its numbers are floats, printed with few decimals so that the bytes repeat.
//
// The model: y_ij = μ + q_i + b_j + ε_ij with q ~ N(0, σq²), b ~ N(0, σb²), ε ~ N(0, σe²/c_ij), c the part of the rubric's
// weight that a sheet marks. Variances by restricted maximum likelihood (EM, accelerated), q and b by Henderson's equations.
package calibrate

import (
	"cmp"
	"math"
	"slices"
)

// Sheet is one judge's total for one project.
type Sheet struct {
	Project, Judge string
	Y              float64 // points
	Weight         float64 // c, above 0
}

const (
	// Draws are the draws of the posterior that rank intervals are read from.
	Draws = 2000
	// SmallShare is the judges' share of the variance below which a correction is not worth it.
	SmallShare = 0.05
)

// Advice is a code for what to make of a report; docs/protocol.md explains each.
type Advice string

// The advice.
const (
	Correct      Advice = "consider_calibrated"    // judges differ enough for it
	NoCorrection Advice = "no_correction"          // with one of the next three
	SmallEffect  Advice = "small_judge_share"      // judges hardly differ
	OneSheet     Advice = "judge_with_one_sheet"   // somebody's leniency cannot be told from the project's quality
	OnlyOnce     Advice = "project_with_one_sheet" // no project, or no judge, has two sheets: nothing can be told apart
	Disconnected Advice = "disconnected"           // never compare across components
)

// Project is what the model says of one project.
type Project struct {
	ID             string
	N              int
	Component      int // from 1; ranks are within it
	Calibrated     float64
	Error          float64 // standard error of it
	ExpectedRank   float64
	Rank50, Rank90 [2]int
}

// Judge is what the model says of one judge.
type Judge struct {
	ID        string
	N         int
	Component int
	Severity  float64 // points below the average judge; above it, negative
	Error     float64 // standard error of it
	Spread    float64 // standard deviation of what the model leaves unexplained
}

// Report is all of it.
type Report struct {
	ProjectVar, JudgeVar, ErrorVar float64
	JudgeShare                     float64
	Mean                           float64
	Projects                       []Project // by id
	Judges                         []Judge   // by id
	Components                     int
	Advice                         []Advice
	Reliability                    Reliability
}

// Run fits the model. The order of the sheets is of no matter.
func Run(sheets []Sheet, seed string) Report {
	d := tabulate(sheets)
	rep := Report{Components: d.components, Reliability: d.reliability()}
	m := d.fit()
	rep.ProjectVar, rep.JudgeVar, rep.ErrorVar, rep.Mean = m.q, m.b, m.e, m.mu()+d.centre
	if all := m.q + m.b + m.e; all > 0 {
		rep.JudgeShare = m.b / all
	}
	rep.Reliability.complete(m)
	qVar, bVar := m.errors()
	for i, id := range d.projects {
		rep.Projects = append(rep.Projects, Project{ID: id, N: len(d.byProject[i]), Component: d.projectIn[i], Calibrated: rep.Mean + m.quality(i), Error: math.Sqrt(qVar[i])})
	}
	residuals := d.residuals(m)
	for j, id := range d.judges {
		rep.Judges = append(rep.Judges, Judge{ID: id, N: len(d.byJudge[j]), Component: d.judgeIn[j], Severity: -m.lenience(j), Error: math.Sqrt(bVar[j]), Spread: residuals[j]})
	}
	d.ranks(m, seed, rep.Projects)
	rep.Advice = d.advise(rep)
	return rep
}

// cell is a sheet by the places of its project and judge.
type cell struct {
	p, j int
	y, c float64
}

// data are sheets in order, totals less their mean.
type data struct {
	projects, judges   []string
	cells              []cell  // by project, then judge
	byProject, byJudge [][]int // places in cells
	centre             float64
	components         int
	projectIn, judgeIn []int
}

func tabulate(sheets []Sheet) *data {
	d := &data{}
	sheets = slices.SortedFunc(slices.Values(sheets), func(a, b Sheet) int { return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Judge, b.Judge)) })
	for _, s := range sheets {
		d.judges = append(d.judges, s.Judge)
		d.projects = append(d.projects, s.Project)
	}
	slices.Sort(d.judges)
	d.judges, d.projects = slices.Compact(d.judges), slices.Compact(d.projects)
	d.byProject, d.byJudge = make([][]int, len(d.projects)), make([][]int, len(d.judges))
	sum, weight := 0.0, 0.0
	for _, s := range sheets {
		p, _ := slices.BinarySearch(d.projects, s.Project)
		j, _ := slices.BinarySearch(d.judges, s.Judge)
		d.byProject[p], d.byJudge[j] = append(d.byProject[p], len(d.cells)), append(d.byJudge[j], len(d.cells))
		d.cells = append(d.cells, cell{p, j, s.Y, s.Weight})
		sum += s.Weight * s.Y
		weight += s.Weight
	}
	if weight > 0 {
		d.centre = sum / weight
	}
	for i := range d.cells {
		d.cells[i].y -= d.centre
	}
	d.connect()
	return d
}

// connect numbers the parts of the graph of who judged what, by their first project.
func (d *data) connect() {
	d.projectIn, d.judgeIn = make([]int, len(d.projects)), make([]int, len(d.judges))
	for start := range d.projects {
		if d.projectIn[start] > 0 {
			continue
		}
		d.components++
		d.projectIn[start] = d.components
		for todo := []int{start}; len(todo) > 0; {
			p := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, i := range d.byProject[p] {
				j := d.cells[i].j
				if d.judgeIn[j] > 0 {
					continue
				}
				d.judgeIn[j] = d.components
				for _, k := range d.byJudge[j] {
					if q := d.cells[k].p; d.projectIn[q] == 0 {
						d.projectIn[q] = d.components
						todo = append(todo, q)
					}
				}
			}
		}
	}
}

// apart tells whether quality, lenience and chance can be told apart at all.
func (d *data) apart() bool {
	twice := func(lists [][]int) bool { return slices.ContainsFunc(lists, func(l []int) bool { return len(l) > 1 }) }
	return len(d.projects) > 1 && len(d.judges) > 1 && twice(d.byProject) && twice(d.byJudge)
}

func (d *data) advise(rep Report) []Advice {
	var all []Advice
	if !d.apart() {
		all = append(all, OnlyOnce)
	}
	if slices.ContainsFunc(d.byJudge, func(l []int) bool { return len(l) == 1 }) {
		all = append(all, OneSheet)
	}
	if rep.JudgeShare < SmallShare {
		all = append(all, SmallEffect)
	}
	if len(all) > 0 {
		all = append([]Advice{NoCorrection}, all...)
	} else {
		all = append(all, Correct)
	}
	if d.components > 1 {
		all = append(all, Disconnected)
	}
	return all
}

// residuals is each judge's standard deviation of what is left unexplained.
func (d *data) residuals(m *model) []float64 {
	out := make([]float64, len(d.judges))
	for j, list := range d.byJudge {
		sum := 0.0
		for _, i := range list {
			c := d.cells[i]
			left := c.y - m.mu() - m.quality(c.p) - m.lenience(c.j)
			sum += c.c * left * left
		}
		out[j] = math.Sqrt(sum / float64(len(list)))
	}
	return out
}

// Band lists the projects whose 50 % rank interval crosses the line below rank last: for discussion or a recorded draw.
func (r Report) Band(last int) []string {
	var ids []string
	for _, p := range r.Projects {
		if p.Rank50[0] <= last && p.Rank50[1] > last {
			ids = append(ids, p.ID)
		}
	}
	return ids
}
