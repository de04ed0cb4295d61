package alike

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"seedbed/domain/alike/prose"
)

func dice(n int) *rand.Rand { return rand.New(rand.NewPCG(20261128, uint64(n))) }

func written(n int) prose.Text { return prose.Write(dice(n)) }

func sentencesOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '。' })
}

// wide writes letters and figures in full width, the way some keyboards do, and scatters spaces and other punctuation.
func wide(text string, r *rand.Rand) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c == '，':
			b.WriteString(" , ")
		case c == '。':
			b.WriteString("！\n　　")
		case c > ' ' && c < 127:
			b.WriteRune(c + 0xFEE0)
		default:
			b.WriteRune(c)
		}
		if r.IntN(9) == 0 {
			b.WriteString(" ")
		}
	}
	return b.String()
}

// edited changes five letters of every hundred: to another, to two, or to none.
func edited(text string, r *rand.Rand) string {
	pool := []rune("的一是在不了有和人这中大为上个国我以要他时来用们")
	turn := r.IntN(20)
	var b strings.Builder
	for _, c := range text {
		if !unicode.IsLetter(c) {
			b.WriteRune(c)
			continue
		}
		if turn++; turn%20 != 0 {
			b.WriteRune(c)
			continue
		}
		switch r.IntN(3) {
		case 0:
			b.WriteRune(pool[r.IntN(len(pool))])
		case 1:
			b.WriteRune(c)
			b.WriteRune(pool[r.IntN(len(pool))])
		}
	}
	return b.String()
}

// reordered shuffles the sentences of every part and swaps two parts.
func reordered(parts []string, r *rand.Rand) []string {
	parts = slices.Clone(parts)
	for i, part := range parts {
		list := sentencesOf(part)
		if len(list) > 1 {
			r.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
			parts[i] = strings.Join(list, "。") + "。"
		}
	}
	parts[2], parts[4] = parts[4], parts[2]
	return parts
}

// renamed puts other names into the text: another community, other people, another team.
func renamed(parts []string, turn int) []string {
	names := [][]string{{"电厂社区", "周桂兰", "巧手队"}, {"长乐社区", "欧阳建国", "邻里一家亲志愿服务队"}}
	parts = slices.Clone(parts)
	for i, part := range parts {
		list := sentencesOf(part)
		for k := range list {
			list[k] = names[turn][k%3] + list[k]
		}
		parts[i] = strings.Join(list, "。")
	}
	return parts
}

func mapped(parts []string, f func(string) string) []string {
	list := make([]string, len(parts))
	for i, p := range parts {
		list[i] = f(p)
	}
	return list
}

// candidate tells whether the index would have found the pair at all.
func candidate(a, b Mark) bool {
	for _, band := range a.Bands {
		if slices.Contains(b.Bands, band) {
			return true
		}
	}
	return false
}

// JUDGING §4: copies with another form, with 5 % edits, in another order and with other names are all found, by the
// index as well as by the comparison.
func TestPlantedCopiesAreFound(t *testing.T) {
	places := []string{"电厂社区", "长乐社区", "周桂兰", "欧阳建国", "巧手队", "邻里一家亲志愿服务队"}
	for n := range 500 {
		parts, r := written(n).Parts(), dice(100_000+n)
		for name, copied := range map[string][]string{
			"the form":    mapped(parts, func(p string) string { return wide(p, r) }),
			"5 % edits":   mapped(parts, func(p string) string { return edited(p, r) }),
			"reordered":   reordered(parts, r),
			"other names": renamed(parts, 1),
			"all of it":   mapped(reordered(renamed(parts, 1), r), func(p string) string { return wide(p, r) }),
		} {
			original := Of(parts, places...)
			if name == "other names" || name == "all of it" {
				original = Of(renamed(parts, 0), places...)
			}
			mark := Of(copied, places...)
			if s := Compare(original, mark); !s.Same() || !candidate(original, mark) {
				t.Fatalf("text %d, %s: %+v, candidate %v\n%s\n%s", n, name, s, candidate(original, mark), parts, copied)
			}
		}
	}
}

