package privacy_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/accounts"
	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/consent"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/incubation"
	"seedbed/domain/place"
	"seedbed/domain/privacy"
	"seedbed/domain/proposal"
	"seedbed/domain/vault"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai) // a Wednesday

type phone struct {
	mu   sync.Mutex
	last string
}

func (p *phone) Send(_ context.Context, _, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = text
	return nil
}

var sixDigits = regexp.MustCompile(`\d{6}`)

type town struct {
	*testing.T
	ctx      context.Context
	db       *pg.DB
	url      string // the owner's
	clock    *clock.Manual
	phone    *phone
	accounts *accounts.Accounts
	book     *privacy.Book

	resident, other, handler, handler2 identity.Actor
}

// canary is a name and a number that stand nowhere else.
const canary, canaryPhone = "欧阳静水", "13877665544"

func newTown(t *testing.T) *town {
	t.Helper()
	v, err := vault.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	db, url := pgtest.Lend(t)
	w := &town{T: t, ctx: context.Background(), db: db, url: url, clock: clock.NewManual(noon), phone: &phone{}}
	w.accounts = accounts.New(w.db, w.clock, v, w.phone, nil)
	w.book = privacy.New(w.db, w.clock, w.accounts, proposal.New(w.db, w.clock, w.accounts), incubation.New(w.db, w.clock))
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
		for _, p := range []place.Place{{Path: "jz", Level: "district", Name: "京州区", NameEn: "Jingzhou"}, {Path: "jz.w", Level: "subdistrict", Name: "武汉路街道", NameEn: "W"},
			{Path: "jz.w.a", Level: "community", Name: "甲社区", NameEn: "A"}} {
			p.ValidFrom = noon.AddDate(-1, 0, 0)
			if err := place.Found(w.ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	}))
	enlist := func(name, phone, home string, grants ...identity.Grant) identity.Actor {
		a, err := w.accounts.Enlist(w.ctx, name, phone, home, grants...)
		w.must(err)
		return a
	}
	w.resident, w.other = enlist(canary, canaryPhone, "jz.w.a"), enlist("别人", "13800000002", "jz.w.a")
	w.handler = enlist("区小张", "13900000001", "", identity.Grant{Role: identity.DistrictStaff, Place: "jz"})
	w.handler2 = enlist("区小李", "13900000002", "jz.w.a", identity.Grant{Role: identity.DistrictStaff, Place: "jz"})
	return w
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *town) refused(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Errorf("got %v, want kind %v", err, kind)
	}
}

func (w *town) count(sql string, args pg.Args) int {
	w.Helper()
	n, err := pg.Value[int](w.ctx, w.db, sql, args)
	w.must(err)
	return n
}

func (w *town) run(sql string, args pg.Args) {
	w.Helper()
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { _, err := pg.Do(w.ctx, tx, sql, args); return err }))
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func TestConsentsAreGivenAndTakenBack(t *testing.T) {
	w := newTown(t)
	c, err := w.book.Centre(w.ctx, w.resident)
	w.must(err)
	asked := len(c.Asks)
	if asked == 0 || len(c.Live) != 0 {
		t.Fatalf("%+v", c)
	}
	yes, no := privacy.Word{Purpose: "name_public", Agree: true}, privacy.Word{Purpose: "name_public"}
	w.must(w.book.Say(w.ctx, w.resident, yes))
	w.must(w.book.Say(w.ctx, w.resident, yes)) // twice is once
	c, err = w.book.Centre(w.ctx, w.resident)
	w.must(err)
	if len(c.Live) != 1 || c.Live[0].GrantedBy != "self" || c.Live[0].TextVersion != 2 || len(c.Asks) != asked-1 {
		t.Fatalf("%+v", c)
	}
	w.refused(w.book.Withdraw(w.ctx, w.other, c.Live[0].ID), fault.NotFound)
	w.must(w.book.Withdraw(w.ctx, w.resident, c.Live[0].ID))
	w.must(w.book.Withdraw(w.ctx, w.resident, c.Live[0].ID))
	w.must(w.book.Say(w.ctx, w.resident, privacy.Word{Purpose: "survey"})) // a plain no
	w.must(w.book.Say(w.ctx, w.resident, privacy.Word{Purpose: "survey"}))
	for _, p := range []consent.Purpose{consent.NamePublic, consent.Survey} {
		may, err := consent.MayAsk(w.ctx, w.db, w.resident.ID, p, "")
		w.must(err)
		if may {
			t.Errorf("%s is asked again", p)
		}
	}
	c, err = w.book.Centre(w.ctx, w.resident)
	w.must(err)
	if len(c.Live) != 0 || len(c.Refused) != 2 || len(c.Asks) != asked-2 {
		t.Errorf("%+v", c)
	}
	if n := w.count(`select count(*) from outbox where kind = 'consent.withdrawn'`, nil); n != 2 {
		t.Errorf("%d facts", n)
	}
	w.must(w.book.Say(w.ctx, w.resident, yes)) // they may change their mind
	w.refused(w.book.Say(w.ctx, w.resident, privacy.Word{Purpose: "account", Agree: true}), fault.Invalid)
	w.must(w.book.Say(w.ctx, w.resident, no))
}

