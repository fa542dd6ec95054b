-- Live events and notices: who could see a report at each place of the stream, and what is told to whom, and how.

-- Where the report lay and who had it in hand when its entry was pumped: whoever saw it then is told that it left.
alter table journal_stream
    add column area_path text collate "C",
    add column assignee_id bigint,
    add column unit_id bigint;

-- Endpoints of other systems that are told what happens. The secret is sealed under the service's key.
create table webhooks (
    id bigint generated always as identity,
    district_id bigint not null,
    name text not null,
    url text not null,
    secret bytea not null,
    types text[] default '{}' not null,
    made_by text not null,
    made_at timestamp with time zone not null,
    ended_at timestamp with time zone,
    constraint pk_webhooks primary key (id),
    constraint fk_webhooks_district_id foreign key (district_id) references districts (id)
);
create index ix_webhooks_district_id on webhooks (district_id) where ended_at is null;

-- Where an account wants its notices besides the service itself. The address is sealed; a code sent there proves it.
create table subscriptions (
    id bigint generated always as identity,
    account_id bigint not null,
    channel text not null,
    address bytea not null,
    code_digest bytea,
    code_until timestamp with time zone,
    confirmed_at timestamp with time zone,
    made_at timestamp with time zone not null,
    constraint pk_subscriptions primary key (id),
    constraint uq_subscriptions_account_id_channel unique (account_id, channel),
    constraint ck_subscriptions_channel check (channel in ('email', 'sms')),
    constraint fk_subscriptions_account_id foreign key (account_id) references accounts (id)
);

-- What an account is told of a report, once for each entry of the journal that concerns it.
create table notices (
    id bigint generated always as identity,
    account_id bigint not null,
    report_id bigint not null,
    place bigint not null,
    type text not null,
    facts jsonb default '{}'::jsonb not null,
    made_at timestamp with time zone not null,
    read_at timestamp with time zone,
    constraint pk_notices primary key (id),
    constraint uq_notices_account_id_place unique (account_id, place),
    constraint fk_notices_account_id foreign key (account_id) references accounts (id),
    constraint fk_notices_report_id foreign key (report_id) references reports (id)
);
create index ix_notices_made_at on notices (made_at);

-- What is on its way out. A lane is an endpoint or a gateway: what is slow or dead holds up its own lane alone.
create table deliveries (
    id bigint generated always as identity,
    lane text not null,
    webhook_id bigint,
    subscription_id bigint,
    place bigint,
    type text not null,
    body text not null,
    state text default 'waiting' not null,
    attempts smallint default 0 not null,
    made_at timestamp with time zone not null,
    due_at timestamp with time zone not null,
    leased_until timestamp with time zone,
    ended_at timestamp with time zone,
    fault text,
    constraint pk_deliveries primary key (id),
    constraint ck_deliveries_state check (state in ('waiting', 'sent', 'dead')),
    constraint ck_deliveries_one check (num_nonnulls(webhook_id, subscription_id) = 1),
    constraint fk_deliveries_webhook_id foreign key (webhook_id) references webhooks (id),
    constraint fk_deliveries_subscription_id foreign key (subscription_id) references subscriptions (id)
        on delete cascade
);
create index ix_deliveries_waiting on deliveries (lane, due_at) where state = 'waiting';
create index ix_deliveries_ended_at on deliveries (ended_at) where ended_at is not null;
create index ix_deliveries_subscription_id on deliveries (subscription_id) where subscription_id is not null;

-- How often in a row a lane failed, and until when it is left alone.
create table delivery_lanes (
    lane text not null,
    failures integer default 0 not null,
    paused_until timestamp with time zone,
    constraint pk_delivery_lanes primary key (lane)
);

-- How far the stream was read for notices. What happened before there were any is told to nobody.
create table notice_position (
    "only" boolean default true not null,
    place bigint default 0 not null,
    constraint pk_notice_position primary key ("only"),
    constraint ck_notice_position_only check ("only")
);
insert into notice_position (place) select coalesce(max(place), 0) from journal_stream;

create function pg_temp.wall_of_notices(of_table text, seen text) returns void language plpgsql as $$
begin
    execute format('alter table %I enable row level security', of_table);
    execute format('alter table %I force row level security', of_table);
    execute format('create policy upkeep on %I to %I using (true) with check (true)', of_table, current_user);
    execute format(
        'create policy scope on %I to wangge_service using ((select wangge_desk()) or %s) with check ((select wangge_desk()) or %s)',
        of_table, seen, seen);
end $$;
select pg_temp.wall_of_notices('webhooks', 'district_id = (select wangge_administers())');
select pg_temp.wall_of_notices(name, 'account_id = (select wangge_account())') from unnest(array['subscriptions', 'notices']) name;
select pg_temp.wall_of_notices(name, 'false') from unnest(array['deliveries', 'delivery_lanes', 'notice_position']) name;

grant select, insert on webhooks, subscriptions, notices, deliveries, delivery_lanes, notice_position to wangge_service;
grant update (ended_at) on webhooks to wangge_service;
grant update (address, code_digest, code_until, confirmed_at, made_at) on subscriptions to wangge_service;
grant update (read_at) on notices to wangge_service;
grant update (body, state, attempts, due_at, leased_until, ended_at, fault) on deliveries to wangge_service;
grant update on delivery_lanes, notice_position to wangge_service;
grant delete on subscriptions, notices, deliveries to wangge_service;
