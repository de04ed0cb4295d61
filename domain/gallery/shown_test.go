package gallery

import (
	"slices"
	"strings"
	"testing"

	"seedbed/domain/consent"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// By default nothing of an edition is public before the notice, whatever a lead wishes.
func TestNothingIsPublicBeforeTheNotice(t *testing.T) {
	w := newWorld(t, edition.GalleryResults)
	lead, pid := w.submitted("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	if err := w.book.Show(w.ctx, lead, pid, Wish{Agree: true}); !fault.Is(err, fault.Conflict) {
		t.Errorf("agreeing: %v", err)
	}
	if s := w.stageOf(pid); s != "" {
		t.Errorf("public as %s", s)
	}
	w.move(pid, proposal.Endorsed, proposal.Eligible, proposal.Shortlisted, proposal.Ranked)
	w.notice(w.staff, map[string]string{pid: "selected"})
	if s := w.stageOf(pid); s != "judged" {
		t.Errorf("after the notice: %q", s)
	}
	w.clean()
}

// A lead's tick shows a submitted proposal; taken back, it is gone at once from the list, its page, the search and the counts.
func TestALeadShowsAProposalAndTakesItBack(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	lead, pid := w.submitted("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	if s := w.stageOf(pid); s != "" {
		t.Errorf("without a tick it is public as %s", s)
	}
	if err := w.book.Show(w.ctx, w.staff, pid, Wish{Agree: true}); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else agreed: %v", err)
	}
	for range 2 {
		if err := w.book.Show(w.ctx, lead, pid, Wish{Agree: true}); err != nil {
			t.Fatal(err)
		}
	}
	if n, _ := pg.Value[int](w.ctx, w.db, `select count(*) from consent where purpose = 'proposal_public'`, nil); n != 1 {
		t.Errorf("two clicks left %d consents", n)
	}
	items := w.list(identity.Actor{}, Filter{Text: "旧衣"})
	if len(items) != 1 || items[0].Lead != "周**" || items[0].Team != "" || items[0].State != "" || items[0].Stage != "collecting" {
		t.Fatalf("shown as %+v", items)
	}
	if c, err := w.book.Counts(w.ctx); err != nil || c.Of(Filter{}) != 1 || c.There(Filter{})[hood] != 1 {
		t.Errorf("counts %+v %v", c, err)
	}
	if err := w.book.Show(w.ctx, lead, pid, Wish{}); err != nil {
		t.Fatal(err)
	}
	if s := w.stageOf(pid); s != "" || len(w.list(identity.Actor{}, Filter{Text: "旧衣"})) > 0 {
		t.Errorf("after taking it back: %q", s)
	}
	if c, err := w.book.Counts(w.ctx); err != nil || c.Of(Filter{}) != 0 {
		t.Errorf("counts %+v %v", c, err)
	}
	w.clean()
}

// The full name is public under the lead's own consent alone, and masked in the moment it is taken back (I-D3).
func TestAFullNameIsPublicOnlyWhileItsConsentStands(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	lead, _ := w.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	_, _ = w.shown("银龄手机课", "教老人用手机", "人人会用")
	whole := func() (n int) {
		for _, i := range w.list(identity.Actor{}, Filter{}) {
			if !strings.HasSuffix(i.Lead, "**") {
				n++
			}
		}
		return n
	}
	for want, word := range []func(tx pg.Tx) error{
		func(pg.Tx) error { return nil },
		func(tx pg.Tx) error {
			_, err := consent.Give(w.ctx, tx, lead, consent.NamePublic, "", noon)
			return err
		},
	} {
		if w.change(word); whole() != want {
			t.Errorf("%d full names, want %d", whole(), want)
		}
	}
	w.change(func(tx pg.Tx) error {
		_, err := consent.Withdraw(w.ctx, tx, lead.ID, consent.NamePublic, "", noon)
		return err
	})
	if whole() != 0 {
		t.Error("still public after it was taken back")
	}
	w.clean()
}

