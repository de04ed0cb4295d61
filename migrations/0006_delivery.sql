-- +goose Up
create table project (
  id uuid primary key, number text not null unique, agreement_id uuid not null unique references agreement, award_id uuid not null unique references award,
  proposal_id uuid not null unique references proposal, edition_id uuid not null references edition, team_id uuid not null references team,
  place ltree not null references place, host ltree not null references place, title text not null, category text not null, colour text not null default '',
  state text not null default 'preparing', starts_on date not null, ends_on date not null, lead_id uuid not null references person, mentor_id uuid references person,
  award bigint not null check (award > 0), released bigint not null default 0, claimed bigint not null default 0, paid bigint not null default 0, refunded bigint not null default 0,
  act_target int not null default 0, act_n int not null default 0, served_times int not null default 0, served_people int not null default 0,
  volunteer_times int not null default 0, grade text not null default '', settled boolean not null default false, published boolean not null default false,
  created_at timestamptz not null, version int not null default 1,
  -- I-M1, I-M2: released ≤ award, live claims ≤ award (the verb holds them to what is released), paid ≤ released.
  check (act_n >= 0 and served_times >= 0 and volunteer_times >= 0), check (served_people between 0 and served_times), -- I-F5
  check (released between 0 and award), check (claimed between 0 and award), check (paid between 0 and released), check (paid <= claimed)
);
create index project_edition on project (edition_id, state);
create index project_place on project using gist (place);
create index project_lead on project (lead_id);
insert into legal_move select 'project', * from (values
 ('preparing','in_progress'),('in_progress','suspended'),('suspended','in_progress'),('in_progress','mid_due'),('mid_due','mid_passed'),('mid_due','mid_failed'),
 ('mid_failed','mid_passed'),('mid_failed','terminated'),('in_progress','closing'),('mid_passed','closing'),('closing','accepted'),('closing','failed'),
 ('suspended','terminated'),('accepted','archived'),('failed','archived'),('terminated','archived'),('preparing','terminated')) m;
call has_states('project', 'project');

create table budget_line (
  id uuid primary key, project_id uuid not null references project, seq int not null, category text not null, item text not null,
  amount bigint not null check (amount > 0), claimed bigint not null default 0, unique (project_id, seq),
  check (claimed between 0 and amount + amount / 10) -- I-M3
);

create table activity (
  id uuid primary key, project_id uuid not null references project, place ltree not null references place, theme text not null, starts_at timestamptz not null, ends_at timestamptz not null,
  place_text text not null, content text not null default '', served_times int not null default 0, newcomers int not null default 0, minors int not null default 0, elders int not null default 0,
  disabled int not null default 0, volunteers int not null default 0, volunteer_halves int not null default 0, sign_in text not null default '' check (sign_in in ('','paper','digital')),
  problems text not null default '', late_reason text not null default '', twin_reason text not null default '', state text not null default 'planned', reason text not null default '',
  created_by uuid not null references person, submitted_by uuid references person, submitted_at timestamptz, verified_by uuid references person, verified_at timestamptz,
  photos_n int not null default 0, version int not null default 1,
  check (ends_at > starts_at),
  check (served_times >= 0 and newcomers between 0 and served_times and minors between 0 and served_times and elders between 0 and served_times and disabled between 0 and served_times),
  check (volunteers >= 0 and volunteer_halves >= 0),
  check (verified_by is null or verified_by is distinct from submitted_by)
);
create index activity_project on activity (project_id, starts_at);
create index activity_state on activity (state, place);
-- Photos that look alike are sought within a subdistrict.
create index attachment_look on attachment using gist (place) where phash is not null;
insert into legal_move select 'activity', * from (values
 ('planned','published'),('published','ongoing'),('planned','logged'),('published','logged'),('ongoing','logged'),('logged','submitted'),
 ('submitted','returned'),('submitted','verified'),('submitted','rejected'),('returned','submitted'),('returned','logged'),('verified','returned'),
 ('planned','cancelled'),('published','cancelled')) m;
call has_states('activity', 'activity');
-- I-F4: at the moment of verification the evidence minimum (11.2) is there.
-- +goose StatementBegin
create function activity_evidence() returns trigger language plpgsql as $$
begin
  if new.state = 'verified' and old.state <> 'verified' then
    if (select count(*) from attachment where owner_id = new.id and kind in ('panorama','process','people','result') and state not in ('hidden','purged','unreadable')) < 2
      or not exists (select from attachment where owner_id = new.id and kind = 'panorama' and state not in ('hidden','purged','unreadable'))
      or (select count(*) from attachment where owner_id = new.id and kind in ('panorama','process','people','result','sheet') and state not in ('hidden','purged','unreadable')) < 3
      or new.sign_in = '' or char_length(new.content) < 30 or new.place_text = '' then
      raise exception '活动的照片、签到或记录还不齐，不能核验通过' using errcode = 'SB001';
    end if;
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger activity_evidence before update on activity for each row execute function activity_evidence();

create table attendance (
  activity_id uuid not null references activity, person_id uuid not null references person, kind text not null check (kind in ('beneficiary','volunteer')), at timestamptz not null, primary key (activity_id, person_id)
);

create table evaluation (
  id uuid primary key, project_id uuid not null references project, place ltree not null references place, kind text not null check (kind in ('mid','final')), state text not null default 'scheduled',
  report text not null default '', next_step text not null default '', satisfaction int not null default 0, due_at timestamptz not null, submitted_by uuid references person, submitted_at timestamptz,
  score int, grade text not null default '', veto text not null default '', finalized_at timestamptz, round int not null default 1 check (round in (1, 2)),
  version int not null default 1, unique (project_id, kind)
);
create index evaluation_state on evaluation (state, due_at);
insert into legal_move select 'evaluation', * from (values
 ('scheduled','self_submitted'),('scheduled','failed'),('self_submitted','under_review'),('under_review','scored'),('scored','publicized'),('publicized','passed'),('publicized','failed'),
 ('scored','passed'),('scored','failed'),('failed','rectification'),('rectification','re_scored'),('re_scored','passed'),('re_scored','failed'),('passed','finalized'),('failed','finalized')) m;
call has_states('evaluation', 'evaluation');
create table evaluation_sheet (
  -- Round 2 is the one after a failed mid-term review was put right.
  evaluation_id uuid not null references evaluation, round int not null default 1, person_id uuid not null references person, role text not null check (role in ('member','finance')), marks jsonb not null, total int not null check (total between 0 and 10000),
  comment text not null default '', at timestamptz not null, primary key (evaluation_id, round, person_id)
);
create trigger evaluation_sheet_never before update or delete on evaluation_sheet for each row execute function never();
