-- A seal covers the entries whose transactions lie in a range, which follows the range of the seal before it: so each
-- entry is under exactly one seal, also one that was committed late.
alter table journal_seals
    add column from_transaction xid8 not null,
    add column to_transaction xid8 not null,
    add constraint ck_journal_seals_range check (from_transaction <= to_transaction);
