package proposal

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
)

// Ages are the bands somebody says they are in when they join; a day of birth is never asked (DOMAIN §12.5).
var Ages = []edition.Choice{{Code: "adult", Name: "满 18 岁"}, {Code: "16_17", Name: "16 到 17 岁"}, {Code: "14_15", Name: "14 到 15 岁"}, {Code: "under_14", Name: "不到 14 岁"}}

// minor tells whether a band is below 18: helper only, with a guardian who knows.
func minor(age string) bool { return Young(age) || age == "16_17" }

// Young tells whether a band needs a guardian's yes before anything begins (L3 art. 8, L1 art. 31).
func Young(age string) bool { return age == "14_15" || age == "under_14" }

// shielded is a proposal with its minors' names masked: for whoever reads it outside the team. Who looks after children
// opens their record, and that look is kept.
func (f Full) shielded() Full {
	f.Members = slices.Clone(f.Members)
	for i, m := range f.Members {
		if minor(m.Age) {
			f.Members[i].Name, f.Members[i].PhoneTail = Masked(m.Name), ""
		}
	}
	return f
}

// newcomer is what everybody says about themself on the way into a team.
type newcomer struct {
	Agree                            bool
	Age, GuardianName, GuardianPhone string
}

func (n newcomer) check() error {
	var wrong fault.Fields
	if !n.Agree {
		wrong.Add("agree", "请先看过说明并打勾，再点加入")
	}
	if !edition.Known(Ages, n.Age) {
		wrong.Add("age", "请选择您的年龄段")
	}
	if minor(n.Age) {
		if n.GuardianName == "" {
			wrong.Add("guardian_name", "未满 18 岁，请填写家长的姓名")
		}
		if n.GuardianPhone == "" {
			wrong.Add("guardian_phone", "未满 18 岁，请填写家长的手机号")
		}
	}
	short(&wrong, "guardian_name", n.GuardianName, 20)
	return wrong.Err()
}

// Guardian is who looks after a minor of a team, as far as pages show it.
type Guardian struct {
	ID          string
	MemberID    string
	ChildID     string
	PhoneTail   string
	Accompanied bool
	How         string // "code" or "paper" once answered
	Paper       string // the signed paper's file, "" when there is none
	CodeHash    []byte
	CodeAt      *time.Time
	CodeTries   int
	CodesN      int
	AnsweredAt  *time.Time
	State       string // asked, agreed, refused
	At          time.Time
	Version     int
}

const (
	guardianColumns = `g.id::text, g.member_id::text, g.child_id::text, g.phone_tail, g.accompanied, g.how, coalesce(g.paper::text, '') as paper, g.code_hash, g.code_at, g.code_tries,
  g.codes_n, g.answered_at, g.state, g.at, g.version`
	guardianSQL     = `select ` + guardianColumns + ` from guardian g where g.id = @id::uuid`
	lockGuardianSQL = guardianSQL + ` for no key update`
	guardianOfSQL   = `select state from guardian where member_id = @member::uuid`
	addGuardianSQL  = `insert into guardian (id, member_id, child_id, name_sealed, phone_sealed, phone_tail, at) values (@id, @member, @child, @name, @phone, @tail, @at)`
	childPhoneSQL   = `select coalesce(phone_index, ''::bytea) from person where id = @id::uuid`
	guardianName    = "guardian name"  // what the sealed values are bound to
	guardianPhone   = "guardian phone" //
)

// guarded tells why a minor may not be taken in yet.
func guarded(ctx context.Context, q pg.Reader, s seat) error {
	if !Young(s.Age) {
		return nil
	}
	states, err := pg.Values[string](ctx, q, guardianOfSQL, pg.Args{"member": s.ID})
	if err == nil && (len(states) == 0 || states[0] != "agreed") {
		err = fault.New(fault.Conflict, "这位邻居未满 16 岁，家长同意以后才能加入。请家长扫码确认，或到社区签字")
	}
	return err
}

