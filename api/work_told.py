"""What the pages of daily work are filled with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import COOKIE
from api.database import database
from api.locators import Locators, Ready
from api.routes.common import clock
from api.schemas.reports import ReportTold
from api.telling import told_reports
from api.work_forms import Around, step_forms
from api.work_words import Names, record_line
from layers.access.permissions import Action, may
from layers.access.sessions import csrf_token
from layers.actors import Actor
from layers.calendars.proofs import COUNTED, LUNCH, NIGHT, PAUSED, WEEKEND
from layers.reports.candidates import Candidate
from layers.reports.choosing import candidates_of
from layers.reports.clocks import proof_of
from layers.reports.lifecycle import DESKS
from layers.reports.photos import photos
from layers.reports.purposes import READABLE
from layers.reports.queries import RecordedEntry, district_of, record, report
from layers.reports.queues import Queue, filed_by, queued
from layers.reports.records import Kind
from layers.reports.state import State
from layers.reports.steps.guards import Asked
from layers.reports.steps.possible import asked_now, possible_steps
from layers.reports.tasks import Task, calls_of_unit, tasks_of, tasks_of_unit
from layers.roster.labels import numbers_of
from layers.roster.records import Unit
from layers.roster.units import units
from maps.records import Frame
from maps.strings import Language, phrase
from maps.work import ClockShown, PhotoLine, ProofLine, RecordLine, TaskLine, TaskList, WorkReport

SHOWN = 50
WHY = frozenset({COUNTED, PAUSED, NIGHT, LUNCH, WEEKEND})


@dataclass(frozen=True, slots=True)
class Seen:
    """A report as the page reads it, before it is put into words."""

    told: ReportTold
    entries: Sequence[RecordedEntry]
    photos: tuple[PhotoLine, ...] | None
    people: dict[int, str]
    units: Sequence[Unit]
    asked: Asked
    candidates: tuple[Candidate, ...]


def frame_of(request: Request, ready: Ready, language: Language, path: str) -> Frame:
    """What the page says about itself."""
    district = ready.district
    return Frame(
        language=language,
        path=path,
        district=None,
        district_name=district.name if language == "zh" else district.name_en,
        edition_number=ready.compiled.edition.number,
        now=clock(request)(),
        time_zone=district.time_zone,
    )


async def work_lists(request: Request, ready: Ready, actor: Actor, language: Language) -> tuple[TaskList, ...]:
    """What waits for someone, by their role: their tasks, their unit's, the queues of their territory, their own."""
    now = clock(request)()
    async with database(request).reading(actor.scope) as connection:
        found = []
        if actor.person_id is not None:
            mine = await tasks_of(connection, actor=actor, now=now)
            found.append(await _list(connection, ready, "mine", mine))
        if actor.scope.unit_id is not None:
            theirs = await tasks_of_unit(connection, actor=actor, now=now)
            found += [await _calls(connection, ready, actor), await _list(connection, ready, "unit", theirs)]
        if actor.role in DESKS:
            for key in Queue:
                one = await queued(connection, key, actor=actor, now=now, shown=SHOWN)
                found.append(await _list(connection, ready, key.value, one.tasks, total=one.total))
        if actor.scope.sender is not None:
            own = await filed_by(connection, actor=actor, shown=SHOWN)
            found.append(await _list(connection, ready, "filed", own))
    return tuple(replace(one, tasks=tuple(_worded(line, ready, language) for line in one.tasks)) for one in found)


def _worded(line: TaskLine, ready: Ready, language: Language) -> TaskLine:
    """The kind by its name in the reader's language, where it is still in use."""
    kind = ready.kinds.get(line.kind)
    return line if kind is None else replace(line, kind=kind.name if language == "zh" else kind.name_en)


async def _list(
    connection: AsyncConnection, ready: Ready, key: str, tasks: Sequence[Task], *, total: int | None = None
) -> TaskList:
    told = await told_reports(connection, ready, [one.report for one in tasks])
    lines = (_line(report, one) for one, report in zip(tasks, told, strict=True))
    return TaskList(key, tuple(lines), len(tasks) if total is None else total)


async def _calls(connection: AsyncConnection, ready: Ready, actor: Actor) -> TaskList:
    calls = await calls_of_unit(connection, actor=actor)
    told = await told_reports(connection, ready, [one.report for one in calls])
    lines = tuple(
        _line(report, Task(one.report, None, one.due_at, one.missed), purpose=one.purpose)
        for one, report in zip(calls, told, strict=True)
    )
    return TaskList("calls", lines, len(lines))


def _line(told: ReportTold, task: Task, *, purpose: str | None = None) -> TaskLine:
    return TaskLine(
        number=told.number,
        kind=told.kind,
        where=_where(told),
        status=told.status,
        urgent=told.urgent,
        overdue=task.overdue,
        due_at=task.due_at,
        purpose=purpose,
    )


