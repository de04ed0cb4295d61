package assist

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// The states of a dispute.
const (
	DisputeOpen = "open"
	Upheld      = "upheld"    // it was not the person's will; what has to be undone is named
	Explained   = "explained" // it was, and the person was told how it came
)

// Dispute is a person's word that what was filled in was not their will.
type Dispute struct {
	ID           string
	AssistanceID string
	PersonID     string
	PersonName   string
	HelperID     string
	HelperName   string
	Place        string
	PlaceName    string
	PlaceNameEn  string
	Way          string // app or link
	Text         string
	State        string
	At           time.Time
	DecidedBy    string // name
	DecidedAt    *time.Time
	Answer       string
	Undo         string
	Version      int
}

const (
	disputeColumns = `d.id::text, d.assistance_id::text, d.person_id::text, p.name as person_name, d.helper_id::text, h.name as helper_name, d.place::text, l.name as place_name, l.name_en as place_name_en, d.way, d.text, d.state,
  d.at, coalesce(c.name, '') as decided_by, d.decided_at, d.answer, d.undo, d.version`
	disputeFrom    = ` from assisted_dispute d join person p on p.id = d.person_id join person h on h.id = d.helper_id join place l on l.path = d.place left join person c on c.id = d.decided_by `
	disputeSQL     = `select ` + disputeColumns + disputeFrom + `where d.id = @id::uuid`
	lockDisputeSQL = disputeSQL + ` for no key update of d`
	disputeOfSQL   = `select ` + disputeColumns + disputeFrom + `where d.assistance_id = @id::uuid`
	disputesSQL    = `select ` + disputeColumns + disputeFrom + `where d.place <@ any(@sight::text[]::ltree[]) order by (d.state = 'open') desc, d.at desc, d.id limit 100`
	addDisputeSQL  = `insert into assisted_dispute (id, assistance_id, person_id, helper_id, place, way, text, at) values (@id, @assistance, @person, @helper, @place::text::ltree, @way, @text, @at)
  on conflict (assistance_id) do nothing`
	decideSQL = `update assisted_dispute set state = @to, decided_by = @me, decided_at = @at, answer = @answer, undo = @undo, version = version + 1 where id = @id::uuid`
)

const mostWords = 300

// Dispute is the person's one tap: it was not my will. Words are welcome and not needed. A second tap changes nothing.
func (b *Book) Dispute(ctx context.Context, by identity.Actor, id, text string) error {
	w, err := by.Must(identity.OwnHands, "")
	if err != nil {
		return err
	}
	a, err := pg.One[Assistance](ctx, b.db, oneSQL, pg.Args{"id": id})
	if err != nil || a.PersonID != by.ID {
		return fault.Missing()
	}
	return b.db.Change(ctx, func(tx pg.Tx) error { return b.dispute(ctx, tx, w, a, "app", text) })
}

// linkLife is how long the link of a short message can be used.
const linkLife = 30 * 24 * time.Hour

// LinkKey is the unguessable part of the address that the short message about an assistance carries.
func (b *Book) LinkKey(id string) string {
	return base64.RawURLEncoding.EncodeToString(b.who.Sign("assisted", id)[:18])
}

// ByLink is the assistance a link of a short message is about: for whoever holds the phone it was sent to. It serves
// once, for thirty days.
func (b *Book) ByLink(ctx context.Context, id, key string) (Assistance, error) {
	if !hmac.Equal([]byte(key), []byte(b.LinkKey(id))) {
		return Assistance{}, fault.Missing()
	}
	a, err := pg.One[Assistance](ctx, b.db, oneSQL, pg.Args{"id": id})
	if err == nil && (a.FinishedAt == nil || b.clock.Now().After(a.FinishedAt.Add(linkLife))) {
		return Assistance{}, fault.Missing()
	}
	return a, err
}

// DisputeByLink is Dispute from the short message, without signing in.
func (b *Book) DisputeByLink(ctx context.Context, by identity.Actor, id, key, text string) error {
	a, err := b.ByLink(ctx, id, key)
	if err != nil {
		return err
	}
	w, err := identity.Actor{Request: by.Request}.Must(identity.Look, a.Place)
	if err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error { return b.dispute(ctx, tx, w, a, "link", text) })
}

