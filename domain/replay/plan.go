package replay

import (
	"encoding/json"
	"io"
	"math/big"
	"strings"

	"seedbed/domain/assign"
	"seedbed/domain/decimal"
)

// planned is assign's result.
type planned struct {
	Mode        assign.Mode        `json:"mode"`
	Assignments [][2]string        `json:"assignments"`
	Filled      int                `json:"filled"`
	Needed      int                `json:"needed"`
	Objective   json.Number        `json:"objective"`
	Least       json.Number        `json:"least_project"`
	Threshold   *json.Number       `json:"threshold,omitempty"`
	Fractional  json.Number        `json:"fractional_objective,omitempty"`
	Marginals   [][3]any           `json:"marginals,omitempty"`
	Certificate assign.Certificate `json:"certificate"`
}

// Assign gives an instance its judges.
func Assign(r io.Reader) ([]byte, error) { return assignOf(newScan(r, MostInstance)) }

func assignOf(s *scan) ([]byte, error) {
	in, err := readInstance(s)
	if err != nil {
		return nil, err
	}
	plan, err := assign.Solve(in)
	if err != nil {
		return nil, err
	}
	out := planned{Mode: in.Mode, Assignments: make([][2]string, 0, len(plan.Pairs)), Filled: plan.Filled, Needed: plan.Needed, Certificate: plan.Certificate,
		Objective: json.Number(decimal.WriteMicro(plan.Objective)), Least: json.Number(decimal.WriteMicro(plan.Least))}
	for _, p := range plan.Pairs {
		out.Assignments = append(out.Assignments, [2]string{plan.Judges[p.Judge], plan.Projects[p.Project]})
	}
	if plan.Threshold >= 0 {
		t := json.Number(decimal.WriteMicro(int64(plan.Threshold)))
		out.Threshold = &t
	}
	if in.Mode == assign.Random {
		// A part is a hundredth of an assignment and its worth a millionth: eight decimals are exact.
		out.Fractional = json.Number(plan.Fractional.FloatString(8))
		for _, m := range plan.Marginals {
			out.Marginals = append(out.Marginals, [3]any{plan.Judges[m.Judge], plan.Projects[m.Project], json.Number(big.NewRat(int64(m.Hundredths), 100).FloatString(2))})
		}
	}
	return encode(out)
}

// CheckPlan verifies a plan that somebody gave out against its instance. nil is a plan that is proved to be the best.
func CheckPlan(plan, instance io.Reader) error {
	in, err := ReadInstance(instance)
	if err != nil {
		return err
	}
	p, err := readPlan(newScan(plan, MostInstance), in)
	if err != nil {
		return err
	}
	return assign.Check(in, p)
}

// exactMicro reads a number of millionths that must be exact.
func exactMicro(s *scan) (int64, error) {
	r, err := s.number()
	if err != nil {
		return 0, err
	}
	if r = r.Mul(r, big.NewRat(decimal.Micros, 1)); !r.IsInt() || !r.Num().IsInt64() {
		return 0, s.wrong("最多六位小数")
	}
	return r.Num().Int64(), nil
}

// planReading is a plan half read.
type planReading struct {
	s                *scan
	plan             *assign.Plan
	judges, projects *names
}

func readPlan(s *scan, in *assign.Instance) (*assign.Plan, error) {
	r := &planReading{s: s, plan: &assign.Plan{Threshold: -1}, judges: newNames(), projects: newNames()}
	count := func(to *int) func() error {
		return func() error {
			v, err := s.whole(0, assign.MostSlots)
			*to = int(v)
			return err
		}
	}
	seen, err := s.fields(map[string]func() error{
		"mode": func() error {
			mode, err := s.text1()
			if err == nil && mode != string(in.Mode) {
				err = s.wrong("与问题里的方式不同")
			}
			return err
		},
		"assignments":   func() error { return (&reading{s: s, judges: r.judges, projects: r.projects}).pairs(&r.plan.Pairs) },
		"filled":        count(&r.plan.Filled),
		"needed":        count(&r.plan.Needed),
		"objective":     func() (err error) { r.plan.Objective, err = exactMicro(s); return err },
		"least_project": func() (err error) { r.plan.Least, err = exactMicro(s); return err },
		"threshold": func() error {
			v, err := s.micro(0, decimal.Micros)
			r.plan.Threshold = int32(v) //nolint:gosec // at most a million
			return err
		},
		"fractional_objective": func() (err error) { r.plan.Fractional, err = s.number(); return err },
		"marginals":            func() error { return s.array(func(int) error { return r.marginal() }) },
		"certificate":          r.certificate,
	})
	if err == nil {
		err = s.require(seen, "assignments", "filled", "needed", "objective", "least_project", "certificate")
	}
	if err == nil {
		err = s.end()
	}
	r.plan.Judges, r.plan.Projects = r.judges.list, r.projects.list
	return r.plan, err
}

func (r *planReading) marginal() error {
	var m assign.Marginal
	n := 0
	err := r.s.array(func(at int) (err error) {
		n = at + 1
		switch at {
		case 0:
			m.Judge, err = r.judges.of(r.s, assign.MostJudges)
		case 1:
			m.Project, err = r.projects.of(r.s, assign.MostProjects)
		case 2:
			var v int64
			if v, err = r.s.micro(0, decimal.Micros); err == nil && v%10_000 != 0 {
				err = r.s.wrong("最多两位小数")
			}
			m.Hundredths = int(v / 10_000)
		}
		return err
	})
	if err == nil && n != 3 {
		err = r.s.wrong("这里要 %d 项", 3)
	}
	r.plan.Marginals = append(r.plan.Marginals, m)
	return err
}

const mostPrice = 1 << 60

func (r *planReading) certificate() error {
	c, s := &r.plan.Certificate, r.s
	price := func(to *int64) func() error {
		return func() (err error) { *to, err = s.whole(-mostPrice, mostPrice); return err }
	}
	seen, err := s.fields(map[string]func() error{
		"unfilled_cost": price(&c.Unfilled),
		"unmet_cost":    price(&c.Unmet),
		"primal":        func() (err error) { c.Primal, err = s.text1(); return err },
		"dual":          func() (err error) { c.Dual, err = s.text1(); return err },
		"optimum":       func() error { return r.duals(&c.Optimum) },
		"fill":          func() error { c.Fill = &assign.Duals{}; return r.duals(c.Fill) },
		"above":         func() error { c.Above = &assign.Duals{}; return r.duals(c.Above) },
	})
	if err == nil {
		err = s.require(seen, "unfilled_cost", "unmet_cost", "primal", "dual", "optimum")
	}
	return err
}

func (r *planReading) duals(d *assign.Duals) error {
	d.Projects, d.Judges = map[string]int64{}, map[string]int64{}
	prices := func(to map[string]int64) func() error {
		return func() error {
			return r.s.object(func(key string) (err error) {
				to[strings.Clone(key)], err = r.s.whole(-mostPrice, mostPrice)
				return err
			})
		}
	}
	seen, err := r.s.fields(map[string]func() error{"projects": prices(d.Projects), "judges": prices(d.Judges)})
	if err == nil {
		err = r.s.require(seen, "projects", "judges")
	}
	return err
}
