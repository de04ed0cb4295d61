package assign

import (
	"fmt"

	"seedbed/domain/decimal"
)

// The checker shares no code and no state with the solver: it reads the instance itself, works out every price and sum
// again, and proves by weak duality that nothing better exists. A wrong solver cannot make it say yes to a wrong plan.

// checker is an instance as the checker reads it: places are those of the instance's own lists.
type checker struct {
	in     *Instance
	begin  []int  // by project: where its suitabilities begin in suits
	suits  []Suit // by project
	off    map[Pair]bool
	locked map[Pair]bool
	need   []int64 // open slots, in parts
	lo, hi []int64 // open bounds, in whole assignments
	base   []int64
	unit   int64
	most   int64
	row    []int32 // suitabilities of the project at hand, -1 where there may be none
}

// Check verifies a plan against an instance: that it is allowed, that its sums are what it says, and that its certificate
// proves it to be the best. An error says what is wrong.
func Check(in *Instance, plan *Plan) error {
	c, err := newChecker(in)
	if err != nil {
		return err
	}
	pairs, err := c.translate(plan, plan.Pairs)
	if err != nil {
		return err
	}
	parts, err := c.parts(plan, pairs)
	if err != nil {
		return err
	}
	if err := c.sums(plan, pairs); err != nil {
		return err
	}
	return c.prove(plan, parts)
}

func newChecker(in *Instance) (*checker, error) {
	c := &checker{in: in, begin: make([]int, len(in.Projects)+1), suits: make([]Suit, len(in.Suitability)), off: map[Pair]bool{}, locked: map[Pair]bool{},
		base: make([]int64, len(in.Judges)), unit: 1, most: 1, row: make([]int32, len(in.Judges))}
	if in.Mode == Random {
		c.unit, c.most = 100, int64(in.Q)
	}
	for _, s := range in.Suitability {
		c.begin[s.Project+1]++
	}
	for p := range in.Projects {
		c.begin[p+1] += c.begin[p]
	}
	at := append([]int(nil), c.begin...)
	for _, s := range in.Suitability {
		c.suits[at[s.Project]] = s
		at[s.Project]++
	}
	for _, p := range in.Conflicts {
		c.off[p] = true
	}
	for _, p := range in.Projects {
		c.need = append(c.need, int64(p.Need)*c.unit)
	}
	for _, l := range in.Locked {
		if c.off[l] || c.locked[l] {
			return nil, fmt.Errorf("the locked pair %s, %s is in conflict or named twice", in.Judges[l.Judge].ID, in.Projects[l.Project].ID)
		}
		c.locked[l] = true
		c.base[l.Judge]++
		c.need[l.Project] -= c.unit
	}
	for j, judge := range in.Judges {
		c.lo = append(c.lo, max(int64(judge.Min)-c.base[j], 0))
		c.hi = append(c.hi, max(int64(min(judge.Max, len(in.Projects)))-c.base[j], 0))
	}
	return c, nil
}

// translate turns a plan's pairs into the instance's places.
func (c *checker) translate(plan *Plan, pairs []Pair) ([]Pair, error) {
	judges, projects := map[string]int32{}, map[string]int32{}
	for i, j := range c.in.Judges {
		judges[j.ID] = int32(i) //nolint:gosec // bounded by MostJudges
	}
	for i, p := range c.in.Projects {
		projects[p.ID] = int32(i) //nolint:gosec // bounded by MostProjects
	}
	seen, out := map[Pair]bool{}, make([]Pair, 0, len(pairs))
	for _, pair := range pairs {
		j, known := judges[plan.Judges[pair.Judge]]
		p, named := projects[plan.Projects[pair.Project]]
		at := Pair{j, p}
		switch {
		case !known || !named:
			return nil, fmt.Errorf("the pair %s, %s is of nobody in the instance", plan.Judges[pair.Judge], plan.Projects[pair.Project])
		case seen[at]:
			return nil, fmt.Errorf("the pair %s, %s stands twice", plan.Judges[pair.Judge], plan.Projects[pair.Project])
		case c.off[at]:
			return nil, fmt.Errorf("the pair %s, %s is in conflict", plan.Judges[pair.Judge], plan.Projects[pair.Project])
		}
		seen[at] = true
		out = append(out, at)
	}
	return out, nil
}

// parts gives what the certificate is about, the open pairs with their share, and checks bounds. In mode random that are the
// marginals, and the drawn pairs must agree with them.
func (c *checker) parts(plan *Plan, pairs []Pair) (map[Pair]int64, error) {
	drawn := make(map[Pair]int64, len(pairs))
	for _, p := range pairs {
		drawn[p] = c.unit
	}
	shares := drawn
	if c.in.Mode == Random {
		list := make([]Pair, len(plan.Marginals))
		for i, m := range plan.Marginals {
			list[i] = m.Pair
		}
		list, err := c.translate(plan, list)
		if err != nil {
			return nil, err
		}
		shares = make(map[Pair]int64, len(list))
		for i, p := range list {
			h := int64(plan.Marginals[i].Hundredths)
			if h < 1 || !c.locked[p] && h > c.most || c.locked[p] && h != c.unit {
				return nil, fmt.Errorf("the marginal of %s, %s is %d hundredths", c.in.Judges[p.Judge].ID, c.in.Projects[p.Project].ID, h)
			}
			shares[p] = h
		}
		if err := c.agree(shares, drawn); err != nil {
			return nil, err
		}
	}
	if err := c.bounds(shares); err != nil {
		return nil, err
	}
	for p := range c.locked {
		if drawn[p] == 0 || shares[p] != c.unit {
			return nil, fmt.Errorf("the locked pair %s, %s is missing", c.in.Judges[p.Judge].ID, c.in.Projects[p.Project].ID)
		}
		delete(shares, p)
	}
	return shares, nil
}

