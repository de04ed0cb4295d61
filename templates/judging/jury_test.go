package judging

import (
	"net/url"

	"github.com/a-h/templ"

	"seedbed/domain/assign"
	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/templates/ui"
)

// juryPages are the pages of the pool, of a judge, of the ties, the wishes and the assignment.
func juryPages() map[string]templ.Component {
	e := edition.Edition{ID: "0190", Title: "第三届", State: edition.Closed, Rules: edition.DefaultRules()}
	u := judging.Juror{ID: "u1", PersonID: "p1", Name: "周评", PhoneTail: "0417", Unit: "社工站", Title: "站长", Tags: []string{"social_work", "expert"}, Bank: "汉口银行", AccountTail: "7890", Invited: 3, Accepted: 2, Saves: 1}
	record := judging.Record{PersonID: "p1", Edition: "第二届", Round: "路演评审", ClosedAt: noon, N: 12, Mean: 81.2, SD: 6.1, Severity: 3.4, Error: 1.1}
	ties := []judging.Tie{{ID: "t1", Kind: "person", Name: "周桂兰", Relation: "表姐", At: noon}, {ID: "t2", Kind: "community", PlaceName: "电厂社区", Relation: "父母住在那里"}}
	conflicts := []judging.Conflict{{JudgeID: "j1", Judge: "周评", Number: "A1", Title: "旧衣坊", Kind: "declared", Reason: "邻居"}}
	for kind := range judging.ConflictKinds {
		conflicts = append(conflicts, judging.Conflict{Judge: "吴评", Number: "A2", Title: "巡河队", Kind: kind, Evidence: []judging.Evidence{{Kind: kind, Args: []string{"support", "电厂社区", "表姐"}}}})
	}
	outlook := func(mode assign.Mode) judging.Outlook {
		return judging.Outlook{Aim: judging.Aim{Mode: string(mode), Q: 50, Load: "0.02"}, Loads: []judging.Load{{ID: "j1", Name: "周评", N: 2, Max: 3}, {ID: "j2", Name: "吴评", N: 3}},
			Solved: judging.Solved{Filled: 5, Needed: 6, Objective: "4.100000", Least: "1.300000", Threshold: "0.450000", Expected: "4.05"}}
	}
	p := PlanPage{Form: wrongForm("mode"), Confirm: wrongForm("plan"), Lock: wrongForm("judge_id"), Preview: judging.Preview{Edition: e, Round: judging.Round{ID: "r", State: judging.Planned, Panel: 3},
		Chosen: outlook(assign.Random), Others: []judging.Outlook{outlook(assign.Best), outlook(assign.Fair), outlook(assign.Random)}, Gaps: []string{"finance"}, Judges: []judging.Load{{ID: "j1", Name: "周评"}},
		Panels:   []judging.Panel{{ID: "p", Number: "A1", Title: "旧衣坊", Judges: []judging.Member{{ID: "j1", Name: "周评", Locked: true}}, Short: 2, Gaps: []string{"finance", "government"}}, {ID: "q", Number: "A2"}},
		Projects: []edition.Choice{{Code: "p", Name: "A1 旧衣坊"}}, Locks: []judging.Lock{{JudgeID: "j1", Judge: "周评", ProjectID: "p", Project: "A1 旧衣坊"}}, Hash: "ab",
		Stored: []judging.Stored{{ID: "s", No: 1, Kind: judging.Whole, Mode: "best", ResultHash: "ab12cd34ab12cd34ab12", At: noon, Filled: 5, Needed: 6}}}}
	p.Form.Apart, p.Confirm.Apart, p.Lock.Apart = "", "confirm-", "lock-"
	open, none := p, p
	open.Round.State = judging.Open
	none.Judges = nil
	l := judging.WishList{Judge: judging.Judge{ID: "j1"}, Edition: e, Open: true, Projects: []judging.Wish{{ID: "p1", Number: "A1", Title: "旧衣坊", Category: "culture", Place: "电厂社区", Wish: judging.Like}, {ID: "p2", Number: "A2", Tied: true}}}
	shut, empty := l, judging.WishList{Judge: judging.Judge{ID: "j1"}, Edition: e}
	shut.Open = false
	chair := func(state string) ChairPage {
		return ChairPage{Chaired: judging.Chaired{Judge: judging.Judge{ID: "j1", Name: "周评", State: state, Why: "生病", LoadMax: 3}, Juror: u, Edition: e, Conflicts: conflicts, Wishes: map[string]int{judging.Like: 2}},
			Candidates: []judging.Candidate{{ID: "0199", Name: "王评"}}, Forms: map[string]ui.Form{Limits: wrongForm("least"), SwapForm: wrongForm("person_id")}, CanRun: true}
	}
	juror := JurorPage{Juror: u, Records: []judging.Record{record, {Alone: true, N: 1}}, Ties: ties, Memberships: []judging.Membership{{JudgeID: "j1", EditionID: "0190", Edition: "第三届", State: judging.Stood, Why: "生病", Sheets: 3}},
		Forms: map[string]ui.Form{Describe: wrongForm("tags"), Reveal: {Apart: "reveal-", Values: url.Values{}}}, CanKeep: true, CanReveal: true}
	read := juror
	read.CanKeep, read.CanReveal, read.Records, read.Ties, read.Memberships, read.AccountTail = false, false, nil, nil, nil, ""
	mine := MinePage{Pools: []judging.Own{{Juror: u, District: "京州区", Ties: ties}, {Juror: judging.Juror{ID: "u2"}, District: "青云区"}}, Places: []ui.Option{{Value: "", Label: "请选择"}}, At: "u2", Forms: map[string]ui.Form{TieForm: wrongForm("kind")}}
	return map[string]templ.Component{"pool": Pool(PoolPage{Jurors: []judging.Juror{u}, Past: map[string]judging.Past{"p1": judging.Sum([]judging.Record{record})}, Candidates: []judging.Candidate{{ID: "0199", Name: "王评"}}, Form: wrongForm("tags"), CanKeep: true}),
		"empty pool": Pool(PoolPage{CanKeep: true}), "juror": Juror(juror), "juror to read": Juror(read), "chair": Chair(chair(judging.Accepted)), "chair replaced": Chair(chair(judging.Stood)),
		"ties": Ties(TiesPage{Edition: e, List: conflicts}), "no ties": Ties(TiesPage{Edition: e}), "assignment": Assignment(p), "assignment under way": Assignment(open), "assignment of nobody": Assignment(none),
		"wishes": Wishes(wrongForm("reason"), l), "wishes of a begun review": Wishes(ui.Form{}, shut), "wishes of nothing": Wishes(ui.Form{}, empty), "mine": Mine(mine), "mine empty": Mine(MinePage{})}
}
