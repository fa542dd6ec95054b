-- The spine: districts, areas in editions, places, the roster, reports with their journal.
create extension if not exists postgis;
create extension if not exists pg_trgm;

CREATE SEQUENCE report_serial MINVALUE 1 MAXVALUE 9999999 CYCLE;
CREATE TABLE districts (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT,
    time_zone TEXT NOT NULL,
    plane_srid INTEGER,
    settings JSONB DEFAULT '{}'::jsonb NOT NULL,
    row_version BIGINT DEFAULT 1 NOT NULL,
    CONSTRAINT pk_districts PRIMARY KEY (id),
    CONSTRAINT uq_districts_code UNIQUE (code)
);

CREATE TABLE journal_pump (
    "only" BOOLEAN DEFAULT true NOT NULL,
    upto xid8 DEFAULT '0'::xid8 NOT NULL,
    CONSTRAINT pk_journal_pump PRIMARY KEY ("only")
);

CREATE TABLE cell_groups (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    district_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    row_version BIGINT DEFAULT 1 NOT NULL,
    CONSTRAINT pk_cell_groups PRIMARY KEY (id),
    CONSTRAINT uq_cell_groups_district_id_kind_code UNIQUE (district_id, kind, code),
    CONSTRAINT fk_cell_groups_district_id FOREIGN KEY(district_id) REFERENCES districts (id)
);

CREATE TABLE editions (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    district_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_by TEXT,
    effective_at TIMESTAMP WITH TIME ZONE,
    retired_at TIMESTAMP WITH TIME ZONE,
    digest TEXT,
    row_version BIGINT DEFAULT 1 NOT NULL,
    CONSTRAINT pk_editions PRIMARY KEY (id),
    CONSTRAINT uq_editions_district_id_number UNIQUE (district_id, number),
    CONSTRAINT ck_editions_status CHECK (status in ('draft', 'checked', 'in_force', 'retired')),
    CONSTRAINT fk_editions_district_id FOREIGN KEY(district_id) REFERENCES districts (id)
);
CREATE UNIQUE INDEX uq_editions_in_force ON editions (district_id) WHERE status = 'in_force';

CREATE TABLE journal_seals (
    district_id BIGINT NOT NULL,
    day DATE NOT NULL,
    entries INTEGER NOT NULL,
    digest BYTEA NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_journal_seals PRIMARY KEY (district_id, day),
    CONSTRAINT fk_journal_seals_district_id FOREIGN KEY(district_id) REFERENCES districts (id)
);

CREATE TABLE journal_stream (
    place BIGINT GENERATED ALWAYS AS IDENTITY,
    district_id BIGINT NOT NULL,
    report_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    CONSTRAINT pk_journal_stream PRIMARY KEY (place),
    CONSTRAINT fk_journal_stream_district_id FOREIGN KEY(district_id) REFERENCES districts (id)
);
CREATE UNIQUE INDEX uq_journal_stream_entry ON journal_stream (report_id, position);

CREATE TABLE kinds (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    district_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    parent_code TEXT,
    name TEXT NOT NULL,
    name_en TEXT,
    level_depth SMALLINT NOT NULL,
    urgent BOOLEAN DEFAULT false NOT NULL,
    extra_fields JSONB DEFAULT '{}'::jsonb NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    CONSTRAINT pk_kinds PRIMARY KEY (id),
    CONSTRAINT uq_kinds_district_id_code UNIQUE (district_id, code),
    CONSTRAINT fk_kinds_district_id FOREIGN KEY(district_id) REFERENCES districts (id)
);

CREATE TABLE levels (
    district_id BIGINT NOT NULL,
    depth SMALLINT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT,
    CONSTRAINT pk_levels PRIMARY KEY (district_id, depth),
    CONSTRAINT uq_levels_district_id_key UNIQUE (district_id, key),
    CONSTRAINT fk_levels_district_id FOREIGN KEY(district_id) REFERENCES districts (id)
);

CREATE TABLE people (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    district_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    role TEXT NOT NULL,
    cap INTEGER,
    shifts TEXT DEFAULT '' NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    row_version BIGINT DEFAULT 1 NOT NULL,
    CONSTRAINT pk_people PRIMARY KEY (id),
    CONSTRAINT uq_people_district_id_number UNIQUE (district_id, number),
    CONSTRAINT fk_people_district_id FOREIGN KEY(district_id) REFERENCES districts (id)
);

