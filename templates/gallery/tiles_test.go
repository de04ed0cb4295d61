package gallery

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"seedbed/domain/gallery"
	"seedbed/templates/words"
)

// Plots stay inside their drawing and never lie on each other, however many a subdistrict has; the same tree always makes
// the same map.
func TestPlotsHavePlace(t *testing.T) {
	for n := range 25 {
		p := MapPage{Counts: gallery.Counts{Spots: []gallery.Spot{{Path: "jz.s", Level: "subdistrict", Name: "武汉路街道"}}}}
		for i := range n {
			path := fmt.Sprintf("jz.s.c%02d", i)
			p.Counts.Spots = append(p.Counts.Spots, gallery.Spot{Path: path, Level: "community", Name: "纺织新村东社区", NameEn: "Textile Mill Village East"})
			p.Counts.All = append(p.Counts.All, gallery.Count{Kind: "project", Place: path, Colour: "red", Stage: "running", N: i})
		}
		all := blocks(context.Background(), p)
		if !reflect.DeepEqual(all, blocks(context.Background(), p)) {
			t.Error("another map of the same tree")
		}
		for i, a := range all[0].tiles {
			if a.x < tileWidth/2 || a.x > mapWidth-tileWidth/2 || a.y < tileSide || a.y > all[0].height-tileSide {
				t.Errorf("%d plots: the %d-th stands at %d,%d of %d,%d", n, i, a.x, a.y, mapWidth, all[0].height)
			}
			for _, b := range all[0].tiles[:i] {
				if dx, dy := a.x-b.x, a.y-b.y; dx*dx < tileWidth*tileWidth && dy*dy < rowStep*rowStep {
					t.Errorf("%d plots: two at %d,%d and %d,%d", n, a.x, a.y, b.x, b.y)
				}
			}
		}
		if n > 0 && all[0].n != n*(n-1)/2 {
			t.Errorf("counts %d", all[0].n)
		}
	}
}

func TestNamesFitTheirPlots(t *testing.T) {
	for name, want := range map[string]string{"长乐社区": "长乐", "电厂新村社区": "电厂新村", "第一纺织机械厂社区": "第一纺织|机械厂", "Power Plant Village": "Power Plant|Village", "Changle Community": "Changle"} {
		if got := strings.Join(fold(name), "|"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// An address says the whole search and nothing else, and reads back as the same.
func TestAddressesAreShareable(t *testing.T) {
	f := gallery.Filter{Kind: gallery.Project, Text: "旧衣 & 改", Place: "jz.s", Category: "culture", Colour: "red", Stage: "running", Edition: "e"}
	to := Address("/projects", f)
	if strings.Contains(to, "kind") || !strings.HasPrefix(to, "/projects?") {
		t.Errorf("%s", to)
	}
	if Address("/gallery", gallery.Filter{}) != "/gallery" || Address("/gallery", gallery.Filter{Kind: "proposal"}) != "/gallery?kind=proposal" {
		t.Error("a bare address has more than it needs")
	}
	if got := found(words.With(context.Background(), "en"), ListPage{Filter: gallery.Filter{Text: "旧衣"}, Found: 3}); got != "“旧衣”: 3 found" {
		t.Errorf("%s", got)
	}
}
