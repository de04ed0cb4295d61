package gallery

import (
	"context"
	"fmt"
	"time"

	"seedbed/domain/edition"
	"seedbed/storage/pg"
)

// unread is a thing whose texts have changed since its words were written.
type unread struct {
	Kind, ID, Category, Colour, Number, Title, Pitch, Goal, Team, Community, Street string
	Turn                                                                            int
}

const (
	unreadColumns = `g.kind, g.id::text, g.category, g.colour, g.number, g.title, g.pitch, g.goal, g.team, l.name as community, coalesce(s.name, '') as street, g.turn`
	unreadFrom    = ` from gallery_item g join place l on l.path = g.place left join place s on s.path = subpath(g.place, 0, 2) and nlevel(g.place) > 2`
	unreadSQL     = `select ` + unreadColumns + unreadFrom + ` where g.words is null order by g.kind, g.id limit @n`
	oneUnreadSQL  = `select ` + unreadColumns + unreadFrom + ` where g.words is null and g.proposal_id = @id::uuid`
	// Whoever changed the text in between has begun another turn, and it is read again.
	readSQL = `update gallery_item g set words = v.words::tsvector from unnest(@kinds::text[], @ids::uuid[], @turns::int[], @words::text[]) v(kind, id, turn, words)
  where g.kind = v.kind and g.id = v.id and g.turn = v.turn and g.words is null`
)

// mostRead bounds one reading; what is left waits a minute.
const mostRead = 5_000

func (u unread) vector() string {
	t := Texts{Short: []string{u.Title, u.Team, u.Community, u.Street}, Long: []string{u.Pitch, u.Goal}}
	for _, c := range []struct {
		among []edition.Choice
		code  string
	}{{edition.Categories, u.Category}, {Colours, u.Colour}} {
		if c.code != "" {
			t.Short = append(t.Short, edition.NameOf(c.among, c.code))
		}
	}
	t.Long = append(t.Long, u.Number)
	return t.Vector()
}

// Read writes the words of everything whose texts have changed, every minute. Until then it is in the list, and not found
// by words it no longer has.
func Read(ctx context.Context, tx pg.Tx, _ time.Time) error {
	all, err := pg.All[unread](ctx, tx, unreadSQL, pg.Args{"n": mostRead})
	if err != nil {
		return err
	}
	return write(ctx, tx, all)
}

func write(ctx context.Context, tx pg.Tx, all []unread) error {
	if len(all) == 0 {
		return nil
	}
	var kinds, ids, words []string
	var turns []int
	for _, u := range all {
		kinds, ids, turns, words = append(kinds, u.Kind), append(ids, u.ID), append(turns, u.Turn), append(words, u.vector())
	}
	_, err := pg.Do(ctx, tx, readSQL, pg.Args{"kinds": kinds, "ids": ids, "turns": turns, "words": words})
	return err
}

// wrongSQL compares the gallery with the one rule of what is public, and its counts with the voices.
const wrongSQL = `with s as (select kind, id, place, stage, state, title, pitch, goal, team, lead, publisher from gallery_source), g as (select kind, id, place, stage, state, title, pitch, goal, team, lead, publisher from gallery_item)
select 'gallery ' || kind || ' ' || id || ': not public, and shown' as complaint from (select * from g except select * from s) x
union all select 'gallery ' || kind || ' ' || id || ': public, and not shown as it is' from (select * from s except select * from g) x
union all select 'gallery ' || g.kind || ' ' || g.id || ': counts ' || g.supports_n || ' voices, there are ' || count(v.person_id)
  from gallery_item g left join support v on v.proposal_id = g.proposal_id and v.taken_back_at is null group by g.kind, g.id having g.supports_n <> count(v.person_id)
union all select 'support ' || v.proposal_id || ': a voice of its own team, ' || v.person_id from support v join proposal p on p.id = v.proposal_id join team_member m on m.team_id = p.team_id and m.person_id = v.person_id and m.state = 'accepted' where v.taken_back_at is null
union all select 'cover ' || o.id || ': shown without the consent of who leads it' from open_cover o join proposal p on p.id = o.proposal_id
  where not exists (select from consent k where k.subject_id = p.id and k.purpose = 'cover_public' and k.person_id = p.lead_id and k.withdrawn_at is null)
union all select 'cover ' || o.id || ': shown and cleared by nobody' from open_cover o
  where not exists (select from cover c join audit_event e on e.entity = 'cover' and e.entity_id = c.id and e.version = c.version and e.action = 'clear' and e.actor = c.decided_by where c.id = o.id and c.state = 'cleared')
union all select 'cover ' || o.id || ': shown, and its proposal is not public' from open_cover o where not exists (select from gallery_source s where s.proposal_id = o.proposal_id)
union all select 'cover ' || o.id || ': shows the original, with the camera''s notes' from open_cover o join attachment t on t.id = o.id where t.digest in (o.large, o.thumb)
union all select 'cover ' || c.id || ': is no cover of its proposal' from cover c join attachment t on t.id = c.id where t.owner <> 'proposal' or t.owner_id <> c.proposal_id or t.kind <> 'cover'
union all select 'cover ' || c.id || ': cleared by its own team or by who helped to write it, ' || c.decided_by from cover c join proposal p on p.id = c.proposal_id
  where c.state = 'cleared' and (c.decided_by = p.acting_helper or helped(c.decided_by, p.id)
    or exists (select from team_member m where m.team_id = p.team_id and m.person_id = c.decided_by and m.state = 'accepted' and coalesce(m.answered_at, m.at) <= c.decided_at))
union all select 'attachment ' || t.id || ': a proposal''s, and public by itself' from attachment t where t.owner = 'proposal' and t.state in ('cleared','public')
order by 1 limit 100`

const itemsSQL = `select count(*) from gallery_item`

// Verify names every thing that is shown and should not be, is not shown and should be, or counts its voices wrongly.
func Verify(ctx context.Context, q pg.Reader) (int64, []string, error) {
	n, err := pg.Value[int64](ctx, q, itemsSQL, nil)
	if err != nil {
		return 0, nil, err
	}
	broken, err := pg.Values[string](ctx, q, wrongSQL, nil)
	if err != nil {
		return n, nil, fmt.Errorf("gallery: %w", err)
	}
	return n, broken, nil
}