func (b *Book) dispute(ctx context.Context, tx pg.Tx, w identity.Warrant, a Assistance, way, text string) error {
	text = strings.TrimSpace(text)
	if l := utf8.RuneCountInString(text); l > mostWords {
		return fault.Field("text", "最多 %d 个字，现在是 %d 个字", mostWords, l)
	}
	id, now := newID(), b.clock.Now()
	n, err := pg.Do(ctx, tx, addDisputeSQL, pg.Args{"id": id, "assistance": a.ID, "person": a.PersonID, "helper": a.HelperID, "place": a.Place, "way": way, "text": text, "at": now})
	if err != nil || n == 0 {
		return err
	}
	desk, err := notice.Holders(ctx, tx, place.Subdistrict(a.Place), identity.SubdistrictStaff, identity.SubdistrictHead)
	if err != nil {
		return err
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N33", To: desk, Text: fault.Say("有居民说帮填的内容不是自己的意思，请核实答复"), Link: "/desk/assisted/" + id, Key: id, At: now}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "assisted_dispute", ID: id, Version: 1, Action: "dispute", To: DisputeOpen, Place: a.Place, Data: map[string]string{"assistance": a.ID, "way": way}, At: now})
}

// Verdict is the subdistrict's answer.
type Verdict struct {
	Version int    `form:"version"`
	Ruling  string `form:"ruling"` // upheld or explained
	Answer  string `form:"answer"`
	Undo    string `form:"undo"` // what is to be undone, when it was upheld
}

func (v Verdict) check() error {
	var wrong fault.Fields
	if v.Ruling != Upheld && v.Ruling != Explained {
		wrong.Add("ruling", "请选核实的结果")
	}
	if v.Answer == "" {
		wrong.Add("answer", "请写明怎样核实的、结果怎样，本人会看到原文")
	}
	if v.Ruling == Upheld && v.Undo == "" {
		wrong.Add("undo", "请写明哪些要撤回或改正，由谁来办")
	}
	for field, text := range map[string]string{"answer": v.Answer, "undo": v.Undo} {
		if l := utf8.RuneCountInString(text); l > mostWords {
			wrong.Add(field, "最多 %d 个字，现在是 %d 个字", mostWords, l)
		}
	}
	return wrong.Err()
}

// Decide answers a dispute, by somebody of the subdistrict who is neither the helper nor the person. The answer is the
// person's to read. What can be taken back by itself is (Refuted); the rest is named, and done by those whose step it is.
func (b *Book) Decide(ctx context.Context, by identity.Actor, id string, v Verdict) error {
	if err := v.check(); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		d, err := pg.One[Dispute](ctx, tx, lockDisputeSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if !by.Sees(identity.ReadAssisted, d.Place) {
			return fault.Missing()
		}
		w, err := by.Must(identity.HandleDisputes, d.Place)
		if err != nil {
			return err
		}
		if by.ID == d.HelperID || by.ID == d.PersonID {
			return fault.New(fault.Forbidden, "这一份是您帮着填的，不能再由您来办，请交给别的同事或上一级")
		}
		if d.Version != v.Version {
			if done, err := audit.Did(ctx, tx, by, "assisted_dispute", id, v.Version+1, v.Ruling); err != nil || done {
				return err
			}
			return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
		}
		now := b.clock.Now()
		undo := v.Undo
		if v.Ruling == Explained {
			undo = ""
		}
		if _, err := pg.Do(ctx, tx, decideSQL, pg.Args{"id": id, "to": v.Ruling, "me": by.ID, "at": now, "answer": v.Answer, "undo": undo}); err != nil {
			return err
		}
		if err := b.tellVerdict(ctx, tx, d, v, now); err != nil {
			return err
		}
		if v.Ruling == Upheld {
			if err := outbox.Put(ctx, tx, now, Refuted{d.AssistanceID, now}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "assisted_dispute", ID: id, Version: d.Version + 1, Action: v.Ruling, From: DisputeOpen, To: v.Ruling, Place: d.Place, Reason: v.Answer, At: now})
	})
}

func (b *Book) tellVerdict(ctx context.Context, tx pg.Tx, d Dispute, v Verdict, now time.Time) error {
	text := fault.Say("您说帮填不是您的意思，街道核实后答复：%s", v.Answer)
	if v.Ruling == Upheld {
		text = fault.Say("您说得对，帮填的内容不是您的意思，街道已经记下：%s。要撤回改正的：%s", v.Answer, v.Undo)
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N33", To: []string{d.PersonID}, Text: text, Link: "/me/assisted", Key: d.ID + "/answer", At: now}); err != nil {
		return err
	}
	if v.Ruling != Upheld {
		return nil
	}
	heads, err := notice.Holders(ctx, tx, d.Place, identity.CommunityHead)
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N33", To: append(heads, d.HelperID), Text: fault.Say("街道认定一次帮填不是居民本人的意思。要撤回改正的：%s", v.Undo), Link: "/desk/assisted", Key: d.ID + "/undo", At: now})
}

// Disputes lists the disputes of the actor's places, those that wait first.
func (b *Book) Disputes(ctx context.Context, by identity.Actor) ([]Dispute, error) {
	return pg.All[Dispute](ctx, b.db, disputesSQL, pg.Args{"sight": by.Sight(identity.ReadAssisted)})
}

// DisputeOne is a dispute for the staff of its place.
func (b *Book) DisputeOne(ctx context.Context, by identity.Actor, id string) (Dispute, Assistance, error) {
	d, err := pg.One[Dispute](ctx, b.db, disputeSQL, pg.Args{"id": id})
	if err != nil {
		return d, Assistance{}, err
	}
	if !by.Sees(identity.ReadAssisted, d.Place) {
		return Dispute{}, Assistance{}, fault.Missing()
	}
	a, err := pg.One[Assistance](ctx, b.db, oneSQL, pg.Args{"id": d.AssistanceID})
	return d, a, err
}

// DisputeOf is the dispute of an assistance, if there is one; the caller has decided that its reader may see it.
func (b *Book) DisputeOf(ctx context.Context, assistance string) (Dispute, bool, error) {
	return pg.Maybe[Dispute](ctx, b.db, disputeOfSQL, pg.Args{"id": assistance})
}
