package main

import (
	"net/http"
	"strings"
	"testing"

	"seedbed/cmd/seedbed/sample"
	"seedbed/storage/pg"
)

// lived is what the sample's editions must have in them so that whoever enters finds every part of judging: what, how many
// at least, and the statement that counts them.
var lived = []struct {
	what  string
	least int
	sql   string
}{
	{"an edition judged at the desk and in the hall", 1, `select count(*) from review_round d join review_round p on p.edition_id = d.edition_id and p.kind = 'pitch' and p.state = 'closed' where d.kind = 'desk' and d.state = 'closed' and d.cut_top is not null and d.blind`},
	{"projects that ended at the desk", 4, `select count(*) from proposal p where p.state = 'not_shortlisted' and exists (select from round_entry n join review_round r on r.id = n.round_id and r.kind = 'desk' where n.proposal_id = p.id)`},
	{"a plan that was confirmed with its proof", 2, `select count(*) from assignment_plan where kind = 'whole' and made_by is not null and result->'certificate' is not null`},
	{"wishes of judges", 100, `select count(*) from judge_wish`},
	{"accounts for judges' fees", 6, `select count(*) from juror where account_sealed is not null and consent_id is not null`},
	{"ties declared beforehand", 2, `select count(*) from juror_tie`},
	{"ties that judges declared", 2, `select count(*) from conflict where kind = 'declared'`},
	{"kinds of ties the house saw itself", 2, `select count(distinct kind) from conflict where kind <> 'declared'`},
	{"a seat given up and taken by another", 1, `select count(*) from assignment where state = 'replaced'`},
	{"an order drawn by the seed", 2, `select count(*) from pitch_draw d join review_round r on r.id = d.room_id and r.seed = d.seed`},
	{"pitches whose marks were shown", 30, `select count(*) from pitch_slot where state = 'shown'`},
	{"a team that did not come", 1, `select count(*) from pitch_slot s join proposal p on p.id = s.proposal_id and p.state = 'withdrawn' where s.state = 'absent'`},
	{"a sheet on paper, typed by two", 1, `select count(*) from twice t where t.kind = 'sheet' and t.state = 'settled' and (select count(distinct person_id) from twice_pass where twice_id = t.id) = 2`},
	{"a box that two typed alike, and one that a third look settled", 2, `select count(distinct (select count(*) from twice_pass where twice_id = t.id)) from twice t where t.kind = 'box' and t.state = 'settled'`},
	{"minutes with their signatures", 1, `select count(*) from pitch_minute where state = 'signed'`},
	{"a panel's minutes with their signatures", 1, `select count(*) from panel_minute`},
	{"a vote that entered the score", 1, `select count(*) from poll v join round_run u on u.round_id = v.id where v.state = 'counted' and (u.protocol::jsonb->'input'->>'public_share')::int = v.share`},
	{"votes of accounts and of paper", 1, `select count(*) from poll_result group by poll_id having sum(votes) >= 50 and sum(paper) >= 50`},
	{"money shared out by residents' votes, several projects on most ballots", 100, `select count(*) from (select jsonb_array_elements(a.protocol::jsonb->'input'->'ballots') as b from allocation a join publicity p on p.edition_id = a.edition_id where a.rule = 'equal-shares') x where jsonb_array_length(b) > 1`},
	{"a box typed ballot by ballot", 2, `select count(*) from twice t where t.kind = 'box' and t.state = 'settled' and exists (select from twice_pass w where w.twice_id = t.id and jsonb_array_length(w.ballots) >= 30)`},
	{"what was said of a project near the line", 1, `select count(*) from deliberation`},
	{"what a panel voted, some of it under conditions", 3, `select count(*) from panel_word w join review_round r on r.id = w.round_id and r.kind = 'panel' and r.state = 'closed' where cardinality(w.conditions) > 0`},
	{"an objection that was dismissed", 1, `select count(*) from objection o join award a on a.id = o.award_id and a.state = 'confirmed' where o.state = 'dismissed'`},
	{"today: a room under way with a public board", 1, `select count(*) from pitch_room where state = 'running' and public_at is not null`},
	{"today: a pitch on the stage, one that waits for its marks, and more to come", 3, `select count(distinct s.state) from pitch_slot s join pitch_room r on r.id = s.room_id and r.state = 'running' where s.state in ('up', 'heard', 'waiting')`},
	{"today: sheets the judge of the door has to mark", 1, `select count(*) from assignment a join judge j on j.id = a.judge_id join review_round r on r.id = a.round_id and r.state = 'open' left join sheet s on s.assignment_id = a.id
    where a.state in ('assigned', 'accepted') and s.id is null and j.person_id = (select person_id from role_grant where role = 'judge' order by since, person_id limit 1)`},
	{"today: a judge who has not answered", 1, `select count(*) from judge j join review_round r on r.edition_id = j.edition_id and r.state = 'open' where j.state = 'invited'`},
	{"today: a vote that is open", 1, `select count(*) from poll where state = 'planned' and opens_at < now() and closes_at > now() + interval '5 days'`},
	{"today: a ballot box for a second person to type", 1, `select count(*) from twice where state = 'once'`},
}

// sampleIsJudged holds the sample to what it promises of judging.
func sampleIsJudged(t *testing.T, h *House) {
	for _, l := range lived {
		n, err := pg.Values[int](t.Context(), h.Engines.DB, l.sql, nil)
		if err != nil {
			t.Errorf("%s: %v", l.what, err)
		} else if len(n) == 0 || n[0] < l.least {
			t.Errorf("%s: %v, not %d", l.what, n, l.least)
		}
	}
}

// ways are the links by which the people of the sample find judging: who, from where, and what the page must lead to.
var ways = []struct{ who, from, to string }{
	{"", "/", `href="/vote/`}, {"", "/editions/{edition}", `href="/vote/`}, {"", "/editions/{edition}", `href="/board/`}, {"resident", "/me", `href="/vote/`}, {"judge", "/review", `href="/review/pitch/`},
	{"district_staff", "/desk", `href="/desk/pitches"`}, {"district_staff", "/desk", `href="/desk/judges"`}, {"district_staff", "/desk/pitches", `/pitch/host"`}, {"district_staff", "/desk/editions/{edition}/judging", `/pitch/papers"`},
	{"district_head", "/desk/pitches", `/pitch/papers"`},
}

// sampleLeads follows them.
func sampleLeads(t *testing.T, h *House) {
	app := h.App()
	people, err := sample.People(t.Context(), h.Engines.DB)
	if err != nil {
		t.Fatal(err)
	}
	call, err := pg.Value[string](t.Context(), h.Engines.DB, `select edition_id::text from review_round where state = 'open' limit 1`, nil)
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]string{}
	for _, p := range people {
		if tokens[string(p.Kind)], err = h.Accounts.EnterSample(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range ways {
		path := strings.Replace(w.from, "{edition}", call, 1)
		body, status, _ := send(t, app, http.MethodGet, path, "seedbed="+tokens[w.who], nil)
		if status != http.StatusOK || !strings.Contains(body, w.to) {
			t.Errorf("%s of %q (%d) does not lead to %s", path, w.who, status, w.to)
		}
	}
}
