-- Accounts of people and machines, where they may look, and how they prove who they are.
create table accounts (
    id bigint generated always as identity,
    district_id bigint not null,
    person_id bigint,
    login text not null,
    name text default '' not null,
    role text not null,
    password_hash text,
    password_expires boolean default false not null,
    second_factor bytea,
    second_factor_confirmed_at timestamp with time zone,
    second_factor_step bigint,
    failures integer default 0 not null,
    locked_until timestamp with time zone,
    locked_at timestamp with time zone,
    outside_subject text,
    made_at timestamp with time zone not null,
    row_version bigint default 1 not null,
    constraint pk_accounts primary key (id),
    constraint uq_accounts_login unique (login),
    constraint uq_accounts_person_id unique (person_id),
    constraint uq_accounts_outside_subject unique (outside_subject),
    constraint fk_accounts_district_id foreign key (district_id) references districts (id),
    constraint fk_accounts_person_id foreign key (person_id) references people (id)
);

create table territories (
    id bigint generated always as identity,
    account_id bigint not null,
    area_id bigint,
    group_id bigint,
    valid_from date not null,
    valid_to date,
    granted_by text not null,
    constraint pk_territories primary key (id),
    constraint ck_territories_one check (num_nonnulls(area_id, group_id) = 1),
    constraint fk_territories_account_id foreign key (account_id) references accounts (id) on delete cascade,
    constraint fk_territories_area_id foreign key (area_id) references areas (id),
    constraint fk_territories_group_id foreign key (group_id) references cell_groups (id)
);
create index ix_territories_account_id on territories (account_id);

-- A signed-in browser. `half` has shown its password and still owes the second factor.
create table sessions (
    id bigint generated always as identity,
    account_id bigint not null,
    token_digest bytea not null,
    half boolean default false not null,
    made_at timestamp with time zone not null,
    seen_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    constraint pk_sessions primary key (id),
    constraint uq_sessions_token_digest unique (token_digest),
    constraint fk_sessions_account_id foreign key (account_id) references accounts (id) on delete cascade
);
create index ix_sessions_account_id on sessions (account_id);

-- A phone or a machine: its secret is kept as a digest, its positions are in its datum unless they say another.
create table devices (
    id bigint generated always as identity,
    account_id bigint not null,
    kind text not null,
    name text not null,
    token_digest bytea not null,
    datum text,
    requests_per_minute integer,
    made_at timestamp with time zone not null,
    seen_at timestamp with time zone,
    expires_at timestamp with time zone not null,
    revoked_at timestamp with time zone,
    lost_at timestamp with time zone,
    constraint pk_devices primary key (id),
    constraint ck_devices_kind check (kind in ('phone', 'machine')),
    constraint uq_devices_token_digest unique (token_digest),
    constraint fk_devices_account_id foreign key (account_id) references accounts (id) on delete cascade
);
create index ix_devices_account_id on devices (account_id);

-- Whom a number of the roster means, for administrators: they bind accounts to people, and see no one's duties.
-- It says no more than person_labels does.
create function wangge_person_numbered(of_district bigint, of_number text) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select id from people where district_id = of_district and number = of_number and active
$$;
