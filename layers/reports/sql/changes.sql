-- What happened after a place of the stream: each entry, how its report stands now, who sees it now, and who could see
-- it when this entry was pumped and when the one before was.
select s.place, s.report_id, s.position, j.type, j.at,
    s.area_path as then_path, s.assignee_id as then_assignee, s.unit_id as then_unit,
    b.area_path as before_path, b.assignee_id as before_assignee, b.unit_id as before_unit,
    case when j.type = 'hand_over_ended' then convert_from(j.body, 'utf8')::json -> 'facts' end as ended,
    r.district_id, r.sender, r.area_path, r.assignee_id, r.unit_id, r.status, r.due_at, k.code as kind, k.urgent,
    p.number as assignee, u.code as unit,
    (
        select json_agg(json_build_array(h.to_path, h.to_person_id, h.to_unit_id))
        from hand_overs h where h.report_id = r.id and h.ended_at is null
    ) as handed_over,
    (
        select array_agg(a.code order by a.depth)
        from areas a where a.id = any (string_to_array(rtrim(r.area_path, '.'), '.')::bigint[])
    ) as areas
from journal_stream s
join journal_entries j on j.report_id = s.report_id and j.position = s.position
join reports r on r.id = s.report_id
join kinds k on k.id = r.kind_id
left join journal_stream b on b.report_id = s.report_id and b.position = s.position - 1
left join person_labels p on p.id = r.assignee_id
left join units u on u.id = r.unit_id
where s.place > %(after)s
order by s.place
limit %(limit)s
