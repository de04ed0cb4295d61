package proposal

import (
	"cmp"
	"context"
	"slices"
	"time"

	"seedbed/domain/alike"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// HandedIn tells that a proposal was handed in, for the first time or changed: its text is compared with all others.
type HandedIn struct {
	ProposalID string
	Revision   int
}

// Kind names the fact.
func (HandedIn) Kind() string { return "proposal.handed_in" }

// formWords are the form's own sentences, which people paste into their answers: they count for nothing (JUDGING §4).
// They are looked for and not said to anybody: words:none.
var formWords = []string{"像跟邻居聊天一样写就行：谁遇到了麻烦？多久了？现在大家怎么办？打字慢，可以用输入法的话筒说。", "说说您看到的情况，和您想改变什么", "一听就知道做什么", "想达到什么目标", "打算怎么做",
	"会留下什么成果", "项目做完以后，怎样继续下去", "有什么安全上的考虑", "谁可以帮忙，有什么现成的资源", "社区公益微创投", "社区公益微创投项目申报书", "项目名称", "一句话介绍", "想解决的问题", "活动安排", "以后怎么办", "本项目", "我们团队"}

// textOf is what is compared of a proposal: what its people wrote about their idea, not what everybody writes about safety.
func textOf(f Full) []string {
	parts := []string{f.Title, f.Pitch, f.Problem, f.Goal, f.Method, f.Product, f.Future}
	for _, a := range f.Activities {
		parts = append(parts, a.Name)
	}
	return parts
}

// namesIn are the names that are exchanged first in a copy: of places, of the team and its people.
func namesIn(f Full, tree []place.Place) []string {
	names := append(slices.Clone(formWords), f.TeamName, f.LeadName, f.Venue)
	for _, m := range f.Members {
		names = append(names, m.Name)
	}
	for _, p := range tree {
		names = append(names, p.Name)
	}
	return names
}

func markOf(ctx context.Context, q pg.Reader, f Full) (alike.Mark, error) {
	tree, err := place.Tree(ctx, q)
	return alike.Of(textOf(f), namesIn(f, tree)...), err
}

const (
	markLockSQL = `select pg_advisory_xact_lock(hashtextextended('marks of proposals', 0)) is not null`
	keepMarkSQL = `insert into proposal_mark (proposal_id, revision, grams, sampled, at) values (@id, @revision, @grams, cardinality(@sample::int[]), @at)
  on conflict (proposal_id) do update set revision = excluded.revision, grams = excluded.grams, sampled = excluded.sampled, at = excluded.at`
	dropPiecesSQL = `with b as (delete from proposal_band where proposal_id = @id::uuid) delete from proposal_piece where proposal_id = @id::uuid`
	keepPiecesSQL = `with b as (insert into proposal_band (band, proposal_id) select distinct s, @id::uuid from unnest(@bands::int[]) s)
  insert into proposal_piece (piece, proposal_id) select distinct s, @id::uuid from unnest(@sample::int[]) s`
	dropPairsSQL = `delete from proposal_alike where @id::uuid in (proposal_id, other_id)`
	// What a lead took back and wrote anew, or what was merged into this one, is no copy.
	keepPairSQL = `insert into proposal_alike (proposal_id, other_id, shared, part, found_at) select @id::uuid, o.id, @shared, @part, @at from proposal o
  where o.id = @other::uuid and o.state <> 'draft' and not (o.state = 'withdrawn' and (o.lead_id = @lead::uuid or o.merged_into is not null))`
	// Candidates share a band, or a good part of the sample of the shorter text; the most promising first.
	candidatesSQL = `with band as (select proposal_id, 1000 * count(*) as hits from proposal_band where band = any(@bands::int[]) group by 1),
 part as (select h.proposal_id, h.hits from (select proposal_id, count(*) as hits from proposal_piece where piece = any(@sample::int[]) group by 1 having count(*) >= 4) h
   join proposal_mark m on m.proposal_id = h.proposal_id where h.hits >= 0.3 * least(@n::int, m.sampled)),
 both_ways as (select proposal_id, sum(hits) as hits from (select * from band union all select * from part) u where proposal_id <> @id::uuid group by 1 order by 2 desc, 1 limit 200)
 select b.proposal_id::text as id, m.grams from both_ways b join proposal_mark m on m.proposal_id = b.proposal_id`
)

// Resemblance is how alike another proposal's text is.
type Resemblance struct {
	ID string
	alike.Score
}

// Resembling finds the proposals of all editions whose text is the same, or in good part, as a mark's; the most alike
// first. The index only names candidates, the comparison of all pieces decides.
func Resembling(ctx context.Context, q pg.Reader, id string, m alike.Mark) ([]Resemblance, error) {
	if !m.Enough() {
		return nil, nil
	}
	candidates, err := pg.All[struct {
		ID    string
		Grams []int32
	}](ctx, q, candidatesSQL, pg.Args{"id": id, "bands": m.Bands, "sample": m.Sample, "n": len(m.Sample)})
	if err != nil {
		return nil, err
	}
	var found []Resemblance
	for _, c := range candidates {
		if s := alike.Compare(m, alike.Mark{Grams: c.Grams}); s.Found() {
			found = append(found, Resemblance{c.ID, s})
		}
	}
	slices.SortFunc(found, func(a, b Resemblance) int {
		return cmp.Or(cmp.Compare(max(b.Shared, b.Part), max(a.Shared, a.Part)), cmp.Compare(b.Shared, a.Shared), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

// HearHandedIn marks a proposal's text and looks for its like in every edition. Hearing it again finds the same.
func (b *Book) HearHandedIn(ctx context.Context, tx pg.Tx, fact HandedIn) error {
	return mark(ctx, tx, fact.ProposalID, b.clock.Now())
}

func mark(ctx context.Context, tx pg.Tx, id string, at time.Time) error {
	f, err := Whole(ctx, tx, id)
	if err != nil {
		return err
	}
	if f, err = sealed(ctx, tx, f); err != nil {
		return err
	}
	m, err := markOf(ctx, tx, f)
	if err != nil {
		return err
	}
	// Two copies handed in at once must see each other: one is marked after the other.
	if _, err := pg.Value[bool](ctx, tx, markLockSQL, nil); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, keepMarkSQL, pg.Args{"id": id, "revision": f.Revision, "grams": m.Grams, "sample": m.Sample, "at": at}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, dropPiecesSQL, pg.Args{"id": id}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, keepPiecesSQL, pg.Args{"id": id, "bands": m.Bands, "sample": m.Sample}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, dropPairsSQL, pg.Args{"id": id}); err != nil {
		return err
	}
	found, err := Resembling(ctx, tx, id, m)
	if err != nil {
		return err
	}
	for _, r := range found[:min(len(found), mostLikes)] {
		if _, err := pg.Do(ctx, tx, keepPairSQL, pg.Args{"id": id, "other": r.ID, "shared": r.Shared, "part": r.Part, "at": at, "lead": f.LeadID}); err != nil {
			return err
		}
	}
	return nil
}

// mostLikes is how many pairs of a proposal are kept: people look at a handful.
const mostLikes = 20

const unmarkedSQL = `select p.id::text from proposal p where p.revision > 0 and not exists (select from proposal_mark m where m.proposal_id = p.id) order by p.submitted_at, p.id limit 50`

// MarkOlder marks what was handed in before texts were compared, oldest first, some at a time.
func MarkOlder(ctx context.Context, tx pg.Tx, due time.Time) error {
	ids, err := pg.Values[string](ctx, tx, unmarkedSQL, nil)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := mark(ctx, tx, id, due); err != nil {
			return err
		}
	}
	return nil
}

// Similar is what a lead may know of a proposal that is like theirs: only what everybody may read.
type Similar struct {
	ID, Title, Edition, PlaceName, PlaceNameEn string
}

const similarSQL = `select p.id::text, p.title, e.title as edition, pl.name as place_name, pl.name_en as place_name_en, (` + publicProposal + `) as public
  from proposal p join edition e on e.id = p.edition_id join place pl on pl.path = p.place
  where p.id = any(@ids::uuid[]) and p.state <> 'draft' and not (p.state = 'withdrawn' and (p.lead_id = @lead::uuid or p.merged_into is not null)) order by p.submitted_at desc, p.id`

const publicProposal = `e.state in ('publicizing', 'contracting', 'running', 'closing', 'archived') and p.state in ('selected', 'refining', 'refined', 'contracted')`

// Resembles tells the team of a draft, before it is handed in, how many proposals of any edition are like it, and which
// of them are public.
func (b *Book) Resembles(ctx context.Context, by identity.Actor, id string) (n int, public []Similar, err error) {
	f, err := b.Own(ctx, by, id)
	if err != nil {
		return 0, nil, err
	}
	m, err := markOf(ctx, b.db, f)
	if err != nil {
		return 0, nil, err
	}
	found, err := Resembling(ctx, b.db, id, m)
	if err != nil || len(found) == 0 {
		return 0, nil, err
	}
	ids := make([]string, len(found))
	for i, r := range found {
		ids[i] = r.ID
	}
	all, err := pg.All[struct {
		Similar
		Public bool
	}](ctx, b.db, similarSQL, pg.Args{"ids": ids, "lead": f.LeadID})
	for _, s := range all {
		if s.Public {
			public = append(public, s.Similar)
		}
	}
	return len(all), public, err
}