// degrees adds up shares by judge and project.
func (c *checker) degrees(shares map[Pair]int64) (judges, projects []int64) {
	judges, projects = make([]int64, len(c.in.Judges)), make([]int64, len(c.in.Projects))
	for p, x := range shares {
		judges[p.Judge] += x
		projects[p.Project] += x
	}
	return judges, projects
}

func (c *checker) bounds(shares map[Pair]int64) error {
	judges, projects := c.degrees(shares)
	for j, x := range judges {
		if x > int64(c.in.Judges[j].Max)*c.unit {
			return fmt.Errorf("judge %s has more than %d", c.in.Judges[j].ID, c.in.Judges[j].Max)
		}
	}
	for p, x := range projects {
		if x > int64(c.in.Projects[p].Need)*c.unit {
			return fmt.Errorf("project %s has more than %d", c.in.Projects[p].ID, c.in.Projects[p].Need)
		}
	}
	return nil
}

// agree holds a draw against its marginals: only pairs that had a chance, all that were certain, and everybody's number
// within one of what it was to be.
func (c *checker) agree(shares, drawn map[Pair]int64) error {
	for p := range drawn {
		if shares[p] == 0 {
			return fmt.Errorf("the drawn pair %s, %s had no chance", c.in.Judges[p.Judge].ID, c.in.Projects[p.Project].ID)
		}
	}
	for p, x := range shares {
		if x == c.unit && drawn[p] == 0 {
			return fmt.Errorf("the pair %s, %s was certain and is missing", c.in.Judges[p.Judge].ID, c.in.Projects[p.Project].ID)
		}
	}
	wantJ, wantP := c.degrees(shares)
	gotJ, gotP := c.degrees(drawn)
	for j := range wantJ {
		if d := gotJ[j] - wantJ[j]; d <= -c.unit || d >= c.unit {
			return fmt.Errorf("judge %s was drawn %d times, with %d hundredths", c.in.Judges[j].ID, gotJ[j]/c.unit, wantJ[j])
		}
	}
	for p := range wantP {
		if d := gotP[p] - wantP[p]; d <= -c.unit || d >= c.unit {
			return fmt.Errorf("project %s was drawn %d times, with %d hundredths", c.in.Projects[p].ID, gotP[p]/c.unit, wantP[p])
		}
	}
	return nil
}

// load puts a project's suitabilities into the row; nought where none is named.
func (c *checker) load(p int32) {
	clear(c.row)
	for _, s := range c.suits[c.begin[p]:c.begin[p+1]] {
		c.row[s.Judge] = s.W
	}
}

// sums works out again what the plan says of itself.
func (c *checker) sums(plan *Plan, pairs []Pair) error {
	byProject := make([][]int32, len(c.in.Projects))
	loads, needed := make([]int64, len(c.in.Judges)), 0
	for _, p := range pairs {
		byProject[p.Project] = append(byProject[p.Project], p.Judge)
	}
	objective, least, lowest := int64(0), int64(-1), int32(decimal.Micros+1)
	for p, judges := range byProject {
		needed += c.in.Projects[p].Need
		c.load(int32(p)) //nolint:gosec // bounded by MostProjects
		sum := int64(0)
		for _, j := range judges {
			loads[j]++
			sum += int64(c.row[j])
			objective -= c.in.Load * (2*loads[j] - 1)
			if !c.locked[Pair{j, int32(p)}] { //nolint:gosec // bounded by MostProjects
				lowest = min(lowest, c.row[j])
			}
		}
		objective += sum
		if c.in.Projects[p].Need > 0 && (least < 0 || sum < least) {
			least = sum
		}
	}
	switch {
	case len(pairs) != plan.Filled || needed != plan.Needed:
		return fmt.Errorf("%d of %d slots are filled, the plan says %d of %d", len(pairs), needed, plan.Filled, plan.Needed)
	case objective != plan.Objective:
		return fmt.Errorf("the objective is %s, the plan says %s", decimal.WriteMicro(objective), decimal.WriteMicro(plan.Objective))
	case max(least, 0) != plan.Least:
		return fmt.Errorf("the least project has %s, the plan says %s", decimal.WriteMicro(max(least, 0)), decimal.WriteMicro(plan.Least))
	case c.in.Mode == Fair && plan.Threshold >= 0 && lowest < plan.Threshold:
		return fmt.Errorf("a pair has %s, below the threshold %s", decimal.WriteMicro(int64(lowest)), decimal.WriteMicro(int64(plan.Threshold)))
	case c.in.Mode == Fair && plan.Threshold < 0 && lowest <= decimal.Micros:
		return fmt.Errorf("pairs are assigned, and the plan has no threshold")
	}
	return nil
}
