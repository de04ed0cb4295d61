-- +goose Up
-- A proposal entered for somebody is a draft before its signed paper has been photographed; nothing without its paper
-- goes further than that.
alter table proposal drop constraint if exists proposal_check;
alter table proposal add constraint proposal_paper_has_helper check (acting_paper is null or acting_helper is not null);
alter table proposal add constraint proposal_helped_on_paper check (acting_helper is null or acting_paper is not null or state in ('draft','withdrawn'));

-- A workbook of paper proposals: read, shown with what is wrong, and entered whole or not at all. The file itself lies in
-- the object store for a day. What it held is in the proposals, and what was wrong is forgotten with the file.
create table proposal_import (
  id uuid primary key, edition_id uuid not null references edition, place ltree not null references place, person_id uuid not null references person,
  workbook text not null, scans text not null default '', name text not null default '', kind text not null check (kind in ('xlsx','csv')),
  reason text not null, sight text[] not null,
  state text not null default 'checked' check (state in ('checked','faulty','done','lapsed')),
  rows_n int not null default 0, faults jsonb not null default '[]', at timestamptz not null, done_at timestamptz, version int not null default 1
);
create unique index proposal_import_once on proposal_import (edition_id, workbook) where state = 'done';
create index proposal_import_edition on proposal_import (edition_id, at desc);
create index proposal_import_waiting on proposal_import (at) where state in ('checked','faulty');
insert into legal_move select 'proposal_import', * from (values ('checked','done'),('checked','lapsed'),('faulty','lapsed')) m;
call has_states('proposal_import', 'proposal_import');
create table proposal_import_row (
  import_id uuid not null references proposal_import, seq text not null, proposal_id uuid not null unique references proposal,
  received_at timestamptz, primary key (import_id, seq)
);

-- What somebody asked to take out: made by a job, fetched within a day, one at a time for each person.
create table paper_export (
  id uuid primary key, edition_id uuid not null references edition, place ltree not null references place, person_id uuid not null references person,
  kind text not null check (kind in ('list','book','files')), state_is text not null default '', place_is text not null default '', sight text[] not null,
  phone_sight text[] not null default '{}', reason text not null default '',
  state text not null default 'asked' check (state in ('asked','done','failed','lapsed')),
  digest text not null default '', size bigint not null default 0, name text not null default '', rows_n int not null default 0,
  trouble text not null default '', at timestamptz not null, done_at timestamptz, version int not null default 1
);
create unique index paper_export_one on paper_export (person_id) where state = 'asked';
create index paper_export_person on paper_export (person_id, at desc);
create index paper_export_old on paper_export (done_at) where state = 'done';
insert into legal_move select 'paper_export', * from (values ('asked','done'),('asked','failed'),('done','lapsed')) m;
call has_states('paper_export', 'paper_export');
