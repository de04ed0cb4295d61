package gallery

import (
	"context"
	"time"

	"seedbed/domain/delivery"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// mostFollowed is how many things one person may follow: beyond it nobody reads the news of them.
const mostFollowed = 200

// Followed is something somebody follows. What is no longer public has its number of the row alone.
type Followed struct {
	ProposalID string
	Kind       string // "" when it is not public now
	ID         string
	Title      string
	Stage      string
	State      string
	PlaceName  string
	At         time.Time
}

const (
	followSQL = `insert into follow (proposal_id, person_id, at) select @id, @me, @at where (select count(*) from follow where person_id = @me::uuid) < @most on conflict do nothing`
	leaveSQL  = `delete from follow where proposal_id = @id::uuid and person_id = @me::uuid`
	// Somebody who follows too much is told so; whoever follows it already is not.
	followsSQL   = `select exists (select from follow where proposal_id = @id::uuid and person_id = nullif(@me, '')::uuid)`
	followersSQL = `select count(*) from follow where proposal_id = @id::uuid`
	followedSQL  = `select f.proposal_id::text, coalesce(g.kind, '') as kind, coalesce(g.id::text, '') as id, coalesce(g.title, '') as title, coalesce(g.stage, '') as stage, coalesce(g.state, '') as state,
  coalesce(l.name, '') as place_name, f.at from follow f left join gallery_item g on g.proposal_id = f.proposal_id left join place l on l.path = g.place where f.person_id = @me::uuid
  order by f.at desc, f.proposal_id limit @most`
	// A person erased meanwhile follows nothing; their letters are gone too.
	listenersSQL = `select f.person_id::text from follow f join person p on p.id = f.person_id and p.state = 'active' where f.proposal_id = @id::uuid order by 1`
)

// Follow has the actor told of what becomes of a public proposal or project. It is theirs alone: it is in no trail, in
// no list but their own, and others see a number.
func (b *Book) Follow(ctx context.Context, by identity.Actor, proposalID string) (Item, error) {
	seen, err := b.mayFollow(ctx, by, proposalID)
	if err != nil {
		return seen, err
	}
	return seen, b.db.Change(ctx, func(tx pg.Tx) error {
		rows, err := pg.Do(ctx, tx, followSQL, pg.Args{"id": proposalID, "me": by.ID, "at": b.clock.Now(), "most": mostFollowed})
		if err != nil || rows > 0 {
			return err
		}
		have, err := pg.Value[bool](ctx, tx, followsSQL, pg.Args{"id": proposalID, "me": by.ID})
		if err == nil && !have {
			err = fault.New(fault.Conflict, "您关注的已经有 %d 个了，请先取消几个", mostFollowed)
		}
		return err
	})
}

// Unfollow forgets that the actor followed something, also what is no longer public.
func (b *Book) Unfollow(ctx context.Context, by identity.Actor, proposalID string) error {
	if _, err := by.Must(identity.FollowProjects, by.Home); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, leaveSQL, pg.Args{"id": proposalID, "me": by.ID})
		return err
	})
}

func (b *Book) mayFollow(ctx context.Context, by identity.Actor, proposalID string) (Item, error) {
	seen, err := b.One(ctx, by, proposalID)
	if err != nil {
		return seen, err
	}
	if _, err := by.Must(identity.FollowProjects, seen.Place); err != nil {
		return seen, err
	}
	return seen, b.throttle(ctx, "follow:"+by.ID, 100, 10*time.Minute)
}

// Follows tells whether the actor follows something, and how many do.
func (b *Book) Follows(ctx context.Context, by identity.Actor, proposalID string) (follows bool, n int, err error) {
	if by.SignedIn() {
		if follows, err = pg.Value[bool](ctx, b.db, followsSQL, pg.Args{"id": proposalID, "me": by.ID}); err != nil {
			return false, 0, err
		}
	}
	n, err = pg.Value[int](ctx, b.db, followersSQL, pg.Args{"id": proposalID})
	return follows, n, err
}

// Following lists what the actor follows, newest first.
func (b *Book) Following(ctx context.Context, by identity.Actor) ([]Followed, error) {
	if _, err := by.Must(identity.FollowProjects, by.Home); err != nil {
		return nil, err
	}
	return pg.All[Followed](ctx, b.db, followedSQL, pg.Args{"me": by.ID, "most": mostFollowed})
}