// A no to public photos hides those the person sent and those of their teams' activities (I-D3), and repeating does no harm.
func TestPublicPhotosAreHidden(t *testing.T) {
	w := newTown(t)
	mine, theirs := newID(), newID()
	warrant, err := identity.House().Must(identity.KeepCalendar, "jz")
	w.must(err)
	for id, uploader := range map[string]string{mine: w.resident.ID, theirs: w.other.ID} {
		w.run(`insert into attachment (id, digest, size, mime, kind, place, uploader, uploaded_at, large, thumb, state) values (@id, 'x', 1, 'image/jpeg', 'people', 'jz.w.a', @who, @at, 'x', 'x', 'public')`,
			pg.Args{"id": id, "who": uploader, "at": noon})
		w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
			return audit.Record(w.ctx, tx, warrant, audit.Event{Entity: "attachment", ID: id, Version: 1, Action: "clear", Place: "jz.w.a", At: noon})
		}))
	}
	w.must(w.book.Say(w.ctx, w.resident, privacy.Word{Purpose: "photo_public"}))
	for range 2 {
		w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
			return privacy.HidePublic(w.ctx, tx, consent.Withdrawn{PersonID: w.resident.ID, Purpose: consent.PhotoPublic})
		}))
	}
	if n := w.count(`select count(*) from attachment where state = 'hidden' and id = @id::uuid`, pg.Args{"id": mine}); n != 1 {
		t.Error("still public")
	}
	if n := w.count(`select count(*) from attachment where state = 'public' and id = @id::uuid`, pg.Args{"id": theirs}); n != 1 {
		t.Error("somebody else's is gone")
	}
}

func TestTheFileOfOnesOwnData(t *testing.T) {
	w := newTown(t)
	w.must(w.book.Say(w.ctx, w.resident, privacy.Word{Purpose: "survey", Agree: true}))
	_, err := w.book.Link(w.ctx, w.resident, "000000")
	w.refused(err, fault.Invalid)
	w.must(w.accounts.SendOwnCode(w.ctx, w.resident))
	code := sixDigits.FindString(w.phone.last)
	_, err = w.book.Link(w.ctx, w.other, code)
	w.refused(err, fault.Invalid)
	token, err := w.book.Link(w.ctx, w.resident, code)
	w.must(err)
	_, err = w.book.Link(w.ctx, w.resident, code) // a code counts once
	w.refused(err, fault.Invalid)
	_, err = w.book.Open(w.ctx, w.other, token)
	w.refused(err, fault.NotFound)
	data, err := w.book.Open(w.ctx, w.resident, token)
	w.must(err)
	_, err = w.book.Open(w.ctx, w.resident, token) // replayed
	w.refused(err, fault.NotFound)
	packed, err := data.Zip([]byte("<p>"))
	w.must(err)
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	w.must(err)
	r, err := z.Open("data.json")
	w.must(err)
	body, err := io.ReadAll(r)
	w.must(err)
	for _, want := range []string{canary, canaryPhone, "survey", `"consent"`} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the file lacks %s", want)
		}
	}
	for _, never := range []string{"别人", w.other.ID, "token_hash", "wrapped", "phone_sealed", "phone_index"} {
		if strings.Contains(string(body), never) {
			t.Errorf("the file has %s", never)
		}
	}
	w.clock.Advance(2 * time.Minute)
	w.must(w.accounts.SendOwnCode(w.ctx, w.resident))
	token, err = w.book.Link(w.ctx, w.resident, sixDigits.FindString(w.phone.last))
	w.must(err)
	w.clock.Advance(15 * time.Minute)
	_, err = w.book.Open(w.ctx, w.resident, token)
	w.refused(err, fault.NotFound)
}

