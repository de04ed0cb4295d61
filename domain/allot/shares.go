package allot

import (
	"cmp"
	"math"
	"math/big"
	"slices"
)

// The method of equal shares (Peters, Pierczyński, Skowron 2021). Every voter holds budget/n. A project's price t is what a
// supporter pays for each point, t·points but no more than they hold, so that together they pay its cost; ρ is t for each
// unit of utility. The project with the smallest ρ is bought, until none can be paid.
//
// A voter's money is share − Σ t·points over what they paid for, and nothing once they gave all. Voters with one history
// hold the same; histories form a tree. Floats, each with a bound on its error, say which projects could be next; the prices
// of those are then worked out exactly, from how many paid what, and decide. The exact price that is charged also keeps the
// floats' error from growing.

// trace is a history: what was paid for last, and what before. Trace 0 has paid nothing, trace 1 has nothing left.
type trace struct {
	parent, purchase int32
	points           int64
	exact            *big.Rat // what is held; nil until asked for
}

const broke = 1

// backer is a group of equal ballots that gives a project points.
type backer struct {
	g int32
	n int64
	a int64
}

// market is what all runs of one election share.
type market struct {
	r        *run
	backers  [][]backer // by project
	open     []int      // projects that can be bought at all
	costs    []float64
	division []float64 // what t is divided by to give ρ
}

func newMarket(r *run) *market {
	n := len(r.e.Projects)
	m := &market{r: r, backers: make([][]backer, n), costs: make([]float64, n), division: make([]float64, n)}
	for g, b := range r.e.Ballots {
		for _, mark := range b.Marks {
			if mark.Points > 0 {
				m.backers[mark.Project] = append(m.backers[mark.Project], backer{int32(g), b.N, mark.Points}) //nolint:gosec // the reader bounds ballots
			}
		}
	}
	for p := range n {
		m.costs[p], _ = r.e.Projects[p].Cost.Float64()
		m.division[p] = 1
		if r.o.Utility == Cost {
			m.division[p] = m.costs[p]
		}
		if len(m.backers[p]) > 0 && r.e.Projects[p].Cost.Sign() > 0 {
			m.open = append(m.open, p)
		}
	}
	return m
}

// session is one run with one share.
type session struct {
	*market
	share  *big.Rat
	held   []float64 // by ballot
	slip   float64   // how far any of held may be off
	floor  []float64 // by project: ρ is at least this
	left   []int     // projects not bought
	bought []int

	at     []int32 // by ballot: its trace
	traces []trace
	prices []*big.Rat // by purchase
}

const eps = 1.0 / (1 << 52)

// buy runs the method with a share and gives what is bought, in order.
func (m *market) buy(share *big.Rat) []int {
	s := &session{market: m, share: share, held: make([]float64, len(m.r.e.Ballots)), floor: make([]float64, len(m.r.e.Projects)), left: slices.Clone(m.open),
		at: make([]int32, len(m.r.e.Ballots)), traces: []trace{{parent: -1, purchase: -1, exact: share}, {parent: -1, purchase: -1, exact: new(big.Rat)}}}
	f, _ := share.Float64()
	for g := range s.held {
		s.held[g] = f
	}
	s.slip = f * eps
	for {
		near := s.candidates()
		if len(near) == 0 {
			return s.bought
		}
		if p, price := s.decide(near); p >= 0 { // else none of the near ones can be paid, and they are out
			t, _ := price.Float64()
			s.pay(p, span{t, t * eps}, price)
		}
	}
}

// span is a number that floats have found: mid, off by at most so much.
type span struct{ mid, off float64 }

type candidate struct {
	p int
	t span
}

