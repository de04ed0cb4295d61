package assign

import (
	"fmt"
	"math/big"

	"seedbed/domain/decimal"
)

// tariff is what the checker charges: its own reading of the published prices.
type tariff struct {
	suit                  int64 // decimal.Micros, or 0 where suitability does not count
	load, unmet, unfilled int64
}

func (c *checker) tariff() tariff {
	side, high := int64(min(len(c.in.Judges), len(c.in.Projects))+2)*decimal.Micros, int64(0)
	for j := range c.in.Judges {
		high = max(high, c.base[j]+c.hi[j])
	}
	unmet := side + c.in.Load*(2*high+1) + 1
	return tariff{decimal.Micros, c.in.Load, unmet, 3 * unmet}
}

// prove compares what the plan costs with what the certificate's prices say any plan must cost.
func (c *checker) prove(plan *Plan, parts map[Pair]int64) error {
	full, first := c.tariff(), tariff{unmet: 1, unfilled: 3}
	cert := plan.Certificate
	if cert.Unfilled != full.unfilled || cert.Unmet != full.unmet {
		return fmt.Errorf("the certificate's prices are %d and %d, they must be %d and %d", cert.Unfilled, cert.Unmet, full.unfilled, full.unmet)
	}
	floor := int32(0)
	if c.in.Mode == Fair {
		if cert.Fill == nil {
			return fmt.Errorf("the certificate does not say that nothing fills more")
		}
		cost := c.cost(parts, first)
		low, err := c.bound(*cert.Fill, first, 0)
		if err != nil || low.Cmp(cost) != 0 {
			return fmt.Errorf("it is not proved that nothing fills more: at least %v, the plan costs %v, %w", low, cost, orNone(err))
		}
		if floor = max(plan.Threshold, 0); plan.Threshold >= 0 {
			if cert.Above == nil {
				return fmt.Errorf("the certificate does not say that no larger threshold fills as much")
			}
			if low, err = c.bound(*cert.Above, first, plan.Threshold+1); err != nil || low.Cmp(cost) <= 0 {
				return fmt.Errorf("it is not proved that no larger threshold fills as much: at least %v, the plan costs %v, %w", low, cost, orNone(err))
			}
		}
	}
	cost := c.cost(parts, full)
	low, err := c.bound(cert.Optimum, full, floor)
	if err != nil {
		return err
	}
	if low.Cmp(cost) != 0 || cert.Primal != cost.String() || cert.Dual != low.String() {
		return fmt.Errorf("the plan costs %v, its prices prove at least %v; the certificate says %s and %s", cost, low, cert.Primal, cert.Dual)
	}
	return c.fractional(plan, parts)
}

var errNone = fmt.Errorf("its prices are well formed")

