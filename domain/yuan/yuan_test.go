package yuan

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	good := map[string]Fen{"0": 0, "1": 100, "1.5": 150, "1,234.50": 123450, "¥1 000": 100000, "１２．３元": 1230, "100000000": Max}
	for text, want := range good {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", "1.", ".5", "1.234", "-1", "abc", "1e3", "1.2.3", "0x10"} {
		if got, err := Parse(text); !errors.Is(err, ErrFormat) {
			t.Errorf("Parse(%q) = %d, %v; want ErrFormat", text, got, err)
		}
	}
	for _, text := range []string{"100000000.01", "9223372036854775807", "99999999999999999999999999"} {
		if _, err := Parse(text); !errors.Is(err, ErrRange) {
			t.Errorf("Parse(%q): %v; want ErrRange", text, err)
		}
	}
}

func TestCapitals(t *testing.T) {
	for fen, want := range map[Fen]string{
		123050: "壹仟贰佰叁拾元伍角整", 10005: "壹佰元零伍分", 100700: "壹仟零柒元整", 1000000: "壹万元整", 30: "叁角整",
		100500: "壹仟零伍元整", 0: "零元整", 5: "伍分", 1000001: "壹万元零壹分", 10000100: "壹拾万零壹元整",
		100000000000: "壹拾亿元整", 10010000: "壹拾万零壹佰元整", 12345678912: "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元壹角贰分",
	} {
		if got := fen.Capitals(); got != want {
			t.Errorf("%s.Capitals() = %s; want %s", fen, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	got, err := Split(499999, []int{5000, 4000, 1000})
	if err != nil || got[0] != 249999 || got[1] != 199999 || got[2] != 50001 {
		t.Errorf("Split(4999.99, 50/40/10) = %v, %v", got, err)
	}
	if _, err := Split(100, []int{5000, 4000}); err == nil {
		t.Error("basis points that do not sum to 10000 must be refused")
	}
}

func TestSplitAddsUp(t *testing.T) {
	for total := Fen(1); total < 2000; total += 7 {
		for _, points := range [][]int{{10000}, {6000, 4000}, {5000, 5000}, {3333, 3333, 3334}} {
			shares, err := Split(total, points)
			if err != nil {
				t.Fatal(err)
			}
			var sum Fen
			for _, s := range shares {
				sum += s
			}
			if sum != total {
				t.Fatalf("Split(%d, %v) = %v adds to %d", total, points, shares, sum)
			}
		}
	}
}

func TestShow(t *testing.T) {
	for fen, want := range map[Fen]string{0: "¥0", 5: "¥0.05", 123450: "¥1,234.50", 100000000: "¥1,000,000", -500: "−¥5"} {
		if got := fen.Show(); got != want {
			t.Errorf("%d.Show() = %s; want %s", fen, got, want)
		}
	}
}
