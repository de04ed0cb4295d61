package judging

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// voted is a hall whose residents' vote is open, under rules of its call, and a resident.
func voted(t *testing.T, rules string) (*hall, identity.Actor) {
	t.Helper()
	h := newHall(t, 4, 5)
	h.run(`update edition set rules = rules || @rules::jsonb, version = version where id = @id::uuid`, pg.Args{"id": h.edition, "rules": rules})
	opens := h.clock.Now().Add(time.Hour)
	h.ok(h.book.PlanPoll(context.Background(), h.staff, h.round.ID, NewPoll{OpensAt: opens, ClosesAt: opens.Add(2 * time.Hour)}))
	h.clock.Set(opens)
	voter := h.person("居民", "", "")
	voter.Home = home
	return h, voter
}

const addBallotSQL = `insert into ballot (poll_id, person_id, track, proposal_id, at) select @poll, @me, track, id, @at from proposal where id = @project::uuid`

// Where votes share the money out, one account has one ballot with up to so many projects as the call says, which can be changed whole.
func TestABallotNamesSeveralProjectsWhereVotesShareTheMoney(t *testing.T) {
	h, voter := voted(t, `{"public_vote": 20, "sharing": "equal-shares", "ballot_most": 2}`)
	ctx, p := context.Background(), h.proposals
	cast := func(projects ...string) error {
		h.clock.Advance(time.Second)
		return h.book.Cast(ctx, voter, h.round.ID, Vote{projects})
	}
	for _, wrong := range [][]string{{}, {p[0], p[1], p[2]}, {p[0], id()}} {
		if err := cast(wrong...); fault.InFields(err)["proposal_id"].Text == "" {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	for range 2 {
		h.ok(cast(p[0], p[1], p[0]))
	}
	h.ok(cast(p[3], p[1]))
	v, err := h.book.Poll(ctx, voter, h.round.ID)
	h.ok(err)
	if want := slices.Sorted(slices.Values([]string{p[1], p[3]})); v.Poll.Most != 2 || !slices.Equal(v.Mine, want) {
		t.Errorf("the ballot is %v under %d, not %v", v.Mine, v.Poll.Most, want)
	}
	if n := h.count(`select count(*) from audit_event where entity = 'poll' and action = 'vote'`, nil); n != 2 {
		t.Errorf("the trail has %d votes, not 2", n)
	}
	h.refused(addBallotSQL, pg.Args{"poll": h.round.ID, "me": voter.ID, "project": p[2], "at": h.clock.Now()})
	h.ok(cast(p[2])) // fewer are as good
	if n := h.count(`select count(*) from ballot`, nil); n != 1 {
		t.Errorf("%d projects on the ballot", n)
	}
	h.clock.Advance(3 * time.Hour)
	if err := cast(p[0]); !fault.Is(err, fault.Conflict) {
		t.Errorf("after it has closed: %v", err)
	}
}

// Two windows of one resident leave one of both ballots, never a mixture above the limit.
func TestTwoWindowsMakeOneBallot(t *testing.T) {
	h, voter := voted(t, `{"public_vote": 20, "sharing": "phragmen", "ballot_most": 2}`)
	pairs := [][]string{h.proposals[:2], h.proposals[2:]}
	var wait sync.WaitGroup
	for range 4 {
		for _, pair := range pairs {
			wait.Go(func() {
				if err := h.book.Cast(context.Background(), voter, h.round.ID, Vote{pair}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wait.Wait()
	v, err := h.book.Poll(context.Background(), voter, h.round.ID)
	h.ok(err)
	if !slices.ContainsFunc(pairs, func(pair []string) bool { return slices.Equal(v.Mine, slices.Sorted(slices.Values(pair))) }) {
		t.Errorf("a mixture: %v", v.Mine)
	}
}

// Elsewhere a resident still has one project of each track, also by the database.
func TestElsewhereABallotHasOneProjectOfATrack(t *testing.T) {
	h, voter := voted(t, `{"public_vote": 20}`)
	if err := h.book.Cast(context.Background(), voter, h.round.ID, Vote{h.proposals[:2]}); fault.InFields(err)["proposal_id"].Text == "" {
		t.Errorf("two of a track: %v", err)
	}
	h.ok(h.book.Cast(context.Background(), voter, h.round.ID, Vote{h.proposals[:1]}))
	h.refused(addBallotSQL, pg.Args{"poll": h.round.ID, "me": voter.ID, "project": h.proposals[1], "at": h.clock.Now()})
}

// A ballot counted is not taken back, by whatever statement.
func TestACountedBallotStays(t *testing.T) {
	h, voter := voted(t, `{"public_vote": 20, "sharing": "equal-shares", "ballot_most": 2}`)
	h.ok(h.book.Cast(context.Background(), voter, h.round.ID, Vote{h.proposals[:2]}))
	h.clock.Advance(3 * time.Hour)
	h.ok(h.book.CountPoll(context.Background(), h.staff, h.round.ID, Pressed{1}))
	h.refused(`delete from ballot where poll_id = @id::uuid`, pg.Args{"id": h.round.ID})
}

// A paper follows the limit of an account: more make it void, a number twice is a slip of the pen.
func TestPapersFollowTheLimit(t *testing.T) {
	options := []Option{{ID: "a", Track: "x"}, {ID: "b", Track: "x"}, {ID: "c", Track: "y"}}
	for text, ok := range map[string]bool{"1 2": true, "2 3\n1": true, "1 2 3": false, "1 1": false, "4": false} {
		list, err := readBallots(text, options, 2)
		if wrong := fault.InFields(err)["ballots"].Text != ""; wrong == ok {
			t.Errorf("%q: %v, %v", text, list, err)
		}
	}
	if _, err := readBallots("1 2", options, 0); fault.InFields(err)["ballots"].Text == "" {
		t.Error("two of a track where a ballot has one of each")
	}
}
