package talent

import (
	"bytes"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/consent"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
	"seedbed/storage/photo/sketch"
)

func TestNobodyIsListedWithoutTheirOwnConsent(t *testing.T) {
	w := newWorld(t)
	id := w.verified(w.wang)
	if n := len(w.publicly(Filter{})); n != 0 {
		t.Fatalf("%d cards before any consent", n)
	}
	n := Consent{Version: 3, NameShown: "surname", Shown: []string{"story"}, Agree: true}
	for name, by := range map[string]identity.Actor{"staff": w.staff, "a neighbour": w.li, "nobody": {}} {
		if err := w.book.Agree(w.ctx, by, id, n); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s agreed for her: %v", name, err)
		}
	}
	unticked := n
	unticked.Agree = false
	if err := w.book.Agree(w.ctx, w.wang, id, unticked); fault.InFields(err)["agree"].Text == "" {
		t.Errorf("without a tick: %v", err)
	}
	moved := w.wang
	moved.Home = hood2
	if err := w.book.Agree(w.ctx, moved, id, n); !fault.Is(err, fault.Conflict) {
		t.Errorf("not a confirmed resident here: %v", err)
	}
	for range 2 { // pressed twice
		w.must(w.book.Agree(w.ctx, w.wang, id, n))
	}
	if got := w.count(`select count(*) from consent where purpose = 'talent_listing' and withdrawn_at is null`, nil); got != 1 {
		t.Errorf("%d consents", got)
	}
	if n, err := w.book.ListedN(w.ctx); n != 1 || err != nil {
		t.Errorf("talent_n = %d, %v", n, err)
	}
}

func TestTheCardShowsWhatWasChosenAndNothingElse(t *testing.T) {
	w := newWorld(t)
	id := w.listed(w.wang)
	c, err := w.book.Card(w.ctx, id)
	w.must(err)
	if c.Name != "王**" || c.Story != "" || len(c.Times) > 0 || len(c.Wants) > 0 || c.Place != "jz.wuhan" {
		t.Errorf("shows %+v", c)
	}
	for _, hidden := range []string{"无线电", "秀英", "电厂"} { // searching must not tell what the card does not
		if n := len(w.publicly(Filter{Text: hidden})); n != 0 {
			t.Errorf("%q finds a card that does not show it", hidden)
		}
	}
	w.must(w.book.Agree(w.ctx, w.wang, id, Consent{Version: 4, NameShown: "full", Shown: []string{"story", "times", "wants", "area"}, Agree: true}))
	if c, _ = w.book.Card(w.ctx, id); c.Name != "王秀英" || c.Story == "" || len(c.Times) != 1 || c.Place != hood {
		t.Errorf("shows %+v", c)
	}
	if n := w.count(`select count(*) from consent where subject_id = @id::uuid and withdrawn_at is not null`, pg.Args{"id": id}); n != 1 {
		t.Errorf("%d earlier consents ended", n)
	}
	for text, want := range map[string]int{"维修": 1, "收音": 1, "无线": 1, "电厂 修老": 1, "电厂 唱歌": 0, "": 1, "%": 0} {
		if n := len(w.publicly(Filter{Text: text})); n != want {
			t.Errorf("%q finds %d, want %d", text, n, want)
		}
	}
	for _, f := range []Filter{{Skill: "law"}, {Time: "evening"}, {Place: far}} {
		if n := len(w.publicly(f)); n != 0 {
			t.Errorf("%+v finds %d", f, n)
		}
	}
	if n := len(w.publicly(Filter{Skill: "repair", Time: "weekend", Place: "jz.wuhan"})); n != 1 {
		t.Errorf("found %d", n)
	}
}

