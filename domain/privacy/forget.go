package privacy

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/evidence"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// gone is somebody who is being erased: what they are found by, one last time.
type gone struct {
	id, name, home string
	index          []byte // of the phone, nil for none
	at             time.Time
}

// What a person said for themself goes as a whole: it was theirs, and nobody decides on it any more.
const (
	forgetSeatSQL     = `update team_member set name = @blank, phone_index = null, phone_tail = '', skill = '', wish = '', word = '' where person_id = @id::uuid or person_id is null and phone_index = @index::bytea`
	forgetGuardianSQL = `update guardian set phone_tail = '', code_hash = null where child_id = @id::uuid`
	forgetVoteSQL     = `update handover_vote set name = @blank where person_id = @id::uuid`
	forgetRemarkSQL   = `update proposal_comment set body = '', hidden_at = coalesce(hidden_at, @at), hidden_by = coalesce(hidden_by, @id::uuid) where by_person = @id::uuid`
	forgetVoiceSQL    = `update support set word = '' where person_id = @id::uuid`
	forgetAskSQL      = `update talent_contact set said = '' where by_person = @id::uuid and how = 'ask'`
	forgetRequestSQL  = `update rights_request set text = '', answer = replace(answer, @name, @blank) where person_id = @id::uuid`
	forgetDisputeSQL  = `update assisted_dispute set text = '', answer = replace(answer, @name, @blank), undo = replace(undo, @name, @blank) where person_id = @id::uuid`
	forgetJurorSQL    = `update juror set unit = '', title = '', bank = '', account_sealed = null, account_tail = '' where person_id = @id::uuid`
	forgetTiesSQL     = `delete from juror_tie where juror_id in (select id from juror where person_id = @id::uuid)`
	forgetPhrasesSQL  = `delete from judge_phrase where person_id = @id::uuid`
	forgetUploadSQL   = `delete from upload where person = @id::uuid`
	forgetFileSQL     = `update attachment set name = '', lat = null, lon = null where uploader = @id::uuid or owner = 'assistance' and owner_id in (select id from assistance where person_id = @id::uuid)
  or owner = 'guardian' and owner_id in (select id from guardian where child_id = @id::uuid)`
)

// What others still build on stays, without the name: matters they raised, how a lead changed, what was handed in.
const (
	nameInHelpSQL     = `update assistance set reason = replace(reason, @name, @blank), witnesses = replace(witnesses, @name, @blank) where strpos(reason || witnesses, @name) > 0 and (person_id = @id::uuid or place <@ nullif(@home, '')::text::ltree)`
	nameInHandoverSQL = `update handover set reason = replace(reason, @name, @blank), answer = replace(answer, @name, @blank) where @id::uuid in (old_lead, new_lead, proposed_by)`
	nameInTopicSQL    = `update topic set title = replace(title, @name, @blank), body = replace(body, @name, @blank), where_text = replace(where_text, @name, @blank), affected = replace(affected, @name, @blank),
  feedback = replace(feedback, @name, @blank), answer = replace(answer, @name, @blank), reason = replace(reason, @name, @blank) where proposer_id = @id::uuid`
	// Who leads, comes to and answers for a meeting is written down as a name, not as an account: the name is looked for at home.
	nameInMeetingSQL = `update topic set host = replace(host, @name, @blank), invited = replace(invited, @name, @blank), discussion = replace(discussion, @name, @blank), decision = replace(decision, @name, @blank)
  where place <@ nullif(@home, '')::text::ltree and strpos(concat_ws(' ', host, invited, discussion, decision), @name) > 0`
	nameInTaskSQL = `update topic_task k set owner = replace(k.owner, @name, @blank), what = replace(k.what, @name, @blank), done_note = replace(k.done_note, @name, @blank)
  from topic t where t.id = k.topic_id and t.place <@ nullif(@home, '')::text::ltree and strpos(concat_ws(' ', k.owner, k.what, k.done_note), @name) > 0`
	nameInAppealSQL    = `update appeal set text = replace(text, @name, @blank) where by_person = @id::uuid`
	nameInObjectionSQL = `update objection set facts = replace(facts, @name, @blank) where person_id = @id::uuid`
	nameInProposalSQL  = `update proposal set title = replace(title, @name, @blank), pitch = replace(pitch, @name, @blank), problem = replace(problem, @name, @blank), how_found = replace(how_found, @name, @blank),
  goal = replace(goal, @name, @blank), method = replace(method, @name, @blank), venue = replace(venue, @name, @blank), risks = replace(risks, @name, @blank), partners = replace(partners, @name, @blank),
  product = replace(product, @name, @blank), future = replace(future, @name, @blank), org_wish = replace(org_wish, @name, @blank), acting_reason = replace(acting_reason, @name, @blank),
  answers = replace(answers::text, @name, @blank)::jsonb where lead_id = @id::uuid`
	nameInPlanSQL = `with a as (update proposal_activity set name = replace(name, @name, @blank), place_text = replace(place_text, @name, @blank) where proposal_id in (select id from proposal where lead_id = @id::uuid))
  update proposal_line set item = replace(item, @name, @blank), note = replace(note, @name, @blank) where proposal_id in (select id from proposal where lead_id = @id::uuid)`
	nameInSavesSQL  = `delete from proposal_save where proposal_id in (select id from proposal where lead_id = @id::uuid)`
	nameInPostSQL   = `update team_post set title = replace(title, @name, @blank), intro = replace(intro, @name, @blank) where team_id in (select id from team where lead_id = @id::uuid)`
	nameInWantSQL   = `update team_want set task = replace(task, @name, @blank), place_text = replace(place_text, @name, @blank), risk = replace(risk, @name, @blank) where team_id in (select id from team where lead_id = @id::uuid)`
	nameInLinkSQL   = `update team_link set note = replace(note, @name, @blank) where made_by = @id::uuid`
	nameInLetterSQL = `update notice n set args = (select jsonb_agg(case when v = to_jsonb(@name::text) then to_jsonb(@blank::text) else v end order by o) from jsonb_array_elements(n.args) with ordinality a(v, o))
  where n.args @> jsonb_build_array(@name::text)`
)

