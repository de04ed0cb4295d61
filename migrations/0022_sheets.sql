-- +goose Up
-- A round that chooses who goes on: by a score from which, or so many in each track. Neither: it ranks for good.
alter table review_round add column cut_score int check (cut_score between 0 and 10000), add column cut_top int check (cut_top between 1 and 500),
  add column blind boolean not null default true,
  add constraint review_round_cut check (num_nonnulls(cut_score, cut_top) <= 1 and (kind = 'desk' or num_nonnulls(cut_score, cut_top) = 0));

-- What a round's judges are promised stays as it was announced from the moment the round opens.
-- +goose StatementBegin
create function round_frozen() returns trigger language plpgsql as $$
begin
  if old.state <> 'planned' and (new.kind, new.seq, new.blind, new.cut_score, new.cut_top, new.min_valid, new.trim_at, new.panel, new.seed)
      is distinct from (old.kind, old.seq, old.blind, old.cut_score, old.cut_top, old.min_valid, old.trim_at, old.panel, old.seed) then
    raise exception '评审开始以后，评审方式不能再改' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger review_round_frozen before update on review_round for each row execute function round_frozen();

-- The projects of a round, in the order its judges read them: drawn by the round's seed, so that it tells nothing.
create table round_entry (
  round_id uuid not null references review_round, proposal_id uuid not null references proposal, seq int not null check (seq > 0),
  primary key (round_id, proposal_id), unique (round_id, seq)
);
create trigger round_entry_never before update or delete on round_entry for each row execute function never();
insert into round_entry (round_id, proposal_id, seq) select round_id, proposal_id, row_number() over (partition by round_id order by md5(seed || proposal_id))
  from (select distinct a.round_id, a.proposal_id, r.seed from assignment a join review_round r on r.id = a.round_id) x;

-- Whether a project is under review in a round: it is of the round and has neither left nor been decided.
-- +goose StatementBegin
create function in_review(round uuid, proposal uuid, state text) returns boolean language sql stable as $$
  select state in ('eligible', 'shortlisted', 'pitched') and exists (select from round_entry e where e.round_id = round and e.proposal_id = proposal)
$$;
-- +goose StatementEnd

-- Sentences a judge keeps to use again.
create table judge_phrase (
  id uuid primary key, person_id uuid not null references person, text text not null check (char_length(text) between 1 and 200), at timestamptz not null,
  unique (person_id, text)
);

-- A workbook of sheets that a judge brought back: read, shown, and then taken as a whole or not at all.
create table sheet_import (
  id uuid primary key, person_id uuid not null references person, round_id uuid not null references review_round, place ltree not null references place,
  name text not null, rows jsonb not null, state text not null default 'read' check (state in ('read', 'taken')),
  at timestamptz not null, version int not null default 1
);
create index sheet_import_of on sheet_import (person_id, at);
insert into legal_move values ('sheet_import', 'read', 'taken');
call has_states('sheet_import', 'sheet_import');