// Nothing of what happens between submission and notice shows: neither the state, nor what a team rewrites meanwhile.
func TestNothingOfTheJudgingShows(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	lead, pid := w.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	_, other := w.shown("小小河长巡河队", "孩子带着大人巡河", "河水变清")
	_, third := w.shown("银龄手机课", "教老人用手机", "人人会用")
	before := w.list(identity.Actor{}, Filter{})
	w.move(pid, proposal.Returned)
	w.run(`update proposal set fix_until = @at where id = @id`, pg.Args{"id": pid, "at": noon.AddDate(0, 0, 5)})
	full, err := proposal.Whole(w.ctx, w.db, pid)
	if err != nil {
		t.Fatal(err)
	}
	d := full.Draft()
	d.Saves, d.Title = full.Saves, "还没写好的新题目"
	if _, err := w.proposals.Save(w.ctx, lead, pid, d); err != nil {
		t.Fatal(err)
	}
	w.move(other, proposal.Endorsed, proposal.Ineligible)
	w.move(third, proposal.Endorsed, proposal.Eligible, proposal.NotShortlisted)
	if after := w.list(identity.Actor{}, Filter{}); !slices.Equal(before, after) {
		t.Errorf("the public could tell:\n%+v\n%+v", before, after)
	}
	w.notice(w.staff, nil) // the results are out and name none of them
	for _, p := range []string{pid, other, third} {
		if s := w.stageOf(p); s != "" {
			t.Errorf("%s is still public as %s", p, s)
		}
	}
	w.clean()
}

// The notice shows who was chosen, and who was not only when the lead wishes; a voided notice takes it back.
func TestTheNoticeShowsTheChosen(t *testing.T) {
	w := newWorld(t, edition.GalleryResults)
	_, won := w.submitted("甲", "一", "二")
	_, lost := w.submitted("乙", "一", "二")
	for _, p := range []string{won, lost} {
		w.move(p, proposal.Endorsed, proposal.Eligible, proposal.Shortlisted, proposal.Ranked)
	}
	n := w.notice(w.staff, map[string]string{won: "selected", lost: "not_selected"})
	if a, b := w.stageOf(won), w.stageOf(lost); a != "judged" || b != "" {
		t.Errorf("chosen %q, not chosen %q", a, b)
	}
	i, err := w.book.One(w.ctx, identity.Actor{}, won)
	if err != nil || i.Team != "巧手队" || i.State != "selected" {
		t.Errorf("%+v %v", i, err)
	}
	if p, _ := pg.Value[string](w.ctx, w.db, `select publisher::text from gallery_item where proposal_id = @id`, pg.Args{"id": won}); p != w.staff.ID {
		t.Errorf("published by %q", p)
	}
	w.change(func(tx pg.Tx) error {
		if _, err := pg.Do(w.ctx, tx, `update publicity set state = 'void', version = version + 1 where id = @id`, pg.Args{"id": n}); err != nil {
			return err
		}
		return w.record(tx, "publicity", n, 2, "jz", "void")
	})
	if s := w.stageOf(won); s != "" {
		t.Errorf("after the notice was voided: %q", s)
	}
	w.clean()
}

// A judge of the edition does not meet its proposals in the gallery, nor what neighbours say of them.
func TestJudgesDoNotSeeWhatTheyJudge(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	_, pid := w.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	judge := w.resident("评委", hood)
	judge.Strong, judge.Grants = true, []identity.Grant{{Role: identity.Judge, Place: "jz"}}
	if n := len(w.list(judge, Filter{})); n != 1 {
		t.Errorf("a judge of another edition sees %d", n)
	}
	jid := id()
	w.change(func(tx pg.Tx) error {
		if _, err := pg.Do(w.ctx, tx, `insert into judge (id, edition_id, person_id, expertise, at) values (@id, @edition, @me, 'x', @at)`, pg.Args{"id": jid, "edition": w.edition, "me": judge.ID, "at": noon}); err != nil {
			return err
		}
		return w.record(tx, "judge", jid, 1, "jz", "invited")
	})
	if n := len(w.list(judge, Filter{})) + len(w.list(judge, Filter{Text: "旧衣"})); n != 0 {
		t.Errorf("its judge sees %d", n)
	}
	if _, err := w.book.One(w.ctx, judge, pid); !fault.Is(err, fault.NotFound) {
		t.Errorf("its page: %v", err)
	}
	if _, err := w.book.Support(w.ctx, judge, pid, Voice{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("its support: %v", err)
	}
}
