package gallery

import (
	"strings"
	"sync"
	"testing"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

func (w *world) voices(pid string) int {
	w.Helper()
	i, err := w.book.One(w.ctx, identity.Actor{}, pid)
	if err != nil {
		w.Fatal(err)
	}
	return i.SupportsN
}

// Fifty copies of one press are one voice, with one line in the trail; taken back by as many, it is none.
func TestOneAccountHasOneVoice(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	_, pid := w.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	by := w.resident("李志强", hood)
	fifty := func(f func() error) {
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if err := f(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	fifty(func() error { _, err := w.book.Support(w.ctx, by, pid, Voice{Word: "支持"}); return err })
	if n := w.voices(pid); n != 1 {
		t.Errorf("%d voices", n)
	}
	if n, _ := pg.Value[int](w.ctx, w.db, `select count(*) from audit_event where entity = 'support'`, nil); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
	w.clean()
	w.clock.Set(noon.AddDate(0, 0, 1))
	fifty(func() error { _, err := w.book.TakeBack(w.ctx, by, pid); return err })
	if n := w.voices(pid); n != 0 {
		t.Errorf("%d voices after taking it back", n)
	}
	w.clean()
	if _, err := w.book.Support(w.ctx, by, pid, Voice{}); !fault.Is(err, fault.Busy) && err != nil {
		t.Fatal(err)
	}
}

// An account that presses without end is asked to wait.
func TestSupportIsThrottled(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	_, pid := w.shown("甲", "一", "二")
	by := w.resident("李志强", hood)
	var err error
	for range 101 {
		_, err = w.book.Support(w.ctx, by, pid, Voice{})
	}
	if !fault.Is(err, fault.Busy) {
		t.Errorf("the 101st press: %v", err)
	}
}

func TestWhoMaySupport(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	lead, pid := w.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	_, secret := w.submitted("没公开的", "一", "二")
	stranger, newcomer := w.resident("外区人", "qy.a.b"), w.resident("新来的", hood)
	newcomer.Home = ""
	for what, c := range map[string]struct {
		by   identity.Actor
		pid  string
		word string
		want fault.Kind
	}{
		"the lead": {lead, pid, "", fault.Conflict}, "another district": {stranger, pid, "", fault.Conflict}, "not confirmed": {newcomer, pid, "", fault.Conflict},
		"a visitor": {identity.Actor{}, pid, "", fault.SignIn}, "not public": {w.resident("李志强", hood), secret, "", fault.NotFound},
		"too long": {w.resident("李志强", hood), pid, strings.Repeat("好", 61), fault.Invalid}, "a phone number": {w.resident("李志强", hood), pid, "找我１３８ 1234-5678", fault.Invalid},
	} {
		if _, err := w.book.Support(w.ctx, c.by, c.pid, Voice{Word: c.word}); !fault.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := w.voices(pid); n != 0 {
		t.Errorf("%d voices", n)
	}
}

// A word is shown with a masked name, changed by its writer, and hidden by the community with a reason; the voice stays.
func TestWordsOfSupport(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	_, pid := w.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	by := w.resident("李志强", hood)
	say := func(word string) []Word {
		t.Helper()
		i, err := w.book.Support(w.ctx, by, pid, Voice{Word: word})
		if err != nil {
			t.Fatal(err)
		}
		all, err := w.book.Words(w.ctx, identity.Actor{}, i)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := say("  我来 帮忙 "); len(all) != 1 || all[0].Word != "我来 帮忙" || all[0].Who != "李**" || all[0].PersonID != "" {
		t.Errorf("%+v", all)
	}
	if all := say("我会缝纫"); len(all) != 1 || all[0].Word != "我会缝纫" {
		t.Errorf("%+v", all)
	}
	if _, err := w.book.HideWord(w.ctx, by, pid, Hiding{Person: by.ID, Reason: "不想要了"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a neighbour hid a word: %v", err)
	}
	if _, err := w.book.HideWord(w.ctx, w.staff, pid, Hiding{Person: by.ID}); !fault.Is(err, fault.Invalid) {
		t.Errorf("hidden without a reason: %v", err)
	}
	if _, err := w.book.HideWord(w.ctx, w.staff, pid, Hiding{Person: by.ID, Reason: "写了别人的名字"}); err != nil {
		t.Fatal(err)
	}
	if n, _ := pg.Value[int](w.ctx, w.db, `select count(*) from notice where person_id = @id::uuid`, pg.Args{"id": by.ID}); n != 1 {
		t.Errorf("%d messages to the writer", n)
	}
	if all := say("再写一遍"); len(all) != 0 || w.voices(pid) != 1 {
		t.Errorf("after hiding: %+v, %d voices", all, w.voices(pid))
	}
	w.clean()
}

// Who joins the team takes the voice back by it; voices stay with a proposal through the notice.
func TestVoicesFollowTheProposal(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	lead, pid := w.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	friend, other := w.resident("李志强", hood), w.resident("何文涛", "jz.wuhan.changle")
	for _, by := range []identity.Actor{friend, other} {
		if _, err := w.book.Support(w.ctx, by, pid, Voice{}); err != nil {
			t.Fatal(err)
		}
	}
	w.change(func(tx pg.Tx) error {
		mid := id()
		if _, err := pg.Do(w.ctx, tx, `insert into team_member (id, team_id, person_id, name, role, state, at) select @id, team_id, @me, 'x', 'member', 'accepted', @at from proposal where id = @p`,
			pg.Args{"id": mid, "me": friend.ID, "p": pid, "at": noon}); err != nil {
			return err
		}
		return w.record(tx, "team_member", mid, 1, hood, "accepted")
	})
	if n := w.voices(pid); n != 1 {
		t.Errorf("%d voices after one supporter joined the team", n)
	}
	w.clean()
	if err := w.book.Show(w.ctx, lead, pid, Wish{}); err != nil {
		t.Fatal(err)
	}
	w.move(pid, proposal.Endorsed, proposal.Eligible, proposal.Shortlisted, proposal.Ranked)
	w.notice(w.staff, map[string]string{pid: "selected"})
	if n := w.voices(pid); n != 1 {
		t.Errorf("%d voices after the notice", n)
	}
	w.clean()
}
