package judging

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/proposal"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

var noon = time.Date(2026, 6, 15, 12, 0, 0, 0, clock.Shanghai)

func wrongForm(field string) ui.Form {
	f := ui.Form{Values: map[string][]string{"id": {"0190"}, "version": {"2"}, "marks.0.mark": {"101"}, "reason": {"邻居"}}, Wrong: fault.Fields{}}
	f.Wrong.Add(field, "请选一个项目")
	return f
}

func roomPage(round, state string, projects ...judging.Progress) RoomPage {
	closes := noon.AddDate(0, 0, 7)
	p := RoomPage{Edition: edition.Edition{ID: "0190", Title: "第三届", State: state, Rules: edition.DefaultRules()}, CanRun: true, Now: noon,
		Room: judging.Room{Eligible: 12, Projects: projects, Judges: []judging.Judge{{ID: "1", Name: "周评", Unit: "社工站", Expertise: "social_work", State: judging.Accepted, StatementAt: &noon},
			{ID: "2", Name: "吴评", Expertise: "finance", State: judging.Invited}, {ID: "3", Name: "郑评", Expertise: "resident", State: judging.Declined}}},
		Candidates: []judging.Candidate{{ID: "0199", Name: "王评", PhoneTail: "0417"}}, Forms: map[string]ui.Form{Invite: wrongForm("person_id"), Plan: wrongForm("kind"), Weights: wrongForm("lines.0.weight")}}
	if round != "" {
		p.Room.Round = judging.Round{ID: "r", Name: "书面初评", State: round, MinValid: 3, Panel: 5, ClosesAt: &closes, ClosedAt: &noon, Digest: "ab12", Seed: "cd34"}
		p.Room.Rubric = judging.DefaultRubric(judging.Desk)
	}
	return p
}

var panel = judging.Progress{ProposalID: "p", Number: "JZ-03-A0001", Title: "楼道口的旧衣改造坊", Seats: []judging.Chair{{ID: "a", Judge: "周评", State: judging.Taken, Sheet: judging.Submitted},
	{ID: "b", Judge: "吴评", State: judging.Assigned}, {ID: "c", Judge: "郑评", State: judging.Recused, Reason: "亲属"}, {ID: "d", Judge: "钱评", State: judging.Replaced}}}

func sheetPage(sheet, round string, form ui.Form) SheetPage {
	total := 84_50
	r := judging.Reading{Assignment: judging.Assignment{ID: "a1", State: judging.Assigned, RoundState: round}, Rubric: judging.DefaultRubric(judging.Pitch), Deadline: &noon, Edition: "第三届",
		Sheet: judging.Sheet{State: sheet, Marks: map[string]int{"need": 80}, Total: &total, Reason: "看漏了", SubmittedAt: &noon, Comment: "写得好", PrivateNote: "再看看"},
		Place: 2, Of: 3, Done: 1, Prev: "a0", Next: "a2", Mean: 80_25, N: 4,
		Project: judging.Blind{Code: "07", Named: true, Number: "JZ-03-A0001", TeamName: "巧手姐妹队", Title: "楼道口的旧衣改造坊", Pitch: "旧衣变布袋", Track: "resident_team", Category: "mutual_aid", Colour: "orange", PlaceName: "电厂社区", Problem: "堵路\n难看",
			HowFound: "visit", OrgWish: "yes", Affected: []string{"elders"}, Activities: []proposal.Activity{{Name: "改造课", Times: 8, Month: "8 月", Place: "活动室", People: 15}},
			Lines: []proposal.Line{{Category: "M", Item: "布料", UnitPrice: 40_00, Qty: 60, Note: "询过价"}}, Requested: 2_400_00, People: 180, Months: "2026-07 – 2026-10"}}
	return SheetPage{Reading: r, Form: form, Now: noon.AddDate(0, 0, -2)}
}

