-- +goose Up
-- What a run of a round's result followed from and the advice beside it, as text that is never written again: the protocol
-- file is published, the advice is for the district. Run 1 is the round's close; an objection that was upheld makes another.
create table round_run (
  round_id uuid not null references review_round, run int not null check (run > 0), cause text not null check (cause in ('close','objection')), reason text not null default '',
  protocol text not null, digest text not null, advice text not null, at timestamptz not null, primary key (round_id, run), check (cause = 'close' or reason <> '')
);
create trigger round_run_never before update or delete on round_run for each row execute function never();

-- An allocation as it was computed: the rule, its input and what came out, in a protocol file.
create table allocation (
  edition_id uuid not null references edition, run int not null check (run > 0), place ltree not null references place, rule text not null, cause text not null check (cause in ('allocate','objection')),
  reason text not null default '', protocol text not null, digest text not null, by_person uuid not null references person, at timestamptz not null, primary key (edition_id, run)
);
create trigger allocation_never before update or delete on allocation for each row execute function never();

-- What the panel said about a project near the line of money, and the lots it drew. A correction is another row.
create table deliberation (
  id uuid primary key, round_id uuid not null references review_round, edition_id uuid not null references edition, place ltree not null references place, proposal_id uuid not null references proposal,
  verdict text not null check (verdict in ('keep','fund','defer')), amount bigint check (amount > 0), reason text not null check (reason <> ''), present uuid[] not null check (cardinality(present) > 0),
  by_person uuid not null references person, at timestamptz not null
);
create index deliberation_round on deliberation (round_id, proposal_id, at);
create trigger deliberation_never before update or delete on deliberation for each row execute function never();
create table round_draw (
  id uuid primary key, round_id uuid not null references review_round, edition_id uuid not null references edition, place ltree not null references place, proposals uuid[] not null check (cardinality(proposals) > 1),
  seed text not null, protocol text not null, digest text not null, reason text not null check (reason <> ''), present uuid[] not null check (cardinality(present) > 0),
  by_person uuid not null references person, at timestamptz not null
);
create index round_draw_round on round_draw (round_id, at);
create trigger round_draw_never before update or delete on round_draw for each row execute function never();

-- A judge's words on their way to a team: mended or withheld by the district, with the reason; the sheet itself stays as it is.
create table feedback_edit (
  id uuid primary key, sheet_id uuid not null references sheet, no int not null check (no > 0), action text not null check (action in ('mend','withhold','restore')), text text not null default '',
  reason text not null check (reason <> ''), by_person uuid not null references person, at timestamptz not null, unique (sheet_id, no), check ((action = 'mend') = (text <> ''))
);
create trigger feedback_edit_never before update or delete on feedback_edit for each row execute function never();

-- A reserve that is offered what became free answers within its days.
alter table award add column offered_at timestamptz, add column answer_by timestamptz, add column offer_amount bigint check (offer_amount > 0), add column offer_source uuid references fund_source,
  add column offered_by uuid references person, add column answered_at timestamptz,
  add check ((offered_at is null) = (answer_by is null) and (offered_at is null) = (offer_amount is null) and (offered_at is null) = (offer_source is null) and (offered_at is null) = (offered_by is null));
create index award_offered on award (answer_by) where offered_at is not null and answered_at is null;
alter table publicity add column cause text not null default 'first' check (cause in ('first','correction','promotion')), add column follows uuid references publicity,
  add column round_run int not null default 1, add check ((cause = 'first') = (follows is null));
alter table objection add column remedy text not null default '' check (remedy in ('','revoke','sheets')), add column sheets uuid[] not null default '{}';
insert into legal_move select 'proposal', * from (values ('selected','reserve'),('not_selected','reserve'),('not_selected','selected')) m;

-- I-F2: no confirmation while an objection to the item is open, nor while any notice that names it is still up.
-- +goose StatementBegin
create or replace function award_confirm_guard() returns trigger language plpgsql as $$
begin
  if new.state = 'confirmed' and old.state <> 'confirmed' then
    if exists (select from objection where award_id = new.id and state in ('received','investigating')) then
      raise exception '还有异议没有答复，不能确认' using errcode = 'SB001';
    end if;
    if not exists (select from publicity_item i join publicity p on p.id = i.publicity_id where i.award_id = new.id and p.state = 'closed')
      or exists (select from publicity_item i join publicity p on p.id = i.publicity_id where i.award_id = new.id and p.state in ('open','suspended')) then
      raise exception '公示期还没有结束，不能确认' using errcode = 'SB001';
    end if;
  end if;
  return new;
end $$;
-- Nothing is promised, and so nothing is payable, before the award was confirmed.
create function agreement_needs_award() returns trigger language plpgsql as $$
begin
  if not exists (select from award where id = new.award_id and state = 'confirmed') then
    raise exception '公示期满、立项以后才能起草协议' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger agreement_needs_award before insert on agreement for each row execute function agreement_needs_award();
