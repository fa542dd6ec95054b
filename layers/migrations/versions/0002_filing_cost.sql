-- Filing in two messages: one look, and one call that writes everything and commits. What would be six statements are
-- two functions, whose plans each connection makes once. They run as their owner: whoever files, the service looks at
-- loads and earlier reports that the sender may not see, and each row judged by a scope that allows all costs as much
-- again as the rest.

-- Everyone who answers for one of the areas on this day, with what the assignment rule asks about them.
create function answerers(areas bigint[], at_moment timestamp with time zone, on_day date)
returns table (
    id bigint, number text, role text, area_id bigint, rank text, shifts text, cap integer, open integer, absent boolean
)
language sql stable as $$
    select
        p.id, p.number, p.role, d.area_id, d.rank, p.shifts, p.cap, coalesce(l.open, 0),
        exists (
            select 1 from absences a where a.person_id = p.id and a.starts_at <= at_moment and a.ends_at > at_moment
        )
    from duties d
    join people p on p.id = d.person_id and p.active
    left join person_loads l on l.person_id = p.id
    where d.area_id = any(areas) and d.valid_from <= on_day and (d.valid_to is null or d.valid_to >= on_day)
    order by p.number, d.rank
$$;

-- What filing must know: a number, an earlier report under the same key, how often these coordinates came before
-- (counted no further than the limit), and everyone who answers.
create function look_before_filing(
    of_district bigint, sent_by text, under_key text, x double precision, y double precision,
    repeat_limit integer, areas bigint[], at_moment timestamp with time zone, on_day date,
    out serial bigint, out earlier bigint, out earlier_digest bytea, out earlier_salt bytea, out repeats integer,
    out answering text
)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    select r.id, r.content_digest, p.salt into earlier, earlier_digest, earlier_salt
    from reports r left join report_private p on p.report_id = r.id
    where r.district_id = of_district and r.sender = sent_by and r.client_key = under_key;
    if found then
        return;
    end if;
    serial := nextval('report_serial');
    repeats := 0;
    if x is not null then
        repeats := (
            select count(*) from (
                select 1 from reports r
                where r.district_id = of_district and r.given_x = x and r.given_y = y limit repeat_limit
            ) same
        );
    end if;
    answering := (select coalesce(json_agg(one), '[]') from answerers(areas, at_moment, on_day) one);
end $$;

-- Everything a filing writes, or nothing: the report, its personal fields, the run of the assignment rule, the
-- journal's entries, the load of whoever got it. Tells what came of it:
--   filed
--   edition_moved  another edition is in force than the one it was located under; publishing is waited for
--   load_moved     others have meanwhile given the chosen person so many that the choice no longer holds
--   filed_before   the same report arrived at the same moment and was faster
create function file_report(
    publishing bigint, given json, considered jsonb, first_body bytea, second_body bytea, seen integer, slack integer,
    cap integer
)
returns text language plpgsql security definer set search_path = public, pg_temp as $$
declare
    f record;
begin
    perform pg_advisory_xact_lock_shared(publishing);
    select * into f from json_to_record(given) as filed (
        id bigint, district_id bigint, sender text, source text, client_key text, content_digest bytea,
        external_ref text, kind_id bigint, extra jsonb, status text, subject text,
        occurred_at timestamp with time zone, filed_at timestamp with time zone, srid integer, lon double precision,
        lat double precision, given_x double precision, given_y double precision, given_datum text,
        accuracy_m double precision, located boolean, located_by text, edition_id bigint, area_id bigint,
        area_path text, certainty double precision, flags text[], candidates jsonb, place_id bigint,
        assignee_id bigint, holder_area_id bigint, holder_depth smallint, entries integer, chain_head bytea,
        salt bytea, text text, address text, reporter_name text, reporter_phone text, actor text, rule text,
        first_digest bytea, second_type text, second_digest bytea
    );
    -- A statement of its own after the lock, so that it sees what was published while the lock was waited for.
    if not exists (select from editions e where e.id = f.edition_id and e.status = 'in_force') then
        return 'edition_moved';
    end if;
    if f.assignee_id is not null then
        insert into person_loads as held (person_id, open) values (f.assignee_id, 1)
        on conflict (person_id) do update set open = held.open + 1
            where held.open <= seen + slack and held.open < coalesce(cap, held.open + 1);
        if not found then
            return 'load_moved';
        end if;
    end if;
    insert into reports (
        id, district_id, sender, source, client_key, content_digest, external_ref, kind_id, extra, status, subject,
        occurred_at, filed_at, geom, given_x, given_y, given_datum, accuracy_m, located, located_by, edition_id,
        area_id, area_path, certainty, flags, candidates, place_id, assignee_id, holder_area_id, holder_depth, entries,
        chain_head
    )
    values (
        f.id, f.district_id, f.sender, f.source, f.client_key, f.content_digest, f.external_ref, f.kind_id, f.extra,
        f.status, f.subject, f.occurred_at, f.filed_at, st_setsrid(st_makepoint(f.lon, f.lat), f.srid), f.given_x,
        f.given_y, f.given_datum, f.accuracy_m, f.located, f.located_by, f.edition_id, f.area_id, f.area_path,
        f.certainty, f.flags, f.candidates, f.place_id, f.assignee_id, f.holder_area_id, f.holder_depth, f.entries,
        f.chain_head
    )
    on conflict (district_id, sender, client_key) do nothing;
    if not found then
        update person_loads set open = open - 1 where person_id = f.assignee_id;
        return 'filed_before';
    end if;
    insert into report_private (report_id, salt, text, address, reporter_name, reporter_phone)
    values (f.id, f.salt, f.text, f.address, f.reporter_name, f.reporter_phone);
    if f.rule is not null then
        insert into assignments (report_id, made_at, made_by, rule, assignee_id, holder_area_id, considered)
        values (f.id, f.filed_at, f.actor, f.rule, f.assignee_id, f.holder_area_id, file_report.considered);
    end if;
    insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
    values (f.id, 1, 'filed', 2, f.filed_at, f.actor, first_body, f.first_digest);
    if second_body is not null then
        insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
        values (f.id, 2, f.second_type, 1, f.filed_at, f.actor, second_body, f.second_digest);
    end if;
    return 'filed';
end $$;
