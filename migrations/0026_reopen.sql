-- +goose Up
-- A closed round with too few valid sheets for one project is opened again for that project alone (7.4): so many judges take the place of those whose sheets were
-- struck out. Everything else about the round stays closed, and its other sheets stay locked.
create table reopening (
  id uuid primary key, round_id uuid not null references review_round, proposal_id uuid not null references proposal, edition_id uuid not null references edition, place ltree not null references place,
  cause text not null check (cause in ('objection','conflict')), reason text not null check (reason <> ''),
  struck uuid[] not null check (cardinality(struck) > 0), need int not null check (need > 0), -- the sheets struck out, and how many judges are wanted
  state text not null default 'open', opened_at timestamptz not null, closes_at timestamptz, ended_at timestamptz, version int not null default 1, check ((state = 'open') = (ended_at is null))
);
create unique index reopening_one on reopening (round_id, proposal_id) where state = 'open';
create index reopening_edition on reopening (edition_id);
revoke delete on reopening from seedbed_app;
insert into legal_move select 'reopening', * from (values ('open','closed'),('open','void')) m;
call has_states('reopening', 'reopening');

alter table assignment add column reopening_id uuid references reopening, add column chair int, add check ((reopening_id is null) = (chair is null));
-- However many press at once: one judge a chair.
create unique index assignment_chair on assignment (reopening_id, chair) where state in ('assigned','accepted');

-- +goose StatementBegin
create function reopening_allowed() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if (select state from review_round where id = new.round_id) <> 'closed' then
      raise exception '评审还没有结束，不用补评' using errcode = 'SB001';
    end if;
    if exists (select from award where proposal_id = new.proposal_id and state in ('confirmed','declined','revoked')) then
      raise exception '这个项目已经立项或者已经结束，不能再补评' using errcode = 'SB001';
    end if;
    return new;
  end if;
  if (new.round_id, new.proposal_id, new.cause, new.opened_at) is distinct from (old.round_id, old.proposal_id, old.cause, old.opened_at) then
    raise exception '补评的项目不能改' using errcode = 'SB001';
  end if;
  if new.state = 'closed' and old.state = 'open' and (select count(*) from sheet where round_id = new.round_id and proposal_id = new.proposal_id and state = 'locked')
      < (select min_valid from review_round where id = new.round_id) then
    raise exception '有效的评分表还不够，补评不能结束' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- A seat in a closed round is a replacement's, at the reopened project alone. What a seat is for never changes.
create function seat_of_its_round() returns trigger language plpgsql as $$
declare o reopening;
begin
  if tg_op = 'UPDATE' then
    if (new.round_id, new.judge_id, new.proposal_id, new.reopening_id, new.chair) is distinct from (old.round_id, old.judge_id, old.proposal_id, old.reopening_id, old.chair) then
      raise exception '评委的位置不能改给别的项目' using errcode = 'SB001';
    end if;
    return new;
  end if;
  if new.reopening_id is null then
    if (select state from review_round where id = new.round_id) = 'closed' then
      raise exception '评审已经结束，不能再安排评委' using errcode = 'SB001';
    end if;
    return new;
  end if;
  select * into o from reopening where id = new.reopening_id for no key update;
  if o.state <> 'open' or o.round_id <> new.round_id or o.proposal_id <> new.proposal_id or new.chair not between 1 and o.need then
    raise exception '只有正在补评的项目可以补一位评委' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- Once its round has closed, a sheet is marked, handed in and locked only from a replacement's seat, while the reopening lasts.
create function sheet_of_its_round() returns trigger language plpgsql as $$
begin
  if new.state = 'invalid' or tg_op = 'UPDATE' and (new.state, new.marks, new.total, new.comment) is not distinct from (old.state, old.marks, old.total, old.comment) then
    return new;
  end if;
  if (select state from review_round where id = new.round_id) = 'closed'
      and not exists (select from assignment a join reopening o on o.id = a.reopening_id and o.state = 'open' where a.id = new.assignment_id) then
    raise exception '评审已经结束，评分表不能再改' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger reopening_allowed before insert or update on reopening for each row execute function reopening_allowed();
