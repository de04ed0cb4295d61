package proposal

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"seedbed/domain/accounts"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/vault"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
)

// messages is a sender that keeps what was sent to whom.
type messages struct{ to, text string }

func (m *messages) Send(_ context.Context, phone, text string) error {
	m.to, m.text = phone, text
	return nil
}

// texting gives the world's book a sender whose messages can be read.
func (w *world) texting() *messages {
	w.Helper()
	v, err := vault.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		w.Fatal(err)
	}
	m := &messages{}
	w.accounts = accounts.New(w.db, w.clock, v, m, ClaimInvitations)
	w.book = New(w.db, w.clock, w.accounts)
	return m
}

func teen(age string) Application {
	return Application{ID: newID(), Age: age, Agree: true, GuardianName: "张妈妈", GuardianPhone: "137 0000 0001"}
}

func (w *world) guardian(member string) Guardian {
	w.Helper()
	g, err := pg.One[Guardian](context.Background(), w.db, `select `+guardianColumns+` from guardian g where g.member_id = @id::uuid`, pg.Args{"id": member})
	if err != nil {
		w.Fatal(err)
	}
	return g
}

func TestAMinorJoinsAsHelperWhenAGuardianAgrees(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	sent := w.texting()
	n := task(nil)
	f := w.seeking(w.lead, n)
	child := w.account("小明")
	a := teen("under_14")
	a.Want = n.ID
	for name, change := range map[string]func(*Application){"guardian_name": func(a *Application) { a.GuardianName = "" }, "guardian_phone": func(a *Application) { a.GuardianPhone = "" }, "age": func(a *Application) { a.Age = "" }} {
		bad := a
		change(&bad)
		if err := w.book.Apply(ctx, child, f.ID, bad); fault.InFields(err)[name].Text == "" {
			t.Errorf("without %s: %v", name, err)
		}
	}
	if err := w.book.Apply(ctx, child, f.ID, a); err != nil {
		t.Fatal(err)
	}
	if err := w.book.Admit(ctx, w.lead, a.ID, Answer{Version: 1}); !fault.Is(err, fault.Conflict) {
		t.Errorf("taken in before the guardian has agreed: %v", err)
	}
	g := w.guardian(a.ID)
	if n := w.count(`select count(*) from guardian g where g::text like '%13700000001%' or g::text like '%张妈妈%'`, nil); n != 0 {
		t.Error("the guardian's name or number lies open")
	}
	token := w.book.guardianToken(g.ID)
	if err := w.book.SendGuardianCode(ctx, token); err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`\d{6}`).FindString(sent.text)
	if sent.to != "13700000001" || code == "" {
		t.Fatalf("sent %q to %s", sent.text, sent.to)
	}
	if err := w.book.SendGuardianCode(ctx, token); fault.InFields(err)["code"].Text == "" {
		t.Errorf("two messages within a minute: %v", err)
	}
	for name, bad := range map[string]GuardianAnswer{"code": {Code: "000000", Agree: true, Accompanied: true}, "agree": {Code: code, Accompanied: true}, "accompanied": {Code: code, Agree: true}} {
		if name == "code" && code == "000000" {
			continue
		}
		if err := w.book.GuardianAgrees(ctx, token, bad); fault.InFields(err)[name].Text == "" {
			t.Errorf("agreed with a wrong %s: %v", name, err)
		}
	}
	for range 2 {
		if err := w.book.GuardianAgrees(ctx, token, GuardianAnswer{Code: code, Agree: true, Accompanied: true}); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`select count(*) from consent where person_id = @me::uuid and purpose = 'guardian_14' and granted_by = 'guardian'`, pg.Args{"me": child.ID}); n != 1 {
		t.Errorf("%d consents of the guardian", n)
	}
	if err := w.book.Admit(ctx, w.lead, a.ID, Answer{Version: 1}); err != nil {
		t.Fatal(err)
	}
	if s := w.seat(a.ID); s.State != "accepted" || s.Role != "helper" {
		t.Errorf("the child is %s, %s", s.State, s.Role)
	}
	if f := w.own(child, f.ID); f.Accepted() != 3 {
		t.Errorf("a child counts for the size of the team: %d", f.Accepted())
	}
	if ties, err := TeamTies(ctx, w.db, f.TeamID, child); err != nil || len(ties) != 0 {
		t.Errorf("a child has the rights of a member: %v, %v", ties, err)
	}
	// A yes taken back ends the membership and every consent.
	if err := w.book.GuardianRefuses(ctx, token); err != nil {
		t.Fatal(err)
	}
	if s := w.seat(a.ID); s.State != "removed" {
		t.Errorf("after the guardian's no the child is %s", s.State)
	}
	if n := w.count(`select count(*) from consent where person_id = @me::uuid and purpose in ('team_member', 'guardian_14') and withdrawn_at is null`, pg.Args{"me": child.ID}); n != 0 {
		t.Errorf("%d consents stand after the no", n)
	}
}