// askGuardian keeps who looks after a minor, sealed under the minor's own key, and tells the minor and the community.
func (b *Book) askGuardian(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, memberID, childID, name, phone string) error {
	index, tail, err := b.phones.Index(phone)
	if text, bad := fault.InFields(err)["phone"]; bad {
		return fault.Field("guardian_phone", text.Text, text.Args...)
	} else if err != nil {
		return err
	}
	own, err := pg.Value[[]byte](ctx, tx, childPhoneSQL, pg.Args{"id": childID})
	if err != nil {
		return err
	}
	if hmac.Equal(own, index) {
		return fault.Field("guardian_phone", "这是您自己的号码。请填家长的手机号")
	}
	sealedName, err := b.phones.SealFor(ctx, tx, childID, guardianName, name)
	if err != nil {
		return err
	}
	sealedPhone, err := b.phones.SealFor(ctx, tx, childID, guardianPhone, strings.TrimSpace(phone))
	if err != nil {
		return err
	}
	id, now := newID(), b.clock.Now()
	if _, err := pg.Do(ctx, tx, addGuardianSQL, pg.Args{"id": id, "member": memberID, "child": childID, "name": sealedName, "phone": sealedPhone, "tail": tail, "at": now}); err != nil {
		return err
	}
	if err := b.tellTeam(ctx, tx, id, 1, []string{childID}, "/guardians/"+id, "请把家长确认的二维码给家长扫一扫"); err != nil {
		return err
	}
	staff, err := notice.Holders(ctx, tx, p.Place, identity.CommunityStaff)
	if err != nil {
		return err
	}
	if err := b.tellTeam(ctx, tx, id, 1, staff, "/desk/guardians", "有未成年人要加入团队，等家长确认。家长来签字的话，请在这里登记"); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "guardian", ID: id, Version: 1, Action: "ask", To: "asked", Place: p.Place, At: now})
}

// GuardianToken is the secret part of the link by which a guardian answers. Only the minor's page and the team's lead
// are given it.
func (b *Book) guardianToken(id string) string { return b.token("guardian", id) }

// token makes a link's secret part of a row's id: the id and the house's mark under it, in 43 letters.
func (b *Book) token(purpose, id string) string {
	raw := uuid.MustParse(id)
	return base64.RawURLEncoding.EncodeToString(append(raw[:], b.phones.Sign(purpose+" link", id)[:16]...))
}

// untoken reads a link's secret part; whatever we have not made reads as not there.
func (b *Book) untoken(purpose, token string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != 32 {
		return "", fault.Missing()
	}
	id, err := uuid.FromBytes(raw[:16])
	if err != nil || !hmac.Equal(raw[16:], b.phones.Sign(purpose+" link", id.String())[:16]) {
		return "", fault.Missing()
	}
	return id.String(), nil
}

// Care is a guardian's page: what the child wants to join, with the risks, and what is asked.
type Care struct {
	Guardian
	Child     string // the child's name, masked for whoever only has the link
	Age       string
	Member    string // the membership's state
	Title     string
	Pitch     string
	Lead      string // masked
	TeamName  string
	Community string
	CommunEn  string
	Contact   string // of the competition
	Task      string // what the child would do, "" when it was not through a post
	TimeText  string
	PlaceText string
	Risk      string
	Place     string
	ProposalID,
	LeadID string
}

const (
	careColumns = guardianColumns + `, m.name as child, m.age, m.state as member, p.title, p.pitch, l.name as lead, t.name as team_name, pl.name as community, pl.name_en as commun_en, e.contact,
  coalesce(w.task, '') as task, coalesce(w.time_text, p.venue) as time_text, coalesce(w.place_text, '') as place_text, coalesce(w.risk, p.risks) as risk, p.place::text, p.id::text as proposal_id, p.lead_id::text`
	careFrom = ` from guardian g join team_member m on m.id = g.member_id join team t on t.id = m.team_id join proposal p on p.team_id = t.id join person l on l.id = p.lead_id
  join place pl on pl.path = p.place join edition e on e.id = p.edition_id left join team_want w on w.id = m.want_id`
	careSQL = `select ` + careColumns + careFrom + ` where g.id = @id::uuid`
)

