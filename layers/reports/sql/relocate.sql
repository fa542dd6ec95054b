-- Reports move to the areas of a new edition: their rows and an entry in each one's journal. Whoever has one keeps it.
with moved as (
    select * from unnest(
        cast(:ids as bigint[]), cast(:areas as bigint[]), cast(:paths as text[]), cast(:certainties as float8[]),
        cast(:located as boolean[]), cast(:holders as bigint[]), cast(:holder_depths as smallint[]),
        cast(:flags as text[]), cast(:positions as int[]), cast(:bodies as bytea[]), cast(:digests as bytea[])
    ) as m (id, area, path, certainty, located, holder, holder_depth, flags, position, body, digest)
),
changed as (
    update reports r set
        edition_id = :edition, area_id = m.area, area_path = m.path, certainty = m.certainty, located = m.located,
        holder_area_id = m.holder, holder_depth = m.holder_depth, flags = coalesce(string_to_array(nullif(m.flags, ''), ','), '{}'),
        entries = m.position, chain_head = m.digest, row_version = r.row_version + 1
    from moved m where r.id = m.id
)
insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
select id, position, 'relocated', 1, :now, :actor, body, digest from moved
