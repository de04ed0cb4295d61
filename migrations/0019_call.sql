-- +goose Up
-- What is taken out in the shape of the import's own workbook.
alter table paper_export drop constraint paper_export_kind_check;
alter table paper_export add constraint paper_export_kind_check check (kind in ('list','template','book','files'));

-- A paper of the grace list that came with a workbook: the draft that was typed from it, which nobody else may spend it on.
alter table grace add column entry_id uuid unique references proposal;

-- A proposal is void by a decision of the district (作废), and its lead may be banned from leading another for a time (禁止申报). A ban is never
-- changed: lifting it is a record of its own.
insert into legal_move select 'proposal', * from (values ('returned','void'),('ineligible','void'),('not_shortlisted','void'),('not_selected','void')) m;
create table ban (
  id uuid primary key, place ltree not null references place, person_id uuid not null references person, proposal_id uuid not null unique references proposal,
  code text not null check (code in ('false','forged','double','refused','other')), reason text not null check (reason <> ''), paper_id uuid not null references attachment,
  from_on date not null, until_on date not null, by_person uuid not null references person, at timestamptz not null, check (until_on >= from_on), check (by_person <> person_id)
);
create index ban_person on ban (person_id, until_on);
create index ban_place on ban using gist (place);
create table ban_lift (
  ban_id uuid primary key references ban, reason text not null check (reason <> ''), by_person uuid not null references person, at timestamptz not null
);
revoke update, delete, truncate on ban, ban_lift from seedbed_app;

-- Who follows a public proposal or project (关注), for themself alone. Leaving it is forgetting it.
create table follow (
  proposal_id uuid not null references proposal, person_id uuid not null references person, at timestamptz not null, primary key (proposal_id, person_id)
);
create index follow_person on follow (person_id, at desc);

-- A notice of results is found for a year and then archived (DOMAIN §12.1): what it alone had made public leaves the gallery with it. What became a
-- project stays by its own right (§12.2).
alter table publicity add column archived_at timestamptz check (archived_at > opens_at);
create index publicity_unarchived on publicity (opens_at) where archived_at is null;
-- How many of those who came have signed in, as the log says; 0 when it does not. The verifier is told when it is less than the rules ask for (sign_in).
alter table activity add column signed int not null default 0 check (signed >= 0);
