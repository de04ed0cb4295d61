-- +goose Up
-- Until when the first part of an award was promised, reckoned once from the day its agreement came into force (I-T1).
alter table tranche add column promised_on date;