func pages() map[string]templ.Component {
	all := map[string]templ.Component{"no queue": Queue(QueuePage{Queue: judging.Queue{Now: noon}}), "excuse": Seat(wrongForm("reason"), SeatPage{Edition: edition.Edition{ID: "0190", Title: "第三届"}, Project: panel, Chair: panel.Seats[0]})}
	mark := 84_50
	tasks := []judging.Task{{ID: "a1", Code: "01", Title: "旧衣坊", Category: "mutual_aid", RoundState: judging.Open, RoundName: "书面初评", ClosesAt: &noon, Edition: "第三届", SheetState: judging.Submitted, Total: &mark},
		{ID: "a2", Title: "巡河队", RoundState: judging.Open, SheetState: judging.Drafted}, {ID: "a3", Title: "票友会", RoundState: judging.Closed, SheetState: judging.Locked, Total: &mark}}
	all["queue"] = Queue(QueuePage{Shown: tasks, Queue: judging.Queue{Tasks: tasks, Now: noon.AddDate(0, 0, -1), Seats: []judging.Seated{{Judge: judging.Judge{ID: "j1", State: judging.Invited}, Edition: "第三届"}, {Judge: judging.Judge{ID: "j2", State: judging.Accepted}, Edition: "第二届"}}}})
	all["queue nothing found"] = Queue(QueuePage{Find: "没有", Queue: judging.Queue{Tasks: tasks, Now: noon}})
	all["queue all done"] = Queue(QueuePage{Queue: judging.Queue{Tasks: []judging.Task{tasks[0], {ID: "a4", RoundState: judging.Open, SheetState: judging.Submitted, Total: &mark}}, Now: noon}})
	for _, state := range []string{judging.Invited, judging.Accepted, judging.Declined} {
		s := judging.Summons{Judge: judging.Judge{ID: "j1", State: state, StatementAt: &noon, Version: 1}, Edition: edition.Edition{Title: "第三届"}}
		all["summons "+state] = Summons(ui.Form{}, ui.Form{}, s)
		s.Projects = []judging.Choice{{ID: "p1", Number: "A1", Title: "旧衣坊", Place: "电厂社区"}, {ID: "p2", Title: "巡河队", Declared: true, Kind: "declared"}}
		all["summons with projects "+state] = Summons(wrongForm("answer"), wrongForm("proposal_id"), s)
	}
	for _, round := range []string{"", judging.Planned, judging.Open, judging.Closed} {
		for _, state := range []string{edition.Open, edition.Closed, edition.Reviewing, edition.Running} {
			p := roomPage(round, state, panel)
			all["room "+round+" "+state] = Room(p)
			p.CanRun, p.Forms, p.Candidates = false, nil, nil
			all["room to read "+round+" "+state] = Room(p)
		}
	}
	for _, state := range []string{"", judging.Drafted, judging.Submitted, judging.Locked} {
		all["sheet "+state] = Sheet(sheetPage(state, judging.Open, wrongForm("marks.0.mark")))
		all["sheet of a closed round "+state] = Sheet(sheetPage(state, judging.Closed, ui.Form{}))
	}
	rubric := judging.DefaultRubric(judging.Desk)
	draft := judging.DraftOf(judging.Round{Version: 1}, rubric)
	for _, state := range []string{judging.Planned, judging.Open} {
		all["rubric "+state] = Rubric(RubricPage{Edition: edition.Edition{ID: "0190", Title: "第三届"}, Round: judging.Round{ID: "r", State: state}, Rubric: rubric, Draft: draft, Form: wrongForm("lines.0.name")})
	}
	all["phrases"] = Phrases(wrongForm("text"), []judging.Phrase{{ID: "1", Text: "请先把场地定下来。"}})
	all["offline"] = Offline(wrongForm("workbook"), "r")
	back := judging.Return{ID: "x", RoundID: "r", Name: "评分表.xlsx", State: "read", Version: 1, Rows: []judging.Weighed{{What: judging.RowNew, Title: "旧衣坊", Total: &mark}, {What: judging.RowClash, Brought: judging.Brought{Assignment: "a2"}},
		{What: judging.RowSame}, {What: judging.RowBlank}, {What: judging.RowSent}}}
	all["return"] = Return(wrongForm("choices.0.take"), back)
	bad := back
	bad.Rows = append([]judging.Weighed{{What: judging.RowBad, Wrong: []fault.Message{fault.Say("同一个项目有两行")}}}, back.Rows...)
	all["return with faults"] = Return(ui.Form{}, bad)
	bad.State = "taken"
	all["return taken"] = Return(ui.Form{}, bad)
	all["no feedback yet"] = Feedback(proposal.Proposal{ID: "p", Title: "旧衣坊"}, judging.Feedback{}, false)
	all["feedback"] = Feedback(proposal.Proposal{ID: "p", Title: "旧衣坊"}, judging.Feedback{N: 3, Averages: []judging.Average{{Criterion: rubric[0], Mean: 84_50}}, Comments: []string{"请先和邻居谈谈"}}, true)
	maps.Copy(all, juryPages())
	for _, kind := range []string{Recuse, Reopen} {
		all[kind] = Because(wrongForm("reason"), sheetPage(judging.Submitted, judging.Open, ui.Form{}).Reading, kind)
	}
	return all
}

