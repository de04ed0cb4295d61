package gallery

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"seedbed/domain/gallery"
	"seedbed/domain/incubation"
	"seedbed/templates/words"
)

// MapPage is the schematic of the district: a block for each subdistrict, a plot for each community. Where a plot lies
// follows from the tree of places alone, so that it is the same on every day and in every language.
type MapPage struct {
	Filter gallery.Filter
	Counts gallery.Counts
}

// block is a subdistrict with its plots.
type block struct {
	path, name, href string
	n                int
	tiles            []tile
	height           int
}

// tile is a community.
type tile struct {
	name, href string
	lines      []string // the name, in lines that fit
	n          int
	level      string // t0 nothing, t1 some, t2 many
	x, y       int
	dots       []string // the colours there are, by class
}

// The measure of the map, in units of its drawing, which a phone shows at about one to one.
const (
	mapWidth   = 384
	tileWidth  = 108 // of a six-sided plot
	tileSide   = 62
	tileHeight = 2 * tileSide
	rowStep    = tileHeight*3/4 + 2
)

// hexagon is a plot's outline around its own middle.
const hexagon = "M0-60 52-30V30L0 60-52 30V-30Z"

func blocks(ctx context.Context, p MapPage) []block {
	at := p.Counts.There(p.Filter)
	most := 0
	for _, n := range at {
		most = max(most, n)
	}
	var all []block
	for _, s := range p.Counts.Spots {
		to := p.Filter
		to.Place = s.Path
		name := words.Pick(ctx, s.Name, s.NameEn)
		if s.Level == "subdistrict" {
			all = append(all, block{path: s.Path, name: name, href: Address(PathOf(p.Filter.Kind), to)})
			continue
		}
		if len(all) == 0 || !strings.HasPrefix(s.Path, all[len(all)-1].path+".") {
			continue // a community without a subdistrict has no block to stand in
		}
		b := &all[len(all)-1]
		b.n += at[s.Path]
		b.tiles = append(b.tiles, tile{name: name, href: Address(PathOf(p.Filter.Kind), to), lines: fold(name), n: at[s.Path], level: level(at[s.Path], most), dots: dots(p, s.Path)})
	}
	for i := range all {
		all[i].lay()
	}
	return all
}

// lay puts the plots side by side like the cells of a comb, every other row moved by half a plot.
func (b *block) lay() {
	cols := 3
	switch n := len(b.tiles); {
	case n <= 2:
		cols = max(n, 1)
	case n <= 4:
		cols = 2
	}
	rows := 0
	for i := range b.tiles {
		row, col := i/cols, i%cols
		rows = row + 1
		b.tiles[i].x = col*tileWidth + row%2*tileWidth/2
		b.tiles[i].y = tileSide + row*rowStep
	}
	b.height = tileHeight + max(rows-1, 0)*rowStep
	b.centre()
}

// centre moves the plots so that as much is free on the left as on the right.
func (b *block) centre() {
	if len(b.tiles) == 0 {
		return
	}
	left, right := mapWidth, 0
	for _, t := range b.tiles {
		left, right = min(left, t.x), max(right, t.x)
	}
	for i := range b.tiles {
		b.tiles[i].x += (mapWidth - left - right) / 2
	}
}

func level(n, most int) string {
	switch {
	case n == 0:
		return "t0"
	case 3*n >= 2*most && most > 1:
		return "t2"
	}
	return "t1"
}

// dots are the colours that a community has something of.
func dots(p MapPage, path string) []string {
	var all []string
	for i, c := range incubation.Colours {
		f := p.Filter
		f.Place = path
		if f.Colour != "" && f.Colour != c.Code {
			continue
		}
		f.Colour = c.Code
		if p.Counts.Of(f) > 0 {
			all = append(all, "h"+strconv.Itoa(i+1))
		}
	}
	return all
}

// dotX is where the i-th of n dots stands.
func dotX(i, n int) string { return strconv.Itoa(i*10 - (n-1)*5) }

// fold breaks a name into at most three lines that fit a plot; what every name has in common is left out.
func fold(name string) []string {
	const wide, narrow = 12, 6                                  // letters, characters
	if short := strings.TrimSuffix(name, "社区"); short != name { //words:none
		if utf8.RuneCountInString(short) <= narrow {
			return []string{short}
		}
		chars := []rune(short)
		half := (len(chars) + 1) / 2
		return []string{string(chars[:half]), string(chars[half:])}
	}
	var lines []string
	for _, word := range strings.Fields(strings.TrimSuffix(name, " Community")) {
		if n := len(lines); n > 0 && utf8.RuneCountInString(lines[n-1])+1+utf8.RuneCountInString(word) <= wide {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return slices.Clip(lines[:min(len(lines), 3)])
}

// lineY is where the i-th line of n stands, with the number below them.
func lineY(i, n int) string { return strconv.Itoa(-16 + i*17 - (n-1)*9) }

func translate(x, y int) string { return "translate(" + strconv.Itoa(x) + " " + strconv.Itoa(y) + ")" }

func viewBox(b block) string { return "0 0 " + strconv.Itoa(mapWidth) + " " + strconv.Itoa(b.height) }

func numberY(n int) string { return strconv.Itoa(16 + (n-1)*8) }
