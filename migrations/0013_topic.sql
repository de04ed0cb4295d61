-- +goose Up
-- Deliberation (协商议事, DOMAIN §7.22): what neighbours want to have talked about, from the first word to the answer.
create table topic (
  id uuid primary key, number text not null unique, place ltree not null references place, proposer_id uuid not null references person,
  kind text not null check (kind in ('environment','parking','facility','safety','elders','children','culture','other')),
  title text not null, body text not null, where_text text not null default '', affected text not null default '',
  state text not null default 'collected', screened_by uuid references person, reason text not null default '', merged_into uuid references topic,
  meets_at timestamptz, meets_where text not null default '', host text not null default '', invited text not null default '',
  people int, discussion text not null default '', decision text not null default '', votes_for int, votes_against int, votes_abstain int,
  feedback text not null default '', feedback_at timestamptz, satisfied boolean, answer text not null default '', answered_at timestamptz,
  supporters_n int not null default 0, created_at timestamptz not null, version int not null default 1,
  check (merged_into is null or (state = 'declined' and merged_into <> id)),
  check (people is null or people > 0),
  -- Nobody votes who was not there.
  check (votes_for is null or (people is not null and votes_for >= 0 and votes_against >= 0 and votes_abstain >= 0 and votes_for + votes_against + votes_abstain <= people))
);
create index topic_place on topic using gist (place);
create index topic_state on topic (state, created_at desc);
create index topic_proposer on topic (proposer_id);
insert into legal_move select 'topic', * from (values
 ('collected','screened'),('collected','declined'),('screened','scheduled'),('screened','declined'),('scheduled','discussed'),
 ('discussed','resolved'),('discussed','scheduled'),('discussed','declined'),('resolved','executing'),('resolved','feedback'),
 ('executing','feedback'),('feedback','closed'),('feedback','executing')) m;
call has_states('topic', 'topic');

create table topic_supporter (topic_id uuid not null references topic, person_id uuid not null references person, at timestamptz not null, primary key (topic_id, person_id));
create index topic_supporter_person on topic_supporter (person_id);
create table topic_task (
  id uuid primary key, topic_id uuid not null references topic, what text not null, owner text not null, due date not null,
  done_at timestamptz, done_note text not null default '', done_by uuid references person, created_at timestamptz not null,
  check ((done_at is null) = (done_by is null))
);
create index topic_task_of on topic_task (topic_id, due, id);
create table topic_note (id uuid primary key, topic_id uuid not null references topic, text text not null, by_person uuid not null references person, at timestamptz not null);
create index topic_note_of on topic_note (topic_id, at);

-- 18-30: a topic that turns into a proposal keeps the link, and is counted once however many proposals came of it.
alter table proposal add column topic_id uuid references topic;
create index proposal_topic on proposal (topic_id) where topic_id is not null;
