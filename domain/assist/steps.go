package assist

import (
	"context"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

const (
	paperSQL  = `update assistance set paper_id = coalesce(nullif(@paper, '')::uuid, paper_id), signed_by = @signed, witnesses = @witnesses, read_back_at = @at, version = version + 1 where id = @id::uuid`
	finishSQL = `update assistance set state = 'finished', finished_at = @at, version = version + 1 where id = @id::uuid`
	dropSQL   = `update assistance set state = 'dropped', finished_at = @at, version = version + 1 where id = @id::uuid`
)

// Paper is the signed sheet and the tick that it was read to the person.
type Paper struct {
	FileID    string `form:"file_id"` // made by the form, so that sending twice keeps one
	SignedBy  string `form:"signed_by"`
	Witnesses string `form:"witnesses"`
	ReadBack  bool   `form:"read_back"`
	Name      string `form:"-"` // of the file
}

func (p Paper) check(have, sent bool) error {
	var wrong fault.Fields
	if !have && !sent {
		wrong.Add("paper", "请拍一张本人签好字的纸")
	}
	if !known(Signings, p.SignedBy) {
		wrong.Add("signed_by", "请选本人是怎样签的")
	}
	if p.SignedBy == "fingerprint" && p.Witnesses == "" {
		wrong.Add("witnesses", "按手印要有两位见证人，请写下他们的姓名")
	}
	if l := utf8.RuneCountInString(p.Witnesses); l > 60 {
		wrong.Add("witnesses", "最多 60 个字，现在是 %d 个字", l)
	}
	if !p.ReadBack {
		wrong.Add("read_back", "请把填的内容一句一句读给本人听，本人说对，再打勾")
	}
	return wrong.Err()
}

// own locks an open assistance of the actor's.
func (b *Book) own(ctx context.Context, tx pg.Tx, by identity.Actor, id string) (Assistance, identity.Warrant, error) {
	a, err := pg.One[Assistance](ctx, tx, lockSQL, pg.Args{"id": id})
	if err != nil {
		return a, identity.Warrant{}, err
	}
	if a.HelperID != by.ID || !by.SignedIn() {
		return a, identity.Warrant{}, fault.Missing()
	}
	w, err := by.Must(identity.HelpResidents, a.Place)
	return a, w, err
}

func ended() error {
	return fault.New(fault.Conflict, "这次帮填已经结束了。还要帮的话，请重新开始")
}

// Sign keeps the photo of the signed paper and the tick; file is nil when only the rest changes. From then on the helper
// may take the deciding steps. A later photo takes the earlier one's place; both stay on record.
func (b *Book) Sign(ctx context.Context, by identity.Actor, id string, p Paper, file io.ReadSeeker) error {
	a, err := pg.One[Assistance](ctx, b.db, oneSQL, pg.Args{"id": id})
	if err != nil || a.HelperID != by.ID {
		return fault.Missing()
	}
	p.Witnesses = strings.TrimSpace(p.Witnesses)
	if err := p.check(a.PaperID != "", file != nil); err != nil {
		return err
	}
	var taken evidence.Taken
	if file != nil {
		if taken, err = evidence.TakePaper(ctx, b.store, file); err != nil {
			if fault.Is(err, fault.Invalid) && fault.InFields(err) == nil {
				m := fault.MessageOf(err)
				err = fault.Field("paper", m.Text, m.Args...)
			}
			return err
		}
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		a, w, err := b.own(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if a.State != Open {
			return ended()
		}
		return b.sign(ctx, tx, w, a, p, taken)
	})
}

func (b *Book) sign(ctx context.Context, tx pg.Tx, w identity.Warrant, a Assistance, p Paper, taken evidence.Taken) error {
	now, paper := b.clock.Now(), ""
	if taken.Digest != "" {
		if paper = p.FileID; len(paper) != 36 {
			paper = newID()
		}
		if _, err := evidence.Keep(ctx, tx, w, evidence.New{ID: paper, Digest: taken.Digest, Size: taken.Size, Mime: taken.Mime, Kind: "signed", Owner: "assistance",
			OwnerID: a.ID, Place: a.Place, Name: p.Name, At: now}); err != nil {
			return err
		}
	}
	if _, err := pg.Do(ctx, tx, paperSQL, pg.Args{"id": a.ID, "paper": paper, "signed": p.SignedBy, "witnesses": p.Witnesses, "at": now}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, w, audit.Event{Entity: "assistance", ID: a.ID, Version: a.Version + 1, Action: "sign", From: Open, To: Open, Place: a.Place,
		Data: map[string]string{"paper": paper, "signed_by": p.SignedBy}, At: now}); err != nil {
		return err
	}
	if !a.Enlisted || a.PaperID != "" {
		return nil
	}
	// The paper is also the person's yes to having an account at all.
	_, err := consent.Give(ctx, tx, identity.Actor{ID: a.PersonID, Helper: a.HelperID, Assistance: a.ID}, consent.Account, "", now)
	return err
}

// Done is the fact that somebody was helped: they are told by a short message when they have a phone.
type Done struct {
	AssistanceID string `json:"assistance_id"`
}

// Kind names the fact.
func (Done) Kind() string { return "assist.done" }

// Finish ends an assistance: the paper and the reading back have to be there. The session is the helper's own again, and
// the person is told what was written in their name.
func (b *Book) Finish(ctx context.Context, by identity.Actor, token, id string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		a, w, err := b.own(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := b.who.ActFor(ctx, tx, by, token, ""); err != nil || a.State == Finished {
			return err
		}
		if a.State != Open {
			return ended()
		}
		if !a.Signed() {
			return fault.Field("paper", "还没有签字的纸，或者还没有读给本人听。两样都有了才能结束；什么都没有填，可以选「没有办」")
		}
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, finishSQL, pg.Args{"id": id, "at": now}); err != nil {
			return err
		}
		if err := outbox.Put(ctx, tx, now, Done{id}); err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N33", To: []string{a.PersonID}, Text: fault.Say("%s 替您填写了 %d 处。请看看对不对，不是您的意思可以一点就说", by.Name, a.Lines),
			Link: "/me/assisted", Key: id + "/done", At: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "assistance", ID: id, Version: a.Version + 1, Action: "finish", From: Open, To: Finished, Place: a.Place, At: now})
	})
}

