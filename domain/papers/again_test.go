package papers

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
)

// another opens a second edition of the district, which everything is imported into afterwards.
func (w *world) another() edition.Edition {
	w.Helper()
	ctx, editions := context.Background(), edition.New(w.db, w.clock)
	director := w.enlist("另一位负责人", hood, identity.Grant{Role: identity.DistrictHead, Place: "jz"})
	e, err := editions.Create(ctx, w.district, edition.NewEdition{Title: "第二届"})
	w.do(err)
	w.do(editions.Edit(ctx, w.district, e.ID, edition.Plan{Version: 1, Title: e.Title, CallText: "再来一次", Contact: "0379-1234567", OpensAt: noon, ClosesAt: noon.AddDate(0, 0, 24),
		RunsFrom: clock.Day(noon).AddDate(0, 0, 60), RunsTo: clock.Day(noon).AddDate(0, 8, 0), Funds: []edition.Fund{{Name: "财政", Kind: "budget", Amount: 100_000_00}}}))
	w.do(editions.Publish(ctx, director, e.ID, edition.Pressed{Version: 2}))
	e, err = edition.Get(ctx, w.db, e.ID)
	w.do(err)
	return e
}

// What comes out in the template's format goes into another edition and is the same proposal there.
func TestWhatIsTakenOutGoesInAgain(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	old := w.submitted("周桂兰", "旧衣改造坊", hood)
	out := w.made(w.street, NewExport{Kind: Again, Phones: true, Reason: "报到下一届"})
	same := w.uploaded(w.staff, out, nil)
	if same.State != Faulty || len(same.Faults) == 0 || !strings.Contains(same.Faults[0].Message().String(), "这一届已有此申报书") {
		t.Errorf("into its own edition: %+v", same.Faults)
	}
	w.edition = w.another()
	i := w.uploaded(w.staff, out, nil)
	if i.State != Checked {
		t.Fatalf("into a fresh one: %+v", i.Faults)
	}
	w.do(w.book.Confirm(ctx, w.staff, i.ID, 1))
	_, rows, _, err := w.book.See(ctx, w.staff, i.ID)
	w.do(err)
	if len(rows) != 1 {
		t.Fatalf("%d entered", len(rows))
	}
	again, err := proposal.Whole(ctx, w.db, rows[0].ProposalID)
	w.do(err)
	want, got := old.Draft(), again.Draft()
	for _, d := range []*proposal.Draft{&want, &got} {
		d.Saves, d.Form, d.Answers = 0, 0, nil
		for k := range d.Activities {
			d.Activities[k].Row = ""
		}
		for k := range d.Lines {
			d.Lines[k].Row = ""
		}
		for k := range d.Funding {
			d.Funding[k].Row = ""
		}
	}
	if a, b := asText(t, want), asText(t, got); a != b {
		t.Errorf("went out as\n%s\ncame in as\n%s", a, b)
	}
	if again.LeadID != old.LeadID || len(again.Members) != len(old.Members) || again.Place != old.Place {
		t.Errorf("its people: %+v", again.Members)
	}
}

// Without full numbers nobody can be found again: the rows say so. A plain list is told from the template.
func TestAListIsNoWorkbookToTakeIn(t *testing.T) {
	w := newWorld(t)
	w.submitted("周桂兰", "旧衣改造坊", hood)
	bare := w.made(w.street, NewExport{Kind: Again, Reason: "看看"})
	if bytes.Contains(bare, []byte(phoneOf(w.people))) {
		t.Error("numbers are in it")
	}
	if i := w.uploaded(w.staff, bare, nil); i.State != Faulty || !strings.Contains(i.Faults[0].Message().String()+i.Faults[1].Message().String(), "这一格要填") {
		t.Errorf("%+v", i.Faults)
	}
	list := w.made(w.street, NewExport{Kind: List})
	i := w.uploaded(w.staff, list, nil)
	if len(i.Faults) != 1 || !strings.Contains(i.Faults[0].Message().String(), "这是「名单」") {
		t.Errorf("%+v", i.Faults)
	}
}

// latecomers are papers stamped in time, typed on the day after the call has closed.
func latecomers(w *world, change map[string]any) map[string][]map[string]any {
	rows := twoPapers()
	for _, r := range rows["申报书"][1:] {
		r["收件时间"] = w.edition.ClosesAt.Add(-2 * time.Hour).In(clock.Shanghai).Format("2006-01-02 15:04")
	}
	rows["申报书"][1]["收件照片"] = "章.pdf"
	for k, v := range change {
		rows["申报书"][2][k] = v
	}
	return rows
}