create trigger seat_of_its_round before insert or update on assignment for each row execute function seat_of_its_round();
create trigger sheet_of_its_round before insert or update on sheet for each row execute function sheet_of_its_round();

-- +goose StatementBegin
-- A replacement marks long after the stage was cleared, and the boards do not hear of it.
create or replace function sheet_on_stage() returns trigger language plpgsql as $$
declare slot pitch_slot; line int;
begin
  select s.* into slot from pitch_slot s where s.room_id = new.round_id and s.proposal_id = new.proposal_id;
  if slot.id is null or new.state not in ('submitted', 'draft') or (tg_op = 'UPDATE' and new.state = old.state) or (tg_op = 'INSERT' and new.state = 'draft')
      or exists (select from assignment where id = new.assignment_id and reopening_id is not null) then
    return new;
  end if;
  if new.state = 'submitted' and slot.state = 'waiting' then
    raise exception '这个项目还没有上台。分数可以先存着，等讲完再交' using errcode = 'SB001';
  elsif slot.state in ('shown', 'absent') then
    raise exception '这个项目已经亮分，或者没有到场，评分表不能再交' using errcode = 'SB001';
  end if;
  update pitch_room set events = events + 1 where id = slot.room_id returning events into line;
  insert into board_event values (slot.room_id, line, 'sheet', slot.id, coalesce(new.submitted_at, now()));
  return new;
end $$;
-- A tie to a project that is being marked again forbids the seat as in any open round.
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
    if exists (select from assignment a join review_round r on r.id = a.round_id left join reopening o on o.id = a.reopening_id
        where a.judge_id = new.judge_id and a.proposal_id = new.proposal_id and a.state in ('assigned','accepted') and (r.state <> 'closed' or o.state = 'open'))
      or exists (select from sheet s join review_round r on r.id = s.round_id and r.state <> 'closed' where s.judge_id = new.judge_id and s.proposal_id = new.proposal_id and s.state <> 'invalid') then
      raise exception '请先让这位评委回避这个项目，再登记利害关系' using errcode = 'SB001';
    end if;
    delete from seat_lock where judge_id = new.judge_id and proposal_id = new.proposal_id;
  end if;
  return new;
end $$;
-- I-F2: no confirmation while the item is being marked again, while an objection to it is open, nor while any notice that names it is still up.
create or replace function award_confirm_guard() returns trigger language plpgsql as $$
begin
  if new.state = 'confirmed' and old.state <> 'confirmed' then
    if exists (select from reopening where proposal_id = new.proposal_id and state = 'open') then
      raise exception '这个项目正在补评，补评结束以后才能确认' using errcode = 'SB001';
    end if;
    if exists (select from objection where award_id = new.id and state in ('received','investigating')) then
      raise exception '还有异议没有答复，不能确认' using errcode = 'SB001';
    end if;
    if not exists (select from publicity_item i join publicity p on p.id = i.publicity_id where i.award_id = new.id and p.state = 'closed')
      or exists (select from publicity_item i join publicity p on p.id = i.publicity_id where i.award_id = new.id and p.state in ('open','suspended')) then
      raise exception '公示期还没有结束，不能确认' using errcode = 'SB001';
    end if;
  end if;
  return new;
end $$;
-- +goose StatementEnd

-- A conflict learnt late makes another run of a result too.
alter table round_run drop constraint round_run_cause_check, add constraint round_run_cause_check check (cause in ('close','objection','conflict'));
alter table allocation drop constraint allocation_cause_check, add constraint allocation_cause_check check (cause in ('allocate','objection','conflict'));

-- Where votes share the money out, a ballot box is typed ballot by ballot: the projects on each. The counts by project follow from them.
alter table twice_pass add column ballots jsonb not null default '[]' check (jsonb_typeof(ballots) = 'array');
