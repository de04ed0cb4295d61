package judging

import (
	"cmp"
	"context"
	"slices"
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
	keys  Keys // see Seals
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
	Stood    = "replaced" // somebody else was asked in their place
)

// Judge is a person on an edition's jury.
type Judge struct {
	ID          string
	EditionID   string
	PersonID    string
	Name        string
	Unit        string
	Expertise   string   // the first of the tags
	Tags        []string // by Expertise
	Fields      []string // the categories of proposals they know well
	State       string
	StatementAt *time.Time // when the integrity statement was signed
	LoadMin     int        // projects they should get at least
	LoadMax     int        // and at most; 0 for as many as there are
	Why         string     // why they declined, or were replaced
	At          time.Time
	Version     int
}

// NewJudge invites a person who holds a judge's role in the district.
type NewJudge struct {
	ID        string   `form:"id"`
	PersonID  string   `form:"person_id"`
	Unit      string   `form:"unit"`
	Expertise string   `form:"expertise"`
	Tags      []string `form:"tags"` // further expertise
}

// check looks at the form; what the pool knows of the person stands in for what was left blank.
func (n NewJudge) check(known Juror) error {
	var wrong fault.Fields
	if n.PersonID == "" {
		wrong.Add("person_id", "请选一位评委")
	}
	if utf8.RuneCountInString(n.Unit) > 40 {
		wrong.Add("unit", "单位最多 40 个字")
	}
	if n.Expertise == "" && len(known.Tags) == 0 || n.Expertise != "" && !edition.Known(Expertise, n.Expertise) || !allKnown(Expertise, n.Tags) {
		wrong.Add("expertise", "请选这位评委的专长")
	}
	return wrong.Err()
}

// tags are the expertise of the form and of the pool, each once, in the order of Expertise.
func (n NewJudge) tags(known Juror) []string {
	list := []string{}
	for _, c := range Expertise {
		if c.Code == n.Expertise || slices.Contains(n.Tags, c.Code) || slices.Contains(known.Tags, c.Code) {
			list = append(list, c.Code)
		}
	}
	return list
}

func allKnown(choices []edition.Choice, codes []string) bool {
	return !slices.ContainsFunc(codes, func(c string) bool { return !edition.Known(choices, c) })
}

const (
	judgeColumns  = `j.id::text, j.edition_id::text, j.person_id::text, p.name, j.unit, j.expertise, j.tags, j.fields, j.state, j.statement_at, j.load_min, j.load_max, j.why, j.at, j.version`
	judgesSQL     = `select ` + judgeColumns + ` from judge j join person p on p.id = j.person_id where j.edition_id = @edition::uuid order by j.at, j.id`
	judgeSQL      = `select ` + judgeColumns + ` from judge j join person p on p.id = j.person_id where j.id = @id::uuid`
	lockJudgesSQL = `select j.id::text from judge j where j.edition_id = @edition::uuid order by j.id for no key update`
	candidatesSQL = `select p.id::text, p.name, p.phone_tail from person p
  where p.state = 'active' and exists (select from role_grant g where g.person_id = p.id and g.role = 'judge' and g.until is null and @place::text::ltree <@ g.place)
    and not exists (select from judge j where j.edition_id = @edition::uuid and j.person_id = p.id) order by p.name, p.id limit 200`
	inviteSQL = `insert into judge (id, edition_id, person_id, unit, expertise, tags, fields, stead, at)
  values (@id, @edition, @person, @unit, @expertise, @tags, @fields, nullif(@stead, '')::uuid, @at) on conflict do nothing`
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
	known, _, err := jurorOf(ctx, b.db, e.Place, n.PersonID)
	if err != nil {
		return err
	}
	if err := n.check(known); err != nil {
		return err
	}
	if may, err := inviting(ctx, b.db, e); err != nil || !may {
		if err != nil {
			return err
		}
		return fault.New(fault.Conflict, "公告发布后、结果公示前才能邀请评委")
	}
	h := hand{w, e.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error { return invite(ctx, tx, h, e, n, "") })
}

// inviting tells whether an edition's jury may still change: until the results are public, and while a project is marked again.
func inviting(ctx context.Context, q pg.Reader, e edition.Edition) (bool, error) {
	if e.State == edition.Open || e.State == edition.Closed || e.State == edition.Reviewing {
		return true, nil
	}
	again, err := Reopened(ctx, q, e.ID)
	return len(again) > 0, err
}

