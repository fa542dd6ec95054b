"""Filing a report: located, the edition re-checked, assigned, recorded, in two messages to the database.

    ┌ one look ────────────────────────┐            ┌ one call that writes all of it or nothing ─────┐
    │ a number, the key used before,   │            │ shared lock against publishing, edition again, │
    │ coordinates that come again,     │ ─ assign ─►│ load of whoever got it unless others outran it,│
    │ everyone who answers             │            │ report, personal fields, run, journal; commit  │
    └──────────────────────────────────┘            └────────────────────────────────────────────────┘

Both are functions of the database (revision 0002). The service asks them `Together` with whatever else is filed at the
same moment, and the answer of the second is the commit; `Alone` inside a caller's transaction they are part of it.
`TryAgain` leaves nothing behind: call again.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import orjson

from layers.areas.queries import filing_lock_key
from layers.areas.records import CompiledEdition
from layers.questions import Question, Row, bytes_of
from layers.refusals import Conflict, Refusal
from layers.reports import statements
from layers.reports.answerers import considered, question
from layers.reports.assignment import Step, assign, facts, steps_of
from layers.reports.filed import Draft, content_digest, written
from layers.reports.fresh import stored
from layers.reports.kinds import check_extra, known_kind
from layers.reports.locating import locate, without_asking
from layers.reports.records import AtPosition, Considered, Filed, Filing, Kind, Location
from layers.reports.setting import Setting
from layers.reports.state import Told
from layers.together import Asker

#: How many reports others may have given a person since the choice was made, before it is made again. One is too few
#: where several are chosen for at the same moment and go together: a crowded cell then files a fifth less.
SLACK = 2
#: Clocks of phones run ahead; what lies farther in the future is a mistake.
AHEAD = timedelta(minutes=5)
#: How often a filing that others outran is tried again. After every few of them the slack grows by one, so that of
#: however many who crowd around one person, each comes to its end.
TRIES = 20
TRIES_AT_ONE_SLACK = 4
LOOK = Question(statements.LOOK)
FILE_REPORT = Question(statements.FILE_REPORT)


class TryAgain(Conflict):
    """Something changed while the report was filed, and nothing was written: file it again."""


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

    serial: int
    earlier_id: int | None
    earlier_digest: bytes | None
    earlier_salt: bytes | None
    repeats: int
    answerers: tuple[Considered, ...]


async def file_report(
    desk: Asker,
    filing: Filing,
    *,
    setting: Setting,
    actor: str,
    now: datetime,
    slack: int = SLACK,
) -> Filed:
    """File a report and assign it; the same key with the same content finds the first report again.

    Raises:
        UnknownKind, BadExtra, BadFiling, UnknownArea, UnknownPlace: the report names what does not exist or cannot be.
        KeyReused: the key was used for another report.
        TryAgain: call again, after compiling the edition in force if it is `EditionMoved`.
    """
    compiled = setting.in_force
    kind = known_kind(setting.kinds, filing.kind)
    check_extra(kind, filing.extra)
    _check_time(filing, now)
    location = await _located(desk, filing, compiled=compiled)
    steps = _asked(location.area.path if location.area else None, kind)
    look = await _look(desk, filing, steps, compiled=compiled, now=now)
    if look.earlier_id is not None:
        _check_same(filing, look)
        return Filed(look.earlier_id, None, None, None)
    repeated = look.repeats >= compiled.district.settings.repeat_limit
    draft = Draft(
        filing=filing,
        kind=kind,
        location=location,
        flags=(*location.flags, "repeated_position") if repeated else location.flags,
        outcome=assign(look.answerers, steps, turn=look.serial) if steps else None,
        compiled=compiled,
        calendar=setting.calendar,
        serial=look.serial,
        salt=secrets.token_bytes(16),
        actor=actor,
        now=now,
    )
    await _write(desk, draft, slack)
    entries = tuple(Told(one.position, one.type, one.version, one.at, one.actor, one.facts) for one in draft.entries)
    return Filed(draft.report_id, stored(draft), location, draft.outcome, entries, draft.chain[-1].digest)


async def _located(desk: Asker, filing: Filing, *, compiled: CompiledEdition) -> Location:
    known = without_asking(filing.subject, compiled=compiled)
    if known is not None:
        return known
    async with desk.connection() as connection:
        return await locate(connection, filing.subject, compiled=compiled)


def _asked(path: str | None, kind: Kind) -> tuple[Step, ...]:
    """The areas asked for someone who answers: none before a filing is looked at, and some kinds go straight up."""
    if kind.checked:
        return ()
    steps = steps_of(path)
    return tuple(one for one in steps if one.depth <= kind.level_depth) if kind.straight else steps


def _check_time(filing: Filing, now: datetime) -> None:
    if filing.occurred_at is not None and filing.occurred_at > now + AHEAD:
        raise BadFiling(
            "The report says it happened in the future.",
            field="occurred_at",
            value=filing.occurred_at.isoformat(),
            remedy="Give a time with its offset, such as 2026-11-22T08:30:00+08:00, or leave it out.",
        )


def _check_same(filing: Filing, look: _Look) -> None:
    if not look.earlier_salt:
        raise KeyReused(
            "This client_key was used before, for a report whose personal fields have been erased.",
            field="client_key",
            value=filing.client_key,
            remedy="What was erased is not filed again; use a new key for a new report.",
        )
    if content_digest(filing, look.earlier_salt) != look.earlier_digest:
        raise KeyReused(
            "This client_key was used before, for a report with other content.",
            field="client_key",
            value=filing.client_key,
            remedy="Use a new key for a new report.",
        )


async def _look(
    desk: Asker,
    filing: Filing,
    steps: Sequence[Step],
    *,
    compiled: CompiledEdition,
    now: datetime,
) -> _Look:
    given = filing.subject.given if isinstance(filing.subject, AtPosition) else None
    district, zone = compiled.district, compiled.district.zone
    asked = question(steps, zone=zone, now=now)
    row = await desk.ask(
        LOOK,
        (
            str(district.id),
            filing.sender,
            filing.client_key,
            repr(given.lon) if given else None,
            repr(given.lat) if given else None,
            str(district.settings.repeat_limit),
            asked["areas"],
            now.isoformat(),
            asked["today"].isoformat(),
        ),
    )
    return _seen(row, steps, zone=zone, now=now)


def _seen(row: Row, steps: Sequence[Step], *, zone: ZoneInfo, now: datetime) -> _Look:
    serial, earlier, digest, salt, repeats, answering = row
    return _Look(
        serial=int(serial or 0),
        earlier_id=int(earlier) if earlier else None,
        earlier_digest=bytes_of(digest),
        earlier_salt=bytes_of(salt),
        repeats=int(repeats or 0),
        answerers=considered(orjson.loads(answering or b"[]"), steps, zone=zone, now=now),
    )


async def _write(desk: Asker, draft: Draft, slack: int) -> None:
    taken = draft.outcome.assignee if draft.outcome else None
    first, second = draft.chain[0], draft.chain[1] if len(draft.chain) > 1 else None
    given = (
        str(filing_lock_key(draft.compiled.district.id)),
        written(draft),
        orjson.dumps(facts(draft.outcome)).decode() if draft.outcome else None,
        first.body,
        second.body if second else None,
        str(taken.open) if taken else None,
        str(slack),
        str(taken.cap) if taken and taken.cap is not None else None,
    )
    match await desk.ask(FILE_REPORT, given, holds=taken.person_id if taken else 0):
        case [b"edition_moved"]:
            raise EditionMoved("Another edition of the boundaries came in force.", field="edition")
        case [b"load_moved"]:
            raise LoadMoved("The person chosen was given other work meanwhile.", field="assignee")
        case [b"filed_before"]:
            raise FiledMeanwhile("The same report is being filed at this moment.", field="client_key")


async def file_surely(
    desk: Asker,
    filing: Filing,
    *,
    setting: Setting,
    actor: str,
    now: datetime,
) -> Filed:
    """File a report, again where another filing was faster.

    Raises: what `file_report` raises; of `TryAgain` only `EditionMoved`, or the last one when it never comes to rest.
    """
    for attempt in range(TRIES):
        slack = SLACK + attempt // TRIES_AT_ONE_SLACK
        try:
            return await file_report(desk, filing, setting=setting, actor=actor, now=now, slack=slack)
        except EditionMoved:
            raise
        except TryAgain:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable: the loop returns or raises")
