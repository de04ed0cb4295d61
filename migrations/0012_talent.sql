-- +goose Up
-- The talent bank (能人库, DOMAIN §7.20): who in a neighbourhood can do what, listed only with their own consent.

-- 12.6: somebody without an account consents on paper; the consent is then about the row that it names.
alter table consent alter column person_id drop not null;
alter table consent add constraint consent_about check (person_id is not null or subject_id is not null);

create table talent (
  id uuid primary key, person_id uuid references person, -- null while the nominee has no account
  name text not null, place ltree not null references place,
  source text not null check (source in ('visit','deliberation','event','federation','self','neighbour')), why text not null default '',
  skills text[] not null default '{}', skill_note text not null default '', words text not null default '', -- the names of the skills, for searching
  times text[] not null default '{}', wants text[] not null default '{}', story text not null default '',
  state text not null default 'nominated', nominated_by uuid references person, keeper uuid references person,
  -- The number is for the community alone: sealed under a key of this row, destroyed with the entry.
  phone_index bytea, phone_tail text not null default '', phone_sealed bytea, phone_key bytea,
  name_shown text not null default 'surname' check (name_shown in ('surname','full')), shown text[] not null default '{}',
  consent_id uuid references consent, consent_paper uuid references attachment,
  listed_at timestamptz, active_at timestamptz not null, removal_asked_at timestamptz, removal_due timestamptz,
  created_at timestamptz not null, version int not null default 1,
  check (state not in ('listed','dormant') or consent_id is not null),
  check ((removal_asked_at is null) = (removal_due is null)),
  check ((phone_sealed is null) = (phone_key is null) and (phone_sealed is null) = (phone_index is null))
);
create unique index talent_person on talent (person_id) where person_id is not null and state <> 'removed';
create unique index talent_phone on talent (phone_index) where phone_index is not null and state <> 'removed';
create index talent_place on talent using gist (place);
create index talent_state on talent (state, listed_at desc);
insert into legal_move select 'talent', * from (values
 ('nominated','contacted'),('contacted','verified'),('verified','listed'),('listed','dormant'),('dormant','listed'),
 ('listed','verified'),('dormant','verified'), -- the consent was withdrawn
 ('nominated','removed'),('contacted','removed'),('verified','removed'),('listed','removed'),('dormant','removed')) m;
call has_states('talent', 'talent');

-- Who spoke with a talent, when, how, and what was said; the person reads all of it.
create table talent_contact (
  id uuid primary key, talent_id uuid not null references talent, by_person uuid not null references person, on_day date not null,
  how text not null check (how in ('visit','phone','app','event','check','ask')), said text not null, created_at timestamptz not null
);
create index talent_contact_of on talent_contact (talent_id, created_at);

-- What everybody may see of a talent: nothing that the person has not chosen, and nothing once the consent is withdrawn.
create view open_talent as
  select t.id, case when t.name_shown = 'full' then t.name else left(t.name, 1) || '**' end as name, t.skills, t.skill_note, t.words,
    case when 'times' = any(t.shown) then t.times else '{}' end as times, case when 'wants' = any(t.shown) then t.wants else '{}' end as wants,
    case when 'story' = any(t.shown) then t.story else '' end as story,
    case when 'area' = any(t.shown) then t.place else subpath(t.place, 0, least(2, nlevel(t.place))) end as place, t.listed_at, t.active_at
  from talent t join consent c on c.id = t.consent_id and c.withdrawn_at is null and c.purpose = 'talent_listing'
  where t.state = 'listed' and t.removal_asked_at is null;
