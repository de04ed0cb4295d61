// Package assist lets staff of a community fill in for a resident (帮办代填): an elder without a phone, somebody who cannot
// see the screen. It is one mechanism for every page a resident can write on. While an assistance is open, the session of
// the helper acts as the resident, without any of the helper's roles; every line of the trail names the helper; nothing
// that decides is done before the person has signed a paper and was read what it says; the person is told and may say
// that it was not their will; and the helper never judges what they filled in (DOMAIN §5.2-5, I-F8).
package assist

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/accounts"
	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
)

// The states of an assistance.
const (
	Open     = "open"
	Finished = "finished"
	Dropped  = "dropped" // ended before anything was written
)

// Choice is a code with its Chinese name, which is also the key of its translation.
type Choice struct{ Code, Name string }

// Reasons names why somebody is helped.
var Reasons = []Choice{{"no_phone", "没有智能手机"}, {"cannot_type", "不会用手机打字"}, {"sight", "看不清屏幕"}, {"illness", "生病或行动不便"}, {"paper", "交的是纸质材料"}, {"other", "其他，请写明"}}

// Methods names how the person told the helper what to write (DOMAIN §8.2).
var Methods = []Choice{{"face", "当面，本人口述"}, {"phone", "电话里，本人口述"}, {"paper", "照着本人写的纸"}}

// Signings names how the paper was signed; whoever cannot write presses a finger, before two witnesses (DOMAIN §18-17).
var Signings = []Choice{{"signature", "本人签字"}, {"fingerprint", "本人按手印，有两位见证人"}}

// NameOf finds a code's name, the code itself when it is unknown.
func NameOf(choices []Choice, code string) string {
	for _, c := range choices {
		if c.Code == code {
			return c.Name
		}
	}
	return code
}

func known(choices []Choice, code string) bool {
	for _, c := range choices {
		if c.Code == code {
			return true
		}
	}
	return false
}

// Book is the door to assistances, their disputes, the grace list and outages.
type Book struct {
	db    *pg.DB
	store objects.Store
	clock clock.Clock
	who   *accounts.Accounts
	base  string // the address people reach us by, "" when it is not fixed
}

// New opens the book. base is the house's public address for links in short messages.
func New(db *pg.DB, store objects.Store, c clock.Clock, who *accounts.Accounts, base string) *Book {
	return &Book{db, store, c, who, strings.TrimSuffix(base, "/")}
}

// Assistance is one time somebody is helped.
type Assistance struct {
	ID         string
	Place      string
	PersonID   string
	PersonName string
	PhoneTail  string
	HelperID   string
	HelperName string
	HelperRole string
	Why        string
	Reason     string
	Method     string
	GraceID    string
	Enlisted   bool // the account was made on the spot
	State      string
	PaperID    string
	SignedBy   string
	Witnesses  string
	ReadBackAt *time.Time
	StartedAt  time.Time
	FinishedAt *time.Time
	Lines      int    // what was written in the person's name
	Dispute    string // state of the person's objection, "" when there is none
	Version    int
}

// Signed tells whether the paper is there and was read to the person: then deciding steps may be taken.
func (a Assistance) Signed() bool { return a.PaperID != "" && a.ReadBackAt != nil }