func TestTwoTapsTakeSomebodyOut(t *testing.T) {
	w := newWorld(t)
	id := w.listed(w.wang, "story")
	if err := w.book.Leave(w.ctx, w.wang, id, Press{4}); !fault.Is(err, fault.Conflict) {
		t.Errorf("the second tap first: %v", err)
	}
	for range 2 {
		w.must(w.book.Hide(w.ctx, w.wang, id, Press{4}))
	}
	if n := len(w.publicly(Filter{})); n != 0 {
		t.Error("still seen after the first tap")
	}
	// Monday; five working days later is the next Monday, to its end.
	if due := w.get(id).RemovalDue; due == nil || !due.Equal(time.Date(2026, 3, 10, 0, 0, 0, 0, clock.Shanghai)) {
		t.Errorf("due %v", due)
	}
	if n := w.count(`select count(*) from consent where withdrawn_at is null`, nil); n != 0 {
		t.Errorf("%d consents hold", n)
	}
	w.must(w.book.Leave(w.ctx, w.wang, id, Press{5}))
	gone := w.get(id)
	if gone.State != Removed || gone.Name != "" || gone.Story != "" || gone.PersonID != "" || len(gone.Skills) > 0 {
		t.Errorf("left behind %+v", gone)
	}
	if n := w.count(`select count(*) from talent_contact where said <> ''`, nil); n != 0 {
		t.Errorf("%d contacts still say something", n)
	}
	w.must(w.book.OfferSelf(w.ctx, w.wang, NewSelf{ID: newID(), About: gifts})) // may come back
}

func TestARequestIsCarriedOutAtItsDeadlineAtTheLatest(t *testing.T) {
	w := newWorld(t)
	id := w.listed(w.wang)
	w.must(w.book.Hide(w.ctx, w.wang, id, Press{4}))
	w.clock.Set(time.Date(2026, 3, 9, 23, 59, 0, 0, clock.Shanghai))
	w.tend()
	if s := w.get(id).State; s != Verified {
		t.Fatalf("removed too early: %s", s)
	}
	w.must(w.book.Stay(w.ctx, w.wang, id, Press{5})) // changes their mind
	w.must(w.book.Hide(w.ctx, w.wang, id, Press{6}))
	w.clock.Advance(14 * 24 * time.Hour)
	w.tend()
	w.tend()
	if s := w.get(id).State; s != Removed {
		t.Errorf("state %s", s)
	}
	if n := w.count(`select count(*) from notice where person_id = @p::uuid and code = 'N32'`, pg.Args{"p": w.wang.ID}); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestAConsentWithdrawnElsewhereTakesTheCardDown(t *testing.T) {
	w := newWorld(t)
	id := w.listed(w.wang)
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
		taken, err := consent.Withdraw(w.ctx, tx, w.wang.ID, consent.TalentListing, id, noon)
		if err == nil && !taken {
			t.Error("nothing was taken back")
		}
		return err
	}))
	if n := len(w.publicly(Filter{})); n != 0 {
		t.Error("seen without a consent")
	}
	if err := w.book.Renew(w.ctx, w.wang, id, Press{4}); !fault.Is(err, fault.Conflict) {
		t.Errorf("renewed without a consent: %v", err)
	}
	w.tend()
	if s := w.get(id).State; s != Verified {
		t.Errorf("state %s", s)
	}
}

func TestAQuietCardRestsAfterAYearAndComesBackByOneTap(t *testing.T) {
	w := newWorld(t)
	id := w.listed(w.wang)
	told := func() int {
		return w.count(`select count(*) from notice where person_id = @p::uuid and code = 'N28'`, pg.Args{"p": w.wang.ID})
	}
	w.clock.Advance(restAfter - remindAhead - time.Hour)
	w.tend()
	if told() != 0 {
		t.Error("reminded too early")
	}
	w.clock.Advance(2 * time.Hour)
	w.tend()
	w.tend()
	if told() != 1 || w.get(id).State != Listed {
		t.Errorf("told %d, %s", told(), w.get(id).State)
	}
	w.clock.Advance(remindAhead)
	w.tend()
	if told() != 2 || w.get(id).State != Dormant || len(w.publicly(Filter{})) != 0 {
		t.Errorf("told %d, %s", told(), w.get(id).State)
	}
	w.must(w.book.Renew(w.ctx, w.wang, id, Press{w.get(id).Version}))
	w.tend()
	if w.get(id).State != Listed || len(w.publicly(Filter{})) != 1 {
		t.Errorf("not back: %s", w.get(id).State)
	}
}

