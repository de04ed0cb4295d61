package judging

import (
	"context"
	"slices"

	"seedbed/domain/assign"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// Load is how many projects a judge would have.
type Load struct {
	ID, Name string
	N        int
	Min, Max int // what was asked for; Max 0 for no limit
}

// Outlook is what an aim would come to.
type Outlook struct {
	Aim
	Solved
	Loads []Load
}

// Most and Fewest are the largest and the smallest load of a judge.
func (o Outlook) Most() int { return slices.MaxFunc(o.Loads, byLoad).N }

// Fewest is the smallest load of a judge.
func (o Outlook) Fewest() int { return slices.MinFunc(o.Loads, byLoad).N }

func byLoad(a, b Load) int { return a.N - b.N }

// Panel is a project with the judges it would have.
type Panel struct {
	ID, Number, Title string
	Judges            []Member
	Short             int      // seats nobody may fill
	Gaps              []string // of DOMAIN §8.3, see PanelGaps
}

// Member is a judge in a panel.
type Member struct {
	ID, Name string
	Tags     []string
	Locked   bool
}

// Preview is an assignment that has not been made: it changes nothing.
type Preview struct {
	Edition  edition.Edition
	Round    Round
	Chosen   Outlook
	Others   []Outlook // all modes side by side, the chosen one among them
	Panels   []Panel
	Gaps     []string // of the whole jury
	Locks    []Lock
	Judges   []Load // who has accepted
	Projects []edition.Choice
	Hash     string // of the instance
	Stored   []Stored
}

// Lock is a pair fixed by hand.
type Lock struct{ JudgeID, Judge, ProjectID, Project string }

// Usual is how a round is assigned unless somebody chooses otherwise.
func Usual() Aim { return usual }

// The gaps of a panel, see PanelGaps.
var gapNames = []edition.Choice{{Code: "social_work", Name: "没有社工"}, {Code: "finance", Name: "没有懂财务的"}, {Code: "resident", Name: "没有居民代表"}, {Code: "government", Name: "主办方的人超过三分之一"}}

// GapNames says what a panel lacks.
var GapNames = gapNames

// PanelGaps tells which rules of DOMAIN §8.3 a panel misses, given its members' tags: at least one social worker, one from
// finance, one resident, and not more than a third from the organiser. They warn; they forbid nothing.
func PanelGaps(members [][]string) []string {
	gaps, organiser := []string{}, 0
	for _, need := range []string{"social_work", "finance", "resident"} {
		if !slices.ContainsFunc(members, func(tags []string) bool { return slices.Contains(tags, need) }) {
			gaps = append(gaps, need)
		}
	}
	for _, tags := range members {
		if slices.Contains(tags, "government") {
			organiser++
		}
	}
	if 3*organiser > len(members) {
		gaps = append(gaps, "government")
	}
	return gaps
}

// juryOf is an edition whose jury the actor keeps or leads.
func (b *Book) juryOf(ctx context.Context, by identity.Actor, editionID string) (edition.Edition, error) {
	e, err := edition.Get(ctx, b.db, editionID)
	if err == nil && !by.Sees(identity.ReadJury, e.Place) {
		err = fault.Missing()
	}
	return e, err
}

// Preview computes what an aim would come to, and beside it what the other modes would give.
func (b *Book) Preview(ctx context.Context, by identity.Actor, roundID string, aim Aim) (p Preview, err error) {
	if p.Round, _, err = b.mine(ctx, by, roundID); err != nil {
		return p, err
	}
	if p.Edition, err = b.juryOf(ctx, by, p.Round.EditionID); err != nil {
		return p, err
	}
	if aim, err = aim.check(); err != nil {
		return p, err
	}
	var s *state
	err = b.db.Snapshot(ctx, func(q pg.Reader) error {
		if s, err = survey(ctx, q, p.Round, ""); err != nil {
			return err
		}
		p.Stored, err = pg.All[Stored](ctx, q, plansSQL, pg.Args{"round": roundID})
		return err
	})
	if err != nil {
		return p, err
	}
	p.Judges, p.Projects, p.Locks = s.loads(nil), s.titles(), s.named()
	tags := [][]string{}
	for _, j := range s.judges {
		if j.State == Accepted {
			tags = append(tags, j.Tags)
		}
	}
	p.Gaps = PanelGaps(tags)
	if len(p.Judges) == 0 || len(s.projects) == 0 {
		return p, nil
	}
	return p, s.compare(aim, &p)
}

// compare computes the chosen aim and the other modes with the same settings.
func (s *state) compare(aim Aim, p *Preview) error {
	for _, mode := range Modes {
		each := Aim{Mode: string(mode), Load: aim.Load}
		if mode == assign.Random {
			each.Q, each.Seed = aim.Q, trialSeed
			if each.Q == 0 {
				each.Q = usualChance
			}
		}
		text, err := s.write(each, nil)
		if err != nil {
			return err
		}
		plan, err := solve(text)
		if err != nil {
			return err
		}
		o := Outlook{Aim: each, Solved: plan, Loads: s.loads(plan.Pairs)}
		p.Others = append(p.Others, o)
		if string(mode) == aim.Mode {
			p.Chosen, p.Hash, p.Panels = o, replay.Sum(text), s.panels(plan.Pairs)
		}
	}
	return nil
}

// usualChance is the most chance of a pair in mode random, in hundredths.
const usualChance = 50

// loads counts the projects of every judge who has accepted.
func (s *state) loads(pairs []Seat) []Load {
	list := []Load{}
	for _, j := range s.judges {
		if j.State != Accepted {
			continue
		}
		l := Load{ID: j.ID, Name: j.Name, Min: j.LoadMin, Max: j.LoadMax}
		for _, p := range pairs {
			if p.Judge == j.ID {
				l.N++
			}
		}
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b Load) int {
		if a.Name < b.Name {
			return -1
		}
		if a.Name > b.Name {
			return 1
		}
		return 0
	})
	return list
}

