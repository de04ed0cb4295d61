package judging

import (
	"strings"
	"testing"
)

func TestSuitabilityIsAsPublished(t *testing.T) {
	for _, c := range []struct {
		fields []string
		wish   string
		want   int
	}{{[]string{"mutual_aid"}, Like, 100}, {[]string{"mutual_aid"}, "", 80}, {nil, Could, 65}, {nil, RatherNot, 45}, {[]string{"culture"}, RatherNot, 30}, {[]string{"culture"}, Like, 70}} {
		if got := Suitability(c.fields, "mutual_aid", c.wish); got != c.want {
			t.Errorf("%v %q: %d, want %d", c.fields, c.wish, got, c.want)
		}
	}
}

// DOMAIN §8.3: a social worker, somebody from finance, a resident, and not more than a third from the organiser.
func TestPanelGaps(t *testing.T) {
	for _, c := range []struct {
		members [][]string
		want    string
	}{
		{[][]string{{"social_work"}, {"finance"}, {"resident"}}, ""},
		{[][]string{{"social_work", "finance"}, {"resident"}, {"government"}}, ""},
		{[][]string{{"social_work", "finance"}, {"government"}, {"government"}}, "resident government"},
		{nil, "social_work finance resident"},
	} {
		if got := strings.Join(PanelGaps(c.members), " "); got != c.want {
			t.Errorf("%v: %q, want %q", c.members, got, c.want)
		}
	}
}
