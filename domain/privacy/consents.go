// Package privacy gives everybody their rights over what is kept about them (DOMAIN §12): what they agreed to and taking
// it back, their data as a file, correction, deletion, and the queue of those who answer.
package privacy

import (
	"context"
	"time"

	"seedbed/domain/accounts"
	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/consent"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/incubation"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Book is the door to one's own data.
type Book struct {
	db    *pg.DB
	clock clock.Clock
	who   *accounts.Accounts
	teams *proposal.Book
	orgs  *incubation.Book
}

// New opens the book.
func New(db *pg.DB, c clock.Clock, who *accounts.Accounts, teams *proposal.Book, orgs *incubation.Book) *Book {
	return &Book{db, c, who, teams, orgs}
}

// Centre is what the privacy page shows: what stands, what ended, and what may be asked.
type Centre struct {
	Live    []consent.Given
	Past    []consent.Given
	Asks    []consent.Term // optional purposes without a word yet: asked once
	Refused []consent.Term // a no is kept; a yes is one tap away
	Mine    []Request
}

// Centre reads the actor's own.
func (b *Book) Centre(ctx context.Context, by identity.Actor) (Centre, error) {
	var c Centre
	if _, err := by.Must(identity.OwnHands, ""); err != nil {
		return c, err
	}
	given, refused, err := consent.Mine(ctx, b.db, by)
	if err != nil {
		return c, err
	}
	live, no := map[consent.Purpose]bool{}, map[consent.Purpose]bool{}
	for _, g := range given {
		if g.WithdrawnAt == nil {
			live[g.Purpose], c.Live = true, append(c.Live, g)
		} else {
			no[g.Purpose], c.Past = true, append(c.Past, g)
		}
	}
	for _, p := range refused {
		no[p] = true
	}
	for _, t := range consent.Terms {
		switch {
		case !t.Optional || live[t.Purpose]:
		case no[t.Purpose]:
			c.Refused = append(c.Refused, t)
		default:
			c.Asks = append(c.Asks, t)
		}
	}
	c.Mine, err = pg.All[Request](ctx, b.db, mineSQL, pg.Args{"me": by.ID})
	return c, err
}

// Word is a yes or no to an optional purpose.
type Word struct {
	Purpose string `form:"purpose"`
	Agree   bool   `form:"agree"`
}

// Say keeps the actor's yes or no to an optional purpose. The same word twice changes nothing.
func (b *Book) Say(ctx context.Context, by identity.Actor, n Word) error {
	w, err := by.Must(identity.OwnHands, "")
	if err != nil {
		return err
	}
	p := consent.Purpose(n.Purpose)
	if t, known := consent.TermOf(p); !known || !t.Optional {
		return fault.Field("purpose", "请从列出的选项里选")
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := b.who.LockPerson(ctx, tx, by.ID); err != nil {
			return err
		}
		holds, err := consent.Holds(ctx, tx, by.ID, p, "")
		if err != nil || holds == n.Agree && holds {
			return err
		}
		e := audit.Event{Entity: "consent", ID: by.ID, Action: "refuse", Place: by.Home, Data: map[string]string{"purpose": n.Purpose}, At: now}
		switch {
		case n.Agree:
			e.Action = "give"
			e.ID, err = consent.Give(ctx, tx, by, p, "", now)
		case holds:
			e.Action = "withdraw"
			_, err = consent.Withdraw(ctx, tx, by.ID, p, "", now)
		default:
			err = consent.Refuse(ctx, tx, by.ID, p, now)
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, e)
	})
}

const (
	givenSQL = `select c.id::text, c.purpose, coalesce(c.subject_id::text, '') as subject, '' as subject_name, c.text_version, c.granted_at, c.granted_by,
  coalesce(c.evidence::text, '') as evidence, c.withdrawn_at from consent c where c.id = @id::uuid and c.person_id = @me::uuid`
	seatSQL = `select id::text, version from team_member where team_id = @team::uuid and person_id = @me::uuid and state = 'accepted'`
)

