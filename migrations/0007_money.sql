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
declare moved bigint; undone bigint; total bigint; n int;
begin
  -- Of the movement and again of each of its lines: a line that comes after an early check is checked too.
  if tg_table_name = 'ledger_tx' then moved := new.id; else moved := new.tx_id; end if;
  select coalesce(sum(fen), 0), count(*) into total, n from ledger_entry where tx_id = moved;
  if total <> 0 or n < 2 then
    raise exception 'ledger movement % does not balance: % fen over % entries', moved, total, n;
  end if;
  select reverses into undone from ledger_tx where id = moved;
  if undone is not null and exists (select from ledger_entry where tx_id in (moved, undone) group by account_id having sum(fen) <> 0) then
    raise exception 'reversal % does not net movement % to nothing', moved, undone;
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger ledger_entry_post after insert on ledger_entry for each row execute function ledger_post();
create constraint trigger ledger_balanced after insert on ledger_tx deferrable initially deferred for each row execute function ledger_balanced();
create constraint trigger ledger_lines_balanced after insert on ledger_entry deferrable initially deferred for each row execute function ledger_balanced();
create trigger ledger_entry_never before update or delete on ledger_entry for each row execute function never();
create trigger ledger_tx_never before update or delete on ledger_tx for each row execute function never();
-- The application opens pots empty and writes new lines, nothing else: balances and made_in are the database's own.
revoke insert, update, delete, truncate on ledger_account, ledger_tx, ledger_entry from seedbed_app;
grant insert (kind, edition_id, owner_id, category) on ledger_account to seedbed_app;
grant insert (kind, source_entity, source_id, place, actor, at, note, reverses) on ledger_tx to seedbed_app;
grant insert (tx_id, seq, account_id, fen) on ledger_entry to seedbed_app;

create table tranche (
  id uuid primary key, project_id uuid not null references project, place ltree not null references place, seq int not null, condition text not null check (condition in ('on_sign','on_mid_pass','on_final_pass','date')), due_on date,
  amount bigint not null check (amount > 0), mode text not null default 'release' check (mode in ('release','transfer')), state text not null default 'planned',
  requested_by uuid references person, reviewed_by uuid references person, approved_by uuid references person, released_by uuid references person, bank_ref text unique, released_at timestamptz, reason text not null default '',
  version int not null default 1, unique (project_id, seq),
  check (reviewed_by is distinct from requested_by or reviewed_by is null), check (approved_by is null or (approved_by is distinct from reviewed_by and approved_by is distinct from requested_by)),
  check (released_by is null or (released_by is distinct from approved_by and released_by is distinct from reviewed_by and released_by is distinct from requested_by))
);
create index tranche_state on tranche (state, place);
insert into legal_move select 'tranche', * from (values
 ('planned','due'),('due','requested'),('requested','reviewed'),('reviewed','approved'),('requested','due'),('reviewed','due'),('approved','released'),('approved','transferred'),
 ('planned','held'),('due','held'),('requested','held'),('reviewed','held'),('approved','held'),('held','due'),('held','planned'),
 ('held','cancelled'),('planned','cancelled'),('due','cancelled'),('requested','cancelled'),('reviewed','cancelled'),('approved','cancelled'),
 ('transferred','recovering'),('recovering','recovered')) m;
call has_states('tranche', 'tranche');
-- I-F9: while a hold is on, no tranche moves and no claim is paid; activities and evidence go on.
create table money_hold (
  id uuid primary key, project_id uuid not null references project, place ltree not null references place, state text not null default 'on', code text not null check (code in ('mid_failed','finding','agreement','other')),
  reason text not null, held_at timestamptz not null, cleared_reason text not null default '', cleared_at timestamptz, version int not null default 1
);
create unique index money_hold_on on money_hold (project_id) where state = 'on';
insert into legal_move values ('money_hold','on','cleared');
call has_states('money_hold', 'money_hold');

