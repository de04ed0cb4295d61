package proposal

import (
	"context"
	"slices"
	"testing"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
)

func TestRefusalStaysOnTheRecord(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	if err := w.book.AskStreet(ctx, w.lead, f.ID, Plea{Version: f.Version, Text: "请看"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked before any refusal: %v", err)
	}
	if err := w.book.Refuse(ctx, w.chief, f.ID, Opinion{Version: f.Version, Text: "街道先不同意"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the street refuses in the community's place: %v", err)
	}
	if err := w.book.Refuse(ctx, w.head, f.ID, Opinion{Version: f.Version, Text: "活动室排满了"}); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	if err := w.book.AskStreet(ctx, w.lead, f.ID, Plea{Version: f.Version}); !fault.Is(err, fault.Invalid) {
		t.Errorf("asked without a word: %v", err)
	}
	plea := Plea{ID: newID(), Version: f.Version, Text: "街道的礼堂空着"}
	for range 2 {
		if err := w.book.AskStreet(ctx, w.lead, f.ID, plea); err != nil {
			t.Fatal(err)
		}
	}
	if rows, err := w.book.Desk(ctx, w.chief, Filter{Flag: "asked"}); err != nil || len(rows) != 1 || !rows[0].Asked {
		t.Errorf("the street's list: %+v, %v", rows, err)
	}
	f = w.own(w.lead, f.ID)
	if err := w.book.Endorse(ctx, w.chief, f.ID, Opinion{Version: f.Version, Text: "礼堂可以借", HeldOn: noon.AddDate(0, 0, 1)}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a meeting tomorrow: %v", err)
	}
	if err := w.book.Endorse(ctx, w.chief, f.ID, Opinion{Version: f.Version, Phrases: []string{"room", "needed"}, Text: "礼堂可以借", HeldOn: clock.Day(noon)}); err != nil {
		t.Fatal(err)
	}
	c := w.sees(w.chief, f.ID)
	kinds := []string{}
	for _, said := range c.Words {
		kinds = append(kinds, said.Kind)
	}
	if !slices.Equal(kinds, []string{"refuse", "ask", "overrule"}) || c.State != Endorsed || c.Opinion != "居民确有需要。社区可以提供场地。礼堂可以借" || c.Words[0].Text != "活动室排满了" {
		t.Errorf("the record: %v, %s, %q", kinds, c.State, c.Opinion)
	}
}

func TestStreetMayLetARefusalStand(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	for _, step := range []func(v int) error{
		func(v int) error {
			return w.book.Refuse(ctx, w.head, f.ID, Opinion{Version: v, Text: "活动室排满了"})
		},
		func(v int) error { return w.book.AskStreet(ctx, w.lead, f.ID, Plea{Version: v, Text: "请看"}) },
		func(v int) error {
			return w.book.Refuse(ctx, w.chief, f.ID, Opinion{Version: v, Text: "街道也没有场地"})
		},
	} {
		if err := step(w.own(w.lead, f.ID).Version); err != nil {
			t.Fatal(err)
		}
	}
	f = w.own(w.lead, f.ID)
	story, err := w.book.Story(ctx, w.lead, f.ID)
	if err != nil || !f.Refused || f.Opinion != "活动室排满了" || story.Asked || story.MayAsk(f.Proposal) {
		t.Errorf("stands: %v %q, asked %v, may ask %v, %v", f.Refused, f.Opinion, story.Asked, story.MayAsk(f.Proposal), err)
	}
}
