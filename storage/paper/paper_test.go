package paper

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"seedbed/storage/paper/papertest"
)

func fonts(t *testing.T) *Fonts {
	t.Helper()
	f, err := OpenFonts("")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sampled is a paper with everything that a paper can have.
func sampled(f *Fonts) *Section {
	s := NewSection(f)
	s.Name, s.Left, s.Right, s.Mark = "旧衣新生工坊", "京州市社区公益微创投", "JX-03-R0012", "草稿"
	s.Number = func(page, of int) string { return fmt.Sprintf("第 %d 页，共 %d 页", page, of) }
	s.Title("社区公益微创投项目申报书")
	s.Caption("第三届社区公益微创投大赛", "编号 JX-03-R0012")
	s.Table(Table{Widths: []float64{1, 4}, Rows: [][]Cell{
		{{Text: "领办人", Align: Middle, Bold: true}, {Text: "𠮷䶮（领办人）、㛃、龑"}},
		{{Text: "想解决的问题", Align: Middle, Bold: true}, {Text: strings.Repeat("楼道里堆着旧衣服，老人走路绊脚，邻居们说了很多次。We mended 25 bags in June 2026, at 3.50 yuan each. ", 12)}},
	}})
	s.Heading("预算")
	t := Table{Widths: []float64{2, 4, 2, 1, 2}, Head: []string{"科目", "买什么、做什么用", "单价", "数量", "金额"}}
	for i := range 40 {
		t.Rows = append(t.Rows, []Cell{{Text: "活动物资", Align: Middle}, {Text: "棉布、针线 " + strconv.Itoa(i)}, {Text: "¥1,234.50", Align: Right}, {Text: "3", Align: Middle}, {Text: "¥3,703.50", Align: Right}})
	}
	t.Rows = append(t.Rows, []Cell{{Text: "总预算", Span: 4, Bold: true, Align: Middle}, {Text: "¥148,140.00", Align: Right}})
	s.Table(t)
	s.Heading("承诺")
	s.Paragraph("（√）内容真实，是我们自己的想法\n（　）同样的开支没有申请别的公共资金")
	s.Signatures("领办人（签字）：", "社区（盖章）：", "日期：")
	s.Seal("https://example.org/proposals/01990000-0000-7000-8000-000000000000", "扫码核对当前状态", "内容指纹 0123456789abcdef")
	return s
}

var at = time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)

