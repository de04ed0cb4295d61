package gallery

import (
	"context"
	"time"

	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Count is how many things of one sort stand in one community.
type Count struct {
	Kind, EditionID, Place, Category, Colour, Stage string
	N                                               int
}

// Spot is a subdistrict or community of the map.
type Spot struct{ Path, Level, Name, NameEn string }

// Term is an edition that has something in the gallery.
type Term struct{ ID, Title, TitleEn string }

// Counts are the gallery's numbers and what its filters offer.
type Counts struct {
	All      []Count
	Spots    []Spot // in the order of the tree
	Editions []Term // newest first
}

type fact struct {
	Sort, Kind, ID, Path, Category, Colour, Stage, Name, NameEn string
	N                                                           int
}

// One statement for all of it; what it says is at most lasts old.
const countsSQL = `select 'count' as sort, kind, coalesce(edition_id::text, '') as id, place::text as path, category, colour, stage, '' as name, '' as name_en, count(*)::int as n from gallery_item group by 2, 3, 4, 5, 6, 7
  union all (select 'place', level, '', path::text, '', '', '', name, name_en, seq from place where valid_to is null and level in ('subdistrict','community') order by path)
  union all (select 'edition', '', id::text, '', '', '', '', title, title_en, no from edition e where exists (select from gallery_item g where g.edition_id = e.id) order by no desc)`

// lasts is how old counts may be: a number on the map may lag by so much, a thing itself never does.
const lasts = 10 * time.Second

// Counts gives the numbers of the gallery, counted at most every ten seconds.
func (b *Book) Counts(ctx context.Context) (Counts, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	if now.Before(b.until) && b.until.Sub(now) <= lasts {
		return b.counts, nil
	}
	facts, err := pg.All[fact](ctx, b.db, countsSQL, nil)
	if err != nil {
		return Counts{}, err
	}
	var c Counts
	for _, f := range facts {
		switch f.Sort {
		case "count":
			c.All = append(c.All, Count{f.Kind, f.ID, f.Path, f.Category, f.Colour, f.Stage, f.N})
		case "place":
			c.Spots = append(c.Spots, Spot{f.Path, f.Kind, f.Name, f.NameEn})
		case "edition":
			c.Editions = append(c.Editions, Term{f.ID, f.Name, f.NameEn})
		}
	}
	b.counts, b.until = c, now.Add(lasts)
	return c, nil
}

// recount forgets the numbers, when this process knows that they have changed.
func (b *Book) recount() {
	b.mu.Lock()
	b.until = time.Time{}
	b.mu.Unlock()
}

func (c Count) fits(f Filter) bool {
	return (f.Kind == "" || c.Kind == f.Kind) && (f.Edition == "" || c.EditionID == f.Edition) && (f.Category == "" || c.Category == f.Category) &&
		(f.Colour == "" || c.Colour == f.Colour) && (f.Stage == "" || c.Stage == f.Stage) && (f.Place == "" || identity.Within(c.Place, f.Place))
}

// Of counts what a filter without a text lets through.
func (c Counts) Of(f Filter) int {
	n := 0
	for _, one := range c.All {
		if one.fits(f) {
			n += one.N
		}
	}
	return n
}

// There tells, place by place, how many things a filter without a text lets through, whatever its place.
func (c Counts) There(f Filter) map[string]int {
	f.Place = ""
	at := map[string]int{}
	for _, one := range c.All {
		if one.fits(f) {
			at[one.Place] += one.N
		}
	}
	return at
}

const foundSQL = `select w from unnest(@words::text[], @queries::text[]) t(w, q) where exists (select from gallery_item g where (g.stage <> 'collecting' or not @judge::bool) and g.words @@ t.q::tsquery)`

// Suggest gives shorter searches that do find something, for one that found nothing.
func (b *Book) Suggest(ctx context.Context, by identity.Actor, typed string) ([]string, error) {
	words := Narrower(typed)
	if len(words) == 0 {
		return nil, nil
	}
	queries := make([]string, len(words))
	for i, w := range words {
		queries[i] = Query(w)
	}
	return pg.Values[string](ctx, b.db, foundSQL, pg.Args{"words": words, "queries": queries, "judge": by.Has(identity.Judge)})
}