const (
	columns = `a.id::text, a.place::text, a.person_id::text, p.name as person_name, p.phone_tail, a.helper_id::text, h.name as helper_name, a.helper_role, a.why, a.reason, a.method,
  coalesce(a.grace_id::text, '') as grace_id, a.enlisted, a.state, coalesce(a.paper_id::text, '') as paper_id, a.signed_by, a.witnesses, a.read_back_at, a.started_at, a.finished_at,
  (select count(*) from audit_event e where e.assistance = a.id and e.action <> 'enlist')::int as lines,
  coalesce((select d.state from assisted_dispute d where d.assistance_id = a.id), '') as dispute, a.version`
	from      = ` from assistance a join person p on p.id = a.person_id join person h on h.id = a.helper_id `
	oneSQL    = `select ` + columns + from + `where a.id = @id::uuid`
	lockSQL   = oneSQL + ` for no key update of a`
	openOfSQL = `select ` + columns + from + `where a.helper_id = @me::uuid and a.state = 'open' order by a.started_at limit 1`
	deskSQL   = `select ` + columns + from + `where a.place <@ any(@sight::text[]::ltree[]) order by (a.state = 'open') desc, a.started_at desc, a.id limit 100`
	mineSQL   = `select ` + columns + from + `where a.person_id = @me::uuid and a.state <> 'dropped' order by a.started_at desc, a.id limit 100`
	startSQL  = `insert into assistance (id, place, person_id, helper_id, helper_role, why, reason, method, grace_id, enlisted, started_at)
  values (@id, @place::text::ltree, @person, @helper, @role, @why, @reason, @method, nullif(@grace, '')::uuid, @enlisted, @at) on conflict (id) do nothing`
	livingSQL = `select count(*) from place where path = @place::text::ltree and level = 'community' and valid_to is null`
)

// Start is what staff say when they begin to help.
type Start struct {
	ID      string `form:"id"`
	Phone   string `form:"phone"`
	Person  string `form:"person"` // one without a phone, who was helped before
	Name    string `form:"name"`
	Home    string `form:"home"`
	Why     string `form:"why"`
	Reason  string `form:"reason"`
	Method  string `form:"method"`
	GraceID string `form:"grace"`
}

func (n Start) check() error {
	var wrong fault.Fields
	switch l := utf8.RuneCountInString(n.Name); {
	case n.Name == "" && n.Person == "":
		wrong.Add("name", "请填写居民的姓名")
	case l > 20:
		wrong.Add("name", "姓名最多 20 个字，现在是 %d 个", l)
	}
	if !known(Reasons, n.Why) {
		wrong.Add("why", "请选为什么要帮填")
	}
	if n.Why == "other" && n.Reason == "" {
		wrong.Add("reason", "请写明为什么要帮填")
	}
	if l := utf8.RuneCountInString(n.Reason); l > 200 {
		wrong.Add("reason", "最多 200 个字，现在是 %d 个字", l)
	}
	if !known(Methods, n.Method) {
		wrong.Add("method", "请选本人是怎样告诉您的")
	}
	for field, id := range map[string]string{"person": n.Person, "grace": n.GraceID} {
		if id != "" && uuid.Validate(id) != nil {
			wrong.Add(field, "请从列出的选项里选")
		}
	}
	return wrong.Err()
}

// Start begins to help a resident of the actor's places and makes the session of token act for them. An existing account
// is found by its phone and has to bear the typed name; whoever has none gets one on the spot. The same form twice starts
// once.
func (b *Book) Start(ctx context.Context, by identity.Actor, token string, n Start) (Assistance, error) {
	if !by.Somewhere(identity.HelpResidents) {
		_, err := by.Must(identity.HelpResidents, n.Home)
		return Assistance{}, err
	}
	if err := n.check(); err != nil {
		return Assistance{}, err
	}
	if uuid.Validate(n.ID) != nil {
		n.ID = newID()
	}
	if n.Phone != "" {
		phone, err := accounts.Normal(n.Phone)
		if err != nil {
			return Assistance{}, err
		}
		n.Phone = phone
	}
	var a Assistance
	err := b.db.Change(ctx, func(tx pg.Tx) error {
		if again, ok, err := pg.Maybe[Assistance](ctx, tx, oneSQL, pg.Args{"id": n.ID}); err != nil || ok {
			if a = again; err == nil && a.HelperID != by.ID {
				err = fault.Missing()
			}
			return err
		}
		if busy, ok, err := pg.Maybe[Assistance](ctx, tx, openOfSQL, pg.Args{"me": by.ID}); err != nil || ok {
			if err == nil {
				err = fault.New(fault.Conflict, "您帮 %s 填的还没有结束。请先结束那一次，再帮下一位", busy.PersonName)
			}
			return err
		}
		who, fresh, w, err := b.find(ctx, tx, by, n)
		if err != nil {
			return err
		}
		if err := b.begin(ctx, tx, w, n, who, fresh); err != nil {
			return err
		}
		if err := b.who.ActFor(ctx, tx, by, token, n.ID); err != nil {
			return err
		}
		a, err = pg.One[Assistance](ctx, tx, oneSQL, pg.Args{"id": n.ID})
		return err
	})
	return a, err
}

