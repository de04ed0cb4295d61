-- +goose Up
-- A proposal's cover photo for everybody (DOMAIN §8.2, §11.3, §12.4): while the proposal itself is public, the lead's own consent to it ('cover_public') stands, and
-- staff of the community have looked through this very picture. open_cover is the one rule; nothing of it is stored, so it ends in the moment one of the three ends.

-- What staff said of a picture; one that nobody has looked at yet has no row. Team, judges and staff go on seeing the picture, whatever it says here.
create table cover (
  id uuid primary key references attachment, -- the picture that was looked at: another one begins anew
  proposal_id uuid not null references proposal, place ltree not null references place,
  state text not null check (state in ('cleared','refused','hidden')), reason text not null default '',
  decided_by uuid references person, -- null when the house hid it, because somebody took back the consent to be in public photos
  decided_at timestamptz not null, version int not null default 1,
  check ((state = 'cleared') = (reason = '')), check (state = 'hidden' or decided_by is not null)
);
create index cover_proposal on cover (proposal_id);
create index consent_cover_public on consent (subject_id) where purpose = 'cover_public';
insert into legal_move values ('cover','cleared','hidden'), ('cover','refused','cleared'), ('cover','hidden','cleared');
call has_states('cover', 'cover');
revoke delete, truncate on cover from seedbed_app;

create view open_cover as
  select t.id, g.kind, g.proposal_id, g.edition_id, g.stage, t.large, t.thumb, t.width, t.height
  from cover c join gallery_item g on g.proposal_id = c.proposal_id join proposal p on p.id = c.proposal_id join attachment t on t.id = c.id
  where c.state = 'cleared' and t.owner = 'proposal' and t.owner_id = p.id and t.kind = 'cover' and t.state not in ('stored','hidden','purged','unreadable') and t.large is not null and t.thumb is not null
    and exists (select from consent k where k.subject_id = p.id and k.purpose = 'cover_public' and k.person_id = p.lead_id and k.withdrawn_at is null)
    and not exists (select from person u where u.id = t.uploader and u.erased_at is not null);

-- What staff have to look at: the lead agrees, the picture has been examined, nobody has said anything of it, and the proposal is public or can still become so.
create view cover_waits as
  select t.id, p.id as proposal_id, p.place
  from consent k join proposal p on p.id = k.subject_id and p.lead_id = k.person_id join edition e on e.id = p.edition_id
    join attachment t on t.owner_id = p.id and t.owner = 'proposal' and t.kind = 'cover' and t.state not in ('stored','hidden','purged','unreadable') and t.large is not null
  where k.purpose = 'cover_public' and k.withdrawn_at is null and p.submitted_at is not null and not exists (select from cover c where c.id = t.id)
    and (exists (select from gallery_item g where g.proposal_id = p.id)
      or p.state in ('submitted','returned','endorsed','eligible','shortlisted','pitched','ranked') and e.state in ('open','closed','reviewing','publicizing'));
