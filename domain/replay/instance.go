package replay

import (
	"io"

	"seedbed/domain/assign"
	"seedbed/domain/decimal"
)

// names gives each id of a file a number, in the order they turn up, and remembers where one was first used.
type names struct {
	at       map[string]int32
	list     []string
	use      []string
	declared []int32 // the place it was declared at, -1 before
	last     string
	lastAt   int32
}

func newNames() *names { return &names{at: map[string]int32{}, lastAt: -1} }

// of gives the number of an id that stands at the scan's place.
func (n *names) of(s *scan, most int) (int32, error) {
	text, err := s.bytes()
	if err != nil {
		return 0, err
	}
	if n.lastAt >= 0 && string(text) == n.last {
		return n.lastAt, nil
	}
	at, known := n.at[string(text)]
	if !known {
		if len(text) == 0 {
			return 0, s.wrong("不能空着")
		}
		if len(n.list) == most {
			return 0, s.wrong("太多了，最多 %d 个", most)
		}
		at = int32(len(n.list)) //nolint:gosec // bounded by most
		id := string(text)
		n.at[id] = at
		n.list, n.use, n.declared = append(n.list, id), append(n.use, s.where()), append(n.declared, -1)
	}
	n.last, n.lastAt = n.list[at], at
	return at, nil
}

// reading is an instance half read.
type reading struct {
	s                *scan
	in               *assign.Instance
	judges, projects *names
}

// ReadInstance reads what assign works from.
func ReadInstance(r io.Reader) (*assign.Instance, error) {
	return readInstance(newScan(r, MostInstance))
}

func readInstance(s *scan) (*assign.Instance, error) {
	r := &reading{s: s, in: &assign.Instance{Mode: assign.Best}, judges: newNames(), projects: newNames()}
	seen, err := s.fields(map[string]func() error{
		"judges":   func() error { return s.array(func(int) error { return r.judge() }) },
		"projects": func() error { return s.array(func(int) error { return r.project() }) },
		"suitability": func() error {
			return s.array(func(int) error { return r.suit() })
		},
		"conflicts": func() error { return r.pairs(&r.in.Conflicts) },
		"locked":    func() error { return r.pairs(&r.in.Locked) },
		"mode": func() error {
			mode, err := s.oneOf("best", "fair", "random")
			r.in.Mode = assign.Mode(mode)
			return err
		},
		"q":            r.chance,
		"load_penalty": func() (err error) { r.in.Load, err = s.micro(0, assign.MostLoad); return err },
		"seed":         func() (err error) { r.in.Seed, err = s.text1(); return err },
	})
	if err == nil {
		err = s.require(seen, "judges", "projects")
	}
	if err == nil && r.in.Mode == assign.Random {
		err = s.require(seen, "q", "seed")
	}
	if err == nil {
		err = s.end()
	}
	if err == nil {
		err = r.place()
	}
	return r.in, err
}

// chance reads q: more than 0, at most 1, in hundredths.
func (r *reading) chance() error {
	v, err := r.s.micro(1, decimal.Micros)
	if err == nil && v%10_000 != 0 {
		err = r.s.wrong("最多两位小数")
	}
	r.in.Q = int(v / 10_000)
	return err
}

func (r *reading) judge() error {
	j, at := assign.Judge{Max: -1}, int32(0)
	seen, err := r.s.fields(map[string]func() error{
		"id":  func() (err error) { at, err = r.judges.of(r.s, assign.MostJudges); return err },
		"min": func() error { return r.count(&j.Min) },
		"max": func() error { return r.count(&j.Max) },
	})
	if err == nil {
		err = r.s.require(seen, "id")
	}
	if err == nil && j.Max >= 0 && j.Min > j.Max {
		err = r.s.wrong("min 比 max 大")
	}
	if err == nil && r.judges.declared[at] >= 0 {
		err = r.s.wrong("“%s”写了两次", clip(r.judges.list[at]))
	}
	if err != nil {
		return err
	}
	j.ID = r.judges.list[at]
	r.judges.declared[at] = int32(len(r.in.Judges)) //nolint:gosec // bounded by MostJudges
	r.in.Judges = append(r.in.Judges, j)
	return nil
}

func (r *reading) count(to *int) error {
	v, err := r.s.whole(0, assign.MostSlots)
	*to = int(v)
	return err
}

func (r *reading) project() error {
	p, at := assign.Project{}, int32(0)
	seen, err := r.s.fields(map[string]func() error{
		"id":   func() (err error) { at, err = r.projects.of(r.s, assign.MostProjects); return err },
		"need": func() error { return r.count(&p.Need) },
	})
	if err == nil {
		err = r.s.require(seen, "id", "need")
	}
	if err == nil && r.projects.declared[at] >= 0 {
		err = r.s.wrong("“%s”写了两次", clip(r.projects.list[at]))
	}
	if err != nil {
		return err
	}
	p.ID = r.projects.list[at]
	r.projects.declared[at] = int32(len(r.in.Projects)) //nolint:gosec // bounded by MostProjects
	r.in.Projects = append(r.in.Projects, p)
	return nil
}

