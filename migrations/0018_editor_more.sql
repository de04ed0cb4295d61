-- +goose Up
-- What a project gets from elsewhere (DOMAIN §8.2, other funding): beside its budget, never in it.
create table proposal_funding (
  proposal_id uuid not null references proposal, seq int not null, source text not null, kind text not null default '' check (kind in ('','public','social','in_kind')),
  amount bigint not null check (amount >= 0), note text not null default '', row_id text not null, primary key (proposal_id, seq)
);
create unique index proposal_funding_row on proposal_funding (proposal_id, row_id);

-- A lead's standing wish: hand the draft in shortly before the call closes, if nothing is missing.
create table proposal_standing (
  id uuid primary key, proposal_id uuid not null references proposal, person_id uuid not null references person, place ltree not null references place,
  state text not null default 'asked' check (state in ('asked','taken_back','sent','unsent','moot')),
  asked_at timestamptz not null, done_at timestamptz, version int not null default 1
);
create unique index proposal_standing_one on proposal_standing (proposal_id) where state = 'asked';
create index proposal_standing_of on proposal_standing (proposal_id, asked_at);
insert into legal_move select 'proposal_standing', * from (values ('asked','taken_back'),('asked','sent'),('asked','unsent'),('asked','moot')) m;
call has_states('proposal_standing', 'proposal_standing');

-- A question to merge that nobody has answered ends by itself.
insert into legal_move values ('proposal_merge', 'asked', 'lapsed');
