package judging

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"seedbed/domain/accounts"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/vault"
	"seedbed/storage/pg"
)

// jurorID is the pool's entry of a judge.
func (w *world) jurorID(a identity.Actor) string {
	w.t.Helper()
	id, err := pg.Value[string](context.Background(), w.db, `select id::text from juror where person_id = @p`, pg.Args{"p": a.ID})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// Every kind of tie the house can see makes a conflict with what shows it, and a judge with one gets no seat.
func TestEveryTieThatCanBeSeenIsSeen(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	lead := w.person("周桂兰", "", "")
	p := w.proposal(1, home, lead)
	team, err := pg.Value[string](ctx, w.db, `select team_id::text from proposal where id = @p`, pg.Args{"p": p})
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]identity.Actor{}
	for _, kind := range []string{"team", "mentor", "endorser", "support", "community", "employer", "past_partner", "household", "household org", "household community"} {
		made[kind] = w.person("评委"+kind, identity.Judge, district)
	}
	join := func(team string, a identity.Actor, role, rights string) {
		member := id()
		w.change(func(ctx context.Context, tx pg.Tx) error {
			if _, err := pg.Do(ctx, tx, `insert into team_member (id, team_id, person_id, name, role, rights, state, at) values (@id, @team, @p, @name, @role, @rights, 'accepted', @at)`,
				pg.Args{"id": member, "team": team, "p": a.ID, "name": a.Name, "role": role, "rights": rights, "at": noon}); err != nil {
				return err
			}
			return w.record(ctx, tx, "team_member", member, home)
		})
	}
	join(team, made["team"], "member", "edit")
	join(team, made["mentor"], "mentor", "comment")
	old := id()
	w.change(func(ctx context.Context, tx pg.Tx) error {
		if _, err := pg.Do(ctx, tx, `insert into team (id, name, place, lead_id, state, created_at) values (@id, '往年的队', 'jz', @lead, 'ready', @at)`, pg.Args{"id": old, "lead": lead.ID, "at": noon}); err != nil {
			return err
		}
		return w.record(ctx, tx, "team", old, district)
	})
	join(old, lead, "lead", "edit")
	join(old, made["past_partner"], "member", "edit")
	w.run(`update proposal set opinion_by = @a, partners = '辖区医院、向阳社工站提供场地'`, pg.Args{"a": made["endorser"].ID})
	w.run(`insert into support (proposal_id, person_id, at) values (@p, @a, @at)`, pg.Args{"p": p, "a": made["support"].ID, "at": noon})
	w.run(`update person set home = 'jz.wuhan.dianchang', home_state = 'confirmed' where id = @a`, pg.Args{"a": made["community"].ID})
	seats := map[string]string{}
	for kind, a := range made {
		seats[kind] = w.seat(a)
	}
	w.run(`update judge set unit = '向阳 社工站' where id = @j`, pg.Args{"j": seats["employer"]})
	for kind, tie := range map[string]NewTie{"household": {Kind: "person", Name: "周 桂兰", Relation: "表姐"}, "household org": {Kind: "org", Name: "辖区医院", Relation: "原单位"},
		"household community": {Kind: "community", Place: home, Relation: "父母住在那里"}} {
		if err := w.book.DeclareTie(ctx, made[kind], w.jurorID(made[kind]), tie); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		w.judge("不相干的评委" + id()[30:])
	}
	r := w.round()
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	list, err := w.book.Conflicts(ctx, w.head, w.edition, "")
	if err != nil {
		t.Fatal(err)
	}
	for kind, seat := range seats {
		want, _, _ := strings.Cut(kind, " ")
		if want == "support" {
			want = "endorser"
		}
		at := slices.IndexFunc(list, func(c Conflict) bool { return c.JudgeID == seat })
		if at < 0 || list[at].Kind != want || len(list[at].Evidence) == 0 || list[at].Evidence[0].Kind != want {
			t.Errorf("the tie %s was not seen: %+v", kind, list)
		}
	}
	if n := w.count(`select count(*) from assignment`, nil); n != 3 {
		t.Errorf("%d seats, want the three without a tie", n)
	}
	_, err = w.book.Conflicts(ctx, w.other, w.edition, "")
	wants(t, err, fault.NotFound)
	_, err = w.book.Conflicts(ctx, made["team"], w.edition, "")
	wants(t, err, fault.NotFound)
}

