package gallery

import (
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func (w *world) told(by identity.Actor) int {
	w.Helper()
	n, err := pg.Value[int](w.ctx, w.db, `select count(*) from notice where person_id = @me::uuid and key like 'N09:follow/%'`, pg.Args{"me": by.ID})
	if err != nil {
		w.Fatal(err)
	}
	return n
}

// A neighbour follows what is public, once, hears of its selection once, and is forgotten when they leave.
func TestNeighboursFollowWhatIsPublic(t *testing.T) {
	w := newWorld(t, "submitted")
	_, shown := w.shown("旧衣工坊", "旧衣改布袋", "改三百个")
	_, hidden := w.submitted("还没公开", "先不说", "再等等")
	wang, chen := w.resident("王阿姨", hood), w.resident("陈师傅", "qy.a.b") // of another district: following is no vote
	if _, err := w.book.Follow(w.ctx, wang, hidden); !fault.Is(err, fault.NotFound) {
		t.Errorf("follows what is not public: %v", err)
	}
	if _, err := w.book.Follow(w.ctx, identity.Actor{}, shown); err == nil {
		t.Errorf("a visitor: %v", err)
	}
	for range 2 {
		if _, err := w.book.Follow(w.ctx, wang, shown); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.book.Follow(w.ctx, chen, shown); err != nil {
		t.Fatal(err)
	}
	follows, n, err := w.book.Follows(w.ctx, identity.Actor{}, shown)
	if err != nil || follows || n != 2 {
		t.Errorf("a visitor is shown %v, %d, %v", follows, n, err)
	}
	if err := w.book.Unfollow(w.ctx, chen, shown); err != nil {
		t.Fatal(err)
	}
	list, err := w.book.Following(w.ctx, wang)
	if err != nil || len(list) != 1 || list[0].Title != "旧衣工坊" {
		t.Errorf("%+v %v", list, err)
	}
	w.move(shown, "endorsed", "eligible", "shortlisted", "ranked", "selected")
	w.notice(w.staff, map[string]string{shown: "selected"})
	for range 2 {
		w.change(func(tx pg.Tx) error { return TellFollowers(w.ctx, tx, w.clock.Now()) })
	}
	if w.told(wang) != 1 || w.told(chen) != 0 {
		t.Errorf("told %d and %d times", w.told(wang), w.told(chen))
	}
}

// What only a notice of results made public can be found for a year (DOMAIN §12.1).
func TestResultsLeaveTheGalleryAfterAYear(t *testing.T) {
	w := newWorld(t, "results")
	_, pid := w.submitted("旧衣工坊", "旧衣改布袋", "改三百个")
	w.move(pid, "endorsed", "eligible", "shortlisted", "ranked", "reserve")
	notice := w.notice(w.staff, map[string]string{pid: "reserve"})
	w.change(func(tx pg.Tx) error {
		if _, err := pg.Do(w.ctx, tx, `update publicity set state = 'closed', version = version + 1 where id = @id`, pg.Args{"id": notice}); err != nil {
			return err
		}
		return w.record(tx, "publicity", notice, 2, "jz", "closed")
	})
	at := w.clock.Now()
	w.change(func(tx pg.Tx) error { return Archive(w.ctx, tx, at.AddDate(1, 0, -1)) })
	if w.stageOf(pid) != "judged" {
		t.Error("gone within the year")
	}
	for range 2 {
		w.change(func(tx pg.Tx) error { return Archive(w.ctx, tx, at.AddDate(1, 0, 1)) })
	}
	if s := w.stageOf(pid); s != "" {
		t.Errorf("a year later it is still %s", s)
	}
	if _, err := w.book.One(w.ctx, w.resident("邻居", hood), pid); !fault.Is(err, fault.NotFound) {
		t.Errorf("its page: %v", err)
	}
	w.clean()
}
