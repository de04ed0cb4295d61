package judging

import (
	"cmp"
	"slices"

	"seedbed/domain/draw"
	"seedbed/domain/fault"
)

// OrderInput is everything the order of a pitch round follows from. It is published with the draw, so that anybody can
// draw again: `seedbed pitch-order`.
type OrderInput struct {
	Seed      string      `json:"seed"`
	Projects  []string    `json:"projects"`
	Conflicts [][2]string `json:"conflicts"` // [judge, project]: the judge leaves the room for it
}

// OrderResult is the order, and how often each tied judge has to leave the room in it: projects that follow each other
// are one leaving.
type OrderResult struct {
	Order []string       `json:"order"`
	Exits map[string]int `json:"exits"`
}

const (
	mostProjects = 2000
	exactUpTo    = 7 // projects of a block whose every order is tried
)

// PitchOrder draws the order of the pitches. Projects that a same judge is tied to, directly or through others, are a
// block. Blocks and single projects stand in the order of their lots; a block's lot is that of its smallest id, so that a
// large block is no likelier to come early. Within a block the order with the fewest leavings is taken: of up to seven
// projects every order is tried, of more each next one shares the most tied judges with the last; among equals, and where
// that saves nothing, the lots decide. The same input gives the same order, whatever order its lists are in.
func PitchOrder(in OrderInput) (OrderResult, error) {
	if in.Seed == "" || len(in.Projects) == 0 || len(in.Projects) > mostProjects {
		return OrderResult{}, fault.New(fault.Invalid, "抽签要有种子，和 1 到 %d 个项目", mostProjects)
	}
	ids := slices.Sorted(slices.Values(in.Projects))
	if len(slices.Compact(slices.Clone(ids))) != len(ids) {
		return OrderResult{}, fault.New(fault.Invalid, "抽签的项目有重复的")
	}
	ties := map[string][]string{}
	for _, c := range in.Conflicts {
		if _, known := slices.BinarySearch(ids, c[1]); !known {
			return OrderResult{}, fault.New(fault.Invalid, "利害关系里有不在抽签里的项目：%s", c[1])
		}
		if !slices.Contains(ties[c[1]], c[0]) {
			ties[c[1]] = append(ties[c[1]], c[0])
		}
	}
	blocks := tiedBlocks(ids, ties)
	slices.SortFunc(blocks, func(a, b []string) int {
		return cmp.Or(cmp.Compare(draw.Lot(in.Seed, a[0]), draw.Lot(in.Seed, b[0])), cmp.Compare(a[0], b[0]))
	})
	out := OrderResult{}
	for _, block := range blocks {
		out.Order = append(out.Order, quietest(draw.Order(in.Seed, block), ties)...)
	}
	out.Exits = leavings(out.Order, ties)
	return out, nil
}

// tiedBlocks parts the projects into those that tied judges join together; ids come sorted and stay so.
func tiedBlocks(ids []string, ties map[string][]string) [][]string {
	home := map[string]string{}
	var root func(string) string
	root = func(id string) string {
		if home[id] == "" || home[id] == id {
			return id
		}
		return root(home[id])
	}
	first := map[string]string{} // by judge
	for _, id := range ids {
		for _, j := range ties[id] {
			if first[j] == "" {
				first[j] = id
			}
			if a, b := root(first[j]), root(id); a != b {
				home[max(a, b)] = min(a, b)
			}
		}
	}
	blocks := map[string][]string{}
	for _, id := range ids {
		blocks[root(id)] = append(blocks[root(id)], id)
	}
	out := make([][]string, 0, len(blocks))
	for _, b := range blocks {
		out = append(out, b)
	}
	return out
}

// leavings counts for each judge how often they leave the room: runs of projects they are tied to.
func leavings(order []string, ties map[string][]string) map[string]int {
	exits, out := map[string]int{}, map[string]bool{}
	for _, id := range order {
		next := map[string]bool{}
		for _, j := range ties[id] {
			next[j] = true
			if !out[j] {
				exits[j]++
			}
		}
		out = next
	}
	return exits
}

func disturbance(order []string, ties map[string][]string) int {
	sum := 0
	for _, n := range leavings(order, ties) {
		sum += n
	}
	return sum
}

// quietest is a block, which comes in the order of its lots, in the order with the fewest leavings.
func quietest(lots []string, ties map[string][]string) []string {
	best, least := lots, disturbance(lots, ties)
	try := func(order []string) {
		if n := disturbance(order, ties); n < least {
			best, least = slices.Clone(order), n
		}
	}
	if len(lots) <= exactUpTo {
		permute(lots, nil, try)
		return best
	}
	for _, start := range lots {
		try(chained(start, lots, ties))
	}
	return best
}

// permute hands every order to try, those nearer the order of lots first.
func permute(left, done []string, try func([]string)) {
	if len(left) == 0 {
		try(done)
		return
	}
	for i, id := range left {
		rest := append(slices.Clone(left[:i]), left[i+1:]...)
		permute(rest, append(done, id), try)
	}
}

// chained begins with a project and goes on with the one that shares the most tied judges with the last.
func chained(start string, lots []string, ties map[string][]string) []string {
	order := []string{start}
	left := slices.DeleteFunc(slices.Clone(lots), func(id string) bool { return id == start })
	for len(left) > 0 {
		best, most := 0, -1
		for i, id := range left {
			shared := 0
			for _, j := range ties[id] {
				if slices.Contains(ties[order[len(order)-1]], j) {
					shared++
				}
			}
			if shared > most {
				best, most = i, shared
			}
		}
		order = append(order, left[best])
		left = slices.Delete(left, best, best+1)
	}
	return order
}
