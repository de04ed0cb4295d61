-- +goose Up
create table org (
  id uuid primary key, number text not null unique, name text not null, type text not null check (type in ('self_governance','recreation','volunteer')), colour text not null default '',
  stage text generated always as (state) stored, state text not null default 'seedling', place ltree not null references place, purpose text not null default '', founded_on date not null,
  project_id uuid unique references project, team_id uuid references team, leader_id uuid not null references person, stars int not null default 0, contact_public boolean not null default false,
  members_n int not null default 0, created_by uuid not null references person, created_at timestamptz not null, recognized_by uuid references person, version int not null default 1
);
create index org_place on org using gist (place);
create index org_state on org (state);
insert into legal_move select 'org', * from (values
 ('seedling','budding'),('budding','recognized'),('recognized','filed'),('filed','registered'),('recognized','registered'),
 ('seedling','dormant'),('budding','dormant'),('recognized','dormant'),('filed','dormant'),('registered','dormant'),('dormant','budding'),('dormant','recognized'),('dormant','filed'),
 ('seedling','dissolved'),('budding','dissolved'),('recognized','dissolved'),('filed','dissolved'),('registered','dissolved'),('dormant','dissolved')) m;
call has_states('org', 'org');
create table org_member (
  org_id uuid not null references org, person_id uuid not null references person, name text not null, role text not null check (role in ('leader','founder','member')),
  state text not null check (state in ('asked','accepted','declined','left')), asked_at timestamptz not null, answered_at timestamptz, consent_id uuid references consent, primary key (org_id, person_id),
  check (state <> 'accepted' or consent_id is not null) -- I-F6: fresh consent of each member
);
create index org_member_person on org_member (person_id, state);

-- What the open book may read: no name, no phone, no photo that was not cleared.
create view open_project as
  select p.id, p.number, p.title, p.category, p.colour, p.state, p.place, p.edition_id, p.starts_on, p.ends_on, p.award, p.released, p.paid, p.act_n, p.served_times, p.grade, p.created_at, p.proposal_id,
    (select o.id from org o where o.project_id = p.id and o.state not in ('seedling','dissolved')) as org_id
  from project p where p.published;
create view open_activity as
  select a.id, a.project_id, a.theme, a.starts_at, a.place_text, a.content, a.served_times, a.volunteers from activity a join project p on p.id = a.project_id where a.state = 'verified' and p.published;
create view open_photo as
  select t.id, t.owner_id as activity_id, t.large, t.thumb, t.kind, t.width, t.height from attachment t join activity a on a.id = t.owner_id join project p on p.id = a.project_id
  where t.state = 'public' and a.state = 'verified' and p.published and t.kind <> 'sheet';
create view open_spending as
  select l.project_id, l.category, sum(l.amount) as budget, coalesce(sum(s.spent), 0)::bigint as spent
  from budget_line l join project p on p.id = l.project_id and p.published
  left join lateral (select sum(coalesce(i.approved, i.amount)) as spent from claim_item i join claim c on c.id = i.claim_id and c.state in ('paid','payee_confirmed') where i.line_id = l.id) s on true
  group by 1, 2;
create view open_org as
  select id, number, name, type, colour, state, place, purpose, founded_on, project_id, stars, members_n from org where state in ('recognized','filed','registered');
