-- +goose Up
-- Assisted entry (帮办代填, DOMAIN §5.2-5, I-F8), the grace list for papers received in time (I-T2), recorded outages,
-- and the rights of everybody over their own data (DOMAIN §12).

-- A paper that was handed in and stamped before the call closed.
create table grace (
  id uuid primary key, edition_id uuid not null references edition, place ltree not null references place, lead_name text not null check (lead_name <> ''),
  received_at timestamptz not null, paper_id uuid not null references attachment, state text not null default 'listed', proposal_id uuid unique references proposal,
  listed_by uuid not null references person, at timestamptz not null, version int not null default 1,
  check ((state = 'used') = (proposal_id is not null)), check (received_at <= at)
);
create index grace_place on grace using gist (place);
insert into legal_move select 'grace', * from (values ('listed','used'),('listed','struck')) m;
call has_states('grace', 'grace');

create table assistance (
  id uuid primary key, place ltree not null references place, person_id uuid not null references person, helper_id uuid not null references person,
  helper_role text not null, why text not null, reason text not null default '', method text not null check (method in ('face','phone','paper')),
  grace_id uuid references grace, enlisted boolean not null default false, state text not null default 'open',
  paper_id uuid references attachment, signed_by text not null default '' check (signed_by in ('','signature','fingerprint')), witnesses text not null default '',
  read_back_at timestamptz, started_at timestamptz not null, finished_at timestamptz, version int not null default 1,
  check (helper_id <> person_id),
  check (state <> 'finished' or (paper_id is not null and read_back_at is not null and finished_at is not null)),
  check (signed_by <> 'fingerprint' or witnesses <> '')
);
create unique index assistance_one_open on assistance (helper_id) where state = 'open';
create index assistance_person on assistance (person_id, started_at desc);
create index assistance_place on assistance using gist (place);
insert into legal_move select 'assistance', * from (values ('open','finished'),('open','dropped')) m;
call has_states('assistance', 'assistance');

-- What the person says was not their will; somebody else than the helper answers.
create table assisted_dispute (
  id uuid primary key, assistance_id uuid not null unique references assistance, person_id uuid not null references person, helper_id uuid not null references person,
  place ltree not null references place, way text not null check (way in ('app','link')), text text not null default '', state text not null default 'open',
  at timestamptz not null, decided_by uuid references person, decided_at timestamptz, answer text not null default '', undo text not null default '', version int not null default 1,
  check (decided_by is distinct from helper_id), check (state = 'open' or (decided_by is not null and decided_at is not null and answer <> '')), check (state <> 'upheld' or undo <> '')
);
create index assisted_dispute_place on assisted_dispute using gist (place);
insert into legal_move select 'assisted_dispute', * from (values ('open','upheld'),('open','explained')) m;
call has_states('assisted_dispute', 'assisted_dispute');

-- While one is set, the session acts for its person and for nobody else.
alter table session add assistance_id uuid references assistance;

-- Every line of the trail that was made for somebody names the helper; both columns are under the line's hash.
alter table audit_event add helper uuid, add assistance uuid;
create index audit_helped on audit_event (helper, entity_id) where helper is not null;
create index audit_assistance on audit_event (assistance, at) where assistance is not null;

-- +goose StatementBegin
create function audit_append(p_chain text, p_canon bytea, p_at timestamptz, p_actor uuid, p_role text, p_role_place ltree,
  p_entity text, p_entity_id uuid, p_version int, p_action text, p_from text, p_to text, p_place ltree, p_reason text,
  p_data text, p_request text, p_helper uuid, p_assistance uuid) returns bigint language plpgsql security definer set search_path = public as $$
declare head audit_head; next_hash bytea;
begin
  insert into audit_head as h values (p_chain, 1, ''::bytea) on conflict (chain) do update set n = h.n + 1 returning * into head;
  next_hash := sha256(head.hash || int8send(head.n) || p_canon);
  insert into audit_event values (p_chain, head.n, p_at, p_actor, p_role, p_role_place, p_entity, p_entity_id, p_version,
    p_action, p_from, p_to, p_place, p_reason, p_data, p_request, next_hash, p_helper, p_assistance);
  update audit_head set hash = next_hash where chain = p_chain;
  return head.n;
end $$;
-- +goose StatementEnd

-- What may be done for somebody before they have signed the paper: beginnings and drafts. Everything else decides
-- something in their name and waits for the paper and for the reading back.
create table assisted_draft (entity text, action text, primary key (entity, action));
revoke insert, update, delete on assisted_draft from seedbed_app;
insert into assisted_draft values ('person','enlist'), ('person','profile'), ('team','form'), ('team_member','lead'), ('team_member','invite'),
  ('proposal','start'), ('proposal','fill'), ('activity','plan'), ('activity','replan'), ('activity','log'), ('claim','save'), ('attachment','keep'), ('attachment','drop');

-- helped(who, row): who filled in something of this row for somebody else, and so may not judge it (I-F8).
-- +goose StatementBegin
create function helped(who uuid, row_id uuid) returns boolean language sql stable as $$
  select exists (select from audit_event where helper = who and entity_id = row_id)
