package gallery

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// characters to make titles of: common ones, some with several readings, one beyond the basic plane.
const characters = "楼道旧衣改造小河长巡队重阳乐银行会客厅老戏台周末票友课堂邻里共享工具屋健步走打卡阳台花园互助理发角故事书垃圾分类积分助餐结对𠮷红马甲少年科普院坝电影宠物文明公约应急"

// mass puts proposals straight into the database: n public ones and as many that are not.
func (w *world) mass(n int, title func(i int) string) (public, secret map[string]string) {
	w.Helper()
	public, secret = map[string]string{}, map[string]string{}
	lead := w.resident("周桂兰", hood)
	w.change(func(tx pg.Tx) error {
		for i := range 2 * n {
			pid, text, team := id(), title(i), id()
			if _, err := pg.Do(w.ctx, tx, `insert into team (id, name, place, lead_id, created_at) values (@id, '队', @place::text::ltree, @lead, @at)`, pg.Args{"id": team, "place": hood, "lead": lead.ID, "at": noon}); err != nil {
				return err
			}
			if err := w.record(tx, "team", team, 1, hood, "forming"); err != nil {
				return err
			}
			if _, err := pg.Do(w.ctx, tx, `insert into proposal (id, edition_id, team_id, place, lead_id, title, state, submitted_at, created_at, saved_at) values (@id, @edition, @team, @place::text::ltree, @lead, @title, 'submitted', @at, @at, @at)`,
				pg.Args{"id": pid, "edition": w.edition, "team": team, "place": hood, "lead": lead.ID, "title": text, "at": noon}); err != nil {
				return err
			}
			if err := w.record(tx, "proposal", pid, 1, hood, "submitted"); err != nil {
				return err
			}
			if i%2 == 1 {
				secret[pid] = text
				continue
			}
			public[pid] = text
			if _, err := pg.Do(w.ctx, tx, `insert into consent (id, person_id, purpose, text_version, subject_id, granted_at) values (@id, @me, 'proposal_public', 1, @subject, @at)`,
				pg.Args{"id": id(), "me": lead.ID, "subject": pid, "at": noon}); err != nil {
				return err
			}
		}
		return Read(w.ctx, tx, noon)
	})
	return public, secret
}

// everything lists all pages of a search.
func (w *world) everything(f Filter) map[string]bool {
	w.Helper()
	seen := map[string]bool{}
	var from *Cursor
	for {
		p, err := w.book.List(w.ctx, identity.Actor{}, f, from)
		if err != nil {
			w.Fatal(err)
		}
		items := p.Items
		for k, i := range items {
			if k < PageSize {
				if seen[i.ID] {
					w.Fatalf("%s is on two pages", i.ID)
				}
				seen[i.ID] = true
			}
		}
		if len(items) <= PageSize {
			return seen
		}
		from = &Cursor{items[PageSize-1].At, items[PageSize-1].ID}
	}
}

// Every two-character word of 200 random titles finds its proposal, on whatever page; 200 that are not public never appear.
func TestEveryTwoCharactersFindTheirTitle(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	rnd := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // titles
	chars := []rune(characters)
	public, secret := w.mass(200, func(int) string {
		var b strings.Builder
		for range 4 + rnd.IntN(12) {
			b.WriteRune(chars[rnd.IntN(len(chars))])
		}
		return b.String()
	})
	results := map[string]map[string]bool{}
	words := 0
	for pid, title := range public {
		in := []rune(title)
		for i := range len(in) - 1 {
			word := string(in[i : i+2])
			if results[word] == nil {
				results[word] = w.everything(Filter{Text: word})
			}
			words++
			if !results[word][pid] {
				t.Errorf("%q does not find %q", word, title)
			}
			for other := range results[word] {
				if secret[other] != "" {
					t.Fatalf("%q finds what is not public", word)
				}
				if !strings.Contains(public[other], word) {
					t.Errorf("%q finds %q", word, public[other])
				}
			}
		}
	}
	t.Logf("%d words, %d of them different", words, len(results))
	if c, err := w.book.Counts(w.ctx); err != nil || c.Of(Filter{}) != len(public) || len(w.everything(Filter{})) != len(public) {
		t.Errorf("counted %d of %d: %v", c.Of(Filter{}), len(public), err)
	}
	w.clean()
}

