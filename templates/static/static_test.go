package static

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"image/png"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestFilesAreFoundByTheirHash(t *testing.T) {
	for name, kind := range map[string]string{"seedbed.css": "text/css", "seedbed.js": "text/javascript", "icons.svg": "image/svg+xml",
		"favicon.svg": "image/svg+xml", "icon-192.png": "image/png", "manifest.webmanifest": "application/manifest+json"} {
		a, ok := Find(Path(name))
		if !ok || !strings.HasPrefix(a.Type, kind) || len(a.Body) == 0 {
			t.Errorf("%s at %s: %v %q, %d bytes", name, Path(name), ok, a.Type, len(a.Body))
		}
		if !regexp.MustCompile(`^/static/[\w-]+\.[0-9a-f]{8}\.\w+$`).MatchString(Path(name)) {
			t.Errorf("address %s", Path(name))
		}
		if a.Gzip != nil && !bytes.Equal(unpack(t, a.Gzip), a.Body) {
			t.Errorf("%s differs when unpacked", name)
		}
	}
	for _, no := range []string{"/static/seedbed.css", "/static/seedbed.00000000.css", "/static/../static.go", ""} {
		if _, ok := Find(no); ok {
			t.Errorf("found %q", no)
		}
	}
}

func unpack(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// The first visit of a resident on a slow line: CSS ≤ 12 KB, script ≤ 8 KB; the icons grew from 2 to 3 KB.
func TestFilesAreSmall(t *testing.T) {
	for name, most := range map[string]int{"seedbed.css": 12 << 10, "seedbed.js": 8 << 10, "icons.svg": 3 << 10} {
		if a, _ := Find(Path(name)); len(a.Gzip) > most {
			t.Errorf("%s is %d bytes packed, at most %d", name, len(a.Gzip), most)
		}
	}
}

func TestManifestNamesFilesThatAreThere(t *testing.T) {
	a, _ := Find(Path("manifest.webmanifest"))
	var m struct {
		Icons []struct{ Src, Sizes, Type string }
	}
	if err := json.Unmarshal(a.Body, &m); err != nil || len(m.Icons) != 3 {
		t.Fatal(err, len(m.Icons))
	}
	for _, icon := range m.Icons {
		file, ok := Find(icon.Src)
		if !ok {
			t.Errorf("no %s", icon.Src)
			continue
		}
		if icon.Type == "image/png" {
			cfg, err := png.DecodeConfig(bytes.NewReader(file.Body))
			if err != nil || strconv.Itoa(cfg.Width)+"x"+strconv.Itoa(cfg.Height) != icon.Sizes {
				t.Errorf("%s is %dx%d: %v", icon.Src, cfg.Width, cfg.Height, err)
			}
		}
	}
}

// The script must run where the content policy forbids making code from text, and nothing may come from elsewhere.
func TestNothingForbiddenInside(t *testing.T) {
	js, _ := Find(Path("seedbed.js"))
	if bad := regexp.MustCompile(`\beval\(|new Function|innerHTML\s*=[^=]|\.style\b|setAttribute\("style|https?:`).Find(js.Body); bad != nil {
		t.Errorf("script: %s", bad)
	}
	css, _ := Find(Path("seedbed.css"))
	if bad := regexp.MustCompile(`@import|url\(|https?:|@layer|:has\(|light-dark\(|@container|\binset:`).Find(css.Body); bad != nil {
		t.Errorf("stylesheet: %s", bad)
	}
}

// pair is text (or a border) on a ground, and the ratio WCAG 2.2 asks for.
type pair struct {
	front, ground string
	least         float64
}

func pairs() []pair {
	const text, shape = 4.5, 3
	list := []pair{{"on-brand", "brand", text}, {"on-brand", "brand-strong", text}, {"brand-strong", "brand-soft", text}, {"brand-strong", "surface", text}, {"ink2", "brand-soft", text},
		{"edge", "surface", shape}, {"edge", "paper", shape}, {"focus", "surface", shape}, {"focus", "paper", shape}, {"focus", "brand-soft", shape},
		{"brand", "sunken", shape}, {"surface", "bad", text}, {"paper", "ink", text}}
	for _, ground := range []string{"paper", "surface", "sunken"} {
		for _, ink := range []string{"ink", "ink2", "ink3", "brand"} {
			list = append(list, pair{ink, ground, text})
		}
	}
	for _, state := range []string{"ok", "warn", "bad", "info"} {
		list = append(list, pair{state, state + "-soft", text}, pair{state, "surface", text}, pair{state, "paper", text})
	}
	for n := 1; n <= 7; n++ {
		c := "c" + strconv.Itoa(n)
		list = append(list, pair{c, "surface", text}, pair{c, "paper", text}, pair{c, c + "s", text}, pair{"surface", c, text}, pair{c, "sunken", shape}, pair{c, "brand-soft", shape})
	}
	return list
}

func TestContrastInBothThemes(t *testing.T) {
	a, _ := Find(Path("seedbed.css"))
	css := string(a.Body)
	light := tokens(t, css, ":root{")
	dark := tokens(t, css, ":root[data-theme=dark]{")
	byDevice := tokens(t, css, ":root:not([data-theme=light]){")
	if len(light) < 30 {
		t.Fatalf("only %d tokens found", len(light))
	}
	for name, value := range dark {
		if byDevice[name] != value {
			t.Errorf("--%s is %s when chosen and %s by the device", name, value, byDevice[name])
		}
	}
	for name := range light {
		if dark[name] == "" {
			t.Errorf("--%s has no dark value", name)
		}
	}
	for theme, values := range map[string]map[string]string{"light": light, "dark": dark} {
		for _, p := range pairs() {
			if got := contrast(values[p.front], values[p.ground]); got < p.least {
				t.Errorf("%s: --%s on --%s is %.2f, needs %.1f", theme, p.front, p.ground, got, p.least)
			}
		}
	}
	board := tokens(t, css, ".board{")
	for n := 1; n <= 7; n++ {
		if got := contrast(board["c"+strconv.Itoa(n)], board["surface"]); got < 4.5 {
			t.Errorf("board: --c%d is %.2f", n, got)
		}
	}
	for _, p := range []pair{{"ink", "paper", 4.5}, {"ink2", "surface", 4.5}, {"ink3", "surface", 4.5}, {"ink3", "sunken", 4.5}, {"brand-strong", "surface", 4.5}} {
		if got := contrast(board[p.front], board[p.ground]); got < p.least {
			t.Errorf("board: --%s on --%s is %.2f", p.front, p.ground, got)
		}
	}
}

// tokens reads the colours of the first rule with this opening.
func tokens(t *testing.T, css, opening string) map[string]string {
	t.Helper()
	_, rest, ok := strings.Cut(css, opening)
	if !ok {
		t.Fatalf("no rule %s", opening)
	}
	rule, _, _ := strings.Cut(rest, "}")
	values := map[string]string{}
	for _, m := range regexp.MustCompile(`--([\w-]+):(#[0-9A-Fa-f]{3,6})\b`).FindAllStringSubmatch(rule, -1) {
		values[m[1]] = m[2]
	}
	return values
}

// contrast is WCAG's ratio of two colours; 0 for one that is not there.
func contrast(a, b string) float64 {
	if a == "" || b == "" {
		return 0
	}
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + .05) / (math.Min(x, y) + .05)
}

func luminance(colour string) float64 {
	hex := strings.TrimPrefix(colour, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[i*2:i*2+2], 16, 8)
		if err != nil {
			return 0
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
