-- What one filing writes and nothing else: the bound that the service is measured against (pgbench, prepared).
-- Given: run, areas, people, edition, district, kind, text, considered, candidates, body, digest, salt.
\set n :n + 1
\set id (20000101 + :run) * 10000000 + :client_id * 500000 + :n
\set person random(1, :people)
\set area random(:first_area, :last_area)
\set lon 121.6 + random(0, 5000000) / 10000000.0
\set lat 39.0 + random(0, 3000000) / 10000000.0
begin;
insert into reports (
    id, district_id, sender, source, client_key, content_digest, external_ref, kind_id, extra, status, subject,
    occurred_at, filed_at, geom, given_x, given_y, given_datum, accuracy_m, located, located_by, edition_id,
    area_id, area_path, certainty, flags, candidates, place_id, assignee_id, holder_area_id, holder_depth, entries,
    chain_head, clock, due_at, dispatched_at, dispatches
)
values (
    :id, :district, 'source-bound', 'bound', (:id)::bigint::text, :digest::bytea, null, :kind, '{}', 'dispatched', 'position',
    now(), now(), st_setsrid(st_makepoint(:lon, :lat), :srid), :lon, :lat, 'wgs84', 10, true, 'position', :edition,
    :area, '1.20.300.' || (:area)::bigint || '.', 1, '{}', :candidates::jsonb, null, :person, :area, 3, 2, :digest::bytea,
    'handle', now() + interval '3 days', now(), 1
);
insert into report_private (report_id, salt, text, address, reporter_name, reporter_phone)
values (:id, :salt::bytea, :text, null, null, null);
insert into assignments (report_id, made_at, made_by, rule, assignee_id, holder_area_id, considered)
values (:id, now(), 'source-bound', 'first-assignment/1', :person, :area, :considered::jsonb);
insert into journal_entries (report_id, position, type, version, at, actor, body, digest)
values
    (:id, 1, 'filed', 1, now(), 'source-bound', :filed::bytea, :digest::bytea),
    (:id, 2, 'assigned', 1, now(), 'source-bound', :assigned::bytea, :digest::bytea);
insert into person_loads as held (person_id, open) values (:person, 1)
on conflict (person_id) do update set open = held.open + 1;
commit;
