package redline

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func together(pieces []Piece) (old, new string) {
	for _, p := range pieces {
		if p.Kind != Added {
			old += p.Text
		}
		if p.Kind != Removed {
			new += p.Text
		}
	}
	return old, new
}

// sentence makes a text of few different characters, so that much of two texts is the same by chance.
func sentence(r *rand.Rand) string {
	pool := []string{"老", "人", "的", "旧衣", "，", "。", " ", "45", "km", "a b", "\n", "", "院子里"}
	text := ""
	for range r.IntN(40) {
		text += pool[r.IntN(len(pool))]
	}
	return text
}

// The kept and removed pieces are the old text, the kept and added ones the new; no two neighbours are of one kind; a
// text that did not change is one kept piece.
func TestPiecesPutTogetherAreBothTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		a, b := sentence(r), sentence(r)
		pieces := Text(a, b)
		if old, new := together(pieces); old != a || new != b {
			t.Fatalf("%q → %q: %v", a, b, pieces)
		}
		for i := 1; i < len(pieces); i++ {
			if pieces[i].Kind == pieces[i-1].Kind || pieces[i].Kind == Removed && pieces[i-1].Kind == Added {
				t.Fatalf("%q → %q: two of one kind, or added before removed: %v", a, b, pieces)
			}
		}
		if Same(pieces) != (a == b) {
			t.Fatalf("%q → %q same: %v", a, b, Same(pieces))
		}
	}
}

func TestChangesRead(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"每周六缝衣服", "每周日缝衣服", "[{0 每周} {1 六} {2 日} {0 缝衣服}]"},
		{"一共 45 户", "一共 450 户", "[{0 一共 } {1 45} {2 450} {0  户}]"},
		{"楼道里堆着旧衣服", "楼道里堆着旧衣服，有三百户", "[{0 楼道里堆着旧衣服} {2 ，有三百户}]"},
		{"", "新写的", "[{2 新写的}]"},
		{"删掉的", "", "[{1 删掉的}]"},
		{"请老人的家", "让孩子的爸", "[{1 请老人的家} {2 让孩子的爸}]"}, // a lone 的 is no island
	} {
		if got := fmt.Sprint(Text(c.old, c.new)); got != c.want {
			t.Errorf("%s → %s: %s, want %s", c.old, c.new, got, c.want)
		}
	}
}

type item struct {
	Name  string
	Price int
}

func TestRowsAreMatchedByWhatTheyAre(t *testing.T) {
	kin := func(a, b item) bool { return a.Name == b.Name }
	old := []item{{"布料", 40}, {"海报", 100}, {"保险", 5}}
	rows := Rows(old, []item{{"饮水", 2}, {"布料", 35}, {"保险", 5}}, kin)
	if got := fmt.Sprint(rows); got != "[{2 { 0} {饮水 2}} {3 {布料 40} {布料 35}} {1 {海报 100} { 0}} {0 {保险 5} {保险 5}}]" {
		t.Error(got)
	}
}

func TestRowsPutTogetherAreBothTables(t *testing.T) {
	kin := func(a, b item) bool { return a.Name == b.Name }
	r := rand.New(rand.NewPCG(3, 4))
	table := func() []item {
		var list []item
		for range r.IntN(9) {
			list = append(list, item{string(rune('a' + r.IntN(5))), r.IntN(3)})
		}
		return list
	}
	for range 20_000 {
		a, b := table(), table()
		var old, new []item
		for _, row := range Rows(a, b, kin) {
			if row.Kind != Added {
				old = append(old, row.Old)
			}
			if row.Kind != Removed {
				new = append(new, row.New)
			}
			if row.Kind == Kept && row.Old != row.New || row.Kind == Changed && (row.Old == row.New || !kin(row.Old, row.New)) {
				t.Fatalf("%v → %v: %+v", a, b, row)
			}
		}
		if fmt.Sprint(old) != fmt.Sprint(a) || fmt.Sprint(new) != fmt.Sprint(b) {
			t.Fatalf("%v → %v: %v and %v", a, b, old, new)
		}
	}
}
