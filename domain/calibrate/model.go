package calibrate

import (
	"math"
	"slices"

	"seedbed/domain/draw"
)

// model is the fit at given variances. Of projects and judges the more numerous side is absorbed, as its block of Henderson's
// equations is diagonal; the other side and μ remain, dense.
type model struct {
	d        *data
	q, b, e  float64
	absorbP  bool // projects are absorbed
	side     [][]int
	s        *cholesky // of the dense side and μ, μ first; in units of 1/σe²
	diagonal []float64 // of the absorbed side
	x        []float64 // μ and the dense side's effects
	u        []float64 // the absorbed side's effects
	loss     float64   // −2·log of the restricted likelihood, up to a constant
	squares  float64   // y'W(y − ŷ)
}

func (m *model) mu() float64 { return m.x[0] }

func (m *model) quality(p int) float64 {
	if m.absorbP {
		return m.u[p]
	}
	return m.x[1+p]
}

func (m *model) lenience(j int) float64 {
	if m.absorbP {
		return m.x[1+j]
	}
	return m.u[j]
}

// dense is a cell's place in x.
func (m *model) dense(c cell) int {
	if m.absorbP {
		return 1 + c.j
	}
	return 1 + c.p
}

// solve sets up and solves Henderson's equations at the variances given.
func (d *data) solve(q, b, e float64) *model {
	m := &model{d: d, q: q, b: b, e: e, absorbP: len(d.projects) >= len(d.judges), side: d.byProject}
	n, ratioA, ratioB := len(d.judges), e/q, e/b
	if !m.absorbP {
		m.side, n, ratioA, ratioB = d.byJudge, len(d.projects), e/b, e/q
	}
	a := newSquare(n + 1)
	right := make([]float64, n+1)
	for k := 1; k <= n; k++ {
		a[k][k] = ratioB
	}
	for _, c := range d.cells {
		k := m.dense(c)
		a[0][0] += c.c
		a[k][0] += c.c
		a[k][k] += c.c
		right[0] += c.c * c.y
		right[k] += c.c * c.y
	}
	m.diagonal = make([]float64, len(m.side))
	sums := make([]float64, len(m.side))
	logs := 0.0
	for i, list := range m.side {
		weight, sum := 0.0, 0.0
		for _, at := range list {
			weight += d.cells[at].c
			sum += d.cells[at].c * d.cells[at].y
		}
		m.diagonal[i], sums[i] = weight+ratioA, sum
		logs += math.Log(m.diagonal[i])
		f := 1 / m.diagonal[i]
		a[0][0] -= f * weight * weight
		right[0] -= f * weight * sum
		for _, at := range list {
			c := d.cells[at]
			k := m.dense(c)
			a[k][0] -= f * weight * c.c
			right[k] -= f * c.c * sum
			for _, other := range list {
				if l := m.dense(d.cells[other]); l <= k {
					a[k][l] -= f * c.c * d.cells[other].c
				}
			}
		}
	}
	m.s = factor(a)
	m.x = m.s.solve(slices.Clone(right))
	m.u = make([]float64, len(m.side))
	for i := range m.side {
		m.u[i] = (sums[i] - m.along(i, m.x)) / m.diagonal[i]
	}
	m.judge(sums, logs)
	return m
}

// judge works out how well the solution fits: the squares left over, and the restricted likelihood.
func (m *model) judge(sums []float64, logs float64) {
	n := len(m.x) - 1
	yy, explained, full := 0.0, 0.0, make([]float64, n+1)
	for i, u := range m.u {
		explained += u * sums[i]
	}
	for _, c := range m.d.cells {
		yy += c.c * c.y * c.y
		full[0] += c.c * c.y
		full[m.dense(c)] += c.c * c.y
	}
	for k, v := range full {
		explained += v * m.x[k]
	}
	m.squares = yy - explained
	varA, varB := m.q, m.b
	if !m.absorbP {
		varA, varB = m.b, m.q
	}
	m.loss = float64(len(m.d.cells)-len(m.side)-n-1)*math.Log(m.e) + float64(len(m.side))*math.Log(varA) + float64(n)*math.Log(varB) + logs + m.s.logs() + m.squares/m.e
}

// along is what the dense side and μ add to an absorbed one's sum.
func (m *model) along(i int, x []float64) float64 {
	sum := 0.0
	for _, at := range m.side[i] {
		c := m.d.cells[at]
		sum += c.c * (x[0] + x[m.dense(c)])
	}
	return sum
}

// variances are the posterior variances of the absorbed and of the dense side, in units of σe².
func (m *model) variances() (absorbed, dense []float64) {
	inv := m.s.inverse()
	dense = make([]float64, len(inv)-1)
	for k := range dense {
		dense[k] = inv[k+1][k+1]
	}
	at := func(k, l int) float64 { return inv[max(k, l)][min(k, l)] }
	absorbed = make([]float64, len(m.side))
	for i, list := range m.side {
		weight, sum := m.weight(i), 0.0
		for _, x := range list {
			c := m.d.cells[x]
			sum += 2 * c.c * at(m.dense(c), 0) * weight
			for _, y := range list {
				o := m.d.cells[y]
				sum += c.c * o.c * at(m.dense(c), m.dense(o))
			}
		}
		sum += weight * weight * inv[0][0]
		absorbed[i] = 1/m.diagonal[i] + sum/(m.diagonal[i]*m.diagonal[i])
	}
	return absorbed, dense
}

func (m *model) weight(i int) float64 {
	sum := 0.0
	for _, at := range m.side[i] {
		sum += m.d.cells[at].c
	}
	return sum
}