// candidates gives every project that could have the smallest ρ, as far as floats can tell. Those whose supporters surely
// cannot pay are left out for good.
func (s *session) candidates() (near []candidate) {
	slices.SortStableFunc(s.left, func(a, b int) int { return cmp.Compare(s.floor[a], s.floor[b]) })
	best := math.Inf(1)
	gone := map[int]bool{}
	for _, p := range s.left {
		if s.floor[p] > best {
			break
		}
		t, verdict := s.estimate(p)
		switch {
		case verdict == no:
			gone[p] = true
			continue
		case verdict == unsure:
			t = span{0, math.Inf(1)} // to be worked out exactly
			near = append(near, candidate{p, t})
			continue
		}
		low, high := (t.mid-t.off)/s.division[p]*(1-4*eps), (t.mid+t.off)/s.division[p]*(1+4*eps)
		s.floor[p] = max(s.floor[p], low)
		best = min(best, high)
		near = append(near, candidate{p, t})
	}
	s.left = slices.DeleteFunc(s.left, func(p int) bool { return gone[p] })
	near = slices.DeleteFunc(near, func(c candidate) bool { return !math.IsInf(c.t.off, 1) && s.floor[c.p] > best })
	return near
}

type verdict int

const (
	no verdict = iota
	unsure
	yes
)

// estimate finds t in floats: those who hold less than their part give all, the others pay by points.
func (s *session) estimate(p int) (span, verdict) {
	cost := s.costs[p]
	all, count := 0.0, 0.0
	for _, b := range s.backers[p] {
		all += float64(b.n) * s.held[b.g]
		count += float64(b.n)
	}
	terms := float64(len(s.backers[p])) + 4
	off := count*s.slip + terms*eps*(all+cost)
	if all+off < cost {
		return span{}, no
	}
	if all-off <= cost {
		return span{}, unsure
	}
	poor, t := 0.0, 0.0
	for rich := -1.0; ; {
		weight, gave := 0.0, 0.0
		for _, b := range s.backers[p] {
			if need := t * float64(b.a); s.held[b.g] < need {
				gave += float64(b.n) * s.held[b.g]
			} else {
				weight += float64(b.n) * float64(b.a)
			}
		}
		if weight <= 0 {
			return span{}, unsure
		}
		poor = gave
		if t = max(t, (cost-poor)/weight); weight == rich {
			break
		}
		rich = weight
	}
	// How far t may be off: the error of what is paid, spread over those who surely still pay by points.
	sure := 0.0
	room := 4*s.slip + 1e-9*t
	for _, b := range s.backers[p] {
		if s.held[b.g] > (t+room)*float64(b.a)+s.slip {
			sure += float64(b.n) * float64(b.a)
		}
	}
	if sure <= 0 {
		return span{}, unsure
	}
	out := span{t, off/sure + 4*eps*t}
	if out.off > room {
		return span{}, unsure
	}
	return out, yes
}

// pay charges a project's supporters.
func (s *session) pay(p int, t span, price *big.Rat) {
	k := int32(len(s.bought)) //nolint:gosec // the reader bounds projects
	s.prices = append(s.prices, price)
	most, next := 0.0, map[[2]int64]int32{}
	for _, b := range s.backers[p] {
		a := float64(b.a)
		most = max(most, a)
		s.follow(b, k, price, t, next)
		s.held[b.g] = max(0, s.held[b.g]-t.mid*a)
	}
	first, _ := s.share.Float64()
	s.slip += most*t.off + 4*eps*(first+most*t.mid)
	s.bought = append(s.bought, p)
	s.left = slices.DeleteFunc(s.left, func(q int) bool { return q == p })
}

// follow gives a supporter the trace of having paid. Ballots with one trace and one number of points go on together.
func (s *session) follow(b backer, k int32, price *big.Rat, t span, next map[[2]int64]int32) {
	was := s.at[b.g]
	key := [2]int64{int64(was), b.a}
	id, known := next[key]
	if !known {
		id = broke
		if was != broke && s.above(b, was, price, t) > 0 {
			id = int32(len(s.traces)) //nolint:gosec // at most one for each ballot and purchase
			s.traces = append(s.traces, trace{parent: was, purchase: k, points: b.a})
		}
		next[key] = id
	}
	s.at[b.g] = id
}

