-- +goose Up
-- The ground every area stands on: places, people, roles, audit, notices, outbox, attachments.
create extension if not exists ltree;

-- +goose StatementBegin
do $$ begin
  if not exists (select from pg_roles where rolname = 'seedbed_app') then
    begin create role seedbed_app nologin; exception when duplicate_object or unique_violation then null; end;
  end if;
  if not pg_has_role(current_user, 'seedbed_app', 'member') then
    execute format('grant seedbed_app to %I', current_user);
  end if;
end $$;
-- +goose StatementEnd
grant usage on schema public to seedbed_app;
alter default privileges in schema public grant select, insert, update, delete on tables to seedbed_app;
alter default privileges in schema public grant usage, select on sequences to seedbed_app;

-- 4.1: a place is never reused; a merged or renamed one is closed and points to its successor.
create table place (
  path         ltree primary key,
  level        text not null check (level in ('city','district','subdistrict','community')),
  name         text not null,
  name_en      text not null,
  code         text not null,
  seq          int  not null default 0,
  successor    ltree references place,
  valid_from   date not null,
  valid_to     date,
  check (valid_to is null or valid_to > valid_from)
);
create index place_tree on place using gist (path);

-- 15.2: holidays and swapped working days, announced yearly; each change of the table is a new version.
create table calendar_day (day date primary key, working boolean not null, note text not null, version int not null);

create table person (
  id           uuid primary key,
  name         text not null,
  phone_index  bytea unique,            -- HMAC of the number: finds an account without reading the number
  phone_sealed bytea,                   -- AES-256-GCM under the person's key
  phone_tail   text not null default '',
  lang         text not null default 'zh' check (lang in ('zh','en')),
  state        text not null default 'active' check (state in ('active','disabled')),
  home         ltree references place,
  home_state   text not null default 'none' check (home_state in ('none','claimed','confirmed','rejected')),
  totp_sealed  bytea,
  totp_step    bigint not null default 0,
  created_at   timestamptz not null,
  version      int not null default 1
);
create index person_home on person (home, home_state);
-- Destroying this row makes everything sealed for the person unreadable.
create table person_key (person_id uuid primary key references person, wrapped bytea not null);

create table role_grant (
  id uuid primary key, person_id uuid not null references person, role text not null, place ltree not null references place,
  granted_by uuid references person, since timestamptz not null, until timestamptz, version int not null default 1
);
create unique index role_grant_live on role_grant (person_id, role, place) where until is null;
create index role_grant_place on role_grant using gist (place);

create table login_code (
  id uuid primary key, phone_index bytea not null, code_hash bytea not null, sent_at timestamptz not null,
  expires_at timestamptz not null, tries int not null default 0, used_at timestamptz
);
create index login_code_phone on login_code (phone_index, sent_at desc);

create table session (
  token_hash bytea primary key, person_id uuid not null references person, strong boolean not null default false,
  created_at timestamptz not null, seen_at timestamptz not null, expires_at timestamptz not null
);
create index session_person on session (person_id);
-- A form that came without a session, sealed under the visitor's own cookie, until they have signed in.
create table typed_form (visit bytea primary key, sealed bytea not null, at timestamptz not null);
create table throttle (key text primary key, window_start timestamptz not null, count int not null);

create table consent (
  id uuid primary key, person_id uuid not null references person, purpose text not null, text_version int not null,
  subject_id uuid, granted_at timestamptz not null, granted_by text not null default 'self', withdrawn_at timestamptz
);
create index consent_person on consent (person_id, purpose);

-- Numbers are never reused (15.1): a series only counts up, in the transaction that uses the number.
create table number_series (key text primary key, last int not null);
-- +goose StatementBegin
create function next_number(series text) returns int language sql as $$
  insert into number_series (key, last) values (series, 1)
  on conflict (key) do update set last = number_series.last + 1 returning last
$$;
-- +goose StatementEnd

-- Audit: one hash-linked chain per subdistrict, so that a busy district does not queue behind one head.
create table audit_head (chain text primary key, n bigint not null, hash bytea not null);
create table audit_event (
  chain text not null, n bigint not null, at timestamptz not null, actor uuid, role text not null, role_place ltree not null,
  entity text not null, entity_id uuid not null, version int, action text not null, from_state text not null default '',
  to_state text not null default '', place ltree not null, reason text not null default '', data text not null default '',
  request text not null default '', hash bytea not null,
  primary key (chain, n)
);
create unique index audit_once on audit_event (entity, entity_id, version) where version is not null;
create index audit_entity on audit_event (entity_id, n);
create index audit_place on audit_event using gist (place);
create index audit_at on audit_event (at desc);

