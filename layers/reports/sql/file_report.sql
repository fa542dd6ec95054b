-- Everything a filing writes, in one statement: the report, its personal fields, the run of the assignment rule,
-- the journal's entries, the load of whoever got it. It tells whether that load was taken: where others have meanwhile
-- given them so many that the choice no longer holds, it was not, and all of it must be rolled back.
with filed as (
    insert into reports (
        id, district_id, sender, source, client_key, content_digest, external_ref, kind_id, extra, status, subject,
        occurred_at, filed_at, geom, given_x, given_y, given_datum, accuracy_m, located, located_by, edition_id,
        area_id, area_path, certainty, flags, candidates, place_id, assignee_id, holder_area_id, holder_depth, entries,
        chain_head
    )
    values (
        %(id)s, %(district)s, %(sender)s, %(source)s, %(client_key)s, %(content_digest)s, %(external_ref)s, %(kind)s,
        %(extra)s::jsonb, %(status)s, %(subject)s, %(occurred_at)s, %(filed_at)s,
        st_setsrid(st_makepoint(%(lon)s::float8, %(lat)s::float8), %(srid)s), %(x)s, %(y)s, %(datum)s, %(accuracy_m)s,
        %(located)s, %(located_by)s, %(edition)s, %(area)s, %(area_path)s, %(certainty)s, %(flags)s,
        %(candidates)s::jsonb, %(place)s, %(assignee)s, %(holder_area)s, %(holder_depth)s, %(entries)s, %(chain_head)s
    )
),
private as (
    insert into report_private (report_id, salt, text, address, reporter_name, reporter_phone)
    values (%(id)s, %(salt)s, %(text)s, %(address)s, %(reporter_name)s, %(reporter_phone)s)
),
assignment as (
    insert into assignments (report_id, made_at, made_by, rule, assignee_id, holder_area_id, considered)
    select %(id)s, %(filed_at)s, %(actor)s, %(rule)s, %(assignee)s, %(holder_area)s, %(considered)s::jsonb
    where %(rule)s::text is not null
),
journal as (
    insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
    select %(id)s, position, type, 1, %(filed_at)s, %(actor)s, body, digest
    from unnest(%(positions)s::int[], %(types)s::text[], %(bodies)s::bytea[], %(digests)s::bytea[])
        as entry (position, type, body, digest)
),
load as (
    insert into person_loads as held (person_id, open)
    select %(assignee)s, 1 where %(assignee)s::bigint is not null
    on conflict (person_id) do update set open = held.open + 1
        where held.open <= %(seen)s::int + %(slack)s::int and held.open < coalesce(%(cap)s::int, held.open + 1)
    returning person_id
)
select %(assignee)s::bigint is null or exists (select from load) as taken