// invite asks a person, in the place of another or of nobody, and puts who is new into the district's pool.
func invite(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, n NewJudge, stead string) error {
	able, err := pg.All[Candidate](ctx, tx, candidatesSQL, pg.Args{"place": e.Place, "edition": e.ID})
	if err != nil {
		return err
	}
	if !has(able, n.PersonID) {
		made, found, err := pg.Maybe[Judge](ctx, tx, judgeSQL, pg.Args{"id": n.ID})
		if err != nil || found && made.EditionID == e.ID && made.PersonID == n.PersonID { // the same form came twice
			return err
		}
		return fault.Field("person_id", "这个人没有评委身份，或者已经邀请过了。评委身份由区社区办负责人或系统管理员添加")
	}
	known, err := enlist(ctx, tx, h, e.Place, n)
	if err != nil {
		return err
	}
	tags := n.tags(known)
	added, err := pg.Do(ctx, tx, inviteSQL, pg.Args{"id": n.ID, "edition": e.ID, "person": n.PersonID, "unit": cmp.Or(n.Unit, known.Unit), "expertise": cmp.Or(n.Expertise, tags[0]),
		"tags": tags, "fields": known.Fields, "stead": stead, "at": h.at})
	if err != nil || added == 0 {
		return err
	}
	text := fault.Say("「%s」请您当评委。请先看评委承诺，再答复接受还是不接受", e.Title)
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{n.PersonID}, Text: text, Link: "/review/judges/" + n.ID, Key: n.ID, At: h.at}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "judge", ID: n.ID, Version: 1, Action: "invite", To: Invited, Place: e.Place, At: h.at})
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
	Reason  string `form:"why"`    // of declining
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
	if r.Answer == "no" && r.Reason == "" {
		wrong.Add("why", "请简单写一下为什么不接受，例如那几天没空")
	}
	if n := utf8.RuneCountInString(r.Reason); n > 200 {
		wrong.Add("why", "最多 %d 个字，现在是 %d 个字", 200, n)
	}
	return wrong.Err()
}

const (
	lockJudgeSQL = `select ` + judgeColumns + ` from judge j join person p on p.id = j.person_id where j.id = @id::uuid for no key update of j`
	replySQL     = `update judge set state = @state, statement_at = coalesce(@statement::timestamptz, statement_at), why = @why, version = version + 1 where id = @id::uuid`
	busySQL      = `select count(*) from assignment a join review_round r on r.id = a.round_id where a.judge_id = @id::uuid and a.state in ('assigned', 'accepted')
    and (r.state = 'open' or exists (select from reopening o where o.id = a.reopening_id and o.state = 'open'))`
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
		to, statement, r.Reason = Accepted, &now, ""
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if j, err = pg.One[Judge](ctx, tx, lockJudgeSQL, pg.Args{"id": judgeID}); err != nil {
			return err
		}
		if j.State == to {
			return nil
		}
		if j.State == Stood {
			return fault.New(fault.Conflict, "您的位置已经请了别人，不用再答复")
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
		if _, err := pg.Do(ctx, tx, replySQL, pg.Args{"id": judgeID, "state": to, "statement": statement, "why": r.Reason}); err != nil {
			return err
		}
		if err := heard(ctx, tx, hand{w, e.Place, now}, j, to); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "judge", ID: judgeID, Version: j.Version + 1, Action: "answer", From: j.State, To: to, Place: e.Place, Reason: r.Reason, At: now})
	})
}

const openRoundSQL = `select count(*) from review_round r where r.edition_id = @edition::uuid and r.state = 'open'`

// heard tells the district's staff what they have to do about an answer: ask somebody else, or give the newcomer the
// seats that are open.
func heard(ctx context.Context, tx pg.Tx, h hand, j Judge, to string) error {
	text := fault.Say("%s 不接受评委邀请。请再请一位", j.Name)
	if to == Accepted {
		open, err := pg.Value[int64](ctx, tx, openRoundSQL, pg.Args{"edition": j.EditionID})
		if err != nil || open == 0 {
			return err
		}
		text = fault.Say("%s 接受了评委邀请。评审已经开始，还空着的位置可以补排", j.Name)
	}
	staff, err := notice.Holders(ctx, tx, h.place, identity.DistrictStaff)
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: staff, Text: text, Link: "/desk/editions/" + j.EditionID + "/judging", Key: j.ID + "/" + to, At: h.at})
}

// stale is the answer to a page that was changed by somebody else in between.
func stale() error {
	return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
}
