"""Checking the record: every journal link by link, the rows that end them, the seals, and what is not erased.

Whatever was altered, removed, inserted or moved is named by report and position. Streamed: one report in memory.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import count
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.canonical import chained, moment_text
from layers.reports.folding import fold
from layers.reports.journal import GENESIS, personal_digest
from layers.reports.records import report_number
from layers.reports.sealing import COVERED, FIRST, seal_digest
from layers.reports.state import Told
from layers.reports.steps.writing import row_of

AT_ONCE = 1_000
ENTRIES = """
select j.report_id, j.position, j.type, j.version, j.at, j.actor, j.body, j.digest from journal_entries j
where %(report)s::bigint is null or j.report_id = %(report)s
order by j.report_id, j.position
"""
ROWS = """
select r.*, st_x(r.geom) as lon, st_y(r.geom) as lat, p.salt, p.text, p.address, p.reporter_name, p.reporter_phone,
    (select json_agg(n order by n.position) from (
        select position, encode(salt, 'hex') as salt, text from report_notes where report_id = r.id
    ) n) as notes,
    (select json_agg(c order by c.position) from (
        select position, encode(salt, 'hex') as salt, name, phone, text from report_callers where report_id = r.id
    ) c) as callers
from reports r left join report_private p on p.report_id = r.id
where %(report)s::bigint is null or r.id = %(report)s
order by r.id
"""
SEALS = """
select district_id as district, day, entries, digest, from_transaction::text as since, to_transaction::text as upto
from journal_seals order by district_id, day
"""
#: Columns of a report's row that are called otherwise than in its state.
COLUMNS = {
    "assignee": "assignee_id", "unit": "unit_id", "area": "area_id", "holder_area": "holder_area_id",
    "edition": "edition_id", "lead": "lead_id",
}  # fmt: skip
PERSONAL = ("text", "address", "reporter_name", "reporter_phone", "sender", "client_key", "external_ref", "extra")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the record does not hold, and how."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was looked at, and everything that is wrong with it."""

    reports: int
    entries: int
    seals: int
    faults: tuple[Fault, ...]


async def verify(
    connection: AsyncConnection[Any],
    *,
    report: int | None = None,
    kept: Mapping[date, bytes] | None = None,
    step: Callable[[int], object] = lambda _: None,
) -> Verified:
    """Check the record, in a transaction of repeatable reads of whoever owns the tables.

    `report`: only this one, and no seal. `kept`: digests of seals that were written down elsewhere, by day.
    """
    faults: list[Fault] = []
    reports = entries = 0
    async for row, journal in _reports(connection, report):
        reports, entries = reports + 1, entries + len(journal)
        faults += _of_report(row, journal)
        step(1)
    seals, broken = (0, []) if report is not None else await _of_seals(connection, kept or {})
    return Verified(reports, entries, seals, (*faults, *broken))


async def _reports(
    connection: AsyncConnection[Any], report: int | None
) -> AsyncIterator[tuple[Mapping[str, Any], list[dict[str, Any]]]]:
    """Every report with its journal."""
    given = {"report": report}
    async with (
        connection.cursor("rows", row_factory=dict_row) as rows,
        connection.cursor("entries", row_factory=dict_row) as told,
    ):
        rows.itersize = told.itersize = AT_ONCE
        await rows.execute(ROWS, given)
        await told.execute(ENTRIES, given)
        entry = await told.fetchone()
        async for row in rows:
            journal: list[dict[str, Any]] = []
            while entry is not None and entry["report_id"] == row["id"]:
                journal.append(entry)
                entry = await told.fetchone()
            yield row, journal