// Cared is a guardian's page for whoever holds the link; the names on it are masked.
func (b *Book) Cared(ctx context.Context, token string) (Care, error) {
	id, err := b.untoken("guardian", token)
	if err != nil {
		return Care{}, err
	}
	c, err := pg.One[Care](ctx, b.db, careSQL, pg.Args{"id": id})
	c.Child, c.Lead = Masked(c.Child), Masked(c.Lead)
	return c, err
}

// MyGuardian is the page of the minor, with the link to show to the guardian.
func (b *Book) MyGuardian(ctx context.Context, by identity.Actor, id string) (Care, string, error) {
	c, err := pg.One[Care](ctx, b.db, careSQL, pg.Args{"id": id})
	if err != nil {
		return c, "", err
	}
	if !by.SignedIn() || (c.ChildID != by.ID && c.LeadID != by.ID) {
		return Care{}, "", fault.Missing()
	}
	c.Lead = Masked(c.Lead)
	return c, b.guardianToken(id), nil
}

const (
	codeLasts = 15 * time.Minute
	mostCodes = 6
	mostTries = 5
	codeSQL   = `update guardian set code_hash = @hash, code_at = @at, code_tries = 0, codes_n = codes_n + 1 where id = @id::uuid`
	triedSQL  = `update guardian set code_tries = code_tries + 1 where id = @id::uuid`
	sealedSQL = `select name_sealed, phone_sealed from guardian where id = @id::uuid`
)

type sealedGuardian struct{ NameSealed, PhoneSealed []byte }

// SendGuardianCode sends a one-time code to the guardian's phone: once a minute, six times in all.
func (b *Book) SendGuardianCode(ctx context.Context, token string) error {
	id, err := b.untoken("guardian", token)
	if err != nil {
		return err
	}
	number, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	code, phone, now := fmt.Sprintf("%06d", number), "", b.clock.Now()
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		g, err := pg.One[Guardian](ctx, tx, lockGuardianSQL, pg.Args{"id": id})
		switch {
		case err != nil:
			return err
		case g.State != "asked":
			return fault.New(fault.Conflict, "已经答复过了，不用再确认")
		case g.CodeAt != nil && now.Before(g.CodeAt.Add(time.Minute)):
			return fault.Field("code", "一分钟内只能发一条短信，请稍等再试")
		case g.CodesN >= mostCodes:
			return fault.Field("code", "短信发得太多了。请带上身份证件到社区签字确认")
		}
		sealed, err := pg.One[sealedGuardian](ctx, tx, sealedSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if phone, err = b.phones.OpenFor(ctx, tx, g.ChildID, guardianPhone, sealed.PhoneSealed); err != nil {
			return err
		}
		_, err = pg.Do(ctx, tx, codeSQL, pg.Args{"id": id, "hash": b.phones.Sign("guardian code", id+code), "at": now})
		return err
	})
	if err != nil {
		return err
	}
	return b.phones.TextTo(ctx, phone, fmt.Sprintf("【苗圃】家长确认码 %s，15 分钟内有效。您的孩子想参加社区公益项目，请您确认。不要告诉别人。", code))
}

// GuardianAnswer is a guardian's yes, with the code their phone was sent, or no.
type GuardianAnswer struct {
	Code        string `form:"code"`
	Agree       bool   `form:"agree"`
	Accompanied bool   `form:"accompanied"` // only for a child under 14: somebody of the family comes along
}

func (a GuardianAnswer) check(age string) error {
	var wrong fault.Fields
	if len(digits(a.Code)) != 6 {
		wrong.Add("code", "确认码是 6 位数字")
	}
	if !a.Agree {
		wrong.Add("agree", "请先看过说明并打勾，再点同意")
	}
	if age == "under_14" && !a.Accompanied {
		wrong.Add("accompanied", "孩子不到 14 岁，参加时要有家人陪着。请确认")
	}
	return wrong.Err()
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return -1
	}, s)
}

// KeepPapers tells where guardians' signed papers are put.
func (b *Book) KeepPapers(store objects.Store) { b.scans = store }

// TakePaper puts a guardian's signed paper into the store, before the verb that records it.
func (b *Book) TakePaper(ctx context.Context, r io.ReadSeeker) (evidence.Taken, error) {
	return evidence.TakePaper(ctx, b.scans, r)
}
