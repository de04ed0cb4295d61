package judging

import (
	"context"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Count is what a project got in the residents' vote.
type Count struct {
	ProposalID string `json:"project"`
	Track      string `json:"track"`
	Votes      int    `json:"votes"`  // of accounts
	Paper      int    `json:"paper"`  // of the ballot boxes
	Points     int    `json:"points"` // hundredths of a point
}

// VotePoints turns votes into points, in hundredths: the project of a track with the most votes has 100 points, the others
// in proportion, rounded half up. In a track where nobody voted all are the first, with 100.
func VotePoints(votes, most int) int {
	if most == 0 {
		return 100_00
	}
	return (2*100_00*votes + most) / (2 * most)
}

const (
	countsSQL = `select x.proposal_id::text, p.track, x.votes, x.paper, x.points from poll_result x join proposal p on p.id = x.proposal_id where x.poll_id = @id::uuid order by p.track, x.points desc, p.number, x.proposal_id`
	tallySQL  = `select p.id::text as proposal_id, p.track, (select count(*) from ballot b where b.poll_id = @id::uuid and b.proposal_id = p.id)::int as votes,
    coalesce((select sum((w.marks->>p.id::text)::int) from twice t join twice_pass w on w.twice_id = t.id and w.pass = (select max(pass) from twice_pass where twice_id = t.id)
      where t.round_id = @id::uuid and t.kind = 'box' and t.state = 'settled'), 0)::int as paper, 0 as points
  from proposal p where p.id = any(@projects::uuid[]) order by p.track, p.id`
	openBoxesSQL = `select t.box from twice t where t.round_id = @id::uuid and t.kind = 'box' and t.state <> 'settled' order by t.box`
	countSQL     = `insert into poll_result (poll_id, proposal_id, votes, paper, points) values (@id, @project, @votes, @paper, @points)`
	countedSQL   = `update poll set state = 'counted', digest = @digest, version = version + 1 where id = @id::uuid`
)

// CountPoll counts a vote that has ended: accounts and ballot boxes together. Until then nobody sees a number.
func (b *Book) CountPoll(ctx context.Context, by identity.Actor, roundID string, n Pressed) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		p, err := pg.One[Poll](ctx, tx, lockPollSQL, pg.Args{"id": roundID})
		if err != nil {
			return err
		}
		if p.Version != n.Version {
			done, err := audit.Did(ctx, tx, by, "poll", roundID, n.Version+1, "count")
			if err == nil && !done {
				err = stale()
			}
			return err
		}
		if p.State != PollPlanned || now.Before(p.ClosesAt) {
			return fault.New(fault.Conflict, "投票结束以后才能计票")
		}
		if err := awaited(ctx, tx, r); err != nil {
			return err
		}
		boxes, err := pg.Values[string](ctx, tx, openBoxesSQL, pg.Args{"id": roundID})
		if err != nil {
			return err
		}
		if len(boxes) > 0 {
			return fault.New(fault.Conflict, "有 %d 个票箱还没有核对好：%s", len(boxes), first(boxes))
		}
		counts, err := tally(ctx, tx, roundID)
		if err != nil {
			return err
		}
		for _, c := range counts {
			if _, err := pg.Do(ctx, tx, countSQL, pg.Args{"id": roundID, "project": c.ProposalID, "votes": c.Votes, "paper": c.Paper, "points": c.Points}); err != nil {
				return err
			}
		}
		digest := Digest(counts)
		if _, err := pg.Do(ctx, tx, countedSQL, pg.Args{"id": roundID, "digest": digest}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "poll", ID: roundID, Version: p.Version + 1, Action: "count", From: PollPlanned, To: PollCounted, Place: r.Place,
			Data: map[string]any{"digest": digest}, At: now})
	})
}

// tally counts the votes for every project of the round.
func tally(ctx context.Context, tx pg.Tx, roundID string) ([]Count, error) {
	options, err := pg.All[Option](ctx, tx, optionsSQL, pg.Args{"id": roundID})
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(options))
	for i, o := range options {
		ids[i] = o.ID
	}
	counts, err := pg.All[Count](ctx, tx, tallySQL, pg.Args{"id": roundID, "projects": ids})
	if err != nil {
		return nil, err
	}
	most := map[string]int{}
	for _, c := range counts {
		most[c.Track] = max(most[c.Track], c.Votes+c.Paper)
	}
	for i, c := range counts {
		counts[i].Points = VotePoints(c.Votes+c.Paper, most[c.Track])
	}
	return counts, nil
}

// addPublic puts the residents' vote into what a round's result follows from (DOMAIN §9.1, §9.2 step 6): the weight the
// call was published with, and the points of the count. A pitch round whose call promised a vote is not computed without.
func addPublic(ctx context.Context, q pg.Reader, r Round, in *Input) error {
	if r.Kind != Pitch {
		return nil
	}
	p, found, err := pg.Maybe[Poll](ctx, q, pollSQL, pg.Args{"id": r.ID})
	if err != nil {
		return err
	}
	if !found {
		e, err := edition.Get(ctx, q, r.EditionID)
		if err == nil && e.Rules.PublicVote > 0 && r.State != Closed {
			err = fault.New(fault.Conflict, "公告里写了居民投票占 %d%%，还没有安排投票", e.Rules.PublicVote)
		}
		return err
	}
	if p.State != PollCounted {
		return fault.New(fault.Conflict, "居民投票还没有计票，还不能算出结果")
	}
	counts, err := pg.All[Count](ctx, q, countsSQL, pg.Args{"id": r.ID})
	if err != nil {
		return err
	}
	points := map[string]int{}
	for _, c := range counts {
		points[c.ProposalID] = c.Points
	}
	in.Share = p.Share
	for i := range in.Entries {
		in.Entries[i].Public = points[in.Entries[i].ID]
	}
	return nil
}
