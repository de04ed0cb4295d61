package privacy

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/talent"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// nameless stands where a name stood, in the data: words:none.

const nameless = "已注销"

const obstaclesSQL = `select
  (select count(*) from role_grant where person_id = @id::uuid and until is null) as roles,
  (select count(*) from proposal where lead_id = @id::uuid and state = any(@live) and not exists (select from project j where j.proposal_id = proposal.id and j.state in ('accepted','failed','terminated','archived'))) as leads,
  (select count(*) from claim where created_by = @id::uuid and state not in ('draft','paid','payee_confirmed','rejected','voided')) as claims,
  (select count(*) from org where leader_id = @id::uuid and state not in ('dissolved')) as orgs,
  (select count(*) from assistance where (person_id = @id::uuid or helper_id = @id::uuid) and state = 'open') as helped`

// obstacles tells what has to be settled before a person can be erased: what others still depend on.
func obstacles(ctx context.Context, q pg.Reader, person string) ([]fault.Message, error) {
	n, err := pg.One[struct{ Roles, Leads, Claims, Orgs, Helped int }](ctx, q, obstaclesSQL, pg.Args{"id": person, "live": proposal.Live})
	if err != nil {
		return nil, err
	}
	var list []fault.Message
	for _, o := range []struct {
		n    int
		text string
	}{{n.Roles, "还有 %d 个工作人员的角色，要先收回"}, {n.Leads, "还在领办 %d 个项目或申报，要先交给别人、撤回或办结"}, {n.Claims, "还有 %d 张报销单没有办完"},
		{n.Orgs, "还是 %d 个组织的负责人，要先换人"}, {n.Helped, "还有 %d 次帮填没有结束"}} {
		if o.n > 0 {
			list = append(list, fault.Say(o.text, o.n))
		}
	}
	return list, nil
}

const (
	profileSQL = `select name, phone_index, version, coalesce(home::text, '') as home from person where id = @id::uuid and erased_at is null for update`
	blankSQL   = `update person set name = @nameless, phone_index = null, phone_sealed = null, phone_tail = '', home = null, home_state = 'none', totp_sealed = null, totp_step = 0,
  state = 'disabled', erased_at = @at, version = version + 1 where id = @id::uuid`
	keyGoneSQL  = `delete from person_key where person_id = @id::uuid`
	sessionsSQL = `delete from session where person_id = @id::uuid`
	codesSQL    = `delete from login_code where phone_index = @index`
	filesSQL    = `delete from data_file where person_id = @id::uuid`
	lettersSQL  = `delete from notice where person_id = @id::uuid`
	seatsSQL    = `select id::text, state, place::text, version from (select m.id, m.state, coalesce(t.place, ''::ltree) as place, m.version, m.at from team_member m join team t on t.id = m.team_id
  where (m.person_id = @id::uuid or m.person_id is null and m.phone_index = @index::bytea) and (m.state in ('invited','applied') or m.state = 'accepted' and m.role <> 'lead' and t.state in ('forming','ready','active')) for no key update of m) s order by id`
	seatEndSQL  = `update team_member set state = @to, version = version + 1, answered_at = @at where id = @id::uuid`
	orgEndSQL   = `update org_member set name = @nameless, state = case when state = 'accepted' then 'left' when state = 'asked' then 'declined' else state end where person_id = @id::uuid`
	orgCountSQL = `update org set members_n = (select count(*) from org_member m where m.org_id = org.id and m.state = 'accepted') where id in (select org_id from org_member where person_id = @id::uuid)`
	yesSQL      = `update consent set withdrawn_at = @at where person_id = @id::uuid and withdrawn_at is null`
	paperSQL    = `update grace set lead_name = @nameless where proposal_id in (select id from proposal where lead_id = @id::uuid) or lead_name = @name and state = 'struck'`
	draftsSQL   = `select id::text from proposal where lead_id = @id::uuid and state = 'draft' order by id`
	followsSQL  = `delete from follow where person_id = @id::uuid`
)

// erase unlinks a person from what is kept of them: the key that seals their numbers is destroyed, the profile is blank,
// memberships end, letters are gone. Vouchers, ledger and trail stay as the law wants; they name the person by an id that
// leads nowhere any more (I-D5).
func (b *Book) erase(ctx context.Context, tx pg.Tx, w identity.Warrant, id string, now time.Time) error {
	type profile struct {
		Name       string
		PhoneIndex []byte
		Version    int
		Home       string
	}
	p, err := pg.One[profile](ctx, tx, profileSQL, pg.Args{"id": id})
	if err != nil {
		return err
	}
	stops, err := obstacles(ctx, tx, id)
	if err != nil {
		return err
	}
	if len(stops) > 0 {
		return fault.Field("ruling", "现在还不能注销：%s", stops[0])
	}
	if err := b.unlink(ctx, tx, w, id, p.PhoneIndex, now); err != nil {
		return err
	}
	if err := talent.Forget(ctx, tx, w, id, p.PhoneIndex, now); err != nil {
		return err
	}
	if err := forgetDrafts(ctx, tx, w, id, now); err != nil {
		return err
	}
	if err := forgetWords(ctx, tx, gone{id, p.Name, p.Home, p.PhoneIndex, now}); err != nil {
		return err
	}
	for _, s := range []struct {
		sql  string
		args pg.Args
	}{
		{keyGoneSQL, pg.Args{"id": id}}, {sessionsSQL, pg.Args{"id": id}}, {codesSQL, pg.Args{"index": p.PhoneIndex}}, {filesSQL, pg.Args{"id": id}}, {lettersSQL, pg.Args{"id": id}},
		{orgEndSQL, pg.Args{"id": id, "nameless": nameless}}, {orgCountSQL, pg.Args{"id": id}},
		{yesSQL, pg.Args{"id": id, "at": now}}, {paperSQL, pg.Args{"id": id, "name": p.Name, "nameless": nameless}},
		{followsSQL, pg.Args{"id": id}}, {blankSQL, pg.Args{"id": id, "nameless": nameless, "at": now}},
	} {
		if _, err := pg.Do(ctx, tx, s.sql, s.args); err != nil {
			return err
		}
	}
	if err := outbox.Put(ctx, tx, now, consent.Withdrawn{PersonID: id, Purpose: consent.PhotoPublic}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "person", ID: id, Version: p.Version + 1, Action: "erase", From: "active", To: "disabled", Place: p.Home, At: now})
}

// unlink ends what can end without anybody else's leave: seats in teams that are still at work, and drafts.
func (b *Book) unlink(ctx context.Context, tx pg.Tx, w identity.Warrant, id string, index []byte, now time.Time) error {
	type seat struct {
		ID, State, Place string
		Version          int
	}
	seats, err := pg.All[seat](ctx, tx, seatsSQL, pg.Args{"id": id, "index": index})
	if err != nil {
		return err
	}
	for _, s := range seats {
		to := "declined"
		if s.State == "accepted" {
			to = "left"
		}
		if _, err := pg.Do(ctx, tx, seatEndSQL, pg.Args{"id": s.ID, "to": to, "at": now}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: s.ID, Version: s.Version + 1, Action: "leave", From: s.State, To: to, Place: s.Place, At: now}); err != nil {
			return err
		}
	}
	drafts, err := pg.Values[string](ctx, tx, draftsSQL, pg.Args{"id": id})
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if err := proposal.Move(ctx, tx, w, proposal.Step{ID: d, To: proposal.Withdrawn, At: now}); err != nil {
			return err
		}
	}
	return nil
}
