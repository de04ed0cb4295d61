package award

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/replay"
	"seedbed/domain/yuan"
)

// polled has residents vote for the projects with these numbers, at home and on paper, and counts.
func polled(online []int, papers string) func(w *world, round string) {
	return func(w *world, round string) {
		w.t.Helper()
		opens := w.clock.Now().Add(time.Hour)
		w.must(w.jury.PlanPoll(w.ctx, w.staff, round, judging.NewPoll{OpensAt: opens, ClosesAt: opens.Add(time.Hour)}))
		w.clock.Set(opens)
		for i, no := range online {
			voter := w.person(fmt.Sprint("居民", i), "", "")
			voter.Home = home
			w.must(w.jury.Cast(w.ctx, voter, round, judging.Vote{Projects: []string{w.ids[no]}}))
		}
		first, second := w.person("录入一", identity.DistrictStaff, "jz"), w.person("录入二", identity.DistrictStaff, "jz")
		box := judging.BoxCount{Box: "活动室", Pass: 1, Ballots: papers}
		for _, bad := range []string{"", "1\n9", "x", "1 2"} { // nothing, no such number, no number, two of one track
			box.Ballots = bad
			if err := w.jury.KeyBox(w.ctx, first, round, box, nil); fault.InFields(err)["ballots"].Text == "" {
				w.t.Errorf("%q: %v", bad, err)
			}
		}
		box.Ballots = papers
		w.must(w.jury.KeyBox(w.ctx, first, round, box, &judging.Photo{Name: "唱票.pdf", File: strings.NewReader("%PDF-1.4 tally")}))
		box.Pass = 2
		w.wants(w.jury.KeyBox(w.ctx, first, round, box, nil), fault.Forbidden)
		lines := strings.Split(papers, "\n")
		for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
			lines[i], lines[j] = lines[j], lines[i]
		}
		box.Ballots = strings.Join(lines, "\r\n") // the other way round is the same box
		w.must(w.jury.KeyBox(w.ctx, second, round, box, nil))
		w.clock.Set(opens.Add(time.Hour))
		w.must(w.jury.CountPoll(w.ctx, w.staff, round, judging.Pressed{Version: 1}))
	}
}

func byVotes(rule string) edition.Rules {
	r := edition.DefaultRules()
	r.PublicVote, r.Sharing, r.SharingUtility, r.SharingComplete, r.Reserves = 10, rule, "cost", "utilitarian", 1
	r.GradeCaps = map[string]yuan.Fen{}
	return r
}

// From the votes to the notice: online votes and papers are ballots alike, the call's rule shares the money out by them, the notice
// names who is chosen and why each other is not, and all its files replay to the same bytes.
func TestVotesShareTheMoneyOut(t *testing.T) {
	for _, rule := range []string{EqualShares, Phragmen} {
		t.Run(rule, func(t *testing.T) {
			// The last of five has most votes, the fourth is next, on paper; 7,000 yuan are two of 3,000.
			w := newWorldUnder(t, 5, 3, 7_000_00, byVotes(rule), polled([]int{4, 4, 4, 0}, "4\n4\n4\n2"))
			w.book.CountVotes(judging.Ballots)
			w.book.MoreFiles(PlanFiles)
			ballots, err := judging.Ballots(w.ctx, w.db, w.edition)
			w.must(err)
			if len(ballots) != 8 {
				t.Fatalf("%d ballots", len(ballots))
			}
			w.wants(w.book.AllocateBy(w.ctx, w.head, w.edition, NewAllocation{Rule: ByRank}), fault.Invalid) // the call says otherwise
			p := w.publicized()
			c, err := p.Read()
			w.must(err)
			if c.Rule != rule || len(c.Rows) != 5 {
				t.Fatalf("%s, %d rows", c.Rule, len(c.Rows))
			}
			chosen := map[string]bool{w.ids[3]: true, w.ids[4]: true}
			for i, id := range w.ids {
				a := w.award(i)
				if (a.Result == Selected) != chosen[id] || a.Result != Selected && a.Why().Text == "" {
					t.Errorf("project %d: %s, %q", i, a.Result, a.Why().Text)
				}
			}
			w.filesReplay(p)
			w.verified()
		})
	}
}

// filesReplay computes every file behind a notice again.
func (w *world) filesReplay(p Publicity) {
	w.t.Helper()
	files, err := w.book.NoticeFiles(w.ctx, p.ID)
	w.must(err)
	kinds := map[string]int{}
	for _, f := range files {
		v, err := replay.Replay(bytes.NewReader(f.Body), map[string]replay.Compute{"round": judging.Replay, "award": Replay})
		if err != nil || !v.Same {
			w.t.Errorf("%s: %+v, %v", f.Name, v, err)
		}
		kinds[strings.SplitN(f.Name, "-", 2)[0]]++
		if strings.Contains(string(f.Body), "居民0") {
			w.t.Errorf("%s names somebody", f.Name)
		}
	}
	if kinds["round"] != 1 || kinds["award"] != 1 || kinds["assign"] != 1 {
		w.t.Errorf("files: %v", kinds)
	}
}

// A box of which only sums were typed, before its call shared money out by votes, is told apart.
func TestABoxWithoutBallotsIsToldApart(t *testing.T) {
	w := newWorldUnder(t, 3, 3, 7_000_00, byVotes(EqualShares), polled([]int{0, 1}, "1\n2"))
	n, err := judging.BoxesApart(w.ctx, w.db, w.edition)
	if err != nil || n != 0 {
		t.Fatal(n, err)
	}
	w.run(`insert into twice_pass (twice_id, pass, person_id, marks, reason, at) select twice_id, 3, person_id, marks, 'x', now() from twice_pass where pass = 1`, nil)
	if n, err = judging.BoxesApart(w.ctx, w.db, w.edition); err != nil || n != 1 {
		t.Error(n, err)
	}
}
