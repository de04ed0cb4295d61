-- +goose Up
create table judge (
  id uuid primary key, edition_id uuid not null references edition, person_id uuid not null references person, unit text not null default '',
  expertise text not null, state text not null default 'invited', statement_at timestamptz, at timestamptz not null, version int not null default 1,
  unique (edition_id, person_id)
);
insert into legal_move select 'judge', * from (values ('invited','accepted'),('invited','declined'),('accepted','declined')) m;
call has_states('judge', 'judge');

create table review_round (
  id uuid primary key, edition_id uuid not null references edition, place ltree not null references place, kind text not null check (kind in ('desk','pitch','panel')), seq int not null,
  name text not null, state text not null default 'planned', min_valid int not null, trim_at int not null, panel int not null,
  closes_at timestamptz, opened_at timestamptz, closed_at timestamptz, digest text not null default '', version int not null default 1,
  seed text not null default '', -- drawn when the round opens, before the first mark, and published: it decides what only a lot can
  unique (edition_id, seq), check (state = 'planned' or seed <> '')
);
insert into legal_move select 'review_round', * from (values ('planned','open'),('open','closed'),('closed','open')) m;
call has_states('review_round', 'review_round');
create table criterion (
  round_id uuid not null references review_round, code text not null, seq int not null, name text not null, name_en text not null, hint text not null default '', hint_en text not null default '',
  weight int not null check (weight between 1 and 100), primary key (round_id, code)
);
-- I-R1: a rubric is frozen from the moment its round opens.
-- +goose StatementBegin
create function rubric_frozen() returns trigger language plpgsql as $$
begin
  if (select state from review_round where id = coalesce(new.round_id, old.round_id)) <> 'planned' then
    raise exception '评分细则在评审开始后不能再改' using errcode = 'SB001';
  end if;
  return coalesce(new, old);
end $$;
create function rubric_whole() returns trigger language plpgsql as $$
begin
  if new.state = 'open' and (select coalesce(sum(weight), 0) from criterion where round_id = new.id) <> 100 then
    raise exception '评分细则各项权重加起来要等于 100' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger criterion_frozen before insert or update or delete on criterion for each row execute function rubric_frozen();
create trigger review_round_whole before update on review_round for each row execute function rubric_whole();

-- A conflict of interest is a missing edge, never a penalty (5.2-2).
create table conflict (
  judge_id uuid not null references judge, proposal_id uuid not null references proposal, kind text not null check (kind in ('declared','same_person','team','community_staff','helper')),
  reason text not null default '', at timestamptz not null, primary key (judge_id, proposal_id)
);
create table assignment (
  id uuid primary key, round_id uuid not null references review_round, judge_id uuid not null references judge, proposal_id uuid not null references proposal,
  place ltree not null references place, state text not null default 'assigned', reason text not null default '', at timestamptz not null, version int not null default 1,
  unique (round_id, judge_id, proposal_id)
);
create index assignment_proposal on assignment (proposal_id);
create index assignment_judge on assignment (judge_id, state);
insert into legal_move select 'assignment', * from (values ('assigned','accepted'),('assigned','recused'),('accepted','recused'),('recused','replaced')) m;
call has_states('assignment', 'assignment');
-- The two halves of a race, assigning and declaring, meet on the judge's row.
-- +goose StatementBegin
create function no_conflicted_assignment() returns trigger language plpgsql as $$
begin
  perform from judge where id = new.judge_id for no key update;
  if tg_table_name = 'assignment' then
    if new.state in ('assigned','accepted') and exists (select from conflict where judge_id = new.judge_id and proposal_id = new.proposal_id) then
      raise exception '这位评委和这个项目有利害关系，不能安排' using errcode = 'SB001';
    end if;
  elsif exists (select from assignment where judge_id = new.judge_id and proposal_id = new.proposal_id and state in ('assigned','accepted'))
    or exists (select from sheet where judge_id = new.judge_id and proposal_id = new.proposal_id and state <> 'invalid') then
    raise exception '请先让这位评委回避这个项目，再登记利害关系' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger assignment_no_conflict before insert or update on assignment for each row execute function no_conflicted_assignment();
create trigger conflict_no_assignment before insert on conflict for each row execute function no_conflicted_assignment();

create table sheet (
  id uuid primary key, assignment_id uuid not null unique references assignment, round_id uuid not null references review_round, proposal_id uuid not null references proposal,
  judge_id uuid not null references judge, marks jsonb not null default '{}', total int, comment text not null default '', private_note text not null default '',
  state text not null default 'draft', submitted_at timestamptz, reason text not null default '', saves int not null default 0, version int not null default 1,
  check ((state in ('submitted','locked')) <= (total is not null and submitted_at is not null)), check (total between 0 and 10000)
);
create index sheet_proposal on sheet (round_id, proposal_id);
insert into legal_move select 'sheet', * from (values ('draft','submitted'),('submitted','draft'),('submitted','locked'),('draft','invalid'),('submitted','invalid'),('locked','invalid')) m;
call has_states('sheet', 'sheet');
-- I-R2: a locked sheet's marks never change; invalidation is a new state with a reason.
-- +goose StatementBegin
create function sheet_locked() returns trigger language plpgsql as $$
begin
  if old.state in ('locked','invalid') and (new.marks, new.total, new.comment) is distinct from (old.marks, old.total, old.comment) then
    raise exception '评分表已经锁定，不能再改' using errcode = 'SB001';
  end if;
  if new.state = 'invalid' and new.reason = '' then
    raise exception '作废评分表要写明原因' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger sheet_locked before update on sheet for each row execute function sheet_locked();
-- I-R4: who marks has signed the statement first, was given the project, and has no tie to it.
-- +goose StatementBegin
create function sheet_fair() returns trigger language plpgsql as $$
begin
  if new.state = 'invalid' then
    return new;
  end if;
  perform from judge where id = new.judge_id for key share;
  if not exists (select from judge where id = new.judge_id and state = 'accepted' and statement_at is not null) then
    raise exception '请先签好评委承诺，再打分' using errcode = 'SB001';
  end if;
  if exists (select from conflict where judge_id = new.judge_id and proposal_id = new.proposal_id) or not exists (
      select from assignment where id = new.assignment_id and judge_id = new.judge_id and proposal_id = new.proposal_id and round_id = new.round_id and state in ('assigned','accepted')) then
    raise exception '这个项目现在不由您评审' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger sheet_fair before insert or update on sheet for each row execute function sheet_fair();

-- What a closed round came to. A recomputation is a new run; the old one stays.
create table round_result (
  round_id uuid not null references review_round, run int not null, proposal_id uuid not null references proposal, score int not null, rank int not null,
  n int not null, dropped uuid[] not null default '{}', need_mark int not null, part_mark int not null, primary key (round_id, run, proposal_id)
);
create trigger round_result_never before update or delete on round_result for each row execute function never();