create table claim (
  id uuid primary key, number text unique, project_id uuid not null references project, place ltree not null references place, state text not null default 'draft',
  payee_kind text not null check (payee_kind in ('vendor','member_reimburse','expert','volunteer_sheet')), payee text not null, account_sealed bytea, account_tail text not null default '',
  total bigint not null check (total > 0), approved bigint not null default 0, tail boolean not null default false, level text not null default '' check (level in ('','none','street','district','two')),
  remarks text not null default '', reason_code text not null default '', reason text not null default '',
  created_by uuid not null references person, created_at timestamptz not null, submitted_at timestamptz, due_at timestamptz, approved_by uuid references person, approver_role text not null default '',
  paid_at timestamptz, confirmed_at timestamptz, version int not null default 1, check (approved between 0 and total)
);
create index claim_project on claim (project_id, state);
create index claim_state on claim (state, due_at);
create index claim_place on claim using gist (place);
insert into legal_move select 'claim', * from (values
 ('draft','submitted'),('returned','submitted'),('submitted','community_verified'),('community_verified','finance_passed'),('finance_passed','approved'),('approved','paid'),
 ('paid','payee_confirmed'),('submitted','returned'),('community_verified','returned'),('finance_passed','returned'),
 ('submitted','rejected'),('community_verified','rejected'),('finance_passed','rejected'),('approved','rejected'),('returned','rejected'),
 ('paid','voided'),('payee_confirmed','voided')) m;
call has_states('claim', 'claim');
-- Five different people on one claim (5.2-1): a person has one kind of hand in it, and the key says so.
create table claim_hand (
  claim_id uuid not null references claim, person_id uuid not null references person, step text not null check (step in ('submit','verify','finance','approve','pay')), at timestamptz not null,
  primary key (claim_id, person_id)
);
create trigger claim_hand_never before update or delete on claim_hand for each row execute function never();
-- Undoing a payment takes two: one finds the error and records the repayment, another agrees.
create table claim_void (
  claim_id uuid primary key references claim, reason text not null, repaid_ref text not null default '', asked_by uuid not null references person, asked_at timestamptz not null,
  agreed_by uuid references person, agreed_at timestamptz, check (agreed_by is distinct from asked_by)
);
-- One invoice under one identity (10.6–10.7); live while any live claim allocates from it.
create table invoice (
  id uuid primary key, form text not null check (form in ('digital20','legacy')), code text not null default '', number text not null, key1 text not null unique,
  issued_on date not null, buyer text not null, seller text not null, total bigint not null check (total > 0), at timestamptz not null
);
create index invoice_number on invoice (number);
create table claim_item (
  id uuid primary key, claim_id uuid not null references claim, seq int not null, line_id uuid not null references budget_line, activity_id uuid references activity, prep_reason text not null default '',
  description text not null, qty int not null default 1 check (qty > 0), amount bigint not null check (amount > 0), approved bigint check (approved between 0 and amount), cut_reason text not null default '',
  paid_on date not null, method text not null check (method in ('transfer','wechat_alipay','card','cash')), invoice_id uuid references invoice, split_reason text not null default '', unique (claim_id, seq)
);
create index claim_item_line on claim_item (line_id);
create index claim_item_invoice on claim_item (invoice_id);
create table payment (
  claim_id uuid primary key references claim, bank_ref text not null unique, method text not null check (method in ('transfer','wechat_alipay','card','cash')), amount bigint not null check (amount > 0), paid_on date not null, cashier uuid not null references person, at timestamptz not null
);
create trigger payment_never before update or delete on payment for each row execute function never();
-- I-M4, I-M5: what live claims take from an invoice never exceeds it, and two live claims share one only with an
-- explanation; a draft takes nothing yet, and a rejected or voided claim frees it.
-- +goose StatementBegin
create function invoice_not_overdrawn() returns trigger language plpgsql as $$
declare whole bigint; used bigint;
begin
  if new.invoice_id is null or exists (select from claim where id = new.claim_id and state in ('draft','rejected','voided')) then return new; end if;
  select total into whole from invoice where id = new.invoice_id for no key update;
  if new.split_reason = '' and tg_op = 'INSERT' and exists (select from claim_item i join claim c on c.id = i.claim_id
      where i.invoice_id = new.invoice_id and i.claim_id <> new.claim_id and i.split_reason = '' and c.state not in ('draft','rejected','voided')) then
    raise exception '这张发票已经用在别的报销单里，要分开报请写明原因' using errcode = 'SB001';
  end if;
  select coalesce(sum(coalesce(i.approved, i.amount)), 0) into used from claim_item i join claim c on c.id = i.claim_id
    where i.invoice_id = new.invoice_id and i.id <> new.id and c.state not in ('draft','rejected','voided');
  if used + coalesce(new.approved, new.amount) > whole then
    raise exception '这张发票已经用在别的报销单里，剩下的金额不够' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger claim_item_invoice_guard before insert or update on claim_item for each row execute function invoice_not_overdrawn();