// tellFollowers leaves news of a proposal with everybody who follows it.
func tellFollowers(ctx context.Context, tx pg.Tx, proposalID, link, key string, at time.Time, text string, args ...any) error {
	to, err := pg.Values[string](ctx, tx, listenersSQL, pg.Args{"id": proposalID})
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N09", To: to, Text: fault.Say(text, args...), Link: link, Key: "follow/" + key, At: at})
}

type news struct {
	ProposalID, ProjectID, ID, Title, Theme string
	At                                      time.Time
}

const newsOfSQL = `select p.proposal_id::text, p.id::text as project_id, p.id::text as id, p.title, '' as theme, coalesce((select max(e.at) from audit_event e where e.entity = 'project' and e.entity_id = p.id and e.to_state = @state), p.created_at) as at
  from project p where p.id = @id::uuid`

// HearOpened hears that a project was opened: its followers know that it begins.
func HearOpened(ctx context.Context, tx pg.Tx, f delivery.Opened) error {
	n, err := pg.One[news](ctx, tx, newsOfSQL, pg.Args{"id": f.ProjectID, "state": "preparing"})
	if err != nil {
		return err
	}
	return tellFollowers(ctx, tx, n.ProposalID, "/projects/"+n.ProjectID, n.ProjectID+"/opened", n.At, "您关注的「%s」签了协议，开始做了", n.Title)
}

// HearAccepted hears that a project was accepted.
func HearAccepted(ctx context.Context, tx pg.Tx, f delivery.Accepted) error {
	n, err := pg.One[news](ctx, tx, newsOfSQL, pg.Args{"id": f.ProjectID, "state": "accepted"})
	if err != nil {
		return err
	}
	return tellFollowers(ctx, tx, n.ProposalID, "/projects/"+n.ProjectID, n.ProjectID+"/accepted", n.At, "您关注的「%s」验收办结了，去看看做成了什么", n.Title)
}

const (
	// Both look two days back, so that nothing is missed while no process runs; each is told once by its key.
	chosenSQL = `select distinct on (p.id) p.id::text as proposal_id, '' as project_id, o.id::text as id, g.title, '' as theme, o.opens_at as at from publicity o join publicity_item i on i.publicity_id = o.id
  join award a on a.id = i.award_id join proposal p on p.id = a.proposal_id join gallery_item g on g.proposal_id = p.id
  where o.kind = 'award' and o.state <> 'void' and o.opens_at <= @now and o.opens_at > @since and p.state in ('selected','refining','refined','contracted')
    and exists (select from follow f where f.proposal_id = p.id) order by p.id, o.opens_at desc`
	heldSQL = `select j.proposal_id::text, j.id::text as project_id, a.id::text as id, j.title, a.theme, a.verified_at as at from activity a join project j on j.id = a.project_id
  where a.state = 'verified' and j.published and a.verified_at <= @now and a.verified_at > @since and exists (select from follow f where f.proposal_id = j.proposal_id) order by a.verified_at, a.id`
)

// TellFollowers tells of what became public by the calendar's leave: selections in an opened notice, and activities that
// their community has verified. It may run as often as it likes.
func TellFollowers(ctx context.Context, tx pg.Tx, now time.Time) error {
	window := pg.Args{"now": now, "since": now.AddDate(0, 0, -2)}
	chosen, err := pg.All[news](ctx, tx, chosenSQL, window)
	if err != nil {
		return err
	}
	for _, n := range chosen {
		if err := tellFollowers(ctx, tx, n.ProposalID, "/gallery/"+n.ProposalID, n.ProposalID+"/chosen", n.At, "您关注的「%s」入选了，正在公示", n.Title); err != nil {
			return err
		}
	}
	held, err := pg.All[news](ctx, tx, heldSQL, window)
	if err != nil {
		return err
	}
	for _, n := range held {
		if err := tellFollowers(ctx, tx, n.ProposalID, "/projects/"+n.ProjectID, n.ID+"/held", n.At, "您关注的「%s」办了一场活动：%s", n.Title, n.Theme); err != nil {
			return err
		}
	}
	return nil
}
