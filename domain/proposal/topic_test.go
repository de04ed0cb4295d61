package proposal

import (
	"context"
	"testing"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/topic"
	"seedbed/storage/pg"
)

// decided leaves a topic of the community that has been decided.
func (w *world) decided(state string) string {
	w.Helper()
	id, ctx := newID(), context.Background()
	house, err := identity.House().Must(identity.KeepCalendar, hood)
	if err != nil {
		w.Fatal(err)
	}
	err = w.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Do(ctx, tx, `insert into topic (id, number, place, proposer_id, kind, title, body, where_text, state, people, decision, votes_for, votes_against, votes_abstain, created_at)
  values (@id, @number, @place::text::ltree, @who, 'children', '孩子放学没地方去', '两个多小时没人管', '活动室', @state, 10, '开放活动室', 8, 1, 1, @at)`,
			pg.Args{"id": id, "number": id, "place": hood, "who": w.lead.ID, "state": state, "at": noon}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, house, audit.Event{Entity: "topic", ID: id, Version: 1, Action: "propose", To: state, Place: hood, At: noon})
	})
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func TestATopicBecomesAProposalWithTheLinkKept(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	made := w.decided(topic.Resolved)
	early := w.decided(topic.Discussed)
	if _, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: newID(), TopicID: early}); !fault.Is(err, fault.Conflict) {
		t.Errorf("before the decision: %v", err)
	}
	if _, err := w.book.Start(ctx, w.resident("外人", hood2), w.edition.ID, Beginning{ID: newID(), TopicID: made}); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody from elsewhere: %v", err)
	}
	if n := w.count(`select count(*) from proposal`, nil); n != 0 {
		t.Fatalf("%d proposals left behind by refusals", n)
	}
	first := newID()
	for range 2 { // pressed twice
		id, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: first, TopicID: made})
		if err != nil || id != first {
			t.Fatalf("%s, %v", id, err)
		}
	}
	p, err := Get(ctx, w.db, first)
	if err != nil || p.Title != "孩子放学没地方去" || p.Problem != "活动室：两个多小时没人管" {
		t.Errorf("filled in %+v, %v", p, err)
	}
	link, ok, err := topic.LinkOf(ctx, w.db, first)
	if err != nil || !ok || link.ID != made {
		t.Errorf("back to %+v, %v, %v", link, ok, err)
	}
	if _, err := w.book.Start(ctx, w.neighbour, w.edition.ID, Beginning{ID: newID(), TopicID: made}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second proposal from one topic: %v", err)
	}
	w.onwards(made, first)
	if err := w.book.Withdraw(ctx, w.lead, first, Leaving{Version: p.Version}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.book.Start(ctx, w.neighbour, w.edition.ID, Beginning{ID: newID(), TopicID: made}); err != nil {
		t.Errorf("after it was taken back: %v", err)
	}
	if n := w.count(`select count(distinct topic_id) from proposal where topic_id is not null`, nil); n != 1 {
		t.Errorf("counted %d times", n)
	}
}

// onwards holds what the topic's page shows of a draft: all of it to its team, that there is one to others.
func (w *world) onwards(made, draft string) {
	w.Helper()
	ctx := context.Background()
	o, err := Onward(ctx, w.db, w.lead, made, hood, noon.Add(time.Hour))
	if err != nil || len(o.Calls) != 1 || len(o.Offspring) != 1 || o.Offspring[0].ID != draft {
		w.Errorf("the lead sees %+v, %v", o, err)
	}
	for name, by := range map[string]identity.Actor{"a neighbour": w.neighbour, "a visitor": {}, "the community's head": w.head} {
		o, err := Onward(ctx, w.db, by, made, hood, noon)
		if err != nil || len(o.Offspring) != 1 || o.Offspring[0].Seen || o.Offspring[0].Title+o.Offspring[0].ID != "" {
			w.Errorf("%s sees %+v, %v", name, o.Offspring, err)
		}
	}
}

func TestADraftWithWordsOfItsOwnIsNotOverwrittenByATopic(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	made := w.decided(topic.Closed)
	f := w.draft(w.lead, w.edition)
	if _, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: newID(), TopicID: made}); !fault.Is(err, fault.Conflict) {
		t.Errorf("joined to a draft about something else: %v", err)
	}
	if p, err := Get(ctx, w.db, f.ID); err != nil || p.Title != f.Title {
		t.Errorf("%+v, %v", p, err)
	}
	empty, err := w.book.Start(ctx, w.neighbour, w.edition.ID, Beginning{ID: newID()})
	if err != nil {
		t.Fatal(err)
	}
	if id, err := w.book.Start(ctx, w.neighbour, w.edition.ID, Beginning{ID: newID(), TopicID: made}); err != nil || id != empty {
		t.Errorf("an empty draft takes the topic: %s, %v", id, err)
	}
}
