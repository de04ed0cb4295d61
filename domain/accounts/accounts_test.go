package accounts

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/vault"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

type box struct {
	mu    sync.Mutex
	texts []string
}

func (b *box) Send(_ context.Context, _, text string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.texts = append(b.texts, text)
	return nil
}

func (b *box) code() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	digits := ""
	for _, r := range strings.Split(b.texts[len(b.texts)-1], "是")[1] {
		if r >= '0' && r <= '9' {
			digits += string(r)
		}
		if len(digits) == 6 {
			break
		}
	}
	return digits
}

func open(t *testing.T) (*Accounts, *pg.DB, *clock.Manual, *box) {
	t.Helper()
	db := pgtest.New(t)
	v, err := vault.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	clk, b := clock.NewManual(time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai)), &box{}
	err = db.Change(t.Context(), func(tx pg.Tx) error {
		for _, p := range []place.Place{{Path: "jz", Level: "district", Name: "京州区", NameEn: "Jingzhou"}, {Path: "jz.w", Level: "subdistrict", Name: "武汉路街道", NameEn: "W"},
			{Path: "jz.w.a", Level: "community", Name: "甲社区", NameEn: "A"}, {Path: "jz.w.b", Level: "community", Name: "乙社区", NameEn: "B"}} {
			p.ValidFrom = clk.Now()
			if err := place.Found(t.Context(), tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return New(db, clk, v, b, nil), db, clk, b
}

func TestSignIn(t *testing.T) {
	a, _, clk, b := open(t)
	ctx := t.Context()
	if err := a.SendCode(ctx, "+86 138-0000 1234"); err != nil {
		t.Fatal(err)
	}
	if err := a.SendCode(ctx, "13800001234"); fault.InFields(err)["phone"].Text == "" {
		t.Errorf("a second message within a minute: %v", err)
	}
	if _, err := a.SignIn(ctx, "13800001234", "12"); fault.InFields(err)["code"].Text == "" {
		t.Errorf("a short code: %v", err)
	}
	code := b.code()
	token, err := a.SignIn(ctx, "１３８００００１２３４", " "+code[:3]+" "+code[3:])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.SignIn(ctx, "13800001234", code); fault.InFields(err)["code"].Text == "" {
		t.Errorf("a code used twice: %v", err)
	}
	v, err := a.Visit(ctx, token)
	if err != nil || !v.Actor.SignedIn() {
		t.Fatalf("Visit = %+v, %v", v, err)
	}
	clk.Advance(31 * 24 * time.Hour)
	if v, err := a.Visit(ctx, token); err != nil || v.Actor.SignedIn() {
		t.Errorf("a session lives on after a month: %+v, %v", v, err)
	}
}

func TestWrongCodesLockTheCodeNotThePerson(t *testing.T) {
	a, _, clk, b := open(t)
	ctx := t.Context()
	if err := a.SendCode(ctx, "13800001234"); err != nil {
		t.Fatal(err)
	}
	code := b.code()
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	for range 5 {
		if _, err := a.SignIn(ctx, "13800001234", wrong); err == nil {
			t.Fatal("a wrong code signed in")
		}
	}
	if _, err := a.SignIn(ctx, "13800001234", code); err == nil {
		t.Error("the code still works after five wrong guesses")
	}
	clk.Advance(2 * time.Minute)
	if err := a.SendCode(ctx, "13800001234"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.SignIn(ctx, "13800001234", b.code()); err != nil {
		t.Errorf("the person cannot sign in with a fresh code: %v", err)
	}
}

func TestOneNumberIsOnePerson(t *testing.T) {
	a, db, _, _ := open(t)
	ctx := t.Context()
	var wg sync.WaitGroup
	ids := make(chan string, 20)
	for range 20 {
		wg.Go(func() {
			actor, err := a.Enlist(ctx, "周桂兰", "13800001234", "jz.w.a")
			if err != nil {
				t.Error(err)
				return
			}
			ids <- actor.ID
		})
	}
	wg.Wait()
	close(ids)
	seen := map[string]bool{}
	for id := range ids {
		seen[id] = true
	}
	if len(seen) != 1 {
		t.Errorf("%d people for one number", len(seen))
	}
	sealed, err := pg.Value[[]byte](ctx, db, `select phone_sealed from person limit 1`, nil)
	if err != nil || strings.Contains(string(sealed), "13800001234") {
		t.Errorf("the number lies in plain: %v", err)
	}
}

func TestSecondFactor(t *testing.T) {
	a, _, clk, b := open(t)
	ctx := t.Context()
	staff, err := a.Enlist(ctx, "李敏", "13900001111", "", identity.Grant{Role: identity.Cashier, Place: "jz"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SendCode(ctx, "13900001111"); err != nil {
		t.Fatal(err)
	}
	weak, err := a.SignIn(ctx, "13900001111", b.code())
	if err != nil {
		t.Fatal(err)
	}
	v, err := a.Visit(ctx, weak)
	if err != nil || v.Actor.Can(identity.PayClaims, "jz.w.a") {
		t.Fatalf("a cashier pays without the second factor: %v", err)
	}
	if _, err := v.Actor.Must(identity.PayClaims, "jz.w.a"); !fault.Is(err, fault.SignIn) {
		t.Errorf("Must = %v, want SignIn", err)
	}
	fresh, err := a.NewFactor(staff)
	if err != nil {
		t.Fatal(err)
	}
	code, err := FactorCode(fresh.Secret, clk.Now())
	if err != nil {
		t.Fatal(err)
	}
	strong, err := a.Enrol(ctx, v.Actor, weak, fresh.Secret, code)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = a.Visit(ctx, strong); err != nil || !v.Actor.Can(identity.PayClaims, "jz.w.a") {
		t.Errorf("the strong session may not pay: %v", err)
	}
	if old, err := a.Visit(ctx, weak); err != nil || old.Actor.SignedIn() {
		t.Errorf("the weak session is still open: %v", err)
	}
	if _, err := a.Strengthen(ctx, v.Actor, strong, code); fault.InFields(err)["code"].Text == "" {
		t.Errorf("a replayed code: %v", err)
	}
	clk.Advance(3 * time.Hour)
	if v, err = a.Visit(ctx, strong); err != nil || v.Actor.SignedIn() {
		t.Errorf("an idle strong session is still open: %v", err)
	}
}

func TestConfirmResident(t *testing.T) {
	a, _, _, _ := open(t)
	ctx := t.Context()
	resident, err := a.Enlist(ctx, "周桂兰", "13800001234", "")
	if err != nil {
		t.Fatal(err)
	}
	here, err := a.Enlist(ctx, "王晓敏", "13900002222", "", identity.Grant{Role: identity.CommunityStaff, Place: "jz.w.a"})
	if err != nil {
		t.Fatal(err)
	}
	there, err := a.Enlist(ctx, "赵磊", "13900003333", "", identity.Grant{Role: identity.CommunityStaff, Place: "jz.w.b"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SaveProfile(ctx, resident, Profile{Name: "周桂兰", Home: "jz.w"}); fault.InFields(err)["home"].Text == "" {
		t.Errorf("a street as a home: %v", err)
	}
	if err := a.SaveProfile(ctx, resident, Profile{Name: "周桂兰", Home: "jz.w.a"}); err != nil {
		t.Fatal(err)
	}
	waiting, err := a.WaitingResidents(ctx, here)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("waiting: %v, %v", waiting, err)
	}
	if other, err := a.WaitingResidents(ctx, there); err != nil || len(other) != 0 {
		t.Errorf("another community sees %v, %v", other, err)
	}
	if err := a.ConfirmResident(ctx, there, resident.ID, waiting[0].Version, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("another community confirms: %v", err)
	}
	if err := a.ConfirmResident(ctx, here, resident.ID, waiting[0].Version-1, true); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale page confirms: %v", err)
	}
	for range 2 { // the second is a double click
		if err := a.ConfirmResident(ctx, here, resident.ID, waiting[0].Version, true); err != nil {
			t.Fatal(err)
		}
	}
	me, err := a.Me(ctx, resident)
	if err != nil || me.HomeState != "confirmed" {
		t.Errorf("me = %+v, %v", me, err)
	}
}

func TestGrantAndRevoke(t *testing.T) {
	a, _, _, _ := open(t)
	ctx := t.Context()
	admin, err := a.Enlist(ctx, "管理员", "13900009999", "", identity.Grant{Role: identity.Sysadmin, Place: "jz"})
	if err != nil {
		t.Fatal(err)
	}
	id := newID()
	for range 2 {
		if err := a.Grant(ctx, admin, NewGrant{ID: id, Phone: "13800001234", Name: "李敏", Role: "judge", Place: "jz"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Grant(ctx, admin, NewGrant{ID: newID(), Phone: "13900009999", Role: "judge", Place: "jz"}); fault.InFields(err)["phone"].Text == "" {
		t.Errorf("a role for oneself: %v", err)
	}
	head, err := a.Enlist(ctx, "区负责人", "13900008888", "", identity.Grant{Role: identity.DistrictHead, Place: "jz"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Grant(ctx, head, NewGrant{ID: newID(), Phone: "13800005555", Role: "sysadmin", Place: "jz"}); fault.InFields(err)["role"].Text == "" {
		t.Errorf("a head makes an administrator: %v", err)
	}
	if err := a.Revoke(ctx, admin, id); err != nil {
		t.Fatal(err)
	}
	held, err := a.Held(ctx, admin)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range held {
		if h.ID == id {
			t.Error("a revoked role is still held")
		}
	}
}

func TestTypedFormWaitsForItsBrowserOnly(t *testing.T) {
	a, _, clk, _ := open(t)
	ctx := t.Context()
	if err := a.KeepTyped(ctx, "browser-1", Typed{Path: "/x", Values: map[string][]string{"title": {"楼道口的旧衣改造坊"}}}); err != nil {
		t.Fatal(err)
	}
	got, ok, err := a.TypedBefore(ctx, "browser-1")
	if err != nil || !ok || got.Values.Get("title") != "楼道口的旧衣改造坊" {
		t.Errorf("TypedBefore = %v %v %v", got, ok, err)
	}
	if _, ok, err := a.TypedBefore(ctx, "browser-2"); ok || err != nil {
		t.Errorf("another browser reads it: %v", err)
	}
	clk.Advance(3 * time.Hour)
	if _, ok, err := a.TypedBefore(ctx, "browser-1"); ok || err != nil {
		t.Errorf("it never goes away: %v", err)
	}
}
