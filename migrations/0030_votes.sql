-- +goose Up
-- Where residents' votes share the money out, a ballot names up to so many projects, whatever their track: a term of the call. 0 is one project of each track.
alter table poll add column most int not null default 0 check (most between 0 and 20);
alter table ballot drop constraint ballot_pkey, add primary key (poll_id, person_id, proposal_id);

-- A ballot is marked and changed while the vote is open, and never beside the count. Whoever marks holds their own ballot, so that two
-- windows do not make two of it.
-- +goose StatementBegin
create or replace function ballot_in_time() returns trigger language plpgsql as $$
declare b record; p record;
begin
  if tg_op = 'DELETE' then b := old; else b := new; end if;
  select state, opens_at, closes_at, most into p from poll where id = b.poll_id for share;
  if p.state is distinct from 'planned' or tg_op <> 'DELETE' and (b.at < p.opens_at or b.at >= p.closes_at) then
    raise exception '现在不是投票的时间' using errcode = 'SB001';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  perform pg_advisory_xact_lock(hashtextextended('ballot of ' || new.poll_id || ' ' || new.person_id, 0));
  return new;
end $$;
create function ballot_within() returns trigger language plpgsql as $$
declare most int;
begin
  select p.most into most from poll p where p.id = new.poll_id;
  if most > 0 and (select count(*) from ballot where poll_id = new.poll_id and person_id = new.person_id) > most then
    raise exception '选的项目超过了公告里定的个数' using errcode = 'SB001';
  end if;
  if most = 0 and exists (select from ballot where poll_id = new.poll_id and person_id = new.person_id and track = new.track and proposal_id <> new.proposal_id) then
    raise exception '每个赛道只能选一个项目' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
drop trigger ballot_in_time on ballot;
create trigger ballot_in_time before insert or update or delete on ballot for each row execute function ballot_in_time();
create trigger ballot_within after insert or update on ballot for each row execute function ballot_within();

-- The minutes of a panel come back signed: one paper for each time it ended, of which nothing changes afterwards.
create table panel_minute (
  round_id uuid not null, run int not null, place ltree not null references place, scan_id uuid not null references attachment, by_person uuid not null references person, at timestamptz not null,
  primary key (round_id, run), foreign key (round_id, run) references round_run (round_id, run)
);
create trigger panel_minute_never before update or delete on panel_minute for each row execute function never();
