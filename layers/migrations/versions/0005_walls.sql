-- The second wall: the service works as a role that owns nothing, and each row is judged by the scope of its
-- transaction (layers/scope.py). Who owns the tables keeps them: importing, publishing and the commands of the operator.

do $$
begin
    -- Whoever may not create roles is refused before it is looked whether there is one.
    if not exists (select from pg_roles where rolname = 'wangge_service') then
        create role wangge_service nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;
    when insufficient_privilege then
        raise exception 'the role wangge_service is missing and % may not create it', current_user
            using hint = 'As a superuser: create role wangge_service nologin; grant wangge_service to the owner.';
end $$;
do $$
begin
    if not pg_has_role(current_user, 'wangge_service', 'member') then
        execute format('grant wangge_service to %I', current_user);
    end if;
end $$;

-- Row-level security lets only leakproof functions into an index condition that a question brings along. These look
-- at boxes alone and say nothing of what they compare. Without a superuser the maps are slower, not less safe.
do $$
begin
    if (select rolsuper from pg_roles where rolname = current_user) then
        alter function geometry_overlaps(geometry, geometry) leakproof;
    else
        raise warning 'geometry_overlaps is not leakproof: boxes of the map cannot use their index';
    end if;
end $$;

-- Reports given to an area or a person who would not see them by where they lie.
create table hand_overs (
    id bigint generated always as identity,
    report_id bigint not null,
    to_path text collate "C",
    to_person_id bigint,
    reason text not null,
    made_by text not null,
    made_at timestamp with time zone not null,
    ended_at timestamp with time zone,
    constraint pk_hand_overs primary key (id),
    constraint ck_hand_overs_one check (num_nonnulls(to_path, to_person_id) = 1),
    constraint fk_hand_overs_report_id foreign key (report_id) references reports (id),
    constraint fk_hand_overs_to_person_id foreign key (to_person_id) references people (id)
);
create index ix_hand_overs_report_id on hand_overs (report_id);
create index ix_hand_overs_to_path on hand_overs (to_path);
create index ix_hand_overs_to_person_id on hand_overs (to_person_id);

-- Where a duty lies in the edition in force, so that its row can be judged by itself.
alter table duties add column area_path text collate "C";
create index ix_duties_area_path on duties (area_path);
create function place_duty() returns trigger language plpgsql as $$
begin
    select ea.path into new.area_path
    from edition_areas ea join editions e on e.id = ea.edition_id
    where ea.area_id = new.area_id and e.status = 'in_force';
    return new;
end $$;
create trigger place before insert or update of area_id on duties for each row execute function place_duty();
create function place_duties() returns trigger language plpgsql as $$
begin
    update duties d set area_path = ea.path from edition_areas ea
    where ea.edition_id = new.id and ea.area_id = d.area_id and d.area_path is distinct from ea.path;
    return null;
end $$;
create trigger place_duties after insert or update of status on editions
    for each row when (new.status = 'in_force') execute function place_duties();
update duties d set area_path = ea.path
from edition_areas ea join editions e on e.id = ea.edition_id and e.status = 'in_force' where ea.area_id = d.area_id;

-- What a transaction may see, as layers/scope.py set it. Nothing set: nothing seen.
create function wangge_paths() returns text[] language sql stable parallel safe as
    $$ select array_remove(nullif(current_setting('wangge.paths', true), '')::text[], '') $$;
create function wangge_districts() returns bigint[] language sql stable parallel safe as
    $$ select nullif(current_setting('wangge.districts', true), '')::bigint[] $$;
create function wangge_opened() returns bigint[] language sql stable parallel safe as
    $$ select nullif(current_setting('wangge.opened', true), '')::bigint[] $$;
create function wangge_person() returns bigint language sql stable parallel safe as
    $$ select nullif(current_setting('wangge.person', true), '')::bigint $$;
create function wangge_sender() returns text language sql stable parallel safe as
    $$ select nullif(current_setting('wangge.sender', true), '') $$;
create function wangge_account() returns bigint language sql stable parallel safe as
    $$ select nullif(current_setting('wangge.account', true), '')::bigint $$;
create function wangge_administers() returns bigint language sql stable parallel safe as
    $$ select nullif(current_setting('wangge.administers', true), '')::bigint $$;
create function wangge_audits() returns bigint language sql stable parallel safe as
    $$ select nullif(current_setting('wangge.audits', true), '')::bigint $$;
create function wangge_desk() returns boolean language sql stable parallel safe as
    $$ select coalesce(current_setting('wangge.desk', true), '') = 'on' $$;
