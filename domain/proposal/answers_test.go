package proposal

import (
	"context"
	"slices"
	"strings"
	"testing"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// ask releases a version of the district's questions in the world's open call.
func (w *world) ask(list ...edition.Drawn) edition.FormVersion {
	w.Helper()
	ctx := context.Background()
	d, err := w.editions.Designed(ctx, w.edition.ID)
	if err != nil {
		w.Fatal(err)
	}
	for i, q := range list {
		q.Rev = d.Rev + i
		if err := w.editions.Draw(ctx, w.district, w.edition.ID, q); err != nil {
			w.Fatal(err)
		}
	}
	return w.release(d.Rev + len(list))
}

func (w *world) release(rev int) edition.FormVersion {
	w.Helper()
	if err := w.editions.ReleaseForm(context.Background(), w.director, w.edition.ID, edition.Released{Rev: rev, Reason: "想多知道一点"}); err != nil {
		w.Fatal(err)
	}
	f, err := edition.NewestForm(context.Background(), w.db, w.edition.ID)
	if err != nil {
		w.Fatal(err)
	}
	return f
}

var (
	askPlace = edition.Drawn{Kind: edition.AskOne, Label: "场地落实了吗", Options: "落实了\n没有", Required: true}
	askWhere = edition.Drawn{Kind: edition.AskText, Label: "在哪里", Required: true, When: "q1=落实了"}
	askPaper = edition.Drawn{Kind: edition.AskFile, Label: "同意书", When: "q1=落实了"}
)

func (w *world) answer(id string, form int, a edition.Answers) error {
	f := w.own(w.lead, id)
	d := f.Draft()
	d.Form, d.Answers = form, a
	_, err := w.book.Save(context.Background(), w.lead, id, d)
	return err
}

func missing(f Full) (list []string) {
	for _, g := range f.Gaps() {
		if g.Section == "district" {
			list = append(list, g.Field)
		}
	}
	return list
}

func TestRequiredAnswersHoldTheSubmissionBack(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	w.ask(askPlace, askWhere)
	f = w.own(w.lead, f.ID)
	if got := missing(f); !slices.Equal(got, []string{"q.q1"}) {
		t.Errorf("it misses %v", got)
	}
	if _, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, noon); !slices.Equal(fault.InFields(err).Names(), []string{"q.q1"}) {
		t.Errorf("submitted without the answer: %v", err)
	}
	if err := w.answer(f.ID, 1, edition.Answers{"q1": {Text: "也许"}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an answer that is no option is kept: %v", err)
	}
	if err := w.answer(f.ID, 1, edition.Answers{"q1": {Text: "落实了"}}); err != nil {
		t.Fatal(err)
	}
	if got := missing(w.own(w.lead, f.ID)); !slices.Equal(got, []string{"q.q2"}) {
		t.Errorf("with a place it misses %v", got)
	}
	if err := w.answer(f.ID, 1, edition.Answers{"q1": {Text: "没有"}, "q2": {Text: "旧的回答"}}); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	done, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, noon)
	if err != nil {
		t.Fatal(err)
	}
	_, revisions, err := w.book.Receipt(ctx, w.lead, f.ID)
	if err != nil || !strings.Contains(revisions[0].Body, "没有") || strings.Contains(revisions[0].Body, "旧的回答") {
		t.Errorf("sealed %v, %v: what is asked and nothing else", revisions, err)
	}
	if done.District.Form.Version != 1 || len(done.District.Answers) != 1 {
		t.Errorf("it keeps version %d with %v", done.District.Form.Version, done.District.Answers)
	}
}

