-- Allowances: how much of what someone may ask in a time they have used up, counted by all processes together.
-- Addresses and logins stand here as keyed digests alone. Unlogged: what a crash forgets is a minute of counting.
create unlogged table allowances (
    key bytea not null,
    spent_until timestamp with time zone not null,
    constraint pk_allowances primary key (key)
) with (fillfactor = 70);

-- Takes up to `wanted` of `most` in `period_s`, spread evenly (GCRA, the generic cell rate algorithm of ATM Forum
-- TM 4.0): each one taken moves the moment until which everything is spent by its share of the period, and that moment
-- never lies further ahead than one period. Where none is left, `free_s` says how long until there is one.
create function take_allowance(
    of_key bytea, wanted integer, most integer, period_s double precision, moment timestamp with time zone,
    out granted integer, out free_s double precision
) language plpgsql as $$
declare
    share_s double precision := period_s / most;
    used_s double precision;
begin
    insert into allowances (key, spent_until) values (of_key, moment) on conflict (key) do nothing;
    select least(greatest(extract(epoch from spent_until - moment), 0), period_s) into used_s
    from allowances where key = of_key for update;
    used_s := coalesce(used_s, 0);
    granted := greatest(0, least(wanted, floor((period_s - used_s) / share_s + 1e-6)::integer));
    free_s := case when granted > 0 then 0 else used_s + share_s - period_s end;
    if granted > 0 then
        update allowances set spent_until = moment + make_interval(secs => used_s + granted * share_s)
        where key = of_key;
    end if;
end $$;

grant select, insert, update, delete on allowances to wangge_service;