func TestACodeIsGuessedFiveTimesAtMost(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	sent := w.texting()
	f := w.draft(w.lead, w.edition)
	a := teen("14_15")
	if _, in, err := w.book.JoinByLink(ctx, w.account("小红"), w.link(f, w.lead, 2), a); err != nil || in {
		t.Fatal(in, err)
	}
	token := w.book.guardianToken(w.guardian(a.ID).ID)
	if err := w.book.SendGuardianCode(ctx, token); err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`\d{6}`).FindString(sent.text)
	wrong := "111111"
	if code == wrong {
		wrong = "222222"
	}
	for range 5 {
		if err := w.book.GuardianAgrees(ctx, token, GuardianAnswer{Code: wrong, Agree: true}); fault.InFields(err)["code"].Text == "" {
			t.Errorf("a wrong code: %v", err)
		}
	}
	if err := w.book.GuardianAgrees(ctx, token, GuardianAnswer{Code: code, Agree: true}); fault.InFields(err)["code"].Text == "" {
		t.Errorf("the sixth guess: %v", err)
	}
	w.clock.Advance(2 * time.Minute)
	if err := w.book.SendGuardianCode(ctx, token); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(16 * time.Minute)
	late := GuardianAnswer{Code: regexp.MustCompile(`\d{6}`).FindString(sent.text), Agree: true}
	if err := w.book.GuardianAgrees(ctx, token, late); fault.InFields(err)["code"].Text == "" {
		t.Errorf("a code of a quarter of an hour ago: %v", err)
	}
}

func TestSixteenJoinsAtOnceAndTheGuardianIsTold(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	a := teen("16_17")
	if _, in, err := w.book.JoinByLink(ctx, w.account("大明"), w.link(f, w.lead, 2), a); err != nil || !in {
		t.Fatal(in, err)
	}
	if s := w.seat(a.ID); s.State != "accepted" || s.Role != "helper" {
		t.Errorf("at sixteen: %s, %s", s.State, s.Role)
	}
	if g := w.guardian(a.ID); g.State != "asked" || g.PhoneTail != "0001" {
		t.Errorf("the guardian is %+v", g)
	}
	// The database itself lets no minor be anything else.
	if err := w.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, `update team_member set role = 'treasurer' where id = @id::uuid`, pg.Args{"id": a.ID})
		return err
	}); err == nil {
		t.Error("a minor keeps the books")
	}
	self := teen("16_17")
	self.GuardianPhone = "13600000012"
	small := w.account("小小")
	self.GuardianPhone = "136" + strings.Repeat("0", 8-len("12")) + "12"
	w.run(`update person set phone_index = @index where id = @id::uuid`, pg.Args{"id": small.ID, "index": func() []byte { i, _, _ := w.accounts.Index(self.GuardianPhone); return i }()})
	if _, _, err := w.book.JoinByLink(ctx, small, w.link(f, w.lead, 2), self); fault.InFields(err)["guardian_phone"].Text == "" {
		t.Errorf("a child is its own guardian: %v", err)
	}
}

