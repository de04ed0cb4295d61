package proposal

import (
	"context"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// account is a person with an account of their own, as SignIn makes one: there is a key to seal under.
func (w *world) account(name string) identity.Actor {
	w.Helper()
	n := w.count(`select count(*) from person`, nil)
	a, err := w.accounts.Enlist(context.Background(), name, fmt.Sprintf("136%08d", n), hood)
	if err != nil {
		w.Fatal(err)
	}
	return a
}

func task(change func(*NewWant)) NewWant {
	n := NewWant{ID: newID(), Task: "周六教缝纫", TimeText: "每周六两小时", PlaceText: "活动室", Risk: "有剪刀，买了保险", Role: "helper", Least: "under_14", Wanted: 3}
	if change != nil {
		change(&n)
	}
	return n
}

// seeking is a draft whose team looks for people in public.
func (w *world) seeking(lead identity.Actor, n NewWant) Full {
	w.Helper()
	ctx, f := context.Background(), w.draft(lead, w.edition)
	if err := w.book.SetWant(ctx, lead, f.ID, n); err != nil {
		w.Fatal(err)
	}
	if err := w.book.Publish(ctx, lead, f.ID, NewPost{Title: "缝纫组找人", Intro: "一起改旧衣"}); err != nil {
		w.Fatal(err)
	}
	return f
}

func ask(want string) Application {
	return Application{ID: newID(), Want: want, Age: "adult", Agree: true}
}

func (w *world) seat(id string) seat {
	w.Helper()
	s, err := pg.One[seat](context.Background(), w.db, seatSQL, pg.Args{"id": id})
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func TestRecruitingShowsOnlyWhatTheLeadChose(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	if _, err := w.book.Recruit(ctx, f.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a draft nobody made public has a page: %v", err)
	}
	if err := w.book.Publish(ctx, w.lead, f.ID, NewPost{Title: "缝纫组找人", Intro: "一起"}); fault.InFields(err)["post_title"].Text == "" {
		t.Errorf("public with nothing wanted: %v", err)
	}
	if err := w.book.SetWant(ctx, w.lead, f.ID, task(func(n *NewWant) { n.Risk = "" })); fault.InFields(err)["risk"].Text == "" {
		t.Errorf("the risks need not be said: %v", err)
	}
	if err := w.book.SetWant(ctx, w.lead, f.ID, task(func(n *NewWant) { n.Role = "member" })); fault.InFields(err)["least"].Text == "" {
		t.Errorf("a member may be a child: %v", err)
	}
	n := task(nil)
	for range 2 { // a double click
		if err := w.book.SetWant(ctx, w.lead, f.ID, n); err != nil {
			t.Fatal(err)
		}
	}
	member := identity.Actor{ID: f.Members[1].PersonID}
	if err := w.book.SetWant(ctx, member, f.ID, task(nil)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member recruits: %v", err)
	}
	if err := w.book.SetWant(ctx, w.neighbour, f.ID, task(nil)); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger recruits: %v", err)
	}
	if err := w.book.Publish(ctx, w.lead, f.ID, NewPost{Title: "缝纫组找人", Intro: "一起改旧衣"}); err != nil {
		t.Fatal(err)
	}
	list, err := w.book.Recruits(ctx, RecruitFilter{Place: hood, Skill: "缝纫"})
	if err != nil || len(list) != 1 || len(list[0].Wants) != 1 || list[0].LeadName != "周**" || list[0].Title != "缝纫组找人" {
		t.Fatalf("the public list is %+v, %v", list, err)
	}
	if !regexp.MustCompile(`^[a-z0-9]{8}$`).MatchString(list[0].Code) {
		t.Errorf("the short address is %q", list[0].Code)
	}
	if id, err := w.book.RecruitByCode(ctx, list[0].Code); err != nil || id != f.ID {
		t.Errorf("the short address leads to %s, %v", id, err)
	}
	for name, filter := range map[string]RecruitFilter{"another place": {Place: hood2}, "another skill": {Skill: "钢琴"}} {
		if list, err := w.book.Recruits(ctx, filter); err != nil || len(list) != 0 {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
	if err := w.book.Unpublish(ctx, w.lead, f.ID, Turn{Version: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.book.Recruit(ctx, f.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("no longer public, and still there: %v", err)
	}
	if err := w.book.Apply(ctx, w.neighbour, f.ID, ask(n.ID)); !fault.Is(err, fault.NotFound) {
		t.Errorf("asked to join what is not public: %v", err)
	}
}

func TestANeighbourAsksAndTheLeadAnswers(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	n := task(nil)
	f := w.seeking(w.lead, n)
	anna, bob := w.account("安娜"), w.account("")
	a := ask(n.ID)
	for range 2 {
		if err := w.book.Apply(ctx, anna, f.ID, a); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.book.Apply(ctx, anna, f.ID, ask(n.ID)); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked twice: %v", err)
	}
	if err := w.book.Apply(ctx, bob, f.ID, ask(n.ID)); fault.InFields(err)["name"].Text == "" {
		t.Errorf("somebody without a name asks: %v", err)
	}
	b := ask(n.ID)
	b.Name = "小波"
	if err := w.book.Apply(ctx, bob, f.ID, b); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from person where id = @id::uuid and name = '小波'`, pg.Args{"id": bob.ID}); n != 1 {
		t.Error("the name of a newcomer is not kept in the account")
	}
	if n := w.count(`select count(*) from notice where code = 'N16' and person_id = @me::uuid and text like '%想加入%'`, pg.Args{"me": w.lead.ID}); n != 2 {
		t.Errorf("the lead was told %d times", n)
	}
	for name, err := range map[string]error{"herself": w.book.Admit(ctx, anna, a.ID, Answer{Version: 1}), "a stranger": w.book.Admit(ctx, w.neighbour, a.ID, Answer{Version: 1})} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s takes her in: %v", name, err)
		}
	}
	if err := w.book.TurnDown(ctx, w.lead, b.ID, Answer{Version: 1}); fault.InFields(err)["word"].Text == "" {
		t.Errorf("turned down without a word: %v", err)
	}
	for range 2 {
		if err := w.book.TurnDown(ctx, w.lead, b.ID, Answer{Version: 1, Word: "这次人够了"}); err != nil {
			t.Fatal(err)
		}
		if err := w.book.Admit(ctx, w.lead, a.ID, Answer{Version: 1, Word: "欢迎"}); err != nil {
			t.Fatal(err)
		}
	}
	if s := w.seat(a.ID); s.State != "accepted" || s.Role != "helper" {
		t.Errorf("she is %s, %s", s.State, s.Role)
	}
	for who, want := range map[string]int{anna.ID: 1, bob.ID: 0} {
		if n := w.count(`select count(*) from consent where person_id = @me::uuid and purpose = 'team_member' and withdrawn_at is null`, pg.Args{"me": who}); n != want {
			t.Errorf("%d consents stand, want %d", n, want)
		}
	}
	if f := w.own(w.lead, f.ID); f.Accepted() != 3 {
		t.Errorf("helpers count for the size of the team: %d", f.Accepted())
	}
}

// However many are taken in at once, no more than there are places.
func TestPlacesHoldUnderConcurrency(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	n := task(func(n *NewWant) { n.Wanted = 3 })
	f := w.seeking(w.lead, n)
	var ids []string
	for i := range 20 {
		a := ask(n.ID)
		if err := w.book.Apply(ctx, w.account(fmt.Sprintf("邻居%d", i)), f.ID, a); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	w.atOnce(20, func(i int) error { return w.book.Admit(ctx, w.lead, ids[i], Answer{Version: 1}) })
	if n := w.count(`select count(*) from team_member where want_id is not null and state = 'accepted'`, nil); n != 3 {
		t.Errorf("%d were taken in for 3 places", n)
	}
}

// atOnce runs f n times at once and lets only refusals pass.
func (w *world) atOnce(n int, f func(i int) error) {
	w.Helper()
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			if err := f(i); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
				w.Error(err)
			}
		})
	}
	wait.Wait()
}

func (w *world) link(f Full, lead identity.Actor, most int) string {
	w.Helper()
	id, err := w.book.MakeLink(context.Background(), lead, f.ID, NewLink{ID: newID(), Role: "member", Most: most, Days: 7})
	if err != nil {
		w.Fatal(err)
	}
	_, _, token, err := w.book.ShowLink(context.Background(), lead, f.ID, id)
	if err != nil {
		w.Fatal(err)
	}
	return token
}

func TestALinkTakesInAsManyAsItSays(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	token := w.link(f, w.lead, 5)
	people := make([]identity.Actor, 20)
	for i := range people {
		people[i] = w.account(fmt.Sprintf("邻居%d", i))
	}
	w.atOnce(20, func(i int) error { _, _, err := w.book.JoinByLink(ctx, people[i], token, ask("")); return err })
	if n := w.count(`select count(*) from team_member where link_id is not null and state = 'accepted'`, nil); n != 5 {
		t.Errorf("%d came in by a link for 5", n)
	}
	if n := w.count(`select used from team_link`, nil); n != 5 {
		t.Errorf("it counts %d uses", n)
	}
}

func TestALinkIsRevokedExpiresAndCannotBeForged(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	anna := w.account("安娜")
	token := w.link(f, w.lead, 5)
	member := identity.Actor{ID: f.Members[1].PersonID}
	id, _ := w.book.untoken("join", token)
	if _, _, _, err := w.book.ShowLink(ctx, member, f.ID, id); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member is shown the link: %v", err)
	}
	forged := []byte(token)
	forged[len(forged)-3] ^= 1
	for name, bad := range map[string]string{"forged": string(forged), "cut": token[:20], "empty": "", "of a guardian": w.book.guardianToken(id)} {
		if _, _, err := w.book.JoinByLink(ctx, anna, bad, ask("")); !fault.Is(err, fault.NotFound) {
			t.Errorf("a %s link: %v", name, err)
		}
	}
	if n := w.count(`select count(*) from team_link l where l::text like '%' || @token || '%'`, pg.Args{"token": token[22:]}); n != 0 {
		t.Error("the secret part lies in the database")
	}
	o, err := w.book.Peek(ctx, token)
	if err != nil || !o.Live || o.LeadName != "周**" {
		t.Errorf("it offers %+v, %v", o, err)
	}
	if err := w.book.RevokeLink(ctx, w.lead, f.ID, id); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.book.JoinByLink(ctx, anna, token, ask("")); !fault.Is(err, fault.Conflict) {
		t.Errorf("joined by a revoked link: %v", err)
	}
	late := w.link(f, w.lead, 5)
	w.clock.Advance(8 * 24 * time.Hour)
	if _, _, err := w.book.JoinByLink(ctx, anna, late, ask("")); !fault.Is(err, fault.Conflict) {
		t.Errorf("joined by an expired link: %v", err)
	}
}

// One person says yes to twenty teams that take part already, all at once: no more than the limit.
func TestLimitOfAMemberUnderConcurrency(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	busy := w.account("忙人")
	tokens := make([]string, 20)
	for i := range tokens {
		lead := w.resident(fmt.Sprintf("领办%d", i), hood)
		tokens[i] = w.link(w.submitted(lead, w.edition), lead, 3)
	}
	w.atOnce(20, func(i int) error { _, _, err := w.book.JoinByLink(ctx, busy, tokens[i], ask("")); return err })
	if n := w.count(`select count(*) from team_member where person_id = @me::uuid and state = 'accepted'`, pg.Args{"me": busy.ID}); n != 2 {
		t.Errorf("a member is in %d projects that take part, the limit is 2", n)
	}
	_, _, err := w.book.JoinByLink(ctx, busy, tokens[19], ask(""))
	if m := fault.MessageOf(err).String(); fault.Is(err, fault.Conflict) && !strings.Contains(m, good(0).Title) && !strings.Contains(m, "已经在这个团队") {
		t.Errorf("it does not name what is in the way: %s", m)
	}
}

func TestLimitOfAnOrganisation(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	org := newID()
	warrant, _ := w.lead.Must(identity.BeHere, hood)
	if err := w.db.Change(ctx, func(tx pg.Tx) error { return foundOrg(ctx, tx, warrant, org, w.lead.ID) }); err != nil {
		t.Fatal(err)
	}
	w.book.KnowOrgs(func(context.Context, identity.Actor) ([]OrgChoice, error) {
		return []OrgChoice{{org, "缝纫社"}}, nil
	})
	second := w.call(1) // limits count across open editions
	drafts := []Full{w.draft(w.lead, w.edition), w.draft(w.neighbour, second)}
	for i, lead := range []identity.Actor{w.lead, w.neighbour} {
		if err := w.book.SetOrg(ctx, lead, drafts[i].ID, InNameOf{1, newID()}); fault.InFields(err)["org"].Text == "" {
			t.Errorf("in the name of a stranger's organisation: %v", err)
		}
		if err := w.book.SetOrg(ctx, lead, drafts[i].ID, InNameOf{1, org}); err != nil {
			t.Fatal(err)
		}
	}
	leads := []identity.Actor{w.lead, w.neighbour}
	w.atOnce(20, func(i int) error {
		_, err := w.book.Submit(ctx, leads[i%2], drafts[i%2].ID, drafts[i%2].Saves, w.clock.Now())
		return err
	})
	if n := w.count(`select count(*) from proposal where state = 'submitted'`, nil); n != 1 {
		t.Errorf("an organisation has %d proposals taking part, the limit is 1", n)
	}
}

// foundOrg lays out an organisation, as a later area does.
func foundOrg(ctx context.Context, tx pg.Tx, w identity.Warrant, id, leader string) error {
	if _, err := pg.Do(ctx, tx, `insert into org (id, number, name, type, place, founded_on, leader_id, created_by, created_at) values (@id, 'O1', '缝纫社', 'recreation', @place::text::ltree, '2026-01-01', @me, @me, @at)`,
		pg.Args{"id": id, "place": hood, "me": leader, "at": noon}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "org", ID: id, Version: 1, Action: "found", To: "seedling", Place: hood, At: noon})
}

func TestTokensAreNotWords(t *testing.T) {
	w := newWorld(t)
	id := newID()
	token := w.book.token("join", id)
	if got, err := w.book.untoken("join", token); err != nil || got != id {
		t.Errorf("%s, %v", got, err)
	}
	if strings.Contains(token, hex.EncodeToString([]byte(id))) || len(token) != 43 {
		t.Errorf("the token is %q", token)
	}
}