// Papers received in time and typed after the close go through the grace list, all of a workbook at once, and are handed
// in by their stamp (DOMAIN §7.1, §18-3, I-T2).
func TestPapersOfTheGraceListComeByWorkbook(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.clock.Set(w.edition.ClosesAt.Add(6 * time.Hour))
	body, folder := filled(t, latecomers(w, nil)), folderOf(t, "章.pdf", "1.pdf", "2.pdf")
	for name, by := range map[string]identity.Actor{"the street": w.street, "the district": w.district} {
		if i, err := w.upload(by, body, folder); err != nil || i.State != Faulty || !strings.Contains(i.Faults[0].Message().String(), "由那个社区的工作人员来录") {
			t.Errorf("%s: %+v %v", name, i.Faults, err)
		}
	}
	i := w.uploaded(w.staff, body, folder)
	if i.State != Checked {
		t.Fatalf("%+v", i.Faults)
	}
	w.do(w.book.Confirm(ctx, w.staff, i.ID, 1))
	_, rows, _, err := w.book.See(ctx, w.staff, i.ID)
	w.do(err)
	if n := w.count(`select count(*) from grace g join attachment a on a.id = g.paper_id and a.kind = 'stamped' where g.state = 'listed' and g.entry_id is not null`, nil); n != 2 || rows[0].Until == nil {
		t.Fatalf("%d on the grace list, %+v", n, rows)
	}
	// The lead hands it in the next day, complete by then: it counts from the stamp.
	p, err := proposal.Get(ctx, w.db, rows[0].ProposalID)
	w.do(err)
	lead := w.accountOf(p.LeadID)
	_, err = w.proposals.Save(ctx, lead, p.ID, good(p.Saves, p.Title))
	w.do(err)
	for range 2 {
		friend, member := w.enlist("邻居", hood), newID()
		w.do(w.proposals.Invite(ctx, lead, p.ID, proposal.NewMember{ID: member, Name: "邻居", Phone: phoneOf(w.people), Role: "member"}))
		w.do(w.proposals.Accept(ctx, friend, member, proposal.Answer{Version: 1, Agree: true, Age: "adult"}))
	}
	p, err = proposal.Get(ctx, w.db, p.ID)
	w.do(err)
	done, err := w.proposals.Submit(ctx, lead, p.ID, p.Saves, w.clock.Now())
	w.do(err)
	if stamp := w.edition.ClosesAt.Add(-2 * time.Hour); done.State != proposal.Submitted || !done.SubmittedAt.Equal(stamp.Truncate(time.Minute)) {
		t.Errorf("%s, received at %v", done.State, done.SubmittedAt)
	}
	if n := w.count(`select count(*) from grace where state = 'used' and proposal_id = entry_id`, nil); n != 1 {
		t.Errorf("%d papers spent", n)
	}
	// The other one lets the two working days pass.
	other, err := proposal.Get(ctx, w.db, rows[1].ProposalID)
	w.do(err)
	w.clock.Set(w.clock.Now().AddDate(0, 0, 7))
	if _, err := w.proposals.Submit(ctx, w.accountOf(other.LeadID), other.ID, other.Saves, w.clock.Now()); !fault.Is(err, fault.Conflict) {
		t.Errorf("after the grace: %v", err)
	}
}

func TestOutsideTheGraceRuleRowsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.clock.Set(w.edition.ClosesAt.Add(6 * time.Hour))
	after := w.edition.ClosesAt.Add(time.Hour).In(clock.Shanghai).Format("2006-01-02 15:04")
	folder := folderOf(t, "章.pdf", "1.pdf")
	for want, change := range map[string]map[string]any{
		"要有盖了收件章的照片":  nil, // the second has no page at all
		"过了截止时间才收到的":  {"收件时间": after, "收件照片": "章.pdf"},
		"请走收件登记":      {"收件时间": nil, "收件照片": "章.pdf"},
		"zip 里没有这个文件": {"收件照片": "别的.jpg"},
	} {
		i := w.uploaded(w.staff, filled(t, latecomers(w, change)), folder)
		told := ""
		for _, f := range i.Faults {
			told += f.Message().String() + "\n"
		}
		if i.State != Faulty || !strings.Contains(told, want) {
			t.Errorf("%s: %s %s", want, i.State, told)
		}
	}
	w.clock.Set(w.edition.ClosesAt.AddDate(0, 0, 6))
	i := w.uploaded(w.staff, filled(t, latecomers(w, nil)), folderOf(t, "章.pdf", "2.pdf"))
	if i.State != Faulty || !strings.Contains(i.Faults[0].Message().String(), "现在已经过了") {
		t.Errorf("days later: %+v", i.Faults)
	}
}
