package decimal

import (
	"errors"
	"strings"
	"testing"
	"time"

	"seedbed/domain/clock"
)

func TestParseReadsExactly(t *testing.T) {
	for text, want := range map[string]string{"86": "86", "86.5": "173/2", "-0.25": "-1/4", "0": "0", "1e2": "100", "2.5E-1": "1/4", "0.10": "1/10"} {
		r, err := Parse(text)
		if err != nil || r.RatString() != want {
			t.Errorf("Parse(%q) = %v, %v; want %s", text, r, err, want)
		}
	}
}

func TestParseRefusesWhatIsNoNumber(t *testing.T) {
	for _, text := range []string{"", "-", "NaN", "Infinity", "+1", "01", "1.", ".5", "1e", "1e+", "0x10", "1_000", " 1", "1 ", "１", "1e1.5", "--1"} {
		if _, err := Parse(text); !errors.Is(err, ErrForm) {
			t.Errorf("Parse(%q): %v, want a refusal of its form", text, err)
		}
	}
}

func TestHugeExponentsAreRefusedWithoutWork(t *testing.T) {
	began := clock.System{}.Now()
	for _, text := range []string{"1e999999999", "1e-999999999", "1e31", "1e99999999999999999999999999999", strings.Repeat("9", 41)} {
		if _, err := Parse(text); !errors.Is(err, ErrSize) {
			t.Errorf("Parse(%q): %v, want a refusal of its size", text, err)
		}
	}
	if took := (clock.System{}).Now().Sub(began); took > time.Second {
		t.Errorf("refusing took %v", took)
	}
}

func TestRoundingIsHalfUp(t *testing.T) {
	for _, v := range []struct {
		in     string
		places int
		want   string
	}{{"82.885", 2, "82.89"}, {"82.8849", 2, "82.88"}, {"-0.005", 2, "0.00"}, {"-0.015", 2, "-0.01"}, {"-0.016", 2, "-0.02"}, {"2.5", 0, "3"}, {"7", 2, "7.00"}} {
		r, _ := Parse(v.in)
		if got := Format(r, v.places); got != v.want {
			t.Errorf("Format(%s, %d) = %s, want %s", v.in, v.places, got, v.want)
		}
	}
}

func TestMicroReadsShortAndLongFormsAlike(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1": 1e6, "0.73": 730000, "0.123456": 123456, "0.1234565": 123457, "0.12345649": 123456, "7.3e-1": 730000, "1.000000": 1e6} {
		if got, err := Micro(text); err != nil || got != want {
			t.Errorf("Micro(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}
