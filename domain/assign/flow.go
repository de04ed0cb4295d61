package assign

import (
	"slices"

	"seedbed/domain/decimal"
)

// prices are what a flow pays. A cost in millionths is one number, and still says "first fill, then the judges' least, then
// suitability": a step of the next rank costs more than any one exchange can gain below it (docs/protocol.md).
type prices struct {
	suit     bool  // pay decimal.Micros − w for a pair, else nothing
	load     int64 // β
	unmet    int64 // what each project above a judge's least costs, so that the least is met first
	unfilled int64 // of a slot
}

// pricesOf are the prices of the whole aim.
func (t *table) pricesOf() prices {
	path := int64(min(len(t.judges), len(t.projects))+2) * decimal.Micros
	high := 0
	for j := range t.judges {
		high = max(high, t.base[j]+t.hi[j])
	}
	top := t.load * int64(2*high+1)
	unmet := path + top + 1
	return prices{suit: true, load: t.load, unmet: unmet, unfilled: 3 * unmet}
}

// fillPrices are those of the first rank alone: how many slots and how many judges' least.
func fillPrices() prices { return prices{unmet: 1, unfilled: 3} }

func (c prices) pair(w int32) int64 {
	if !c.suit {
		return 0
	}
	return decimal.Micros - int64(w)
}

// unit is what a judge's i-th further project costs, i from 1.
func (c prices) unit(t *table, j, i int) int64 {
	cost := c.load * int64(2*(t.base[j]+i)-1)
	if i > t.lo[j] {
		cost += c.unmet
	}
	return cost
}

// arc is a pair the flow knows, with how much of it is taken.
type arc struct {
	j    int32
	x    int32
	cost int64
}

// ref names an arc: the project and its place there.
type ref struct{ p, k int32 }

// flow is a min-cost flow from projects over judges to one sink, by successive shortest paths with potentials. Nodes are the
// projects, then the judges, then the sink.
type flow struct {
	t     *table
	c     prices
	floor int32 // only pairs of at least this suitability
	arcs  [][]arc
	used  [][]ref // by judge: the arcs with anything on them
	load  []int   // by judge, in parts
	slack []int   // by project, in parts: what stays unfilled
	over  []int   // by node: what has still to be sent on (or is still owed, below nought)
	pi    []int64

	dist  []int64
	from  []int32 // the node before
	via   []int32 // the arc's place at its project, -1 for arcs to and from the sink
	round []int32 // in which search dist was written
	done  []int32 // in which search the node was settled
	now   int32
	heap  heap
	seen  []int32
}

func newFlow(t *table, c prices, floor int32) *flow {
	n := len(t.projects) + len(t.judges) + 1
	f := &flow{t: t, c: c, floor: floor, arcs: make([][]arc, len(t.projects)), used: make([][]ref, len(t.judges)), load: make([]int, len(t.judges)),
		slack: make([]int, len(t.projects)), over: make([]int, n), pi: make([]int64, n), dist: make([]int64, n), from: make([]int32, n), via: make([]int32, n),
		round: make([]int32, n), done: make([]int32, n)}
	for p, need := range t.need {
		f.over[p] = need * t.unit
		f.over[n-1] -= need * t.unit
	}
	return f
}

func (f *flow) sink() int32            { return int32(len(f.over) - 1) } //nolint:gosec // bounded by MostProjects
func (f *flow) judge(j int32) int32    { return int32(len(f.arcs)) + j } //nolint:gosec // bounded by MostProjects
func (f *flow) isProject(v int32) bool { return int(v) < len(f.arcs) }

// next and last are what a judge's next part costs and what giving back the last one saves, each with how many parts at
// that price.
func (f *flow) next(j int32) (cost int64, parts int) {
	u := f.t.unit
	if f.load[j] >= f.t.hi[j]*u {
		return 0, 0
	}
	return f.c.unit(f.t, int(j), f.load[j]/u+1), u - f.load[j]%u
}

func (f *flow) last(j int32) (cost int64, parts int) {
	u := f.t.unit
	if f.load[j] == 0 {
		return 0, 0
	}
	return f.c.unit(f.t, int(j), (f.load[j]+u-1)/u), (f.load[j]-1)%u + 1
}

// settle sends everything on its way.
func (f *flow) settle() {
	for v := range f.over {
		for f.over[v] > 0 {
			f.augment(int32(v)) //nolint:gosec // bounded by MostProjects
		}
	}
}

// augment sends what one node has over along a shortest path to the nearest node that is owed something.
func (f *flow) augment(source int32) {
	f.now++
	f.heap, f.seen = f.heap[:0], f.seen[:0]
	f.reach(source, -1, -1, 0, 1<<62)
	end, best := int32(-1), int64(1<<62)
	for end < 0 {
		d, v := f.heap.pop()
		if f.done[v] == f.now {
			continue
		}
		f.done[v] = f.now
		f.seen = append(f.seen, v)
		if f.over[v] < 0 {
			end, best = v, d
			break
		}
		f.spread(v, d)
	}
	for _, v := range f.seen {
		f.pi[v] += f.dist[v] - best
	}
	f.push(source, end)
}

// reach notes that a node can be reached at a distance.
func (f *flow) reach(v, from, via int32, d, bound int64) {
	if f.round[v] == f.now && f.dist[v] <= d || d >= bound {
		return
	}
	f.round[v], f.dist[v], f.from[v], f.via[v] = f.now, d, from, via
	f.heap.add(d, v)
}