func (s *state) titles() []edition.Choice {
	list := make([]edition.Choice, len(s.projects))
	for i, p := range s.projects {
		list[i] = edition.Choice{Code: p.ID, Name: p.Number + " " + p.Title}
	}
	slices.SortFunc(list, func(a, b edition.Choice) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return list
}

func (s *state) named() []Lock {
	list := []Lock{}
	for _, l := range s.locks {
		k := Lock{JudgeID: l.Judge, ProjectID: l.Project}
		for _, j := range s.judges {
			if j.ID == l.Judge {
				k.Judge = j.Name
			}
		}
		for _, p := range s.projects {
			if p.ID == l.Project {
				k.Project = p.Number + " " + p.Title
			}
		}
		list = append(list, k)
	}
	return list
}

// panels are the projects with their judges, by number.
func (s *state) panels(pairs []Seat) []Panel {
	list := []Panel{}
	for _, p := range s.projects {
		panel, tags := Panel{ID: p.ID, Number: p.Number, Title: p.Title}, [][]string{}
		for _, j := range s.judges {
			pair := Seat{j.ID, p.ID}
			if !slices.Contains(pairs, pair) {
				continue
			}
			panel.Judges = append(panel.Judges, Member{j.ID, j.Name, j.Tags, slices.Contains(s.locks, pair)})
			tags = append(tags, j.Tags)
		}
		panel.Short, panel.Gaps = max(s.round.Panel-len(panel.Judges), 0), PanelGaps(tags)
		list = append(list, panel)
	}
	slices.SortFunc(list, func(a, b Panel) int {
		if a.Number < b.Number {
			return -1
		}
		if a.Number > b.Number {
			return 1
		}
		return 0
	})
	return list
}

// InstanceOf is the file an aim is computed from: `seedbed assign` gives the same plan from it, byte for byte.
func (b *Book) InstanceOf(ctx context.Context, by identity.Actor, roundID string, aim Aim) ([]byte, error) {
	p, err := b.Preview(ctx, by, roundID, aim)
	if err == nil && p.Chosen.Instance == nil {
		err = fault.Missing()
	}
	return p.Chosen.Instance, err
}

// StoredPlan is a kept plan with its instance, for those who may read the edition's jury.
func (b *Book) StoredPlan(ctx context.Context, by identity.Actor, planID string) (Stored, error) {
	p, err := pg.One[Stored](ctx, b.db, storedSQL, pg.Args{"id": planID})
	if err != nil {
		return p, err
	}
	r, err := pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": p.RoundID})
	if err == nil && !by.Sees(identity.ReadJury, r.Place) {
		err = fault.Missing()
	}
	return p, err
}

// Protocol is the stored plan as a file that `seedbed replay` computes again.
func (p Stored) Protocol() ([]byte, error) {
	return replay.Write("assign", []byte(p.Instance), []byte(p.Result), nil)
}