-- As the owner, who stands outside the wall: the wall of hand_overs asks the one of reports, which asks this.
create function wangge_handed_over() returns bigint[] language sql stable parallel safe security definer
    set search_path = public, pg_temp as $$
    select coalesce(array_agg(report_id), '{}') from hand_overs
    where ended_at is null
        and (to_path ^@ any (wangge_paths()) or to_person_id = wangge_person())
$$;

-- What anyone in the district may know of a person: the number and the role. For names of holders in lists of reports.
create view person_labels as select id, number, role from people;

-- (table, whose rows) → a policy for the service, one for the owner, and both of them forced.
create function pg_temp.wall(of_table text, seen text, written text default null) returns void language plpgsql as $$
begin
    execute format('alter table %I enable row level security', of_table);
    execute format('alter table %I force row level security', of_table);
    execute format('create policy upkeep on %I to %I using (true) with check (true)', of_table, current_user);
    execute format(
        'create policy scope on %I to wangge_service using ((select wangge_desk()) or %s) with check ((select wangge_desk()) or %s)',
        of_table, seen, coalesce(written, seen));
end $$;

select pg_temp.wall('reports', $$
    area_path ^@ any ((select wangge_paths())::text[])
    or (area_path is null and district_id = any ((select wangge_districts())::bigint[]))
    or assignee_id = (select wangge_person())
    or sender = (select wangge_sender())
    or id = any ((select wangge_opened())::bigint[])
    or id = any ((select wangge_handed_over())::bigint[])
$$);
select pg_temp.wall(name, 'exists (select from reports r where r.id = report_id)')
from unnest(array['report_private', 'assignments', 'journal_entries', 'journal_stream', 'hand_overs']) name;
select pg_temp.wall('duties', $$
    area_path ^@ any ((select wangge_paths())::text[]) or person_id = (select wangge_person())
$$);
select pg_temp.wall('people', $$
    district_id = any ((select wangge_districts())::bigint[])
    or id = (select wangge_person())
    or exists (select from duties d where d.person_id = people.id)
$$);
select pg_temp.wall(name, 'exists (select from people p where p.id = person_id)')
from unnest(array['absences', 'person_loads']) name;
select pg_temp.wall('accounts', 'id = (select wangge_account()) or district_id = (select wangge_administers())');
select pg_temp.wall(name, 'exists (select from accounts a where a.id = account_id)')
from unnest(array['territories', 'devices', 'sessions']) name;

-- Least privilege: each right is given by name. Nothing of a record can be deleted by the service.
grant usage on schema public to wangge_service;
grant select on alembic_version, districts, levels, kinds, editions, edition_areas, areas, area_versions,
    area_populations, lineage, cell_groups, cell_group_members, buildings, service_points, spatial_ref_sys,
    reports, report_private, assignments, journal_entries, journal_stream, journal_pump, journal_seals, hand_overs,
    people, duties, absences, person_loads, person_labels, accounts, territories, sessions, devices
    to wangge_service;
grant insert on reports, report_private, assignments, journal_entries, journal_stream, journal_seals, hand_overs,
    person_loads, accounts, territories, sessions, devices to wangge_service;
grant update on reports, report_private, person_loads, journal_pump, hand_overs, accounts, territories, sessions,
    devices to wangge_service;
grant delete on sessions to wangge_service;
grant usage on sequence report_serial to wangge_service;

-- Anyone leaves traces; they are read by the audit administrator, and by those whom they concern.
select pg_temp.wall('traces', $$
    district_id = (select wangge_audits())
    or (district_id is null and (select wangge_audits()) is not null)
    or account_id = (select wangge_account())
    or (report_id is not null and exists (
        select from reports r
        where r.id = report_id and (r.sender = (select wangge_sender()) or r.id = any ((select wangge_opened())::bigint[]))
    ))
$$, 'true');
select pg_temp.wall('trace_head', 'false');
select pg_temp.wall('positions', $$
    person_id = (select wangge_person()) or area_path ^@ any ((select wangge_paths())::text[])
$$);
grant select, insert on traces to wangge_service;
grant select on trace_head to wangge_service;
grant select, insert, update, delete on positions to wangge_service;

-- What runs as the owner is the service's to call, and nobody else's.
do $$
declare
    one regprocedure;
begin
    for one in
        select oid::regprocedure from pg_proc
        where prosecdef and pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype
            and pg_get_userbyid(proowner) = current_user and probin is null
    loop
        execute format('revoke execute on function %s from public', one);
        execute format('grant execute on function %s to wangge_service', one);
    end loop;
end $$;
