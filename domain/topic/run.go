package topic

import (
	"context"
	"slices"
	"strconv"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// hand is a topic while it is changed.
type hand struct {
	Topic
	w  identity.Warrant
	at time.Time
}

// deed is a change of a topic; from are the states it may start in.
type deed struct {
	action string
	from   []string
	reason string
	own    bool // the proposer's own doing
	do     func(ctx context.Context, tx pg.Tx, h hand) (to string, err error)
}

// change locks a topic, asks for the right at its place, makes sure it is as it was seen, and leaves the trail. The same
// button pressed twice changes nothing the second time.
func (b *Book) change(ctx context.Context, by identity.Actor, id string, version int, d deed) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		t, err := pg.One[Topic](ctx, tx, lockSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		mine := by.SignedIn() && by.ID == t.ProposerID
		if !reader(by, t) || d.own && !mine {
			return fault.Missing()
		}
		may := identity.RunTopics
		if d.own {
			may = identity.ProposeTopics
		}
		w, err := by.Must(may, t.Place)
		if err != nil {
			return err
		}
		if t.Version != version {
			if done, err := audit.Did(ctx, tx, by, "topic", id, version+1, d.action); err != nil || done {
				return err
			}
			return stale()
		}
		if !slices.Contains(d.from, t.State) {
			return fault.New(fault.Conflict, "现在的状态不能这样办，请刷新页面看看")
		}
		h := hand{t, w, b.clock.Now()}
		to, err := d.do(ctx, tx, h)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "topic", ID: id, Version: t.Version + 1, Action: d.action, From: t.State, To: to, Place: t.Place, Reason: d.reason, At: h.at})
	})
}

// tellProposer leaves word of a move with whoever brought the topic up.
func (h hand) tellProposer(ctx context.Context, tx pg.Tx, text string, args ...any) error {
	return notice.Tell(ctx, tx, notice.Letter{Code: "N37", To: []string{h.ProposerID}, Text: fault.Say(text, args...), Link: "/topics/" + h.ID, Key: h.ID + "/" + strconv.Itoa(h.Version), At: h.at})
}

const supportersSQL = `select person_id::text from topic_supporter where topic_id = @id::uuid order by at, person_id`

// tellSupporters leaves word with everybody who said that they care.
func (h hand) tellSupporters(ctx context.Context, tx pg.Tx, text string, args ...any) error {
	people, err := pg.Values[string](ctx, tx, supportersSQL, pg.Args{"id": h.ID})
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N37", To: people, Text: fault.Say(text, args...), Link: "/topics/" + h.ID, Key: h.ID + "/" + strconv.Itoa(h.Version), At: h.at})
}

// Screening is the community's first look: the text as everybody will read it.
type Screening struct {
	Version   int    `form:"version"`
	Kind      string `form:"kind"`
	Title     string `form:"title"`
	Body      string `form:"body"`
	WhereText string `form:"where_text"`
	Affected  string `form:"affected"`
	Clean     bool   `form:"clean"` // no names, numbers or addresses of others in it
}

const screenSQL = `update topic set state = 'screened', kind = @kind, title = @title, body = @body, where_text = @where, affected = @affected, screened_by = @me, version = version + 1 where id = @id::uuid`

// Screen takes a topic in: from here on everybody may read it and neighbours may say that they care.
func (b *Book) Screen(ctx context.Context, by identity.Actor, id string, n Screening) error {
	var wrong fault.Fields
	NewTopic{Kind: n.Kind, Title: n.Title, Body: n.Body, WhereText: n.WhereText, Affected: n.Affected}.check(&wrong)
	if !n.Clean {
		wrong.Add("clean", "请先看过：里面没有别人的姓名、电话和住址")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "screen", from: []string{Collected}, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if _, err := pg.Do(ctx, tx, screenSQL, pg.Args{"id": id, "kind": n.Kind, "title": n.Title, "body": n.Body, "where": n.WhereText, "affected": n.Affected, "me": by.ID}); err != nil {
			return "", err
		}
		return Screened, h.tellProposer(ctx, tx, "社区收下了您提的「%s」，邻居们看得到了。定了开会的时间会告诉您", n.Title)
	}})
}

// Refusal is a topic turned down, with its reason, or one that says the same as another.
type Refusal struct {
	Version int    `form:"version"`
	Reason  string `form:"reason"`
	Same    string `form:"same"` // the number of the topic it says the same as
}

