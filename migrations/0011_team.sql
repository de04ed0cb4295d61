-- +goose Up
-- The team behind a proposal: whom it looks for, who asks to join, the links that invite, minors and their guardians,
-- who may write, the lead handed over by vote, remarks.
alter table team_member drop constraint team_member_role_check;
alter table team_member
  add constraint team_member_role_check check (role in ('lead','deputy','treasurer','member','helper','mentor')),
  add column age text not null default '' check (age in ('','adult','16_17','14_15','under_14')), -- a band, never a day of birth; '' before anybody was asked
  add column rights text not null default 'edit' check (rights in ('edit','comment','view')),
  add column wish text not null default '', -- what somebody who asks to join says
  add column word text not null default '', -- what the lead answered
  add column want_id uuid, add column link_id uuid,
  add constraint team_member_minor check (age in ('','adult') or role = 'helper'), -- §7.3: a minor joins only as helper
  add constraint team_member_mentor check (role <> 'mentor' or rights <> 'edit');
insert into legal_move values ('team_member','applied','left'), ('team_member','invited','applied');

-- What a team lets everybody read while it looks for people (L2 art. 12: truthful, with the risks).
create table team_post (
  id uuid primary key, team_id uuid not null unique references team, code text not null unique, title text not null, intro text not null,
  state text not null default 'closed', at timestamptz not null, version int not null default 1
);
insert into legal_move select 'team_post', * from (values ('closed','open'),('open','closed')) m;
call has_states('team_post', 'team_post');
create table team_want (
  id uuid primary key, team_id uuid not null references team, task text not null, skill text not null default '', time_text text not null, place_text text not null, risk text not null,
  role text not null check (role in ('member','helper')), least text not null check (least in ('adult','16_17','14_15','under_14')), wanted int not null check (wanted between 1 and 50),
  state text not null default 'open', at timestamptz not null, version int not null default 1
);
create index team_want_team on team_want (team_id, at);
insert into legal_move select 'team_want', * from (values ('open','closed'),('closed','open')) m;
call has_states('team_want', 'team_want');

-- An invitation for whoever holds the link. The link's secret part is computed from the id and the house's key: nothing of it is stored.
create table team_link (
  id uuid primary key, team_id uuid not null references team, role text not null check (role in ('member','helper')), note text not null default '',
  most int not null check (most between 1 and 30), used int not null default 0 check (used >= 0), until timestamptz not null,
  state text not null default 'open', made_by uuid not null references person, at timestamptz not null, version int not null default 1, check (used <= most)
);
create index team_link_team on team_link (team_id, at);
insert into legal_move values ('team_link','open','revoked');
call has_states('team_link', 'team_link');
alter table team_member add constraint team_member_want foreign key (want_id) references team_want, add constraint team_member_link foreign key (link_id) references team_link;
create index team_member_want_of on team_member (want_id) where want_id is not null;

-- Who looks after a minor of a team. Name and number are sealed under the minor's own key.
create table guardian (
  id uuid primary key, member_id uuid not null unique references team_member, child_id uuid not null references person,
  name_sealed bytea not null, phone_sealed bytea not null, phone_tail text not null, text_version int not null default 1,
  accompanied boolean not null default false, how text not null default '' check (how in ('','code','paper')), paper uuid references attachment,
  code_hash bytea, code_at timestamptz, code_tries int not null default 0, codes_n int not null default 0,
  answered_at timestamptz, answered_by uuid references person,
  state text not null default 'asked', at timestamptz not null, version int not null default 1,
  check (state <> 'agreed' or how <> ''), check (how <> 'paper' or (paper is not null and answered_by is not null))
);
insert into legal_move select 'guardian', * from (values ('asked','agreed'),('asked','refused'),('agreed','refused')) m;
call has_states('guardian', 'guardian');

-- The lead handed over: the roll is fixed when the vote opens, every vote is a row that is filled once.
create table handover (
  id uuid primary key, team_id uuid not null references team, proposal_id uuid not null references proposal, old_lead uuid not null references person, new_lead uuid not null references person,
  proposed_by uuid not null references person, reason text not null, until timestamptz not null, place ltree not null,
  answer text not null default '', answered_by uuid references person,
  state text not null default 'voting', at timestamptz not null, ended_at timestamptz, version int not null default 1
);
create unique index handover_one on handover (team_id) where state in ('voting','passed');
create index handover_place on handover using gist (place);
insert into legal_move select 'handover', * from (values ('voting','passed'),('voting','done'),('voting','failed'),('voting','lapsed'),('voting','withdrawn'),('passed','done'),('passed','refused'),('passed','withdrawn')) m;
call has_states('handover', 'handover');
create table handover_vote (
  handover_id uuid not null references handover, person_id uuid not null references person, name text not null, yes boolean, at timestamptz, primary key (handover_id, person_id),
  check ((yes is null) = (at is null))
);
-- +goose StatementBegin
create function vote_once() returns trigger language plpgsql as $$
begin
  if old.yes is not null or new.yes is null or new.handover_id <> old.handover_id or new.person_id <> old.person_id then
    raise exception '票已经投过了，不能再改' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger handover_vote_once before update on handover_vote for each row execute function vote_once();
revoke delete on handover_vote from seedbed_app;

-- What people of the team say about the parts of their proposal. Hidden is not gone: the trail knows who hid it.
create table proposal_comment (
  id uuid primary key, proposal_id uuid not null references proposal, section text not null, body text not null,
  by_person uuid not null references person, at timestamptz not null, hidden_at timestamptz, hidden_by uuid references person
);
create index proposal_comment_of on proposal_comment (proposal_id, at);

-- The organisation in whose name a proposal is made, for its own limit over all open editions (§16).
alter table proposal add column org_id uuid references org;
create index proposal_org on proposal (org_id) where org_id is not null;