func TestRequestsAreAnsweredBySomebodyElseInTime(t *testing.T) {
	w := newTown(t)
	w.refused(w.book.Ask(w.ctx, w.resident, privacy.Ask{Kind: "correct"}), fault.Invalid)
	w.refused(w.book.Ask(w.ctx, w.resident, privacy.Ask{Kind: "other", Text: "x"}), fault.Invalid)
	ask := privacy.Ask{ID: newID(), Kind: "correct", Text: "姓名里的字写错了"}
	w.must(w.book.Ask(w.ctx, w.resident, ask))
	w.must(w.book.Ask(w.ctx, w.resident, ask))
	w.must(w.book.Ask(w.ctx, w.resident, privacy.Ask{ID: newID(), Kind: "correct", Text: "再来一件"})) // one of a kind at a time
	list, err := w.book.Queue(w.ctx, w.handler)
	w.must(err)
	if len(list) != 1 || !list[0].DueAt.Equal(time.Date(2026, 6, 11, 0, 0, 0, 0, clock.Shanghai)) {
		t.Fatalf("%+v", list)
	}
	none, err := w.book.Queue(w.ctx, w.resident)
	w.must(err)
	if len(none) != 0 {
		t.Error("a resident reads the queue")
	}
	v := privacy.Verdict{Version: 1, Ruling: privacy.Refused}
	w.refused(w.book.Answer(w.ctx, w.handler, ask.ID, v), fault.Invalid) // no reason
	v.Answer = "和证件上的一样"
	w.refused(w.book.Answer(w.ctx, w.resident, ask.ID, v), fault.NotFound)
	w.refused(w.book.Answer(w.ctx, w.handler, ask.ID, privacy.Verdict{Version: 1, Ruling: "erase", Answer: "好", Sure: true}), fault.Invalid)
	w.must(w.book.Answer(w.ctx, w.handler, ask.ID, v))
	w.must(w.book.Answer(w.ctx, w.handler, ask.ID, v))
	w.refused(w.book.TakeBack(w.ctx, w.resident, ask.ID), fault.Conflict)
	own := privacy.Ask{ID: newID(), Kind: "copy"}
	w.must(w.book.Ask(w.ctx, w.handler2, own))
	w.refused(w.book.Answer(w.ctx, w.handler2, own.ID, privacy.Verdict{Version: 1, Ruling: privacy.Done, Answer: "好"}), fault.Forbidden)
	w.must(w.book.TakeBack(w.ctx, w.handler2, own.ID))
	late := privacy.Ask{ID: newID(), Kind: "explain", Text: "照片用在哪里"}
	w.must(w.book.Ask(w.ctx, w.resident, late))
	for range 2 {
		w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { return privacy.Remind(w.ctx, tx, noon.AddDate(0, 0, 30)) }))
	}
	if n := w.count(`select count(*) from notice where code = 'N32' and person_id = @id::uuid`, pg.Args{"id": w.handler.ID}); n != 4 {
		t.Errorf("%d notices to the handler", n)
	}
}

