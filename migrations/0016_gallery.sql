-- +goose Up
-- The public gallery (DOMAIN §5.3, §12.1): what everybody may find of proposals, projects and organisations. gallery_source is the one rule of what is
-- public; gallery_item is the same, kept beside it by triggers so that whatever changes a row, in whichever area, is shown or gone in the same moment.

-- One voice of a confirmed resident for a proposal, and for the project it becomes. Not a vote.
create table support (
  proposal_id uuid not null references proposal, person_id uuid not null references person, word text not null default '' check (char_length(word) <= 60),
  at timestamptz not null, taken_back_at timestamptz, hidden_at timestamptz, hidden_by uuid references person, hidden_reason text not null default '',
  primary key (proposal_id, person_id), check ((hidden_at is null) = (hidden_by is null))
);
create index support_shown on support (proposal_id, at desc) where taken_back_at is null;
create index support_person on support (person_id);
create index consent_proposal_public on consent (subject_id) where purpose = 'proposal_public';

create view gallery_source as
  select 'proposal' as kind, p.id, p.id as proposal_id, p.edition_id, p.place,
    case when s.draft is null then p.category else s.draft->>'Category' end as category, case when s.draft is null then p.colour else s.draft->>'Colour' end as colour,
    case when n.publisher is null then 'collecting' else 'judged' end as stage,
    case when n.publisher is null then '' else p.state end as state, -- before the notice nothing of the judging shows
    coalesce(p.number, '') as number,
    case when s.draft is null then p.title else s.draft->>'Title' end as title, case when s.draft is null then p.pitch else s.draft->>'Pitch' end as pitch,
    case when s.draft is null then p.goal else s.draft->>'Goal' end as goal,
    case when n.publisher is null then '' else t.name end as team, left(u.name, 1) || '**' as lead, p.requested as fen, p.submitted_at as at,
    coalesce(n.publisher, c.person_id) as publisher -- I-F3: nothing is public without somebody who made it so
  from proposal p join edition e on e.id = p.edition_id join team t on t.id = p.team_id join person u on u.id = p.lead_id
    left join lateral (select r.body::jsonb->'Draft' as draft from proposal_revision r where r.proposal_id = p.id and r.kind = 'submission' and left(r.body, 1) = '{' order by r.no desc limit 1) s on true
    left join lateral (select o.publisher from award a join publicity_item i on i.award_id = a.id join publicity o on o.id = i.publicity_id
      where a.proposal_id = p.id and o.kind = 'award' and o.state <> 'void' order by o.opens_at desc limit 1) n on true
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

create table gallery_item (
  kind text not null check (kind in ('proposal','project','org')), id uuid not null, proposal_id uuid unique, edition_id uuid, place ltree not null, category text not null, colour text not null,
  stage text not null check (stage in ('collecting','judged','running','done','org')), state text not null, number text not null, title text not null, pitch text not null, goal text not null,
  team text not null, lead text not null, fen bigint not null, at timestamptz not null, publisher uuid,
  supports_n int not null default 0 check (supports_n >= 0), -- kept by the verbs, recomputed by seedbed check
  turn int not null default 1, words tsvector,               -- null until the house has read the texts of this turn
  primary key (kind, id), check (kind <> 'proposal' or publisher is not null)
);
create index gallery_item_newest on gallery_item (at desc, id desc);
create index gallery_item_kind on gallery_item (kind, at desc, id desc);
create index gallery_item_place on gallery_item using gist (place);
create index gallery_item_edition on gallery_item (edition_id, at desc, id desc);
create index gallery_item_words on gallery_item using gin (words);
create index gallery_item_unread on gallery_item (kind, id) where words is null;

-- +goose StatementBegin
create function gallery_refresh(p_kind text, p_id uuid) returns void language plpgsql as $$
begin
  delete from gallery_item g where g.kind = p_kind and g.id = p_id and not exists (select from gallery_source s where s.kind = p_kind and s.id = p_id);
  insert into gallery_item as g (kind, id, proposal_id, edition_id, place, category, colour, stage, state, number, title, pitch, goal, team, lead, fen, at, publisher, supports_n)
    select s.kind, s.id, s.proposal_id, s.edition_id, s.place, s.category, s.colour, s.stage, s.state, s.number, s.title, s.pitch, s.goal, s.team, s.lead, s.fen, s.at, s.publisher,
      (select count(*) from support v where v.proposal_id = s.proposal_id and v.taken_back_at is null)
    from gallery_source s where s.kind = p_kind and s.id = p_id
  on conflict (kind, id) do update set proposal_id = excluded.proposal_id, edition_id = excluded.edition_id, place = excluded.place, category = excluded.category, colour = excluded.colour,
    stage = excluded.stage, state = excluded.state, number = excluded.number, title = excluded.title, pitch = excluded.pitch, goal = excluded.goal, team = excluded.team, lead = excluded.lead,
    fen = excluded.fen, at = excluded.at, publisher = excluded.publisher,
    turn = g.turn + case when (g.place, g.category, g.colour, g.number, g.title, g.pitch, g.goal, g.team) is distinct from
      (excluded.place, excluded.category, excluded.colour, excluded.number, excluded.title, excluded.pitch, excluded.goal, excluded.team) then 1 else 0 end,
    words = case when (g.place, g.category, g.colour, g.number, g.title, g.pitch, g.goal, g.team) is distinct from
      (excluded.place, excluded.category, excluded.colour, excluded.number, excluded.title, excluded.pitch, excluded.goal, excluded.team) then null else g.words end
  where (g.proposal_id, g.edition_id, g.place, g.category, g.colour, g.stage, g.state, g.number, g.title, g.pitch, g.goal, g.team, g.lead, g.fen, g.at, g.publisher) is distinct from
    (excluded.proposal_id, excluded.edition_id, excluded.place, excluded.category, excluded.colour, excluded.stage, excluded.state, excluded.number, excluded.title, excluded.pitch, excluded.goal,
     excluded.team, excluded.lead, excluded.fen, excluded.at, excluded.publisher);
