package gallery

import (
	"context"
	"testing"
	"time"

	"seedbed/domain/assist"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/talent"
	"seedbed/domain/topic"
	"seedbed/domain/vault"
	"seedbed/storage/pg"
)

// helped makes an actor of a resident whom staff fill in for, on a signed paper that was read back.
func (w *world) helped(who identity.Actor) identity.Actor {
	w.Helper()
	a, paper := id(), id()
	w.change(func(tx pg.Tx) error {
		for _, s := range []struct {
			sql  string
			args pg.Args
		}{
			{`insert into attachment (id, digest, size, mime, kind, owner, owner_id, uploaded_at, state) values (@paper, 'x', 1, 'image/jpeg', 'signed', 'assistance', @id, @at, 'stored')`, pg.Args{"paper": paper, "id": a, "at": noon}},
			{`insert into assistance (id, place, person_id, helper_id, helper_role, why, method, paper_id, signed_by, read_back_at, started_at) values (@id, @place, @person, @helper, 'community_staff', 'no_phone', 'face', @paper, 'signature', @at, @at)`,
				pg.Args{"id": a, "place": hood, "person": who.ID, "helper": w.staff.ID, "paper": paper, "at": noon}},
		} {
			if _, err := pg.Do(w.ctx, tx, s.sql, s.args); err != nil {
				return err
			}
		}
		if err := w.record(tx, "attachment", paper, 1, hood, "stored"); err != nil {
			return err
		}
		return w.record(tx, "assistance", a, 1, hood, "open")
	})
	who.Helper, who.HelperName, who.Assistance = w.staff.ID, "王干事", a
	return who
}

// A voice, a topic, a 我也关心 and a card that were given for somebody against their will are gone; what they gave by themself
// stays. The trail names the helper for each of them.
func TestVoicesTopicsAndCardsNobodyWantedAreTakenBack(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	v, err := vault.New([]byte("0123456789abcdef0123456789abcdef"))
	w.ok(err)
	talents, topics := talent.New(w.db, nil, w.clock, v, w.accounts), topic.New(w.db, nil, w.clock)
	_, first := w.shown("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	_, second := w.shown("银龄手机课", "教老人用手机", "人人会用")
	elder, neighbour := w.resident("王秀英", hood), w.resident("李建国", hood)
	words := topic.NewTopic{ID: id(), Kind: "other", Title: "楼道灯坏了", Body: "三号楼二楼的灯坏了很久", WhereText: "三号楼"}
	theirs, err := topics.Propose(w.ctx, neighbour, words)
	w.ok(err)
	w.run(`update topic set state = 'screened', version = version + 1 where id = @id::uuid and exists (select from audit_append('jz.wuhan', '', @at, null, 'system', 'jz', 'topic', @id::uuid, 2, 'screen', '', '', 'jz.wuhan.dianchang', '', '', '', null, null))`, pg.Args{"id": theirs, "at": noon})
	_, err = w.book.Support(w.ctx, elder, second, Voice{})
	w.ok(err)
	by := w.helped(elder)
	words.ID = id()
	mine, err := topics.Propose(w.ctx, by, words)
	w.ok(err)
	w.ok(topics.Support(w.ctx, by, theirs))
	w.ok(talents.OfferSelf(w.ctx, by, talent.NewSelf{ID: id(), About: talent.About{Skills: []string{"repair"}}}))
	_, err = w.book.Support(w.ctx, by, first, Voice{Word: "好"})
	w.ok(err)
	acts := `select count(*) from audit_event where assistance = @id::uuid and helper = @helper::uuid and actor = @me::uuid`
	if n, err := pg.Value[int](w.ctx, w.db, acts, pg.Args{"id": by.Assistance, "helper": w.staff.ID, "me": elder.ID}); err != nil || n != 4 {
		t.Errorf("%d acts name their helper, %v", n, err)
	}
	for range 2 {
		w.change(func(tx pg.Tx) error {
			for _, hear := range []func(context.Context, pg.Tx, assist.Refuted) error{HearRefuted, topic.HearRefuted, talent.HearRefuted} {
				if err := hear(w.ctx, tx, assist.Refuted{AssistanceID: by.Assistance, At: noon.Add(time.Hour)}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for what, sql := range map[string]string{
		"the voice stands":        `select count(*) from support where proposal_id = '` + first + `' and taken_back_at is null`,
		"their own voice is gone": `select 1 - count(*) from support where proposal_id = '` + second + `' and taken_back_at is null`,
		"the number is not right": `select supports_n from gallery_item where id = '` + first + `'`,
		"the topic stands":        `select count(*) from topic where id = '` + mine + `' and state <> 'declined'`,
		"a neighbour's is gone":   `select 1 - count(*) from topic where id = '` + theirs + `' and state = 'screened'`,
		"the card stands":         `select count(*) from talent where state <> 'removed'`,
		"我也关心 stands":             `select count(*) + (select supporters_n from topic where id = '` + theirs + `') from topic_supporter`,
		"not noted as taken back": `select 4 - count(*) from assisted_undone`,
	} {
		if n, err := pg.Value[int](w.ctx, w.db, sql, nil); err != nil || n != 0 {
			t.Errorf("%s: %d %v", what, n, err)
		}
	}
	w.clean()
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}