def _where(told: ReportTold) -> str:
    return " · ".join(one.name for one in told.where.path[1:] or told.where.path)


async def seen_report(request: Request, locators: Locators, wanted: int, actor: Actor) -> tuple[Ready, Seen]:
    """Everything the page shows of a report.

    Raises:
        UnknownReport: there is none that the actor sees.
    """
    now = clock(request)()
    async with database(request).reading(actor.scope) as connection:
        ready = await locators.ready(await district_of(connection, wanted, scope=actor.scope))
        [told] = await told_reports(connection, ready, [await report(connection, wanted, scope=actor.scope)])
        reads = may(actor.role, Action.READ_RECORD)
        entries = (await record(connection, wanted, scope=actor.scope)).entries if reads else ()
        shown = await _photos(connection, wanted, told.number, actor)
        numbers = await numbers_of(connection, _people(entries)) if reads else {}
        known = await units(connection, ready.district)
    async with database(request).filing(actor.scope) as plain:
        asked, _ = await asked_now(plain, wanted, setting=ready.setting, actor=actor, now=now)
    candidates: tuple[Candidate, ...] = ()
    if may(actor.role, Action.READ_PEOPLE):
        async with database(request).filing(actor.scope) as plain:
            candidates = await candidates_of(plain, wanted, setting=ready.setting, actor=actor, now=now)
    return ready, Seen(told, entries, shown, numbers, known, asked, candidates)


def _people(entries: Iterable[RecordedEntry]) -> set[int]:
    return {one.facts["assignee"] for one in entries if isinstance(one.facts.get("assignee"), int)}


async def _photos(connection: AsyncConnection, wanted: int, number: str, actor: Actor) -> tuple[PhotoLine, ...] | None:
    if not may(actor.role, Action.READ_PERSONAL):
        return None
    stored = await photos(connection, wanted, scope=actor.scope)
    address = f"/api/v1/reports/{number}/photos"
    return tuple(PhotoLine(f"{address}/{one.id}", one.taken, one.at) for one in stored if not one.erased)


def work_report(request: Request, ready: Ready, seen: Seen, actor: Actor, language: Language) -> WorkReport:
    """The report in words, with a form for each step."""
    told, state, kind = seen.told, seen.asked.state, seen.asked.kind
    units_by_id = {one.id: one.name if language == "zh" else one.name_en for one in seen.units}
    names = Names(language, ready.district.zone, ready.compiled, seen.people, units_by_id)
    around = Around(
        language, ready.district.zone, state, seen.candidates, seen.units, ready.kinds, actor.scope.sender is not None
    )
    token = request.cookies.get(COOKIE)
    return WorkReport(
        csrf=csrf_token(token) if token else None,
        number=told.number,
        kind=kind.name if language == "zh" else kind.name_en,
        status=told.status,
        urgent=told.urgent,
        source=told.source,
        filed_at=told.filed_at,
        where=_where(told),
        holder=names.area(state.holder_area),
        in_hand=_in_hand(told, state, names) if may(actor.role, Action.READ_PEOPLE) else "",
        standards=_standards(kind),
        clock=_clock(seen.asked, ready, names),
        forms=step_forms(possible_steps(seen.asked), around),
        record=_record(seen.entries, names),
        photos=seen.photos,
        adds_photos=may(actor.role, Action.ADD_PHOTO),
        purposes=tuple(purpose.value for role, purpose in READABLE if role == actor.role),
    )


def _record(entries: Iterable[RecordedEntry], names: Names) -> tuple[RecordLine, ...]:
    return tuple(record_line(one, names) for one in entries)


def _standards(kind: Kind) -> tuple[str, str]:
    return kind.filing_standard, kind.closing_standard


def _in_hand(told: ReportTold, state: State, names: Names) -> str:
    if told.assignee is not None:
        return f"{told.assignee.number} · {names.say(f'role.{told.assignee.role}')}"
    return names.units.get(state.unit or 0, "")


def _clock(asked: Asked, ready: Ready, names: Names) -> ClockShown | None:
    running, state = asked.state.clock, asked.state
    if running is None:
        return None
    proof = proof_of(running, ready.calendar, now=asked.now, suspended_at=state.suspended_at) if running.due_at else []
    lines = tuple(
        ProofLine(one.start, one.end, one.counted, names.say(f"why.{one.why}") if one.why in WHY else one.why)
        for one in proof
    )
    unit = phrase(f"unit.{running.limit.unit.value}", names.language)
    return ClockShown(
        name=running.name,
        limit=f"{running.limit.amount.normalize():f} {unit}",
        started_at=running.started_at,
        due_at=running.due_at,
        overdue=state.overdue_marked,
        proof=lines,
    )
