-- The whole life of a report: what it is carried through, the clocks that run meanwhile, and the units that are called.

-- Working days of a year, as published. A version is never altered: a deadline can be recomputed from the one it used.
create table calendar_years (
    district_id bigint not null,
    year integer not null,
    version integer not null,
    days jsonb default '{}'::jsonb not null,
    digest text not null,
    made_by text not null,
    made_at timestamp with time zone not null,
    constraint pk_calendar_years primary key (district_id, year, version),
    constraint fk_calendar_years_district_id foreign key (district_id) references districts (id)
);
create trigger append_only before update or delete on calendar_years for each row execute function refuse_change();

-- Departments and other bodies that come to a matter without answering for an area.
create table units (
    id bigint generated always as identity,
    district_id bigint not null,
    code text not null,
    name text not null,
    name_en text,
    active boolean default true not null,
    row_version bigint default 1 not null,
    constraint pk_units primary key (id),
    constraint uq_units_district_id_code unique (district_id, code),
    constraint fk_units_district_id foreign key (district_id) references districts (id)
);
alter table people add column unit_id bigint,
    add constraint fk_people_unit_id foreign key (unit_id) references units (id);
create index ix_people_unit_id on people (unit_id) where unit_id is not null;

-- Kinds are a tree: groups hold kinds, reports name kinds alone.
alter table kinds
    add column is_group boolean default false not null,
    add column filing_standard text default '' not null,
    add column closing_standard text default '' not null,
    -- Limits by clock (dispatch, handle, verify), as layers/calendars/limits.py writes them; none: the district's own.
    add column limits jsonb default '{}'::jsonb not null,
    add column unit_id bigint,
    -- Goes to its level at once, without a look by whoever answers for the cell.
    add column straight boolean default false not null,
    -- Is looked at by a dispatcher before it is filed.
    add column checked boolean default false not null,
    -- Is closed only with a photo of the matter settled.
    add column photos boolean default false not null,
    add constraint fk_kinds_unit_id foreign key (unit_id) references units (id);

-- A report as it stands is what its journal comes to (layers/reports/folding.py); these columns repeat it for lists,
-- queues and figures.
alter table reports
    add column unit_id bigint,
    add column lead_id bigint,
    add column clock text,
    add column due_at timestamp with time zone,
    add column overdue_marked boolean default false not null,
    add column resume_at timestamp with time zone,
    add column dispatched_at timestamp with time zone,
    add column accepted_at timestamp with time zone,
    add column reported_at timestamp with time zone,
    add column evaluated_at timestamp with time zone,
    add column settled_depth smallint,
    add column dispatches smallint default 0 not null,
    add column returns smallint default 0 not null,
    add column reworks smallint default 0 not null,
    add column reopenings smallint default 0 not null,
    add column overdue smallint default 0 not null,
    add column excused smallint default 0 not null,
    add column responded boolean,
    add column solved boolean,
    add column satisfied text,
    add constraint fk_reports_unit_id foreign key (unit_id) references units (id),
    add constraint fk_reports_lead_id foreign key (lead_id) references reports (id),
    add constraint ck_reports_satisfied check (satisfied in ('satisfied', 'basically', 'dissatisfied'));

-- A duplicate waits for the report that leads it: it is nobody's work.
drop index ix_reports_assignee, ix_reports_open, ix_reports_unlocated, ix_reports_unassigned;
create index ix_reports_assignee on reports (assignee_id)
    where status <> 'closed' and status <> 'void' and status <> 'linked';
create index ix_reports_open on reports (district_id, area_path) include (filed_at, assignee_id)
    where status <> 'closed' and status <> 'void' and status <> 'linked';
create index ix_reports_unlocated on reports (district_id, id)
    where not located and status <> 'closed' and status <> 'void' and status <> 'linked';
create index ix_reports_unassigned on reports (district_id, id)
    where assignee_id is null and unit_id is null and status <> 'closed' and status <> 'void' and status <> 'linked';
create index ix_reports_due on reports (due_at) where due_at is not null and not overdue_marked;
create index ix_reports_resume on reports (resume_at) where resume_at is not null;
create index ix_reports_unit on reports (unit_id) where unit_id is not null;
create index ix_reports_lead on reports (lead_id) where lead_id is not null;
create index ix_reports_closed on reports (district_id, closed_at) where closed_at is not null;

-- What people add in their own words to a step. The journal holds a salted digest of it.
create table report_notes (
    report_id bigint not null,
    position integer not null,
    salt bytea not null,
    text text,
    constraint pk_report_notes primary key (report_id, position),
    constraint fk_report_notes_report_id foreign key (report_id) references reports (id)
);

-- Whoever called about a report that was there already.
create table report_callers (
    report_id bigint not null,
    position integer not null,
    salt bytea not null,
    name text,
    phone text,
    text text,
    constraint pk_report_callers primary key (report_id, position),
    constraint fk_report_callers_report_id foreign key (report_id) references reports (id)
);

-- Steps by the key of whoever took them: the same one sent again finds what came of it.
create table step_keys (
    actor text not null,
    client_key text not null,
    report_id bigint not null,
    digest bytea not null,
    position integer not null,
    at timestamp with time zone not null,
    constraint pk_step_keys primary key (actor, client_key),
    constraint fk_step_keys_report_id foreign key (report_id) references reports (id)
);

