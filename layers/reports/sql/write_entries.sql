-- The entries of a step, in order.
insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
select %(id)s, position, type, version, %(now)s, actor, body, digest
from unnest(
    %(positions)s::int[], %(types)s::text[], %(versions)s::smallint[], %(actors)s::text[], %(bodies)s::bytea[],
    %(digests)s::bytea[]
) as e (position, type, version, actor, body, digest)
order by position