func TestAPaperListsWhoHasNoAccount(t *testing.T) {
	w := newWorld(t)
	id := newID()
	n := NewTalent{ID: id, Name: "孙大爷", Source: "visit", Why: "会做木工", Skills: []string{"craft"}, Phone: "138 0000 0009", Agreed: true}
	for range 2 {
		w.must(w.book.Nominate(w.ctx, w.staff, n))
	}
	n.ID = newID()
	if err := w.book.Nominate(w.ctx, w.colleague, n); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same number twice: %v", err)
	}
	w.must(w.book.Contact(w.ctx, w.staff, id, NewContact{Version: 1, OnDay: noon, How: "visit", Said: "愿意"}))
	w.must(w.book.Verify(w.ctx, w.staff, id, Check{Version: 2, Found: "看过书架"}))
	p := Paper{Consent: Consent{Version: 3, NameShown: "full", Agree: true}, SignedOn: noon, Name: "paper.jpg"}
	if err := w.book.ListByPaper(w.ctx, w.staff, id, p, nil); fault.InFields(err)["paper"].Text == "" {
		t.Errorf("without a photo: %v", err)
	}
	if err := w.book.ListByPaper(w.ctx, w.staff, id, p, bytes.NewReader([]byte("hello"))); fault.InFields(err)["paper"].Text == "" {
		t.Errorf("no picture: %v", err)
	}
	if err := w.book.ListByPaper(w.ctx, w.next, id, p, bytes.NewReader(nil)); !fault.Is(err, fault.NotFound) {
		t.Errorf("the next community: %v", err)
	}
	w.must(w.book.ListByPaper(w.ctx, w.staff, id, p, bytes.NewReader(sketch.Draw(1, sketch.Sheet, ""))))
	if got := w.get(id); got.State != Listed || got.ConsentPaper == "" || len(w.publicly(Filter{Text: "孙大"})) != 1 {
		t.Errorf("%+v", got)
	}
	// The person signs in one day: the entry is theirs to read, and theirs to take down.
	sun := w.person("孙大爷", "13800000009", hood, "", "")
	index, _, err := w.acc.Index("13800000009")
	w.must(err)
	for range 2 {
		w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { return w.book.Claim(w.ctx, tx, sun.ID, index) }))
	}
	f, ok, err := w.book.Own(w.ctx, sun)
	if err != nil || !ok || len(f.Talks) != 2 || f.KeeperName != "王同事" || len(f.Trail) < 4 {
		t.Fatalf("his file: %v %v %+v", ok, err, f)
	}
	ties, err := Ties(w.ctx, w.db, id, sun)
	if err != nil || len(ties) != 1 || !sun.Tied(hood, ties...).Sees(identity.ReadConsents, hood) || sun.Tied(hood, ties...).Sees(identity.ReadTalents, hood) {
		t.Errorf("his paper: %v %v", ties, err)
	}
	w.must(w.book.Hide(w.ctx, sun, id, Press{f.Version}))
}