func TestSearches(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	_, pid := w.shown("楼道口的旧衣改造坊", "重阳节给银行退休的老人缝布袋", "每周六在AI课堂改出300个布袋，长长久久")
	for typed, finds := range map[string]bool{
		"旧衣": true, "衣改造": true, "坊": true, "布袋": true, "改坊": false, "衣旧": false, "旧衣 布袋": true, "旧衣 河长": false, "旧衣，布袋": true, "电厂新村": true, "武汉路": true, "邻里互助": true,
		"ai": true, "AI课堂": true, "ＡＩ课堂": true, "300": true, "30": true, "301": false, "坊重": false,
		"jiuyi": true, "jygz": true, "JiuYi": true, "jiuygz": true, "jyigaizao": true, "jyg": true, "jiuyigaiz": true, "gaizaofang": true, "yijiu": false, "zzzz": false,
		"chongyang": true, "zhongyang": true, "yinhang": true, "yinxing": true, "budai": true, "dianchang": true, "旧yi": true, "jiu衣": true, "旧gai": true, "louda": true,
		"!!!": false, "'": false, "a' | 'b": false, "旧衣:*": true, "!旧衣": true, "(旧衣": true, "旧衣 & ": true, "\\": false, "%": false,
	} {
		got := false
		for _, i := range w.list(identity.Actor{}, Filter{Text: typed}) {
			got = got || i.ProposalID == pid
		}
		if got != finds {
			t.Errorf("%q: found = %v (%s)", typed, got, Query(typed))
		}
	}
}

// Whatever is typed is a search and never a fault.
func TestNothingTypedBreaksTheSearch(t *testing.T) {
	w := newWorld(t, edition.GallerySubmitted)
	rnd := rand.New(rand.NewPCG(3, 3)) //nolint:gosec // garbage
	signs := []rune(`'"\:*&|!()<->%_ ` + "\t旧衣aZ9é̈ßǅﬁ①Ⅷ𠮷�\u200b\u2028" + "لغةहिㄅ한")
	for range 400 {
		var b strings.Builder
		for range rnd.IntN(30) {
			b.WriteRune(signs[rnd.IntN(len(signs))])
		}
		if _, err := w.book.List(w.ctx, identity.Actor{}, Filter{Text: b.String()}, nil); err != nil {
			t.Fatalf("%q → %q: %v", b.String(), Query(b.String()), err)
		}
		if _, err := pg.Value[string](w.ctx, w.db, `select @v::text::tsvector::text`, pg.Args{"v": Texts{Short: []string{b.String()}, Long: []string{b.String()}}.Vector()}); err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
	}
}

func TestMarks(t *testing.T) {
	for _, c := range []struct{ text, typed, want string }{
		{"楼道口的旧衣改造坊", "旧衣", "楼道口的[旧衣]改造坊"}, {"楼道口的旧衣改造坊", "jygz", "楼道口的[旧衣改造]坊"}, {"楼道口的旧衣改造坊", "jiuyig", "楼道口的[旧衣改]造坊"},
		{"一起AI课堂", "ai", "一起[AI]课堂"}, {"重阳与重复", "chong", "[重]阳与[重]复"}, {"旧衣、旧衣", "旧衣", "[旧衣]、[旧衣]"}, {"河长", "旧衣", "河长"}, {"ＡＢ课", "ab", "[ＡＢ]课"}, {"𠮷祥", "祥", "𠮷[祥]"},
	} {
		var b strings.Builder
		for _, s := range Mark(c.text, c.typed) {
			if s.Hit {
				fmt.Fprintf(&b, "[%s]", s.Text)
			} else {
				b.WriteString(s.Text)
			}
		}
		if b.String() != c.want {
			t.Errorf("%s in %s: %s, want %s", c.typed, c.text, b.String(), c.want)
		}
	}
}

// A search that finds nothing is answered with shorter ones that do.
func TestSuggestions(t *testing.T) {
	w := newWorld(t, edition.GalleryResults)
	_, pid := w.submitted("楼道口的旧衣改造坊", "把旧衣改成布袋", "改出三百个布袋")
	w.move(pid, "endorsed", "eligible", "shortlisted", "ranked")
	w.notice(w.staff, map[string]string{pid: "selected"})
	w.change(func(tx pg.Tx) error { return Read(w.ctx, tx, noon) })
	got, err := w.book.Suggest(w.ctx, identity.Actor{}, "旧衣回收站")
	if err != nil || len(got) != 1 || got[0] != "旧衣" {
		t.Errorf("%v %v", got, err)
	}
}