const (
	declineSQL = `update topic set state = 'declined', reason = @reason, merged_into = nullif(@same, '')::uuid, version = version + 1 where id = @id::uuid`
	sameSQL    = `select ` + columns + from + `where upper(t.number) = upper(@number) and t.place = @place::text::ltree`
	joinSQL    = `insert into topic_supporter (topic_id, person_id, at) select @to::uuid, person, @at from (select person_id as person from topic_supporter where topic_id = @from::uuid union select proposer_id from topic where id = @from::uuid) s
  where person <> @keep::uuid on conflict do nothing`
)

// Decline turns a topic down with a reason. One that says the same as another of the community points to that one; its
// proposer and those who cared for it care for the other from now on.
func (b *Book) Decline(ctx context.Context, by identity.Actor, id string, n Refusal) error {
	var wrong fault.Fields
	if n.Reason == "" && n.Same == "" {
		wrong.Add("reason", "请写明为什么不采纳，提议人看得到")
	}
	limit(&wrong, "reason", n.Reason, 200)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "decline", reason: n.Reason, from: []string{Collected, Screened}, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if n.Same != "" {
			return Declined, b.merge(ctx, tx, h, n)
		}
		if _, err := pg.Do(ctx, tx, declineSQL, pg.Args{"id": id, "reason": n.Reason, "same": ""}); err != nil {
			return "", err
		}
		return Declined, h.tellProposer(ctx, tx, "社区没有采纳您提的「%s」：%s", h.Title, n.Reason)
	}})
}

func (b *Book) merge(ctx context.Context, tx pg.Tx, h hand, n Refusal) error {
	other, ok, err := pg.Maybe[Topic](ctx, tx, sameSQL, pg.Args{"number": n.Same, "place": h.Place})
	if err != nil {
		return err
	}
	if !ok || other.ID == h.ID || !other.Live() {
		return fault.Field("same", "没有找到这个编号。请填本社区一件已经收下的议题的编号")
	}
	for _, step := range []struct {
		sql  string
		args pg.Args
	}{{declineSQL, pg.Args{"id": h.ID, "reason": n.Reason, "same": other.ID}}, {joinSQL, pg.Args{"to": other.ID, "from": h.ID, "at": h.at, "keep": other.ProposerID}}, {countSQL, pg.Args{"id": other.ID}}} {
		if _, err := pg.Do(ctx, tx, step.sql, step.args); err != nil {
			return err
		}
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N37", To: []string{h.ProposerID}, Text: fault.Say("您提的「%s」和「%s」是一件事，合在一起办。那边有了结果会告诉您", h.Title, other.Title), Link: "/topics/" + other.ID,
		Key: h.ID + "/" + strconv.Itoa(h.Version), At: h.at})
}

// Meeting is when and where a topic is talked over.
type Meeting struct {
	Version int       `form:"version"`
	MeetsAt time.Time `form:"meets_at,datetime"`
	Where   string    `form:"meets_where"`
	Host    string    `form:"host"`
	Invited string    `form:"invited"`
}

const scheduleSQL = `update topic set state = 'scheduled', meets_at = @meets, meets_where = @where, host = @host, invited = @invited, version = version + 1 where id = @id::uuid`

// Schedule sets the meeting, or sets it anew: also after one that came to no decision.
func (b *Book) Schedule(ctx context.Context, by identity.Actor, id string, n Meeting) error {
	var wrong fault.Fields
	now := b.clock.Now()
	switch {
	case n.MeetsAt.IsZero():
		wrong.Add("meets_at", "请填写哪天几点开会")
	case n.MeetsAt.Before(now):
		wrong.Add("meets_at", "开会的时间已经过了，请检查")
	case n.MeetsAt.After(now.AddDate(1, 0, 0)):
		wrong.Add("meets_at", "请定在一年以内")
	}
	for _, f := range []struct{ field, text, missing string }{{"meets_where", n.Where, "请填写在哪里开会"}, {"host", n.Host, "请填写谁来主持，写岗位就行，例如「社区书记」"}, {"invited", n.Invited, "请写请了哪些有关的人来"}} {
		if f.text == "" {
			wrong.Add(f.field, f.missing)
		}
	}
	limit(&wrong, "meets_where", n.Where, 60)
	limit(&wrong, "host", n.Host, 30)
	limit(&wrong, "invited", n.Invited, 200)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, by, id, n.Version, deed{action: "schedule", from: []string{Screened, Scheduled, Discussed}, do: func(ctx context.Context, tx pg.Tx, h hand) (string, error) {
		if _, err := pg.Do(ctx, tx, scheduleSQL, pg.Args{"id": id, "meets": n.MeetsAt, "where": n.Where, "host": n.Host, "invited": n.Invited}); err != nil {
			return "", err
		}
		return Scheduled, h.tellProposer(ctx, tx, "您提的「%s」定了：%s，在%s开会，请您来说说", h.Title, stamp(n.MeetsAt), n.Where)
	}})
}
