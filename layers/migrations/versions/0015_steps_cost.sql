-- A step in two messages: one look, and one call that writes what every step writes. What were seven and five
-- statements are two functions: what a statement costs the asking process is more than it costs the database.

-- What came of the same step before, or the report, locked as the one who acts sees it (`scope`: settings of the second
-- wall), and its journal after the position `known`, if the entry there has the digest `known_digest`, else all of it.
-- The key is looked up twice: before the report is sought, because whoever sent it may see the report no longer, and
-- under the lock, because the same step may have been on its way. It runs as whoever asks, behind the second wall, and
-- ends in the service's own scope (`desk`).
create function look_at_step(
    of_report bigint, key_owner text, under_key text, scope json, desk json, known integer, known_digest bytea,
    out earlier json, out head json, out known_now integer, out told json
)
language plpgsql set search_path = public, pg_temp as $$
begin
    perform set_config('wangge.' || key, value, true) from json_each_text(desk);
    earlier := step_before(key_owner, under_key);
    if earlier is not null then
        return;
    end if;
    perform set_config('wangge.' || key, value, true) from json_each_text(scope);
    select json_build_object(
        'id', r.id, 'district_id', r.district_id, 'sender', r.sender, 'chain_head', encode(r.chain_head, 'hex')
    ) into head from reports r where r.id = of_report for update;
    perform set_config('wangge.' || key, value, true) from json_each_text(desk);
    earlier := step_before(key_owner, under_key);
    if earlier is not null or head is null then
        return;
    end if;
    known_now := coalesce((
        select j.position from journal_entries j
        where j.report_id = of_report and j.position = known and j.digest = known_digest
    ), 0);
    -- `json`, not `jsonb`: the facts come back as they were written.
    told := (
        select json_agg(
            json_build_array(
                j.position, j.type, j.version, j.at, j.actor, convert_from(j.body, 'UTF8')::json -> 'facts'
            ) order by j.position
        )
        from journal_entries j where j.report_id = of_report and j.position > known_now
    );
end $$;

-- What came of a step that was sent under this key before; null where there is none.
create function step_before(key_owner text, under_key text) returns json
language sql stable set search_path = public, pg_temp as $$
    select json_build_object(
        'report_id', k.report_id, 'digest', encode(k.digest, 'hex'), 'position', k.position, 'status', r.status,
        'clock', r.clock, 'due_at', r.due_at
    )
    from step_keys k join reports r on r.id = k.report_id where k.actor = key_owner and k.client_key = under_key
$$;

-- What every step writes: its entries in order, the report's row, which repeats what its journal comes to
-- (layers/reports/folding.py), the loads of whoever lost or gained it, runs of the assignment rule, and under what key
-- it came; null where there is nothing of the kind. It runs as its owner, as filing does: the report was locked as the
-- one who acts sees it.
create function write_step(
    of_report bigint, at_moment timestamp with time zone, entries json, state json, loads json, runs json, kept json
) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    load record;
begin
    insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
    select of_report, e.position, e.type, e.version, at_moment, e.actor, convert_to(e.body, 'UTF8'),
        decode(e.digest, 'hex')
    from json_to_recordset(entries) as e (
        position integer, type text, version smallint, actor text, body text, digest text
    )
    order by e.position;
    update reports set
        status = f.status, kind_id = f.kind, edition_id = f.edition, area_id = f.area, area_path = f.area_path,
        located = f.located, certainty = f.certainty, flags = f.flags, assignee_id = f.assignee, unit_id = f.unit,
        holder_area_id = f.holder_area, holder_depth = f.holder_depth, clock = f.clock, due_at = f.due_at,
        overdue_marked = f.overdue_marked, resume_at = f.resume_at, dispatched_at = f.dispatched_at,
        accepted_at = f.accepted_at, reported_at = f.reported_at, closed_at = f.closed_at,
        evaluated_at = f.evaluated_at, settled_depth = f.settled_depth, lead_id = f.lead, dispatches = f.dispatches,
        returns = f.returns, reworks = f.reworks, reopenings = f.reopenings, overdue = f.overdue, excused = f.excused,
        responded = f.responded, solved = f.solved, satisfied = f.satisfied, entries = f.entries,
        chain_head = decode(f.chain_head, 'hex'), row_version = row_version + 1
    from json_to_record(state) as f (
        status text, kind bigint, edition bigint, area bigint, area_path text, located boolean,
        certainty double precision, flags text[], assignee bigint, unit bigint, holder_area bigint,
        holder_depth smallint, clock text, due_at timestamp with time zone, overdue_marked boolean,
        resume_at timestamp with time zone, dispatched_at timestamp with time zone,
        accepted_at timestamp with time zone, reported_at timestamp with time zone,
        closed_at timestamp with time zone, evaluated_at timestamp with time zone, settled_depth smallint,
        lead bigint, dispatches integer, returns integer, reworks integer, reopenings integer, overdue integer,
        excused integer, responded boolean, solved boolean, satisfied text, entries integer, chain_head text
    )
    where id = of_report;
    -- In one order, so that two steps never wait for each other.
    for load in
        select l.person, l.gains from json_to_recordset(loads) as l (person bigint, gains boolean) order by l.person
    loop
        if load.gains then
            insert into person_loads as held (person_id, open) values (load.person, 1)
            on conflict (person_id) do update set open = held.open + 1;
        else
            update person_loads set open = greatest(open - 1, 0) where person_id = load.person;
        end if;
    end loop;
    if runs is not null then
        insert into assignments (report_id, made_at, made_by, rule, assignee_id, holder_area_id, considered)
        select of_report, at_moment, r.made_by, r.rule, r.assignee, r.holder_area, r.considered
        from json_to_recordset(runs) as r (
            made_by text, rule text, assignee bigint, holder_area bigint, considered jsonb
        );
    end if;
    if kept is not null then
        insert into step_keys (actor, client_key, report_id, digest, position, at)
        select k.actor, k.client_key, of_report, decode(k.digest, 'hex'), k.position, at_moment
        from json_to_record(kept) as k (actor text, client_key text, digest text, position integer);
    end if;
end $$;

revoke execute on function write_step(bigint, timestamp with time zone, json, json, json, json, json) from public;
grant execute on function write_step(bigint, timestamp with time zone, json, json, json, json, json) to wangge_service;
