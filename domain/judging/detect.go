package judging

import (
	"context"
	"time"

	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// ConflictKinds names the kinds of ties (利害关系): where there is one, the judge cannot be assigned.
var ConflictKinds = map[string]string{"declared": "评委自己说明", "same_person": "评委就是领办人", "team": "评委是团队成员",
	"community_staff": "评委是这个社区的工作人员", "helper": "评委帮忙填过申报书", "mentor": "评委辅导过这个团队", "endorser": "评委给过意见或者公开附议过",
	"community": "评委住在这个社区", "employer": "评委的单位和这个项目有关", "org": "评委是这个组织的成员", "past_partner": "评委和团队的人一起做过项目",
	"household": "评委事先说明的人、社区或单位"}

// Evidence is what shows a tie. Its arguments are names of teams, places and organisations, and years.
type Evidence struct {
	Kind string   `json:"kind"`
	Args []string `json:"args"`
}

// The ties the house can see by itself (DOMAIN §5.2-2), each with what shows it. One clause a kind: the judge, the proposal,
// the kind, its weight when there are several, the arguments of its evidence. A name or a unit is compared without blanks.
const (
	seenTies = `
    select j.id as judge_id, p.id as proposal_id, 'same_person' as kind, 1 as weight, '{}'::text[] as args from judge j join proposal p on p.edition_id = j.edition_id and p.lead_id = j.person_id where j.edition_id = @edition::uuid
    union all select j.id, p.id, case when m.role = 'mentor' then 'mentor' else 'team' end, 2, array[t.name] from judge j join proposal p on p.edition_id = j.edition_id join team t on t.id = p.team_id
      join team_member m on m.team_id = p.team_id and m.person_id = j.person_id and m.state in ('accepted', 'applied', 'left') where j.edition_id = @edition::uuid
    union all select j.id, p.id, 'helper', 3, '{}' from judge j join proposal p on p.edition_id = j.edition_id and (p.acting_helper = j.person_id or helped(j.person_id, p.id)) where j.edition_id = @edition::uuid
    union all select j.id, p.id, 'mentor', 4, array[o.title] from judge j join proposal p on p.edition_id = j.edition_id join project o on o.team_id = p.team_id and o.mentor_id = j.person_id where j.edition_id = @edition::uuid
    union all select j.id, p.id, 'endorser', 5, array['opinion'] from judge j join proposal p on p.edition_id = j.edition_id
      where j.edition_id = @edition::uuid and (p.opinion_by = j.person_id or exists (select from proposal_opinion n where n.proposal_id = p.id and n.by_person = j.person_id))
    union all select j.id, p.id, 'endorser', 6, array['support'] from judge j join proposal p on p.edition_id = j.edition_id
      join support s on s.proposal_id = p.id and s.person_id = j.person_id and s.taken_back_at is null where j.edition_id = @edition::uuid
    union all select j.id, p.id, 'community_staff', 7, array[l.name] from judge j join proposal p on p.edition_id = j.edition_id join place l on l.path = p.place
      where j.edition_id = @edition::uuid and exists (select from role_grant g where g.person_id = j.person_id and g.until is null and g.role in ('community_staff', 'community_head') and p.place <@ g.place)
    union all select j.id, p.id, 'community', 8, array[l.name] from judge j join person u on u.id = j.person_id and u.home_state in ('claimed', 'confirmed')
      join proposal p on p.edition_id = j.edition_id and p.place <@ u.home join place l on l.path = p.place where j.edition_id = @edition::uuid`
	seenByPaper = `
    union all select j.id, p.id, 'org', 9, array[o.name] from judge j join proposal p on p.edition_id = j.edition_id join org o on o.id = p.org_id or o.team_id = p.team_id
      join org_member m on m.org_id = o.id and m.person_id = j.person_id and m.state in ('accepted', 'left') where j.edition_id = @edition::uuid
    union all select j.id, p.id, 'employer', 10, array[w.unit, x.text] from judge j left join juror v on v.person_id = j.person_id and v.place = (select place from edition where id = j.edition_id)
      cross join lateral (select distinct replace(y, ' ', '') as unit from unnest(array[j.unit, v.unit]) y where char_length(replace(y, ' ', '')) >= 4) w
      join proposal p on p.edition_id = j.edition_id join place l on l.path = p.place left join org o on o.id = p.org_id left join team t on t.id = p.team_id
      cross join lateral (select left(y, 60) as text from unnest(array[o.name, t.name, p.partners]) y where position(w.unit in replace(y, ' ', '')) > 0
        union all select o.name where char_length(o.name) >= 4 and position(replace(o.name, ' ', '') in w.unit) > 0
        union all select l.name where position(l.name in w.unit) > 0 limit 1) x where j.edition_id = @edition::uuid
    union all select j.id, p.id, 'past_partner', 11, array[x.team] from judge j join proposal p on p.edition_id = j.edition_id
      cross join lateral (select t.name as team from team_member mine join team_member other on other.team_id = mine.team_id and other.state in ('accepted', 'left')
        join team_member here on here.person_id = other.person_id and here.team_id = p.team_id and here.state = 'accepted' join team t on t.id = mine.team_id
        where mine.person_id = j.person_id and mine.state in ('accepted', 'left') and other.person_id <> j.person_id and mine.team_id <> p.team_id order by t.name limit 1) x where j.edition_id = @edition::uuid`
	seenByWord = `
    union all select j.id, p.id, 'household', 12, array[d.kind, case d.kind when 'community' then l.name else d.name end, d.relation] from judge j join edition e on e.id = j.edition_id
      join juror v on v.person_id = j.person_id and v.place = e.place join juror_tie d on d.juror_id = v.id and d.ended_at is null join proposal p on p.edition_id = j.edition_id left join place l on l.path = d.place
      where j.edition_id = @edition::uuid and case d.kind
        when 'person' then exists (select from team_member m where m.team_id = p.team_id and m.state in ('invited', 'accepted', 'applied', 'left') and replace(m.name, ' ', '') = replace(d.name, ' ', ''))
          or exists (select from person u where u.id = p.lead_id and replace(u.name, ' ', '') = replace(d.name, ' ', ''))
        when 'community' then p.place <@ d.place
        else exists (select from unnest(array[p.partners, (select o.name from org o where o.id = p.org_id), (select t.name from team t where t.id = p.team_id)]) y where position(replace(d.name, ' ', '') in replace(y, ' ', '')) > 0) end`
	tiesSQL = `select t.judge_id::text, t.proposal_id::text, (array_agg(t.kind order by t.weight))[1] as kind,
    jsonb_agg(jsonb_build_object('kind', t.kind, 'args', t.args) order by t.weight, t.args) as evidence from (` + seenTies + seenByPaper + seenByWord + `) t
  join proposal p on p.id = t.proposal_id and p.state in ('eligible', 'shortlisted', 'not_shortlisted', 'pitched', 'ranked', 'selected', 'reserve', 'not_selected')
  where not exists (select from conflict c where c.judge_id = t.judge_id and c.proposal_id = t.proposal_id)
  group by t.judge_id, t.proposal_id order by t.judge_id, t.proposal_id`
	tieSQL  = `insert into conflict (judge_id, proposal_id, kind, reason, at) values (@judge, @proposal, @kind, @reason, @at) on conflict do nothing`
	seenSQL = `insert into conflict (judge_id, proposal_id, kind, evidence, at) values (@judge, @proposal, @kind, @evidence, @at) on conflict do nothing`
)

// seenTie is a tie the house sees and has not written down yet.
type seenTie struct {
	JudgeID, ProposalID, Kind string
	Evidence                  []Evidence
}

// hand is what a verb of the jury carries: who by which right, where, and when.
type hand struct {
	w     identity.Warrant
	place string // the edition's
	at    time.Time
}

// detect writes down the ties that can be seen, and takes away the seats they make impossible.
func detect(ctx context.Context, tx pg.Tx, h hand, editionID string) error {
	found, err := pg.All[seenTie](ctx, tx, tiesSQL, pg.Args{"edition": editionID})
	if err != nil {
		return err
	}
	for _, t := range found {
		seats, err := pg.All[heldSeat](ctx, tx, liveSeatSQL, pg.Args{"judge": t.JudgeID, "proposal": t.ProposalID})
		if err != nil {
			return err
		}
		for _, s := range seats {
			if s.State == Closed {
				continue
			}
			if err := unseat(ctx, tx, h, s.ID, ConflictKinds[t.Kind]); err != nil {
				return err
			}
			if err := s.vacated(ctx, tx, h, t.ProposalID); err != nil {
				return err
			}
		}
		if _, err := pg.Do(ctx, tx, seenSQL, pg.Args{"judge": t.JudgeID, "proposal": t.ProposalID, "kind": t.Kind, "evidence": t.Evidence, "at": h.at}); err != nil {
			return err
		}
		if err := tellLate(ctx, tx, h, t.JudgeID, t.ProposalID); err != nil {
			return err
		}
	}
	return nil
}

// Conflict is a missing edge with what shows it, for the district.
type Conflict struct {
	JudgeID  string
	Judge    string
	Proposal string
	Number   string
	Title    string
	Kind     string
	Reason   string // in the judge's own words, where they declared it
	Evidence []Evidence
	At       time.Time
}

const conflictsSQL = `select c.judge_id::text, u.name as judge, p.id::text as proposal, coalesce(p.number, '') as number, p.title, c.kind, c.reason, c.evidence, c.at
  from conflict c join judge j on j.id = c.judge_id join person u on u.id = j.person_id join proposal p on p.id = c.proposal_id
  where j.edition_id = @edition::uuid and (@judge = '' or j.id::text = @judge) order by p.number, u.name, p.id limit 2000`

// Conflicts lists an edition's ties with their evidence, of one judge or of all; only the district may read it.
func (b *Book) Conflicts(ctx context.Context, by identity.Actor, editionID, judgeID string) ([]Conflict, error) {
	if _, err := b.juryOf(ctx, by, editionID); err != nil {
		return nil, err
	}
	return pg.All[Conflict](ctx, b.db, conflictsSQL, pg.Args{"edition": editionID, "judge": judgeID})
}
