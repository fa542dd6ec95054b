-- A report that waited gets someone: the row, the run of the rule and the journal's entry in one statement.
with changed as (
    update reports set
        assignee_id = %(assignee)s, holder_area_id = %(holder_area)s, holder_depth = %(holder_depth)s,
        status = %(status)s, entries = %(position)s, chain_head = %(digest)s, row_version = row_version + 1
    where id = %(id)s
),
assignment as (
    insert into assignments (report_id, made_at, made_by, rule, assignee_id, holder_area_id, considered)
    values (%(id)s, %(now)s, %(actor)s, %(rule)s, %(assignee)s, %(holder_area)s, %(considered)s::jsonb)
)
insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
values (%(id)s, %(position)s, 'assigned', 1, %(now)s, %(actor)s, %(body)s, %(digest)s)
