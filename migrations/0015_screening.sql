-- +goose Up
-- Every word the desks write about a proposal stays: the community's opinion, its refusal, the lead's plea to the
-- subdistrict and what that decided. The proposal's own columns hold the one that counts now.
create table proposal_opinion (
  id uuid primary key, proposal_id uuid not null references proposal, revision int not null,
  kind text not null check (kind in ('endorse','refuse','ask','stand','overrule')), text text not null,
  held_on date, -- the day of the meeting or the visit it rests on
  by_person uuid not null references person, role text not null, at timestamptz not null
);
create index proposal_opinion_of on proposal_opinion (proposal_id, at);
create trigger proposal_opinion_never before update or delete on proposal_opinion for each row execute function never();
-- When the lead asked the subdistrict to look at a refusal that stands.
alter table proposal add column look_asked_at timestamptz;
create table proposal_return (
  id uuid primary key, proposal_id uuid not null references proposal, revision int not null,
  reasons text[] not null default '{}', note text not null default '', parts jsonb not null default '[]', -- [{section, text}]
  by_person uuid not null references person, role text not null, at timestamptz not null, fix_until timestamptz not null
);
create index proposal_return_of on proposal_return (proposal_id, at);
create trigger proposal_return_never before update or delete on proposal_return for each row execute function never();

alter table eligibility_check add column reason_code text not null default ''; -- the failed point that decided
-- One appeal a check, lodged within its days, decided by somebody else than who refused (DOMAIN §7.2).
create table appeal (
  id uuid primary key, proposal_id uuid not null references proposal, check_id uuid not null unique references eligibility_check,
  place ltree not null references place, text text not null, by_person uuid not null references person, at timestamptz not null,
  state text not null default 'open', answer text not null default '', decided_by uuid references person, decided_at timestamptz,
  version int not null default 1,
  check (decided_by is distinct from by_person), check ((state = 'open') = (decided_at is null))
);
create index appeal_of on appeal (proposal_id, at);
create index appeal_place on appeal using gist (place);
insert into legal_move select 'appeal', * from (values ('open','upheld'),('open','dismissed')) m;
call has_states('appeal', 'appeal');

-- Two teams with one idea (DOMAIN §18-2): asked by the community, done when both leads have said yes.
alter table proposal add column merged_into uuid references proposal check (merged_into <> id);
create table proposal_merge (
  id uuid primary key, kept_id uuid not null references proposal, closed_id uuid not null references proposal, place ltree not null references place,
  reason text not null, asked_by uuid not null references person, asked_at timestamptz not null, state text not null default 'asked',
  kept_agreed_at timestamptz, closed_agreed_at timestamptz, decided_at timestamptz, answer text not null default '', version int not null default 1,
  check (kept_id <> closed_id), check (state <> 'merged' or (kept_agreed_at is not null and closed_agreed_at is not null))
);
create unique index proposal_merge_once on proposal_merge (least(kept_id, closed_id), greatest(kept_id, closed_id)) where state = 'asked';
create index proposal_merge_kept on proposal_merge (kept_id);
create index proposal_merge_closed on proposal_merge (closed_id);
insert into legal_move select 'proposal_merge', * from (values ('asked','merged'),('asked','declined')) m;
call has_states('proposal_merge', 'proposal_merge');

-- What is kept of a text so that others can be compared with it (domain/alike): all pieces, the bands that make
-- candidates, and the sample by which a part is found.
create table proposal_mark (
  proposal_id uuid primary key references proposal, revision int not null, grams int[] not null, sampled int not null, at timestamptz not null
);
create table proposal_band (band int not null, proposal_id uuid not null references proposal, primary key (band, proposal_id));
create index proposal_band_of on proposal_band (proposal_id);
create table proposal_piece (piece int not null, proposal_id uuid not null references proposal, primary key (piece, proposal_id));
create index proposal_piece_of on proposal_piece (proposal_id);
-- Pairs that were found: the later one first. Shares are in thousandths.
create table proposal_alike (
  proposal_id uuid not null references proposal, other_id uuid not null references proposal, shared int not null, part int not null, found_at timestamptz not null,
  primary key (proposal_id, other_id), check (proposal_id <> other_id)
);
create index proposal_alike_other on proposal_alike (other_id);
-- Decided once by a person, for good.
create table alike_verdict (
  one_id uuid not null references proposal, other_id uuid not null references proposal, same boolean not null, note text not null,
  by_person uuid not null references person, role text not null, at timestamptz not null, primary key (one_id, other_id), check (one_id < other_id)
);
create trigger alike_verdict_never before update or delete on alike_verdict for each row execute function never();
