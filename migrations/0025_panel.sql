-- +goose Up
-- The panel round (合议): the last round of an edition may be one without sheets. Of every ranked project the panel says whether
-- it passes, how much it would give and on what conditions; score and rank stay those of the round before it.
create unique index review_round_panel on review_round (edition_id) where kind = 'panel';
alter table review_round drop constraint review_round_check, add constraint review_round_check check (state = 'planned' or kind = 'panel' or seed <> '');

-- What the panel decided about a project: how it voted, and what follows. A correction is another row, the last one counts.
create table panel_word (
  id uuid primary key, round_id uuid not null references review_round, edition_id uuid not null references edition, place ltree not null references place,
  proposal_id uuid not null references proposal, no int not null check (no > 0),
  yes int not null check (yes >= 0), nay int not null check (nay >= 0), abstain int not null check (abstain >= 0),
  passed boolean not null generated always as (2 * yes > yes + nay + abstain) stored, -- more than half of those present; a tie fails
  amount bigint check (amount > 0), conditions text[] not null default '{}', reason text not null default '',
  present uuid[] not null, apart uuid[] not null default '{}', -- judges: who voted, and who stepped out for a tie
  objection_id uuid references objection, -- of a word said after the panel was closed, because an objection to the project is upheld
  seats int not null check (seats >= cardinality(present) + cardinality(apart)),
  by_person uuid not null references person, at timestamptz not null, unique (round_id, proposal_id, no),
  check (yes + nay + abstain = cardinality(present)), check (cardinality(present) >= 3),
  check (2 * yes > yes + nay + abstain or amount is null and cardinality(conditions) = 0 and reason <> '')
);
create trigger panel_word_never before update or delete on panel_word for each row execute function never();

alter table objection drop constraint objection_remedy_check, add constraint objection_remedy_check check (remedy in ('','revoke','sheets','panel'));

-- +goose StatementBegin
create or replace function rubric_whole() returns trigger language plpgsql as $$
begin
  if new.state = 'open' and new.kind <> 'panel' and (select coalesce(sum(weight), 0) from criterion where round_id = new.id) <> 100 then
    raise exception '评分细则各项权重加起来要等于 100' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- A panel follows the round that ranks, and nothing follows a panel.
create function panel_last() returns trigger language plpgsql as $$
begin
  if exists (select from review_round where edition_id = new.edition_id and kind = 'panel' and seq < new.seq) then
    raise exception '合议是最后一轮，后面不能再安排评审' using errcode = 'SB001';
  end if;
  if new.kind = 'panel' and not exists (select from review_round where edition_id = new.edition_id and seq = new.seq - 1 and num_nonnulls(cut_score, cut_top) = 0) then
    raise exception '合议排在排出名次的那一轮后面，请先安排那一轮' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- Who speaks in a panel has accepted and has no tie to the project (5.2-2, I-R4). The two halves of a race, speaking and
-- declaring, meet on the judges' rows; speaking and closing meet on the round's.
create function panel_word_fair() returns trigger language plpgsql as $$
declare
  r review_round;
begin
  select * into r from review_round where id = new.round_id for share;
  if r.kind <> 'panel' or r.state <> (case when new.objection_id is null then 'open' else 'closed' end)
    or new.objection_id is not null and not exists (select from objection o join award a on a.id = o.award_id where o.id = new.objection_id and a.proposal_id = new.proposal_id and o.state = 'investigating') then
    raise exception '合议没有在进行，不能再记' using errcode = 'SB001';
  end if;
  perform from judge where id = any(new.present) order by id for no key update;
  if (select count(*) from judge where id = any(new.present) and edition_id = r.edition_id and state = 'accepted') <> cardinality(new.present) then
    raise exception '到场的评委里有人没有接受邀请，请刷新页面看看' using errcode = 'SB001';
  end if;
  if exists (select from conflict where judge_id = any(new.present) and proposal_id = new.proposal_id) then
    raise exception '到场的评委里有人和这个项目有利害关系，要回避' using errcode = 'SB001';
  end if;
  if not exists (select from round_entry e join proposal p on p.id = e.proposal_id where e.round_id = new.round_id and p.id = new.proposal_id
      and p.state = any(case when new.objection_id is null then '{ranked}'::text[] else '{selected,reserve,not_selected}'::text[] end) and coalesce(new.amount, 0) <= p.requested) then
    raise exception '这个项目不在合议里，或者建议的金额超过了申请的金额' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- A panel ends with a word on every project that is still in the contest, said by people without a tie to it; and it meets
-- again only while nothing of the results is public.
create function panel_whole() returns trigger language plpgsql as $$
begin
  if old.state = 'open' and new.state = 'closed' then
    perform from judge where edition_id = new.edition_id order by id for no key update;
    if exists (select from round_entry e join proposal p on p.id = e.proposal_id and p.state = 'ranked'
        left join lateral (select w.present from panel_word w where w.round_id = e.round_id and w.proposal_id = p.id order by w.no desc limit 1) l on true
        where e.round_id = new.id and (l.present is null or exists (select from conflict c where c.proposal_id = p.id and c.judge_id = any(l.present)))) then
      raise exception '还有项目没有合议好，不能结束' using errcode = 'SB001';
    end if;
  elsif old.state = 'closed' and new.state = 'open' and (select state from edition where id = new.edition_id) <> 'reviewing' then
    raise exception '结果已经公示，合议不能再改。有问题请按异议处理' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger review_round_panel_last before insert on review_round for each row execute function panel_last();
create trigger panel_word_fair before insert on panel_word for each row execute function panel_word_fair();
create trigger review_round_panel_whole before update on review_round for each row when (new.kind = 'panel') execute function panel_whole();