// find is the resident to be helped, within the places where the actor may help, and the warrant for helping there.
func (b *Book) find(ctx context.Context, tx pg.Tx, by identity.Actor, n Start) (accounts.Person, bool, identity.Warrant, error) {
	none := accounts.Person{}
	id := n.Person
	if id == "" && n.Phone != "" {
		var err error
		if id, err = b.who.PersonByPhone(ctx, tx, n.Phone); err != nil {
			return none, false, identity.Warrant{}, err
		}
	}
	if id == "" {
		return b.newcomer(ctx, tx, by, n)
	}
	p, err := b.who.LockPerson(ctx, tx, id)
	if err != nil {
		return none, false, identity.Warrant{}, err
	}
	if p.ID == by.ID {
		return none, false, identity.Warrant{}, fault.Field("phone", "这是您自己的账号，不用帮填，结束工作后用自己的页面写")
	}
	if p.Home == "" { // signed in once and never said where they live
		return b.newcomer(ctx, tx, by, n)
	}
	w, err := by.Must(identity.HelpResidents, p.Home)
	switch {
	case n.Person != "" && (err != nil || p.PhoneTail != ""):
		return none, false, w, fault.Field("person", "请从列出的选项里选")
	case err != nil && by.Somewhere(identity.HelpResidents):
		return none, false, w, fault.Field("phone", "这个号码登记在别的社区，请那边的社区来帮")
	case n.Person == "" && p.Name != "" && p.Name != n.Name:
		return none, false, w, fault.Field("name", "这个手机号登记的是另一个姓名。请再问一问本人，姓名和号码要对得上")
	}
	return p, false, w, err
}

// newcomer makes an account for whoever has none, in a community of the actor's.
func (b *Book) newcomer(ctx context.Context, tx pg.Tx, by identity.Actor, n Start) (accounts.Person, bool, identity.Warrant, error) {
	alive := 0
	var err error
	if place.Valid(n.Home) {
		alive, err = pg.Value[int](ctx, tx, livingSQL, pg.Args{"place": n.Home})
	}
	if err != nil {
		return accounts.Person{}, false, identity.Warrant{}, err
	}
	if alive == 0 || (by.Somewhere(identity.HelpResidents) && !by.Can(identity.HelpResidents, n.Home)) {
		return accounts.Person{}, false, identity.Warrant{}, fault.Field("home", "这位居民还没有账号，请选他住的社区（要在您负责的范围里）")
	}
	w, err := by.Must(identity.HelpResidents, n.Home)
	if err != nil {
		return accounts.Person{}, false, w, err
	}
	p, err := b.who.Admit(ctx, tx, accounts.Newcomer{Name: n.Name, Phone: n.Phone, Home: n.Home}, b.clock.Now())
	return p, true, w, err
}