func printed(t *testing.T, f *Fonts, sections ...*Section) []byte {
	t.Helper()
	var out bytes.Buffer
	b := Begin(&out, f, Info{Title: "申报书", Lang: "zh-CN", At: at})
	for _, s := range sections {
		if err := b.Add(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.End(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestEveryCharacterIsReadBack(t *testing.T) {
	f := fonts(t)
	pdf := printed(t, f, sampled(f))
	if dir := os.Getenv("SEEDBED_TEST_PAPERS"); dir != "" { // to be looked at
		if err := os.WriteFile(dir+"/sample.pdf", pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := papertest.Text(t, pdf)
	for _, want := range []string{"社区公益微创投项目申报书", "𠮷䶮（领办人）、㛃、龑", "棉布、针线 39", "¥148,140.00", "（√）内容真实", "第 1 页，共 3 页", "草稿", "内容指纹 0123456789abcdef"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the paper:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "买什么、做什么用"); n != 2 {
		t.Errorf("the head of the table that goes over the page is printed %d times", n)
	}
	if len(pdf) > 120_000 {
		t.Errorf("three pages are %d bytes: the fonts are not cut down", len(pdf))
	}
}

// All of GB 2312 and GBK, extension A and the characters of the national list beyond the basic plane that names have.
func TestTheFontsHaveWhatNamesNeed(t *testing.T) {
	f := fonts(t)
	missing := 0
	for c := rune(0x4E00); c <= 0x9FA5; c++ {
		if f.has(c) < 0 {
			missing++
		}
	}
	for c := rune(0x3400); c <= 0x4DB5; c++ {
		if f.has(c) < 0 {
			missing++
		}
	}
	if missing > 0 {
		t.Errorf("%d common characters have no glyph", missing)
	}
	if err := f.Check("𠮷𡐓𤩽𨱇𬭳𬶋㴔䶮 abc ÀÉ Ж α 〇①℃㎡"); err != nil {
		t.Error(err)
	}
}

func TestALetterWithoutGlyphIsRefusedByName(t *testing.T) {
	f := fonts(t)
	s := NewSection(f)
	s.Paragraph("王\U0002F800\U00030EDD")
	var m Missing
	if err := Begin(io.Discard, f, Info{At: at}).Add(s); !errors.As(err, &m) || m.Char < 0x20000 || !strings.Contains(err.Error(), string(m.Char)) {
		t.Errorf("a letter nobody can draw: %v", err)
	}
	s = NewSection(f)
	s.Paragraph("好👍\uFE0F\u200d\x00了")
	text := papertest.Text(t, printed(t, f, s))
	if !strings.Contains(text, "好") || !(strings.Contains(text, "👍") || strings.Contains(text, "〔U+1F44D〕")) || !strings.Contains(text, "了") {
		t.Errorf("a symbol without a glyph reads %q", text)
	}
}

func TestLinesBreakAsReadersExpect(t *testing.T) {
	f := fonts(t)
	wide := f.measure("一二三四五", 10)
	for text, want := range map[string][]string{
		"":                         {""},
		"一二三四五":                    {"一二三四五"},
		"一二三四五，六":                  {"一二三四", "五，六"},
		"一二三四（五六）":                 {"一二三四", "（五六）"},
		"一二 mending 三":             {"一二", "mending", "三"},
		"一\n\n二":                   {"一", "", "二"},
		"pneumonoultramicroscopic": {"pneumonoul", "tramicrosco", "pic"},
	} {
		got := f.wrap(text, wide, 10)
		if text[0:min(1, len(text))] == "p" {
			if strings.Join(got, "") != text || len(got) < 2 {
				t.Errorf("a word longer than the line: %q", got)
			}
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q breaks into %q, want %q", text, got, want)
		}
	}
	for _, l := range f.wrap(strings.Repeat("春天来了，花儿开了。", 50), wide, 10) {
		if f.measure(l, 10) > wide+0.01 {
			t.Errorf("%q is wider than its column", l)
		}
	}
}

// A row that is higher than a page is printed whole, over several.
func TestARowHigherThanAPageGoesOn(t *testing.T) {
	f := fonts(t)
	s := NewSection(f)
	long := ""
	for i := range 400 {
		long += strconv.Itoa(i) + "号邻居说楼道里的灯坏了很久没有人来修。"
	}
	s.Table(Table{Widths: []float64{1, 2}, Head: []string{"谁", "说什么"}, Rows: [][]Cell{{{Text: "大家"}, {Text: long}}}})
	text := strings.ReplaceAll(papertest.Text(t, printed(t, f, s)), "\n", "")
	if !strings.Contains(text, "399号邻居") || len(s.pages) < 3 {
		t.Errorf("%d pages, the end is missing", len(s.pages))
	}
	for _, p := range s.pages {
		for _, m := range p.marks {
			if m.y > pageHigh-30 {
				t.Fatalf("something stands at %v, below the page", m.y)
			}
		}
	}
}

// A book holds in memory what it uses of the fonts and one section, however long it is.
func TestABookIsWrittenAsItGrows(t *testing.T) {
	f := fonts(t)
	var sent counter
	sent.w = io.Discard
	b := Begin(&sent, f, Info{Title: "全册", Lang: "zh-CN", At: at})
	var entries []Entry
	var before, after runtime.MemStats
	for i := range 300 {
		if i == 50 {
			runtime.GC()
			runtime.ReadMemStats(&before)
		}
		entries = append(entries, Entry{Number: strconv.Itoa(i), Text: "项目", Page: b.First()})
		if err := b.Add(sampled(f)); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("250 sections more keep %d bytes", grown)
	}
	if err := b.Contents(NewSection(f), [4]string{"编号", "项目", "社区", "页"}, entries); err != nil {
		t.Fatal(err)
	}
	if err := b.End(); err != nil {
		t.Fatal(err)
	}
	if b.Pages() < 900 {
		t.Errorf("%d pages", b.Pages())
	}
}

func TestBrokenFontsAreErrors(t *testing.T) {
	for _, data := range [][]byte{[]byte("OTTO then nothing"), make([]byte, 200), {0, 1, 0, 0, 0, 9}, nil} {
		if _, err := readFace("x", data); !errors.Is(err, errFont) {
			t.Errorf("%q: %v", data, err)
		}
	}
	if _, err := OpenFonts("/nowhere/font.ttf"); err == nil {
		t.Error("a font that is not there is opened")
	}
}