CREATE TABLE absences (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id BIGINT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_absences PRIMARY KEY (id),
    CONSTRAINT fk_absences_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX ix_absences_person_id ON absences (person_id, ends_at);

CREATE TABLE areas (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    district_id BIGINT NOT NULL,
    depth SMALLINT NOT NULL,
    code TEXT NOT NULL,
    started_on DATE,
    ended_on DATE,
    CONSTRAINT pk_areas PRIMARY KEY (id),
    CONSTRAINT uq_areas_district_id_depth_code UNIQUE (district_id, depth, code),
    CONSTRAINT fk_areas_district_id_depth FOREIGN KEY(district_id, depth) REFERENCES levels (district_id, depth)
);

CREATE TABLE person_loads (
    person_id BIGINT NOT NULL,
    open INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_person_loads PRIMARY KEY (person_id),
    CONSTRAINT ck_person_loads_open CHECK (open >= 0),
    CONSTRAINT fk_person_loads_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE

) WITH (fillfactor = 50);

CREATE TABLE area_populations (
    edition_id BIGINT NOT NULL,
    area_id BIGINT NOT NULL,
    buildings INTEGER NOT NULL,
    households INTEGER NOT NULL,
    residents INTEGER NOT NULL,
    over_60 INTEGER NOT NULL,
    basis TEXT NOT NULL,
    CONSTRAINT pk_area_populations PRIMARY KEY (edition_id, area_id),
    CONSTRAINT fk_area_populations_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE,
    CONSTRAINT fk_area_populations_area_id FOREIGN KEY(area_id) REFERENCES areas (id)
);

CREATE TABLE area_versions (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    area_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    parent_id BIGINT,
    geom geometry(MULTIPOLYGON,4326) NOT NULL,
    label_point geometry(POINT,4326) NOT NULL,
    area_m2 DOUBLE PRECISION NOT NULL,
    attributes JSONB DEFAULT '{}'::jsonb NOT NULL,
    digest TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_area_versions PRIMARY KEY (id),
    CONSTRAINT fk_area_versions_area_id FOREIGN KEY(area_id) REFERENCES areas (id),
    CONSTRAINT fk_area_versions_parent_id FOREIGN KEY(parent_id) REFERENCES areas (id)
);
CREATE INDEX ix_area_versions_area_id ON area_versions (area_id);
CREATE INDEX ix_area_versions_geom ON area_versions USING gist (geom);
CREATE INDEX ix_area_versions_name_trgm ON area_versions USING gin (name gin_trgm_ops);

CREATE TABLE buildings (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    district_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    address TEXT NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    households INTEGER DEFAULT '0' NOT NULL,
    residents INTEGER DEFAULT '0' NOT NULL,
    over_60 INTEGER DEFAULT '0' NOT NULL,
    geom geometry(POINT,4326) NOT NULL,
    area_id BIGINT,
    attributes JSONB DEFAULT '{}'::jsonb NOT NULL,
    row_version BIGINT DEFAULT 1 NOT NULL,
    CONSTRAINT pk_buildings PRIMARY KEY (id),
    CONSTRAINT uq_buildings_district_id_code UNIQUE (district_id, code),
    CONSTRAINT fk_buildings_district_id FOREIGN KEY(district_id) REFERENCES districts (id),
    CONSTRAINT fk_buildings_area_id FOREIGN KEY(area_id) REFERENCES areas (id)
);
CREATE INDEX ix_buildings_address_trgm ON buildings USING gin (address gin_trgm_ops);
CREATE INDEX ix_buildings_area_id ON buildings (area_id);
CREATE INDEX ix_buildings_geom ON buildings USING gist (geom);

CREATE TABLE cell_group_members (
    group_id BIGINT NOT NULL,
    area_id BIGINT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    CONSTRAINT pk_cell_group_members PRIMARY KEY (group_id, area_id, valid_from),
    CONSTRAINT fk_cell_group_members_group_id FOREIGN KEY(group_id) REFERENCES cell_groups (id) ON DELETE CASCADE,
    CONSTRAINT fk_cell_group_members_area_id FOREIGN KEY(area_id) REFERENCES areas (id)
);

CREATE TABLE duties (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id BIGINT NOT NULL,
    area_id BIGINT NOT NULL,
    rank TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    CONSTRAINT pk_duties PRIMARY KEY (id),
    CONSTRAINT ck_duties_rank CHECK (rank in ('A', 'B', 'O', 'D')),
    CONSTRAINT uq_duties_person_id_area_id_rank_valid_from UNIQUE (person_id, area_id, rank, valid_from),
    CONSTRAINT fk_duties_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    CONSTRAINT fk_duties_area_id FOREIGN KEY(area_id) REFERENCES areas (id)
);
CREATE INDEX ix_duties_area_id ON duties (area_id);

CREATE TABLE lineage (
    edition_id BIGINT NOT NULL,
    from_area_id BIGINT NOT NULL,
    to_area_id BIGINT NOT NULL,
    relation TEXT NOT NULL,
    share DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_lineage PRIMARY KEY (edition_id, from_area_id, to_area_id),
    CONSTRAINT fk_lineage_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE,
    CONSTRAINT fk_lineage_from_area_id FOREIGN KEY(from_area_id) REFERENCES areas (id),
    CONSTRAINT fk_lineage_to_area_id FOREIGN KEY(to_area_id) REFERENCES areas (id)
);

CREATE TABLE reports (
    id BIGINT NOT NULL,
    district_id BIGINT NOT NULL,
    sender TEXT NOT NULL,
    source TEXT NOT NULL,
    client_key TEXT NOT NULL,
    content_digest BYTEA NOT NULL,
    external_ref TEXT,
    kind_id BIGINT NOT NULL,
    extra JSONB DEFAULT '{}'::jsonb NOT NULL,
    status TEXT NOT NULL,
    subject TEXT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    geom geometry(POINT,4326),
    given_x DOUBLE PRECISION,
    given_y DOUBLE PRECISION,
    given_datum TEXT,
    accuracy_m DOUBLE PRECISION,
    located BOOLEAN NOT NULL,
    located_by TEXT NOT NULL,
    edition_id BIGINT NOT NULL,
    area_id BIGINT,
    area_path TEXT COLLATE "C",
    certainty DOUBLE PRECISION,
    flags TEXT[] DEFAULT '{}' NOT NULL,
    candidates JSONB DEFAULT '[]'::jsonb NOT NULL,
    place_id BIGINT,
    assignee_id BIGINT,
    holder_area_id BIGINT,
    holder_depth SMALLINT,
    entries INTEGER NOT NULL,
    chain_head BYTEA NOT NULL,
    row_version BIGINT DEFAULT 1 NOT NULL,
    CONSTRAINT pk_reports PRIMARY KEY (id),
    CONSTRAINT uq_reports_district_id_sender_client_key UNIQUE (district_id, sender, client_key),
    CONSTRAINT ck_reports_subject CHECK (subject in ('position', 'address', 'area', 'place', 'none')),
    CONSTRAINT ck_reports_located CHECK (subject = 'none' or located or area_id is null),
    CONSTRAINT fk_reports_district_id FOREIGN KEY(district_id) REFERENCES districts (id),
    CONSTRAINT fk_reports_kind_id FOREIGN KEY(kind_id) REFERENCES kinds (id),
    CONSTRAINT fk_reports_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id),
    CONSTRAINT fk_reports_area_id FOREIGN KEY(area_id) REFERENCES areas (id),
    CONSTRAINT fk_reports_assignee_id FOREIGN KEY(assignee_id) REFERENCES people (id),
    CONSTRAINT fk_reports_holder_area_id FOREIGN KEY(holder_area_id) REFERENCES areas (id)
);
CREATE INDEX ix_reports_assignee ON reports (assignee_id) WHERE status <> 'closed' and status <> 'void';
CREATE INDEX ix_reports_geom ON reports USING gist (geom);
CREATE INDEX ix_reports_given ON reports (district_id, given_x, given_y) WHERE given_x is not null;
CREATE INDEX ix_reports_open ON reports (district_id, area_path) INCLUDE (filed_at, assignee_id) WHERE status <> 'closed' and status <> 'void';
CREATE INDEX ix_reports_path ON reports (district_id, area_path, id);
CREATE INDEX ix_reports_unassigned ON reports (district_id, id) WHERE assignee_id is null and status <> 'closed' and status <> 'void';
CREATE INDEX ix_reports_unlocated ON reports (district_id, id) WHERE not located and status <> 'closed' and status <> 'void';