func TestStaffRecordAGuardiansPaperAndEveryLookIsKept(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	disk, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.book.KeepPapers(disk)
	f := w.draft(w.lead, w.edition)
	a := teen("14_15")
	if _, _, err := w.book.JoinByLink(ctx, w.account("小红"), w.link(f, w.lead, 2), a); err != nil {
		t.Fatal(err)
	}
	g := w.guardian(a.ID)
	staff, other := w.desk(identity.CommunityStaff, hood), w.desk(identity.CommunityStaff, hood2)
	if list, err := w.book.WaitingGuardians(ctx, staff); err != nil || len(list) != 1 || list[0].Child != "小**" {
		t.Errorf("the desk's list is %+v, %v", list, err)
	}
	if list, err := w.book.WaitingGuardians(ctx, other); err != nil || len(list) != 0 {
		t.Errorf("another community sees %+v, %v", list, err)
	}
	if _, err := w.book.OpenGuardian(ctx, other, g.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another community opens it: %v", err)
	}
	if _, err := w.book.OpenGuardian(ctx, staff, g.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.book.RevealGuardian(ctx, staff, g.ID, ""); fault.InFields(err)["reason"].Text == "" {
		t.Errorf("revealed without a reason: %v", err)
	}
	if c, err := w.book.RevealGuardian(ctx, staff, g.ID, "家长来签字，核对"); err != nil || c.Name != "张妈妈" || c.Phone != "137 0000 0001" {
		t.Errorf("revealed %+v, %v", c, err)
	}
	for action := range map[string]bool{"look": true, "reveal": true} {
		if n := w.count(`select count(*) from audit_event where entity = 'guardian' and action = @action and actor = @me::uuid`, pg.Args{"action": action, "me": staff.ID}); n != 1 {
			t.Errorf("the trail has %d lines of a %s", n, action)
		}
	}
	n := SignedPaper{ID: newID(), Version: 1, Seen: true}
	if err := w.book.RecordPaper(ctx, staff, g.ID, n); fault.InFields(err)["paper"].Text == "" {
		t.Errorf("recorded without its picture: %v", err)
	}
	if n.File, err = w.book.TakePaper(ctx, bytes.NewReader([]byte("%PDF-1.4\nsigned"))); err != nil {
		t.Fatal(err)
	}
	if err := w.book.RecordPaper(ctx, other, g.ID, n); !fault.Is(err, fault.NotFound) {
		t.Errorf("another community records it: %v", err)
	}
	for range 2 {
		if err := w.book.RecordPaper(ctx, staff, g.ID, n); err != nil {
			t.Fatal(err)
		}
	}
	if g := w.guardian(a.ID); g.State != "agreed" || g.How != "paper" || g.Paper == "" {
		t.Errorf("recorded: %+v", g)
	}
	if files, err := evidence.Of(ctx, w.db, g.ID); err != nil || len(files) != 1 {
		t.Errorf("%d papers, %v", len(files), err)
	}
	if n := w.count(`select count(*) from consent where purpose = 'team_member' and granted_by = 'guardian'`, nil); n != 1 {
		t.Errorf("%d consents of the guardian", n)
	}
}

func TestTheDeskReadsNoChildsName(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	if _, _, err := w.book.JoinByLink(ctx, w.account("小红"), w.link(f, w.lead, 2), teen("14_15")); err != nil {
		t.Fatal(err)
	}
	c, err := w.book.See(ctx, w.head, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	last := c.Members[len(c.Members)-1]
	if last.Age != "14_15" || last.Name != "小**" || last.PhoneTail != "" {
		t.Errorf("the desk reads %+v", last)
	}
	if own := w.own(w.lead, f.ID).Members; own[len(own)-1].Name != "小红" {
		t.Errorf("the team reads %+v", own[len(own)-1])
	}
}
