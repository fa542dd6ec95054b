-- Take what is due, of each lane at most so much as may be under way at once; of one that failed last time one alone, of
-- one that is left alone nothing. What another worker takes at this moment is passed over.
with lanes as (
    select unnest(%(channels)s::text[]) as lane union all
    select 'webhook:' || id from webhooks where ended_at is null
),
due as (
    select d.id
    from lanes
    left join delivery_lanes l on l.lane = lanes.lane
    cross join lateral (
        select w.id from deliveries w
        where w.lane = lanes.lane and w.state = 'waiting' and w.due_at <= %(now)s
            and (w.leased_until is null or w.leased_until <= %(now)s)
        order by w.due_at, w.id
        limit greatest(0, case when coalesce(l.failures, 0) > 0 then 1 else %(most)s end - (
            select count(*) from deliveries u
            where u.lane = lanes.lane and u.state = 'waiting' and u.leased_until > %(now)s
        ))
        for update of w skip locked
    ) d
    where l.paused_until is null or l.paused_until <= %(now)s
)
update deliveries d set leased_until = %(until)s, attempts = d.attempts + 1
from due
where d.id = due.id
returning d.id, d.lane, d.type, d.body, d.attempts, d.webhook_id, d.subscription_id, d.place,
    (select w.url from webhooks w where w.id = d.webhook_id) as url,
    (select w.secret from webhooks w where w.id = d.webhook_id) as secret,
    (select s.address from subscriptions s where s.id = d.subscription_id) as address,
    (select s.account_id from subscriptions s where s.id = d.subscription_id) as account_id