$$;
create function assisted_line() returns trigger language plpgsql security definer set search_path = public as $$
declare ties constant text[] := array['resident','team_lead','team_member','team_treasurer','org_officer'];
declare a assistance;
begin
  if new.helper is not null or new.assistance is not null then
    select * into a from assistance where id = new.assistance;
    if a.id is null or a.state <> 'open' or a.helper_id is distinct from new.helper or a.person_id is distinct from new.actor then
      raise exception '这次帮填已经结束了。还要帮的话，请重新开始' using errcode = 'SB001';
    end if;
    if new.role <> all(ties) then
      raise exception '帮填的时候只能办本人自己的事' using errcode = 'SB001';
    end if;
    if (a.paper_id is null or a.read_back_at is null) and not exists (select from assisted_draft d where d.entity = new.entity and d.action = new.action) then
      raise exception '替本人办这一步之前，要先拍下本人签好字的纸，并读给本人听。请点页面上方的「签字和朗读」' using errcode = 'SB001';
    end if;
  elsif new.actor is not null and new.role <> all(ties) and new.role not in ('system','visitor') and helped(new.actor, new.entity_id) then
    raise exception '这一份是您帮着填的，不能再由您来办，请交给别的同事或上一级' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger audit_event_assisted before insert on audit_event for each row execute function assisted_line();

-- Consents (DOMAIN §12.6): who gave them and on what paper; a no is kept as well, so that nobody asks again.
alter table consent add evidence uuid references attachment, add assistance_id uuid references assistance,
  add constraint consent_given_by check (granted_by in ('self','guardian','helper','paper')), add constraint consent_helped check (granted_by <> 'helper' or (evidence is not null and assistance_id is not null));
create table consent_refusal (
  person_id uuid not null references person, purpose text not null, at timestamptz not null, primary key (person_id, purpose)
);

-- The server was out of reach: whoever had begun to write before its end gets the time back (DOMAIN §18-28).
create table outage (
  id uuid primary key, edition_id uuid not null references edition, place ltree not null references place, began_at timestamptz not null, ended_at timestamptz not null,
  until timestamptz not null, reason text not null check (reason <> ''), declared_by uuid not null references person, at timestamptz not null,
  check (began_at < ended_at and ended_at < until)
);
create index outage_edition on outage (edition_id);
create trigger outage_never before update or delete on outage for each row execute function never();

-- Requests about one's own data (DOMAIN §12.7): answered within 15 working days.
create table rights_request (
  id uuid primary key, person_id uuid not null references person, place ltree not null references place, kind text not null check (kind in ('copy','correct','delete','close','explain')),
  text text not null default '', state text not null default 'open', due_at timestamptz not null, at timestamptz not null, reminded_at timestamptz,
  decided_by uuid references person, decided_at timestamptz, answer text not null default '', version int not null default 1,
  check (decided_by is distinct from person_id), check (state in ('open','taken_back') or (decided_by is not null and answer <> ''))
);
create unique index rights_request_once on rights_request (person_id, kind) where state = 'open';
create index rights_request_place on rights_request using gist (place);
insert into legal_move select 'rights_request', * from (values ('open','done'),('open','refused'),('open','taken_back')) m;
call has_states('rights_request', 'rights_request');

-- A link to one's own data, for one use within a quarter of an hour; only its digest is kept.
create table data_file (token_hash bytea primary key, person_id uuid not null references person, made_at timestamptz not null, expires_at timestamptz not null, used_at timestamptz);
create index data_file_person on data_file (person_id);

alter table person add erased_at timestamptz;

-- own_rows(who): every row that is about a person, table by table, for the copy of their own data. Sealed and hashed columns
-- stay out, and so do results that are not public yet. A new table with one of these columns is in by itself.
-- +goose StatementBegin
create function own_rows(who uuid) returns table (section text, body jsonb) language plpgsql stable as $$
declare c record; hidden text[];
begin
  for c in select k.table_name::text as t, string_agg(format('%I = $1', k.column_name), ' or ' order by k.column_name) as mine from information_schema.columns k
      join information_schema.tables b on b.table_schema = k.table_schema and b.table_name = k.table_name and b.table_type = 'BASE TABLE'
      where k.table_schema = 'public' and k.data_type = 'uuid' and k.column_name in ('person_id','lead_id','uploader','created_by')
        and k.table_name not in ('person','person_key','data_file') group by 1 order by 1 loop
    select array_agg(column_name::text) into hidden from information_schema.columns where table_schema = 'public' and table_name = c.t and (data_type = 'bytea' or column_name in ('score','rank','awarded'));
    section := c.t;
    execute format('select coalesce(jsonb_agg(to_jsonb(r) - $2), ''[]'') from (select * from %I where %s limit 5000) r', c.t, c.mine) into body using who, coalesce(hidden, '{}');
    if body <> '[]' then
      return next;
    end if;
  end loop;
end $$;
-- +goose StatementEnd
