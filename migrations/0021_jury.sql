-- +goose Up
-- A district's pool of judges (8.3): who may be asked, across editions. Fee data is sealed under the judge's own key, with a consent of its own (12.5).
create table juror (
  id uuid primary key, place ltree not null references place, person_id uuid not null references person, unit text not null default '', title text not null default '',
  tags text[] not null default '{}', fields text[] not null default '{}',
  bank text not null default '', account_sealed bytea, account_tail text not null default '', consent_id uuid references consent,
  at timestamptz not null, saves int not null default 1,
  unique (place, person_id), check ((account_sealed is null) = (account_tail = '')), check (account_sealed is null or consent_id is not null)
);
insert into juror (id, place, person_id, unit, tags, at)
  select distinct on (e.place, j.person_id) gen_random_uuid(), e.place, j.person_id, j.unit, array[j.expertise], j.at from judge j join edition e on e.id = j.edition_id
  order by e.place, j.person_id, j.at desc;
-- What a judge declares beforehand: people, communities, organisations. It becomes a conflict wherever a proposal has to do with one.
create table juror_tie (
  id uuid primary key, juror_id uuid not null references juror, kind text not null check (kind in ('person','community','org')), name text not null default '', place ltree references place,
  relation text not null default '', at timestamptz not null, ended_at timestamptz, check (case when kind = 'community' then place is not null else name <> '' end)
);
create index juror_tie_juror on juror_tie (juror_id) where ended_at is null;

alter table judge add column tags text[] not null default '{}', add column fields text[] not null default '{}', add column load_min int not null default 0 check (load_min between 0 and 500),
  add column load_max int not null default 0 check (load_max between 0 and 500), -- 0: as many as there are
  add column why text not null default '', -- why an invitation was declined, or given to another
  add column stead uuid references judge, -- the judge whose place this one takes
  add constraint judge_load check (load_max = 0 or load_min <= load_max);
update judge set tags = array[expertise];
insert into legal_move select 'judge', * from (values ('invited','replaced'),('accepted','replaced'),('declined','replaced')) m;
create index judge_person on judge (person_id);

alter table conflict drop constraint conflict_kind_check, add constraint conflict_kind_check check (kind in ('declared','same_person','team','community_staff','helper',
    'mentor','endorser','community','employer','org','past_partner','household')),
  add column evidence jsonb not null default '[]'; -- [{"kind","args"}], shown to the district alone
revoke delete on conflict from seedbed_app; -- a conflict is never lifted

-- How much a judge would like to read a project. It only weighs; what is a conflict stands in conflict.
create table judge_wish (
  judge_id uuid not null references judge, proposal_id uuid not null references proposal, wish text not null check (wish in ('like','could','rather_not')), at timestamptz not null,
  primary key (judge_id, proposal_id)
);

-- Pairs the district has fixed by hand before the round opens.
create table seat_lock (
  round_id uuid not null references review_round, judge_id uuid not null references judge, proposal_id uuid not null references proposal, by_person uuid references person, at timestamptz not null,
  primary key (round_id, judge_id, proposal_id)
);

-- Every assignment that was computed, with what it followed from and its certificate, byte for byte: json keeps the text, the hashes are of it.
create table assignment_plan (
  id uuid primary key, round_id uuid not null references review_round, no int not null, kind text not null check (kind in ('whole','part','import')), mode text not null check (mode in ('best','fair','random')),
  instance json not null, result json not null, input_hash text not null, result_hash text not null, filled int not null, needed int not null, made_by uuid references person, at timestamptz not null,
  unique (round_id, no)
);
create trigger assignment_plan_never before update or delete on assignment_plan for each row execute function never();
revoke update, delete on assignment_plan from seedbed_app;

-- Assigning, fixing and declaring meet on the judge's row. A conflict learnt after a round has closed is still written down; that round's locked sheets are for the district to handle.
-- +goose StatementBegin
create or replace function no_conflicted_assignment() returns trigger language plpgsql as $$
begin
  perform from judge where id = new.judge_id for no key update;
  if tg_table_name = 'seat_lock' then
    if exists (select from conflict where judge_id = new.judge_id and proposal_id = new.proposal_id) then
      raise exception '这位评委和这个项目有利害关系，不能安排' using errcode = 'SB001';
    end if;
  elsif tg_table_name = 'assignment' then
    if new.state in ('assigned','accepted') and exists (select from conflict where judge_id = new.judge_id and proposal_id = new.proposal_id) then
      raise exception '这位评委和这个项目有利害关系，不能安排' using errcode = 'SB001';
    end if;
  else
    if exists (select from assignment a join review_round r on r.id = a.round_id and r.state <> 'closed' where a.judge_id = new.judge_id and a.proposal_id = new.proposal_id and a.state in ('assigned','accepted'))
      or exists (select from sheet s join review_round r on r.id = s.round_id and r.state <> 'closed' where s.judge_id = new.judge_id and s.proposal_id = new.proposal_id and s.state <> 'invalid') then
      raise exception '请先让这位评委回避这个项目，再登记利害关系' using errcode = 'SB001';
    end if;
    delete from seat_lock where judge_id = new.judge_id and proposal_id = new.proposal_id;
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger seat_lock_no_conflict before insert on seat_lock for each row execute function no_conflicted_assignment();