// A short or a common text ties nobody: a single character, a unit of three.
func TestWhatIsTooCommonTiesNobody(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.proposal(1, home, w.person("周桂兰", "", ""))
	w.run(`update proposal set partners = '社工站和学校'`, nil)
	a, seat := w.judge("评委")
	w.run(`update judge set unit = '社工站' where id = @j`, pg.Args{"j": seat})
	wants(t, w.book.DeclareTie(ctx, a, w.jurorID(a), NewTie{Kind: "org", Name: "学", Relation: "母校"}), fault.Invalid)
	w.judge("评委二")
	w.judge("评委三")
	r := w.round()
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from conflict`, nil); n != 0 {
		t.Errorf("%d ties", n)
	}
}

// What is declared beforehand while a round is open takes the seat away at once and fills it with somebody else.
func TestADeclarationDuringARoundGivesTheSeatUp(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.run(`update edition set rules = jsonb_set(rules, '{panel}', '3')`, nil)
	_, jury, seats, _ := w.opened(1, 4)
	held, err := pg.Values[string](ctx, w.db, `select judge_id::text from assignment where state = 'assigned' order by 1`, nil)
	if err != nil || len(held) != 3 {
		t.Fatal(held, err)
	}
	a := jury[slices.Index(seats, held[0])]
	wants(t, w.book.DeclareTie(ctx, jury[slices.Index(seats, held[1])], w.jurorID(a), NewTie{Kind: "community", Place: home, Relation: "住过"}), fault.NotFound)
	wants(t, w.book.DeclareTie(ctx, a, w.jurorID(a), NewTie{Kind: "community", Place: "qy", Relation: "住过"}), fault.Invalid)
	if err := w.book.DeclareTie(ctx, a, w.jurorID(a), NewTie{Kind: "community", Place: home, Relation: "住过"}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from assignment where judge_id = @j and state = 'replaced'`, pg.Args{"j": held[0]}); n != 1 {
		t.Error("the seat was not given to somebody else")
	}
	if n := w.count(`select count(*) from assignment where state = 'assigned'`, nil); n != 3 {
		t.Errorf("%d live seats", n)
	}
}