CREATE TABLE service_points (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    district_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    hours TEXT DEFAULT '' NOT NULL,
    offers TEXT[] DEFAULT '{}' NOT NULL,
    geom geometry(POINT,4326) NOT NULL,
    area_id BIGINT,
    attributes JSONB DEFAULT '{}'::jsonb NOT NULL,
    row_version BIGINT DEFAULT 1 NOT NULL,
    CONSTRAINT pk_service_points PRIMARY KEY (id),
    CONSTRAINT uq_service_points_district_id_code UNIQUE (district_id, code),
    CONSTRAINT fk_service_points_district_id FOREIGN KEY(district_id) REFERENCES districts (id),
    CONSTRAINT fk_service_points_area_id FOREIGN KEY(area_id) REFERENCES areas (id)
);
CREATE INDEX ix_service_points_address_trgm ON service_points USING gin (address gin_trgm_ops);
CREATE INDEX ix_service_points_area_id ON service_points (area_id);
CREATE INDEX ix_service_points_geom ON service_points USING gist (geom);
CREATE INDEX ix_service_points_name_trgm ON service_points USING gin (name gin_trgm_ops);

CREATE TABLE assignments (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    report_id BIGINT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_by TEXT NOT NULL,
    rule TEXT NOT NULL,
    assignee_id BIGINT,
    holder_area_id BIGINT,
    considered JSONB NOT NULL,
    CONSTRAINT pk_assignments PRIMARY KEY (id),
    CONSTRAINT fk_assignments_report_id FOREIGN KEY(report_id) REFERENCES reports (id),
    CONSTRAINT fk_assignments_assignee_id FOREIGN KEY(assignee_id) REFERENCES people (id),
    CONSTRAINT fk_assignments_holder_area_id FOREIGN KEY(holder_area_id) REFERENCES areas (id)
);
CREATE INDEX ix_assignments_report_id ON assignments (report_id);

