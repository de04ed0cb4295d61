package privacy_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/audit"
	"seedbed/domain/identity"
	"seedbed/domain/privacy"
	"seedbed/storage/pg"
)

// lawful are the columns where a name may still stand after its person was erased, each with the reason (I-D5).
var lawful = map[string]string{
	"proposal_revision.body": "the application as it was sealed and digested: a project's file for 10 years",
	"agreement.annex":        "the contract as three parties signed it",
	"publicity.content":      "the public notice as it was published; it masks every lead",
	"claim.payee":            "an accounting voucher: 30 years",
	"audit_event.reason":     "the trail: hashed line by line, nothing in it is ever changed",
	"proposal_opinion.text":  "the community's official opinion, never changed",
	"proposal_return.note":   "the official reason of a return, never changed",
}

// planted are rows that keep something of the person by name, one for each place a name is kept. %s stands for the person,
// the name is written in full; ids are those of the list.
var planted = []struct{ entity, sql string }{
	{"edition", `insert into edition (id, place, no, title, rules, created_by, created_at) values ('%[2]s', 'jz', 1, '第一届', '{}', '%[1]s', now())`},
	{"team", `insert into team (id, place, lead_id, state, created_at) values ('%[2]s', 'jz.w.a', '%[1]s', 'dissolved', now())`},
	{"team_member", `insert into team_member (id, team_id, person_id, name, role, skill, wish, word, phone_tail, state, at) values ('%[2]s', (select id from team), '%[1]s', '%[3]s', 'member', '%[3]s会写', '%[3]s想写', '%[3]s想来', '5544', 'left', now())`},
	{"team_member", `insert into team_member (id, team_id, name, role, phone_index, phone_tail, state, at) values ('%[2]s', (select id from team limit 1), '%[3]s', 'member', decode('%[4]s', 'hex'), '5544', 'invited', now())`},
	{"guardian", `insert into guardian (id, member_id, child_id, name_sealed, phone_sealed, phone_tail, at) values ('%[2]s', gen_random_uuid(), '%[1]s', 'x', 'x', '5544', now())`},
	{"handover", `insert into handover (id, team_id, proposal_id, old_lead, new_lead, proposed_by, reason, until, place, answer, at) values ('%[2]s', gen_random_uuid(), gen_random_uuid(), '%[1]s', gen_random_uuid(), gen_random_uuid(), '%[3]s搬走了', now(), 'jz.w.a', '%[3]s同意', now())`},
	{"", `insert into handover_vote (handover_id, person_id, name, yes, at) values ('%[2]s', '%[1]s', '%[3]s', true, now())`},
	{"proposal", `insert into proposal (id, edition_id, team_id, place, lead_id, title, pitch, method, answers, created_at, saved_at) values ('%[2]s', (select id from edition), (select id from team), 'jz.w.a', '%[1]s', '%[3]s的花园', '%[3]s', '%[3]s', '{"q": "%[3]s"}', now(), now())`},
	{"proposal", `insert into proposal (id, number, edition_id, team_id, place, lead_id, state, title, partners, acting_reason, submitted_at, created_at, saved_at) values ('%[2]s', 'x1', (select id from edition), gen_random_uuid(), 'jz.w.a', '%[1]s', 'not_selected', '%[3]s的厨房', '%[3]s和邻居', '%[3]s看不清', now(), now(), now())`},
	{"", `insert into proposal_activity (proposal_id, seq, name, times, place_text, people) select id, 1, '%[3]s上课', 1, '%[3]s家', 3 from proposal where '%[2]s' <> ''`},
	{"", `insert into proposal_line (proposal_id, seq, category, item, unit_price, qty, note) select id, 1, 'x', '%[3]s的车', 1, 1, '%[3]s' from proposal where '%[2]s' <> ''`},
	{"", `insert into proposal_save (proposal_id, saves, body, at) select id, 1, '{"Title": "%[3]s"}', now() from proposal where '%[2]s' <> ''`},
	{"", `insert into proposal_revision (proposal_id, no, kind, body, digest, sealed_at, sealed_by) select id, 1, 'submission', '%[3]s', 'x', now(), '%[1]s' from proposal where number = 'x1' and '%[2]s' <> ''`},
	{"", `insert into proposal_comment (id, proposal_id, section, body, by_person, at) values ('%[2]s', gen_random_uuid(), 'why', '我是%[3]s', '%[1]s', now())`},
	{"appeal", `insert into appeal (id, proposal_id, check_id, place, text, by_person, at) values ('%[2]s', gen_random_uuid(), gen_random_uuid(), 'jz.w.a', '%[3]s不服', '%[1]s', now())`},
	{"objection", `insert into objection (id, number, publicity_id, award_id, place, person_id, facts, due_at, received_at) values ('%[2]s', 'y1', gen_random_uuid(), gen_random_uuid(), 'jz.w.a', '%[1]s', '%[3]s看到的', now(), now())`},
	{"", `insert into support (proposal_id, person_id, word, at) values ('%[2]s', '%[1]s', '%[3]s支持', now())`},
	{"talent", `insert into talent (id, person_id, name, place, source, why, skill_note, story, state, active_at, created_at) values ('%[2]s', '%[1]s', '%[3]s', 'jz.w.a', 'self', '%[3]s', '%[3]s会修', '%[3]s的故事', 'verified', now(), now())`},
	{"talent", `insert into talent (id, name, place, source, why, phone_index, phone_tail, phone_sealed, phone_key, active_at, created_at) values ('%[2]s', '%[3]s', 'jz.w.a', 'neighbour', '%[3]s唱得好', decode('%[4]s', 'hex'), '5544', 'x', 'x', now(), now())`},
	{"", `insert into talent_contact (id, talent_id, by_person, on_day, how, said, created_at) select '%[2]s', id, gen_random_uuid(), now(), 'visit', '%[3]s愿意', now() from talent where person_id = '%[1]s'`},
	{"", `insert into talent_contact (id, talent_id, by_person, on_day, how, said, created_at) values ('%[2]s', gen_random_uuid(), '%[1]s', now(), 'ask', '%[3]s想请您', now())`},
	{"topic", `insert into topic (id, number, place, proposer_id, kind, title, body, where_text, affected, feedback, created_at) values ('%[2]s', 'z1', 'jz.w.a', '%[1]s', 'other', '%[3]s家门口', '我叫%[3]s', '%[3]s门口', '%[3]s', '%[3]s满意', now())`},
	{"topic", `insert into topic (id, number, place, proposer_id, kind, title, body, host, invited, discussion, decision, created_at) values ('%[2]s', 'z2', 'jz.w.a', gen_random_uuid(), 'other', '别的事', '别人提的', '%[3]s', '张三、%[3]s', '%[3]s说', '由%[3]s办', now())`},
	{"", `insert into topic_task (id, topic_id, what, owner, due, done_note, created_at) select '%[2]s', id, '请%[3]s擦窗', '%[3]s', now(), '%[3]s擦了', now() from topic where number = 'z2'`},
	{"assistance", `insert into assistance (id, place, person_id, helper_id, helper_role, why, reason, method, state, started_at) values ('%[2]s', 'jz.w.a', '%[1]s', gen_random_uuid(), 'community_staff', 'other', '%[3]s眼睛不好', 'face', 'cancelled', now())`},
	{"assistance", `insert into assistance (id, place, person_id, helper_id, helper_role, why, method, state, witnesses, started_at) values ('%[2]s', 'jz.w.a', gen_random_uuid(), gen_random_uuid(), 'community_staff', 'other', 'face', 'cancelled', '%[3]s、李四', now())`},
	{"assisted_dispute", `insert into assisted_dispute (id, assistance_id, person_id, helper_id, place, way, text, answer, undo, at) values ('%[2]s', gen_random_uuid(), '%[1]s', gen_random_uuid(), 'jz.w.a', 'app', '%[3]s没签', '%[3]s说得对', '%[3]s的撤了', now())`},
	{"grace", `insert into grace (id, edition_id, place, lead_name, received_at, paper_id, state, proposal_id, listed_by, at) select '%[2]s', gen_random_uuid(), 'jz.w.a', '%[3]s', now(), gen_random_uuid(), 'used', id, gen_random_uuid(), now() from proposal where number = 'x1'`},
	{"attachment", `insert into attachment (id, digest, size, mime, kind, owner, owner_id, name, uploader, uploaded_at, state) values ('%[2]s', 'x', 1, 'image/jpeg', 'photo', 'activity', gen_random_uuid(), '%[3]s.jpg', '%[1]s', now(), 'stored')`},
	{"attachment", `insert into attachment (id, digest, size, mime, kind, owner, owner_id, name, uploaded_at, state) select '%[2]s', 'x', 1, 'image/jpeg', 'paper', 'talent', id, '%[3]s签字.jpg', now(), 'stored' from talent where person_id = '%[1]s'`},
	{"attachment", `insert into attachment (id, digest, size, mime, kind, owner, owner_id, name, uploaded_at, state) select '%[2]s', 'x', 1, 'image/jpeg', 'paper', 'guardian', id, '%[3]s家长.jpg', now(), 'stored' from guardian`},
	{"attachment", `insert into attachment (id, digest, size, mime, kind, owner, owner_id, name, uploaded_at, state) select '%[2]s', 'x', 1, 'image/jpeg', 'picture', 'proposal', id, '%[3]s的花.jpg', now(), 'stored' from proposal where number is null`},
	{"", `insert into upload (id, person, owner, owner_id, kind, name, size, digest, at) values ('%[2]s', '%[1]s', 'activity', gen_random_uuid(), 'x', '%[3]s.jpg', 1, repeat('0', 64), now())`},
	{"", `insert into org_member (org_id, person_id, name, role, state, asked_at) values ('%[2]s', '%[1]s', '%[3]s', 'member', 'left', now())`},
	{"", `insert into notice (id, person_id, code, text, args, key, at) values ('%[2]s', gen_random_uuid(), 'N16', '%%s 加入了', '["%[3]s"]', 'k', now())`},
	{"", `insert into notice (id, person_id, code, text, args, key, at) values ('%[2]s', '%[1]s', 'N16', '%%s 您好', '["%[3]s"]', 'k2', now())`},
	{"team_post", `insert into team_post (id, team_id, code, title, intro, at) select '%[2]s', id, 'c1', '%[3]s招人', '%[3]s带队', now() from team`},
	{"team_want", `insert into team_want (id, team_id, task, time_text, place_text, risk, role, least, wanted, at) select '%[2]s', id, '给%[3]s搭手', '周末', '%[3]s家', '%[3]s的狗', 'helper', 'adult', 1, now() from team`},
	{"team_link", `insert into team_link (id, team_id, role, note, most, until, made_by, at) select '%[2]s', id, 'helper', '%[3]s的楼', 1, now(), '%[1]s', now() from team`},
	{"claim", `insert into claim (id, project_id, place, payee_kind, payee, total, created_by, created_at, state) values ('%[2]s', gen_random_uuid(), 'jz.w.a', 'vendor', '%[3]s', 1, '%[1]s', now(), 'paid')`},
}

