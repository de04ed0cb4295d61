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

// Juror is a person in a district's pool of judges, across editions (DOMAIN §8.3).
type Juror struct {
	ID          string
	Place       string // the district
	PersonID    string
	Name        string
	PhoneTail   string
	Unit        string
	Title       string
	Tags        []string // by Expertise
	Fields      []string // the categories of proposals they know well
	Bank        string
	AccountTail string // last figures of the account for the fee; the number itself is sealed
	Invited     int    // editions they were asked for
	Accepted    int    // of these, accepted
	Saves       int
}

const (
	jurorColumns = `u.id::text, u.place::text, u.person_id::text, p.name, p.phone_tail, u.unit, u.title, u.tags, u.fields, u.bank, u.account_tail,
  (select count(*) from judge j join edition e on e.id = j.edition_id where j.person_id = u.person_id and e.place = u.place)::int as invited,
  (select count(*) from judge j join edition e on e.id = j.edition_id where j.person_id = u.person_id and e.place = u.place and j.state = 'accepted')::int as accepted, u.saves`
	jurorsSQL    = `select ` + jurorColumns + ` from juror u join person p on p.id = u.person_id where u.place <@ any(@sight::text[]::ltree[]) order by p.name, u.id limit 500`
	jurorSQL     = `select ` + jurorColumns + ` from juror u join person p on p.id = u.person_id where u.id = @id::uuid`
	jurorOfSQL   = `select ` + jurorColumns + ` from juror u join person p on p.id = u.person_id where u.place = @place::text::ltree and u.person_id = nullif(@person, '')::uuid`
	newJurorSQL  = `insert into juror (id, place, person_id, unit, tags, at) values (@id, @place::text::ltree, @person, @unit, @tags, @at) on conflict do nothing`
	saveJurorSQL = `update juror set unit = @unit, title = @title, tags = @tags, fields = @fields, saves = saves + 1 where id = @id::uuid and saves = @saves`
	// What the pool knows counts in juries that have not yet begun, too.
	seatTagsSQL = `update judge j set unit = @unit, tags = @tags, fields = @fields, expertise = (@tags::text[])[1] from edition e
  where e.id = j.edition_id and e.place = @place::text::ltree and j.person_id = @person::uuid and e.state in ('draft', 'open', 'closed')`
)

// Pool lists the judges of the districts the actor keeps or leads.
func (b *Book) Pool(ctx context.Context, by identity.Actor) ([]Juror, error) {
	return pg.All[Juror](ctx, b.db, jurorsSQL, pg.Args{"sight": by.Sight(identity.ReadJury)})
}

// Juror is one judge of the pool; outside the actor's district there is none.
func (b *Book) Juror(ctx context.Context, by identity.Actor, id string) (Juror, error) {
	u, err := pg.One[Juror](ctx, b.db, jurorSQL, pg.Args{"id": id})
	if err == nil && !by.Sees(identity.ReadJury, u.Place) {
		err = fault.Missing()
	}
	return u, err
}

func jurorOf(ctx context.Context, q pg.Reader, place, person string) (Juror, bool, error) {
	if uuid.Validate(person) != nil {
		person = ""
	}
	return pg.Maybe[Juror](ctx, q, jurorOfSQL, pg.Args{"place": place, "person": person})
}

// enlist gives the pool's entry of a person who is being invited, made where there is none.
func enlist(ctx context.Context, tx pg.Tx, h hand, place string, n NewJudge) (Juror, error) {
	u, found, err := jurorOf(ctx, tx, place, n.PersonID)
	if err != nil || found {
		return u, err
	}
	id := uuid.Must(uuid.NewV7()).String()
	if _, err := pg.Do(ctx, tx, newJurorSQL, pg.Args{"id": id, "place": place, "person": n.PersonID, "unit": n.Unit, "tags": n.tags(Juror{}), "at": h.at}); err != nil {
		return u, err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "juror", ID: id, Action: "enlist", Place: place, At: h.at}); err != nil {
		return u, err
	}
	u, _, err = jurorOf(ctx, tx, place, n.PersonID)
	return u, err
}

const poolableSQL = `select p.id::text, p.name, p.phone_tail from person p
  where p.state = 'active' and exists (select from role_grant g where g.person_id = p.id and g.role = 'judge' and g.until is null and @place::text::ltree <@ g.place)
    and not exists (select from juror u where u.place = @place::text::ltree and u.person_id = p.id) order by p.name, p.id limit 200`

