-- What happened after a place of the stream, with what decides whom it concerns, and with the names of kind and areas.
select s.place, j.type, j.actor, convert_from(j.body, 'utf8')::json -> 'facts' as facts,
    r.assignee_id, b.assignee_id as before_assignee, r.unit_id, r.holder_area_id, r.sender, k.name as kind_name,
    (
        select array_agg(v.name order by a.depth)
        from edition_areas e
        join areas a on a.id = e.area_id
        join area_versions v on v.id = e.version_id
        where e.edition_id = r.edition_id
            and e.area_id = any (string_to_array(rtrim(r.area_path, '.'), '.')::bigint[])
    ) as area_names
from journal_stream s
join journal_entries j on j.report_id = s.report_id and j.position = s.position
join reports r on r.id = s.report_id
join kinds k on k.id = r.kind_id
left join journal_stream b on b.report_id = s.report_id and b.position = s.position - 1
where s.place > %(after)s and s.place <= %(upto)s and j.type = any (%(types)s)
order by s.place
