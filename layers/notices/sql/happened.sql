-- What happened in a stretch of the stream that may concern someone, with what decides whom.
select s.place, s.report_id, s.district_id, j.type, j.actor, j.body,
    r.assignee_id, b.assignee_id as before_assignee, r.unit_id, r.holder_area_id, r.sender
from journal_stream s
join journal_entries j on j.report_id = s.report_id and j.position = s.position
join reports r on r.id = s.report_id
left join journal_stream b on b.report_id = s.report_id and b.position = s.position - 1
where s.place > %(after)s and s.place <= %(upto)s and j.type = any (%(types)s)
order by s.place
