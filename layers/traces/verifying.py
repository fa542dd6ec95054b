"""Checking the chain of traces from its first to its last, one trace in memory at a time.

    given up ‖ trace n+1 ‖ trace n+2 ‖ … ‖ the head

Every digest is taken over the one before and the trace's bytes, so what was altered, removed, inserted or moved does
not fit any more. Whoever owns the database can make a whole new chain that fits itself: against that, a head that was
kept elsewhere is compared (`kept`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.canonical import chained, moment_text
from layers.traces.records import Head

HEAD = "select places, digest, given_up, given_up_digest from trace_head"
TRACES = """
select place, at, district_id as district, actor, event, subject, report_id as report, account_id as account, body,
    digest
from traces order by place
"""
AT_ONCE = 500
_NAMED = ("district", "actor", "event", "subject", "report", "account")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain does not hold, and how."""

    place: int
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How many traces were looked at, where the chain ends, and everything that is wrong with it."""

    traces: int
    head: Head
    faults: tuple[Fault, ...]


class _Chain:
    """Follows the chain; `next` is the place that comes next, `digest` what it has to begin with."""

    def __init__(self, place: int, digest: bytes) -> None:
        self.next = place
        self.digest: bytes | None = digest

    def follow(self, row: Mapping[str, Any]) -> Iterator[Fault]:
        """The faults of one trace, given in the order of places."""
        place, body, digest = row["place"], bytes(row["body"]), bytes(row["digest"])
        if place > self.next:
            yield Fault(self.next, f"{_named(self.next, place - 1)} missing")
            self.digest = None
        if self.digest is not None and chained(self.digest, body) != digest:
            yield Fault(place, f"trace {place} was altered, or does not follow the one before it")
        if not _says_the_same(row, body):
            yield Fault(place, f"the columns of trace {place} say other than its body")
        self.next, self.digest = place + 1, digest


async def verify(
    connection: AsyncConnection[Any],
    *,
    kept: tuple[Head, ...] = (),
    step: Callable[[int], object] = lambda _: None,
) -> Verified:
    """Check every trace, in a transaction of repeatable reads of whoever owns the tables.

    `kept`: heads that were written down elsewhere, which the chain must still pass through. `step` is told of each
    trace that was looked at.
    """
    cursor = connection.cursor(row_factory=dict_row)
    state = await (await cursor.execute(HEAD)).fetchone()
    assert state is not None, "the migration makes it"
    head = Head(state["places"], bytes(state["digest"]))
    given_up = Head(state["given_up"], bytes(state["given_up_digest"]))
    chain = _Chain(given_up.place + 1, given_up.digest)
    wanted = {one.place: one.digest for one in kept}
    faults = list(_against(wanted, given_up.place, given_up.digest))
    looked_at = 0
    async with connection.cursor("traces", row_factory=dict_row) as traces:
        traces.itersize = AT_ONCE
        await traces.execute(TRACES)
        async for row in traces:
            faults += chain.follow(row)
            faults += _against(wanted, row["place"], bytes(row["digest"]))
            looked_at += 1
            step(1)
    faults += _end(chain, head)
    faults += [
        Fault(place, f"the chain does not reach the kept trace {place}") for place in wanted if place > head.place
    ]
    return Verified(looked_at, head, tuple(faults))


async def head_of(connection: AsyncConnection[Any]) -> Head:
    """Where the chain ends now: to be written down elsewhere."""
    cursor = connection.cursor(row_factory=dict_row)
    state = await (await cursor.execute(HEAD)).fetchone()
    assert state is not None, "the migration makes it"
    return Head(state["places"], bytes(state["digest"]))


def _end(chain: _Chain, head: Head) -> Iterator[Fault]:
    last = chain.next - 1
    if last < head.place:
        yield Fault(chain.next, f"at the end, {_named(chain.next, head.place)} missing")
    elif last > head.place:
        yield Fault(head.place + 1, f"the chain ends at {head.place}, but traces up to {last} stand behind it")
    elif chain.digest != head.digest:
        yield Fault(last, f"the chain does not end with the digest of its head, at {last}")


def _named(first: int, last: int) -> str:
    return f"trace {first} is" if first == last else f"traces {first} to {last} are"


def _against(wanted: Mapping[int, bytes], place: int, digest: bytes) -> Iterator[Fault]:
    if place in wanted and wanted[place] != digest:
        yield Fault(place, f"trace {place} is another one than when its digest was written down")


def _says_the_same(row: Mapping[str, Any], body: bytes) -> bool:
    try:
        told = json.loads(body)
    except ValueError:
        return False
    named = {one: row[one] for one in _NAMED} | {"at": moment_text(row["at"])}
    return isinstance(told, dict) and {one: value for one, value in told.items() if one != "facts"} == named