def _of_report(row: Mapping[str, Any], journal: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    number = report_number(row["id"])
    broken = list(_of_chain(number, journal))
    yield from broken
    if broken:
        return
    yield from _of_end(number, row, journal)
    if journal and row["erased_at"] is None:
        yield from _of_personal(number, row, journal)


def _of_chain(number: str, journal: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """The first break of the chain, and each entry whose columns say other than its bytes."""
    previous: bytes | None = GENESIS
    places = count(1)
    for one, expected in zip(journal, places, strict=False):
        where = f"{number}, entry {one['position']}"
        if one["position"] != expected:
            yield Fault(f"{number}, entry {expected}", "is missing, or was moved")
            return
        body, digest = bytes(one["body"]), bytes(one["digest"])
        if previous is not None and chained(previous, body) != digest:
            yield Fault(where, "was altered, inserted or moved: it does not follow the entry before it")
            previous = None
        elif not _says_the_same(one, body):
            yield Fault(where, "its columns say other than its bytes")
        previous = digest if previous is not None else None


def _says_the_same(one: Mapping[str, Any], body: bytes) -> bool:
    told = json.loads(body)
    named = {"report": one["report_id"], "position": one["position"], "type": one["type"], "version": one["version"]}
    named |= {"actor": one["actor"], "at": moment_text(one["at"])}
    return {name: told.get(name) for name in named} == named


def _of_end(number: str, row: Mapping[str, Any], journal: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Whether the journal ends where the row says, and the row is what the journal comes to."""
    if len(journal) != row["entries"] or not journal or bytes(journal[-1]["digest"]) != bytes(row["chain_head"]):
        yield Fault(f"{number}, entry {len(journal) + 1}", f"the report says its journal has {row['entries']} entries")
        return
    state = fold(
        Told(one["position"], one["type"], one["version"], one["at"], one["actor"], json.loads(one["body"])["facts"])
        for one in journal
    )
    for name, value in row_of(state).items():
        if row[COLUMNS.get(name, name)] != value:
            yield Fault(number, f"its row says another {name} than its journal")


def _of_personal(number: str, row: Mapping[str, Any], journal: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Whether what people said is still what they said."""
    facts = {one["position"]: json.loads(one["body"])["facts"] for one in journal}
    types = {one["position"]: one["type"] for one in journal}
    notes = {one["position"]: one for one in row["notes"] or ()}
    for position, note in notes.items():
        stated = facts.get(position, {}).get("note")
        if stated and note["text"] is not None and _noted(note) != stated:
            yield Fault(f"{number}, entry {position}", "its note was altered")
    for one in row["callers"] or ():
        said = {name: one[name] for name in ("name", "phone", "text")}
        stated = facts.get(one["position"], {}).get("personal_digest")
        if any(said.values()) and personal_digest(bytes.fromhex(one["salt"]), said) != stated:
            yield Fault(f"{number}, entry {one['position']}", "its caller was altered")
    if facts[1].get("personal_digest") and row["salt"] and not _filed_as_it_was(row, facts, types, notes):
        yield Fault(f"{number}, entry 1", "what was filed was altered: text, persons, position or sender")


def _noted(note: Mapping[str, Any]) -> str:
    return sha256(bytes.fromhex(note["salt"]) + note["text"].encode()).hexdigest()


def _filed_as_it_was(
    row: Mapping[str, Any],
    facts: Mapping[int, Mapping[str, Any]],
    types: Mapping[int, str],
    notes: Mapping[int, Mapping[str, Any]],
) -> bool:
    here = {
        "position": _pair(row["lon"], row["lat"]),
        "given": _pair(row["given_x"], row["given_y"]),
        "candidates": row["candidates"],
    }
    moves = [position for position in sorted(types) if types[position] == "moved"]
    salt = bytes(row["salt"])
    if moves and personal_digest(salt, here) != facts[moves[-1]]["position_digest"]:
        return False
    # What a move replaced is kept as its note: the first one has what was filed.
    filed = json.loads(notes[moves[0]]["text"]) if moves else here
    said = {name: row[name] for name in PERSONAL}
    return personal_digest(salt, said | filed) == str(facts[1]["personal_digest"])


def _pair(x: float | None, y: float | None) -> list[float] | None:
    return None if x is None or y is None else [x, y]


async def _of_seals(connection: AsyncConnection[Any], kept: Mapping[date, bytes]) -> tuple[int, list[Fault]]:
    cursor = connection.cursor(row_factory=dict_row)
    seals = await (await cursor.execute(SEALS)).fetchall()
    faults: list[Fault] = []
    ends: dict[int, tuple[bytes, str]] = {}
    for seal in seals:
        previous, upto = ends.get(seal["district"], (FIRST, "0"))
        digests = [bytes(one["digest"]) for one in await (await cursor.execute(COVERED, seal)).fetchall()]
        made = seal_digest(previous, day=seal["day"], entries=len(digests), digests=digests)
        where = f"seal of {seal['day'].isoformat()}"
        if seal["since"] != upto:
            faults.append(Fault(where, "does not begin where the seal before it ends"))
        if len(digests) != seal["entries"]:
            faults.append(Fault(where, f"covered {seal['entries']} entries, and {len(digests)} are there"))
        elif made != bytes(seal["digest"]):
            faults.append(Fault(where, "its entries were altered, or it does not follow the seal before it"))
        if kept.get(seal["day"], bytes(seal["digest"])) != bytes(seal["digest"]):
            faults.append(Fault(where, "is another one than was written down elsewhere"))
        ends[seal["district"]] = (bytes(seal["digest"]), seal["upto"])
    days = {seal["day"] for seal in seals}
    faults += [Fault(f"seal of {day.isoformat()}", "is missing") for day in kept if day not in days]
    return len(seals), faults