func orNone(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

// price is that of a judge's i-th further project.
func (c *checker) price(t tariff, j int, i int64) int64 {
	price := t.load * (2*(c.base[j]+i) - 1)
	if i > c.lo[j] {
		price += t.unmet
	}
	return price
}

// cost is what open pairs, open slots and judges' time cost.
func (c *checker) cost(parts map[Pair]int64, t tariff) *big.Int {
	sum, term := new(big.Int), new(big.Int)
	add := func(price, n int64) { sum.Add(sum, term.Mul(big.NewInt(price), big.NewInt(n))) }
	judges, projects := c.degrees(parts)
	for p, x := range projects {
		add(t.unfilled, c.need[p]-x)
	}
	for j, x := range judges {
		for i := int64(1); x > 0; i, x = i+1, x-c.unit {
			add(c.price(t, j, i), min(x, c.unit))
		}
	}
	if t.suit == 0 {
		return sum
	}
	byProject := make([][]Pair, len(c.in.Projects))
	for p := range parts {
		byProject[p.Project] = append(byProject[p.Project], p)
	}
	for p, list := range byProject {
		c.load(int32(p)) //nolint:gosec // bounded by MostProjects
		for _, pair := range list {
			add(t.suit-int64(c.row[pair.Judge]), parts[pair])
		}
	}
	return sum
}

// bound is the least that any plan can cost, given prices u of projects and v of judges: every pair, slot and unit of time
// taken exactly where that lowers the sum Σ need·u + Σ min(0, cost − u + v) + ….
func (c *checker) bound(d Duals, t tariff, floor int32) (*big.Int, error) {
	u, v := make([]int64, len(c.in.Projects)), make([]int64, len(c.in.Judges))
	limit := 4*t.unfilled + decimal.Micros
	for p, project := range c.in.Projects {
		x, ok := d.Projects[project.ID]
		if u[p] = x; !ok || x > limit || x < -limit {
			return nil, fmt.Errorf("the price of project %s is missing or absurd", project.ID)
		}
	}
	for j, judge := range c.in.Judges {
		x, ok := d.Judges[judge.ID]
		if v[j] = x; !ok || x > limit || x < -limit {
			return nil, fmt.Errorf("the price of judge %s is missing or absurd", judge.ID)
		}
	}
	if len(d.Projects) != len(u) || len(d.Judges) != len(v) {
		return nil, fmt.Errorf("the certificate prices somebody who is not in the instance")
	}
	sum, term := new(big.Int), new(big.Int)
	add := func(price, n int64) { sum.Add(sum, term.Mul(big.NewInt(price), big.NewInt(n))) }
	closed := make([][]int32, len(u))
	for _, list := range [][]Pair{c.in.Conflicts, c.in.Locked} {
		for _, p := range list {
			closed[p.Project] = append(closed[p.Project], p.Judge)
		}
	}
	for p := range u {
		add(u[p], c.need[p])
		add(min(0, t.unfilled-u[p]), c.need[p])
		c.load(int32(p)) //nolint:gosec // bounded by MostProjects
		for _, j := range closed[p] {
			c.row[j] = -1
		}
		for j, w := range c.row {
			if w < 0 || w < floor {
				continue
			}
			cost := int64(0)
			if t.suit > 0 {
				cost = t.suit - int64(w)
			}
			if d := cost - u[p] + v[j]; d < 0 {
				add(d, c.most)
			}
		}
	}
	for j := range v {
		for i := int64(1); i <= c.hi[j]; i++ {
			d := c.price(t, j, i) - v[j]
			if d >= 0 {
				break // further projects only cost more
			}
			add(d, c.unit)
		}
	}
	return sum, nil
}

// fractional checks the objective of mode random's shares, from which the pairs were drawn.
func (c *checker) fractional(plan *Plan, parts map[Pair]int64) error {
	if c.in.Mode != Random {
		return nil
	}
	// The cost counts open pairs only; what the locked ones bring is added.
	gain, term := new(big.Int), new(big.Int)
	add := func(price, n int64) { gain.Add(gain, term.Mul(big.NewInt(price), big.NewInt(n))) }
	all := make([][]Pair, len(c.in.Projects))
	for p := range parts {
		all[p.Project] = append(all[p.Project], p)
	}
	for p := range c.locked {
		all[p.Project] = append(all[p.Project], p)
	}
	for p, list := range all {
		c.load(int32(p)) //nolint:gosec // bounded by MostProjects
		for _, pair := range list {
			n := c.unit
			if !c.locked[pair] {
				n = parts[pair]
			}
			add(int64(c.row[pair.Judge]), n)
		}
	}
	judges, _ := c.degrees(parts)
	for j, x := range judges {
		for i := int64(1); i <= c.base[j]; i++ {
			add(-c.in.Load*(2*i-1), c.unit)
		}
		for i := c.base[j] + 1; x > 0; i, x = i+1, x-c.unit {
			add(-c.in.Load*(2*i-1), min(x, c.unit))
		}
	}
	want := new(big.Rat).SetFrac(gain, big.NewInt(c.unit*decimal.Micros))
	if plan.Fractional == nil || want.Cmp(plan.Fractional) != 0 {
		return fmt.Errorf("the fractional objective is %s, the plan says otherwise", decimal.Format(want, 6))
	}
	return nil
}
