// Package place keeps the tree of the district: 区 › 街道 › 社区, each a path such as "jz.wuhan.dianchang". A place is
// never reused: a merged or renamed one is closed and points to its successor.
package place

import (
	"context"
	"strings"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

// Place is a node of the tree.
type Place struct {
	Path      string
	Level     string // city, district, subdistrict, community
	Name      string
	NameEn    string
	Code      string // 12-digit statistical code, or the district's own
	Seq       int
	ValidFrom time.Time
	ValidTo   *time.Time
}

const (
	columns  = `path::text, level, name, name_en, code, seq, valid_from, valid_to`
	treeSQL  = `select ` + columns + ` from place where valid_to is null order by path`
	oneSQL   = `select ` + columns + ` from place where path = @path::text::ltree`
	daysSQL  = `select day, working, version from calendar_day`
	foundSQL = `insert into place (path, level, name, name_en, code, seq, valid_from) values (@path::text::ltree, @level, @name, @name_en, @code, @seq, @valid_from) on conflict (path) do nothing`
)

// Tree lists every living place, parents before children.
func Tree(ctx context.Context, q pg.Reader) ([]Place, error) {
	return pg.All[Place](ctx, q, treeSQL, nil)
}

// Valid tells whether a text could be a path at all: labels of small letters, digits and underscores, joined by dots.
func Valid(path string) bool {
	for label := range strings.SplitSeq(path, ".") {
		if label == "" || len(label) > 60 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return false
		}
	}
	return true
}

// One is a place by its path.
func One(ctx context.Context, q pg.Reader, path string) (Place, error) {
	if !Valid(path) {
		return Place{}, fault.Missing()
	}
	return pg.One[Place](ctx, q, oneSQL, pg.Args{"path": path})
}

// Found enters a place; entering it again changes nothing. Places are laid out when a district is set up.
func Found(ctx context.Context, tx pg.Tx, p Place) error {
	_, err := pg.Do(ctx, tx, foundSQL, pg.Args{"path": p.Path, "level": p.Level, "name": p.Name, "name_en": p.NameEn, "code": p.Code, "seq": p.Seq, "valid_from": p.ValidFrom})
	return err
}

// Subdistrict is the street's part of a path, or the path itself above it.
func Subdistrict(path string) string {
	labels := strings.SplitN(path, ".", 3)
	return strings.Join(labels[:min(2, len(labels))], ".")
}

// District is the root of a path.
func District(path string) string {
	root, _, _ := strings.Cut(path, ".")
	return root
}

// Calendar is the district's table of holidays and swapped working days.
func Calendar(ctx context.Context, q pg.Reader) (clock.Calendar, error) {
	type day struct {
		Day     time.Time
		Working bool
		Version int
	}
	days, err := pg.All[day](ctx, q, daysSQL, nil)
	cal := clock.Calendar{Off: map[string]bool{}, On: map[string]bool{}}
	for _, d := range days {
		cal.Version = max(cal.Version, d.Version)
		key := d.Day.Format(time.DateOnly)
		if d.Working {
			cal.On[key] = true
		} else {
			cal.Off[key] = true
		}
	}
	return cal, err
}
