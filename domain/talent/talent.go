// Package talent keeps the talent bank (能人库, DOMAIN §7.20): neighbours who can do something well, found on daily visits,
// in deliberations, at events, by the federation, by a neighbour or by themselves. Nobody is listed without their own
// consent, and what the public sees comes from the view open_talent alone. Its notices carry the code N36, which DOMAIN
// §13 does not have; N28 is dormancy, N32 consent and removal, N33 what was entered in somebody's name.
package talent

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/vault"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
)

// The states of an entry; the database knows which move is legal.
const (
	Nominated = "nominated"
	Contacted = "contacted"
	Verified  = "verified"
	Listed    = "listed"
	Dormant   = "dormant"
	Removed   = "removed"
)

// Choice is a code with its Chinese name.
type Choice struct{ Code, Name string }

// States names the states.
var States = []Choice{{Nominated, "待联系"}, {Contacted, "待核实"}, {Verified, "等本人同意"}, {Listed, "在册"}, {Dormant, "沉睡"}, {Removed, "已移除"}}

// Skills are what somebody may be good at (DOMAIN §8.8).
var Skills = []Choice{{"arts", "文艺"}, {"craft", "手工"}, {"repair", "维修"}, {"law", "法律"}, {"medical", "医疗"}, {"teaching", "教育"}, {"deliberation", "议事"},
	{"organising", "组织"}, {"cooking", "做饭"}, {"gardening", "种花种菜"}, {"sports", "运动"}, {"digital", "电脑手机"}, {"care", "照护"}, {"accounts", "记账"}}

// Times are when somebody is free.
var Times = []Choice{{"weekday_morning", "平日上午"}, {"weekday_afternoon", "平日下午"}, {"evening", "晚上"}, {"weekend", "周末"}, {"holiday", "节假日"}}

// Wants are what somebody would like to do with it.
var Wants = []Choice{{"lead", "领头做项目"}, {"teach", "教别人"}, {"help", "搭把手"}, {"judge", "当居民评委"}}

// Sources are how an entry came about; the first four are for staff to choose.
var Sources = []Choice{{"visit", "走访"}, {"deliberation", "协商议事"}, {"event", "主题活动"}, {"federation", "联合会推荐"}, {"neighbour", "邻居推荐"}, {"self", "自己报名"}}

// Ways are how somebody was spoken with; the last two are written by the house.
var Ways = []Choice{{"visit", "上门"}, {"phone", "打电话"}, {"app", "网上"}, {"event", "活动上"}, {"check", "核实"}, {"ask", "邻居请社区联系"}}

// Fields are what a person may let others see beside the skills and the first letter of the name.
var Fields = []Choice{{"story", "我的故事"}, {"times", "我什么时候有空"}, {"wants", "我想做什么"}, {"area", "我在哪个社区（不选就只显示街道）"}}

// NameOf is the Chinese name of a code.
func NameOf(list []Choice, code string) string {
	for _, c := range list {
		if c.Code == code {
			return c.Name
		}
	}
	return code
}

func known(list []Choice, codes ...string) bool {
	for _, code := range codes {
		if !slices.ContainsFunc(list, func(c Choice) bool { return c.Code == code }) {
			return false
		}
	}
	return true
}

// How long things take (DOMAIN §7.20; the year without a sign of life is the district's default).
const (
	removalDays = 5 // working days
	restAfter   = 12 * 31 * 24 * time.Hour
	remindAhead = 31 * 24 * time.Hour
)

// PhoneBook finds people by a typed phone number without keeping it.
type PhoneBook interface {
	Index(typed string) (index []byte, tail string, err error)
	PersonByPhone(ctx context.Context, q pg.Reader, typed string) (string, error)
}

// Book is the door to the talent bank.
type Book struct {
	db     *pg.DB
	store  objects.Store
	clock  clock.Clock
	vault  *vault.Vault
	phones PhoneBook
}

// New opens the book.
func New(db *pg.DB, store objects.Store, c clock.Clock, v *vault.Vault, phones PhoneBook) *Book {
	return &Book{db, store, c, v, phones}
}

