"""What is on its way out: taken under a lease, sent outside of any transaction, then marked.

waiting ──claim: leased──► sent by whoever took it ──► sent
   ▲                          │ failed: later again, the lane rests
   └──────────────────────────┤
                              └ refused, or failed too often ──► dead ──retry──► waiting

Whoever is killed in between leaves a lease that runs out: the message goes out again under the same id, so that an
endpoint is told of it at least once, and knows the second one by its id. A lane that fails rests a little longer each
time and then gets one message alone; the others never wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from layers.notices.records import DeadLetter, Delivery
from layers.notices.statements import CLAIM

#: Longer than any sending may take.
LEASE = timedelta(seconds=60)
#: Under way at once in one lane.
MOST_IN_A_LANE = 4
#: From each failed attempt to the next; after the last of them a message is dead. Together a day.
DELAYS = tuple(timedelta(seconds=one) for one in (10, 60, 300, 1_800, 7_200, 21_600, 54_000))
#: A lane rests no longer than this, so that one message that nobody can take holds up the others but a little.
LONGEST_REST = timedelta(minutes=5)
SENT_KEPT = timedelta(days=7)
DEAD_KEPT = timedelta(days=90)
NOTICES_KEPT = timedelta(days=180)
CODES_KEPT = timedelta(days=1)
AT_ONCE = 1_000

SENT = """
update deliveries set state = 'sent', body = '', ended_at = %(now)s, leased_until = null, fault = null
where id = %(id)s and state = 'waiting'
"""
WORKS = "update delivery_lanes set failures = 0, paused_until = null where lane = %s and failures > 0"
LATER = """
update deliveries set due_at = %(due)s, leased_until = null, fault = %(fault)s where id = %(id)s and state = 'waiting'
"""
FAILS = """
insert into delivery_lanes as l (lane, failures, paused_until) values (%(lane)s, 1, %(now)s + %(first)s)
on conflict (lane) do update set
    failures = l.failures + 1, paused_until = %(now)s + least(%(longest)s, %(first)s * power(2, least(l.failures, 20)))
"""
DEAD = """
update deliveries set state = 'dead', ended_at = %(now)s, leased_until = null, fault = %(fault)s
where id = %(id)s and state = 'waiting'
"""
LETTERS = """
select id, lane, type, attempts, made_at, ended_at, coalesce(fault, '') as fault
from deliveries where state = 'dead' order by id desc limit %s
"""
RETRY = """
with again as (
    update deliveries set state = 'waiting', attempts = 0, due_at = %(now)s, ended_at = null, leased_until = null
    where state = 'dead' and (%(ids)s::bigint[] is null or id = any (%(ids)s))
    returning lane
),
awake as (update delivery_lanes set paused_until = null where lane in (select lane from again))
select count(*) from again
"""
OVER = """
delete from deliveries where id in (
    select id from deliveries
    where ended_at < %(sent)s and state = 'sent' or ended_at < %(dead)s and state = 'dead'
    limit %(limit)s for update skip locked
)
"""
READ = "delete from notices where id in (select id from notices where made_at < %s order by made_at limit %s)"
NEVER_PROVEN = "delete from subscriptions where confirmed_at is null and code_until < %s"


async def claim(connection: AsyncConnection[Any], *, lanes: Iterable[str], now: datetime) -> list[Delivery]:
    """Take what is due for endpoints and in those other `lanes`, each under a lease, in a transaction at the desk."""
    cursor = connection.cursor(row_factory=class_row(Delivery))
    await cursor.execute(CLAIM, {"channels": list(lanes), "now": now, "until": now + LEASE, "most": MOST_IN_A_LANE})
    return await cursor.fetchall()


async def mark_sent(connection: AsyncConnection[Any], one: Delivery, *, now: datetime) -> None:
    """It arrived; its lane works."""
    await connection.execute(SENT, {"id": one.id, "now": now})
    await connection.execute(WORKS, [one.lane])


async def mark_failed(connection: AsyncConnection[Any], one: Delivery, fault: str, *, now: datetime) -> bool:
    """It did not arrive and is tried again later, or is dead after the last attempt; whether it is dead."""
    given = {"lane": one.lane, "now": now, "first": DELAYS[0], "longest": LONGEST_REST}
    await connection.execute(FAILS, given)
    if one.attempts > len(DELAYS):
        await mark_dead(connection, one, fault, now=now)
        return True
    await connection.execute(LATER, {"id": one.id, "due": now + DELAYS[one.attempts - 1], "fault": fault})
    return False


async def mark_dead(connection: AsyncConnection[Any], one: Delivery, fault: str, *, now: datetime) -> None:
    """It will never arrive as it is; its lane is not to blame."""
    await connection.execute(DEAD, {"id": one.id, "now": now, "fault": fault})


async def dead_letters(connection: AsyncConnection[Any], *, limit: int) -> list[DeadLetter]:
    """What was given up, newest first."""
    cursor = connection.cursor(row_factory=class_row(DeadLetter))
    await cursor.execute(LETTERS, [limit])
    return await cursor.fetchall()


async def retry(connection: AsyncConnection[Any], ids: list[int] | None, *, now: datetime) -> int:
    """Send what was given up again, from the first attempt on; None is all of it. How many."""
    row = await (await connection.execute(RETRY, {"ids": ids, "now": now})).fetchone()
    return 0 if row is None else int(row[0])


async def tidy(connection: AsyncConnection[Any], *, now: datetime) -> int:
    """Forget what was sent, what is long dead, old notices and addresses never proven; how much."""
    given = {"sent": now - SENT_KEPT, "dead": now - DEAD_KEPT, "limit": AT_ONCE}
    gone = (await connection.execute(OVER, given)).rowcount
    gone += (await connection.execute(READ, [now - NOTICES_KEPT, AT_ONCE])).rowcount
    return gone + (await connection.execute(NEVER_PROVEN, [now - CODES_KEPT])).rowcount