// Withdraw takes one of the actor's consents back. Being in a team or an organisation ends with it; what others build
// on (leading, the account itself) says what to do instead. A second tap changes nothing.
func (b *Book) Withdraw(ctx context.Context, by identity.Actor, id string) error {
	w, err := by.Must(identity.OwnHands, "")
	if err != nil {
		return err
	}
	g, err := pg.One[consent.Given](ctx, b.db, givenSQL, pg.Args{"id": id, "me": by.ID})
	if err != nil || g.WithdrawnAt != nil {
		return err
	}
	switch g.Purpose {
	case consent.Account:
		return fault.New(fault.Conflict, "收回它就不能再用账号了。想注销，请在下面提出「注销账号」")
	case consent.TeamMember:
		type seat struct {
			ID      string
			Version int
		}
		s, in, err := pg.Maybe[seat](ctx, b.db, seatSQL, pg.Args{"team": g.Subject, "me": by.ID})
		if err != nil || in {
			if err == nil {
				err = b.teams.Leave(ctx, by, s.ID, proposal.Answer{Version: s.Version})
			}
			return err
		}
	case consent.OrgMember:
		if err := b.orgs.Leave(ctx, by, g.Subject); err != nil {
			return err
		}
	default: // nothing else ends with it
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		taken, err := consent.Withdraw(ctx, tx, by.ID, g.Purpose, g.Subject, now)
		if err != nil || !taken {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "consent", ID: id, Action: "withdraw", Place: by.Home, Data: map[string]string{"purpose": string(g.Purpose)}, At: now})
	})
}

const publicOfSQL = `select t.id::text from attachment t left join activity a on a.id = t.owner_id left join project p on p.id = a.project_id
  where t.state = 'public' and (t.uploader = @person::uuid or exists (select from team_member m where m.team_id = p.team_id and m.person_id = @person::uuid)) order by t.id limit 2000`

type hidden struct{ ID string }

// HidePublic takes in what is public of a person who no longer wants it (I-D3): the photos they sent and those of their
// teams' activities and proposals, since nobody knows who is in which. Staff of the community look through them again and put back
// those without the person. It does no harm when repeated.
func HidePublic(ctx context.Context, tx pg.Tx, f consent.Withdrawn) error {
	if f.Purpose != consent.PhotoPublic {
		return nil
	}
	w, err := identity.House().Must(identity.KeepCalendar, "")
	if err != nil {
		return err
	}
	photos, err := pg.All[hidden](ctx, tx, publicOfSQL, pg.Args{"person": f.PersonID})
	if err != nil {
		return err
	}
	at, err := pg.Value[time.Time](ctx, tx, nowSQL, pg.Args{"person": f.PersonID})
	if err != nil {
		return err
	}
	for _, p := range photos {
		if err := evidence.Hide(ctx, tx, w, p.ID, "有人收回了公开照片的同意", at); err != nil {
			return err
		}
	}
	if err := proposal.HideCovers(ctx, tx, w, f.PersonID, at); err != nil {
		return err
	}
	if len(photos) == 0 {
		return nil
	}
	return tellHidden(ctx, tx, photos, at)
}

// nowSQL is the moment of the person's no: what follows from it is dated by it.
const nowSQL = `select greatest(coalesce((select max(withdrawn_at) from consent where person_id = @person::uuid), 'epoch'), coalesce((select max(at) from consent_refusal where person_id = @person::uuid), 'epoch'))`

const placesOfSQL = `select distinct place::text from attachment where id = any(@ids::uuid[]) and place is not null order by 1`

func tellHidden(ctx context.Context, tx pg.Tx, photos []hidden, at time.Time) error {
	ids := make([]string, len(photos))
	for i, p := range photos {
		ids[i] = p.ID
	}
	places, err := pg.Values[string](ctx, tx, placesOfSQL, pg.Args{"ids": ids})
	if err != nil {
		return err
	}
	for _, where := range places {
		staff, err := notice.Holders(ctx, tx, where, identity.CommunityStaff)
		if err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N32", To: staff, Text: fault.Say("有居民收回了公开照片的同意，%d 张照片已经收起来。请看一看，没有本人的可以再公开", len(photos)),
			Link: "/desk/activities?state=verified", Key: where + at.Format(time.RFC3339Nano), At: at}); err != nil {
			return err
		}
	}
	return nil
}