// Talent is an entry as its own person and the staff who keep it see it; the phone is never more than its tail.
type Talent struct {
	ID             string
	PersonID       string // "" without an account
	Name           string
	Place          string
	PlaceName      string
	PlaceNameEn    string
	Source         string
	Why            string // what the nominator said
	Skills         []string
	SkillNote      string
	Times          []string
	Wants          []string
	Story          string
	State          string
	NominatedBy    string
	Nominator      string
	Keeper         string // the staff who last looked after it
	KeeperName     string
	PhoneTail      string
	NameShown      string // surname, full
	Shown          []string
	ConsentID      string
	ConsentPaper   string
	ListedAt       *time.Time
	ActiveAt       time.Time
	RemovalAskedAt *time.Time
	RemovalDue     *time.Time
	CreatedAt      time.Time
	Version        int
}

const (
	columns = `t.id::text, coalesce(t.person_id::text, '') as person_id, t.name, t.place::text, l.name as place_name, l.name_en as place_name_en, t.source, t.why, t.skills, t.skill_note, t.times, t.wants,
  t.story, t.state, coalesce(t.nominated_by::text, '') as nominated_by, coalesce(n.name, '') as nominator, coalesce(t.keeper::text, '') as keeper, coalesce(k.name, '') as keeper_name, t.phone_tail,
  t.name_shown, t.shown, coalesce(t.consent_id::text, '') as consent_id, coalesce(t.consent_paper::text, '') as consent_paper, t.listed_at, t.active_at, t.removal_asked_at, t.removal_due, t.created_at, t.version`
	from    = ` from talent t join place l on l.path = t.place left join person n on n.id = t.nominated_by left join person k on k.id = t.keeper `
	oneSQL  = `select ` + columns + from + `where t.id = @id::uuid`
	lockSQL = oneSQL + ` for no key update of t`
	mineSQL = `select ` + columns + from + `where t.person_id = nullif(@me, '')::uuid and t.state <> 'removed'`
)

// Open tells whether the entry is still kept.
func (t Talent) Open() bool { return t.State != Removed }

// Leaving tells whether the person has asked to be taken out.
func (t Talent) Leaving() bool { return t.RemovalAskedAt != nil }

// Mine is the actor's own entry, if there is one.
func (b *Book) Mine(ctx context.Context, by identity.Actor) (Talent, bool, error) {
	return pg.Maybe[Talent](ctx, b.db, mineSQL, pg.Args{"me": by.ID})
}

// words are the names of the skills as searching finds them.
func words(skills []string) string {
	names := make([]string, len(skills))
	for i, s := range skills {
		names[i] = NameOf(Skills, s)
	}
	return strings.Join(names, " ")
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// formID is the id a form carries, or a fresh one when it carries none.
func formID(id string) string {
	if parsed, err := uuid.Parse(id); err == nil {
		return parsed.String()
	}
	return newID()
}

func stale() error {
	return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
}

// deed is a change of an entry: who may, and what it does. do gives the state the entry is in afterwards.
type deed struct {
	action string
	may    identity.Permission
	own    bool // the person's own doing, whoever else may read the entry
	reason string
	do     func(ctx context.Context, tx pg.Tx, h hand) (to string, err error)
}

// hand is an entry while it is changed.
type hand struct {
	Talent
	w  identity.Warrant
	at time.Time
}

// change locks an entry, asks for the right at its place, makes sure it is as it was seen, and leaves the trail. The same
// button pressed twice changes nothing the second time.
func (b *Book) change(ctx context.Context, by identity.Actor, id string, version int, d deed) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		t, err := pg.One[Talent](ctx, tx, lockSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		mine := by.SignedIn() && t.PersonID == by.ID
		if d.own && !mine || !mine && !by.Sees(identity.ReadTalents, t.Place) {
			return fault.Missing()
		}
		w, err := by.Must(d.may, t.Place)
		if err != nil {
			return err
		}
		if t.Version != version {
			if done, err := audit.Did(ctx, tx, by, "talent", id, version+1, d.action); err != nil || done {
				return err
			}
			return stale()
		}
		if !t.Open() {
			return fault.New(fault.Conflict, "这份资料已经移除了")
		}
		now := b.clock.Now()
		to, err := d.do(ctx, tx, hand{t, w, now})
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "talent", ID: id, Version: t.Version + 1, Action: d.action, From: t.State, To: to, Place: t.Place, Reason: d.reason, At: now})
	})
}
