package main

import (
	"net/http"
	"path/filepath"

	"github.com/xuri/excelize/v2"

	"seedbed/storage/pg"
)

// The rounds the pages of judging are looked at in: the one under way, one that is prepared, and one that is over.
const (
	liveRound    = `(select * from review_round where state = 'open' and kind = 'pitch' order by id limit 1) r`
	plannedRound = `(select * from review_round where state = 'planned' order by id limit 1) r`
	overRound    = `(select r.* from review_round r join pitch_minute m on m.id = r.id order by r.id limit 1) r`
	byDistrict   = ` join role_grant g on g.role = 'district_staff' and g.place = r.place`
	byHead       = ` join role_grant g on g.role = 'district_head' and g.place = r.place`
)

// rareJudging finds the pages of judging, of the hall, of votes, of deciding, of notices and of objections: who and path.
var rareJudging = []string{
	// The desk: the jury, its ties, who judges what, the rubric and plan of a round that is prepared.
	`select g.person_id::text as who, x as path from ` + liveRound + byDistrict + `, unnest(array['/desk/pitches', '/desk/judges', '/desk/editions/' || r.edition_id || '/judging', '/desk/editions/' || r.edition_id || '/judging/ties']) x`,
	`select g.person_id::text as who, '/desk/judges/' || u.id as path from (select * from juror where account_sealed is not null order by id limit 1) u join role_grant g on g.role = 'district_staff' and g.place = u.place`,
	`select g.person_id::text as who, '/desk/editions/' || r.edition_id || '/judging/judges/' || j.id as path from ` + liveRound + byDistrict + ` join judge j on j.edition_id = r.edition_id and (j.state = 'invited' or j.id = (select min(id::text)::uuid from judge where edition_id = r.edition_id))`,
	`select g.person_id::text as who, '/desk/editions/' || r.edition_id || '/judging/rounds/' || r.id || x as path from ` + plannedRound + byDistrict + `, unnest(array['/rubric', '/plan']) x`,
	`select g.person_id::text as who, '/desk/editions/' || r.edition_id || '/judging/rounds/' || r.id || '/rubric' as path from ` + liveRound + byDistrict,
	`select g.person_id::text as who, '/desk/editions/' || r.edition_id || '/judging' as path from ` + plannedRound + byDistrict,
	`select g.person_id::text as who, '/desk/editions/' || r.edition_id || '/judging/seats/' || a.id as path from ` + liveRound + byDistrict + `
  join lateral (select * from assignment where round_id = r.id and state = 'assigned' order by id limit 1) a on true`,
	// The hall, as it runs and after it: the room, the host, what came on paper, the minutes.
	`select g.person_id::text as who, '/desk/rounds/' || r.id || '/pitch' || x as path from ` + liveRound + byDistrict + `, unnest(array['', '/host', '/papers', '/boxes', '/minutes']) x`,
	`select g.person_id::text as who, '/desk/rounds/' || r.id || '/pitch' || x as path from ` + overRound + byDistrict + `, unnest(array['', '/minutes']) x`,
	`select g.person_id::text as who, '/desk/rounds/' || r.id || '/pitch/papers/' || a.id as path from ` + liveRound + byHead + `
  join (select a.* from assignment a join pitch_slot s on s.room_id = a.round_id and s.proposal_id = a.proposal_id and s.state = 'up' where a.state = 'assigned' order by a.id limit 1) a on a.round_id = r.id`,
	`select g.person_id::text as who, '/desk/rounds/' || r.id || '/pitch/boxes?box=' || t.box as path from ` + liveRound + byHead + ` join twice t on t.round_id = r.id and t.kind = 'box' and t.state = 'once'`,
	`select null as who, '/board/' || r.id as path from review_round r join pitch_room p on p.id = r.id and p.public_at is not null`,
	`select null as who, '/minutes/' || r.id as path from ` + overRound,
	// A judge: the queue, a sheet, giving one up and taking one back, invitations, wishes, the room on a phone.
	`select j.person_id::text as who, '/review/' || a.id || x as path from ` + liveRound + ` join lateral (select * from assignment a where a.round_id = r.id and a.state = 'assigned' and not exists (select from sheet s where s.assignment_id = a.id) order by id limit 1) a on true
  join judge j on j.id = a.judge_id, unnest(array['', '/recuse']) x`,
	`select j.person_id::text as who, '/review/' || a.id || x as path from ` + liveRound + ` join lateral (select a.* from assignment a join sheet s on s.assignment_id = a.id and s.state = 'submitted' where a.round_id = r.id order by a.id limit 1) a on true
  join judge j on j.id = a.judge_id, unnest(array['', '/reopen']) x`,
	`select j.person_id::text as who, x as path from ` + liveRound + ` join (select * from judge where state = 'accepted' order by id limit 1) l on true join judge j on j.edition_id = r.edition_id and j.person_id = l.person_id,
  unnest(array['/review', '/review/profile', '/review/my/phrases', '/review/judges/' || j.id, '/review/judges/' || j.id || '/wishes', '/review/rounds/' || r.id || '/sheets', '/review/pitch/' || r.id || '?stay=1']) x`,
	`select j.person_id::text as who, '/review/judges/' || j.id as path from judge j where j.state = 'invited' order by j.id limit 1`,
	// The panel, for the desk and for who sat on it; what a team was told to keep to.
	`select g.person_id::text as who, x as path from (select * from review_round where kind = 'panel' order by id limit 1) r` + byDistrict + `, unnest(array['/desk/panels/' || r.id, '/desk/editions/' || r.edition_id || '/judging', '/desk/editions/' || r.edition_id || '/results']) x`,
	`select j.person_id::text as who, '/review/panels/' || r.id as path from (select * from review_round where kind = 'panel' order by id limit 1) r join judge j on j.edition_id = r.edition_id and j.state = 'accepted' order by j.id limit 1`,
	`select p.lead_id::text as who, '/proposals/' || p.id || x as path from (select p.* from proposal p join panel_word w on w.proposal_id = p.id and cardinality(w.conditions) > 0 order by p.id limit 1) p, unnest(array['/result', '/refine']) x`,
	// Residents vote, and see what came of an earlier vote.
	`select p.id::text as who, x as path from ` + liveRound + ` join (select * from person p where home_state = 'confirmed' and not exists (select from team_member m where m.person_id = p.id) order by created_at, id limit 1) p on true,
  unnest(array['/vote', '/vote/' || r.id, '/me']) x`,
	`select null as who, '/vote/' || v.id as path from poll v`,
	`select null as who, '/editions/' || r.edition_id as path from ` + liveRound,
	// Deciding, notices, objections, and what a team reads.
	`select g.person_id::text as who, '/desk/editions/' || r.edition_id || x as path from ` + overRound + byHead + `, unnest(array['/results', '/deciding', '/what-if', '/deciding?round=' || r.id]) x`,
	`select null as who, '/notices/' || n.id || x as path from (select n.* from publicity n join objection o on o.publicity_id = n.id order by n.id limit 1) n, unnest(array['', '/print']) x`,
	`select g.person_id::text as who, x as path from (select * from objection where state = 'dismissed' order by id limit 1) o join role_grant g on g.role = 'district_staff' and o.place <@ g.place, unnest(array['/desk/objections', '/desk/objections/' || o.id]) x`,
	`select o.person_id::text as who, '/objections' as path from objection o order by o.id limit 1`,
	`select p.lead_id::text as who, '/proposals/' || p.id || '/feedback' as path from (select * from proposal where state = 'not_shortlisted' order by id limit 1) p`,
	`select p.lead_id::text as who, '/proposals/' || p.id || '/result' as path from (select p.* from proposal p join award a on a.proposal_id = p.id where p.state = 'contracted' order by p.id desc limit 1) p`,
	`select g.person_id::text as who, '/desk/proposals/' || p.id || '/feedback' as path from (select p.* from proposal p join award a on a.proposal_id = p.id order by p.id desc limit 1) p join role_grant g on g.role = 'district_staff' and p.place <@ g.place`,
}

