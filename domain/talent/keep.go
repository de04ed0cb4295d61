package talent

import (
	"context"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Amendment is an entry as it is changed.
type Amendment struct {
	Version int `form:"version"`
	About   `form:"-"`
}

const amendSQL = `update talent set skills = @skills, skill_note = @note, words = @words, times = @times, wants = @wants, story = @story, keeper = coalesce(@keeper::uuid, keeper), active_at = @at, version = version + 1 where id = @id::uuid`

// Amend changes what an entry says. Its own person may at any time; staff only until it is listed, for what is listed is
// what the person agreed to.
func (b *Book) Amend(ctx context.Context, by identity.Actor, id string, n Amendment) error {
	var wrong fault.Fields
	n.check(&wrong)
	if err := wrong.Err(); err != nil {
		return err
	}
	t, err := pg.One[Talent](ctx, b.db, oneSQL, pg.Args{"id": id})
	if err != nil {
		return err
	}
	d := deed{action: "amend", may: identity.KeepTalents}
	if mine := t.PersonID == by.ID && by.SignedIn(); mine {
		d.may, d.own = identity.NominateTalents, true
	}
	d.do = func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if !d.own && (h.State == Listed || h.State == Dormant) {
			return "", fault.New(fault.Conflict, "已经公开的名片只有本人能改。需要改的话，请本人在「我的能人名片」里改")
		}
		args := pg.Args{"id": id, "skills": list(n.Skills), "note": n.SkillNote, "words": words(n.Skills), "times": list(n.Times), "wants": list(n.Wants), "story": n.Story, "keeper": keeper(by, d.own), "at": h.at}
		if _, err := pg.Do(ctx, tx, amendSQL, args); err != nil {
			return "", err
		}
		return h.State, b.tellPerson(ctx, tx, h, by, "社区改了您在能人库里的资料，请您看看对不对", "amend")
	}
	return b.change(ctx, by, id, n.Version, d)
}

// keeper is who looked after an entry, nil when it was the person.
func keeper(by identity.Actor, own bool) any {
	if own || by.ID == "" {
		return nil
	}
	return by.ID
}

// tellPerson tells the entry's person what somebody else did with it.
func (b *Book) tellPerson(ctx context.Context, tx pg.Tx, h hand, by identity.Actor, text, key string) error {
	if h.PersonID == by.ID {
		return nil
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N36", To: []string{h.PersonID}, Text: fault.Say(text), Link: "/talents/me", Key: h.ID + key + h.at.Format(time.DateOnly), At: h.at})
}

// NewContact is a talk with a talent.
type NewContact struct {
	ID      string    `form:"id"`
	Version int       `form:"version"`
	OnDay   time.Time `form:"on_day"`
	How     string    `form:"how"`
	Said    string    `form:"said"`
}

const (
	contactSQL   = `insert into talent_contact (id, talent_id, by_person, on_day, how, said, created_at) values (@id, @talent, @me, @day::date, @how, @said, @at) on conflict (id) do nothing`
	contactedSQL = `update talent set state = case when state = 'nominated' then 'contacted' else state end, keeper = @me::uuid, active_at = @at, version = version + 1 where id = @id::uuid`
)

// Contact records a talk: the first makes the entry contacted, every one is a sign of life.
func (b *Book) Contact(ctx context.Context, by identity.Actor, id string, n NewContact) error {
	now := b.clock.Now()
	var wrong fault.Fields
	if !known(Ways[:4], n.How) {
		wrong.Add("how", "请选是怎么联系的")
	}
	switch {
	case n.OnDay.IsZero():
		wrong.Add("on_day", "请填写是哪一天联系的")
	case n.OnDay.After(now):
		wrong.Add("on_day", "这一天还没有到，请检查日期")
	case n.OnDay.Before(now.AddDate(-1, 0, 0)):
		wrong.Add("on_day", "请填写一年以内的日期")
	}
	if n.Said == "" {
		wrong.Add("said", "请写一两句谈了什么。本人能看到这一条")
	}
	limit(&wrong, "said", n.Said, 300)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "contact", may: identity.KeepTalents, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if _, err := pg.Do(ctx, tx, contactSQL, pg.Args{"id": formID(n.ID), "talent": id, "me": by.ID, "day": n.OnDay, "how": n.How, "said": n.Said, "at": h.at}); err != nil {
			return "", err
		}
		to := h.State
		if to == Nominated {
			to = Contacted
		}
		_, err := pg.Do(ctx, tx, contactedSQL, pg.Args{"id": id, "me": by.ID, "at": h.at})
		return to, err
	}})
}

// Check is the community's word that somebody can do what the entry says.
type Check struct {
	ID      string `form:"id"`
	Version int    `form:"version"`
	Found   string `form:"found"` // how it was found out
}

const verifySQL = `update talent set state = 'verified', keeper = @me::uuid, active_at = @at, version = version + 1 where id = @id::uuid`

// Verify confirms an entry. From here on it only waits for the person's own consent.
func (b *Book) Verify(ctx context.Context, by identity.Actor, id string, n Check) error {
	var wrong fault.Fields
	if n.Found == "" {
		wrong.Add("found", "请写一句是怎么核实的，例如「看过他修的收音机」")
	}
	limit(&wrong, "found", n.Found, 200)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "verify", may: identity.KeepTalents, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		switch {
		case h.PersonID == by.ID:
			return "", fault.New(fault.Forbidden, "不能核实自己，请同事来办")
		case h.State != Contacted:
			return "", fault.New(fault.Conflict, "先记下联系的情况，才能核实")
		case len(h.Skills) == 0:
			return "", fault.New(fault.Conflict, "请先在资料里选这位邻居会做什么")
		}
		if _, err := pg.Do(ctx, tx, contactSQL, pg.Args{"id": formID(n.ID), "talent": id, "me": by.ID, "day": h.at, "how": "check", "said": n.Found, "at": h.at}); err != nil {
			return "", err
		}
		if _, err := pg.Do(ctx, tx, verifySQL, pg.Args{"id": id, "me": by.ID, "at": h.at}); err != nil {
			return "", err
		}
		return Verified, b.tellPerson(ctx, tx, h, by, "社区核实好了您的能人资料。请您决定要不要公开、公开哪些", "verify")
	}})
}

