// Package gallery measures the search of the public gallery over 100,000 things, each search beside a plain look-up by an
// index in the same run: machines differ, the ratio does not. ./dev bench ./bench/gallery
package gallery

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"seedbed/domain/clock"
	"seedbed/domain/gallery"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const things = 100_000

// syllabary are the words titles and texts are made of, by how often: the first are in every tenth thing, the last are rare.
var syllabary = strings.Fields(`社区 居民 邻里 老人 孩子 志愿 楼道 活动 互助 环境 美化 旧衣 改造 课堂 阳台 花园 理发 手机 防骗 助餐 读书 电影 健步 宠物 公约
  应急 编织 助浴 夜校 种子 讲解 口述 缝补 安全 错峰 健康 灶房 议事 长凳 护航 巡河 河长 戏台 票友 科普 工具 积分 分类 故事 绘本 太极 腰鼓 剪纸 皮影 榫卯`)

func sentence(rnd *rand.Rand, words int) string {
	var b strings.Builder
	for range words {
		b.WriteString(syllabary[int(float64(len(syllabary))*rnd.Float64()*rnd.Float64())])
	}
	return b.String()
}

func fill(b *testing.B) (*pg.DB, *gallery.Book, []string) {
	b.Helper()
	ctx := b.Context()
	db, url := pgtest.Lend(b)
	owner, err := pgx.Connect(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	defer owner.Close(context.Background())
	run := func(sql string, args ...any) {
		if _, err := owner.Exec(ctx, sql, args...); err != nil {
			b.Fatal(err)
		}
	}
	run(`insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '区', 'D', 'd', '2020-01-01'), ('jz.s', 'subdistrict', '街道', 'S', 's', '2020-01-01')`)
	for i := range 60 {
		run(`insert into place (path, level, name, name_en, code, valid_from) values ($1::text::ltree, 'community', $2, 'C', $1, '2020-01-01')`, fmt.Sprintf("jz.s.c%d", i), fmt.Sprintf("第%d社区", i))
	}
	rnd := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // texts
	ids, rows := make([]string, things), make([][]any, things)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, clock.Shanghai)
	for i := range rows {
		id := uuid.New()
		ids[i] = id.String()
		title, pitch, goal := sentence(rnd, 4), sentence(rnd, 10), sentence(rnd, 20)
		if i == 500 || i == things/2 {
			title = "龘靐巡河" // nowhere else
		}
		place := fmt.Sprintf("jz.s.c%d", i%60)
		words := gallery.Texts{Short: []string{title, "巧手队", "第一社区"}, Long: []string{pitch, goal}}.Vector()
		rows[i] = []any{id, place, title, pitch, goal, at.Add(time.Duration(i) * time.Minute), words}
	}
	run(`create temporary table pour (id uuid, place text, title text, pitch text, goal text, at timestamptz, words text)`)
	if _, err := owner.CopyFrom(ctx, pgx.Identifier{"pour"}, []string{"id", "place", "title", "pitch", "goal", "at", "words"}, pgx.CopyFromRows(rows)); err != nil {
		b.Fatal(err)
	}
	run(`insert into gallery_item (kind, id, place, category, colour, stage, state, number, title, pitch, goal, team, lead, fen, at, words)
  select 'project', id, place::ltree, 'culture', 'red', 'running', 'in_progress', id::text, title, pitch, goal, '巧手队', '', 1, at, words::tsvector from pour`)
	run(`vacuum analyze gallery_item`)
	var size string
	if err := owner.QueryRow(ctx, `select pg_size_pretty(pg_relation_size('gallery_item_words'))`).Scan(&size); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d things, the index of their words is %s", things, size)
	free := func(context.Context, string, int, time.Duration) error { return nil }
	return db, gallery.New(db, clock.System{}, free), ids
}

const lookupSQL = `select title from gallery_item where kind = 'project' and id = @id::uuid`

// BenchmarkSearch reports, for each kind of search, its median in microseconds and how many plain look-ups that is.
func BenchmarkSearch(b *testing.B) {
	db, book, ids := fill(b)
	ctx := b.Context()
	for _, c := range []struct{ name, typed string }{{"rare two characters", "龘靐"}, {"two characters", "皮影"}, {"common two characters", "社区"}, {"four characters", "旧衣改造"}, {"six characters", "旧衣改造课堂"},
		{"two words", "皮影 剪纸"}, {"nothing", "饕餮"}, {"pinyin", "piying"}, {"first letters", "jygz"}, {"mixed", "jiuygz"}, {"no word", ""}} {
		b.Run(c.name, func(b *testing.B) {
			var search, plain []time.Duration
			for i := range max(b.N, 20) {
				began := time.Now()
				if _, err := pg.Value[string](ctx, db, lookupSQL, pg.Args{"id": ids[i*7919%things]}); err != nil {
					b.Fatal(err)
				}
				between := time.Now()
				if _, err := book.List(ctx, identity.Actor{}, gallery.Filter{Text: c.typed}, nil); err != nil {
					b.Fatal(err)
				}
				plain, search = append(plain, between.Sub(began)), append(search, time.Since(between))
			}
			slices.Sort(plain)
			slices.Sort(search)
			p, s := plain[len(plain)/2], search[len(search)/2]
			b.ReportMetric(float64(s.Microseconds()), "µs/search")
			b.ReportMetric(float64(p.Microseconds()), "µs/lookup")
			b.ReportMetric(float64(s)/float64(p), "×lookup")
			b.ReportMetric(0, "ns/op")
		})
	}
}