// suit reads ["judge","project",0.73].
func (r *reading) suit() error {
	var v assign.Suit
	n := 0
	err := r.s.array(func(at int) (err error) {
		n = at + 1
		switch at {
		case 0:
			v.Judge, err = r.judges.of(r.s, assign.MostJudges)
		case 1:
			v.Project, err = r.projects.of(r.s, assign.MostProjects)
		case 2:
			var w int64
			w, err = r.s.micro(0, decimal.Micros)
			v.W = int32(w) //nolint:gosec // at most a million
		default:
			err = r.s.wrong("这里要 %d 项", 3)
		}
		return err
	})
	if err == nil && n != 3 {
		err = r.s.wrong("这里要 %d 项", 3)
	}
	r.in.Suitability = append(r.in.Suitability, v)
	return err
}

func (r *reading) pair() (assign.Pair, error) {
	var v assign.Pair
	n := 0
	err := r.s.array(func(at int) (err error) {
		n = at + 1
		switch at {
		case 0:
			v.Judge, err = r.judges.of(r.s, assign.MostJudges)
		case 1:
			v.Project, err = r.projects.of(r.s, assign.MostProjects)
		default:
			err = r.s.wrong("这里要 %d 项", 2)
		}
		return err
	})
	if err == nil && n != 2 {
		err = r.s.wrong("这里要 %d 项", 2)
	}
	return v, err
}

func (r *reading) pairs(to *[]assign.Pair) error {
	return r.s.array(func(int) error {
		v, err := r.pair()
		*to = append(*to, v)
		return err
	})
}

// place turns the file's numbers into places of judges and projects, once all are known, and finds what stands twice.
func (r *reading) place() error {
	for what, n := range []*names{r.judges, r.projects} {
		for i, at := range n.declared {
			if at < 0 {
				text := []string{"没有评委“%s”", "没有项目“%s”"}[what]
				return (&scan{path: []step{{key: n.use[i]}}, plain: true}).wrong(text, clip(n.list[i]))
			}
		}
	}
	js, ps := r.judges.declared, r.projects.declared
	if len(js)*len(ps) > assign.MostPairs {
		return (&scan{path: []step{{key: "projects"}}, plain: true}).wrong("%d 位评委 × %d 个项目，太多了", len(js), len(ps))
	}
	for i := range r.in.Judges {
		if r.in.Judges[i].Max < 0 {
			r.in.Judges[i].Max = max(len(ps), r.in.Judges[i].Min)
		}
	}
	seen := make([]uint64, len(js)*len(ps)/64+1)
	twice := func(j, p int32) bool {
		bit := int(j)*len(ps) + int(p)
		was := seen[bit/64] >> (bit % 64) & 1
		seen[bit/64] |= 1 << (bit % 64)
		return was == 1
	}
	for i := range r.in.Suitability {
		v := &r.in.Suitability[i]
		v.Judge, v.Project = js[v.Judge], ps[v.Project]
		if twice(v.Judge, v.Project) {
			return at("suitability", i).wrong("这一对写了两次")
		}
	}
	for name, list := range map[string][]assign.Pair{"conflicts": r.in.Conflicts, "locked": r.in.Locked} {
		clear(seen)
		for i := range list {
			list[i].Judge, list[i].Project = js[list[i].Judge], ps[list[i].Project]
			if twice(list[i].Judge, list[i].Project) {
				return at(name, i).wrong("这一对写了两次")
			}
		}
	}
	return r.locks()
}

// locks refuses locked pairs that cannot stay.
func (r *reading) locks() error {
	off := map[assign.Pair]bool{}
	for _, c := range r.in.Conflicts {
		off[c] = true
	}
	judges, projects := map[int32]int{}, map[int32]int{}
	for i, l := range r.in.Locked {
		judges[l.Judge]++
		projects[l.Project]++
		switch {
		case off[l]:
			return at("locked", i).wrong("这一对有利益冲突，不能锁定")
		case judges[l.Judge] > r.in.Judges[l.Judge].Max:
			return at("locked", i).wrong("评委“%s”锁定的项目超过了上限", clip(r.in.Judges[l.Judge].ID))
		case projects[l.Project] > r.in.Projects[l.Project].Need:
			return at("locked", i).wrong("项目“%s”锁定的评委超过了需要", clip(r.in.Projects[l.Project].ID))
		}
	}
	slots := 0
	for i, p := range r.in.Projects {
		if slots += p.Need; slots > assign.MostSlots {
			return at("projects", i, "need").wrong("太多了，最多 %d 个", assign.MostSlots)
		}
	}
	return nil
}