-- +goose StatementBegin
create function audit_append(p_chain text, p_canon bytea, p_at timestamptz, p_actor uuid, p_role text, p_role_place ltree,
  p_entity text, p_entity_id uuid, p_version int, p_action text, p_from text, p_to text, p_place ltree, p_reason text,
  p_data text, p_request text) returns bigint language plpgsql security definer set search_path = public as $$
declare head audit_head; next_hash bytea;
begin
  insert into audit_head as h values (p_chain, 1, ''::bytea) on conflict (chain) do update set n = h.n + 1 returning * into head;
  next_hash := sha256(head.hash || int8send(head.n) || p_canon);
  insert into audit_event values (p_chain, head.n, p_at, p_actor, p_role, p_role_place, p_entity, p_entity_id, p_version,
    p_action, p_from, p_to, p_place, p_reason, p_data, p_request, next_hash);
  update audit_head set hash = next_hash where chain = p_chain;
  return head.n;
end $$;
-- +goose StatementEnd
revoke insert, update, delete, truncate on audit_head, audit_event from seedbed_app;

-- +goose StatementBegin
create function never() returns trigger language plpgsql as $$
begin
  raise exception '这条记录不能改也不能删，只能另加一条更正' using errcode = 'SB001', detail = tg_table_name;
end $$;
-- +goose StatementEnd
create trigger audit_event_never before update or delete on audit_event for each row execute function never();

-- I-F1: the moves a state may make, in one table; a move not listed here is refused by the database itself.
create table legal_move (entity text, from_state text, to_state text, primary key (entity, from_state, to_state));
revoke insert, update, delete on legal_move from seedbed_app;
-- +goose StatementBegin
create function check_move() returns trigger language plpgsql as $$
begin
  -- Counters may move under an unchanged version; a state never does.
  if new.version <> old.version + 1 and (new.version <> old.version or new.state is distinct from old.state) then
    raise exception '这一页已经有人改过了，请刷新后再试' using errcode = 'SB001';
  end if;
  if new.state is distinct from old.state and not exists (
      select from legal_move where entity = tg_argv[0] and from_state = old.state and to_state = new.state) then
    raise exception '现在的状态不能这样办，请刷新页面看看' using errcode = 'SB001',
      detail = format('%s: %s → %s', tg_argv[0], old.state, new.state);
  end if;
  return new;
end $$;
create function must_be_audited() returns trigger language plpgsql as $$
begin
  if not exists (select from audit_event where entity = tg_argv[0] and entity_id = new.id and version = new.version) then
    raise exception 'no audit row for % % version %', tg_argv[0], new.id, new.version;
  end if;
  return null;
end $$;
-- has_states(table, entity): the guards every table with a state machine carries.
create procedure has_states(tbl regclass, entity text) language plpgsql as $$
begin
  execute format('create trigger %I before update on %s for each row execute function check_move(%L)', entity || '_move', tbl, entity);
  execute format('create constraint trigger %I after insert or update on %s deferrable initially deferred for each row execute function must_be_audited(%L)', entity || '_audited', tbl, entity);
end $$;
-- +goose StatementEnd

create table notice (
  id uuid primary key, person_id uuid not null references person, code text not null, text text not null,
  args jsonb not null default '[]', link text not null default '', key text not null unique, at timestamptz not null, read_at timestamptz
);
create index notice_person on notice (person_id, at desc);

create table outbox (
  id bigint generated always as identity primary key, kind text not null, body jsonb not null, at timestamptz not null,
  tries int not null default 0, sent_at timestamptz, done_at timestamptz, fault text not null default ''
);
create index outbox_waiting on outbox (id) where done_at is null;
-- The fence: a listener's effect and this row are one transaction, so an effect happens once however often it is tried.
create table outbox_done (fact_id bigint not null references outbox, listener text not null, at timestamptz not null, primary key (fact_id, listener));
-- Scheduled jobs claim their hour here, so that two processes run each once.
create table job_run (job text not null, due timestamptz not null, at timestamptz not null, primary key (job, due));

create table attachment (
  id uuid primary key, digest text not null, size bigint not null check (size >= 0), mime text not null, kind text not null,
  owner text not null default '', owner_id uuid, place ltree references place, name text not null default '',
  uploader uuid references person, uploaded_at timestamptz not null, taken_at timestamptz, lat float8, lon float8,
  width int not null default 0, height int not null default 0, phash bigint, large text, thumb text,
  state text not null check (state in ('stored','derived','cleared','public','hidden','purged','unreadable')),
  version int not null default 1
);
create index attachment_owner on attachment (owner_id, kind);
create index attachment_digest on attachment (digest);
