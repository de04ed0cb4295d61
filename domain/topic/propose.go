package topic

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"seedbed/domain/accounts"
	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// NewTopic is what a resident writes.
type NewTopic struct {
	ID        string `form:"id"`
	Kind      string `form:"kind"`
	Title     string `form:"title"`
	Body      string `form:"body"`
	WhereText string `form:"where_text"`
	Affected  string `form:"affected"`
}

// openMost is how many of one person's topics may wait for the community's first look at a time.
const openMost = 5

func limit(wrong *fault.Fields, field, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		wrong.Add(field, "最多 %d 个字，现在是 %d 个字", most, n)
	}
	if accounts.HasPhone(text) {
		wrong.Add(field, "这里不要写手机号，别人看得到")
	}
}

func (n NewTopic) check(wrong *fault.Fields) {
	if strings.TrimSpace(n.Title) == "" {
		wrong.Add("title", "请用一句话说是什么事，例如「三号楼门口总积水」")
	}
	limit(wrong, "title", n.Title, 30)
	if l := utf8.RuneCountInString(n.Body); l < 10 {
		wrong.Add("body", "请把事情写清楚一点，至少 10 个字")
	}
	limit(wrong, "body", n.Body, 500)
	if !known(Kinds, n.Kind) {
		wrong.Add("kind", "请选是哪一类的事")
	}
	if n.WhereText == "" {
		wrong.Add("where_text", "请写在哪里，例如「电厂新村三号楼门口」")
	}
	limit(wrong, "where_text", n.WhereText, 60)
	limit(wrong, "affected", n.Affected, 100)
}

const (
	pastSQL    = `select exists (select from topic where id = @id::uuid and proposer_id = @me::uuid)`
	waitingSQL = `select count(*) from topic where proposer_id = @me::uuid and state = 'collected'`
	numberSQL  = `select next_number(@series)`
	addSQL     = `insert into topic (id, number, place, proposer_id, kind, title, body, where_text, affected, created_at) values (@id, @number, @place::text::ltree, @me, @kind, @title, @body, @where, @affected, @at)`
)

// Propose hands a topic to the actor's own community. It is public once the community has read it.
func (b *Book) Propose(ctx context.Context, by identity.Actor, n NewTopic) (string, error) {
	w, err := by.Must(identity.ProposeTopics, by.Home)
	if err != nil {
		return "", err
	}
	if by.Home == "" {
		return "", fault.New(fault.Conflict, "社区确认您住在这里以后，才能提议题。请先在「我的资料」里选社区")
	}
	var wrong fault.Fields
	n.check(&wrong)
	if err := wrong.Err(); err != nil {
		return "", err
	}
	id, now := formID(n.ID), b.clock.Now()
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		if past, err := pg.Value[bool](ctx, tx, pastSQL, pg.Args{"id": id, "me": by.ID}); err != nil || past {
			return err
		}
		if open, err := pg.Value[int](ctx, tx, waitingSQL, pg.Args{"me": by.ID}); err != nil || open >= openMost {
			if err == nil {
				err = fault.New(fault.Conflict, "您有 %d 件事还在等社区看，等有了回音再提", open)
			}
			return err
		}
		home, err := place.One(ctx, tx, by.Home)
		if err != nil {
			return err
		}
		year := now.In(clock.Shanghai).Year() % 100
		no, err := pg.Value[int](ctx, tx, numberSQL, pg.Args{"series": fmt.Sprintf("YT%s%02d", home.Code, year)})
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, addSQL, pg.Args{"id": id, "number": fmt.Sprintf("YT%s%02d%03d", home.Code, year, no), "place": by.Home, "me": by.ID, "kind": n.Kind, "title": strings.TrimSpace(n.Title),
			"body": n.Body, "where": n.WhereText, "affected": n.Affected, "at": now}); err != nil {
			return err
		}
		staff, err := notice.Holders(ctx, tx, by.Home, identity.CommunityStaff)
		if err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N37", To: staff, Text: fault.Say("有居民提了一个议题「%s」，请您看看", strings.TrimSpace(n.Title)), Link: "/desk/topics/" + id, Key: id, At: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "topic", ID: id, Version: 1, Action: "propose", To: Collected, Place: by.Home, At: now})
	})
	return id, err
}

const (
	supportSQL = `insert into topic_supporter (topic_id, person_id, at) values (@id, @me, @at) on conflict do nothing`
	countSQL   = `update topic set supporters_n = (select count(*) from topic_supporter where topic_id = @id::uuid) where id = @id::uuid`
)

// Support is a neighbour's 我也关心: once each, by residents of the topic's community; the proposer cares already.
func (b *Book) Support(ctx context.Context, by identity.Actor, id string) error {
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		t, err := pg.One[Topic](ctx, tx, lockSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if !t.Open() {
			return fault.Missing()
		}
		w, err := by.Must(identity.ProposeTopics, t.Place)
		if err != nil {
			return err
		}
		switch {
		case by.Home != t.Place:
			return fault.New(fault.Conflict, "这是%s的事，由那里确认过的居民来表示关心", t.PlaceName)
		case by.ID == t.ProposerID:
			return fault.New(fault.Conflict, "这是您自己提的，不用再点")
		case t.State == Closed || !t.Live():
			return fault.New(fault.Conflict, "这件事已经办结了")
		}
		rows, err := pg.Do(ctx, tx, supportSQL, pg.Args{"id": id, "me": by.ID, "at": now})
		if err != nil || rows == 0 {
			return err
		}
		if _, err := pg.Do(ctx, tx, countSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "topic", ID: id, Action: "support", Place: t.Place, At: now})
	})
}
