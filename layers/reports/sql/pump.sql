-- Give stream places to all entries whose transaction is over, in the order of their transactions: an entry that
-- commits late is taken when it has committed, never passed over.
with cursor as (
    select upto, pg_snapshot_xmin(pg_current_snapshot()) as over from journal_pump for update
),
moved as (
    insert into journal_stream (district_id, report_id, position)
    select r.district_id, j.report_id, j.position
    from cursor
    join journal_entries j on j.transaction >= cursor.upto and j.transaction < cursor.over
    join reports r on r.id = j.report_id
    order by j.transaction, j.serial
    returning place
),
advanced as (
    update journal_pump set upto = cursor.over from cursor
)
select count(*) as moved, max(place) as last, pg_notify('wangge_stream', max(place)::text)
from moved having count(*) > 0
