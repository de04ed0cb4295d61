-- +goose Up
create table team (
  id uuid primary key, name text not null default '', place ltree references place, lead_id uuid not null references person,
  state text not null default 'forming', created_at timestamptz not null, version int not null default 1
);
insert into legal_move select 'team', * from (values ('forming','ready'),('ready','forming'),('ready','active'),('active','converted'),('active','dissolved'),('forming','dissolved'),('ready','dissolved')) m;
call has_states('team', 'team');

create table team_member (
  id uuid primary key, team_id uuid not null references team, person_id uuid references person, name text not null,
  role text not null check (role in ('lead','deputy','treasurer','member')), skill text not null default '',
  phone_index bytea, phone_tail text not null default '', state text not null, invited_by uuid references person,
  at timestamptz not null, answered_at timestamptz, version int not null default 1
);
create unique index team_member_once on team_member (team_id, person_id) where person_id is not null and state in ('invited','applied','accepted');
create unique index team_one_lead on team_member (team_id) where role = 'lead' and state = 'accepted';
create index team_member_person on team_member (person_id, state);
create index team_member_phone on team_member (phone_index) where person_id is null;
insert into legal_move select 'team_member', * from (values ('invited','accepted'),('invited','declined'),('applied','accepted'),('applied','declined'),('accepted','left'),('accepted','removed'),('invited','removed')) m;
call has_states('team_member', 'team_member');

create table proposal (
  id uuid primary key, number text unique, edition_id uuid not null references edition, team_id uuid not null unique references team,
  place ltree not null references place, track text not null default 'resident_team', category text not null default '',
  colour text not null default '', title text not null default '', pitch text not null default '', state text not null default 'draft',
  lead_id uuid not null references person,
  problem text not null default '', affected text[] not null default '{}', how_found text not null default '', asked int not null default 0,
  goal text not null default '', method text not null default '', venue text not null default '', risks text not null default '', partners text not null default '',
  starts_on date, ends_on date,
  act_target int not null default 0, served_target int not null default 0, people_target int not null default 0, volunteer_target int not null default 0,
  satisfaction_target int not null default 0, product text not null default '',
  future text not null default '', org_wish text not null default '', org_type text not null default '',
  own_fen bigint not null default 0 check (own_fen >= 0), requested bigint not null default 0 check (requested >= 0),
  declared text[] not null default '{}',
  submitted_at timestamptz, revision int not null default 0, digest text not null default '',
  opinion text not null default '', opinion_by uuid references person, opinion_at timestamptz, refused boolean not null default false,
  reason text not null default '', appeal_until timestamptz, fix_until timestamptz,
  score int, rank int, awarded bigint,
  acting_helper uuid references person, acting_reason text not null default '', acting_paper uuid references attachment,
  created_at timestamptz not null, saved_at timestamptz not null,
  saves int not null default 1, -- counts what was typed, as version counts what was decided
  version int not null default 1,
  check ((acting_helper is null) = (acting_paper is null))
);
create index proposal_edition on proposal (edition_id, state, id);
create index proposal_place on proposal using gist (place);
create index proposal_lead on proposal (lead_id);
insert into legal_move select 'proposal', * from (values
 ('draft','submitted'),('submitted','returned'),('returned','submitted'),('submitted','endorsed'),('endorsed','returned'),
 ('endorsed','eligible'),('endorsed','ineligible'),('ineligible','eligible'),('eligible','shortlisted'),('eligible','not_shortlisted'),
 ('shortlisted','pitched'),('shortlisted','ranked'),('pitched','ranked'),('ranked','selected'),('ranked','reserve'),('ranked','not_selected'),
 ('reserve','selected'),('reserve','not_selected'),('selected','refining'),('selected','not_selected'),('refining','refined'),('refined','refining'),('refined','contracted'),
 ('draft','withdrawn'),('submitted','withdrawn'),('returned','withdrawn'),('endorsed','withdrawn'),('eligible','withdrawn'),('shortlisted','withdrawn'),
 ('pitched','withdrawn'),('ranked','withdrawn'),('selected','withdrawn'),('reserve','withdrawn'),('refining','withdrawn'),('refined','withdrawn'),
 ('submitted','void'),('endorsed','void'),('eligible','void'),('shortlisted','void'),('pitched','void'),('ranked','void'),('selected','void'),
 ('reserve','void'),('refining','void'),('refined','void'),('contracted','void')) m;
call has_states('proposal', 'proposal');

create table proposal_activity (
  proposal_id uuid not null references proposal, seq int not null, name text not null, times int not null, month text not null default '',
  place_text text not null default '', people int not null, primary key (proposal_id, seq)
);
-- A draft may have a line without its price yet; what is handed in may not.
create table proposal_line (
  proposal_id uuid not null references proposal, seq int not null, category text not null, item text not null, unit_price bigint not null check (unit_price >= 0),
  qty int not null check (qty >= 0), amount bigint generated always as (unit_price * qty) stored, note text not null default '', primary key (proposal_id, seq)
);
-- What was handed in, sealed: the fields as they were, with their digest.
create table proposal_revision (
  proposal_id uuid not null references proposal, no int not null, kind text not null check (kind in ('submission','refinement')),
  body text not null, digest text not null, sealed_at timestamptz not null, sealed_by uuid not null references person, primary key (proposal_id, no)
);
create trigger proposal_revision_never before update or delete on proposal_revision for each row execute function never();
create table eligibility_check (
  id uuid primary key, proposal_id uuid not null references proposal, revision int not null, items jsonb not null, passed boolean not null,
  reason text not null default '', by_person uuid not null references person, at timestamptz not null, appeal boolean not null default false
);
create index eligibility_proposal on eligibility_check (proposal_id, at);
create trigger eligibility_never before update or delete on eligibility_check for each row execute function never();