// Leaving is a removal by staff, with its reason.
type Leaving struct {
	Version int    `form:"version"`
	Reason  string `form:"reason"`
}

// Remove takes an entry out and destroys what it said: by staff with a reason, which the person is told.
func (b *Book) Remove(ctx context.Context, by identity.Actor, id string, n Leaving) error {
	var wrong fault.Fields
	if n.Reason == "" {
		wrong.Add("reason", "请写明为什么移除")
	}
	limit(&wrong, "reason", n.Reason, 200)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "remove", may: identity.KeepTalents, reason: n.Reason, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if err := erase(ctx, tx, h); err != nil {
			return "", err
		}
		return Removed, notice.Tell(ctx, tx, notice.Letter{Code: "N32", To: []string{h.PersonID}, Text: fault.Say("社区把您的资料从能人库里移除了：%s", n.Reason), Link: "/talents/me", Key: id + Removed, At: h.at})
	}})
}

const renewSQL = `update talent set state = case when state = 'dormant' then 'listed' else state end, keeper = coalesce(@keeper::uuid, keeper), active_at = @at, version = version + 1 where id = @id::uuid`

// Press is a button on a page: at which version it was shown.
type Press struct {
	Version int `form:"version"`
}

// Renew is the person's word that they are still there and still willing; a dormant card is open again at once.
func (b *Book) Renew(ctx context.Context, by identity.Actor, id string, n Press) error {
	return b.change(ctx, by, id, n.Version, deed{action: "renew", may: identity.NominateTalents, own: true, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if h.State != Listed && h.State != Dormant {
			return "", fault.New(fault.Conflict, "名片还没有公开，不用续")
		}
		if err := consented(ctx, tx, h); err != nil {
			return "", err
		}
		_, err := pg.Do(ctx, tx, renewSQL, pg.Args{"id": id, "keeper": nil, "at": h.at})
		return Listed, err
	}})
}

const consentedSQL = `select exists (select from consent where id = nullif(@consent, '')::uuid and withdrawn_at is null)`

// consented refuses what needs a consent that was withdrawn elsewhere.
func consented(ctx context.Context, tx pg.Tx, h hand) error {
	ok, err := pg.Value[bool](ctx, tx, consentedSQL, pg.Args{"consent": h.ConsentID})
	if err == nil && !ok {
		err = fault.New(fault.Conflict, "同意已经收回，要重新同意才能公开")
	}
	return err
}

// Vouch is Renew by staff who have just spoken with the person: what was said is kept.
func (b *Book) Vouch(ctx context.Context, by identity.Actor, id string, n Check) error {
	var wrong fault.Fields
	if n.Found == "" {
		wrong.Add("found", "请写一句本人是怎么说的")
	}
	limit(&wrong, "found", n.Found, 200)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "renew", may: identity.KeepTalents, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if h.State != Listed && h.State != Dormant {
			return "", fault.New(fault.Conflict, "名片还没有公开，不用续")
		}
		if err := consented(ctx, tx, h); err != nil {
			return "", err
		}
		if _, err := pg.Do(ctx, tx, contactSQL, pg.Args{"id": formID(n.ID), "talent": id, "me": by.ID, "day": h.at, "how": "check", "said": n.Found, "at": h.at}); err != nil {
			return "", err
		}
		if _, err := pg.Do(ctx, tx, renewSQL, pg.Args{"id": id, "keeper": by.ID, "at": h.at}); err != nil {
			return "", err
		}
		return Listed, b.tellPerson(ctx, tx, h, by, "社区替您续了能人名片，还会继续公开。不想公开了随时可以撤", "renew")
	}})
}

// Look is why a number is looked at.
type Look struct {
	Reason string `form:"look"`
}

const sealedSQL = `select phone_sealed, phone_key from talent where id = @id::uuid and phone_sealed is not null and state <> 'removed'`

// RevealPhone opens the number an entry keeps, for the staff who look after it, with a reason; the trail says who looked.
func (b *Book) RevealPhone(ctx context.Context, by identity.Actor, id string, n Look) (string, error) {
	t, err := b.Entry(ctx, by, id)
	if err != nil {
		return "", err
	}
	w, err := by.Must(identity.KeepTalents, t.Place)
	if err != nil {
		return "", err
	}
	if l := utf8.RuneCountInString(n.Reason); l == 0 || l > 100 {
		return "", fault.Field("look", "请写一句为什么要看电话，最多 100 个字")
	}
	type box struct{ PhoneSealed, PhoneKey []byte }
	var number string
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		found, ok, err := pg.Maybe[box](ctx, tx, sealedSQL, pg.Args{"id": id})
		if err != nil || !ok {
			if err == nil {
				err = fault.New(fault.Conflict, "这份资料没有留电话")
			}
			return err
		}
		key, err := b.vault.Unwrap(found.PhoneKey)
		if err != nil {
			return err
		}
		if number, err = key.Open("talent phone", found.PhoneSealed); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "talent", ID: id, Action: "reveal_phone", Place: t.Place, Reason: n.Reason, At: b.clock.Now()})
	})
	return number, err
}
