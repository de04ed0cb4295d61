package edition

import (
	"cmp"

	"seedbed/domain/fault"
)

// The rules by which a call may share its money out (JUDGING §3). The rule is published with the call and frozen from then on.
const (
	SharingByRank = "rank"
	SharingGreedy = "greedy"
	SharingEqual  = "equal-shares"
	SharingLoad   = "phragmen"
)

// Sharings names the rules; the last two follow the residents' votes.
var Sharings = []Choice{{SharingByRank, "按名次，钱用完为止"}, {SharingGreedy, "按名次，放不下的跳过"}, {SharingEqual, "按居民投票，每人一份相等的钱"}, {SharingLoad, "按居民投票，负担平摊"}}

// SharingUtilities and SharingCompletes name what a rule by votes needs beside.
var (
	SharingUtilities = []Choice{{"cost", "项目要多少钱，就值多少"}, {"cardinality", "每个项目一样"}}
	SharingCompletes = []Choice{{"utilitarian", "剩下的钱按得票多少往下给"}, {"add1", "每人的份额一点点加，直到加不动"}, {"exhaust", "先加份额，再按得票往下给"}, {"none", "剩下的钱不再分"}}
)

// ByVotes tells whether residents' votes share the money out.
func (r Rules) ByVotes() bool { return r.Sharing == SharingEqual || r.Sharing == SharingLoad }

// A ballot that shares money out names this many projects at most, unless the call says another number, and never more than maxBallot.
const (
	usualBallot = 5
	maxBallot   = 20
)

// shared is a rule by which money is shared out, in full.
type shared struct {
	rule, utility, complete string
	most                    int // projects on a ballot
}

// sharing is the rule of these rules in full, with what an older call had in mind.
func (r Rules) sharing() shared {
	s := shared{rule: cmp.Or(r.Sharing, SharingByRank), utility: cmp.Or(r.SharingUtility, SharingUtilities[0].Code), complete: cmp.Or(r.SharingComplete, SharingCompletes[0].Code)}
	if r.ByVotes() {
		s.most = cmp.Or(r.BallotMost, usualBallot)
	}
	return s
}

// sharing is the rule of the form; what was left out stays as it is, and what has no meaning under the rule is left out.
func (t Terms) sharing(r Rules) shared {
	was := r.sharing()
	s := shared{cmp.Or(t.Sharing, was.rule), cmp.Or(t.SharingUtility, was.utility), cmp.Or(t.SharingComplete, was.complete), 0}
	if (Rules{Sharing: s.rule}).ByVotes() {
		s.most = cmp.Or(t.BallotMost, was.most, usualBallot)
	}
	return s
}

func (t Terms) checkSharing(wrong *fault.Fields) {
	if t.Sharing != "" && !Known(Sharings, t.Sharing) {
		wrong.Add("sharing", "请选一项")
	}
	if t.SharingUtility != "" && !Known(SharingUtilities, t.SharingUtility) {
		wrong.Add("sharing_utility", "请选一项")
	}
	if t.SharingComplete != "" && !Known(SharingCompletes, t.SharingComplete) {
		wrong.Add("sharing_complete", "请选一项")
	}
	if !(Rules{Sharing: t.Sharing}).ByVotes() {
		return
	}
	if t.PublicVote == 0 {
		wrong.Add("sharing", "按居民投票分钱，就要有居民投票：请填上面的「居民投票占总分多少」")
	}
	if t.BallotMost < 1 || t.BallotMost > maxBallot {
		wrong.Add("ballot_most", "请填写 %d 到 %d 之间的数", 1, maxBallot)
	}
}

// share puts the form's rule into the rules. Once the call is published it stays as it was announced.
func (t Terms) share(r *Rules, was Rules, published bool) error {
	r.Sharing, r.SharingUtility, r.SharingComplete, r.BallotMost = was.Sharing, was.SharingUtility, was.SharingComplete, was.BallotMost
	now := t.sharing(was)
	switch {
	case now == was.sharing() && published:
		return nil
	case now == was.sharing():
		r.BallotMost = now.most
		return nil
	case published:
		return fault.Field("sharing", "公告发布以后，资金怎么分不能再改")
	}
	r.Sharing, r.SharingUtility, r.SharingComplete, r.BallotMost = now.rule, "", "", now.most
	if r.ByVotes() {
		r.SharingUtility, r.SharingComplete = now.utility, now.complete
	}
	return nil
}
