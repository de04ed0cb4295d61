package talent

import (
	"cmp"
	"context"
	"slices"

	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// candidatesMost bounds how many cards are weighed for one suggestion.
const candidatesMost = 500

const candidatesSQL = `select ` + cardColumns + cardFrom + `where o.place <@ @district::text::ltree and (cardinality(@skills::text[]) = 0 or o.skills && @skills::text[])
  order by o.place <@ @near::text::ltree desc, o.active_at desc, o.id limit @n`

// Suggest gives cards of people who might help at a place, the best first: the same community before the same subdistrict
// before the rest of the district, then who can do more of what is asked, then who is free at more of the times. Whoever
// says when they are free, and is at none of the times, is left out. Only people who are listed by their own consent are
// among them, with what they chose to show. Skills and times are codes of Skills and Times; none means any. It asks nobody
// for permission: what it gives is public.
func Suggest(ctx context.Context, q pg.Reader, at string, skills, times []string, limit int) ([]Card, error) {
	if !place.Valid(at) || limit <= 0 {
		return []Card{}, nil
	}
	cards, err := pg.All[Card](ctx, q, candidatesSQL, pg.Args{"district": place.District(at), "near": place.Subdistrict(at), "skills": list(skills), "n": candidatesMost})
	if err != nil {
		return nil, err
	}
	cards = slices.DeleteFunc(cards, func(c Card) bool { return busy(c, times) })
	rank(cards, at, skills, times)
	return cards[:min(limit, len(cards))], nil
}

// rank puts the cards in the order of Suggest. Two that are alike stand in the order of their last sign of life.
func rank(cards []Card, at string, skills, times []string) {
	slices.SortStableFunc(cards, func(a, b Card) int {
		return cmp.Or(cmp.Compare(distance(a.Place, at), distance(b.Place, at)), cmp.Compare(shared(b.Skills, skills), shared(a.Skills, skills)),
			cmp.Compare(shared(b.Times, times), shared(a.Times, times)), b.ActiveAt.Compare(a.ActiveAt), cmp.Compare(a.ID, b.ID))
	})
}

// busy tells whether somebody says when they are free, and it is at none of the times asked.
func busy(c Card, times []string) bool {
	return len(times) > 0 && len(c.Times) > 0 && shared(c.Times, times) == 0
}

// distance is 0 in the same community, 1 in the same subdistrict, 2 beyond. Who shows only the subdistrict is as far as
// that.
func distance(a, b string) int {
	switch {
	case a == b:
		return 0
	case place.Subdistrict(a) == place.Subdistrict(b):
		return 1
	}
	return 2
}

func shared(have, asked []string) int {
	n := 0
	for _, code := range asked {
		if slices.Contains(have, code) {
			n++
		}
	}
	return n
}
