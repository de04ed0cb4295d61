package talent

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/accounts"
	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// About is what is known of a talent's gifts.
type About struct {
	Skills    []string `form:"skills"`
	SkillNote string   `form:"skill_note"` // in their own words: 会修老收音机
	Times     []string `form:"times"`
	Wants     []string `form:"wants"`
	Story     string   `form:"story"`
}

// NewSelf is what somebody writes about themself.
type NewSelf struct {
	ID      string `form:"id"`
	Version int    `form:"version"` // of an entry there is already; 0 for none
	About   `form:"-"`
}

// NewTalent is somebody recommended by another.
type NewTalent struct {
	ID     string   `form:"id"`
	Name   string   `form:"name"`
	Place  string   `form:"place"`  // for staff who keep several communities
	Source string   `form:"source"` // for staff; a neighbour's is "neighbour"
	Why    string   `form:"why"`
	Skills []string `form:"skills"`
	Phone  string   `form:"phone"`
	Agreed bool     `form:"agreed"` // the person agreed that the number is given
}

// openMost is how many of one resident's recommendations may wait for the community at a time.
const openMost = 10

func limit(wrong *fault.Fields, field, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		wrong.Add(field, "最多 %d 个字，现在是 %d 个字", most, n)
	}
	if accounts.HasPhone(text) {
		wrong.Add(field, "这里不要写手机号，别人看得到")
	}
}

func (a About) check(wrong *fault.Fields) {
	if len(a.Skills) == 0 {
		wrong.Add("skills", "请至少选一样会做的事")
	} else if !known(Skills, a.Skills...) {
		wrong.Add("skills", "请在列出的几样里选")
	}
	if !known(Times, a.Times...) {
		wrong.Add("times", "请在列出的几样里选")
	}
	if !known(Wants, a.Wants...) {
		wrong.Add("wants", "请在列出的几样里选")
	}
	limit(wrong, "skill_note", a.SkillNote, 60)
	limit(wrong, "story", a.Story, 500)
}

func (n NewTalent) check(staff bool) error {
	var wrong fault.Fields
	switch l := utf8.RuneCountInString(n.Name); {
	case l == 0:
		wrong.Add("name", "请填写这位邻居的姓名")
	case l > 20:
		wrong.Add("name", "姓名最多 20 个字，现在是 %d 个", l)
	}
	if n.Why == "" {
		wrong.Add("why", "请写一两句，这位邻居会什么、帮过谁")
	}
	limit(&wrong, "why", n.Why, 300)
	if !known(Skills, n.Skills...) {
		wrong.Add("skills", "请在列出的几样里选")
	}
	if staff && !known(Sources[:4], n.Source) {
		wrong.Add("source", "请选是怎么发现的")
	}
	if n.Phone != "" {
		if _, err := accounts.Normal(n.Phone); err != nil {
			m := fault.InFields(err)["phone"]
			wrong.Add("phone", m.Text, m.Args...)
		} else if !n.Agreed {
			wrong.Add("agreed", "留电话前要先问过本人。本人同意了请打勾，没问过就先不填电话")
		}
	}
	return wrong.Err()
}

const (
	homeSQL = `select name, coalesce(home::text, '') as home, home_state from person where id = @me::uuid`
	pastSQL = `select exists (select from talent where id = @id::uuid and nominated_by = @me::uuid)`
	openSQL = `select count(*) from talent where nominated_by = @me::uuid and source = 'neighbour' and state = 'nominated'`
	sameSQL = `select exists (select from talent where state <> 'removed' and (person_id = nullif(@person, '')::uuid or phone_index = @index::bytea))`
	addSQL  = `insert into talent (id, person_id, name, place, source, why, skills, skill_note, words, times, wants, story, nominated_by, phone_index, phone_tail, phone_sealed, phone_key, active_at, created_at)
  values (@id, nullif(@person, '')::uuid, @name, @place::text::ltree, @source, @why, @skills, @note, @words, @times, @wants, @story, @me::uuid, @index, @tail, @sealed, @key, @at, @at)`
)

