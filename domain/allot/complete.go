package allot

import (
	"math/big"
	"slices"
)

// equalShares runs the method and completes it.
func (r *run) equalShares() {
	for p := range r.e.Projects {
		r.why[p] = NoVotes
		if r.votes[p] > 0 {
			r.why[p] = TooLittle
			if r.e.Projects[p].Cost.Sign() == 0 {
				r.take(p)
			}
		}
	}
	if r.e.N > 0 {
		m := newMarket(r)
		share := new(big.Rat).Quo(r.e.Budget, new(big.Rat).SetInt64(r.e.N))
		bought := m.buy(share)
		if r.o.Complete == Add1 || r.o.Complete == Exhaust {
			bought = m.add1(share, bought)
		}
		for _, p := range bought {
			r.take(p)
		}
	}
	if r.o.Complete == Utilitarian || r.o.Complete == Exhaust {
		r.walk(false)
	}
}

// add1 raises every share by 1 until the next step would overspend, or nothing that is left over would fit.
func (m *market) add1(share *big.Rat, bought []int) []int {
	one := big.NewRat(1, 1)
	for !m.exhaustive(bought) {
		share = new(big.Rat).Add(share, one)
		more := m.buy(share)
		if m.cost(more).Cmp(m.r.e.Budget) > 0 {
			break
		}
		bought = more
	}
	return bought
}

func (m *market) cost(bought []int) *big.Rat {
	sum := new(big.Rat)
	for _, p := range bought {
		sum.Add(sum, m.r.e.Projects[p].Cost)
	}
	return sum
}

// exhaustive tells whether no project with supporters fits beside what is bought.
func (m *market) exhaustive(bought []int) bool {
	left := new(big.Rat).Sub(m.r.e.Budget, m.cost(bought))
	for _, p := range m.open {
		if !slices.Contains(bought, p) && m.r.e.Projects[p].Cost.Cmp(left) <= 0 {
			return false
		}
	}
	return true
}
