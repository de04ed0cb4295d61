-- +goose Up
-- Double entry in fen: accounts are pots, a movement takes from some and puts into others, and sums to zero.
create table ledger_account (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('fund','pool','committed','released','advance','payable','spent','refund','host_fee','own_fund')),
  edition_id uuid not null references edition, owner_id uuid not null, category text not null default '', balance bigint not null default 0,
  unique (kind, owner_id, category),
  check (kind = 'fund' or balance >= 0) -- only the outside world may owe
);
create index ledger_account_owner on ledger_account (owner_id);
create table ledger_tx (
  id bigint generated always as identity primary key, kind text not null, source_entity text not null, source_id uuid not null, place ltree not null, actor uuid,
  at timestamptz not null, note text not null default '', reverses bigint unique references ledger_tx, made_in bigint not null default txid_current(),
  unique (kind, source_id) -- L7: one award, one release, one payment per source document
);
create index ledger_tx_source on ledger_tx (source_id);
create table ledger_entry (
  tx_id bigint not null references ledger_tx, seq int not null, account_id bigint not null references ledger_account, fen bigint not null check (fen <> 0), primary key (tx_id, seq)
);
create index ledger_entry_account on ledger_entry (account_id);

-- +goose StatementBegin
create function ledger_post() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if (select made_in from ledger_tx where id = new.tx_id) <> txid_current() then
    raise exception 'entries join their movement in one transaction only';
  end if;
  update ledger_account set balance = balance + new.fen where id = new.account_id;
  return new;
end $$;
create function ledger_balanced() returns trigger language plpgsql as $$
declare total bigint; n int; original bigint;
begin
  select coalesce(sum(fen), 0), count(*) into total, n from ledger_entry where tx_id = new.id;
  if total <> 0 or n < 2 then
    raise exception 'ledger movement % does not balance: % fen over % entries', new.id, total, n;
  end if;
  if new.reverses is not null and exists (
    (select account_id, sum(fen) from ledger_entry where tx_id = new.id group by 1) except (select account_id, -sum(fen) from ledger_entry where tx_id = new.reverses group by 1)
    union all
    (select account_id, -sum(fen) from ledger_entry where tx_id = new.reverses group by 1) except (select account_id, sum(fen) from ledger_entry where tx_id = new.id group by 1)) then
    raise exception 'reversal % does not net movement % to nothing', new.id, new.reverses;
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger ledger_entry_post after insert on ledger_entry for each row execute function ledger_post();
create constraint trigger ledger_balanced after insert on ledger_tx deferrable initially deferred for each row execute function ledger_balanced();
create trigger ledger_entry_never before update or delete on ledger_entry for each row execute function never();
create trigger ledger_tx_never before update or delete on ledger_tx for each row execute function never();
revoke update, delete, truncate on ledger_account, ledger_tx, ledger_entry from seedbed_app;

create table tranche (
  id uuid primary key, project_id uuid not null references project, place ltree not null references place, seq int not null, condition text not null check (condition in ('on_sign','on_mid_pass','on_final_pass','date')), due_on date,
  amount bigint not null check (amount > 0), mode text not null default 'release' check (mode in ('release','transfer')), state text not null default 'planned',
  requested_by uuid references person, reviewed_by uuid references person, approved_by uuid references person, bank_ref text unique, released_at timestamptz, reason text not null default '',
  version int not null default 1, unique (project_id, seq),
  check (reviewed_by is distinct from requested_by or reviewed_by is null), check (approved_by is null or (approved_by is distinct from reviewed_by and approved_by is distinct from requested_by))
);
insert into legal_move select 'tranche', * from (values
 ('planned','due'),('due','requested'),('requested','reviewed'),('reviewed','approved'),('requested','due'),('reviewed','due'),('approved','released'),('approved','transferred'),
 ('planned','held'),('due','held'),('requested','held'),('reviewed','held'),('approved','held'),('held','due'),('held','cancelled'),('planned','cancelled'),('due','cancelled'),
 ('transferred','recovering'),('recovering','recovered')) m;
