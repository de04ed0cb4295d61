package privacy

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// The states of a request.
const (
	Open      = "open"
	Done      = "done"
	Refused   = "refused"
	TakenBack = "taken_back"
)

// Choice is a code with its Chinese name, which is also the key of its translation.
type Choice struct{ Code, Name string }

// Kinds are the requests of DOMAIN §12.7.
var Kinds = []Choice{{"correct", "改正写错的资料"}, {"copy", "要一份纸质的资料"}, {"explain", "解释资料怎么用的"}, {"delete", "删除资料"}, {"close", "注销账号"}}

// NameOf finds a kind's name.
func NameOf(code string) string {
	for _, k := range Kinds {
		if k.Code == code {
			return k.Name
		}
	}
	return code
}

// answerDays is how many working days a request may wait (DOMAIN §12.7).
const answerDays = 15

// Request is somebody's request about their own data.
type Request struct {
	ID         string
	PersonID   string
	PersonName string
	PhoneTail  string
	Place      string
	PlaceName  string
	Kind       string
	Text       string
	State      string
	DueAt      time.Time
	At         time.Time
	DecidedBy  string // name
	DecidedAt  *time.Time
	Answer     string
	Version    int
}

const (
	requestColumns = `r.id::text, r.person_id::text, p.name as person_name, p.phone_tail, r.place::text, l.name as place_name, r.kind, r.text, r.state, r.due_at, r.at,
  coalesce(d.name, '') as decided_by, r.decided_at, r.answer, r.version`
	requestFrom = ` from rights_request r join person p on p.id = r.person_id join place l on l.path = r.place left join person d on d.id = r.decided_by `
	mineSQL     = `select ` + requestColumns + requestFrom + `where r.person_id = @me::uuid order by r.at desc, r.id limit 50`
	queueSQL    = `select ` + requestColumns + requestFrom + `where r.place <@ any(@sight::text[]::ltree[]) order by (r.state = 'open') desc, case when r.state = 'open' then r.due_at end, r.at desc, r.id limit 200`
	requestSQL  = `select ` + requestColumns + requestFrom + `where r.id = @id::uuid`
	lockSQL     = requestSQL + ` for no key update of r`
	askSQL      = `insert into rights_request (id, person_id, place, kind, text, due_at, at) values (@id, @me, @place::text::ltree, @kind, @text, @due, @at) on conflict do nothing`
	backSQL     = `update rights_request set state = 'taken_back', version = version + 1 where id = @id::uuid`
	decideSQL   = `update rights_request set state = @to, decided_by = @me, decided_at = @at, answer = @answer, version = version + 1 where id = @id::uuid`
	districtSQL = `select path::text from place where level = 'district' and valid_to is null order by seq, path limit 1`
)

// Ask is a request as it is written.
type Ask struct {
	ID   string `form:"id"`
	Kind string `form:"kind"`
	Text string `form:"text"`
}

const mostWords = 500

func (n Ask) check() error {
	var wrong fault.Fields
	if NameOf(n.Kind) == n.Kind {
		wrong.Add("kind", "请选您要办什么")
	}
	if n.Text == "" && (n.Kind == "correct" || n.Kind == "explain") {
		wrong.Add("text", "请写明是哪一项、应该是什么")
	}
	if l := utf8.RuneCountInString(n.Text); l > mostWords {
		wrong.Add("text", "最多 %d 个字，现在是 %d 个字", mostWords, l)
	}
	return wrong.Err()
}

// Ask hands a request to the privacy handlers of the district, who answer within 15 working days. One of a kind waits at
// a time.
func (b *Book) Ask(ctx context.Context, by identity.Actor, n Ask) error {
	w, err := by.Must(identity.OwnHands, "")
	if err != nil {
		return err
	}
	if err := n.check(); err != nil {
		return err
	}
	if uuid.Validate(n.ID) != nil {
		n.ID = newID()
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		at := by.Home
		if at == "" {
			if at, err = pg.Value[string](ctx, tx, districtSQL, nil); err != nil {
				return err
			}
		}
		days, err := place.Calendar(ctx, tx)
		if err != nil {
			return err
		}
		due := days.AddWorkingDays(now, answerDays)
		rows, err := pg.Do(ctx, tx, askSQL, pg.Args{"id": n.ID, "me": by.ID, "place": at, "kind": n.Kind, "text": n.Text, "due": due, "at": now})
		if err != nil || rows == 0 {
			return err
		}
		desk, err := notice.Holders(ctx, tx, place.District(at), identity.DistrictStaff)
		if err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N32", To: desk, Text: fault.Say("有人提出个人信息申请，请在 %s 前答复", due.Add(-time.Second).Format(time.DateOnly)), Link: "/desk/privacy/" + n.ID, Key: n.ID, At: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "rights_request", ID: n.ID, Version: 1, Action: "ask", To: Open, Place: at,
			Data: map[string]any{"kind": n.Kind, "due": due, "calendar": days.Version}, At: now})
	})
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// TakeBack ends the actor's own request before it was answered.
func (b *Book) TakeBack(ctx context.Context, by identity.Actor, id string) error {
	w, err := by.Must(identity.OwnHands, "")
	if err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		r, err := pg.One[Request](ctx, tx, lockSQL, pg.Args{"id": id})
		if err != nil || r.PersonID != by.ID {
			return fault.Missing()
		}
		if r.State == TakenBack {
			return nil
		}
		if r.State != Open {
			return fault.New(fault.Conflict, "这件申请已经答复了，不能再撤回")
		}
		if _, err := pg.Do(ctx, tx, backSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "rights_request", ID: id, Version: r.Version + 1, Action: TakenBack, From: Open, To: TakenBack, Place: r.Place, At: b.clock.Now()})
	})
}