// Erasing destroys the key, blanks the profile and leaves neither name nor number anywhere; the trail stays whole (I-D5).
func TestErasingLeavesNoNameAndNoNumber(t *testing.T) {
	w := newTown(t)
	w.must(w.book.Say(w.ctx, w.resident, privacy.Word{Purpose: "name_public", Agree: true}))
	team := newID()
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { // in somebody else's team, with their name in a message
		warrant, err := w.other.Must(identity.DraftProposals, "jz.w.a")
		if err != nil {
			return err
		}
		seat := newID()
		for sql, args := range map[string]pg.Args{`insert into notice (id, person_id, code, text, args, key, at) values (gen_random_uuid(), @to, 'N16', '%s 加入了您的团队', jsonb_build_array(@name::text), 'k', @at)`: {"to": w.other.ID, "name": canary, "at": noon}} {
			if _, err := pg.Do(w.ctx, tx, sql, args); err != nil {
				return err
			}
		}
		if _, err := pg.Do(w.ctx, tx, `insert into team (id, place, lead_id, created_at) values (@id, 'jz.w.a', @lead, @at)`, pg.Args{"id": team, "lead": w.other.ID, "at": noon}); err != nil {
			return err
		}
		if _, err := pg.Do(w.ctx, tx, `insert into team_member (id, team_id, person_id, name, role, state, phone_tail, at) values (@id, @team, @who, @name, 'member', 'accepted', '5544', @at)`,
			pg.Args{"id": seat, "team": team, "who": w.resident.ID, "name": canary, "at": noon}); err != nil {
			return err
		}
		if err := audit.Record(w.ctx, tx, warrant, audit.Event{Entity: "team", ID: team, Version: 1, Action: "form", To: "forming", Place: "jz.w.a", At: noon}); err != nil {
			return err
		}
		return audit.Record(w.ctx, tx, warrant, audit.Event{Entity: "team_member", ID: seat, Version: 1, Action: "accept", To: "accepted", Place: "jz.w.a", At: noon})
	}))
	w.must(w.accounts.SendCode(w.ctx, canaryPhone))
	ask := privacy.Ask{ID: newID(), Kind: "close", Text: "我叫" + canary}
	w.must(w.book.Ask(w.ctx, w.resident, ask))
	v := privacy.Verdict{Version: 1, Ruling: "erase", Answer: "已核对本人"}
	w.refused(w.book.Answer(w.ctx, w.handler, ask.ID, v), fault.Invalid) // not sure
	v.Sure = true
	w.run(`insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), @id, 'judge', 'jz', @at)`, pg.Args{"id": w.resident.ID, "at": noon})
	w.refused(w.book.Answer(w.ctx, w.handler, ask.ID, v), fault.Invalid) // still a judge
	_, stops, err := w.book.One(w.ctx, w.handler, ask.ID)
	w.must(err)
	if len(stops) != 1 {
		t.Errorf("obstacles: %v", stops)
	}
	w.run(`update role_grant set until = @at where person_id = @id::uuid`, pg.Args{"id": w.resident.ID, "at": noon})
	token, err := w.accounts.EnterSample(w.ctx, w.resident.ID)
	w.must(err)
	w.must(w.book.Answer(w.ctx, w.handler, ask.ID, v))
	if visit, err := w.accounts.Visit(w.ctx, token); err != nil || visit.Actor.SignedIn() {
		t.Error("still signed in")
	}
	if n := w.count(`select count(*) from person_key where person_id = @id::uuid`, pg.Args{"id": w.resident.ID}); n != 0 {
		t.Error("the key is still there")
	}
	index, _, err := w.accounts.Index(canaryPhone)
	w.must(err)
	tables, err := pg.Values[string](w.ctx, w.db, `select tablename::text from pg_tables where schemaname = 'public' and tablename <> 'goose_db_version' order by 1`, nil)
	w.must(err)
	for _, table := range tables {
		for _, c := range []string{canary, canaryPhone, hex.EncodeToString(index)} {
			if n := w.count(`select count(*) from `+table+` r where strpos(r::text, @canary) > 0`, pg.Args{"canary": c}); n != 0 {
				t.Errorf("%s still stands in %s", c, table)
			}
		}
	}
	if n := w.count(`select count(*) from team_member where person_id = @id::uuid and state = 'left' and phone_tail = ''`, pg.Args{"id": w.resident.ID}); n != 1 {
		t.Error("still in the team")
	}
	lines, broken, err := audit.Verify(w.ctx, w.db)
	if err != nil || len(broken) > 0 || lines == 0 {
		t.Errorf("trail: %v %v", broken, err)
	}
	// The number is free again, and finds nobody of before.
	fresh, err := w.accounts.Enlist(w.ctx, "新来的", canaryPhone, "jz.w.a")
	w.must(err)
	if fresh.ID == w.resident.ID {
		t.Error("the erased account came back")
	}
}
