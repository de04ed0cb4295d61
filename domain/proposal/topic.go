package proposal

import (
	"context"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/topic"
	"seedbed/storage/pg"
)

const (
	// A topic stands behind one proposal at a time: one that failed, was taken back, or was never handed in by the end of its
	// call makes room for the next.
	fromTopicSQL = `select p.id::text from proposal p join edition e on e.id = p.edition_id where p.topic_id = @topic::uuid and p.id <> @id::uuid
  and p.state not in ('withdrawn','void','ineligible','not_shortlisted','not_selected') and (p.state <> 'draft' or e.state = 'open') limit 1`
	graftSQL = `update proposal set topic_id = @topic::uuid, title = case when title = '' then @title else title end, problem = case when problem = '' then @problem else problem end, saves = saves + 1, saved_at = @at
  where id = @id::uuid and (topic_id = @topic::uuid or topic_id is null and title = '' and problem = '')`
	graftedSQL = `select exists (select from proposal where id = @id::uuid and topic_id = @topic::uuid)`
)

// graft joins a draft to the topic it comes from and fills in what the topic says already; without a topic nothing
// happens, and a draft that is joined already stays as it was written.
func (b *Book) graft(ctx context.Context, tx pg.Tx, by identity.Actor, id, topicID string) error {
	if topicID == "" {
		return nil
	}
	seed, err := topic.Take(ctx, tx, by, topicID)
	if err != nil {
		return err
	}
	if done, err := pg.Value[bool](ctx, tx, graftedSQL, pg.Args{"id": id, "topic": seed.ID}); err != nil || done {
		return err
	}
	if others, err := pg.Values[string](ctx, tx, fromTopicSQL, pg.Args{"topic": seed.ID, "id": id}); err != nil || len(others) > 0 {
		if err == nil {
			err = fault.New(fault.Conflict, "这个议题已经有邻居在写提案了。可以问问社区，加入他们的团队")
		}
		return err
	}
	rows, err := pg.Do(ctx, tx, graftSQL, pg.Args{"id": id, "topic": seed.ID, "title": seed.Title, "problem": seed.Problem, "at": b.clock.Now()})
	if err == nil && rows == 0 {
		err = fault.New(fault.Conflict, "您在这一届已经有一份写了一半的申报书。请先提交或撤回那一份，再从议题写新的")
	}
	return err
}

const (
	callsSQL     = `select id::text, title, title_en from edition where state = 'open' and closes_at > @at and place @> @place::text::ltree order by closes_at, id limit 5`
	offspringSQL = `select p.id::text, p.title, p.state, (e.state in ('publicizing','contracting','running','closing','archived') and p.state in ('selected','refining','refined','contracted')
    or exists (select from team_member m where m.team_id = p.team_id and m.person_id = nullif(@me, '')::uuid and m.state = 'accepted') or p.state <> 'draft' and p.place <@ any(@sight::text[]::ltree[])) as seen
  from proposal p join edition e on e.id = p.edition_id where p.topic_id = @topic::uuid and p.state not in ('withdrawn','void') order by p.created_at, p.id limit 20`
)

// Onward tells where a decided topic can go: the calls that take proposals of its place, and the proposals begun from it.
// Whoever may not open a proposal learns that there is one, and nothing of it.
func Onward(ctx context.Context, q pg.Reader, by identity.Actor, topicID, place string, at time.Time) (topic.Onward, error) {
	var o topic.Onward
	var err error
	if o.Calls, err = pg.All[topic.Call](ctx, q, callsSQL, pg.Args{"at": at, "place": place}); err != nil {
		return o, err
	}
	if o.Offspring, err = pg.All[topic.Offspring](ctx, q, offspringSQL, pg.Args{"topic": topicID, "me": by.ID, "sight": by.Sight(identity.ReadProposals)}); err != nil {
		return o, err
	}
	for i := range o.Offspring {
		if !o.Offspring[i].Seen {
			o.Offspring[i].ID, o.Offspring[i].Title, o.Offspring[i].State = "", "", ""
		}
	}
	return o, nil
}
