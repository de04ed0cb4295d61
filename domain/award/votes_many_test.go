package award

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/replay"
)

// manyVoted has residents vote for several projects each, at home and on paper, and counts.
func manyVoted(online [][]int, papers string) func(w *world, round string) {
	return func(w *world, round string) {
		w.t.Helper()
		opens := w.clock.Now().Add(time.Hour)
		w.must(w.jury.PlanPoll(w.ctx, w.staff, round, judging.NewPoll{OpensAt: opens, ClosesAt: opens.Add(time.Hour)}))
		w.clock.Set(opens)
		for i, chosen := range online {
			voter := w.person(fmt.Sprint("居民", i), "", "")
			voter.Home = home
			var projects []string
			for _, no := range chosen {
				projects = append(projects, w.ids[no])
			}
			w.must(w.jury.Cast(w.ctx, voter, round, judging.Vote{Projects: projects}))
		}
		for pass, name := range []string{"录入一", "录入二"} {
			by := w.person(name, identity.DistrictStaff, "jz")
			w.must(w.jury.KeyBox(w.ctx, by, round, judging.BoxCount{Box: "活动室", Pass: pass + 1, Ballots: papers}, &judging.Photo{Name: "唱票.pdf", File: strings.NewReader("%PDF-1.4 tally")}))
		}
		w.clock.Set(opens.Add(time.Hour))
		w.must(w.jury.CountPoll(w.ctx, w.staff, round, judging.Pressed{Version: 1}))
	}
}

// winners are the projects a plan selects, in the order of the world's.
func (w *world) winners(p Sharing) []int {
	w.t.Helper()
	decisions, err := p.Decide()
	w.must(err)
	var list []int
	for _, d := range decisions {
		if d.Result == Selected {
			list = append(list, slices.Index(w.ids, d.ID))
		}
	}
	slices.Sort(list)
	return list
}

// Ballots with several projects decide otherwise than the first choices alone would, the protocol file has them as lists, it replays to
// the same bytes, and a copy with one project taken off one ballot is refused.
func TestBallotsOfSeveralProjectsDecideTogether(t *testing.T) {
	for _, rule := range []string{EqualShares, Phragmen} {
		t.Run(rule, func(t *testing.T) {
			rules := byVotes(rule)
			rules.BallotMost = 2
			// Everybody wants the first project beside another: six the last, four the fourth. 7,000 yuan are two of 3,000.
			w := newWorldUnder(t, 5, 3, 7_000_00, rules, manyVoted([][]int{{4, 0}, {4, 0}, {4, 0}, {3, 0}}, "5 1\n1 5\n5 1\n4 1\n4 1\n1 4"))
			w.book.CountVotes(judging.Ballots)
			w.book.MoreFiles(PlanFiles)
			p := w.publicized()
			for i := range w.ids {
				if got, want := w.award(i).Result == Selected, i == 0 || i == 4; got != want {
					t.Errorf("project %d selected: %v", i, got)
				}
			}
			w.filesReplay(p)
			runs, err := Allocations(w.ctx, w.db, w.edition)
			w.must(err)
			var kept struct{ Input Sharing }
			w.must(json.Unmarshal([]byte(runs[0].Protocol), &kept))
			if n := len(kept.Input.Ballots); n != 10 {
				t.Fatalf("%d ballots", n)
			}
			if got := w.winners(kept.Input); !slices.Equal(got, []int{0, 4}) {
				t.Errorf("the file selects %v", got)
			}
			single := kept.Input
			single.Ballots = nil
			for _, b := range kept.Input.Ballots {
				if len(b) != 2 {
					t.Fatalf("a ballot of %d projects", len(b))
				}
				single.Ballots = append(single.Ballots, slices.DeleteFunc(slices.Clone(b), func(id string) bool { return id == w.ids[0] }))
			}
			if got := w.winners(single); !slices.Equal(got, []int{3, 4}) {
				t.Errorf("first choices alone select %v", got)
			}
			b := kept.Input.Ballots[0]
			whole, less := fmt.Sprintf("[%q,%q]", b[0], b[1]), fmt.Sprintf("[%q]", b[0])
			changed := bytes.Replace([]byte(runs[0].Protocol), []byte(whole), []byte(less), 1)
			if bytes.Equal(changed, []byte(runs[0].Protocol)) {
				t.Fatal("the copy was not changed")
			}
			if v, err := replay.Replay(bytes.NewReader(changed), map[string]replay.Compute{"award": Replay}); err == nil && v.Same {
				t.Error("a changed copy was taken")
			}
			w.verified()
		})
	}
}
