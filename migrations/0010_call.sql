-- +goose Up
alter table edition
  add column organiser text not null default '', add column operator text not null default '', add column partners text not null default '',
  add column made_from uuid references edition,
  -- Days of the timetable that staff fixed by hand; what is not here is computed with the calendar.
  add column dates jsonb not null default '{}';

-- Editions from before have the new parameters at the district's defaults.
update edition set rules = '{"min_award":0,"per_org":1,"street_quota":0,"category_quota":{},"regions":[],"own_categories":[],"rubrics":{},"check_days":5,"desk_days":7,"pitch_days":5,"sign_days":10,
  "refine_days":14,"release_days":15,"reserve_days":60,"present_min":8,"question_min":5,"sign_in":6000,"ban_years":3}'::jsonb || rules;

-- A draft made from the last edition has the sources but not yet their money; the call is not published before it has.
alter table fund_source drop constraint fund_source_amount_check;
alter table fund_source add constraint fund_source_amount_check check (amount >= 0);

-- The district's questions as they are being designed: only the latest, for it binds nobody.
create table edition_design (
  edition_id uuid primary key references edition, questions jsonb not null, rev int not null, made_by uuid not null references person, at timestamptz not null
);
-- The questions as they were released: a proposal that was handed in keeps the version it was written under.
create table edition_form (
  edition_id uuid not null references edition, version int not null check (version > 0), questions jsonb not null, reason text not null default '',
  made_by uuid not null references person, at timestamptz not null, primary key (edition_id, version)
);
create trigger edition_form_never before update or delete on edition_form for each row execute function never();

alter table proposal add column form_version int not null default 0, add column answers jsonb not null default '{}';

-- Every change of the table of working days, as it was entered (DOMAIN §15.2).
create table calendar_change (
  id uuid primary key, version int not null unique, days jsonb not null, made_by uuid not null references person, at timestamptz not null
);
create trigger calendar_change_never before update or delete on calendar_change for each row execute function never();