func render(t *testing.T, page templ.Component, lang string) string {
	t.Helper()
	var b strings.Builder
	ctx := ui.WithFrame(words.With(context.Background(), lang), ui.Frame{Actor: identity.Actor{ID: "0192", Name: "王"}, Token: "t"})
	if err := page.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Every page owes its readers one heading, ids that are not repeated, labels that lead somewhere, and sentences
// without holes.
func TestPages(t *testing.T) {
	for name, page := range pages() {
		for _, lang := range []string{"zh", "en"} {
			text := render(t, page, lang)
			root, err := html.Parse(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			heads, ids, fors := 0, map[string]int{}, []string{}
			for n := range root.Descendants() {
				if n.Type == html.ElementNode && n.Data == "h1" {
					heads++
				}
				for _, a := range n.Attr {
					switch a.Key {
					case "id":
						ids[a.Val]++
					case "for":
						fors = append(fors, a.Val)
					case "style", "onclick":
						t.Errorf("%s: %s has %s", name, n.Data, a.Key)
					}
				}
			}
			if heads != 1 {
				t.Errorf("%s in %s has %d h1", name, lang, heads)
			}
			for id, n := range ids {
				if n > 1 {
					t.Errorf("%s has %d times the id %s", name, n, id)
				}
			}
			for _, f := range fors {
				if ids[f] == 0 {
					t.Errorf("%s has a label for %s, which is not there", name, f)
				}
			}
			if strings.Contains(text, "%!") || strings.Contains(text, "%d") || strings.Contains(text, "%s") {
				t.Errorf("%s in %s has a sentence with a hole", name, lang)
			}
		}
	}
}

func TestASheetCanOnlyBeWrittenWhileItIsOpen(t *testing.T) {
	for _, c := range []struct {
		sheet, round string
		written      bool
	}{{"", judging.Open, true}, {judging.Drafted, judging.Open, true}, {judging.Submitted, judging.Open, false}, {judging.Locked, judging.Closed, false}, {"", judging.Closed, false}} {
		page := render(t, Sheet(sheetPage(c.sheet, c.round, ui.Form{})), "zh")
		if got := strings.Contains(page, `action="/review/a1/save"`); got != c.written {
			t.Errorf("sheet %q in a round %s: written = %v", c.sheet, c.round, got)
		}
		if got := strings.Contains(page, "/review/a1/reopen"); got != (c.sheet == judging.Submitted && c.round == judging.Open) {
			t.Errorf("sheet %q in a round %s: reopen = %v", c.sheet, c.round, got)
		}
	}
}
