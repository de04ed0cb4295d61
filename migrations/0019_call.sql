-- +goose Up
-- What is taken out in the shape of the import's own workbook.
alter table paper_export drop constraint paper_export_kind_check;
alter table paper_export add constraint paper_export_kind_check check (kind in ('list','template','book','files'));

-- A paper of the grace list that came with a workbook: the draft that was typed from it, which nobody else may spend it on.
alter table grace add column entry_id uuid unique references proposal;

-- A proposal is void by a decision of the district (作废), and its lead may be banned from leading another for a time (禁止申报). A ban is never
-- changed: lifting it is a record of its own.
insert into legal_move select 'proposal', * from (values ('returned','void'),('ineligible','void'),('not_shortlisted','void'),('not_selected','void')) m;
create table ban (
  id uuid primary key, place ltree not null references place, person_id uuid not null references person, proposal_id uuid not null unique references proposal,
  code text not null check (code in ('false','forged','double','refused','other')), reason text not null check (reason <> ''), paper_id uuid not null references attachment,
  from_on date not null, until_on date not null, by_person uuid not null references person, at timestamptz not null, check (until_on >= from_on), check (by_person <> person_id)
);
create index ban_person on ban (person_id, until_on);
create index ban_place on ban using gist (place);
create table ban_lift (
  ban_id uuid primary key references ban, reason text not null check (reason <> ''), by_person uuid not null references person, at timestamptz not null
);
revoke update, delete, truncate on ban, ban_lift from seedbed_app;

-- Who follows a public proposal or project (关注), for themself alone. Leaving it is forgetting it.
create table follow (
  proposal_id uuid not null references proposal, person_id uuid not null references person, at timestamptz not null, primary key (proposal_id, person_id)
);
create index follow_person on follow (person_id, at desc);

-- A notice of results is found for a year and then archived (DOMAIN §12.1): what it alone had made public leaves the gallery with it. What became a
-- project stays by its own right (§12.2).
alter table publicity add column archived_at timestamptz check (archived_at > opens_at);
create index publicity_unarchived on publicity (opens_at) where archived_at is null;
create or replace view gallery_source as
  select 'proposal' as kind, p.id, p.id as proposal_id, p.edition_id, p.place,
    case when s.draft is null then p.category else s.draft->>'Category' end as category, case when s.draft is null then p.colour else s.draft->>'Colour' end as colour,
    case when n.publisher is null then 'collecting' else 'judged' end as stage,
    case when n.publisher is null then '' else p.state end as state, -- before the notice nothing of the judging shows
    coalesce(p.number, '') as number,
    case when s.draft is null then p.title else s.draft->>'Title' end as title, case when s.draft is null then p.pitch else s.draft->>'Pitch' end as pitch,
    case when s.draft is null then p.goal else s.draft->>'Goal' end as goal,
    case when n.publisher is null then '' else t.name end as team, left(u.name, 1) || '**' as lead, p.requested as fen, p.submitted_at as at,
    coalesce(n.publisher, c.person_id) as publisher -- I-F3: nothing is public without somebody who made it so
  from proposal p join edition e on e.id = p.edition_id join team t on t.id = p.team_id join person u on u.id = p.lead_id
    left join lateral (select r.body::jsonb->'Draft' as draft from proposal_revision r where r.proposal_id = p.id and r.kind = 'submission' and left(r.body, 1) = '{' order by r.no desc limit 1) s on true
    left join lateral (select o.publisher from award a join publicity_item i on i.award_id = a.id join publicity o on o.id = i.publicity_id
      where a.proposal_id = p.id and o.kind = 'award' and o.state <> 'void' and o.archived_at is null order by o.opens_at desc limit 1) n on true
    left join lateral (select c.person_id from consent c where c.subject_id = p.id and c.purpose = 'proposal_public' and c.person_id = p.lead_id and c.withdrawn_at is null limit 1) c on true
  where p.submitted_at is not null and not exists (select from project j where j.proposal_id = p.id and j.published)
    and case
      when p.state in ('draft','withdrawn','void') then false
      when n.publisher is not null then p.state in ('selected','reserve','refining','refined','contracted') or (p.state = 'not_selected' and c.person_id is not null)
      else c.person_id is not null and e.rules->>'gallery' = 'submitted' and e.state not in ('draft','cancelled','archived')
        and not exists (select from publicity o where o.edition_id = e.id and o.kind = 'award' and o.state <> 'void') end
  union all
  select 'project', p.id, p.proposal_id, p.edition_id, p.place, p.category, p.colour, case when p.state in ('accepted','failed','terminated','archived') then 'done' else 'running' end,
    p.state, p.number, p.title, r.pitch, r.goal, t.name, '', p.award, p.created_at,
    (select o.publisher from publicity_item i join publicity o on o.id = i.publicity_id where i.award_id = p.award_id order by o.opens_at desc limit 1)
  from project p join proposal r on r.id = p.proposal_id join team t on t.id = p.team_id where p.published
  union all
  select 'org', o.id, null, null, o.place, '', o.colour, 'org', o.state, o.number, o.name, o.purpose, '', '', '', 0, o.founded_on::timestamp at time zone 'Asia/Shanghai', g.recognized_by
  from open_org o join org g on g.id = o.id;

-- How many of those who came have signed in, as the log says; 0 when it does not. The verifier is told when it is less than the rules ask for (sign_in).
alter table activity add column signed int not null default 0 check (signed >= 0);