end $$;
-- A proposal that nobody has made public and that is in no result has nothing to refresh: the deadline hour pays two look-ups.
create function gallery_of_proposal() returns trigger language plpgsql as $$
begin
  if exists (select from consent where subject_id = new.id and purpose = 'proposal_public') or exists (select from award where proposal_id = new.id) then
    perform gallery_refresh('proposal', new.id);
  end if;
  return null;
end $$;
create function gallery_of_revision() returns trigger language plpgsql as $$
begin
  if exists (select from consent where subject_id = new.proposal_id and purpose = 'proposal_public') then perform gallery_refresh('proposal', new.proposal_id); end if;
  return null;
end $$;
create function gallery_of_consent() returns trigger language plpgsql as $$
begin
  perform gallery_refresh('proposal', new.subject_id);
  return null;
end $$;
create function gallery_of_award() returns trigger language plpgsql as $$
begin
  perform gallery_refresh('proposal', a.proposal_id) from award a where a.id = new.award_id;
  return null;
end $$;
-- A notice that opens ends the showing of what it does not name; one that is voided takes its results back.
create function gallery_of_notice() returns trigger language plpgsql as $$
begin
  perform gallery_refresh('proposal', p.id) from (select g.id from gallery_item g where g.kind = 'proposal' and g.edition_id = new.edition_id
    union select c.subject_id from consent c join proposal p on p.id = c.subject_id where c.purpose = 'proposal_public' and p.edition_id = new.edition_id order by 1) p;
  return null;
end $$;
create function gallery_of_edition() returns trigger language plpgsql as $$
begin
  perform gallery_refresh('proposal', p.id) from (select c.subject_id as id from consent c join proposal p on p.id = c.subject_id where c.purpose = 'proposal_public' and p.edition_id = new.id order by 1) p;
  return null;
end $$;
create function gallery_of_project() returns trigger language plpgsql as $$
begin
  perform gallery_refresh('proposal', new.proposal_id); -- first: its voices are counted anew for the project
  perform gallery_refresh('project', new.id);
  return null;
end $$;
create function gallery_of_org() returns trigger language plpgsql as $$
begin
  perform gallery_refresh('org', new.id);
  return null;
end $$;
create function gallery_of_team() returns trigger language plpgsql as $$
begin
  perform gallery_refresh(g.kind, g.id) from gallery_item g join proposal p on p.id = g.proposal_id where p.team_id = new.id;
  return null;
end $$;
create function gallery_of_place() returns trigger language plpgsql as $$
begin
  update gallery_item set words = null, turn = turn + 1 where place <@ new.path; -- it is found by the place's name too
  return null;
end $$;
-- Nobody supports their own team: who joins one takes the voice back.
create function support_of_member() returns trigger language plpgsql as $$
declare
  v record;
begin
  for v in select s.proposal_id from support s join proposal p on p.id = s.proposal_id where p.team_id = new.team_id and s.person_id = new.person_id and s.taken_back_at is null loop
    update gallery_item set supports_n = supports_n - 1 where proposal_id = v.proposal_id;
    update support set taken_back_at = coalesce(new.answered_at, new.at), word = '' where proposal_id = v.proposal_id and person_id = new.person_id;
  end loop;
  return null;
end $$;
-- +goose StatementEnd
create trigger proposal_gallery after insert or update on proposal for each row when (new.submitted_at is not null) execute function gallery_of_proposal();
create trigger revision_gallery after insert on proposal_revision for each row execute function gallery_of_revision();
create trigger consent_gallery after insert or update on consent for each row when (new.purpose = 'proposal_public') execute function gallery_of_consent();
create trigger publicity_item_gallery after insert on publicity_item for each row execute function gallery_of_award();
create trigger publicity_gallery after insert or update of state on publicity for each row when (new.kind = 'award') execute function gallery_of_notice();
create trigger edition_gallery after update on edition for each row
  when (old.rules->>'gallery' is distinct from new.rules->>'gallery' or (old.state <> new.state and (new.state in ('cancelled','archived') or old.state in ('cancelled','archived','draft')))) execute function gallery_of_edition();
create trigger project_gallery after insert or update on project for each row when (new.published) execute function gallery_of_project();
create trigger org_gallery after insert or update on org for each row execute function gallery_of_org();
create trigger team_gallery after update of name on team for each row when (old.name <> new.name) execute function gallery_of_team();
create trigger place_gallery after update of name, name_en on place for each row when (old.name <> new.name or old.name_en <> new.name_en) execute function gallery_of_place();
create trigger member_support after insert or update of state on team_member for each row when (new.state = 'accepted' and new.person_id is not null) execute function support_of_member();

-- What is public already.
insert into gallery_item (kind, id, proposal_id, edition_id, place, category, colour, stage, state, number, title, pitch, goal, team, lead, fen, at, publisher)
  select kind, id, proposal_id, edition_id, place, category, colour, stage, state, number, title, pitch, goal, team, lead, fen, at, publisher from gallery_source;
