-- +goose Up
-- A tie learnt after a choosing round has closed (7.4): who passes by the new result and did not before goes on now. Where two rounds choose one after the other,
-- the second may leave out whom the first let through.
insert into legal_move select 'proposal', * from (values ('not_shortlisted','shortlisted'),('shortlisted','not_shortlisted')) m;

-- The sheets a run was made without, because they were struck out and nobody marked in their place: the protocol of this run and of every later one tells them.
alter table round_run add column struck uuid[] not null default '{}';

-- A pitch that joined after the order was drawn stands behind it. The draw stays as it was recorded, and can be drawn again.
alter table pitch_slot add column joined_at timestamptz;
