package gallery

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// Voice is one neighbour's support: one account one voice, and no vote.
type Voice struct {
	Word string `form:"word"` // a short word of support, shown with 王** beside it; may be empty
}

// LongestWord is how many characters a word of support may have.
const LongestWord = 60

// Word is what a neighbour said.
type Word struct {
	PersonID string // only for who may hide it
	Word     string
	Who      string // 王**
	Home     string // community's name
	HomeEn   string
	At       time.Time
}

// Hiding is a word taken from view by the community's staff.
type Hiding struct {
	Person string `form:"person"`
	Reason string `form:"reason"`
}

// numbers finds what may be a phone number, with the blanks and dashes people put into them.
var numbers = regexp.MustCompile(`(?:\d[- ]?){7,}`)

func (v Voice) check() error {
	var wrong fault.Fields
	switch {
	case utf8.RuneCountInString(v.Word) > LongestWord:
		wrong.Add("word", "最多写 %d 个字，现在是 %d 个", LongestWord, utf8.RuneCountInString(v.Word))
	case numbers.MatchString(plain(v.Word)):
		wrong.Add("word", "这句话大家都看得到，请不要写电话号码")
	}
	return wrong.Err()
}

type target struct {
	Kind, ID, ProposalID, Place, TeamID, EditionID, Title, LeadID string
	SupportsN                                                     int
}

const (
	lockTargetSQL = `select g.kind, g.id::text, g.proposal_id::text, g.place::text, p.team_id::text, p.edition_id::text, g.title, p.lead_id::text, g.supports_n from gallery_item g join proposal p on p.id = g.proposal_id
  where g.proposal_id = @id::uuid for no key update of g`
	insideSQL  = `select exists (select from team_member m where m.team_id = @team::uuid and m.person_id = @me::uuid and m.state in ('invited','applied','accepted'))`
	judgesSQL  = `select exists (select from judge j where j.edition_id = @edition::uuid and j.person_id = @me::uuid and j.state not in ('declined', 'replaced'))`
	supportSQL = `insert into support as s (proposal_id, person_id, word, at) values (@id, @me, @word, @at) on conflict (proposal_id, person_id)
  do update set taken_back_at = null, at = @at, word = case when s.hidden_at is null then @word else '' end where s.taken_back_at is not null`
	rewordSQL = `update support set word = @word where proposal_id = @id and person_id = @me and taken_back_at is null and hidden_at is null and word <> @word and @word <> ''`
	backSQL   = `update support set taken_back_at = @at, word = '' where proposal_id = @id and person_id = @me and taken_back_at is null`
	countSQL  = `update gallery_item set supports_n = supports_n + @n where proposal_id = @id`
)

// Support gives a neighbour's voice to a public proposal or project: once, whoever asks how often. Its own team and its
// judges have none.
func (b *Book) Support(ctx context.Context, by identity.Actor, proposalID string, v Voice) (Item, error) {
	v.Word = strings.Join(strings.Fields(v.Word), " ")
	if err := v.check(); err != nil {
		return Item{}, err
	}
	return b.voice(ctx, by, proposalID, func(tx pg.Tx, w identity.Warrant, t target, now time.Time) error {
		if by.Home == "" || place.District(by.Home) != place.District(t.Place) {
			return fault.New(fault.Conflict, "社区确认过的本区居民才能附议。请先在「我的资料」里选社区")
		}
		if err := impartial(ctx, tx, by, t); err != nil {
			return err
		}
		args := pg.Args{"id": t.ProposalID, "me": by.ID, "word": v.Word, "at": now}
		n, err := pg.Do(ctx, tx, supportSQL, args)
		if err != nil {
			return err
		}
		action := "support"
		if n == 0 { // the voice is there; only its word may be new
			if n, err = pg.Do(ctx, tx, rewordSQL, pg.Args{"id": t.ProposalID, "me": by.ID, "word": v.Word}); err != nil || n == 0 {
				return err
			}
			action = "reword"
		} else if _, err := pg.Do(ctx, tx, countSQL, pg.Args{"id": t.ProposalID, "n": 1}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "support", ID: t.ProposalID, Action: action, Place: t.Place, Data: map[string]string{"person": by.ID}, At: now})
	})
}

// TakeBack ends a neighbour's support, and removes its word.
func (b *Book) TakeBack(ctx context.Context, by identity.Actor, proposalID string) (Item, error) {
	return b.voice(ctx, by, proposalID, func(tx pg.Tx, w identity.Warrant, t target, now time.Time) error {
		n, err := pg.Do(ctx, tx, backSQL, pg.Args{"id": t.ProposalID, "me": by.ID, "at": now})
		if err != nil || n == 0 {
			return err
		}
		if _, err := pg.Do(ctx, tx, countSQL, pg.Args{"id": t.ProposalID, "n": -1}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "support", ID: t.ProposalID, Action: "take_back", Place: t.Place, Data: map[string]string{"person": by.ID}, At: now})
	})
}