func (b *Book) begin(ctx context.Context, tx pg.Tx, w identity.Warrant, n Start, who accounts.Person, fresh bool) error {
	now := b.clock.Now()
	if n.GraceID != "" {
		g, err := pg.One[Grace](ctx, tx, lockGraceSQL, pg.Args{"id": n.GraceID})
		if err != nil {
			return err
		}
		if g.State != Listed || g.Place != who.Home {
			return fault.Field("grace", "名单上的这一份和这位居民的社区对不上，或者已经用过了")
		}
	}
	if _, err := pg.Do(ctx, tx, startSQL, pg.Args{"id": n.ID, "place": who.Home, "person": who.ID, "helper": w.By.ID, "role": string(w.Role), "why": n.Why, "reason": n.Reason,
		"method": n.Method, "grace": n.GraceID, "enlisted": fresh, "at": now}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, w, audit.Event{Entity: "assistance", ID: n.ID, Version: 1, Action: "start", To: Open, Place: who.Home, Reason: n.Reason,
		Data: map[string]string{"person": who.ID, "why": n.Why, "method": n.Method}, At: now}); err != nil {
		return err
	}
	if fresh {
		acting, err := identity.Actor{ID: who.ID, Helper: w.By.ID, Assistance: n.ID, Request: w.By.Request}.Must(identity.BeHere, who.Home)
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, acting, audit.Event{Entity: "person", ID: who.ID, Version: who.Version, Action: "enlist", To: "claimed", Place: who.Home, At: now}); err != nil {
			return err
		}
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N33", To: []string{who.ID}, Text: fault.Say("社区的 %s 开始帮您填写。不是您请的人，请点开说一声", w.By.Name), Link: "/me/assisted", Key: n.ID + "/start", At: now})
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Desk lists what was helped with in the actor's places, what is still open first.
func (b *Book) Desk(ctx context.Context, by identity.Actor) ([]Assistance, error) {
	return pg.All[Assistance](ctx, b.db, deskSQL, pg.Args{"sight": by.Sight(identity.ReadAssisted)})
}

// OpenOf is the assistance the actor has not ended yet, if there is one.
func (b *Book) OpenOf(ctx context.Context, by identity.Actor) (Assistance, bool, error) {
	return pg.Maybe[Assistance](ctx, b.db, openOfSQL, pg.Args{"me": by.ID})
}

// Mine lists what others wrote in the actor's name.
func (b *Book) Mine(ctx context.Context, by identity.Actor) ([]Assistance, error) {
	if _, err := by.Must(identity.OwnHands, ""); err != nil {
		return nil, err
	}
	return pg.All[Assistance](ctx, b.db, mineSQL, pg.Args{"me": by.ID})
}

// One is an assistance as the person it was for, its helper and the staff of its place see it; to anybody else it does
// not exist.
func (b *Book) One(ctx context.Context, by identity.Actor, id string) (Assistance, error) {
	a, err := pg.One[Assistance](ctx, b.db, oneSQL, pg.Args{"id": id})
	if err == nil && !(by.SignedIn() && (by.ID == a.PersonID && !by.Helped() || by.ID == a.HelperID)) && !by.Sees(identity.ReadAssisted, a.Place) {
		return Assistance{}, fault.Missing()
	}
	return a, err
}

// Ties gives the person in whose name a paper was written the tie by which they see it.
func Ties(ctx context.Context, q pg.Reader, id string, by identity.Actor) ([]identity.Role, error) {
	a, ok, err := pg.Maybe[Assistance](ctx, q, oneSQL, pg.Args{"id": id})
	if err != nil || !ok || a.PersonID != by.ID {
		return nil, err
	}
	return []identity.Role{identity.TeamMember}, nil
}

// Line is something that was done in somebody's name.
type Line struct {
	At       time.Time
	Entity   string
	EntityID string
	Action   string
	ToState  string
	Undone   bool // taken back by itself, after it was found not to be the person's will
}

const linesSQL = `select e.at, e.entity, e.entity_id::text, e.action, e.to_state, exists (select from assisted_undone u where u.assistance_id = e.assistance and u.entity = e.entity and u.entity_id = e.entity_id) as undone
  from audit_event e where e.assistance = @id::uuid order by e.at, e.chain, e.n limit 300`

// Lines lists what was done under an assistance; the caller has decided that its reader may see it.
func (b *Book) Lines(ctx context.Context, id string) ([]Line, error) {
	return pg.All[Line](ctx, b.db, linesSQL, pg.Args{"id": id})
}