func TestASubmittedProposalKeepsItsVersionAndADraftMovesOn(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.ask(askPlace, askWhere)
	f := w.draft(w.lead, w.edition)
	if err := w.answer(f.ID, 1, edition.Answers{"q1": {Text: "落实了"}, "q2": {Text: "活动室"}}); err != nil {
		t.Fatal(err)
	}
	other := w.draft(w.neighbour, w.edition)
	d := w.own(w.neighbour, other.ID).Draft()
	d.Form, d.Answers = 1, edition.Answers{"q1": {Text: "落实了"}, "q2": {Text: "院子"}}
	if _, err := w.book.Save(ctx, w.neighbour, other.ID, d); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	if _, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, noon); err != nil {
		t.Fatal(err)
	}
	if err := w.editions.Arrange(ctx, w.district, w.edition.ID, edition.DesignStep{Rev: 2, Do: "remove", Key: "q2"}); err != nil {
		t.Fatal(err)
	}
	second := w.ask(edition.Drawn{Kind: edition.AskNumber, Label: "几个人", Required: true})
	if second.Version != 2 {
		t.Fatalf("released as version %d", second.Version)
	}
	if f = w.own(w.lead, f.ID); f.District.Form.Version != 1 || f.District.Answers["q2"].Text != "活动室" || len(f.District.News) > 0 {
		t.Errorf("what was handed in reads %+v", f.District)
	}
	o := w.own(w.neighbour, other.ID)
	if o.District.Form.Version != 2 || o.District.Answers["q1"].Text != "落实了" || len(o.District.News) != 2 || !slices.Equal(missing(o), []string{"q.q3"}) {
		t.Errorf("the draft reads %+v, misses %v", o.District, missing(o))
	}
	if err := w.db.Change(ctx, func(tx pg.Tx) error {
		return TellFormChanged(ctx, tx, edition.FormChanged{EditionID: w.edition.ID, Version: 2})
	}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from notice where code = 'N02' and person_id = @me::uuid`, pg.Args{"me": w.neighbour.ID}); n != 1 {
		t.Errorf("the lead of the draft has %d notices", n)
	}
	if n := w.count(`select count(*) from notice where code = 'N02' and person_id = @me::uuid`, pg.Args{"me": w.lead.ID}); n != 0 {
		t.Errorf("who has submitted is told %d times", n)
	}
	// Returned for a change, it is still asked what it was written under.
	f = w.own(w.lead, f.ID)
	if err := w.book.Return(ctx, w.head, f.ID, Returning{Version: f.Version, Note: "请写清楚"}); err != nil {
		t.Fatal(err)
	}
	if f = w.own(w.lead, f.ID); f.District.Form.Version != 1 || len(missing(f)) > 0 {
		t.Errorf("returned it is asked version %d and misses %v", f.District.Form.Version, missing(f))
	}
}

func TestAnOlderPageKeepsWhatItDidNotShow(t *testing.T) {
	w := newWorld(t)
	w.ask(askPlace)
	f := w.draft(w.lead, w.edition)
	w.ask(edition.Drawn{Kind: edition.AskText, Label: "谁来做"})
	if err := w.answer(f.ID, 2, edition.Answers{"q1": {Text: "没有"}, "q2": {Text: "老周"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.answer(f.ID, 1, edition.Answers{"q1": {Text: "落实了"}}); err != nil {
		t.Fatal(err)
	}
	if a := w.own(w.lead, f.ID).District.Answers; a["q1"].Text != "落实了" || a["q2"].Text != "老周" {
		t.Errorf("after a save from an older page the answers are %v", a)
	}
	if err := w.answer(f.ID, 0, nil); err != nil {
		t.Fatal(err)
	}
	if a := w.own(w.lead, f.ID).District.Answers; len(a) != 2 {
		t.Errorf("a form without the part emptied it: %v", a)
	}
}

func TestFilesInAnswerBelongToTheTeam(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.ask(askPlace, askPaper)
	f := w.draft(w.lead, w.edition)
	paper := NewPaper{Key: "q2", Taken: evidence.Taken{Digest: strings.Repeat("a", 64), Size: 9, Mime: "application/pdf"}, Name: "周桂兰的同意书.pdf"}
	if err := w.book.AnswerFile(ctx, w.neighbour, f.ID, paper); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger answers: %v", err)
	}
	if err := w.book.AnswerFile(ctx, w.lead, f.ID, NewPaper{Key: "q1", Taken: paper.Taken}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a file answers a choice: %v", err)
	}
	for range 2 { // sent twice
		if err := w.book.AnswerFile(ctx, w.lead, f.ID, paper); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.answer(f.ID, 1, edition.Answers{"q1": {Text: "落实了"}}); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	files := f.District.Answers["q2"].Files
	if len(files) != 1 || files[0].Name != paper.Name {
		t.Fatalf("after a save it has %v", files)
	}
	if sees, err := SeesFile(ctx, w.db, evidence.Attachment{OwnerID: f.ID}, w.street); err != nil || sees {
		t.Errorf("staff see the file of a draft: %v, %v", sees, err)
	}
	if _, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, noon); err != nil {
		t.Fatal(err)
	}
	if sees, err := SeesFile(ctx, w.db, evidence.Attachment{OwnerID: f.ID}, w.street); err != nil || !sees {
		t.Errorf("staff do not see what was handed in: %v, %v", sees, err)
	}
	_, revisions, err := w.book.Receipt(ctx, w.lead, f.ID)
	if err != nil || strings.Contains(revisions[0].Body, "周桂兰") || !strings.Contains(revisions[0].Body, files[0].Digest) {
		t.Errorf("the seal holds %s, %v", revisions[0].Body, err)
	}
	if err := w.book.RemoveFile(ctx, w.lead, f.ID, "q2", files[0].ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("a file is taken off what was handed in: %v", err)
	}
}

func TestQuotasTakeTheLastSeatOnce(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	scope := edition.ScopeOf(w.edition)
	scope.Reason = "名额有限"
	for i := range scope.Quotas {
		if scope.Quotas[i].Code == "mutual_aid" {
			scope.Quotas[i].Most = 1
		}
	}
	if err := w.editions.SetScope(ctx, w.director, w.edition.ID, scope); err != nil {
		t.Fatal(err)
	}
	a, b := w.draft(w.lead, w.edition), w.draft(w.neighbour, w.edition)
	results := make(chan error, 2)
	for _, s := range []struct {
		by identity.Actor
		f  Full
	}{{w.lead, a}, {w.neighbour, b}} {
		go func() {
			_, err := w.book.Submit(ctx, s.by, s.f.ID, s.f.Saves, noon)
			results <- err
		}()
	}
	in := 0
	for range 2 {
		if err := <-results; err == nil {
			in++
		} else if !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
	if in != 1 {
		t.Errorf("%d proposals took the one seat", in)
	}
}

func TestTheEditionSaysWhoMayProposeWhat(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	scope := edition.ScopeOf(w.edition)
	scope.Reason, scope.Regions, scope.Own = "先在一个社区试", []string{hood2}, []edition.Category{{Name: "儿童友好"}}
	if err := w.editions.SetScope(ctx, w.director, w.edition.ID, scope); err != nil {
		t.Fatal(err)
	}
	e, err := edition.Get(ctx, w.db, w.edition.ID)
	if err != nil {
		t.Fatal(err)
	}
	terms := edition.TermsOf(e)
	terms.Reason, terms.CapTeam, terms.MinAward = "只收组织", 0, 5_000_00
	if err := w.editions.SetTerms(ctx, w.director, e.ID, terms); err != nil {
		t.Fatal(err)
	}
	var fields []string
	for _, g := range w.own(w.lead, f.ID).Gaps() {
		fields = append(fields, g.Field)
	}
	for _, want := range []string{"track", "home", "own"} {
		if !slices.Contains(fields, want) {
			t.Errorf("nothing is said of %s: %v", want, fields)
		}
	}
	d := w.own(w.lead, f.ID).Draft()
	d.Category = "儿童友好"
	if _, err := w.book.Save(ctx, w.lead, f.ID, d); err != nil {
		t.Errorf("the edition's own category is not kept: %v", err)
	}
	if slices.ContainsFunc(w.own(w.lead, f.ID).Gaps(), func(g Gap) bool { return g.Field == "category" }) {
		t.Error("the edition's own category is refused")
	}
}
