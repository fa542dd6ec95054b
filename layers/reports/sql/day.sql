-- How some reports stood on a day: a row for every moment of it at which anything that a map shows of a report changed,
-- the first one for how the day began. Worked out from the journals, as layers/reports/folding.py has it, for all at
-- once: each fact of an entry is what it newly says, or null where it leaves things as they were, and holds until the
-- next one that says something. Entries are in order of their positions; where the clocks of machines differ, an entry
-- counts from the latest moment so far. Reading a body costs the most: once each, and only of those that say more than
-- their type does.
with effects as (
    select * from jsonb_to_recordset(cast(:effects as jsonb))
        as e (type text, becomes text, starts boolean, ends boolean, releases boolean, gives boolean, says boolean)
),
entries as (
    select report_id, position, type, body,
        max(at) over upto as at,
        max(position) filter (where type = 'moved') over (partition by report_id) as last_move
    from journal_entries
    where report_id = any (cast(:ids as bigint[]))
    window upto as (partition by report_id order by position)
),
stated as materialized (
    select report_id, position, type, last_move, becomes, starts, ends, releases, gives,
        case when says then convert_from(body, 'utf8')::jsonb -> 'facts' end as facts,
        greatest(0, ceil(extract(epoch from at - cast(:begin as timestamptz)) * 1000))::bigint as from_ms
    from entries join effects using (type)
    where at < cast(:end as timestamptz)
),
-- A move to another area starts a clock and takes it out of everyone's hands; one within the area does neither.
moves as (
    select *, type = 'moved' and facts -> 'clock' <> 'null' as moves_on from stated
),
said as (
    select report_id, position, from_ms, last_move, chr(position) as nth,
        case
            when type = 'filed' then coalesce(facts ->> 'status', 'filed')
            when moves_on then 'filed'
            else becomes
        end as status,
        case
            when gives and facts ->> 'assignee' is not null then 'person'
            when gives and facts ->> 'unit' is not null then 'unit'
            when gives or releases or moves_on then 'none'
        end as hands,
        case when type = 'overdue' then 't' when starts or ends or moves_on or type = 'kind_corrected' then 'f' end
            as overdue,
        case
            when starts or moves_on or type in ('kind_corrected', 'resumed', 'deadline_set')
                or (type = 'extension_approved' and facts -> 'clock' <> 'null')
                then coalesce(facts #>> '{clock,due_at}', '')
            when ends then ''
        end as due,
        case when type in ('filed', 'kind_corrected') then facts ->> 'kind' end as kind,
        case when type in ('filed', 'moved', 'relocated') then left(facts ->> 'located', 1) || coalesce(facts ->> 'area_path', '') end
            as place
    from moves
),
-- The last that was said of each is the largest of the texts that begin with the entry's place, written as one letter.
held as (
    select report_id, position, from_ms, last_move,
        max((nth || status) collate "C") over upto as status,
        max((nth || hands) collate "C") over upto as hands,
        max((nth || overdue) collate "C") over upto as overdue,
        max((nth || due) collate "C") over upto as due,
        max((nth || kind) collate "C") over upto as kind,
        max((nth || place) collate "C") over upto as place,
        lead(from_ms) over upto as next_ms
    from said
    window upto as (partition by report_id order by position)
)
select report_id, from_ms, substr(status, 2) as status, coalesce(substr(hands, 2), 'none') as hands,
    substr(overdue, 2) = 't' as overdue,
    -- A clock that rests runs out at no moment yet.
    case when substr(status, 2) <> 'suspended' and length(due) > 1 then
        floor(extract(epoch from substr(due, 2)::timestamptz - cast(:begin as timestamptz)) * 1000)::bigint
    end as due_ms,
    substr(kind, 2) as kind, nullif(substr(place, 3), '') as path, substr(place, 2, 1) = 't' as located,
    -- Where it lay before it was moved is nobody's business any more (layers/reports/past.py).
    position >= coalesce(last_move, 0) as placed
from held
where next_ms is distinct from from_ms
order by report_id, from_ms