CREATE TABLE edition_areas (
    edition_id BIGINT NOT NULL,
    area_id BIGINT NOT NULL,
    version_id BIGINT NOT NULL,
    depth SMALLINT NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_edition_areas PRIMARY KEY (edition_id, area_id),
    CONSTRAINT uq_edition_areas_edition_id_path UNIQUE (edition_id, path),
    CONSTRAINT fk_edition_areas_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE,
    CONSTRAINT fk_edition_areas_area_id FOREIGN KEY(area_id) REFERENCES areas (id),
    CONSTRAINT fk_edition_areas_version_id FOREIGN KEY(version_id) REFERENCES area_versions (id)
);
CREATE INDEX ix_edition_areas_depth ON edition_areas (edition_id, depth);
CREATE INDEX ix_edition_areas_version_id ON edition_areas (version_id);

CREATE TABLE journal_entries (
    report_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    serial BIGINT GENERATED ALWAYS AS IDENTITY,
    transaction xid8 DEFAULT pg_current_xact_id() NOT NULL,
    type TEXT NOT NULL,
    version SMALLINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    body BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    CONSTRAINT pk_journal_entries PRIMARY KEY (report_id, position),
    CONSTRAINT fk_journal_entries_report_id FOREIGN KEY(report_id) REFERENCES reports (id),
    CONSTRAINT uq_journal_entries_serial UNIQUE (serial)
);
CREATE INDEX ix_journal_entries_unpumped ON journal_entries (transaction, serial);

CREATE TABLE report_private (
    report_id BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    text TEXT NOT NULL,
    address TEXT,
    reporter_name TEXT,
    reporter_phone TEXT,
    CONSTRAINT pk_report_private PRIMARY KEY (report_id),
    CONSTRAINT fk_report_private_report_id FOREIGN KEY(report_id) REFERENCES reports (id)
);

-- The journal is append-only: what was recorded can be added to, never altered or taken away.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete on journal_entries for each row execute function refuse_change();
create trigger append_only_whole before truncate on journal_entries execute function refuse_change();
create trigger append_only before update or delete on journal_seals for each row execute function refuse_change();
create trigger append_only_whole before truncate on journal_seals execute function refuse_change();

insert into journal_pump default values;