type resident struct{ Name, Home, HomeState string }

// OfferSelf enters the actor, or keeps what they changed in their own entry.
func (b *Book) OfferSelf(ctx context.Context, by identity.Actor, n NewSelf) error {
	if mine, ok, err := b.Mine(ctx, by); err != nil || ok {
		if err == nil && !(n.Version == 0 && mine.ID == n.ID) { // the first form sent twice
			err = b.Amend(ctx, by, mine.ID, Amendment{Version: n.Version, About: n.About})
		}
		return err
	}
	var wrong fault.Fields
	n.check(&wrong)
	if err := wrong.Err(); err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		me, err := pg.One[resident](ctx, tx, homeSQL, pg.Args{"me": by.ID})
		if err != nil {
			return err
		}
		if me.Name == "" || me.HomeState != "claimed" && me.HomeState != "confirmed" {
			return fault.New(fault.Conflict, "请先在「我的资料」里写好姓名、选好您住的社区")
		}
		w, err := by.Must(identity.NominateTalents, me.Home)
		if err != nil {
			return err
		}
		args := pg.Args{"id": formID(n.ID), "person": by.ID, "name": me.Name, "place": me.Home, "source": "self", "why": "", "me": by.ID, "skills": list(n.Skills), "note": n.SkillNote, "words": words(n.Skills),
			"times": list(n.Times), "wants": list(n.Wants), "story": n.Story, "index": nil, "tail": "", "sealed": nil, "key": nil, "at": now}
		return b.add(ctx, tx, w, args)
	})
}

// Recommend enters a neighbour whom a resident knows, in the resident's own community.
func (b *Book) Recommend(ctx context.Context, by identity.Actor, n NewTalent) error {
	w, err := by.Must(identity.NominateTalents, by.Home)
	if err != nil {
		return err
	}
	if by.Home == "" {
		return fault.New(fault.Conflict, "社区确认过的居民才能推荐邻居。请先在「我的资料」里选社区")
	}
	n.Place, n.Source = by.Home, "neighbour"
	return b.nominate(ctx, by, w, n, false)
}

// Nominate enters somebody whom the community's staff came to know.
func (b *Book) Nominate(ctx context.Context, by identity.Actor, n NewTalent) error {
	sight := by.Sight(identity.KeepTalents)
	if n.Place == "" && len(sight) == 1 {
		n.Place = sight[0]
	}
	at, err := place.One(ctx, b.db, n.Place)
	if fault.Is(err, fault.NotFound) || err == nil && (at.Level != "community" || !by.Sees(identity.KeepTalents, at.Path)) {
		return fault.Field("place", "请选您负责的社区")
	}
	if err != nil {
		return err
	}
	w, err := by.Must(identity.KeepTalents, at.Path)
	if err != nil {
		return err
	}
	return b.nominate(ctx, by, w, n, true)
}

func (b *Book) nominate(ctx context.Context, by identity.Actor, w identity.Warrant, n NewTalent, staff bool) error {
	n.Name = strings.TrimSpace(n.Name)
	if err := n.check(staff); err != nil {
		return err
	}
	args := pg.Args{"id": formID(n.ID), "person": "", "name": n.Name, "place": n.Place, "source": n.Source, "why": n.Why, "me": by.ID, "skills": list(n.Skills), "note": "", "words": words(n.Skills),
		"times": []string{}, "wants": []string{}, "story": "", "index": nil, "tail": "", "sealed": nil, "key": nil, "at": b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if past, err := pg.Value[bool](ctx, tx, pastSQL, pg.Args{"id": args["id"], "me": by.ID}); err != nil || past {
			return err
		}
		if !staff {
			if open, err := pg.Value[int](ctx, tx, openSQL, pg.Args{"me": by.ID}); err != nil || open >= openMost {
				if err == nil {
					err = fault.New(fault.Conflict, "您推荐的 %d 位还在等社区联系，等有了回音再推荐", open)
				}
				return err
			}
		}
		if n.Phone != "" {
			if err := b.withPhone(ctx, tx, args, n.Phone); err != nil {
				return err
			}
		}
		return b.add(ctx, tx, w, args)
	})
}

