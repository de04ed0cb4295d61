package award

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// The states of an objection (DOMAIN §7.6).
const (
	Received      = "received"
	Investigating = "investigating"
	Upheld        = "upheld"
	Dismissed     = "dismissed"
)

// Objection is what somebody has against a result that is being publicized (异议).
type Objection struct {
	ID          string
	Number      string
	PublicityID string
	AwardID     string
	Place       string
	PersonID    string
	Facts       string
	State       string
	DueAt       time.Time
	ReceivedAt  time.Time
	Handler     string // "" until somebody takes it on
	Answer      string
	DecidedAt   *time.Time
	Version     int
}

// Open tells whether it still waits for an answer.
func (o Objection) Open() bool { return o.State == Received || o.State == Investigating }

// NewObjection is what a neighbour writes.
type NewObjection struct {
	ID      string `form:"id"`
	AwardID string `form:"award_id"`
	Facts   string `form:"facts"`
}

func (n NewObjection) check() error {
	var wrong fault.Fields
	if _, err := uuid.Parse(n.AwardID); err != nil {
		wrong.Add("award_id", "请选您有异议的项目")
	}
	switch runes := utf8.RuneCountInString(n.Facts); {
	case runes < 10:
		wrong.Add("facts", "请把事情写清楚一点，至少 10 个字：什么时候、什么事、您怎么知道的")
	case runes > 1000:
		wrong.Add("facts", "最多 %d 个字，现在是 %d 个字", 1000, runes)
	}
	return wrong.Err()
}

const (
	objectionColumns = `o.id::text, o.number, o.publicity_id::text, o.award_id::text, o.place::text, o.person_id::text, o.facts, o.state, o.due_at, o.received_at,
  coalesce(o.handler::text, '') as handler, o.answer, o.decided_at, o.version`
	objectionSQL     = `select ` + objectionColumns + ` from objection o where o.id = @id::uuid`
	lockObjectionSQL = `select ` + objectionColumns + ` from objection o where o.id = @id::uuid for no key update`
	newObjectionSQL  = `insert into objection (id, number, publicity_id, award_id, place, person_id, facts, state, due_at, received_at)
  values (@id, @number, @publicity, @award, @place::text::ltree, @me, @facts, 'received', @due, @at)`
	mineOpenSQL = `select o.number from objection o where o.award_id = @award::uuid and o.person_id = @me::uuid and o.state in ('received', 'investigating')`
	onNoticeSQL = `select count(*) from publicity_item where publicity_id = @publicity::uuid and award_id = @award::uuid`
)

// Object files an objection under the actor's own account. From that moment the item cannot be confirmed until it is
// answered; the others are not held up.
func (b *Book) Object(ctx context.Context, by identity.Actor, noticeID string, n NewObjection) (Objection, error) {
	p, err := Notice(ctx, b.db, noticeID)
	if err != nil {
		return Objection{}, err
	}
	w, err := by.Must(identity.Object, p.Place)
	if err != nil {
		return Objection{}, err
	}
	if err := n.check(); err != nil {
		return Objection{}, err
	}
	h := hand{w, b.clock.Now()}
	var made Objection
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		if p, err = pg.One[Publicity](ctx, tx, lockPublicitySQL, pg.Args{"id": noticeID}); err != nil {
			return err
		}
		past, found, err := pg.Maybe[Objection](ctx, tx, objectionSQL, pg.Args{"id": n.ID})
		if err != nil || found && past.PersonID == by.ID { // the same form came twice
			made = past
			return err
		}
		if !p.Open(h.at) {
			return fault.New(fault.Conflict, "公示期已经结束，不能再提异议。有新情况请直接联系区社区办")
		}
		there, err := pg.Value[int64](ctx, tx, onNoticeSQL, pg.Args{"publicity": noticeID, "award": n.AwardID})
		if err != nil {
			return err
		}
		if there == 0 {
			return fault.Field("award_id", "请选您有异议的项目")
		}
		if mine, err := pg.Values[string](ctx, tx, mineOpenSQL, pg.Args{"award": n.AwardID, "me": by.ID}); err != nil || len(mine) > 0 {
			if err == nil {
				err = fault.Field("award_id", "您对这个项目的异议 %s 正在处理，不用再提一次", mine[0])
			}
			return err
		}
		made, err = b.file(ctx, tx, h, p, n)
		return err
	})
	return made, err
}

func (b *Book) file(ctx context.Context, tx pg.Tx, h hand, p Publicity, n NewObjection) (Objection, error) {
	e, err := edition.Get(ctx, tx, p.EditionID)
	if err != nil {
		return Objection{}, err
	}
	calendar, err := place.Calendar(ctx, tx)
	if err != nil {
		return Objection{}, err
	}
	number, err := series(ctx, tx, "YY", h.at)
	if err != nil {
		return Objection{}, err
	}
	a, err := pg.One[Award](ctx, tx, lockAwardSQL, pg.Args{"id": n.AwardID})
	if err != nil {
		return Objection{}, err
	}
	if a.State != Publicized && a.State != Objected {
		return Objection{}, fault.Field("award_id", "这个项目的结果刚刚有变化，请刷新页面看看")
	}
	due := calendar.AddWorkingDays(h.at, e.Rules.AnswerDays)
	if _, err := pg.Do(ctx, tx, newObjectionSQL, pg.Args{"id": n.ID, "number": number, "publicity": p.ID, "award": a.ID, "place": p.Place, "me": h.w.By.ID,
		"facts": n.Facts, "due": due, "at": h.at}); err != nil {
		return Objection{}, err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "objection", ID: n.ID, Version: 1, Action: "object", To: Received, Place: p.Place,
		Data: map[string]string{"number": number, "award": a.ID}, At: h.at}); err != nil {
		return Objection{}, err
	}
	if a.State == Publicized {
		if err := move(ctx, tx, h, a, Objected, "object", ""); err != nil {
			return Objection{}, err
		}
	}
	o, err := pg.One[Objection](ctx, tx, objectionSQL, pg.Args{"id": n.ID})
	if err != nil {
		return o, err
	}
	return o, tellObjection(ctx, tx, h, o, a)
}