// errors are the posterior variances of qualities and leniences, without that of μ.
func (m *model) errors() (q, b []float64) {
	q, b = m.variances()
	if !m.absorbP {
		q, b = b, q
	}
	for i := range q {
		q[i] *= m.e
	}
	for j := range b {
		b[j] *= m.e
	}
	return q, b
}

// step is one step of EM for the restricted likelihood: log variances in, log variances out.
func (d *data) step(t [3]float64) ([3]float64, *model) {
	m := d.solve(math.Exp(t[0]), math.Exp(t[1]), math.Exp(t[2]))
	vq, vb := m.errors()
	q, b := 0.0, 0.0
	for i := range d.projects {
		q += m.quality(i)*m.quality(i) + vq[i]
	}
	for j := range d.judges {
		b += m.lenience(j)*m.lenience(j) + vb[j]
	}
	e := m.squares / float64(len(d.cells)-1)
	least := d.floor()
	return [3]float64{math.Log(max(q/float64(len(d.projects)), least)), math.Log(max(b/float64(len(d.judges)), least)), math.Log(max(e, 1e3*least))}, m // nothing at all left to chance would be past what floats can solve
}

// floor is the variance that stands for none.
func (d *data) floor() float64 {
	sum := 0.0
	for _, c := range d.cells {
		sum += c.y * c.y
	}
	return max(sum/float64(max(len(d.cells), 1))*1e-9, 1e-12)
}

const (
	mostSteps = 400
	tolerance = 1e-8
)

// fit finds the variances. EM goes surely and slowly; two steps show where it is going, and it jumps there wherever that is
// no worse (Varadhan and Roland 2008).
func (d *data) fit() *model {
	least := d.floor()
	if !d.apart() || least <= 1e-12 {
		return d.plain(least)
	}
	start := math.Log(least * 1e9 / 3)
	t := [3]float64{start, start, start}
	for n := 0; n < mostSteps; n += 3 {
		one, _ := d.step(t)
		two, _ := d.step(one)
		r, v, rr, vv := [3]float64{}, [3]float64{}, 0.0, 0.0
		for k := range t {
			r[k] = one[k] - t[k]
			v[k] = two[k] - one[k] - r[k]
			rr += r[k] * r[k]
			vv += v[k] * v[k]
		}
		if math.Sqrt(rr) < tolerance {
			t = one
			break
		}
		next := two
		if vv > 0 {
			alpha := min(-1, -math.Sqrt(rr/vv))
			for k := range t {
				next[k] = min(max(t[k]-2*alpha*r[k]+alpha*alpha*v[k], math.Log(least)), start+20)
			}
			after, m := d.step(next)
			if base := d.loss(two); m.loss <= base+1e-9*math.Abs(base) {
				next = after
			} else {
				next = two
			}
		}
		t = next
	}
	m := d.solve(math.Exp(t[0]), math.Exp(t[1]), math.Exp(t[2]))
	// What has sunk to the floor is none.
	for _, v := range []*float64{&m.q, &m.b} {
		if *v <= 4*least {
			*v = 0
		}
	}
	return m
}

func (d *data) loss(t [3]float64) float64 {
	return d.solve(math.Exp(t[0]), math.Exp(t[1]), math.Exp(t[2])).loss
}

// plain is the fit where nothing can be told apart: projects differ, judges do not.
func (d *data) plain(least float64) *model {
	m := d.solve(max(least*1e9, 1e-9), 1e-12, max(least*1e3, 1e-12))
	m.b = 0
	if least <= 1e-12 { // all totals are the same
		m.q, m.e = 0, 0
	}
	return m
}

// ranks reads expected ranks and rank intervals from draws of the posterior, within each component.
func (d *data) ranks(m *model, seed string, out []Project) {
	source := draw.New(seed, "calibrate")
	sd := math.Sqrt(m.e)
	tally := make([][]int32, len(out)) // by project: how often each rank, from 1
	size := make([]int, d.components+1)
	for _, p := range out {
		size[p.Component]++
	}
	for i, p := range out {
		tally[i] = make([]int32, size[p.Component]+1)
	}
	q, order, rank := make([]float64, len(out)), make([]int, len(out)), make([]int, d.components+1)
	for range Draws {
		x := m.s.sample(m.x, sd, source)
		for i := range q {
			if m.absorbP {
				q[i] = m.drawn(i, x, sd, source)
			} else {
				q[i] = x[1+i]
			}
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int {
			switch {
			case q[a] > q[b]:
				return -1
			case q[a] < q[b]:
				return 1
			}
			return a - b
		})
		clear(rank)
		for _, i := range order {
			c := out[i].Component
			rank[c]++
			tally[i][rank[c]]++
		}
	}
	for i := range out {
		sum := 0.0
		for r, n := range tally[i] {
			sum += float64(r) * float64(n)
		}
		out[i].ExpectedRank = sum / Draws
		out[i].Rank50 = [2]int{quantile(tally[i], Draws/4), quantile(tally[i], Draws*3/4-1)}
		out[i].Rank90 = [2]int{quantile(tally[i], Draws/20), quantile(tally[i], Draws*19/20-1)}
	}
}

// drawn is a draw of an absorbed effect, the others given.
func (m *model) drawn(i int, x []float64, sd float64, source *draw.Source) float64 {
	sum := 0.0
	for _, at := range m.side[i] {
		sum += m.d.cells[at].c * m.d.cells[at].y
	}
	return (sum-m.along(i, x))/m.diagonal[i] + sd/math.Sqrt(m.diagonal[i])*source.Normal()
}

// quantile is the rank of the n-th draw, from 0, in order of rank.
func quantile(tally []int32, n int) int {
	for r, k := range tally {
		if n -= int(k); n < 0 {
			return r
		}
	}
	return len(tally) - 1
}
