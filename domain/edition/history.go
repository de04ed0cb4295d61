package edition

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"seedbed/storage/pg"
)

// Line is one rule that changed: Before and After are its values for people, without Unit.
type Line struct {
	Name   string
	Of     string // what the name is about, such as a category or a criterion; "" for most
	Unit   string
	Before string
	After  string
}

// Change is one change of a published call's rules.
type Change struct {
	At     time.Time
	Who    string // the name of whoever changed it
	Reason string
	Lines  []Line
}

// Compare lists what differs between two sets of rules, in the order of the forms.
func Compare(before, after Rules) []Line {
	var lines []Line
	add := func(name, of, unit, was, is string) {
		if was != is {
			lines = append(lines, Line{name, of, unit, was, is})
		}
	}
	for _, p := range Params {
		if p.Lo > 0 && p.get(before) == 0 { // kept before there was such a rule
			continue
		}
		add(p.Name, "", p.Unit, p.Show(before), p.Show(after))
	}
	add("自己加的类别", "", "", owned(before), owned(after))
	for _, c := range both(before.AllCategories(), after.AllCategories()) {
		add("每个类别最多收几份", c.Name, "份", strconv.Itoa(before.CategoryQuota[c.Code]), strconv.Itoa(after.CategoryQuota[c.Code]))
	}
	add("谁可以参加", "", "", strings.Join(before.Regions, " "), strings.Join(after.Regions, " "))
	for _, kind := range Rounds {
		was, is := weights(before.Rubric(kind.Code)), weights(after.Rubric(kind.Code))
		add(kind.Name, "", "", was, is)
	}
	return lines
}

func owned(r Rules) string {
	names := []string{}
	for _, c := range r.Own {
		if !c.Retired {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, " ")
}

func both(a, b []Choice) []Choice {
	list := slices.Clone(a)
	for _, c := range b {
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list
}

func weights(list []Criterion) string {
	text := make([]string, 0, len(list))
	for _, c := range list {
		text = append(text, c.Name+" "+strconv.Itoa(c.Weight))
	}
	return strings.Join(text, " · ")
}

const historySQL = `select p.at, p.rules, coalesce(a.reason, '') as reason, coalesce(n.name, '') as who from edition_rules_past p
  left join audit_event a on a.entity = 'edition' and a.entity_id = p.edition_id and a.version = p.version left join person n on n.id = a.actor
  where p.edition_id = @id::uuid order by p.version`

type past struct {
	At          time.Time
	Rules       Rules
	Reason, Who string
}

// History lists the changes of a published call's rules, newest first: who, when, why, before and after. It asks nobody
// for permission: what is public is decided by whoever shows it.
func (b *Book) History(ctx context.Context, id string) ([]Change, error) {
	kept, err := pg.All[past](ctx, b.db, historySQL, pg.Args{"id": id})
	var list []Change
	for i := 1; i < len(kept); i++ {
		c := Change{At: kept[i].At, Who: kept[i].Who, Reason: kept[i].Reason, Lines: Compare(kept[i-1].Rules, kept[i].Rules)}
		list = append([]Change{c}, list...)
	}
	return list, err
}

// Origin is the edition another was made from, with what has been changed since; ok is false for a first one.
func (b *Book) Origin(ctx context.Context, e Edition) (from Edition, lines []Line, ok bool, err error) {
	if e.MadeFrom == "" {
		return Edition{}, nil, false, nil
	}
	from, err = Get(ctx, b.db, e.MadeFrom)
	return from, Compare(from.Rules, e.Rules), err == nil, err
}
