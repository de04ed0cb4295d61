-- +goose Up
create table award (
  id uuid primary key, edition_id uuid not null references edition, proposal_id uuid not null unique references proposal, place ltree not null references place,
  result text not null check (result in ('selected','reserve','not_selected')), grade text not null default '', amount bigint not null default 0 check (amount >= 0),
  rank int not null, score int not null, fund_source_id uuid references fund_source, reason text not null default '', state text not null default 'proposed',
  version int not null default 1, unique (edition_id, proposal_id),
  check ((result = 'selected') = (amount > 0))
);
insert into legal_move select 'award', * from (values ('proposed','publicized'),('publicized','objected'),('objected','confirmed'),('objected','revoked'),
 ('objected','publicized'),('publicized','confirmed'),('confirmed','declined'),('confirmed','revoked'),('publicized','declined'),('proposed','declined'),('objected','declined')) m;
call has_states('award', 'award');

create table publicity (
  id uuid primary key, number text not null unique, edition_id uuid not null references edition, place ltree not null references place, kind text not null check (kind in ('award','mid','star')),
  state text not null default 'open', opens_at timestamptz not null, closes_at timestamptz not null, calendar_version int not null, rules_version int not null,
  content text not null, digest text not null, publisher uuid not null references person, version int not null default 1
);
insert into legal_move select 'publicity', * from (values ('open','closed'),('open','void'),('open','suspended'),('suspended','open')) m;
call has_states('publicity', 'publicity');
-- A published notice never changes; only its state moves.
-- +goose StatementBegin
create function publicity_sealed() returns trigger language plpgsql as $$
begin
  if (new.content, new.digest, new.opens_at, new.closes_at, new.number) is distinct from (old.content, old.digest, old.opens_at, old.closes_at, old.number) then
    raise exception '公示发布后不能改，只能另发更正' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger publicity_sealed before update on publicity for each row execute function publicity_sealed();
create table publicity_item (publicity_id uuid not null references publicity, award_id uuid not null references award, primary key (publicity_id, award_id));
create index publicity_item_award on publicity_item (award_id);
create index publicity_edition on publicity (edition_id);
create index publicity_open on publicity (closes_at) where state = 'open';

create table objection (
  id uuid primary key, number text not null unique, publicity_id uuid not null references publicity, award_id uuid not null references award, place ltree not null references place,
  person_id uuid not null references person, facts text not null, state text not null default 'received', due_at timestamptz not null, received_at timestamptz not null,
  handler uuid references person, answer text not null default '', decided_at timestamptz, version int not null default 1,
  check ((state in ('upheld','dismissed')) <= (handler is not null and answer <> '' and decided_at is not null)),
  check (handler is distinct from person_id) -- nobody decides their own objection
);
create index objection_place on objection using gist (place);
create index objection_award on objection (award_id, state);
insert into legal_move select 'objection', * from (values ('received','investigating'),('received','not_accepted'),('investigating','upheld'),('investigating','dismissed'),('received','withdrawn'),('investigating','withdrawn')) m;
call has_states('objection', 'objection');
-- I-F2: no confirmation while an objection to the item is open, nor before its window has closed.
-- +goose StatementBegin
create function award_confirm_guard() returns trigger language plpgsql as $$
begin
  if new.state = 'confirmed' and old.state <> 'confirmed' then
    if exists (select from objection where award_id = new.id and state in ('received','investigating')) then
      raise exception '还有异议没有答复，不能确认' using errcode = 'SB001';
    end if;
    if not exists (select from publicity_item i join publicity p on p.id = i.publicity_id where i.award_id = new.id and p.state = 'closed') then
      raise exception '公示期还没有结束，不能确认' using errcode = 'SB001';
    end if;
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger award_confirm_guard before update on award for each row execute function award_confirm_guard();

create table agreement (
  id uuid primary key, number text not null unique, award_id uuid not null unique references award, proposal_id uuid not null references proposal, edition_id uuid not null references edition,
  place ltree not null references place, host ltree not null references place, total bigint not null check (total > 0), starts_on date not null, ends_on date not null,
  annex text not null, digest text not null, state text not null default 'signing', effective_at timestamptz, version int not null default 1
);
insert into legal_move select 'agreement', * from (values ('signing','effective'),('effective','suspended'),('suspended','effective'),('suspended','terminated'),('effective','completed'),('effective','terminated'),('signing','terminated')) m;
call has_states('agreement', 'agreement');
create table agreement_sign (
  agreement_id uuid not null references agreement, party text not null check (party in ('A','B','C')), person_id uuid not null references person,
  at timestamptz not null, digest text not null, primary key (agreement_id, party), unique (agreement_id, person_id)
);
create trigger agreement_sign_never before update or delete on agreement_sign for each row execute function never();
-- 7.7: in force only when all three parties have signed the very text.
-- +goose StatementBegin
create function agreement_signed() returns trigger language plpgsql as $$
begin
  if (new.annex, new.digest, new.total, new.award_id, new.host) is distinct from (old.annex, old.digest, old.total, old.award_id, old.host) then
    raise exception '协议起草后内容不能改，只能另签补充协议' using errcode = 'SB001';
  end if;
  if new.state = 'effective' and old.state = 'signing' and (select count(*) from agreement_sign where agreement_id = new.id and digest = new.digest) <> 3 then
    raise exception '三方还没有签齐，协议不能生效' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger agreement_signed before update on agreement for each row execute function agreement_signed();