// spread goes on from a settled node. Nothing farther than the sink is of use while the sink is owed something.
func (f *flow) spread(v int32, d int64) {
	sink := f.sink()
	bound := int64(1 << 62)
	if f.over[sink] < 0 && f.round[sink] == f.now {
		bound = f.dist[sink]
	}
	at := d + f.pi[v]
	switch {
	case f.isProject(v):
		if f.slack[v] < f.t.need[v]*f.t.unit {
			f.reach(sink, v, -1, at+f.c.unfilled-f.pi[sink], bound)
			if f.over[sink] < 0 {
				bound = min(bound, f.dist[sink])
			}
		}
		first, most := f.judge(0), int32(f.t.most) //nolint:gosec // at most 100
		for k := range f.arcs[v] {
			a := &f.arcs[v][k]
			if a.x < most {
				if nd := at + a.cost - f.pi[first+a.j]; nd < bound {
					f.reach(first+a.j, v, int32(k), nd, bound) //nolint:gosec // bounded by MostJudges
				}
			}
		}
	case v == sink:
		f.unsink(at)
	default:
		j := v - f.judge(0)
		if cost, parts := f.next(j); parts > 0 {
			f.reach(sink, v, -1, at+cost-f.pi[sink], bound)
			if f.over[sink] < 0 {
				bound = min(bound, f.dist[sink])
			}
		}
		for _, r := range f.used[j] {
			f.reach(r.p, v, r.k, at-f.arcs[r.p][r.k].cost-f.pi[r.p], bound)
		}
	}
}

// unsink goes back from the sink: a judge may give back a part, a project fill a slot it had left.
func (f *flow) unsink(at int64) {
	sink := f.sink()
	for j := range f.load {
		if cost, parts := f.last(int32(j)); parts > 0 { //nolint:gosec // bounded by MostJudges
			v := f.judge(int32(j)) //nolint:gosec // bounded by MostJudges
			f.reach(v, sink, -1, at-cost-f.pi[v], 1<<62)
		}
	}
	for p, s := range f.slack {
		if s > 0 {
			f.reach(int32(p), sink, -1, at-f.c.unfilled-f.pi[p], 1<<62) //nolint:gosec // bounded by MostProjects
		}
	}
}

// push moves as much as the found path takes.
func (f *flow) push(source, end int32) {
	amount := min(f.over[source], -f.over[end])
	for v := end; v != source; v = f.from[v] {
		amount = min(amount, f.room(f.from[v], v, f.via[v]))
	}
	for v := end; v != source; v = f.from[v] {
		f.move(f.from[v], v, f.via[v], amount)
	}
	f.over[source] -= amount
	f.over[end] += amount
}

// room is how much may go from u to v.
func (f *flow) room(u, v, k int32) int {
	sink := f.sink()
	switch {
	case u == sink && f.isProject(v):
		return f.slack[v]
	case u == sink:
		_, parts := f.last(v - f.judge(0))
		return parts
	case v == sink && f.isProject(u):
		return f.t.need[u]*f.t.unit - f.slack[u]
	case v == sink:
		_, parts := f.next(u - f.judge(0))
		return parts
	case f.isProject(u):
		return f.t.most - int(f.arcs[u][k].x)
	default:
		return int(f.arcs[v][k].x)
	}
}

// move sends so much from u to v.
func (f *flow) move(u, v, k int32, amount int) {
	sink := f.sink()
	switch {
	case u == sink && f.isProject(v):
		f.slack[v] -= amount
	case u == sink:
		f.load[v-f.judge(0)] -= amount
	case v == sink && f.isProject(u):
		f.slack[u] += amount
	case v == sink:
		f.load[u-f.judge(0)] += amount
	case f.isProject(u):
		f.take(u, k, amount)
	default:
		a := &f.arcs[v][k]
		if a.x -= int32(amount); a.x == 0 { //nolint:gosec // at most 100
			list := f.used[a.j]
			at := slices.Index(list, ref{v, k})
			list[at] = list[len(list)-1]
			f.used[a.j] = list[:len(list)-1]
		}
	}
}

// take puts more onto an arc.
func (f *flow) take(p, k int32, amount int) {
	a := &f.arcs[p][k]
	if a.x == 0 {
		f.used[a.j] = append(f.used[a.j], ref{p, k})
	}
	a.x += int32(amount) //nolint:gosec // at most 100
}

// heap is a binary heap of nodes by distance, then number.
type heap []struct {
	d int64
	v int32
}

// less: of equal distances the sink goes first, and judges before projects: they are nearer to the end.
func (h heap) less(a, b int) bool { return h[a].d < h[b].d || h[a].d == h[b].d && h[a].v > h[b].v }

func (h *heap) add(d int64, v int32) {
	*h = append(*h, struct {
		d int64
		v int32
	}{d, v})
	for i := len(*h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.less(i, up) {
			break
		}
		(*h)[i], (*h)[up] = (*h)[up], (*h)[i]
		i = up
	}
}

func (h *heap) pop() (int64, int32) {
	top := (*h)[0]
	n := len(*h) - 1
	(*h)[0] = (*h)[n]
	*h = (*h)[:n]
	for i := 0; ; {
		down := 2*i + 1
		if down >= n {
			break
		}
		if down+1 < n && h.less(down+1, down) {
			down++
		}
		if !h.less(down, i) {
			break
		}
		(*h)[i], (*h)[down] = (*h)[down], (*h)[i]
		i = down
	}
	return top.d, top.v
}