// Poolable lists the people with a judge's role in the actor's district who are not in its pool yet.
func (b *Book) Poolable(ctx context.Context, by identity.Actor) ([]Candidate, error) {
	place, _, err := keeps(by)
	if err != nil {
		return nil, err
	}
	return pg.All[Candidate](ctx, b.db, poolableSQL, pg.Args{"place": place})
}

// keeps is the district whose pool the actor keeps.
func keeps(by identity.Actor) (string, identity.Warrant, error) {
	for _, place := range by.Sight(identity.RunRounds) {
		w, err := by.Must(identity.RunRounds, place)
		return place, w, err
	}
	return "", identity.Warrant{}, fault.Missing()
}

// Enlist takes a person with a judge's role into the pool of the actor's district, before anybody invites them.
func (b *Book) Enlist(ctx context.Context, by identity.Actor, n NewJudge) error {
	place, w, err := keeps(by)
	if err != nil {
		return err
	}
	if err := n.check(Juror{}); err != nil {
		return err
	}
	h := hand{w, place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		_, found, err := jurorOf(ctx, tx, place, n.PersonID)
		if err != nil || found {
			return err
		}
		able, err := pg.All[Candidate](ctx, tx, poolableSQL, pg.Args{"place": place})
		if err != nil {
			return err
		}
		if !has(able, n.PersonID) {
			return fault.Field("person_id", "这个人没有评委身份，或者已经邀请过了。评委身份由区社区办负责人或系统管理员添加")
		}
		_, err = enlist(ctx, tx, h, place, n)
		return err
	})
}

// JurorDraft is what the district writes of a judge.
type JurorDraft struct {
	Saves  int      `form:"saves"`
	Unit   string   `form:"unit"`
	Title  string   `form:"title"`
	Tags   []string `form:"tags"`
	Fields []string `form:"fields"`
}

func (d JurorDraft) check() error {
	var wrong fault.Fields
	if utf8.RuneCountInString(d.Unit) > 40 {
		wrong.Add("unit", "单位最多 40 个字")
	}
	if utf8.RuneCountInString(d.Title) > 40 {
		wrong.Add("title", "职务最多 40 个字")
	}
	if len(d.Tags) == 0 || !allKnown(Expertise, d.Tags) {
		wrong.Add("tags", "请选这位评委的专长")
	}
	if !allKnown(edition.Categories, d.Fields) {
		wrong.Add("fields", "没有这个领域，请刷新页面再选")
	}
	return wrong.Err()
}

// SaveJuror keeps what the district knows of a judge: in the pool, and on juries whose review has not begun.
func (b *Book) SaveJuror(ctx context.Context, by identity.Actor, id string, d JurorDraft) error {
	u, err := b.Juror(ctx, by, id)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.RunRounds, u.Place)
	if err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		fields := append([]string{}, d.Fields...)
		saved, err := pg.Do(ctx, tx, saveJurorSQL, pg.Args{"id": id, "unit": d.Unit, "title": d.Title, "tags": d.Tags, "fields": fields, "saves": d.Saves})
		if err != nil {
			return err
		}
		if saved == 0 {
			return stale()
		}
		if _, err := pg.Do(ctx, tx, seatTagsSQL, pg.Args{"unit": d.Unit, "tags": d.Tags, "fields": fields, "place": u.Place, "person": u.PersonID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "juror", ID: id, Action: "describe", Place: u.Place, Data: map[string]any{"tags": d.Tags, "fields": d.Fields}, At: now})
	})
}

// Membership is a judge's part in an edition's jury.
type Membership struct {
	JudgeID   string
	EditionID string
	Edition   string
	State     string
	Why       string
	At        time.Time
	Sheets    int // handed in and counted
}

const membershipsSQL = `select j.id::text as judge_id, e.id::text as edition_id, e.title as edition, j.state, j.why, j.at,
    (select count(*) from sheet s where s.judge_id = j.id and s.state in ('submitted', 'locked'))::int as sheets
  from judge j join edition e on e.id = j.edition_id where j.person_id = @person::uuid and e.place = @place::text::ltree order by e.no desc limit 50`

// Memberships are the juries a judge of the pool was asked for.
func (b *Book) Memberships(ctx context.Context, u Juror) ([]Membership, error) {
	return pg.All[Membership](ctx, b.db, membershipsSQL, pg.Args{"person": u.PersonID, "place": u.Place})
}