func TestTheNumberIsSealedAndEveryLookIsRecorded(t *testing.T) {
	w := newWorld(t)
	id := newID()
	n := NewTalent{ID: id, Name: "李建国", Source: "event", Why: "会唱戏", Phone: "13800000002"}
	if err := w.book.Nominate(w.ctx, w.staff, n); fault.InFields(err)["agreed"].Text == "" {
		t.Errorf("a number nobody agreed to: %v", err)
	}
	n.Agreed = true
	w.must(w.book.Nominate(w.ctx, w.staff, n))
	if got := w.get(id); got.PersonID != w.li.ID || got.PhoneTail != "0002" {
		t.Errorf("%+v", got)
	}
	if told := w.count(`select count(*) from notice where person_id = @p::uuid and code = 'N33'`, pg.Args{"p": w.li.ID}); told != 1 {
		t.Errorf("told %d times", told)
	}
	if _, err := w.book.RevealPhone(w.ctx, w.staff, id, Look{}); fault.InFields(err)["look"].Text == "" {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := w.book.RevealPhone(w.ctx, w.street, id, Look{"想问问"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the street reads but does not call: %v", err)
	}
	number, err := w.book.RevealPhone(w.ctx, w.staff, id, Look{"约时间"})
	if err != nil || number != "13800000002" {
		t.Errorf("%q %v", number, err)
	}
	if seen := w.count(`select count(*) from audit_event where entity_id = @id::uuid and action = 'reveal_phone' and reason = '约时间'`, pg.Args{"id": id}); seen != 1 {
		t.Errorf("%d looks recorded", seen)
	}
	if bare := w.count(`select count(*) from talent where position('13800000002'::bytea in phone_sealed) > 0`, nil); bare != 0 {
		t.Error("the number lies in plain")
	}
}

func TestEverybodySeesOnlyTheirPart(t *testing.T) {
	w := newWorld(t)
	id := w.listed(w.wang)
	waiting := newID()
	w.must(w.book.Recommend(w.ctx, w.li, NewTalent{ID: waiting, Name: "赵某", Why: "会理发"}))
	for name, c := range map[string]struct {
		by   identity.Actor
		rows int
		open bool
	}{"staff": {w.staff, 2, true}, "street": {w.street, 2, true}, "supervisor": {w.overseer, 2, true}, "next door": {w.next, 0, false}, "district": {w.district, 0, false}, "resident": {w.li, 0, false}} {
		list, err := w.book.Desk(w.ctx, c.by, Queue{})
		if err != nil || len(list) != c.rows {
			t.Errorf("%s: %d rows, %v", name, len(list), err)
		}
		if _, err := w.book.File(w.ctx, c.by, waiting); (err == nil) != c.open {
			t.Errorf("%s opens: %v", name, err)
		}
	}
	counts, err := w.book.Counts(w.ctx, w.district)
	if err != nil || len(counts) != 2 {
		t.Errorf("the district counts %v, %v", counts, err)
	}
	if cards, err := w.book.Within(w.ctx, w.district, ""); err != nil || len(cards) != 1 || cards[0].ID != id {
		t.Errorf("the district sees %v, %v", cards, err)
	}
	if err := w.book.Remove(w.ctx, w.overseer, id, Leaving{Version: 4, Reason: "试试"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a supervisor removed: %v", err)
	}
	if err := w.book.Amend(w.ctx, w.staff, id, Amendment{Version: 4, About: gifts}); !fault.Is(err, fault.Conflict) {
		t.Errorf("staff changed what she agreed to: %v", err)
	}
	if err := w.book.Amend(w.ctx, w.wang, id, Amendment{Version: 4, About: About{Skills: []string{"law"}, Story: "电话 138-0000-0001"}}); fault.InFields(err)["story"].Text == "" {
		t.Errorf("a number in a story: %v", err)
	}
	w.must(w.book.Remove(w.ctx, w.staff, waiting, Leaving{Version: 1, Reason: "登记错了"}))
}

func TestStaffDoNotVerifyThemselvesNorOutOfTurn(t *testing.T) {
	w := newWorld(t)
	id := newID()
	w.must(w.book.OfferSelf(w.ctx, w.staff, NewSelf{ID: id, About: gifts}))
	if err := w.book.Verify(w.ctx, w.colleague, id, Check{Version: 1, Found: "好"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("verified before a talk: %v", err)
	}
	w.must(w.book.Contact(w.ctx, w.colleague, id, NewContact{Version: 1, OnDay: noon, How: "visit", Said: "谈过"}))
	if err := w.book.Verify(w.ctx, w.staff, id, Check{Version: 2, Found: "我自己"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("verified themself: %v", err)
	}
	if err := w.book.Verify(w.ctx, w.colleague, id, Check{Version: 1, Found: "旧页"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale page: %v", err)
	}
}

func TestAskingGoesThroughTheCommunity(t *testing.T) {
	w := newWorld(t)
	id := w.listed(w.wang)
	n := Asking{ID: newID(), Text: "想请您教我们修电扇"}
	for range 2 {
		w.must(w.book.Ask(w.ctx, w.li, id, n))
	}
	if told := w.count(`select count(*) from notice where code = 'N36' and link = @l`, pg.Args{"l": "/desk/talents/" + id}); told != 2 { // the offer and the asking
		t.Errorf("staff told %d times", told)
	}
	if err := w.book.Ask(w.ctx, w.li, id, Asking{Text: "打我 13800000002"}); fault.InFields(err)["text"].Text == "" {
		t.Errorf("a number: %v", err)
	}
	if err := w.book.Ask(w.ctx, identity.Actor{}, id, n); !fault.Is(err, fault.SignIn) {
		t.Errorf("a visitor: %v", err)
	}
}
