package talent

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/audit"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	crowdSQL = `insert into talent (id, name, place, source, skills, words, skill_note, state, consent_id, listed_at, active_at, created_at)
  select md5('t' || i)::uuid, '王' || i, 'jz.wuhan.dianchang', 'visit', '{repair}', '维修', case when i % 300 = 0 then '修皮鞋' else '修收音机' || i end, 'listed', md5('c' || i)::uuid,
  @at::timestamptz + i * interval '1 second', @at, @at from generate_series(1, 3000) i returning id::text`
	crowdConsentSQL = `insert into consent (id, purpose, text_version, subject_id, granted_at, granted_by) select md5('c' || i)::uuid, 'talent_listing', 1, md5('t' || i)::uuid, @at, 'paper' from generate_series(1, 3000) i`
)

// Three thousand neighbours are searched by an index, for two characters and within any of the fields; and a name found in
// the index that a card does not show finds nobody.
func TestThreeThousandAreSearchedByAnIndex(t *testing.T) {
	w := newWorld(t)
	warrant, err := identity.House().Must(identity.KeepCalendar, hood)
	w.must(err)
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
		if _, err := pg.Do(w.ctx, tx, crowdConsentSQL, pg.Args{"at": noon}); err != nil {
			return err
		}
		ids, err := pg.Values[string](w.ctx, tx, crowdSQL, pg.Args{"at": noon})
		for _, id := range ids {
			if err == nil {
				err = audit.Record(w.ctx, tx, warrant, audit.Event{Entity: "talent", ID: id, Version: 1, Action: "plant", To: Listed, Place: hood, At: noon})
			}
		}
		return err
	}))
	owner, err := pgx.Connect(w.ctx, w.url)
	w.must(err)
	defer owner.Close(w.ctx)
	_, err = owner.Exec(w.ctx, "analyze talent; analyze consent")
	w.must(err)
	for text, want := range map[string]int{"皮鞋": 10, "皮": 10, "修皮": 10, "维修 皮鞋": 10, "收音机2999": 1, "王300": 0, "武汉路 皮鞋": 10, "没有这样": 0} {
		if n := len(w.publicly(Filter{Text: text})); n != want {
			t.Errorf("%q finds %d, want %d", text, n, want)
		}
	}
	args := pg.Args{"terms": Terms("皮鞋"), "place": "", "skill": "", "time": "", "before": farFuture, "last": lastID, "n": PageSize + 1}
	plan, err := pg.Values[string](w.ctx, w.db, "explain "+publicSQL, args)
	w.must(err)
	if p := strings.Join(plan, "\n"); !strings.Contains(p, "talent_grams") {
		t.Errorf("the index is not used:\n%s", p)
	}
	plan, err = pg.Values[string](w.ctx, w.db, "explain "+deskSQL, pg.Args{"sight": w.staff.Sight(identity.ReadTalents), "state": "", "leaving": false, "terms": Terms("皮鞋")})
	w.must(err)
	if p := strings.Join(plan, "\n"); !strings.Contains(p, "talent_grams") {
		t.Errorf("the desk's index is not used:\n%s", p)
	}
}

// A place that gets another name is found by it, and no longer by the old one.
func TestARenamedPlaceIsFoundByItsNewName(t *testing.T) {
	w := newWorld(t)
	w.listed(w.wang, "area")
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
		_, err := pg.Do(w.ctx, tx, `update place set name = '新电社区' where path = 'jz.wuhan.dianchang'`, nil)
		return err
	}))
	if a, b := len(w.publicly(Filter{Text: "新电"})), len(w.publicly(Filter{Text: "电厂"})); a != 1 || b != 0 {
		t.Errorf("new name finds %d, old name %d", a, b)
	}
}
