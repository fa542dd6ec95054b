"""The daily seal: one digest over everything a district's journals gained, chained to the seal before.

    seal of the 21st ──► seal of the 22nd = H(seal of the 21st ‖ head ‖ digest 1 ‖ digest 2 ‖ …)

A seal covers the entries whose transactions began since the one before it and are over now, in the order of their
transactions. It is made when a day is over, so that it may hold what came in the moments after midnight. Whoever keeps
a published seal elsewhere can show that nothing before it was made anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.canonical import canonical
from layers.districts.records import District

FIRST = sha256(b"wangge seals 1").digest()
#: Entries brought into memory at once.
AT_ONCE = 2_000

LAST = """
select day, digest, to_transaction::text as upto from journal_seals where district_id = %s order by day desc limit 1
"""
OVER = "select pg_snapshot_xmin(pg_current_snapshot())::text as over"
COVERED = """
select j.digest
from journal_entries j join reports r on r.id = j.report_id
where j.transaction >= %(since)s::xid8 and j.transaction < %(upto)s::xid8 and r.district_id = %(district)s
order by j.transaction, j.serial
"""
ADD = """
insert into journal_seals (district_id, day, entries, digest, sealed_at, from_transaction, to_transaction)
values (%(district)s, %(day)s, %(entries)s, %(digest)s, %(now)s, %(since)s::xid8, %(upto)s::xid8)
"""
#: One sealer at a time for each district; `wsel` in ASCII keeps the key apart from other locks.
LOCK = "select pg_advisory_xact_lock(%s)"
LOCK_SPACE = 0x7773656C << 31


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as it is stored and published."""

    day: date
    entries: int
    digest: bytes

    @property
    def text(self) -> str:
        """As it is written down elsewhere."""
        return f"{self.day.isoformat()}:{self.digest.hex()}"


def seal_digest(previous: bytes, *, day: date, entries: int, digests: Iterable[bytes]) -> bytes:
    """The digest of a seal: over the one before, its day and count, and the digests of its entries in order."""
    made = sha256(previous + canonical({"day": day.isoformat(), "entries": entries}))
    for digest in digests:
        made.update(digest)
    return made.digest()


async def seal_yesterday(connection: AsyncConnection[Any], district: District, *, now: datetime) -> Seal | None:
    """Seal what a district's journals gained, once the day is over, in a transaction of the service's own scope.

    None where the last day that is over has its seal already. A worker that was away for days makes one seal of all.
    """
    day = now.astimezone(district.zone).date() - timedelta(days=1)
    await connection.execute(LOCK, [LOCK_SPACE | district.id])
    cursor = connection.cursor(row_factory=dict_row)
    last = await (await cursor.execute(LAST, [district.id])).fetchone()
    if last is not None and last["day"] >= day:
        return None
    over = await (await cursor.execute(OVER)).fetchone()
    assert over is not None
    since, previous = (last["upto"], bytes(last["digest"])) if last else ("0", FIRST)
    given = {"district": district.id, "since": since, "upto": over["over"]}
    digests = [row["digest"] for row in await (await cursor.execute(COVERED, given)).fetchall()]
    seal = Seal(day, len(digests), seal_digest(previous, day=day, entries=len(digests), digests=map(bytes, digests)))
    stored = given | {"day": day, "entries": seal.entries, "digest": seal.digest, "now": now}
    await connection.execute(ADD, stored)
    return seal


async def seals_of(connection: AsyncConnection[Any], district_id: int, *, most: int) -> list[Seal]:
    """The newest seals of a district, newest first."""
    cursor = connection.cursor(row_factory=dict_row)
    statement = "select day, entries, digest from journal_seals where district_id = %s order by day desc limit %s"
    rows = await (await cursor.execute(statement, [district_id, most])).fetchall()
    return [Seal(row["day"], row["entries"], bytes(row["digest"])) for row in rows]