// Drop ends an assistance in which nothing was written.
func (b *Book) Drop(ctx context.Context, by identity.Actor, token, id string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		a, w, err := b.own(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := b.who.ActFor(ctx, tx, by, token, ""); err != nil || a.State != Open {
			return err
		}
		if a.Lines > 0 {
			return fault.Field("paper", "已经替本人填了 %d 处，不能当作没有办。请拍下签字的纸，再结束", a.Lines)
		}
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, dropSQL, pg.Args{"id": id, "at": now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "assistance", ID: id, Version: a.Version + 1, Action: "drop", From: Open, To: Dropped, Place: a.Place, At: now})
	})
}

// Pause makes the session the helper's own again; the assistance stays open and is taken up later.
func (b *Book) Pause(ctx context.Context, by identity.Actor, token string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error { return b.who.ActFor(ctx, tx, by, token, "") })
}

// Resume takes an open assistance of the actor's up again.
func (b *Book) Resume(ctx context.Context, by identity.Actor, token, id string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		a, _, err := b.own(ctx, tx, by, id)
		if err == nil && a.State != Open {
			err = ended()
		}
		if err != nil {
			return err
		}
		return b.who.ActFor(ctx, tx, by, token, id)
	})
}

// Standing is what an open assistance lends to a verb of a later area.
type Standing struct {
	Helper   string
	Reason   string
	Paper    string
	GraceID  string     // the paper on the grace list it is about, "" for none
	Edition  string     // of that paper
	Received *time.Time // when that paper was stamped
	Until    *time.Time // the last moment at which it may be entered
}

const standingSQL = `select a.helper_id::text as helper, a.why || case when a.reason = '' then '' else '：' || a.reason end as reason,
  case when a.read_back_at is null then '' else coalesce(a.paper_id::text, '') end as paper, coalesce(g.id::text, '') as grace_id,
  coalesce(g.edition_id::text, '') as edition, g.received_at as received, null::timestamptz as until
  from assistance a left join grace g on g.id = a.grace_id and g.state = 'listed' where a.id = @id::uuid and a.state = 'open' and a.person_id = @me::uuid`

// Of is what helps the actor now; false when they act themself.
func Of(ctx context.Context, q pg.Reader, by identity.Actor) (Standing, bool, error) {
	if !by.Helped() {
		return Standing{}, false, nil
	}
	s, err := pg.One[Standing](ctx, q, standingSQL, pg.Args{"id": by.Assistance, "me": by.ID})
	if fault.Is(err, fault.NotFound) {
		return s, false, ended()
	}
	if err != nil || s.GraceID == "" {
		return s, true, err
	}
	until, err := GraceUntil(ctx, q, s.Edition)
	s.Until = until
	return s, true, err
}

// Graced tells whether the actor is helped to enter a paper that was received in time for an edition, at a moment when
// that is still allowed (I-T2).
func Graced(ctx context.Context, q pg.Reader, by identity.Actor, editionID string, at time.Time) (Standing, bool, error) {
	s, ok, err := Of(ctx, q, by)
	return s, ok && s.GraceID != "" && s.Edition == editionID && s.Until != nil && at.Before(*s.Until), err
}
