// Package consent keeps what people have agreed to, each for one purpose (DOMAIN §12.6): when, under which text, given by
// whom and on what paper. What was withdrawn or refused is kept too, so that nobody is asked again.
package consent

import (
	"context"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// Purpose is what a consent is for.
type Purpose string

// The purposes of DOMAIN §12.6.
const (
	Account       Purpose = "account"
	TeamMember    Purpose = "team_member"
	OrgMember     Purpose = "org_member"
	TalentListing Purpose = "talent_listing"
	PhotoInternal Purpose = "photo_internal"
	PhotoPublic   Purpose = "photo_public"
	NamePublic    Purpose = "name_public"
	ContactPublic Purpose = "contact_public"
	Payment       Purpose = "payment"
	Guardian14    Purpose = "guardian_14"
	Survey        Purpose = "survey"
	// ProposalPublic lets neighbours see a proposal before its results; the subject is the proposal.
	ProposalPublic Purpose = "proposal_public"
	// CoverPublic lets everybody see a proposal's cover photo while the proposal itself is public; the subject is the
	// proposal. It is not PhotoPublic, by which somebody may be in the photos of activities: that is another text.
	CoverPublic Purpose = "cover_public"
)

// Term is a purpose as people read it: one place for the words, with the version a consent names.
type Term struct {
	Purpose  Purpose
	Name     string
	Text     string
	Without  string // what happens without it
	Version  int
	Optional bool // nothing else depends on it: it is given and withdrawn on its own, on the privacy page
}

// Terms is the catalogue, in the order pages show it. Changing a text means a new version.
var Terms = []Term{
	{Account, "用苗圃办事", "用您的手机号登录和通知您，用您的姓名和社区确认您是居民。", "没有它就没有账号。要停用，请申请注销。", 1, false},
	{TeamMember, "参加团队", "团队成员和管这个项目的工作人员看得到您的姓名和分工。", "收回就是退出团队。", 1, false},
	{OrgMember, "参加组织", "组织和社区留下您的姓名，用来算人数、发通知。", "收回就是退出组织。", 1, false},
	{Payment, "收款", "领钱时，会计和出纳看得到您的收款账号，加密保存。", "没有它就不能把钱付给您。付过的凭证按规定保存。", 1, false},
	{PhotoInternal, "活动照片给团队和社区看", "活动照片里有您时，团队和社区用它证明活动办过。", "收回以后，不再用新照片；已经归档的凭证按规定保存。", 1, true},
	{PhotoPublic, "活动照片公开", "社区检查过的活动照片里可以有您，谁都看得到。", "收回以后，您传的和您团队的公开照片马上收起来，社区挑出没有您的再放回去。", 1, true},
	{NamePublic, "公开全名", "公开的提案页上写您的全名；公示里仍然只写姓。", "没有它，公开的地方只写姓，如「张**」。收回以后，全名马上换回「张**」。", 2, true},
	{ContactPublic, "公开联系方式", "想参加的邻居看得到怎样联系您。", "没有它，邻居通过社区找您。", 1, false},                        // no page shows it yet: nobody is asked
	{TalentListing, "列入能人库", "社区的能人库里有您的姓名、特长和有空的时间，办活动的人可以找您。", "收回以后，您的名片马上从能人库里拿下来。", 1, false}, // given on the card's own page, with what it shows
	{Survey, "回访和问卷", "项目做完以后，可能打电话或发问卷问问您的看法。", "没有它就不打扰您。", 1, true},
	{ProposalPublic, "让街坊先看看提案", "结果出来以前，公开的提案里有您的项目名称、介绍和目标，您写成「张**」。", "没有它，要等结果公示以后才公开。", 1, false},
	{CoverPublic, "封面照片也给街坊看", "提案公开的时候，社区看过的封面照片也公开，谁都看得到。照片里的人都要同意。", "没有它，公开的提案里没有照片。收回以后，照片马上看不到。", 1, false},
	{Guardian14, "孩子参加活动", "您作为监护人，同意未满十四岁的孩子参加活动并留下记录。", "收回以后，孩子的照片和记录不再使用。", 1, false},
}

// TermOf finds a purpose's words.
func TermOf(p Purpose) (Term, bool) {
	for _, t := range Terms {
		if t.Purpose == p {
			return t, true
		}
	}
	return Term{}, false
}

// Withdrawn is the fact that a person took a consent back, or refused it: what is public under it is to be hidden, and
// nothing new is to be made from it. Areas that publish about people listen (I-D3: within a day).
type Withdrawn struct {
	PersonID string  `json:"person_id"`
	Purpose  Purpose `json:"purpose"`
	Subject  string  `json:"subject"` // the team or organisation it was about, "" for everything
}

// Kind names the fact.
func (Withdrawn) Kind() string { return "consent.withdrawn" }

const (
	giveSQL = `insert into consent (id, person_id, purpose, text_version, subject_id, granted_at, granted_by, evidence, assistance_id)
  values (@id, nullif(@person, '')::uuid, @purpose, @version, nullif(@subject, '')::uuid, @at, @given_by,
    coalesce(nullif(@evidence, '')::uuid, (select paper_id from assistance where id = nullif(@assistance, '')::uuid)), nullif(@assistance, '')::uuid)`
	agreedSQL   = `delete from consent_refusal where person_id = @person and purpose = @purpose`
	withdrawSQL = `update consent set withdrawn_at = @at where person_id = @person and purpose = @purpose and withdrawn_at is null
  and (@subject = '' and subject_id is null or subject_id = nullif(@subject, '')::uuid)`
	endSQL    = `update consent set withdrawn_at = @at where purpose = @purpose and subject_id = @subject::uuid and withdrawn_at is null returning coalesce(person_id::text, '')`
	refuseSQL = `insert into consent_refusal (person_id, purpose, at) values (@person, @purpose, @at) on conflict do nothing`
	holdsSQL  = `select exists (select from consent where person_id = @person and purpose = @purpose and withdrawn_at is null and (@subject = '' or subject_id = nullif(@subject, '')::uuid))`
	maySQL    = `select not exists (select from consent_refusal where person_id = @person and purpose = @purpose)
  and not exists (select from consent where person_id = @person and purpose = @purpose and (@subject = '' or subject_id = nullif(@subject, '')::uuid))`
	mineSQL = `select c.id::text, c.purpose, coalesce(c.subject_id::text, '') as subject, coalesce(t.name, o.name, p.title, '') as subject_name, c.text_version, c.granted_at, c.granted_by,
  coalesce(c.evidence::text, '') as evidence, c.withdrawn_at from consent c left join team t on t.id = c.subject_id left join org o on o.id = c.subject_id left join proposal p on p.id = c.subject_id where c.person_id = @person order by c.granted_at desc, c.id desc limit 500`
	refusedSQL = `select purpose from consent_refusal where person_id = @person order by 1`
)

// Given is a consent of a person, withdrawn or not.
type Given struct {
	ID          string
	Purpose     Purpose
	Subject     string // team or organisation, "" for none
	SubjectName string
	TextVersion int
	GrantedAt   time.Time
	GrantedBy   string // self, guardian, helper
	Evidence    string // the signed paper, where somebody helped
	WithdrawnAt *time.Time
}

// Give notes the actor's consent in the caller's transaction and gives its id. Under assistance it is noted as the
// helper's writing, on the paper the person signed; without the paper the database refuses it.
func Give(ctx context.Context, tx pg.Tx, by identity.Actor, p Purpose, subject string, at time.Time) (string, error) {
	if !by.SignedIn() {
		return "", fault.Missing()
	}
	given := "self"
	if by.Helped() {
		given = "helper"
	}
	return give(ctx, tx, p, subject, at, Other{Person: by.ID, How: given}, by.Assistance)
}

// Other is somebody whose consent another hand writes down: a guardian for a child, staff for what was signed on paper.
type Other struct {
	Person   string // "" for who has no account: the subject stands for them
	How      string // guardian, paper
	Evidence string // the file of the signed paper, "" for none
}

// GiveFor notes the consent of somebody who is not the actor, in the caller's transaction, and gives its id. The caller
// has asked whether the actor may write it down, and keeps the proof.
func GiveFor(ctx context.Context, tx pg.Tx, o Other, p Purpose, subject string, at time.Time) (string, error) {
	if o.How != "guardian" && o.How != "paper" || o.Person == "" && subject == "" {
		return "", fault.Missing()
	}
	return give(ctx, tx, p, subject, at, o, "")
}

func give(ctx context.Context, tx pg.Tx, p Purpose, subject string, at time.Time, o Other, assistance string) (string, error) {
	t, known := TermOf(p)
	if !known {
		return "", fault.Missing()
	}
	id := uuid.Must(uuid.NewV7()).String()
	if _, err := pg.Do(ctx, tx, giveSQL, pg.Args{"id": id, "person": o.Person, "purpose": p, "version": t.Version, "subject": subject, "at": at, "given_by": o.How, "evidence": o.Evidence, "assistance": assistance}); err != nil {
		return "", err
	}
	if o.Person == "" {
		return id, nil
	}
	_, err := pg.Do(ctx, tx, agreedSQL, pg.Args{"person": o.Person, "purpose": p})
	return id, err
}

// End ends every consent about a subject, whoever gave it and whether they have an account or not, and tells those who
// listen; none left changes nothing.
func End(ctx context.Context, tx pg.Tx, p Purpose, subject string, at time.Time) error {
	people, err := pg.Values[string](ctx, tx, endSQL, pg.Args{"purpose": p, "subject": subject, "at": at})
	for _, person := range people {
		if person != "" && err == nil {
			err = outbox.Put(ctx, tx, at, Withdrawn{person, p, subject})
		}
	}
	return err
}

// Withdraw takes a person's consent back in the caller's transaction and tells those who listen; nothing to take back
// changes nothing. It tells whether there was one.
func Withdraw(ctx context.Context, tx pg.Tx, person string, p Purpose, subject string, at time.Time) (bool, error) {
	n, err := pg.Do(ctx, tx, withdrawSQL, pg.Args{"person": person, "purpose": p, "subject": subject, "at": at})
	if err != nil || n == 0 {
		return false, err
	}
	return true, outbox.Put(ctx, tx, at, Withdrawn{person, p, subject})
}

// Refuse keeps a no: the person is not asked again, and what may be public without their yes is hidden.
func Refuse(ctx context.Context, tx pg.Tx, person string, p Purpose, at time.Time) error {
	n, err := pg.Do(ctx, tx, refuseSQL, pg.Args{"person": person, "purpose": p, "at": at})
	if err != nil || n == 0 {
		return err
	}
	return outbox.Put(ctx, tx, at, Withdrawn{person, p, ""})
}

// Holds tells whether a person's consent for a purpose stands; subject "" means any.
func Holds(ctx context.Context, q pg.Reader, person string, p Purpose, subject string) (bool, error) {
	return pg.Value[bool](ctx, q, holdsSQL, pg.Args{"person": person, "purpose": p, "subject": subject})
}

// MayAsk tells whether a person may be asked for a consent: never after they said no or took it back.
func MayAsk(ctx context.Context, q pg.Reader, person string, p Purpose, subject string) (bool, error) {
	return pg.Value[bool](ctx, q, maySQL, pg.Args{"person": person, "purpose": p, "subject": subject})
}

// Mine lists the actor's own consents, newest first, and the purposes they refused.
func Mine(ctx context.Context, q pg.Reader, by identity.Actor) ([]Given, []Purpose, error) {
	given, err := pg.All[Given](ctx, q, mineSQL, pg.Args{"person": by.ID})
	if err != nil {
		return nil, nil, err
	}
	refused, err := pg.Values[Purpose](ctx, q, refusedSQL, pg.Args{"person": by.ID})
	return given, refused, err
}
