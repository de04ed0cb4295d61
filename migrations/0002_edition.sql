-- +goose Up
create table edition (
  id uuid primary key, place ltree not null references place, no int not null check (no > 0), title text not null, theme text not null default '',
  title_en text not null default '', theme_en text not null default '',
  state text not null default 'draft', call_text text not null default '', contact text not null default '',
  opens_at timestamptz, closes_at timestamptz, runs_from date, runs_to date,
  rules jsonb not null, extended boolean not null default false,
  proposals_n int not null default 0, version int not null default 1, created_by uuid not null references person, created_at timestamptz not null,
  unique (place, no)
);
insert into legal_move (entity, from_state, to_state) select 'edition', * from (values
 ('draft','open'),('open','closed'),('closed','open'),('closed','reviewing'),('reviewing','publicizing'),('publicizing','contracting'),
 ('contracting','running'),('running','closing'),('closing','archived'),('draft','cancelled'),('open','cancelled'),('closed','cancelled'),
 ('reviewing','cancelled'),('publicizing','cancelled')) m;
call has_states('edition', 'edition');

create table fund_source (
  id uuid primary key, edition_id uuid not null references edition, name text not null,
  kind text not null check (kind in ('budget','lottery','community_fund','foundation','enterprise','self')),
  amount bigint not null check (amount > 0), categories text[] not null default '{}', doc_no text not null default ''
);
create index fund_source_edition on fund_source (edition_id);
-- The parameters of a published call: every change is kept with who and when.
create table edition_rules_past (edition_id uuid not null references edition, version int not null, rules jsonb not null, at timestamptz not null, primary key (edition_id, version));
create trigger edition_rules_never before update or delete on edition_rules_past for each row execute function never();
