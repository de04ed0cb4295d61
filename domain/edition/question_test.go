package edition

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"seedbed/domain/fault"
)

// asking is a small form: a choice, a text that waits for it, one that waits for nothing, a table and a file.
var asking = []Question{
	{Key: "q1", Kind: AskOne, Label: "场地落实了吗", Options: []string{"落实了", "没有"}, Required: true},
	{Key: "q2", Kind: AskText, Label: "在哪里", Required: true, When: "q1", Is: "落实了"},
	{Key: "q3", Kind: AskMoney, Label: "要多少钱"},
	{Key: "q4", Kind: AskTable, Label: "谁来做", Columns: []string{"姓名", "做什么"}, Required: true},
	{Key: "q5", Kind: AskFile, Label: "同意书", Required: true, When: "q1", Is: "落实了"},
	{Key: "q6", Kind: AskYesNo, Label: "有孩子参加吗"},
}

func TestWhatIsAskedDependsOnTheAnswers(t *testing.T) {
	keys := func(a Answers) (list []string) {
		for _, q := range Asked(asking, a) {
			list = append(list, q.Key)
		}
		return list
	}
	if got := keys(nil); !slices.Equal(got, []string{"q1", "q3", "q4", "q6"}) {
		t.Errorf("with nothing answered it asks %v", got)
	}
	if got := keys(Answers{"q1": {Text: "落实了"}}); !slices.Equal(got, []string{"q1", "q2", "q3", "q4", "q5", "q6"}) {
		t.Errorf("with a place it asks %v", got)
	}
	chain := []Question{asking[0], {Key: "q7", Kind: AskYesNo, Label: "要钱吗", When: "q1", Is: "落实了"}, {Key: "q8", Kind: AskText, Label: "多少", When: "q7", Is: "yes"}}
	for _, q := range Asked(chain, Answers{"q1": {Text: "没有"}, "q7": {Text: "yes"}}) {
		if q.Key == "q8" {
			t.Error("a question is asked whose own condition is not asked")
		}
	}
}

func TestCheckNamesEveryField(t *testing.T) {
	if got := Check(asking, nil, true).Names(); !slices.Equal(got, []string{"q.q1", "q.q4"}) {
		t.Errorf("of nothing it misses %v", got)
	}
	if got := Check(asking, Answers{"q1": {Text: "落实了"}}, true).Names(); !slices.Equal(got, []string{"q.q2", "q.q4", "q.q5"}) {
		t.Errorf("with a place it misses %v", got)
	}
	bad := Answers{"q1": {Text: "别的"}, "q3": {Text: "三块"}, "q4": {Rows: [][]string{{strings.Repeat("字", 61), ""}}}, "q6": {Text: "maybe"}}
	if got := Check(asking, bad, false).Names(); !slices.Equal(got, []string{"q.q1", "q.q3", "q.q4.0.c0", "q.q6"}) {
		t.Errorf("a draft complains of %v", got)
	}
	if got := Check(asking, nil, false); len(got) > 0 {
		t.Errorf("an empty draft complains of %v", got)
	}
}

func TestQuestionsThatCannotBe(t *testing.T) {
	for name, list := range map[string][]Question{
		"a reserved key":         {{Key: "title", Kind: AskText, Label: "名称"}},
		"one key twice":          {asking[2], asking[2]},
		"waits for a later one":  {asking[1], asking[0]},
		"waits for a text":       {asking[2], {Key: "q9", Kind: AskText, Label: "?", When: "q3", Is: "1"}},
		"waits for no option":    {asking[0], {Key: "q9", Kind: AskText, Label: "?", When: "q1", Is: "也许"}},
		"a choice of one":        {{Key: "q1", Kind: AskOne, Label: "?", Options: []string{"只有一个"}}},
		"a table without column": {{Key: "q1", Kind: AskTable, Label: "?"}},
		"no label":               {{Key: "q1", Kind: AskText}},
		"no such kind":           {{Key: "q1", Kind: "colour", Label: "?"}},
	} {
		if len(CheckQuestions(list)) == 0 {
			t.Errorf("%s is let through", name)
		}
	}
	if wrong := CheckQuestions(asking); len(wrong) > 0 {
		t.Errorf("a good list complains of %v", wrong)
	}
}

