-- +goose Up
-- People and what they agreed to: the full name in the gallery under one's own consent, a talent search that reads an index, and votes whose names can be
-- forgotten while the vote stands.

-- A lead who agreed to 'name_public' stands with the full name on the page of their public proposal; taking it back masks it in the same moment (I-D3).
create or replace view gallery_source as
  select 'proposal' as kind, p.id, p.id as proposal_id, p.edition_id, p.place,
    case when s.draft is null then p.category else s.draft->>'Category' end as category, case when s.draft is null then p.colour else s.draft->>'Colour' end as colour,
    case when n.publisher is null then 'collecting' else 'judged' end as stage,
    case when n.publisher is null then '' else p.state end as state, -- before the notice nothing of the judging shows
    coalesce(p.number, '') as number,
    case when s.draft is null then p.title else s.draft->>'Title' end as title, case when s.draft is null then p.pitch else s.draft->>'Pitch' end as pitch,
    case when s.draft is null then p.goal else s.draft->>'Goal' end as goal,
    case when n.publisher is null then '' else t.name end as team, case when exists (select from consent f where f.person_id = u.id and f.purpose = 'name_public' and f.withdrawn_at is null) then u.name else left(u.name, 1) || '**' end as lead, p.requested as fen, p.submitted_at as at,
    coalesce(n.publisher, c.person_id) as publisher -- I-F3: nothing is public without somebody who made it so
  from proposal p join edition e on e.id = p.edition_id join team t on t.id = p.team_id join person u on u.id = p.lead_id
    left join lateral (select r.body::jsonb->'Draft' as draft from proposal_revision r where r.proposal_id = p.id and r.kind = 'submission' and left(r.body, 1) = '{' order by r.no desc limit 1) s on true
    left join lateral (select o.publisher from award a join publicity_item i on i.award_id = a.id join publicity o on o.id = i.publicity_id
      where a.proposal_id = p.id and o.kind = 'award' and o.state <> 'void' and o.archived_at is null order by o.opens_at desc limit 1) n on true
    left join lateral (select c.person_id from consent c where c.subject_id = p.id and c.purpose = 'proposal_public' and c.person_id = p.lead_id and c.withdrawn_at is null limit 1) c on true
  where p.submitted_at is not null and not exists (select from project j where j.proposal_id = p.id and j.published)
    and case
      when p.state in ('draft','withdrawn','void') then false
      when n.publisher is not null then p.state in ('selected','reserve','refining','refined','contracted') or (p.state = 'not_selected' and c.person_id is not null)
      else c.person_id is not null and e.rules->>'gallery' = 'submitted' and e.state not in ('draft','cancelled','archived')
        and not exists (select from publicity o where o.edition_id = e.id and o.kind = 'award' and o.state <> 'void') end
  union all
  select 'project', p.id, p.proposal_id, p.edition_id, p.place, p.category, p.colour, case when p.state in ('accepted','failed','terminated','archived') then 'done' else 'running' end,
    p.state, p.number, p.title, r.pitch, r.goal, t.name, '', p.award, p.created_at,
    (select o.publisher from publicity_item i join publicity o on o.id = i.publicity_id where i.award_id = p.award_id order by o.opens_at desc limit 1)
  from project p join proposal r on r.id = p.proposal_id join team t on t.id = p.team_id where p.published
  union all
  select 'org', o.id, null, null, o.place, '', o.colour, 'org', o.state, o.number, o.name, o.purpose, '', '', '', 0, o.founded_on::timestamp at time zone 'Asia/Shanghai', g.recognized_by
  from open_org o join org g on g.id = o.id;
-- +goose StatementBegin
create function gallery_of_name() returns trigger language plpgsql as $$
begin
  perform gallery_refresh('proposal', g.id) from (select i.id from gallery_item i join proposal p on p.id = i.id where i.kind = 'proposal' and p.lead_id = new.person_id order by 1) g;
  return null;