// I-D1: a judge's account is sealed, masked, and every look at it is recorded with its reason.
func TestAnAccountIsSealedAndEveryLookRecorded(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	safe, err := vault.New([]byte("a secret of more than thirty-two bytes"))
	if err != nil {
		t.Fatal(err)
	}
	people := accounts.New(w.db, w.clock, safe, nil, nil)
	w.book.Seals(people)
	a, err := people.Enlist(ctx, "评委", "13812340417", "", identity.Grant{Role: identity.Judge, Place: district})
	if err != nil {
		t.Fatal(err)
	}
	w.seat(a)
	other, _ := w.judge("另一位")
	juror := w.jurorID(a)
	fee := Fee{Bank: "汉口银行", Account: "6222 0212 3456 7890", Agree: true}
	wants(t, w.book.KeepFee(ctx, a, juror, Fee{Bank: "汉口银行", Account: "6222021234567890"}), fault.Invalid) // no consent
	wants(t, w.book.KeepFee(ctx, a, juror, Fee{Bank: "汉口银行", Account: "12ab", Agree: true}), fault.Invalid)
	wants(t, w.book.KeepFee(ctx, other, juror, fee), fault.NotFound)
	wants(t, w.book.KeepFee(ctx, w.staff, juror, fee), fault.NotFound)
	if err := w.book.KeepFee(ctx, a, juror, fee); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from juror where account_tail = '7890' and position(convert_to('6222021234567890', 'UTF8') in account_sealed) = 0 and consent_id is not null`, nil); n != 1 {
		t.Error("the account is not sealed, or without a consent")
	}
	_, err = w.book.RevealFee(ctx, w.staff, juror, Reason{})
	wants(t, err, fault.Invalid)
	_, err = w.book.RevealFee(ctx, w.other, juror, Reason{"看看"})
	wants(t, err, fault.NotFound)
	_, err = w.book.RevealFee(ctx, w.head, juror, Reason{"看看"})
	wants(t, err, fault.Forbidden)
	plain, err := w.book.RevealFee(ctx, w.staff, juror, Reason{"发评审费"})
	if err != nil || plain != "6222021234567890" {
		t.Errorf("%q, %v", plain, err)
	}
	if n := w.count(`select count(*) from audit_event where action = 'reveal_account' and reason = '发评审费' and entity_id = @j`, pg.Args{"j": juror}); n != 1 {
		t.Errorf("%d looks are on record", n)
	}
	if err := w.book.KeepFee(ctx, a, juror, Fee{Forget: true}); err != nil {
		t.Fatal(err)
	}
	_, err = w.book.RevealFee(ctx, w.staff, juror, Reason{"发评审费"})
	wants(t, err, fault.Conflict)
}

// The pool is the district's: described with a number of saves, seen by nobody else.
func TestThePoolIsTheDistricts(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	a, seat := w.judge("评委")
	juror := w.jurorID(a)
	d := JurorDraft{Saves: 1, Unit: "区财政局", Title: "科长", Tags: []string{"finance", "government"}, Fields: []string{"culture"}}
	wants(t, w.book.SaveJuror(ctx, w.other, juror, d), fault.NotFound)
	wants(t, w.book.SaveJuror(ctx, w.head, juror, d), fault.Forbidden)
	wants(t, w.book.SaveJuror(ctx, w.staff, juror, JurorDraft{Saves: 1}), fault.Invalid)
	if err := w.book.SaveJuror(ctx, w.staff, juror, d); err != nil {
		t.Fatal(err)
	}
	wants(t, w.book.SaveJuror(ctx, w.staff, juror, d), fault.Conflict)
	if n := w.count(`select count(*) from judge where id = @j and tags = '{finance,government}' and fields = '{culture}' and unit = '区财政局'`, pg.Args{"j": seat}); n != 1 {
		t.Error("the jury does not know what the pool knows")
	}
	if list, err := w.book.Pool(ctx, w.other); err != nil || len(list) != 0 {
		t.Errorf("another district sees %d judges, %v", len(list), err)
	}
	if list, err := w.book.Pool(ctx, a); err != nil || len(list) != 0 {
		t.Errorf("a judge sees %d judges, %v", len(list), err)
	}
	b := w.person("新人", identity.Judge, district)
	wants(t, w.book.Enlist(ctx, w.staff, NewJudge{PersonID: w.person("路人", "", "").ID, Expertise: "media"}), fault.Invalid)
	for range 2 {
		if err := w.book.Enlist(ctx, w.staff, NewJudge{PersonID: b.ID, Expertise: "media", Tags: []string{"media", "expert"}}); err != nil {
			t.Fatal(err)
		}
	}
	// Who is in the pool is invited with what it knows.
	if err := w.book.Invite(ctx, w.staff, w.edition, NewJudge{ID: id(), PersonID: b.ID}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from judge where person_id = @p and tags = '{expert,media}'`, pg.Args{"p": b.ID}); n != 1 {
		t.Error("the invitation forgot the pool")
	}
}

// Somebody in a judge's place: what they held falls open, their marks no longer count, the newcomer takes the seats over.
func TestAJudgeIsExchanged(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, seats, r := w.opened(1, 5)
	w.markAll(jury, func(int, Task) int { return 80 })
	late := w.person("后来的评委", identity.Judge, district)
	n := Swap{NewJudge: NewJudge{ID: id(), PersonID: late.ID, Expertise: "finance"}, Reason: "生病住院", Version: 2}
	wants(t, w.book.Swap(ctx, w.staff, seats[0], Swap{NewJudge: n.NewJudge, Version: 2}), fault.Invalid)
	wants(t, w.book.Swap(ctx, w.head, seats[0], n), fault.Forbidden)
	wants(t, w.book.Swap(ctx, w.other, seats[0], n), fault.NotFound)
	for range 2 { // the form sent twice
		if err := w.book.Swap(ctx, w.staff, seats[0], n); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.count(`select count(*) from judge where state = 'replaced' and why = '生病住院'`, nil); got != 1 {
		t.Errorf("%d judges were replaced", got)
	}
	if got := w.count(`select count(*) from sheet where state = 'invalid' and reason = '生病住院'`, nil); got != 1 {
		t.Errorf("%d sheets are void", got)
	}
	wants(t, w.book.Answer(ctx, jury[0], seats[0], Reply{Answer: "yes", Ties: true, Secret: true, Version: 3}), fault.Conflict)
	if err := w.book.Answer(ctx, late, n.ID, Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}); err != nil {
		t.Fatal(err)
	}
	if got := w.count(`select count(*) from notice where person_id = @p and text like '%接受了评委邀请%'`, pg.Args{"p": w.staff.ID}); got != 1 {
		t.Errorf("the desk was told %d times", got)
	}
	if filled, err := w.book.Refill(ctx, w.staff, r.ID); err != nil || filled != 1 {
		t.Errorf("%d seats filled, %v", filled, err)
	}
}

