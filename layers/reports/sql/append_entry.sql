-- One more entry in the journal of a report, and the head of its chain moved onto it.
with moved as (
    update reports set entries = %(position)s, chain_head = %(digest)s, row_version = row_version + 1 where id = %(id)s
)
insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
values (%(id)s, %(position)s, %(type)s, 1, %(now)s, %(actor)s, %(body)s, %(digest)s)
