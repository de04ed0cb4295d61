package judging

import (
	"context"
	"slices"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Vote is a resident's choice: one project of a track, or where votes share the money out the projects of the whole ballot.
type Vote struct {
	Projects []string `form:"proposal_id"`
}

const (
	myVotesSQL    = `select b.proposal_id::text from ballot b where b.poll_id = @id::uuid and b.person_id = @me::uuid order by 1`
	ballotLockSQL = `select pg_advisory_xact_lock(hashtextextended('ballot of ' || @id::uuid || ' ' || @me::uuid, 0)) is not null` // as the table's own trigger
	dropVotesSQL  = `delete from ballot where poll_id = @id::uuid and person_id = @me::uuid and (@track = '' or track = @track) and proposal_id <> all(@projects::uuid[])`
	addVotesSQL   = `insert into ballot (poll_id, person_id, track, proposal_id, at) select @id::uuid, @me::uuid, p.track, p.id, @at::timestamptz from proposal p where p.id = any(@projects::uuid[]) on conflict do nothing`
)

// read is the choice as it can be marked: which projects, and the track they replace the choice of, "" for the whole ballot. Fields:
// "proposal_id".
func (n Vote) read(v PollView) (projects []string, track string, err error) {
	projects = slices.Compact(slices.Sorted(slices.Values(n.Projects)))
	for _, id := range projects {
		at := slices.IndexFunc(v.Options, func(o Option) bool { return o.ID == id })
		if at < 0 {
			return nil, "", fault.Field("proposal_id", "有的项目现在不能选了，请重新选")
		}
		track = v.Options[at].Track
	}
	switch n, most := len(projects), v.Poll.Most; {
	case most == 0 && n != 1:
		return nil, "", fault.Field("proposal_id", "请选一个项目")
	case most == 0:
		return projects, track, nil
	case n == 0:
		return nil, "", fault.Field("proposal_id", "请至少选一个项目")
	case n > most:
		return nil, "", fault.Field("proposal_id", "您选了 %d 个项目，最多可以选 %d 个，请去掉 %d 个", n, most, n-most)
	}
	return projects, "", nil
}

// Cast gives or changes a resident's vote: in one track, or where votes share the money out the whole ballot. The trail keeps that they
// voted, not for whom and not for how many.
func (b *Book) Cast(ctx context.Context, by identity.Actor, id string, n Vote) error {
	v, err := b.Poll(ctx, by, id)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.VoteProjects, v.Poll.Place)
	if err != nil {
		return err
	}
	if !v.May {
		return fault.New(fault.Forbidden, "社区确认过的本区居民才能投票，这一届的评委不投。请先在「我的资料」里选社区")
	}
	projects, track, err := n.read(v)
	if err != nil {
		return err
	}
	if !v.Poll.Open(v.Now) {
		return fault.New(fault.Conflict, "现在不是投票的时间")
	}
	if b.paper.Throttle != nil {
		if err := b.paper.Throttle(ctx, "vote:"+by.ID, 20, 10*time.Minute); err != nil {
			return err
		}
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Value[bool](ctx, tx, ballotLockSQL, pg.Args{"id": id, "me": by.ID}); err != nil {
			return err
		}
		dropped, err := pg.Do(ctx, tx, dropVotesSQL, pg.Args{"id": id, "me": by.ID, "track": track, "projects": projects})
		if err != nil {
			return err
		}
		added, err := pg.Do(ctx, tx, addVotesSQL, pg.Args{"id": id, "me": by.ID, "projects": projects, "at": v.Now})
		if err != nil || dropped+added == 0 { // the same choice again
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "poll", ID: id, Action: "vote", Place: v.Poll.Place, Data: map[string]string{"track": track}, At: v.Now})
	})
}