-- Units called to a matter: by a street's whistle, or to handle it jointly under its lead.
create table call_ins (
    report_id bigint not null,
    unit_id bigint not null,
    purpose text not null,
    asked_at timestamp with time zone not null,
    due_at timestamp with time zone,
    answered_at timestamp with time zone,
    done_at timestamp with time zone,
    missed boolean default false not null,
    constraint pk_call_ins primary key (report_id, unit_id, purpose),
    constraint ck_call_ins_purpose check (purpose in ('whistle', 'joint')),
    constraint fk_call_ins_report_id foreign key (report_id) references reports (id),
    constraint fk_call_ins_unit_id foreign key (unit_id) references units (id)
);
create index ix_call_ins_unit_id on call_ins (unit_id);
create index ix_call_ins_due_at on call_ins (due_at) where answered_at is null and not missed;

-- A unit sees what it has in hand and what it is called to.
create function wangge_unit() returns bigint language sql stable parallel safe as
    $$ select nullif(current_setting('wangge.unit', true), '')::bigint $$;
alter table hand_overs drop constraint ck_hand_overs_one;
alter table hand_overs add column to_unit_id bigint,
    add constraint ck_hand_overs_one check (num_nonnulls(to_path, to_person_id, to_unit_id) = 1),
    add constraint fk_hand_overs_to_unit_id foreign key (to_unit_id) references units (id);
create index ix_hand_overs_to_unit_id on hand_overs (to_unit_id);
create or replace function wangge_handed_over() returns bigint[] language sql stable parallel safe security definer
    set search_path = public, pg_temp as $$
    select coalesce(array_agg(report_id), '{}') from hand_overs
    where ended_at is null
        and (to_path ^@ any (wangge_paths()) or to_person_id = wangge_person() or to_unit_id = wangge_unit())
$$;
alter policy scope on reports using (
    (select wangge_desk())
    or area_path ^@ any ((select wangge_paths())::text[])
    or (area_path is null and district_id = any ((select wangge_districts())::bigint[]))
    or assignee_id = (select wangge_person())
    or unit_id = (select wangge_unit())
    or sender = (select wangge_sender())
    or id = any ((select wangge_opened())::bigint[])
    or id = any ((select wangge_handed_over())::bigint[])
) with check (
    (select wangge_desk())
    or area_path ^@ any ((select wangge_paths())::text[])
    or (area_path is null and district_id = any ((select wangge_districts())::bigint[]))
    or assignee_id = (select wangge_person())
    or unit_id = (select wangge_unit())
    or sender = (select wangge_sender())
    or id = any ((select wangge_opened())::bigint[])
    or id = any ((select wangge_handed_over())::bigint[])
);

create function pg_temp.wall_by_report(of_table text, seen text) returns void language plpgsql as $$
begin
    execute format('alter table %I enable row level security', of_table);
    execute format('alter table %I force row level security', of_table);
    execute format('create policy upkeep on %I to %I using (true) with check (true)', of_table, current_user);
    execute format(
        'create policy scope on %I to wangge_service using ((select wangge_desk()) or %s) with check ((select wangge_desk()) or %s)',
        of_table, seen, seen);
end $$;
select pg_temp.wall_by_report(name, 'exists (select from reports r where r.id = report_id)')
from unnest(array['report_notes', 'report_callers', 'call_ins']) name;
-- Only the service itself looks up keys: a key tells what someone did elsewhere.
select pg_temp.wall_by_report('step_keys', 'false');
grant select on calendar_years, units, report_notes, report_callers, step_keys, call_ins to wangge_service;
grant insert on report_notes, report_callers, step_keys, call_ins to wangge_service;
grant update (salt, text) on report_notes to wangge_service;
grant update (salt, name, phone, text) on report_callers to wangge_service;
grant update (answered_at, done_at, missed, due_at, asked_at) on call_ins to wangge_service;

-- Everything a filing writes (see 0002): now with the clock that begins to run.
drop function file_report(bigint, json, jsonb, bytea, bytea, integer, integer, integer);
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
        clock text, due_at timestamp with time zone, dispatched_at timestamp with time zone, dispatches smallint,
        salt bytea, text text, address text, reporter_name text, reporter_phone text, actor text, rule text,
        first_version smallint, first_digest bytea, second_type text, second_version smallint, second_digest bytea
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
        chain_head, clock, due_at, dispatched_at, dispatches
    )
    values (
        f.id, f.district_id, f.sender, f.source, f.client_key, f.content_digest, f.external_ref, f.kind_id, f.extra,
        f.status, f.subject, f.occurred_at, f.filed_at, st_setsrid(st_makepoint(f.lon, f.lat), f.srid), f.given_x,
        f.given_y, f.given_datum, f.accuracy_m, f.located, f.located_by, f.edition_id, f.area_id, f.area_path,
        f.certainty, f.flags, f.candidates, f.place_id, f.assignee_id, f.holder_area_id, f.holder_depth, f.entries,
        f.chain_head, f.clock, f.due_at, f.dispatched_at, f.dispatches
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
    if second_body is null then
        insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
        values (f.id, 1, 'filed', f.first_version, f.filed_at, f.actor, first_body, f.first_digest);
    else
        insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
        values
            (f.id, 1, 'filed', f.first_version, f.filed_at, f.actor, first_body, f.first_digest),
            (f.id, 2, f.second_type, f.second_version, f.filed_at, f.actor, second_body, f.second_digest);
    end if;
    return 'filed';
end $$;
revoke execute on function file_report(bigint, json, jsonb, bytea, bytea, integer, integer, integer) from public;
grant execute on function file_report(bigint, json, jsonb, bytea, bytea, integer, integer, integer) to wangge_service;
