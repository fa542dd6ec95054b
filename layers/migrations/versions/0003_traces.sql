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

-- Nothing is altered, and nothing taken away but what the head says was given up.
create function refuse_trace_change() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' and exists (select from trace_head where given_up >= old.place) then
        return old;
    end if;
    raise exception 'traces is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete on traces for each row execute function refuse_trace_change();
create trigger append_only_whole before truncate on traces execute function refuse_change();

-- Only what is older than half a year can be given up, only from the beginning, and only by the function that notes
-- where the rest begins; `most` bounds one call. Returns how many traces went.
create function give_up_traces(before timestamp with time zone, moment timestamp with time zone, most bigint)
returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    head trace_head;
    upto bigint;
    gone bigint;
begin
    if before > moment - interval '6 months' or moment > clock_timestamp() + interval '5 minutes' then
        raise exception 'traces are kept for six months at least' using errcode = 'insufficient_privilege';
    end if;
    select * into head from trace_head for update;
    select coalesce(min(place), head.places + 1) - 1 into upto
    from (select place, at from traces order by place limit most + 1) first
    where at >= before or place > head.given_up + most;
    if upto <= head.given_up then
        return 0;
    end if;
    update trace_head set given_up = upto, given_up_digest = (select digest from traces where place = upto);
    delete from traces where place <= upto;
    get diagnostics gone = row_count;
    return gone;
end $$;

-- When a report came to its end, from which its time to be anonymised is counted, and when what it held of persons
-- was erased.
alter table reports add column closed_at timestamp with time zone, add column erased_at timestamp with time zone;
create function note_closing() returns trigger language plpgsql as $$
begin
    new.closed_at := case when new.status in ('closed', 'void') then now() end;
    return new;
end $$;
create trigger note_closing before insert or update of status on reports for each row
    when ((new.status in ('closed', 'void')) = (new.closed_at is null)) execute function note_closing();
update reports set closed_at = now() where status in ('closed', 'void');
create index ix_reports_to_anonymise on reports (district_id, closed_at)
    where closed_at is not null and erased_at is null;

-- Where someone on duty was last, if they share it: one position each, overwritten, never a track.
create table positions (
    person_id bigint not null,
    account_id bigint,
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
