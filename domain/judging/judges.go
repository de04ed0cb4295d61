package judging

import (
	"context"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Book is the door to the jury.
type Book struct {
	db    *pg.DB
	clock clock.Clock
	hub   *Hub
	paper Papers
}

// New makes the jury's door.
func New(db *pg.DB, c clock.Clock) *Book { return &Book{db: db, clock: c, hub: newHub(db)} }

// Expertise names what a judge brings; a good panel has a social worker, somebody from finance and a resident, and not
// more than a third from the organiser (DOMAIN §8.3).
var Expertise = []edition.Choice{{Code: "government", Name: "政府"}, {Code: "social_work", Name: "社工"}, {Code: "finance", Name: "财务"},
	{Code: "resident", Name: "居民代表"}, {Code: "expert", Name: "专家"}, {Code: "media", Name: "媒体"}}

// The states of a judge in an edition.
const (
	Invited  = "invited"
	Accepted = "accepted"
	Declined = "declined"
)

// Judge is a person on an edition's jury.
type Judge struct {
	ID          string
	EditionID   string
	PersonID    string
	Name        string
	Unit        string
	Expertise   string
	State       string
	StatementAt *time.Time // when the integrity statement was signed
	At          time.Time
	Version     int
}

// NewJudge invites a person who holds a judge's role in the district.
type NewJudge struct {
	ID        string `form:"id"`
	PersonID  string `form:"person_id"`
	Unit      string `form:"unit"`
	Expertise string `form:"expertise"`
}

func (n NewJudge) check() error {
	var wrong fault.Fields
	if n.PersonID == "" {
		wrong.Add("person_id", "请选一位评委")
	}
	if utf8.RuneCountInString(n.Unit) > 40 {
		wrong.Add("unit", "单位最多 40 个字")
	}
	if !edition.Known(Expertise, n.Expertise) {
		wrong.Add("expertise", "请选这位评委的专长")
	}
	return wrong.Err()
}

const (
	judgeColumns  = `j.id::text, j.edition_id::text, j.person_id::text, p.name, j.unit, j.expertise, j.state, j.statement_at, j.at, j.version`
	judgesSQL     = `select ` + judgeColumns + ` from judge j join person p on p.id = j.person_id where j.edition_id = @edition::uuid order by j.at, j.id`
	judgeSQL      = `select ` + judgeColumns + ` from judge j join person p on p.id = j.person_id where j.id = @id::uuid`
	lockJudgesSQL = `select j.id::text from judge j where j.edition_id = @edition::uuid order by j.id for no key update`
	candidatesSQL = `select p.id::text, p.name, p.phone_tail from person p
  where p.state = 'active' and exists (select from role_grant g where g.person_id = p.id and g.role = 'judge' and g.until is null and @place::text::ltree <@ g.place)
    and not exists (select from judge j where j.edition_id = @edition::uuid and j.person_id = p.id) order by p.name, p.id limit 200`
	inviteSQL = `insert into judge (id, edition_id, person_id, unit, expertise, at) values (@id, @edition, @person, @unit, @expertise, @at) on conflict do nothing`
)

// Candidate is somebody who may be invited.
type Candidate struct {
	ID        string
	Name      string
	PhoneTail string
}

// Candidates lists the people with a judge's role who are not on the edition's jury yet.
func (b *Book) Candidates(ctx context.Context, by identity.Actor, editionID string) ([]Candidate, error) {
	e, err := seen(ctx, b.db, by, editionID)
	if err != nil {
		return nil, err
	}
	return pg.All[Candidate](ctx, b.db, candidatesSQL, pg.Args{"place": e.Place, "edition": editionID})
}

// Judges lists an edition's jury.
func (b *Book) Judges(ctx context.Context, by identity.Actor, editionID string) ([]Judge, error) {
	if _, err := seen(ctx, b.db, by, editionID); err != nil {
		return nil, err
	}
	return pg.All[Judge](ctx, b.db, judgesSQL, pg.Args{"edition": editionID})
}

// seen is an edition whose sheets the actor may read; to anybody else its jury does not exist.
func seen(ctx context.Context, q pg.Reader, by identity.Actor, editionID string) (edition.Edition, error) {
	e, err := edition.Get(ctx, q, editionID)
	if err == nil && !by.Sees(identity.ReadSheets, e.Place) {
		err = fault.Missing()
	}
	return e, err
}

// Invite asks a person onto the jury.
func (b *Book) Invite(ctx context.Context, by identity.Actor, editionID string, n NewJudge) error {
	e, err := seen(ctx, b.db, by, editionID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.RunRounds, e.Place)
	if err != nil {
		return err
	}
	if err := n.check(); err != nil {
		return err
	}
	if e.State != edition.Open && e.State != edition.Closed && e.State != edition.Reviewing {
		return fault.New(fault.Conflict, "公告发布后、结果公示前才能邀请评委")
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		able, err := pg.All[Candidate](ctx, tx, candidatesSQL, pg.Args{"place": e.Place, "edition": editionID})
		if err != nil {
			return err
		}
		if !has(able, n.PersonID) {
			made, found, err := pg.Maybe[Judge](ctx, tx, judgeSQL, pg.Args{"id": n.ID})
			if err != nil || found && made.EditionID == editionID && made.PersonID == n.PersonID { // the same form came twice
				return err
			}
			return fault.Field("person_id", "这个人没有评委身份，或者已经邀请过了。评委身份由区社区办负责人或系统管理员添加")
		}
		added, err := pg.Do(ctx, tx, inviteSQL, pg.Args{"id": n.ID, "edition": editionID, "person": n.PersonID, "unit": n.Unit, "expertise": n.Expertise, "at": now})
		if err != nil || added == 0 {
			return err
		}
		text := fault.Say("「%s」请您当评委。请先看评委承诺，再答复接受还是不接受", e.Title)
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{n.PersonID}, Text: text, Link: "/review/judges/" + n.ID, Key: n.ID, At: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "judge", ID: n.ID, Version: 1, Action: "invite", To: Invited, Place: e.Place, At: now})
	})
}