// above compares what a supporter holds with price·points: by floats where they are sure, else exactly.
func (s *session) above(b backer, id int32, price *big.Rat, t span) int {
	d := s.held[b.g] - t.mid*float64(b.a)
	if off := s.slip + t.off*float64(b.a) + 4*eps*(s.held[b.g]+t.mid*float64(b.a)); d > off {
		return 1
	} else if d < -off {
		return -1
	}
	return s.holds(id).Cmp(new(big.Rat).Mul(price, new(big.Rat).SetInt64(b.a)))
}

// holds is exactly what ballots of a trace hold.
func (s *session) holds(id int32) *big.Rat {
	tr := &s.traces[id]
	if tr.exact == nil {
		paid := new(big.Rat).Mul(s.prices[tr.purchase], new(big.Rat).SetInt64(tr.points))
		tr.exact = paid.Sub(s.holds(tr.parent), paid)
	}
	return tr.exact
}

// decide works out the prices of near candidates exactly and gives the one with the smallest ρ, or -1 where none can be paid.
func (s *session) decide(near []candidate) (int, *big.Rat) {
	best, rho, price := -1, (*big.Rat)(nil), (*big.Rat)(nil)
	for _, c := range near {
		t := s.price(c.p)
		if t == nil {
			s.left = slices.DeleteFunc(s.left, func(q int) bool { return q == c.p })
			continue
		}
		r := new(big.Rat).Set(t)
		if s.r.o.Utility == Cost {
			r.Quo(t, s.r.e.Projects[c.p].Cost)
		}
		// An exact ρ that turned out higher than another's bound waits for the next round.
		if f, _ := r.Float64(); f > 0 {
			s.floor[c.p] = max(s.floor[c.p], f*(1-4*eps))
		}
		switch {
		case rho == nil || r.Cmp(rho) < 0:
			best, rho, price = c.p, r, t
		case r.Cmp(rho) == 0 && s.r.tie(c.p, best) < 0:
			best, price = c.p, t
		}
	}
	return best, price
}

// price finds t exactly, nil when the supporters do not hold the cost among them.
func (s *session) price(p int) *big.Rat {
	backers := s.backers[p]
	poor := make([]bool, len(backers))
	for i, b := range backers {
		poor[i] = s.at[b.g] == broke
	}
	for {
		given, weight := s.given(backers, poor)
		t := new(big.Rat).Sub(s.r.e.Projects[p].Cost, given)
		if weight == 0 {
			return nil // if they held the cost, somebody would still pay by points
		}
		t.Quo(t, new(big.Rat).SetInt64(weight))
		mid, _ := t.Float64()
		changed := false
		for i, b := range backers {
			if !poor[i] && s.above(b, s.at[b.g], t, span{mid, mid * eps}) < 0 {
				poor[i], changed = true, true
			}
		}
		if !changed {
			return t
		}
	}
}

// given is what those who give all hold, and the points of the others.
func (s *session) given(backers []backer, poor []bool) (*big.Rat, int64) {
	weight, people, points := int64(0), int64(0), make([]int64, len(s.prices))
	for i, b := range backers {
		if !poor[i] {
			weight += b.n * b.a
			continue
		}
		if s.at[b.g] == broke {
			continue
		}
		people += b.n
		for id := s.at[b.g]; id > broke; id = s.traces[id].parent {
			points[s.traces[id].purchase] += b.n * s.traces[id].points
		}
	}
	sum := new(big.Rat).Mul(s.share, new(big.Rat).SetInt64(people))
	term := new(big.Rat)
	for k, n := range points {
		if n > 0 {
			sum.Sub(sum, term.Mul(s.prices[k], new(big.Rat).SetInt64(n)))
		}
	}
	return sum, weight
}
