-- Photos of reports. A photo is erased by taking its content away; that it was there, and its digest, stay with the record.
create table report_photos (
    id bigint generated always as identity,
    report_id bigint not null,
    taken text not null,
    at timestamp with time zone not null,
    by text not null,
    digest bytea not null,
    media_type text not null,
    width_px integer not null,
    height_px integer not null,
    size_bytes integer not null,
    content bytea,
    constraint pk_report_photos primary key (id),
    constraint uq_report_photos_report_id_digest unique (report_id, digest),
    constraint ck_report_photos_taken check (taken in ('before', 'after', 'other')),
    constraint fk_report_photos_report_id foreign key (report_id) references reports (id)
);
-- A photo is packed already.
alter table report_photos alter column content set storage external;

-- The service adds photos and takes their content away; it changes nothing else of them.
grant select, insert on report_photos to wangge_service;
grant update (content) on report_photos to wangge_service;

-- Seen with its report (see 0005); the service adds photos and erases them, and deletes none.
alter table report_photos enable row level security;
alter table report_photos force row level security;
do $$
begin
    execute format('create policy upkeep on report_photos to %I using (true) with check (true)', current_user);
end $$;
create policy scope on report_photos to wangge_service
    using ((select wangge_desk()) or exists (select from reports r where r.id = report_id))
    with check ((select wangge_desk()) or exists (select from reports r where r.id = report_id));
