-- +goose Up
-- A row of the plan or the budget keeps its name while several people write, so that their changes can be joined.
alter table proposal_activity add column row_id text;
update proposal_activity set row_id = substr(md5(proposal_id::text || 'a' || seq), 1, 10);
alter table proposal_activity alter column row_id set not null, alter column row_id set default substr(md5(gen_random_uuid()::text), 1, 10);
alter table proposal_line add column row_id text;
update proposal_line set row_id = substr(md5(proposal_id::text || 'l' || seq), 1, 10);
alter table proposal_line alter column row_id set not null, alter column row_id set default substr(md5(gen_random_uuid()::text), 1, 10);
create unique index proposal_activity_row on proposal_activity (proposal_id, row_id);
create unique index proposal_line_row on proposal_line (proposal_id, row_id);

-- The last saves of a draft: what the next ones are joined with. page is the open page that sent it.
create table proposal_save (
  proposal_id uuid not null references proposal, saves int not null, body jsonb not null, page text not null default '',
  by_person uuid references person, at timestamptz not null, primary key (proposal_id, saves)
);

-- Files on their way: their parts lie here until the last one has come, so that any web process can go on with them.
create table upload (
  id uuid primary key, person uuid not null references person, owner text not null, owner_id uuid not null, kind text not null, name text not null,
  size bigint not null check (size > 0), digest text not null check (digest ~ '^[0-9a-f]{64}$'), received bigint not null default 0 check (received <= size),
  at timestamptz not null, done_at timestamptz
);
create index upload_person on upload (person) where done_at is null;
create index upload_at on upload (at);
create table upload_part (
  upload_id uuid not null references upload on delete cascade, at_byte bigint not null, bytes bytea not null, primary key (upload_id, at_byte)
);