call has_states('tranche', 'tranche');

create table claim (
  id uuid primary key, number text unique, project_id uuid not null references project, place ltree not null references place, state text not null default 'draft',
  payee_kind text not null check (payee_kind in ('vendor','member_reimburse','expert','volunteer_sheet')), payee text not null, account_sealed bytea, account_tail text not null default '',
  total bigint not null check (total > 0), approved bigint not null default 0, tail boolean not null default false, remarks text not null default '', reason text not null default '',
  created_by uuid not null references person, created_at timestamptz not null, submitted_at timestamptz, due_at timestamptz, approvals int not null default 0,
  paid_at timestamptz, confirmed_at timestamptz, version int not null default 1, check (approved between 0 and total)
);
create index claim_project on claim (project_id, state);
create index claim_state on claim (state, due_at);
create index claim_place on claim using gist (place);
insert into legal_move select 'claim', * from (values
 ('draft','submitted'),('returned','submitted'),('submitted','community_verified'),('community_verified','finance_passed'),('finance_passed','approved'),('approved','paying'),('approved','paid'),('paying','paid'),
 ('paid','payee_confirmed'),('submitted','returned'),('community_verified','returned'),('finance_passed','returned'),('submitted','rejected'),('community_verified','rejected'),('finance_passed','rejected'),('approved','rejected'),
 ('paid','voided'),('payee_confirmed','voided')) m;
call has_states('claim', 'claim');
-- Five different people on one claim (5.2-1): a person has one kind of hand in it, and the key says so.
create table claim_hand (
  claim_id uuid not null references claim, person_id uuid not null references person, step text not null check (step in ('submit','verify','finance','approve','approve2','pay')), at timestamptz not null,
  primary key (claim_id, person_id)
);
-- One invoice under one identity (10.6–10.7); live while any live claim allocates from it.
create table invoice (
  id uuid primary key, form text not null check (form in ('digital20','legacy','none')), code text not null default '', number text not null, key1 text not null unique,
  issued_on date not null, buyer text not null, seller text not null, total bigint not null check (total > 0), attachment_id uuid references attachment, at timestamptz not null
);
create table claim_item (
  id uuid primary key, claim_id uuid not null references claim, seq int not null, line_id uuid not null references budget_line, activity_id uuid references activity, prep_reason text not null default '',
  description text not null, amount bigint not null check (amount > 0), approved bigint check (approved between 0 and amount), paid_on date not null, method text not null check (method in ('transfer','wechat_alipay','card','cash')),
  invoice_id uuid references invoice, unique (claim_id, seq)
);
create index claim_item_line on claim_item (line_id);
create index claim_item_invoice on claim_item (invoice_id);
create table payment (
  claim_id uuid primary key references claim, bank_ref text not null unique, method text not null, amount bigint not null check (amount > 0), paid_on date not null, cashier uuid not null references person, at timestamptz not null
);
create trigger payment_never before update or delete on payment for each row execute function never();
-- I-M4, I-M5: what live claims take from an invoice never exceeds it; a rejected or voided claim frees it.
-- +goose StatementBegin
create function invoice_not_overdrawn() returns trigger language plpgsql as $$
declare whole bigint; used bigint;
begin
  if new.invoice_id is null then return new; end if;
  select total into whole from invoice where id = new.invoice_id for update;
  select coalesce(sum(i.amount), 0) into used from claim_item i join claim c on c.id = i.claim_id
    where i.invoice_id = new.invoice_id and i.id <> new.id and c.state not in ('rejected','voided');
  if used + new.amount > whole then
    raise exception '这张发票已经用在别的报销单里，剩下的金额不够' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger claim_item_invoice_guard before insert or update on claim_item for each row execute function invoice_not_overdrawn();
