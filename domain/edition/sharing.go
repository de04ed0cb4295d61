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

// sharing is the rule of these rules in full, with what an older call had in mind.
func (r Rules) sharing() [3]string {
	return [3]string{cmp.Or(r.Sharing, SharingByRank), cmp.Or(r.SharingUtility, SharingUtilities[0].Code), cmp.Or(r.SharingComplete, SharingCompletes[0].Code)}
}

// sharing is the rule of the form; what was left out stays as it is.
func (t Terms) sharing(r Rules) [3]string {
	was := r.sharing()
	return [3]string{cmp.Or(t.Sharing, was[0]), cmp.Or(t.SharingUtility, was[1]), cmp.Or(t.SharingComplete, was[2])}
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
	if (Rules{Sharing: t.Sharing}).ByVotes() && t.PublicVote == 0 {
		wrong.Add("sharing", "按居民投票分钱，就要有居民投票：请填上面的「居民投票占总分多少」")
	}
}

// share puts the form's rule into the rules. Once the call is published it stays as it was announced.
func (t Terms) share(r *Rules, was Rules, published bool) error {
	r.Sharing, r.SharingUtility, r.SharingComplete = was.Sharing, was.SharingUtility, was.SharingComplete
	now := t.sharing(was)
	switch {
	case now == was.sharing():
		return nil
	case published:
		return fault.Field("sharing", "公告发布以后，资金怎么分不能再改")
	}
	r.Sharing, r.SharingUtility, r.SharingComplete = now[0], "", ""
	if r.ByVotes() {
		r.SharingUtility, r.SharingComplete = now[1], now[2]
	}
	return nil
}
