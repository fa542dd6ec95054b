-- Traces: who read personal data, who signed in, who changed what. Append-only; one chain over all of it.
create table traces (
    place bigint not null,
    at timestamp with time zone not null,
    district_id bigint,
    actor text not null,
    event text not null,
    subject text not null,
    report_id bigint,
    account_id bigint,
    body bytea not null,
    digest bytea not null,
    constraint pk_traces primary key (place),
    constraint fk_traces_district_id foreign key (district_id) references districts (id)
);
create index ix_traces_district_id on traces (district_id, at);
create index ix_traces_report_id on traces (report_id) where report_id is not null;
create index ix_traces_account_id on traces (account_id) where account_id is not null;

-- How long the chain is and how it ends, so that a tail that was cut off is missed; and, once old traces have been
-- given up, how many they were and how they ended, so that the rest still holds.
create table trace_head (
    "only" boolean default true not null,
    places bigint default 0 not null,
    digest bytea not null,
    given_up bigint default 0 not null,
    given_up_digest bytea not null,
    constraint pk_trace_head primary key ("only")
);
insert into trace_head (digest, given_up_digest) values (sha256('wangge traces 1'), sha256('wangge traces 1'));

-- Nobody who writes a trace can forget the chain, or choose their place in it.
create function chain_trace() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    head trace_head;
begin
    select * into head from trace_head for update;
    new.place := head.places + 1;
    new.digest := sha256(head.digest || new.body);
    update trace_head set places = new.place, digest = new.digest;
    return new;
end $$;
create trigger chain before insert on traces for each row execute function chain_trace();

-- Only what is older than half a year can be given up, only from the beginning, and only by the function that notes it.
create function give_up_traces(before timestamp with time zone, moment timestamp with time zone) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    upto bigint;
    gone bigint;
begin
    if before > moment - interval '6 months' or moment > clock_timestamp() + interval '5 minutes' then
        raise exception 'traces are kept for six months at least' using errcode = 'insufficient_privilege';
    end if;
    perform 1 from trace_head for update;
    select coalesce(min(place), (select places + 1 from trace_head)) - 1 into upto from traces where at >= before;
    update trace_head set given_up = upto, given_up_digest = (select digest from traces where place = upto)
    where exists (select from traces where place = upto);
    alter table traces disable trigger append_only;
    delete from traces where place <= upto;
    get diagnostics gone = row_count;
    alter table traces enable trigger append_only;
    return gone;
end $$;
create trigger append_only before update or delete on traces for each row execute function refuse_change();
create trigger append_only_whole before truncate on traces execute function refuse_change();

-- Where someone on duty was last, if they share it: one position each, overwritten, never a track.
create table positions (
    person_id bigint not null,
    geom geometry(point, 4326) not null,
    accuracy_m double precision,
    datum text not null,
    area_path text collate "C",
    purpose text not null,
    at timestamp with time zone not null,
    until timestamp with time zone not null,
    constraint pk_positions primary key (person_id),
    constraint fk_positions_person_id foreign key (person_id) references people (id) on delete cascade
);
create index ix_positions_area_path on positions (area_path);