// broughtBack is a workbook of score sheets that a judge sends back: what they read before they say yes.
func (b *browser) broughtBack() []stop {
	b.t.Helper()
	found, err := pg.All[rarePage](b.t.Context(), b.house.Engines.DB, `select j.person_id::text as who, '/review/rounds/' || r.id || '/sheets' as path from `+liveRound+` join assignment a on a.round_id = r.id and a.state = 'assigned'
    and not exists (select from sheet s where s.assignment_id = a.id) join judge j on j.id = a.judge_id order by a.id limit 1`, nil)
	if err != nil || len(found) == 0 {
		b.t.Fatalf("no sheets to bring back: %v", err)
	}
	token := b.pass(*found[0].Who)
	w := b.as("judge", "")
	w.dress(token, "zh", "light", 390)
	w.open(found[0].Path).files("workbook", b.sheets(found[0].Path, token)).press("传上来看看").see("核对评分表")
	return []stop{{"judge", token, w.path()}}
}

// sheets is a judge's workbook with one mark in it.
func (b *browser) sheets(path, token string) string {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path+".xlsx", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "seedbed", Value: token})
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	book, err := excelize.OpenReader(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	file := filepath.Join(b.t.TempDir(), "sheets.xlsx")
	if err := book.SaveAs(file); err != nil {
		b.t.Fatal(err)
	}
	return file
}
