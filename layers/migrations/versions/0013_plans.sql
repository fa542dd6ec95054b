-- A plan (方案) stands on an edition and holds operations, the first `taken` of which count; the rest can be redone.
create table plans (
    id bigint generated always as identity,
    district_id bigint not null,
    name text not null,
    reason text default '' not null,
    document text default '' not null,
    area_id bigint not null,
    area_path text collate "C" not null,
    base_id bigint not null,
    restores_id bigint,
    state text not null,
    version bigint default 1 not null,
    taken integer default 0 not null,
    made_by text not null,
    made_at timestamp with time zone not null,
    effective_at timestamp with time zone,
    edition_id bigint,
    sheet jsonb,
    constraint pk_plans primary key (id),
    constraint ck_plans_state check (
        state in ('draft', 'checked', 'submitted', 'posted', 'approved', 'in_force', 'withdrawn')
    ),
    constraint fk_plans_district_id foreign key (district_id) references districts (id),
    constraint fk_plans_area_id foreign key (area_id) references areas (id),
    constraint fk_plans_base_id foreign key (base_id) references editions (id),
    constraint fk_plans_restores_id foreign key (restores_id) references editions (id),
    constraint fk_plans_edition_id foreign key (edition_id) references editions (id)
);
create index ix_plans_district_id on plans (district_id);
create index ix_plans_area_path on plans (area_path);
create index ix_plans_effective_at on plans (effective_at) where state = 'approved';

create table plan_operations (
    plan_id bigint not null,
    place integer not null,
    facts jsonb not null,
    made_by text not null,
    made_at timestamp with time zone not null,
    constraint pk_plan_operations primary key (plan_id, place),
    constraint fk_plan_operations_plan_id foreign key (plan_id) references plans (id) on delete cascade
);

-- The cells that an operation met, before and after it. `touched`: it only received a node on its border.
create table plan_cells (
    plan_id bigint not null,
    place integer not null,
    code text not null,
    is_after boolean not null,
    parent text not null,
    geom geometry(MultiPolygon, 4326) not null,
    touched boolean not null,
    constraint pk_plan_cells primary key (plan_id, place, code, is_after),
    constraint fk_plan_cells_plan_id_place foreign key (plan_id, place)
        references plan_operations (plan_id, place) on delete cascade
);

create table plan_steps (
    plan_id bigint not null,
    place integer not null,
    step text not null,
    state text not null,
    note text default '' not null,
    made_by text not null,
    made_at timestamp with time zone not null,
    constraint pk_plan_steps primary key (plan_id, place),
    constraint fk_plan_steps_plan_id foreign key (plan_id) references plans (id) on delete cascade
);

create table plan_comments (
    id bigint generated always as identity,
    plan_id bigint not null,
    text text not null,
    geom geometry(Point, 4326),
    made_by text not null,
    made_at timestamp with time zone not null,
    constraint pk_plan_comments primary key (id),
    constraint fk_plan_comments_plan_id foreign key (plan_id) references plans (id) on delete cascade
);
create index ix_plan_comments_plan_id on plan_comments (plan_id);

-- Cells that stay as they are by order, until the order ends.
create table cell_locks (
    id bigint generated always as identity,
    area_id bigint not null,
    area_path text collate "C" not null,
    reason text not null,
    made_by text not null,
    made_at timestamp with time zone not null,
    ended_by text,
    ended_at timestamp with time zone,
    constraint pk_cell_locks primary key (id),
    constraint fk_cell_locks_area_id foreign key (area_id) references areas (id)
);
create unique index uq_cell_locks_area_id on cell_locks (area_id) where ended_at is null;
create index ix_cell_locks_area_path on cell_locks (area_path);

create function pg_temp.plan_wall(of_table text, seen text) returns void language plpgsql as $$
begin
    execute format('alter table %I enable row level security', of_table);
    execute format('alter table %I force row level security', of_table);
    execute format('create policy upkeep on %I to %I using (true) with check (true)', of_table, current_user);
    execute format(
        'create policy scope on %I to wangge_service using ((select wangge_desk()) or %s) with check ((select wangge_desk()) or %s)',
        of_table, seen, seen);
end $$;
select pg_temp.plan_wall(name, 'area_path ^@ any ((select wangge_paths())::text[])')
from unnest(array['plans', 'cell_locks']) name;
select pg_temp.plan_wall(name, 'exists (select from plans p where p.id = plan_id)')
from unnest(array['plan_operations', 'plan_cells', 'plan_steps', 'plan_comments']) name;

grant select, insert on plans, plan_operations, plan_cells, plan_steps, plan_comments, cell_locks to wangge_service;
grant update (name, reason, document, base_id, state, version, taken, effective_at, edition_id, sheet) on plans
    to wangge_service;
grant delete on plan_operations, plan_cells to wangge_service;
grant update (ended_by, ended_at) on cell_locks to wangge_service;

-- The worker puts approved plans in force: it writes editions, but only at the desk, and deletes nothing of them.
grant insert on editions, areas, area_versions, edition_areas, lineage, area_populations, duties to wangge_service;
grant update (status, note, digest, effective_at, retired_at, published_by, row_version) on editions to wangge_service;
grant update (started_on, ended_on) on areas to wangge_service;
grant update (area_id, row_version) on buildings, service_points to wangge_service;
grant update (area_path) on duties to wangge_service;
create function boundaries_at_the_desk() returns trigger language plpgsql as $$
begin
    if current_user = 'wangge_service' and not wangge_desk() then
        raise exception 'boundaries are written at the desk only' using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
do $$
declare
    one text;
begin
    foreach one in array array['editions', 'areas', 'area_versions', 'edition_areas', 'lineage', 'area_populations',
        'duties', 'buildings', 'service_points']
    loop
        execute format(
            'create trigger at_the_desk before insert or update on %I for each statement
             execute function boundaries_at_the_desk()', one);
    end loop;
end $$;
