-- +goose Up
-- The live pitch round (路演现场): its order by a recorded draw, what happens on the stage, sheets on paper, the residents' vote beside it, and its minutes.
-- A room has its round's own id; so do the vote and the minutes.
create table pitch_room (
  id uuid primary key references review_round, place ltree not null references place, state text not null default 'drawn',
  hall text not null, starts_at timestamptz not null, present_min int not null check (present_min between 1 and 60), question_min int not null check (question_min between 0 and 60),
  draws int not null default 1, since timestamptz, used_ms bigint not null default 0 check (used_ms >= 0), -- the running pitch's clock: what it has used, and since when it runs
  public_at timestamptz, started_at timestamptz, ended_at timestamptz,
  events int not null default 0, -- counts the lines of board_event without a gap: who holds this row writes the next one
  version int not null default 1
);
insert into legal_move select 'pitch_room', * from (values ('drawn','running'),('running','ended')) m;
call has_states('pitch_room', 'pitch_room');

create table pitch_draw (
  room_id uuid not null references pitch_room, n int not null, seed text not null, input jsonb not null, result jsonb not null, reason text not null default '',
  drawn_by uuid not null references person, at timestamptz not null, primary key (room_id, n), check (n = 1 or reason <> '')
);
create trigger pitch_draw_never before update or delete on pitch_draw for each row execute function never();

create table pitch_slot (
  id uuid primary key, room_id uuid not null references pitch_room, proposal_id uuid not null references proposal, seq int not null, state text not null default 'waiting',
  called_at timestamptz, ended_at timestamptz, used_ms bigint not null default 0, shown_at timestamptz, reason text not null default '', score int, marks jsonb not null default '[]',
  version int not null default 1, unique (room_id, proposal_id), unique (room_id, seq) deferrable initially deferred, check ((state = 'shown') = (score is not null))
);
create unique index pitch_slot_up on pitch_slot (room_id) where state = 'up';
insert into legal_move select 'pitch_slot', * from (values ('waiting','up'),('up','waiting'),('up','heard'),('heard','up'),('heard','shown'),('waiting','absent'),('up','absent')) m;
call has_states('pitch_slot', 'pitch_slot');

-- What the boards are told, numbered without a gap in the order in which it was decided.
create table board_event (
  room_id uuid not null references pitch_room, n int not null, kind text not null, slot_id uuid references pitch_slot, at timestamptz not null, primary key (room_id, n)
);
create trigger board_event_never before update or delete on board_event for each row execute function never();

-- +goose StatementBegin
-- A sheet is handed in after its project has stood on the stage and before its marks are shown; that one more is in, is news for the boards.
create function sheet_on_stage() returns trigger language plpgsql as $$
declare slot pitch_slot; line int;
begin
  select s.* into slot from pitch_slot s where s.room_id = new.round_id and s.proposal_id = new.proposal_id;
  if slot.id is null or new.state not in ('submitted', 'draft') or (tg_op = 'UPDATE' and new.state = old.state) or (tg_op = 'INSERT' and new.state = 'draft') then
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
-- +goose StatementEnd
create trigger sheet_on_stage before insert or update on sheet for each row execute function sheet_on_stage();

-- What is on paper is typed by two people who do not see each other's; where they differ, a third look decides, with a reason.
create table twice (
  id uuid primary key, round_id uuid not null references review_round, place ltree not null references place, kind text not null check (kind in ('sheet','box')),
  assignment_id uuid references assignment, box text not null default '', state text not null default 'once', version int not null default 1,
  check ((kind = 'sheet') = (assignment_id is not null)), check ((kind = 'box') = (box <> ''))
);
create unique index twice_sheet on twice (assignment_id) where kind = 'sheet';
create unique index twice_box on twice (round_id, box) where kind = 'box';
insert into legal_move select 'twice', * from (values ('once','settled'),('once','differs'),('differs','settled')) m;
call has_states('twice', 'twice');
create table twice_pass (
  twice_id uuid not null references twice, pass int not null check (pass between 1 and 3), person_id uuid not null references person, marks jsonb not null, comment text not null default '',
  reason text not null default '', at timestamptz not null, primary key (twice_id, pass), check (pass < 3 or reason <> '')
);
create unique index twice_pass_apart on twice_pass (twice_id, person_id) where pass < 3;
create trigger twice_pass_never before update or delete on twice_pass for each row execute function never();

-- The residents' vote beside the experts' (DOMAIN §9.1): one account, one vote in each track; counted when it has closed.
create table poll (
  id uuid primary key references review_round, place ltree not null references place, share int not null check (share between 1 and 30), opens_at timestamptz not null, closes_at timestamptz not null,
  state text not null default 'planned', digest text not null default '', version int not null default 1, check (closes_at > opens_at), check ((state = 'counted') = (digest <> ''))
);
insert into legal_move select 'poll', * from (values ('planned','counted')) m;
call has_states('poll', 'poll');
create table ballot (
  poll_id uuid not null references poll, person_id uuid not null references person, track text not null, proposal_id uuid not null references proposal, at timestamptz not null,
  primary key (poll_id, person_id, track)
);
create table poll_result (
  poll_id uuid not null references poll, proposal_id uuid not null references proposal, votes int not null, paper int not null, points int not null check (points between 0 and 10000), primary key (poll_id, proposal_id)
);
create trigger poll_result_never before update or delete on poll_result for each row execute function never();
-- +goose StatementBegin
create function ballot_in_time() returns trigger language plpgsql as $$
begin
  perform from poll where id = new.poll_id for key share;
  if not exists (select from poll where id = new.poll_id and state = 'planned' and new.at >= opens_at and new.at < closes_at) then
    raise exception '现在不是投票的时间' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger ballot_in_time before insert or update on ballot for each row execute function ballot_in_time();

create table pitch_minute (
  id uuid primary key references pitch_room, place ltree not null references place, state text not null default 'sealed', body text not null, digest text not null,
  sealed_at timestamptz not null, scan_id uuid references attachment, signed_at timestamptz, version int not null default 1, check ((state = 'signed') = (scan_id is not null and signed_at is not null))
);
insert into legal_move select 'pitch_minute', * from (values ('sealed','signed')) m;
call has_states('pitch_minute', 'pitch_minute');
-- +goose StatementBegin
create function minute_signed() returns trigger language plpgsql as $$
begin
  if old.state = 'signed' then
    raise exception '签好字的纪要不能再改' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger minute_signed before update on pitch_minute for each row execute function minute_signed();
