"""Filing a report: located, the edition re-checked, assigned, recorded, in one transaction of three statements.

    ┌ one look ────────────────────────┐            ┌ one write ─────────────────────────────────────┐
    │ shared lock against publishing,  │            │ report, personal fields, run of the rule,      │
    │ then edition, number, key and    │ ─ assign ─►│ journal; the load of whoever got it,           │─► commit
    │ everyone who answers             │            │ refused if others have meanwhile outrun it     │
    └──────────────────────────────────┘            └────────────────────────────────────────────────┘

It runs on a plain psycopg connection in the caller's transaction. `TryAgain` asks the caller to roll back, so that
nothing of it stays, and to call again. No pipeline: it sends and waits more often than the three statements do.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row

from layers.areas.queries import filing_lock_key
from layers.areas.records import CompiledEdition
from layers.refusals import Conflict, Refusal
from layers.reports.answerers import considered, question
from layers.reports.assignment import Step, assign, steps_of
from layers.reports.filed import Draft, content_digest, stored, values
from layers.reports.kinds import check_extra, known_kind
from layers.reports.locating import locate
from layers.reports.records import AtPosition, Considered, Filed, Filing, Kind
from layers.reports.statements import FILE_REPORT, FILING_STATE

#: How many reports others may have given a person since the choice was made, before it is made again.
SLACK = 1
#: Clocks of phones run ahead; what lies farther in the future is a mistake.
AHEAD = timedelta(minutes=5)
LOCK = "select pg_advisory_xact_lock_shared(%s)"
#: How often a filing that others outran is tried again.
TRIES = 20


class TryAgain(Conflict):
    """Something changed while the report was filed: roll back and file it again."""


class EditionMoved(TryAgain):
    """Another edition came in force: compile it first, then file again."""


class FiledMeanwhile(TryAgain):
    """The same report arrived twice at the same moment; filing again finds the first one."""


class LoadMoved(TryAgain):
    """Others gave the chosen person work meanwhile, so that the choice no longer holds."""


class KeyReused(Conflict):
    """The client key was used before, for another report."""


class BadFiling(Refusal):
    """A report that cannot be filed as it is."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at the database showed."""

    edition_id: int | None
    serial: int
    earlier_id: int | None
    earlier_digest: bytes | None
    earlier_salt: bytes | None
    repeats: int
    answerers: tuple[Considered, ...]


async def file_report(
    connection: AsyncConnection[Any],
    filing: Filing,
    *,
    compiled: CompiledEdition,
    kinds: Mapping[str, Kind],
    actor: str,
    now: datetime,
) -> Filed:
    """File a report and assign it; the same key with the same content finds the first report again.

    Raises:
        UnknownKind, BadExtra, BadFiling, UnknownArea, UnknownPlace: the report names what does not exist or cannot be.
        KeyReused: the key was used for another report.
        TryAgain: roll back and call again, after compiling the edition in force if it is `EditionMoved`.
    """
    kind = known_kind(kinds, filing.kind)
    check_extra(kind, filing.extra)
    _check_time(filing, now)
    location = await locate(connection, filing.subject, compiled=compiled)
    steps = steps_of(location.area.path if location.area else None)
    look = await _look(connection, filing, steps, compiled=compiled, now=now)
    if look.earlier_id is not None:
        _check_same(filing, look)
        return Filed(look.earlier_id, None, None, None)
    if look.edition_id != compiled.edition.id:
        raise EditionMoved("Another edition of the boundaries came in force.", field="edition")
    repeated = look.repeats >= compiled.district.settings.repeat_limit
    draft = Draft(
        filing=filing,
        kind=kind,
        location=location,
        flags=(*location.flags, "repeated_position") if repeated else location.flags,
        outcome=assign(look.answerers, steps, turn=look.serial) if steps else None,
        compiled=compiled,
        serial=look.serial,
        salt=secrets.token_bytes(16),
        actor=actor,
        now=now,
    )
    await _write(connection, draft)
    return Filed(draft.report_id, stored(draft), location, draft.outcome)


def _check_time(filing: Filing, now: datetime) -> None:
    if filing.occurred_at is not None and filing.occurred_at > now + AHEAD:
        raise BadFiling(
            "The report says it happened in the future.",
            field="occurred_at",
            value=filing.occurred_at.isoformat(),
            remedy="Give a time with its offset, such as 2026-11-22T08:30:00+08:00, or leave it out.",
        )


def _check_same(filing: Filing, look: _Look) -> None:
    if look.earlier_salt is None or content_digest(filing, look.earlier_salt) != look.earlier_digest:
        raise KeyReused(
            "This client_key was used before, for a report with other content.",
            field="client_key",
            value=filing.client_key,
            remedy="Use a new key for a new report.",
        )


async def _look(
    connection: AsyncConnection[Any],
    filing: Filing,
    steps: Sequence[Step],
    *,
    compiled: CompiledEdition,
    now: datetime,
) -> _Look:
    given = filing.subject.given if isinstance(filing.subject, AtPosition) else None
    zone = compiled.district.zone
    # A statement of its own: the next one must see what was published before the lock was had.
    await connection.execute(LOCK, (filing_lock_key(compiled.district.id),))
    state = connection.cursor(row_factory=dict_row)
    await state.execute(
        FILING_STATE,
        {
            "district": compiled.district.id,
            "x": given.lon if given else None,
            "y": given.lat if given else None,
            "repeat_limit": compiled.district.settings.repeat_limit,
            "sender": filing.sender,
            "client_key": filing.client_key,
            **question(steps, zone=zone, now=now),
        },
    )
    row = await state.fetchone()
    assert row is not None
    return _Look(
        edition_id=row["edition"],
        serial=row["serial"],
        earlier_id=row["earlier"],
        earlier_digest=row["earlier_digest"],
        earlier_salt=row["earlier_salt"],
        repeats=row["repeats"],
        answerers=considered(row["answerers"], steps, zone=zone, now=now),
    )


async def _write(connection: AsyncConnection[Any], draft: Draft) -> None:
    taken = draft.outcome.assignee if draft.outcome else None
    load = {"seen": taken.open if taken else None, "cap": taken.cap if taken else None, "slack": SLACK}
    try:
        cursor = await connection.execute(FILE_REPORT, values(draft) | load)
    except UniqueViolation as error:
        raise FiledMeanwhile("The same report is being filed at this moment.", field="client_key") from error
    if await cursor.fetchone() != (True,):
        raise LoadMoved("The person chosen was given other work meanwhile.", field="assignee")


async def file_surely(
    connection: AsyncConnection[Any],
    filing: Filing,
    *,
    compiled: CompiledEdition,
    kinds: Mapping[str, Kind],
    actor: str,
    now: datetime,
) -> Filed:
    """File a report in a transaction (or savepoint) of its own, again where another filing was faster.

    Raises: what `file_report` raises; of `TryAgain` only `EditionMoved`, or the last one when it never comes to rest.
    """
    for attempt in range(TRIES):
        try:
            async with connection.transaction():
                return await file_report(connection, filing, compiled=compiled, kinds=kinds, actor=actor, now=now)
        except EditionMoved:
            raise
        except TryAgain:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable: the loop returns or raises")