// voice is what supporting and taking back have in common: the thing is public to the actor, locked, and theirs to support.
func (b *Book) voice(ctx context.Context, by identity.Actor, proposalID string, change func(pg.Tx, identity.Warrant, target, time.Time) error) (Item, error) {
	seen, err := b.One(ctx, by, proposalID)
	if err != nil {
		return seen, err
	}
	w, err := by.Must(identity.SupportProjects, seen.Place)
	if err != nil {
		return seen, err
	}
	if err := b.throttle(ctx, "support:"+by.ID, 100, 10*time.Minute); err != nil {
		return seen, err
	}
	now := b.clock.Now()
	return seen, b.db.Change(ctx, func(tx pg.Tx) error {
		t, err := pg.One[target](ctx, tx, lockTargetSQL, pg.Args{"id": proposalID})
		if err != nil {
			return err
		}
		return change(tx, w, t, now)
	})
}

// impartial refuses those whose voice would not be a neighbour's: the team itself, and who judges it.
func impartial(ctx context.Context, tx pg.Tx, by identity.Actor, t target) error {
	inside, err := pg.Value[bool](ctx, tx, insideSQL, pg.Args{"team": t.TeamID, "me": by.ID})
	if err != nil {
		return err
	}
	if inside {
		return fault.New(fault.Conflict, "这是您自己团队的项目，附议留给别的邻居")
	}
	judges, err := pg.Value[bool](ctx, tx, judgesSQL, pg.Args{"edition": t.EditionID, "me": by.ID})
	if err == nil && judges {
		err = fault.New(fault.Conflict, "您是这一届的评委，不能附议")
	}
	return err
}

// Standing is how somebody stands to a thing's supporters.
type Standing struct {
	Supports bool
	Word     string
	Hidden   bool // staff took their word from view
	Inside   bool // of the team, or a judge of the edition
}

const (
	standingSQL = `select s.proposal_id is not null and s.taken_back_at is null as supports, coalesce(s.word, '') as word, coalesce(s.hidden_at is not null, false) as hidden,
    exists (select from team_member m where m.team_id = p.team_id and m.person_id = @me::uuid and m.state in ('invited','applied','accepted')) or exists (select from judge j where j.edition_id = p.edition_id and j.person_id = @me::uuid and j.state not in ('declined', 'replaced')) as inside
  from proposal p left join support s on s.proposal_id = p.id and s.person_id = @me::uuid where p.id = @id::uuid`
	wordsSQL = `select s.person_id::text, s.word, left(u.name, 1) || '**' as who, coalesce(l.name, '') as home, coalesce(l.name_en, '') as home_en, s.at from support s join person u on u.id = s.person_id left join place l on l.path = u.home
  where s.proposal_id = @id::uuid and s.taken_back_at is null and s.hidden_at is null and s.word <> '' and exists (select from gallery_item g where g.proposal_id = s.proposal_id) order by s.at desc, s.person_id limit 50`
)

// Standing tells how the actor stands to a public thing's supporters.
func (b *Book) Standing(ctx context.Context, by identity.Actor, proposalID string) (Standing, error) {
	if !by.SignedIn() {
		return Standing{}, nil
	}
	return pg.One[Standing](ctx, b.db, standingSQL, pg.Args{"id": proposalID, "me": by.ID})
}

// Words lists what neighbours said of a public thing; who said it is named by id only to those who may hide it.
func (b *Book) Words(ctx context.Context, by identity.Actor, i Item) ([]Word, error) {
	all, err := pg.All[Word](ctx, b.db, wordsSQL, pg.Args{"id": i.ProposalID})
	if !by.Can(identity.HideWords, i.Place) {
		for k := range all {
			all[k].PersonID = ""
		}
	}
	return all, err
}

const hideSQL = `update support set hidden_at = @at, hidden_by = @me, hidden_reason = @reason where proposal_id = @id and person_id = @person::uuid and hidden_at is null and word <> '' and taken_back_at is null`

// HideWord takes a word from view, with a reason its writer is told. The voice stays.
func (b *Book) HideWord(ctx context.Context, by identity.Actor, proposalID string, h Hiding) (Item, error) {
	seen, err := b.One(ctx, by, proposalID)
	if err != nil {
		return seen, err
	}
	w, err := by.Must(identity.HideWords, seen.Place)
	if err != nil {
		return seen, err
	}
	if _, err := uuid.Parse(h.Person); err != nil {
		return seen, fault.Missing()
	}
	h.Reason = strings.TrimSpace(h.Reason)
	if n := utf8.RuneCountInString(h.Reason); n < 2 || n > 100 {
		return seen, fault.Field("reason", "请写明为什么收起，2 到 100 个字，写的人会看到")
	}
	now := b.clock.Now()
	return seen, b.db.Change(ctx, func(tx pg.Tx) error {
		n, err := pg.Do(ctx, tx, hideSQL, pg.Args{"id": proposalID, "me": by.ID, "person": h.Person, "reason": h.Reason, "at": now})
		if err != nil || n == 0 {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N32", To: []string{h.Person}, Text: fault.Say("您给「%s」写的附议留言被社区收起了：%s。您的附议还算数", seen.Title, h.Reason),
			Link: "/gallery/" + proposalID, Key: proposalID + "/word/" + now.Format(time.RFC3339), At: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "support", ID: proposalID, Action: "hide_word", Place: seen.Place, Reason: h.Reason, Data: map[string]string{"person": h.Person}, At: now})
	})
}