// N06: who does not answer is reminded after two working days, the district after four, each once.
func TestAMissingStatementIsRemindedOf(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	a := w.person("评委", identity.Judge, district)
	if err := w.book.Invite(ctx, w.staff, w.edition, NewJudge{ID: id(), PersonID: a.ID, Expertise: "expert"}); err != nil {
		t.Fatal(err)
	}
	told := func(who identity.Actor, days int) int64 {
		due := noon.AddDate(0, 0, days)
		w.change(func(ctx context.Context, tx pg.Tx) error { return RemindStatements(ctx, tx, due) })
		return w.count(`select count(*) from notice where person_id = @p and code = 'N06' and (text like '%还在等您答复%' or text like '%没有答复评委邀请%')`, pg.Args{"p": who.ID})
	}
	for _, c := range []struct {
		days          int
		judge, office int64
	}{{1, 0, 0}, {3, 1, 0}, {3, 1, 0}, {9, 1, 1}, {30, 1, 1}} {
		if j, s := told(a, c.days), told(w.staff, c.days); j != c.judge || s != c.office {
			t.Errorf("after %d days the judge was told %d and the office %d times", c.days, j, s)
		}
	}
}

// The history is read off closed rounds, and only the district reads it: a harsh judge shows.
func TestSeverityIsReadFromClosedRounds(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, r := w.opened(6, 4)
	w.markAll(jury, func(j int, task Task) int {
		mark := 70 + 3*int(task.Code[len(task.Code)-1]-'0')
		if j == 0 {
			mark -= 12
		}
		return mark + j%2
	})
	if list, err := w.book.Histories(ctx, w.head, district, ""); err != nil || len(list) != 0 {
		t.Errorf("an open round tells %d records, %v", len(list), err)
	}
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	list, err := w.book.Histories(ctx, w.head, district, jury[0].ID)
	if err != nil || len(list) != 1 || list[0].N != 6 || list[0].Alone || list[0].Severity < 6 {
		t.Errorf("the harsh judge's record is %+v, %v", list, err)
	}
	if past := Sum(list); past.N != 6 || past.Mean != list[0].Mean || !past.Known {
		t.Errorf("summed up %+v", past)
	}
	supervisor := w.person("监督", identity.Supervisor, district)
	for _, who := range []identity.Actor{w.other, jury[0], supervisor} {
		if list, err := w.book.Histories(ctx, who, district, ""); err != nil || len(list) != 0 {
			t.Errorf("%s reads %d records, %v", who.Name, len(list), err)
		}
	}
}

// Wishes are the judge's own, blind, and only before the review begins; what is marked as a tie is one at once.
func TestWishesBeforeTheReview(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	lead := w.person("周桂兰", "", "")
	p := w.proposal(1, home, lead)
	w.run(`update proposal set title = '周桂兰的旧衣坊'`, nil)
	a, seat := w.judge("评委")
	other, _ := w.judge("另一位")
	w.judge("第三位")
	w.judge("第四位")
	l, err := w.book.WishList(ctx, a, seat)
	if err != nil || len(l.Projects) != 1 || strings.Contains(l.Projects[0].Title, "周桂兰") {
		t.Fatalf("%+v, %v", l.Projects, err)
	}
	_, err = w.book.WishList(ctx, other, seat)
	wants(t, err, fault.NotFound)
	wants(t, w.book.Prefer(ctx, a, seat, WishForm{Lines: []WishedLine{{p, Tied}}}), fault.Invalid) // no reason
	wants(t, w.book.Prefer(ctx, a, seat, WishForm{Lines: []WishedLine{{p, "love"}}}), fault.Invalid)
	if err := w.book.Prefer(ctx, a, seat, WishForm{Reason: "邻居", Lines: []WishedLine{{p, Tied}}}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from conflict where kind = 'declared' and reason = '邻居'`, nil); n != 1 {
		t.Error("the tie was not declared")
	}
	r := w.round()
	w.clock.Advance(time.Minute)
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	wants(t, w.book.Prefer(ctx, a, seat, WishForm{Most: 3}), fault.Conflict)
}
