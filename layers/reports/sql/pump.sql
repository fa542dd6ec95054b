-- Give stream places to all entries that are committed and have none: one that commits late is taken when it has
-- committed, and keeps nobody waiting meanwhile. Of one report they come in their order: each was written under the lock
-- of its report. No entry before the mark is without a place: it moves up to the oldest transaction still at work, and
-- never back, though a pump that waited for another one looks with older eyes.
with cursor as (
    select upto, pg_snapshot_xmin(pg_current_snapshot()) as over from journal_pump for update
),
moved as (
    insert into journal_stream (district_id, report_id, position, area_path, assignee_id, unit_id)
    select r.district_id, j.report_id, j.position, r.area_path, r.assignee_id, r.unit_id
    from cursor
    join journal_entries j on j.transaction >= cursor.upto
    join reports r on r.id = j.report_id
    where not exists (select from journal_stream s where s.report_id = j.report_id and s.position = j.position)
    order by j.serial
    on conflict (report_id, position) do nothing
    returning place
),
advanced as (
    update journal_pump set upto = cursor.over from cursor
    where cursor.over > cursor.upto and exists (
        select from journal_entries j where j.transaction >= cursor.upto and j.transaction < cursor.over
    )
)
select count(*) as moved, max(place) as last, pg_notify('wangge_stream', max(place)::text)
from moved having count(*) > 0
