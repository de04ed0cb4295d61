package award

import (
	"cmp"
	"context"
	"fmt"
	"unicode/utf8"

	"seedbed/domain/allot"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/judging"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// options are how a plan by votes is worked out; an unknown word in a file is refused.
func (p Sharing) options() (allot.Options, error) {
	o := allot.Options{Rule: allot.Rule(p.Rule), Utility: allot.Utility(cmp.Or(p.Utility, string(allot.Cost))), Complete: allot.Complete(cmp.Or(p.Complete, string(allot.Utilitarian))),
		Ties: allot.ByRule, Seed: p.Seed}
	if !edition.Known(edition.SharingUtilities, string(o.Utility)) || !edition.Known(edition.SharingCompletes, string(o.Complete)) {
		return o, fault.New(fault.Invalid, "不认识分配规则“%s”", p.Rule+" "+p.Utility+" "+p.Complete)
	}
	return o, nil
}

// under is the allocation as the call has it: its rule is published and frozen, so that none is left to choose. A call from before
// that leaves the choice, with a reason where it is not by rank.
func (n NewAllocation) under(e edition.Edition) (NewAllocation, error) {
	rule := e.Rules.Sharing
	if rule == "" {
		n.Rule = cmp.Or(n.Rule, ByRank)
		return n, n.check()
	}
	if n.Rule != "" && n.Rule != rule {
		return n, fault.Field("rule", "公告里定的规则是「%s」，不能换", fault.Say(edition.NameOf(RuleNames, rule)))
	}
	if runes := utf8.RuneCountInString(n.Reason); runes > 200 {
		return n, fault.Field("reason", "最多 %d 个字，现在是 %d 个字", 200, runes)
	}
	n.Rule = rule
	return n, nil
}

// PlanFiles are the protocol files of who judges what in an edition: every stored assignment with the instance it follows from and the
// certificate that proves it. Judges and projects are in them by ids alone.
func PlanFiles(ctx context.Context, q pg.Reader, editionID string) ([]File, error) {
	rounds, err := judging.Rounds(ctx, q, editionID)
	if err != nil {
		return nil, err
	}
	var list []File
	for _, r := range rounds {
		plans, err := judging.PlansOf(ctx, q, r.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range plans {
			name, label := fmt.Sprintf("%s%d", prefix("assign", r, len(rounds)), p.No), fault.Say("评委分配（第 %d 次）", p.No)
			if p.Kind == judging.Imported { // computed elsewhere: proved, but perhaps not the one this program would write
				list = append(list, File{name + "-instance.json", label, []byte(p.Instance)}, File{name + "-plan.json", label, []byte(p.Result)})
				continue
			}
			body, err := replay.Write("assign", []byte(p.Instance), []byte(p.Result), nil)
			if err != nil {
				return nil, err
			}
			list = append(list, File{name + ".json", label, body})
		}
	}
	return list, nil
}