end $$;
-- +goose StatementEnd
create trigger consent_name after insert or update on consent for each row when (new.purpose = 'name_public' and new.person_id is not null) execute function gallery_of_name();

-- A vote is cast once and never changed; only the name beside it may go, when its person is erased (I-D5).
-- +goose StatementBegin
create or replace function vote_once() returns trigger language plpgsql as $$
begin
  if (new.handover_id, new.person_id, new.yes, new.at) is not distinct from (old.handover_id, old.person_id, old.yes, old.at) then
    return new;
  end if;
  if old.yes is not null or new.yes is null or new.handover_id <> old.handover_id or new.person_id <> old.person_id then
    raise exception '票已经投过了，不能再改' using errcode = 'SB001';
  end if;
  return new;
end $$;
-- +goose StatementEnd

-- A new lead of a project under an agreement (DOMAIN §7.3): the members' vote, the community's word, and the new lead's signature under the agreement's very
-- text, kept as an annex to it. The three signatures of the agreement itself stay as they were given.
create table agreement_lead (
  handover_id uuid primary key references handover, agreement_id uuid not null references agreement, old_lead uuid not null references person, new_lead uuid not null references person,
  digest text not null, signed_at timestamptz not null, confirmed_by uuid references person, at timestamptz not null, check (new_lead <> old_lead)
);
create index agreement_lead_of on agreement_lead (agreement_id, at);
create trigger agreement_lead_never before update or delete on agreement_lead for each row execute function never();

-- What was taken back by itself of an assistance that was not the person's will; the rest of its lines is for staff.
create table assisted_undone (
  assistance_id uuid not null references assistance, entity text not null, entity_id uuid not null, at timestamptz not null, primary key (assistance_id, entity, entity_id)
);
revoke update, delete on assisted_undone from seedbed_app;

-- Chinese is not cut into words: a text's grams are its characters and its pairs of neighbouring characters, so that an index finds two characters. They only
-- choose the candidates; what a card really shows is compared afterwards.
-- +goose StatementBegin
create function text_grams(t text) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(distinct g), '{}') from (select substr(lower(t), i, n) as g, n from generate_series(1, char_length(t)) i, (values (1), (2)) s(n)) x
  where char_length(g) = n and g !~ '[[:space:]]'
$$;
create function talent_grams() returns trigger language plpgsql as $$
begin
  if new.state = 'removed' then
    new.grams := '{}';
  else
    new.grams := text_grams(concat_ws(' ', new.name, new.words, new.skill_note, new.story, new.why, (select string_agg(l.name || ' ' || l.name_en, ' ') from place l where l.path @> new.place)));
  end if;
  return new;
end $$;
create function talents_of_place() returns trigger language plpgsql as $$
begin
  update talent set grams = '{}' where place <@ new.path;
  return null;
end $$;
-- +goose StatementEnd
alter table talent add column grams text[] not null default '{}';
create trigger talent_grams before insert or update on talent for each row execute function talent_grams();
create trigger place_talents after update of name, name_en on place for each row when (old.name <> new.name or old.name_en <> new.name_en) execute function talents_of_place();
create index talent_grams on talent using gin (grams) where state <> 'removed';
create or replace view open_talent as
  select t.id, case when t.name_shown = 'full' then t.name else left(t.name, 1) || '**' end as name, t.skills, t.skill_note, t.words,
    case when 'times' = any(t.shown) then t.times else '{}'::text[] end as times, case when 'wants' = any(t.shown) then t.wants else '{}'::text[] end as wants,
    case when 'story' = any(t.shown) then t.story else '' end as story,
    case when 'area' = any(t.shown) then t.place else subpath(t.place, 0, least(2, nlevel(t.place))) end as place, t.listed_at, t.active_at, t.grams
  from talent t join consent c on c.id = t.consent_id and c.withdrawn_at is null and c.purpose = 'talent_listing'
  where t.state = 'listed' and t.removal_asked_at is null;
update talent set grams = '{}'; -- the trigger writes what it should be
