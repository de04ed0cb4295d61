package judging

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// TieKinds are what a judge may declare beforehand.
var TieKinds = []edition.Choice{{Code: "person", Name: "一个人（亲属、好友、同事）"}, {Code: "community", Name: "一个社区"}, {Code: "org", Name: "一个单位或组织"}}

// Tie is what a judge has declared beforehand: wherever a proposal has to do with it, the judge is not asked to mark.
type Tie struct {
	ID        string
	Kind      string // by TieKinds
	Name      string // of the person or organisation
	Place     string // of the community
	PlaceName string
	Relation  string // in the judge's own words
	At        time.Time
}

const (
	tiesOfSQL = `select t.id::text, t.kind, t.name, coalesce(t.place::text, '') as place, coalesce(l.name, '') as place_name, t.relation, t.at
  from juror_tie t left join place l on l.path = t.place where t.juror_id = @juror::uuid and t.ended_at is null order by t.at, t.id limit 100`
	newTieSQL = `insert into juror_tie (id, juror_id, kind, name, place, relation, at) values (@id, @juror, @kind, @name, nullif(@place, '')::text::ltree, @relation, @at) on conflict do nothing`
	endTieSQL = `update juror_tie set ended_at = @at where id = @id::uuid and juror_id = @juror::uuid and ended_at is null`
	// The juries a tie may still change something in.
	liveJuriesSQL = `select e.id::text from judge j join edition e on e.id = j.edition_id
  where j.person_id = @person::uuid and e.place = @place::text::ltree and e.state in ('closed', 'reviewing', 'publicizing') order by e.id`
)

func ties(ctx context.Context, q pg.Reader, jurorID string) ([]Tie, error) {
	return pg.All[Tie](ctx, q, tiesOfSQL, pg.Args{"juror": jurorID})
}

// TiesOf lists what a judge of the pool has declared, for the district.
func (b *Book) TiesOf(ctx context.Context, u Juror) ([]Tie, error) { return ties(ctx, b.db, u.ID) }

// NewTie declares a person, a community or an organisation.
type NewTie struct {
	ID       string `form:"id"`
	Kind     string `form:"kind"`
	Name     string `form:"name"`
	Place    string `form:"place"`
	Relation string `form:"relation"`
}

// fewest are the characters of a name that is looked for in texts: a single one is too common.
const fewest = 2

func (n NewTie) check() error {
	var wrong fault.Fields
	if !edition.Known(TieKinds, n.Kind) {
		wrong.Add("kind", "请选是人、社区还是单位")
	}
	if l := utf8.RuneCountInString(n.Name); n.Kind != "community" && (l < fewest || l > 40) {
		wrong.Add("name", "请写姓名或者单位的全称，2 到 40 个字")
	}
	if n.Kind == "community" && n.Place == "" {
		wrong.Add("place", "请选一个社区")
	}
	if l := utf8.RuneCountInString(n.Relation); l == 0 || l > 60 {
		wrong.Add("relation", "请简单写一下是什么关系，最多 60 个字")
	}
	return wrong.Err()
}

const communitySQL = `select exists (select from place where path = @place::text::ltree and level = 'community' and path <@ @district::text::ltree)`

// DeclareTie declares something beforehand. What it makes impossible at once, seats in a round that is open, is given up
// and given to others in the same step.
func (b *Book) DeclareTie(ctx context.Context, by identity.Actor, jurorID string, n NewTie) error {
	u, w, err := b.ownJuror(ctx, by, jurorID)
	if err != nil {
		return err
	}
	if err := n.check(); err != nil {
		return err
	}
	if n.Kind == "community" {
		n.Name = ""
		known, err := pg.Value[bool](ctx, b.db, communitySQL, pg.Args{"place": n.Place, "district": u.Place})
		if err != nil || !known {
			return fault.Field("place", "请选一个社区")
		}
	} else {
		n.Place = ""
	}
	if uuid.Validate(n.ID) != nil {
		n.ID = uuid.Must(uuid.NewV7()).String()
	}
	h := hand{w, u.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		added, err := pg.Do(ctx, tx, newTieSQL, pg.Args{"id": n.ID, "juror": u.ID, "kind": n.Kind, "name": n.Name, "place": n.Place, "relation": n.Relation, "at": h.at})
		if err != nil || added == 0 {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "juror", ID: u.ID, Action: "declare_beforehand", Place: u.Place, Data: map[string]string{"tie": n.ID, "kind": n.Kind}, At: h.at}); err != nil {
			return err
		}
		return b.spread(ctx, tx, h, u)
	})
}

// spread looks for ties anew in the juries the judge is on, and fills the seats that fell open.
func (b *Book) spread(ctx context.Context, tx pg.Tx, h hand, u Juror) error {
	editions, err := pg.Values[string](ctx, tx, liveJuriesSQL, pg.Args{"person": u.PersonID, "place": u.Place})
	if err != nil {
		return err
	}
	for _, id := range editions {
		rounds, err := pg.All[Round](ctx, tx, liveRoundsSQL, pg.Args{"edition": id})
		if err != nil {
			return err
		}
		if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": id}); err != nil {
			return err
		}
		if err := detect(ctx, tx, h, id); err != nil {
			return err
		}
		for _, r := range rounds {
			if r.State != Open || !r.Scores() {
				continue
			}
			if _, err := refill(ctx, tx, h, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// EndTie ends a declaration: it no longer makes conflicts. Those it has made stay.
func (b *Book) EndTie(ctx context.Context, by identity.Actor, jurorID, tieID string) error {
	u, w, err := b.ownJuror(ctx, by, jurorID)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		ended, err := pg.Do(ctx, tx, endTieSQL, pg.Args{"id": tieID, "juror": u.ID, "at": now})
		if err != nil || ended == 0 {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "juror", ID: u.ID, Action: "end_declaration", Place: u.Place, Data: map[string]string{"tie": tieID}, At: now})
	})
}