func has(list []Candidate, id string) bool {
	for _, c := range list {
		if c.ID == id {
			return true
		}
	}
	return false
}

// Reply is a judge's answer to the invitation. Accepting needs both halves of the integrity statement.
type Reply struct {
	Answer  string `form:"answer"` // "yes" or "no"
	Ties    bool   `form:"ties"`   // will declare every tie before marking
	Secret  bool   `form:"secret"` // keeps proposals, marks and discussions to themself
	Version int    `form:"version"`
}

func (r Reply) check() error {
	var wrong fault.Fields
	if r.Answer != "yes" && r.Answer != "no" {
		wrong.Add("answer", "请选择接受或者不接受")
	}
	if r.Answer == "yes" && !r.Ties {
		wrong.Add("ties", "请先承诺：和申报团队有关系的，打分前先说明并回避")
	}
	if r.Answer == "yes" && !r.Secret {
		wrong.Add("secret", "请先承诺：申报内容、打分和讨论都不外传")
	}
	return wrong.Err()
}

const (
	lockJudgeSQL = `select ` + judgeColumns + ` from judge j join person p on p.id = j.person_id where j.id = @id::uuid for no key update of j`
	replySQL     = `update judge set state = @state, statement_at = coalesce(@statement::timestamptz, statement_at), version = version + 1 where id = @id::uuid`
	busySQL      = `select count(*) from assignment a join review_round r on r.id = a.round_id where a.judge_id = @id::uuid and a.state in ('assigned', 'accepted') and r.state = 'open'`
)

// own is the actor's seat on a jury; anybody else's does not exist for them.
func own(ctx context.Context, q pg.Reader, by identity.Actor, judgeID string) (Judge, edition.Edition, error) {
	j, err := pg.One[Judge](ctx, q, judgeSQL, pg.Args{"id": judgeID})
	if err == nil && j.PersonID != by.ID {
		err = fault.Missing()
	}
	if err != nil {
		return Judge{}, edition.Edition{}, err
	}
	e, err := edition.Get(ctx, q, j.EditionID)
	return j, e, err
}

// Answer accepts or declines the seat. Who has accepted may still decline while nothing open is theirs to mark.
func (b *Book) Answer(ctx context.Context, by identity.Actor, judgeID string, r Reply) error {
	j, e, err := own(ctx, b.db, by, judgeID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.Score, e.Place)
	if err != nil {
		return err
	}
	if err := r.check(); err != nil {
		return err
	}
	to, statement, now := Declined, (*time.Time)(nil), b.clock.Now()
	if r.Answer == "yes" {
		to, statement = Accepted, &now
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if j, err = pg.One[Judge](ctx, tx, lockJudgeSQL, pg.Args{"id": judgeID}); err != nil {
			return err
		}
		if j.State == to {
			return nil
		}
		if j.Version != r.Version {
			return stale()
		}
		busy, err := pg.Value[int64](ctx, tx, busySQL, pg.Args{"id": judgeID})
		if err != nil {
			return err
		}
		if busy > 0 {
			return fault.New(fault.Conflict, "评审已经开始，您手上还有 %d 个项目。请逐个说明回避，或请区社区办把您换下", busy)
		}
		if _, err := pg.Do(ctx, tx, replySQL, pg.Args{"id": judgeID, "state": to, "statement": statement}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "judge", ID: judgeID, Version: j.Version + 1, Action: "answer", From: j.State, To: to, Place: e.Place, At: now})
	})
}

// stale is the answer to a page that was changed by somebody else in between.
func stale() error {
	return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
}