func TestAnswersComeFromTheFormAndGoBackIntoIt(t *testing.T) {
	form := url.Values{"q": {"1"}, "q.q1": {"落实了"}, "q.q2": {" 活动室 "}, "q.q4.0.c0": {"周"}, "q.q4.0.c1": {"教课"}, "q.q4.1.c0": {" "}, "q.q4.9999.c0": {"x"}, "q.q9": {"nobody asked"}, "title": {"x"}}
	kept := Merge(asking, asking, Answers{"q5": {Files: []Paper{{ID: "f"}}}}, Typed(form))
	if kept["q2"].Text != "活动室" || len(kept["q4"].Rows) != 1 || kept["q4"].Rows[0][1] != "教课" || len(kept["q5"].Files) != 1 {
		t.Errorf("kept %+v", kept)
	}
	if _, there := kept["q9"]; there {
		t.Error("an answer is kept that nobody asked for")
	}
	again := kept.Values(asking)
	again.Set("q", "1")
	if back := Merge(asking, asking, kept, Typed(again)); back["q2"].Text != "活动室" || back["q4"].Rows[0][0] != "周" {
		t.Errorf("read back %+v", back)
	}
	if Typed(url.Values{"q.q1": {"落实了"}}) != nil {
		t.Error("a form without the district's part seems to have one")
	}
	// A page of an older version did not show q3: its stored answer stays. What it emptied is gone.
	old := asking[:2]
	kept = Merge(asking, old, Answers{"q2": {Text: "院子"}, "q3": {Text: "100"}}, Typed(url.Values{"q": {"1"}, "q.q1": {"没有"}}))
	if kept["q3"].Text != "100" || kept["q2"].Text != "" || kept["q1"].Text != "没有" {
		t.Errorf("merged %+v", kept)
	}
}

func TestOnlyReleasedQuestionsCount(t *testing.T) {
	d, ctx := newDistrict(t), t.Context()
	e := d.draft(t)
	draw := func(rev int, q Drawn) {
		t.Helper()
		q.Rev = rev
		if err := d.book.Draw(ctx, d.staff, e.ID, q); err != nil {
			t.Fatal(err)
		}
	}
	draw(0, Drawn{Kind: AskOne, Label: "场地落实了吗", Options: "落实了\n没有"})
	draw(1, Drawn{Kind: AskText, Label: "在哪里", When: "q1=落实了", Required: true})
	if err := d.book.Draw(ctx, d.staff, e.ID, Drawn{Rev: 0, Kind: AskText, Label: "晚了"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("an older page draws: %v", err)
	}
	if err := d.book.Arrange(ctx, d.staff, e.ID, DesignStep{Rev: 2, Do: "up", Key: "q2"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a question moves before what it waits for: %v", err)
	}
	if err := d.book.Arrange(ctx, d.hood, e.ID, DesignStep{Rev: 2, Do: "remove", Key: "q2"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("community staff design: %v", err)
	}
	if err := d.book.Publish(ctx, d.head, e.ID, Pressed{Version: e.Version}); err != nil {
		t.Fatal(err)
	}
	first, err := NewestForm(ctx, d.db, e.ID)
	if err != nil || first.Version != 1 || len(first.Questions) != 2 {
		t.Fatalf("published with %+v, %v", first, err)
	}
	if err := d.book.Arrange(ctx, d.staff, e.ID, DesignStep{Rev: 2, Do: "remove", Key: "q2"}); err != nil {
		t.Fatal(err)
	}
	draw(3, Drawn{Kind: AskNumber, Label: "几个人"})
	if now, _ := NewestForm(ctx, d.db, e.ID); now.Version != 1 {
		t.Errorf("what nobody released is version %d", now.Version)
	}
	if err := d.book.ReleaseForm(ctx, d.staff, e.ID, Released{Rev: 4, Reason: "少问一点"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff release: %v", err)
	}
	for range 2 { // pressed twice
		if err := d.book.ReleaseForm(ctx, d.head, e.ID, Released{Rev: 4, Reason: "少问一点"}); err != nil {
			t.Fatal(err)
		}
	}
	second, err := NewestForm(ctx, d.db, e.ID)
	if err != nil || second.Version != 2 || second.Questions[1].Key != "q3" {
		t.Errorf("released %+v, %v: a key that was used once is never used again", second, err)
	}
	if diff := Differ(first.Questions, second.Questions); len(diff) != 2 || diff[0].What != "added" || diff[1].What != "removed" {
		t.Errorf("the difference is %+v", diff)
	}
	if n := count(t, d.db, `select count(*) from outbox where kind = 'edition.form_changed'`, nil); n != 1 {
		t.Errorf("%d facts of new questions", n)
	}
	next, err := d.book.Create(ctx, d.staff, NewEdition{ID: newID(), Title: "第五届"})
	if err != nil {
		t.Fatal(err)
	}
	if copied, err := d.book.Designed(ctx, next.ID); err != nil || len(copied.Questions) != 2 {
		t.Errorf("the next edition begins with %+v, %v", copied, err)
	}
}
