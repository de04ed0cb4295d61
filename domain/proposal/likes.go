package proposal

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/alike"
	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Like is a proposal of any edition that is alike, as a desk sees it: what is out of their sight and not public keeps its
// name to itself.
type Like struct {
	ID          string
	Title       string // "" when the actor may not know it
	Number      string
	Place       string
	PlaceName   string
	PlaceNameEn string
	Edition     string
	State       string
	Shared      int // thousandths of all pieces of both
	Part        int // thousandths of the shorter text
	SameLead    bool
	Public      bool
	Seen        bool `db:"-"` // within the actor's sight: the text may be read
	Verdict
}

// Verdict is what a desk decided about a pair; At is nil while nobody has.
type Verdict struct {
	Same    bool
	Note    string
	Decider string
	At      *time.Time
}

// Open tells whether somebody still has to look at the pair.
func (l Like) Open() bool { return l.At == nil }

const (
	likeColumns = `select p.id::text, p.title, coalesce(p.number, '') as number, p.place::text, pl.name as place_name, pl.name_en as place_name_en, e.title as edition, p.state,
  a.shared, a.part, p.lead_id = me.lead_id as same_lead, (` + publicProposal + `) as public,
  coalesce(v.same, false) as same, coalesce(v.note, '') as note, coalesce(d.name, '') as decider, v.at
  from proposal me join proposal_alike a on me.id in (a.proposal_id, a.other_id) join proposal p on p.id in (a.proposal_id, a.other_id) and p.id <> me.id
  join edition e on e.id = p.edition_id join place pl on pl.path = p.place
  left join alike_verdict v on v.one_id = least(me.id, p.id) and v.other_id = greatest(me.id, p.id) left join person d on d.id = v.by_person where me.id = @id::uuid`
	likesSQL = likeColumns + ` order by v.at is not null, greatest(a.shared, a.part) desc, p.id`
	likeSQL  = likeColumns + ` and p.id = @other::uuid`
)

func (l Like) seenBy(by identity.Actor) Like {
	l.Seen = by.Sees(identity.ReadProposals, l.Place)
	if !l.Seen {
		l.Number = ""
		if !l.Public {
			l.Title = ""
		}
	}
	return l
}

func likes(ctx context.Context, q pg.Reader, by identity.Actor, id string) ([]Like, error) {
	list, err := pg.All[Like](ctx, q, likesSQL, pg.Args{"id": id})
	for i, l := range list {
		list[i] = l.seenBy(by)
	}
	return list, err
}

// Side is one field of two proposals beside each other, what stands in both marked.
type Side struct {
	Name         string
	Mine, Theirs []alike.Span
}

// Pair is two proposals beside each other.
type Pair struct {
	Full
	Like  Like
	Sides []Side
	May   bool // the actor may decide whether they are one
}

// Beside shows a proposal of the actor's desk beside one it is like. What lies out of their sight is not shown; what is
// common to both stands in their own proposal and is marked there.
func (b *Book) Beside(ctx context.Context, by identity.Actor, id, otherID string) (Pair, error) {
	f, err := b.sighted(ctx, by, id)
	if err != nil {
		return Pair{}, err
	}
	l, err := pg.One[Like](ctx, b.db, likeSQL, pg.Args{"id": id, "other": otherID})
	if err != nil {
		return Pair{}, err
	}
	other, err := Whole(ctx, b.db, otherID)
	if err != nil {
		return Pair{}, err
	}
	if other, err = sealed(ctx, b.db, other); err != nil {
		return Pair{}, err
	}
	p := Pair{Full: f, Like: l.seenBy(by), May: by.Can(identity.CompareProposals, f.Place) && conflict(f.Proposal, people(f), by) == nil && l.Open()}
	mine, theirs := fieldsOf(f), fieldsOf(other)
	texts := func(list []named) (all []string) {
		for _, n := range list {
			all = append(all, n.text)
		}
		return all
	}
	for i := range mine {
		s := Side{Name: mine[i].name, Mine: alike.Passages(mine[i].text, texts(theirs)...)}
		if p.Like.Seen {
			s.Theirs = alike.Passages(theirs[i].text, texts(mine)...)
		}
		p.Sides = append(p.Sides, s)
	}
	return p, nil
}

type named struct{ name, text string }

// fieldsOf are the compared texts under the names the form gives them.
func fieldsOf(f Full) []named {
	var activities []string
	for _, a := range f.Activities {
		activities = append(activities, a.Name)
	}
	return []named{{"项目名称", f.Title}, {"一句话介绍", f.Pitch}, {"想解决的问题", f.Problem}, {"目标", f.Goal}, {"做法", f.Method}, {"成果", f.Product}, {"以后怎么办", f.Future},
		{"活动安排", strings.Join(activities, "\n")}}
}

// Judging is a desk's word on a pair that is alike.
type Judging struct {
	Same string `form:"same"` // "yes" or "no"
	Note string `form:"note"`
}

const verdictSQL = `insert into alike_verdict (one_id, other_id, same, note, by_person, role, at) values (least(@id::uuid, @other::uuid), greatest(@id::uuid, @other::uuid), @same, @note, @me, @role, @at)
  on conflict do nothing`

// Compare decides once and for good whether two proposals are the same project. It stops nothing by itself: who finds
// them the same returns or refuses by the ordinary way.
func (b *Book) Compare(ctx context.Context, by identity.Actor, id, otherID string, j Judging) error {
	var wrong fault.Fields
	if j.Same != "yes" && j.Same != "no" {
		wrong.Add("same", "请选择是不是同一个项目")
	}
	if j.Note == "" {
		wrong.Add("note", "请写明怎么看出来的")
	}
	short(&wrong, "note", j.Note, 300)
	if uuid.Validate(otherID) != nil {
		return fault.Missing()
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.SubmittedAt == nil || !by.Sees(identity.ReadProposals, p.Place) {
			return fault.Missing()
		}
		w, err := by.Must(identity.CompareProposals, p.Place)
		if err != nil {
			return err
		}
		team, err := TeamPeople(ctx, tx, p.TeamID)
		if err != nil {
			return err
		}
		if err := conflict(p, team, by); err != nil {
			return err
		}
		l, err := pg.One[Like](ctx, tx, likeSQL, pg.Args{"id": id, "other": otherID})
		if err != nil {
			return err
		}
		if !l.Open() {
			if l.Decider == by.Name && l.Same == (j.Same == "yes") && l.Note == j.Note { // pressed twice
				return nil
			}
			return fault.New(fault.Conflict, "这两份已经由 %s 定过了", l.Decider)
		}
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, verdictSQL, pg.Args{"id": id, "other": otherID, "same": j.Same == "yes", "note": j.Note, "me": by.ID, "role": string(w.Role), "at": now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal", ID: id, Action: "compare", Place: p.Place, Reason: j.Note, Data: map[string]any{"other": otherID, "same": j.Same == "yes"}, At: now})
	})
}