// Queue lists the requests of the actor's district, those that wait first, by their day.
func (b *Book) Queue(ctx context.Context, by identity.Actor) ([]Request, error) {
	return pg.All[Request](ctx, b.db, queueSQL, pg.Args{"sight": by.Sight(identity.HandlePrivacy)})
}

// One is a request for a privacy handler, with what stands in the way of erasing its person.
func (b *Book) One(ctx context.Context, by identity.Actor, id string) (Request, []fault.Message, error) {
	r, err := pg.One[Request](ctx, b.db, requestSQL, pg.Args{"id": id})
	if err != nil {
		return r, nil, err
	}
	if !by.Sees(identity.HandlePrivacy, r.Place) {
		return Request{}, nil, fault.Missing()
	}
	if r.State != Open || (r.Kind != "delete" && r.Kind != "close") {
		return r, nil, nil
	}
	stops, err := obstacles(ctx, b.db, r.PersonID)
	return r, stops, err
}

// Verdict answers a request: done (as the answer says), erase (the whole account), refused (with the reason).
type Verdict struct {
	Version int    `form:"version"`
	Ruling  string `form:"ruling"`
	Answer  string `form:"answer"`
	Sure    bool   `form:"sure"` // erasing cannot be undone
}

func (v Verdict) check(r Request) error {
	var wrong fault.Fields
	ways := map[string]bool{Done: r.Kind != "close", "erase": r.Kind == "close" || r.Kind == "delete", Refused: true}
	if !ways[v.Ruling] {
		wrong.Add("ruling", "请选怎样答复")
	}
	if v.Answer == "" {
		wrong.Add("answer", "请写明办了什么，或者为什么不能办，本人会看到原文")
	}
	if l := utf8.RuneCountInString(v.Answer); l > mostWords {
		wrong.Add("answer", "最多 %d 个字，现在是 %d 个字", mostWords, l)
	}
	if v.Ruling == "erase" && !v.Sure {
		wrong.Add("sure", "注销以后找不回来。核对过本人，再打勾")
	}
	return wrong.Err()
}

// Answer answers a request, by a handler of its place who is not its person. Erasing is done here and now, in the same
// transaction.
func (b *Book) Answer(ctx context.Context, by identity.Actor, id string, v Verdict) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		r, err := pg.One[Request](ctx, tx, lockSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if !by.Sees(identity.HandlePrivacy, r.Place) {
			return fault.Missing()
		}
		w, err := by.Must(identity.HandlePrivacy, r.Place)
		if err != nil {
			return err
		}
		if r.PersonID == by.ID {
			return fault.New(fault.Forbidden, "不能答复自己的申请，请同事来办")
		}
		if err := v.check(r); err != nil {
			return err
		}
		to := v.Ruling
		if to == "erase" {
			to = Done
		}
		if r.Version != v.Version {
			if done, err := audit.Did(ctx, tx, by, "rights_request", id, v.Version+1, to); err != nil || done {
				return err
			}
			return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
		}
		return b.answer(ctx, tx, w, r, v, to)
	})
}

func (b *Book) answer(ctx context.Context, tx pg.Tx, w identity.Warrant, r Request, v Verdict, to string) error {
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, decideSQL, pg.Args{"id": r.ID, "to": to, "me": w.By.ID, "at": now, "answer": v.Answer}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, w, audit.Event{Entity: "rights_request", ID: r.ID, Version: r.Version + 1, Action: to, From: Open, To: to, Place: r.Place, At: now}); err != nil {
		return err
	}
	if v.Ruling == "erase" {
		return b.erase(ctx, tx, w, r.PersonID, now)
	}
	text := fault.Say("您的申请「%s」办好了：%s", NameOf(r.Kind), v.Answer)
	if to == Refused {
		text = fault.Say("您的申请「%s」没有同意，原因：%s", NameOf(r.Kind), v.Answer)
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N32", To: []string{r.PersonID}, Text: text, Link: "/me/privacy", Key: r.ID + "/answer", At: now})
}

const dueSQL = `update rights_request set reminded_at = @at where state = 'open' and due_at < @soon and (reminded_at is null or reminded_at < @since) returning id::text, place::text, due_at`

// Remind tells the handlers of requests whose day comes within three days or has passed, once a day.
func Remind(ctx context.Context, tx pg.Tx, now time.Time) error {
	type due struct {
		ID, Place string
		DueAt     time.Time
	}
	list, err := pg.All[due](ctx, tx, dueSQL, pg.Args{"at": now, "soon": now.AddDate(0, 0, 3), "since": now.Add(-23 * time.Hour)})
	if err != nil {
		return err
	}
	for _, r := range list {
		desk, err := notice.Holders(ctx, tx, place.District(r.Place), identity.DistrictStaff)
		if err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N32", To: desk, Text: fault.Say("一件个人信息申请快到期或已过期：%s 前要答复", r.DueAt.Add(-time.Second).Format(time.DateOnly)), Link: "/desk/privacy/" + r.ID,
			Key: r.ID + "/" + now.Format(time.DateOnly), At: now}); err != nil {
			return err
		}
	}
	return nil
}