var (
	forgotten = []string{forgetSeatSQL, forgetGuardianSQL, forgetVoteSQL, forgetRemarkSQL, forgetVoiceSQL, forgetAskSQL, forgetRequestSQL, forgetDisputeSQL, forgetUploadSQL, forgetJurorSQL, forgetTiesSQL, forgetPhrasesSQL, forgetFileSQL, nameInSavesSQL}
	unnamed   = []string{nameInHelpSQL, nameInHandoverSQL, nameInTopicSQL, nameInMeetingSQL, nameInTaskSQL, nameInAppealSQL, nameInObjectionSQL, nameInProposalSQL, nameInPlanSQL, nameInPostSQL,
		nameInWantSQL, nameInLinkSQL, nameInLetterSQL}
)

// forgetWords takes a person's own words away and their name out of what has to stay. A name of one character is too short
// to be looked for in other texts. What law keeps as it was signed is not touched: the trail, sealed proposals, agreements,
// notices and vouchers (I-D5).
func forgetWords(ctx context.Context, tx pg.Tx, g gone) error {
	// A name nobody has stands for one that cannot be looked for.
	args := pg.Args{"id": g.id, "name": g.name, "blank": nameless, "home": g.home, "index": g.index, "at": g.at}
	statements := forgotten
	if utf8.RuneCountInString(g.name) < 2 {
		args["name"] = "\x01"
	} else {
		statements = append(statements[:len(statements):len(statements)], unnamed...)
	}
	for _, sql := range statements {
		used := pg.Args{}
		for name, v := range args {
			if strings.Contains(sql, "@"+name) {
				used[name] = v
			}
		}
		if _, err := pg.Do(ctx, tx, sql, used); err != nil {
			return err
		}
	}
	return nil
}

const (
	unsentSQL = `select id::text from proposal where lead_id = @id::uuid and submitted_at is null order by id`
	emptySQL  = `update proposal set title = '', pitch = '', problem = '', affected = '{}', how_found = '', goal = '', method = '', venue = '', risks = '', partners = '', product = '', future = '', org_wish = '', answers = '{}'
  where id = @id::uuid`
	emptyPlanSQL = `with a as (delete from proposal_activity where proposal_id = @id::uuid) delete from proposal_line where proposal_id = @id::uuid`
)

// forgetDrafts empties what a person wrote and never handed in, with its pictures.
func forgetDrafts(ctx context.Context, tx pg.Tx, w identity.Warrant, id string, now time.Time) error {
	drafts, err := pg.Values[string](ctx, tx, unsentSQL, pg.Args{"id": id})
	if err != nil {
		return err
	}
	for _, d := range drafts {
		files, err := evidence.Of(ctx, tx, d)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := evidence.Drop(ctx, tx, w, f, now); err != nil {
				return err
			}
		}
		for _, sql := range []string{emptySQL, emptyPlanSQL} {
			if _, err := pg.Do(ctx, tx, sql, pg.Args{"id": d}); err != nil {
				return err
			}
		}
	}
	return nil
}