func TestDistinctPairsAreNotFound(t *testing.T) {
	most := Score{}
	for n := range 500 {
		a, b := Of(written(2*n).Parts()), Of(written(2*n+1).Parts())
		s := Compare(a, b)
		if s.Found() {
			t.Errorf("texts %d and %d count as alike: %+v\n%s\n%s", 2*n, 2*n+1, s, written(2*n).Parts(), written(2*n+1).Parts())
		}
		most = Score{max(most.Shared, s.Shared), max(most.Part, s.Part)}
	}
	t.Logf("the most alike of 500 distinct pairs: %+v", most)
}

// A half copy keeps the problem and the method of another and writes the rest anew.
func TestHalfCopiesAreFoundInPart(t *testing.T) {
	for n := range 200 {
		a, b := written(n), written(5000+n)
		b.Problem, b.Method = a.Problem, a.Method
		short := prose.Text{Method: a.Method}
		for name, other := range map[string]prose.Text{"two fields": b, "one field alone": short} {
			one, two := Of(a.Parts()), Of(other.Parts())
			if s := Compare(one, two); !s.Found() {
				t.Errorf("text %d, %s: %+v", n, name, s)
			}
			common := 0
			for _, g := range two.Sample {
				if slices.Contains(one.Sample, g) {
					common++
				}
			}
			if 10*common < 3*min(len(one.Sample), len(two.Sample)) {
				t.Errorf("text %d, %s: the sample of %d and %d has %d in common, too few to be looked at", n, name, len(one.Sample), len(two.Sample), common)
			}
		}
	}
}

func TestTheFormsOwnWordsCountForNothing(t *testing.T) {
	form := "像跟邻居聊天一样写就行：谁遇到了麻烦？多久了？现在大家怎么办？打字慢，可以用输入法的话筒说。请写明项目背景、现状、居民需求以及拟解决的主要问题，字数控制在五百字以内。"
	a, b := written(1), written(2)
	a.Problem, b.Problem = form+a.Problem, form+b.Problem
	with, without := Compare(Of(a.Parts()), Of(b.Parts())), Compare(Of(a.Parts(), form), Of(b.Parts(), form))
	if with.Part < without.Part+80 {
		t.Errorf("the form's words made no difference: %+v and %+v", with, without)
	}
	if clean := string(Clean("ＡＢＣ，项目 １２！", "项目")); clean != "abc12" {
		t.Errorf("cleaned: %q", clean)
	}
}

func TestTwoWordsAreNoCopy(t *testing.T) {
	a := Of([]string{"旧衣改造坊"})
	if s := Compare(a, a); s.Found() || a.Enough() {
		t.Errorf("%+v", s)
	}
	if s := Compare(Of(nil), Of([]string{"", "。"})); s != (Score{}) {
		t.Errorf("nothing and nothing: %+v", s)
	}
}

func TestPassagesPutTogetherAreTheText(t *testing.T) {
	for n := range 100 {
		a := written(n)
		b := reordered(a.Parts(), dice(n))
		for i, part := range a.Parts() {
			whole, common := "", 0
			for _, s := range Passages(part, b...) {
				whole += s.Text
				if s.Common {
					common += len([]rune(s.Text))
				}
			}
			if whole != part {
				t.Fatalf("put together: %q, want %q", whole, part)
			}
			if n := len([]rune(part)); i >= 2 && i <= 4 && 10*common < 9*n {
				t.Errorf("only %d of %d characters of a copy are marked", common, n)
			}
		}
	}
	spans := Passages("老院子里堆着没人要的旧衣服，扔了可惜。", "没人要的，旧衣服 到处是")
	if got := fmt.Sprint(spans); got != "[{老院子里堆着 false} {没人要的旧衣服 true} {，扔了可惜。 false}]" {
		t.Error(got)
	}
}