// withPhone seals the number and finds whose account it is.
func (b *Book) withPhone(ctx context.Context, tx pg.Tx, args pg.Args, typed string) error {
	number, err := accounts.Normal(typed)
	if err != nil {
		return err
	}
	person, err := b.phones.PersonByPhone(ctx, tx, number)
	if err != nil {
		return err
	}
	index, tail, err := b.phones.Index(number)
	if err != nil {
		return err
	}
	key, wrapped := b.vault.NewKey()
	sealed, err := key.Seal("talent phone", number)
	args["person"], args["index"], args["tail"], args["sealed"], args["key"] = person, index, tail, sealed, wrapped
	return err
}

// add writes a new entry and tells whom it concerns: the community, and the person when somebody else entered them.
func (b *Book) add(ctx context.Context, tx pg.Tx, w identity.Warrant, args pg.Args) error {
	if same, err := pg.Value[bool](ctx, tx, sameSQL, pg.Args{"person": args["person"], "index": args["index"]}); err != nil || same {
		if err == nil {
			err = fault.New(fault.Conflict, "这位邻居已经在能人库里了，不用再登记一次")
		}
		return err
	}
	if _, err := pg.Do(ctx, tx, addSQL, args); err != nil {
		return err
	}
	id, at, now := args["id"].(string), args["place"].(string), args["at"].(time.Time)
	if person := args["person"].(string); person != "" && person != w.By.ID {
		text := fault.Say("社区把您登记进了能人库。没有您同意，不会公开。您可以看、可以改，也可以不要")
		if args["source"] == "neighbour" {
			text = fault.Say("有邻居推荐您进社区能人库。没有您同意，不会公开。您可以看、可以改，也可以不要")
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N33", To: []string{person}, Text: text, Link: "/talents/me", Key: id, At: now}); err != nil {
			return err
		}
	}
	if w.Permission != identity.KeepTalents {
		staff, err := notice.Holders(ctx, tx, at, identity.CommunityStaff)
		if err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N36", To: staff, Text: fault.Say("能人库新来了一位，请您联系一下"), Link: "/desk/talents/" + id, Key: id, At: now}); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "talent", ID: id, Version: 1, Action: "nominate", To: Nominated, Place: at, Data: map[string]any{"source": args["source"]}, At: now})
}

func list(codes []string) []string {
	if codes == nil {
		return []string{}
	}
	return codes
}

const claimSQL = `update talent t set person_id = @person::uuid, version = version + 1 where t.phone_index = @index and t.person_id is null and t.state <> 'removed'
  and not exists (select from talent o where o.person_id = @person::uuid and o.state <> 'removed') returning t.id::text as id, t.place::text as place, t.state, t.version`

// Claim hands an entry that waited for a number to the person who signs in with it, in the sign-in's transaction.
func (b *Book) Claim(ctx context.Context, tx pg.Tx, personID string, phoneIndex []byte) error {
	type claimed struct {
		ID, Place, State string
		Version          int
	}
	waiting, err := pg.All[claimed](ctx, tx, claimSQL, pg.Args{"person": personID, "index": phoneIndex})
	if err != nil {
		return err
	}
	w, err := identity.Actor{ID: personID}.Must(identity.NominateTalents, "")
	if err != nil {
		return err
	}
	at := b.clock.Now()
	for _, t := range waiting {
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N33", To: []string{personID}, Text: fault.Say("社区能人库里有您的资料。没有您同意，不会公开。您可以看、可以改，也可以不要"), Link: "/talents/me", Key: t.ID, At: at}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "talent", ID: t.ID, Version: t.Version, Action: "claim", From: t.State, To: t.State, Place: t.Place, At: at}); err != nil {
			return err
		}
	}
	return nil
}