// tellObjection leaves N10 with the desks, the objector and the target, who does not learn who objected.
func tellObjection(ctx context.Context, tx pg.Tx, h hand, o Objection, a Award) error {
	desks, err := notice.Holders(ctx, tx, o.Place, identity.DistrictStaff, identity.DistrictHead)
	if err != nil {
		return err
	}
	target, err := proposal.Get(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	for _, l := range []notice.Letter{
		{To: desks, Text: fault.Say("收到异议 %s，对象是「%s」，请在 %s 前答复", o.Number, target.Title, until(o.DueAt)), Link: "/desk/objections/" + o.ID, Key: o.ID + "/desk"},
		{To: []string{o.PersonID}, Text: fault.Say("您的异议 %s 收到了，%s 前会答复您", o.Number, until(o.DueAt)), Link: "/notices/" + o.PublicityID, Key: o.ID + "/mine"},
		{To: []string{target.LeadID}, Text: fault.Say("有人对「%s」的结果提出异议，正在核实。有需要会联系您，请保持电话畅通", target.Title), Link: "/notices/" + o.PublicityID, Key: o.ID + "/target"},
	} {
		l.Code, l.At = "N10", h.at
		if err := notice.Tell(ctx, tx, l); err != nil {
			return err
		}
	}
	return nil
}

// partySQL finds what ties a person to the target of an objection: they proposed, helped, endorsed, examined, marked,
// or decided it (DOMAIN §7.6).
const partySQL = `select exists (
    select from award a join proposal p on p.id = a.proposal_id where a.id = @award::uuid and (p.lead_id = @me::uuid or p.opinion_by = @me::uuid or p.acting_helper = @me::uuid or helped(@me::uuid, p.id)
      or exists (select from team_member m where m.team_id = p.team_id and m.person_id = @me::uuid)
      or exists (select from eligibility_check c where c.proposal_id = p.id and c.by_person = @me::uuid)
      or exists (select from sheet s join judge j on j.id = s.judge_id where s.proposal_id = p.id and j.person_id = @me::uuid)
      or exists (select from panel_word w join judge j on j.id = any(w.present) where w.proposal_id = p.id and j.person_id = @me::uuid)))
  or exists (select from audit_event v where v.entity_id = @award::uuid and v.entity = 'award' and v.actor = @me::uuid and v.action in ('allocate', 'publicize', 'recompute', 'offer'))`

// MayHandle tells whether the actor may take an objection on: in their place, not their own, and nothing ties them to
// the target.
func (b *Book) MayHandle(ctx context.Context, by identity.Actor, o Objection) (bool, error) {
	if !by.Can(identity.HandleObjects, o.Place) || by.ID == o.PersonID {
		return false, nil
	}
	tied, err := pg.Value[bool](ctx, b.db, partySQL, pg.Args{"award": o.AwardID, "me": by.ID})
	return !tied, err
}

// objection is one the actor may handle by their place; to anybody else it does not exist.
func (b *Book) objection(ctx context.Context, by identity.Actor, id string) (Objection, identity.Warrant, error) {
	o, err := pg.One[Objection](ctx, b.db, objectionSQL, pg.Args{"id": id})
	if err == nil && !by.Sees(identity.HandleObjects, o.Place) {
		err = fault.Missing()
	}
	if err != nil {
		return o, identity.Warrant{}, err
	}
	w, err := by.Must(identity.HandleObjects, o.Place)
	return o, w, err
}

const takeSQL = `update objection set state = 'investigating', handler = @me, version = version + 1 where id = @id::uuid`

// Take takes an objection on. Whoever endorsed, marked or decided the target may not.
func (b *Book) Take(ctx context.Context, by identity.Actor, id string, p Pressed) error {
	o, w, err := b.objection(ctx, by, id)
	if err != nil {
		return err
	}
	may, err := b.MayHandle(ctx, by, o)
	if err != nil {
		return err
	}
	if !may {
		return fault.New(fault.Forbidden, "您参与过这个项目的推荐、评审或决定，不能处理它的异议，请同事来办")
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if o, err = pg.One[Objection](ctx, tx, lockObjectionSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		if o.State == Investigating && o.Handler == by.ID {
			return nil
		}
		if o.State != Received || o.Version != p.Version {
			return stale()
		}
		if _, err := pg.Do(ctx, tx, takeSQL, pg.Args{"id": id, "me": by.ID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "objection", ID: id, Version: o.Version + 1, Action: "take", From: Received, To: Investigating,
			Place: o.Place, At: b.clock.Now()})
	})
}