// standing lists every text column of the house where one of the words stands, as table.column.
func standing(w *town, words ...string) []string {
	w.Helper()
	columns, err := pg.Values[string](w.ctx, w.db, `select format('%I.%I', k.table_name, k.column_name) from information_schema.columns k join information_schema.tables b on b.table_schema = k.table_schema and b.table_name = k.table_name and b.table_type = 'BASE TABLE'
  where k.table_schema = 'public' and k.table_name <> 'goose_db_version' and (k.data_type in ('text','jsonb','ARRAY','bytea','tsvector') or k.udt_name = 'citext') order by 1`, nil)
	w.must(err)
	var found []string
	for _, column := range columns {
		table, name, _ := strings.Cut(column, ".")
		if w.count(fmt.Sprintf(`select count(*) from %s where exists (select from unnest(@words::text[]) u where strpos(%s::text, u) > 0)`, table, name), pg.Args{"words": words}) > 0 {
			found = append(found, column)
		}
	}
	return found
}

// Whoever is erased stands nowhere any more, in no text column of any table, but where law keeps what was signed (I-D5).
func TestAnErasedPersonStandsNowhere(t *testing.T) {
	w := newTown(t)
	index, _, err := w.accounts.Index(canaryPhone)
	w.must(err)
	w.plant(hex.EncodeToString(index))
	before := standing(w, canary)
	if len(before) < 50 {
		t.Fatalf("only %d places are planted: %v", len(before), before)
	}
	ask := privacy.Ask{ID: newID(), Kind: "close", Text: "我叫" + canary}
	w.must(w.book.Ask(w.ctx, w.resident, ask))
	w.must(w.book.Answer(w.ctx, w.handler, ask.ID, privacy.Verdict{Version: 1, Ruling: "erase", Answer: "核对过" + canary + "本人", Sure: true}))
	for _, column := range standing(w, canary, canaryPhone, hex.EncodeToString(index)) {
		if lawful[column] == "" {
			t.Errorf("the name still stands in %s", column)
		}
	}
	for _, kept := range []string{"proposal_revision.body", "claim.payee"} { // what law keeps is still there
		if !slices.Contains(standing(w, canary), kept) {
			t.Errorf("%s is gone", kept)
		}
	}
	for what, sql := range map[string]string{
		"an entry of the talent bank": `select count(*) from talent where state <> 'removed' or person_id is not null or phone_index is not null`,
		"an open invitation":          `select count(*) from team_member where state = 'invited'`,
		"the tail of the number":      `select (select count(*) from team_member where phone_tail <> '') + (select count(*) from talent where phone_tail <> '') + (select count(*) from guardian where phone_tail <> '')`,
		"a picture of a draft":        `select count(*) from attachment where owner = 'proposal'`,
		"a vote changed by it":        `select count(*) from handover_vote where yes is not true`,
	} {
		if n := w.count(sql, nil); n != 0 {
			t.Errorf("%s is left", what)
		}
	}
	if _, broken, err := audit.Verify(w.ctx, w.db); err != nil || len(broken) > 0 {
		t.Errorf("trail: %v %v", broken, err)
	}
}

// plant writes the rows as the database's owner, past keys and triggers, and gives each its line in the trail.
func (w *town) plant(index string) {
	w.Helper()
	owner, err := pgx.Connect(w.ctx, w.url)
	w.must(err)
	defer owner.Close(w.ctx)
	_, err = owner.Exec(w.ctx, "set session_replication_role = replica")
	w.must(err)
	warrant, err := identity.House().Must(identity.KeepCalendar, "jz.w.a")
	w.must(err)
	for _, p := range planted {
		id := newID()
		tag, err := owner.Exec(w.ctx, fmt.Sprintf(p.sql, w.resident.ID, id, canary, index))
		if err != nil || tag.RowsAffected() == 0 {
			w.Fatalf("%s: %v", p.sql, err)
		}
		if p.entity != "" {
			w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
				return audit.Record(w.ctx, tx, warrant, audit.Event{Entity: p.entity, ID: id, Version: 1, Action: "plant", Place: "jz.w.a", At: noon})
			}))
		}
	}
}
