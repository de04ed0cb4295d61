package award

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

const titlesSQL = `select id::text, title from proposal where edition_id = @edition::uuid`

// titles are the titles of an edition's proposals, by id.
func titles(ctx context.Context, q pg.Reader, editionID string) (map[string]string, error) {
	type titled struct{ ID, Title string }
	list, err := pg.All[titled](ctx, q, titlesSQL, pg.Args{"edition": editionID})
	names := make(map[string]string, len(list))
	for _, t := range list {
		names[t.ID] = t.Title
	}
	return names, err
}

// explain adds to a notice by which computation it came about: the run of the round, the rule of the allocation, what the
// panel said of projects near the line and the lots it drew. Judges are counted, not named.
func (c *Content) explain(ctx context.Context, q pg.Reader, e edition.Edition, r judging.Round) error {
	runs, err := judging.Runs(ctx, q, r.ID)
	if err != nil {
		return err
	}
	shared, err := Allocations(ctx, q, e.ID)
	if err != nil {
		return err
	}
	c.Run = len(runs)
	if n := len(shared); n > 0 {
		c.Allotted, c.Rule, c.RuleWhy = n, shared[n-1].Rule, ruleWhy(shared)
	}
	names, err := titles(ctx, q, e.ID)
	if err != nil {
		return err
	}
	said, err := judging.Deliberations(ctx, q, r.ID)
	if err != nil {
		return err
	}
	for id, d := range said {
		c.Panel = append(c.Panel, ContentPanel{names[id], d.Verdict, d.Amount, d.Reason, len(d.Present)})
	}
	slices.SortFunc(c.Panel, func(a, b ContentPanel) int { return compare(a.Title+a.Reason, b.Title+b.Reason) })
	draws, err := judging.Draws(ctx, q, r.ID)
	for _, d := range draws {
		lot := ContentLot{ID: d.ID, Seed: d.Seed, Digest: d.Digest, Reason: d.Reason}
		for _, id := range d.Order() {
			lot.Titles = append(lot.Titles, names[id])
		}
		c.Lots = append(c.Lots, lot)
	}
	return err
}

// ruleWhy is the reason the rule was chosen with; a sharing out after an objection keeps it.
func ruleWhy(shared []Allocation) string {
	for i := len(shared) - 1; i >= 0; i-- {
		if shared[i].Cause == "allocate" {
			return shared[i].Reason
		}
	}
	return ""
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

const teamNameSQL = `select name from team where id = @id::uuid`

func teamName(ctx context.Context, q pg.Reader, id string) (string, error) {
	return pg.Value[string](ctx, q, teamNameSQL, pg.Args{"id": id})
}
