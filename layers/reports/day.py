"""A day from the record: how every report that was open on it stood at each of its moments.

    reports seen, open that day ──► their journals ──► the states of the day, each with the moment it began
                                     sql/day.sql

What a map of any moment of that day is drawn of, without another question. The same as folding each journal up to that
moment (past.py), for thousands of reports at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.jurisdiction import ids_of
from layers.actors import Scope
from layers.areas.tables import AreaRow, EditionAreaRow, EditionRow
from layers.districts.records import District
from layers.reports.lifecycle import OPEN
from layers.reports.listing import BadPeriod, first_id
from layers.reports.reading import IS_OPEN
from layers.reports.records import report_number
from layers.reports.statements import DAY
from layers.reports.tables import KindRow, ReportRow
from layers.scope import areas_seen, reports_seen

ONE_DAY = timedelta(days=1)
MOMENT = timedelta(milliseconds=1)
#: By how much the clocks of machines may differ: what a row says of its ending is believed no nearer than that.
SKEW = timedelta(minutes=5)
#: Who can have a report.
HANDS = ("none", "person", "unit")


class Effect(NamedTuple):
    """What an entry of a type does to what is drawn; `filed` and `moved` say themselves where they leave a report.

    `starts`, `ends`: a clock. `releases`, `gives`: out of and into hands. `says`: its facts are needed.
    """

    becomes: str | None = None
    starts: bool = False
    ends: bool = False
    releases: bool = False
    gives: bool = False
    says: bool = True


_FREED = {"starts": True, "releases": True}
_ENDED = {"ends": True, "says": False}
EFFECTS = {
    "filed": Effect(starts=True),
    "admitted": Effect("filed", starts=True),
    "assigned": Effect("dispatched", starts=True, gives=True),
    "taken": Effect("accepted", starts=True, gives=True),
    "accepted": Effect("accepted", gives=True),
    "declined": Effect("filed", **_FREED),
    "returned": Effect("returned", **_FREED),
    "refiled": Effect("filed", **_FREED),
    "transferred": Effect("dispatched", starts=True, gives=True),
    "handed_up": Effect("filed", **_FREED),
    "handed_down": Effect("filed", **_FREED),
    "climbed": Effect("filed", **_FREED),
    "suspended": Effect("suspended", says=False),
    "resumed": Effect("accepted"),
    "extension_approved": Effect(),
    "reported_back": Effect("reported", starts=True),
    "rejected": Effect("accepted", starts=True),
    "closed": Effect("closed", **_ENDED),
    "closed_with_lead": Effect("closed", **_ENDED),
    "voided": Effect("void", **_ENDED),
    "reopened": Effect("filed", **_FREED),
    "linked": Effect("linked", releases=True, **_ENDED),
    "unlinked": Effect("filed", starts=True),
    "moved": Effect(),
    "relocated": Effect(),
    "kind_corrected": Effect(),
    "overdue": Effect(says=False),
    "deadline_set": Effect(),
}
_EFFECTS = json.dumps([{"type": type_, **effect._asdict()} for type_, effect in EFFECTS.items()])


class Standing(NamedTuple):
    """How a report stood from a moment of the day (ms since it began) until the next one of it.

    `hands`: person, unit or none. `due_ms` is counted from the beginning of the day too. `placed`: whether its
    position may be shown, which it may not where it was moved later.
    """

    from_ms: int
    status: str
    hands: str
    overdue: bool
    due_ms: int | None
    kind: str
    path: str | None
    located: bool
    placed: bool


class DayReport(NamedTuple):
    """A report that was open on a day; lon and lat in degrees, None without a position; states in order."""

    number: str
    lon: float | None
    lat: float | None
    states: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class DayRecord:
    """A day of a district, up to now where it is not over.

    `editions`: (number, ms since the day began), in order. `codes`: of all areas that paths name, by id. `within`:
    the codes of the territory's areas by depth, under any of the editions; None where it is everything.
    """

    begin: datetime
    end: datetime
    over: bool
    editions: tuple[tuple[int, int], ...]
    codes: Mapping[int, str]
    within: Mapping[int, tuple[str, ...]] | None
    urgent: Mapping[str, bool]
    reports: tuple[DayReport, ...]


async def day_of(
    connection: AsyncConnection, district: District, day: date, *, scope: Scope, now: datetime
) -> DayRecord:
    """The record of a day by the district's calendar, of the reports that the scope sees now.

    Raises:
        BadPeriod: the day has not begun yet.
    """
    begin, end = (datetime.combine(one, time(), district.zone) for one in (day, day + ONE_DAY))
    if begin >= now:
        today = now.astimezone(district.zone).date().isoformat()
        raise BadPeriod(
            "That day has not begun yet.", field="date", value=day.isoformat(), remedy=f"Give {today} or a day before."
        )
    # What happened at this very moment belongs to it.
    until = end if end <= now else now + MOMENT
    seen = await _seen(connection, district, begin, until, scope)
    given = {"ids": list(seen), "begin": begin, "end": until, "effects": _EFFECTS}
    rows = await connection.execute(text(DAY), given)
    reports = tuple(_reports(rows, seen))
    editions = await _editions(connection, district, begin, until)
    paths = {one.path for report in reports for one in report.states if one.path is not None}
    return DayRecord(
        begin=begin,
        end=until,
        over=end <= now,
        editions=tuple((number, _ms(start - begin)) for _, number, start in editions),
        codes=await _codes(connection, {id_ for path in paths for id_ in ids_of(path)}),
        within=await _within(connection, [id_ for id_, _, _ in editions], scope),
        urgent=await _urgent(connection, district),
        reports=reports,
    )


async def _seen(
    connection: AsyncConnection, district: District, begin: datetime, end: datetime, scope: Scope
) -> dict[int, tuple[float | None, float | None]]:
    """The positions of all reports that may have been open between two moments, by id, in order."""
    one = ReportRow
    ended_later = or_(IS_OPEN, one.status == "linked", one.closed_at >= begin - SKEW)
    statement = (
        select(one.id, func.ST_X(one.geom), func.ST_Y(one.geom))
        .where(one.district_id == district.id, reports_seen(one, scope), ended_later)
        .where(one.id < first_id(end + 3 * ONE_DAY))
        .order_by(one.id)
    )
    return {id_: (lon, lat) for id_, lon, lat in await connection.execute(statement)}


def _reports(rows: Iterable[Row[Any]], seen: Mapping[int, tuple[float | None, float | None]]) -> Iterator[DayReport]:
    for id_, told in groupby(rows, key=lambda row: row[0]):
        states = tuple(_changes([Standing._make(row[1:]) for row in told]))
        if any(one.status in OPEN for one in states):
            yield DayReport(report_number(id_), *seen[id_], states)


def _changes(states: Sequence[Standing]) -> Iterator[Standing]:
    """Only the states that differ from the one before: most entries change nothing that is drawn."""
    before: tuple[Any, ...] | None = None
    for one in states:
        if one[1:] != before:
            yield one
        before = one[1:]


async def _editions(
    connection: AsyncConnection, district: District, begin: datetime, end: datetime
) -> list[tuple[int, int, datetime]]:
    """Id, number and beginning of the editions in force between two moments; before the first one, the first.

    Lives are simulated in days before anything was published.
    """
    statement = (
        select(EditionRow.id, EditionRow.number, EditionRow.effective_at)
        .where(EditionRow.district_id == district.id, EditionRow.effective_at.is_not(None))
        .order_by(EditionRow.effective_at)
    )
    every = [(id_, number, start or begin) for id_, number, start in await connection.execute(statement)]
    first = max(sum(start <= begin for _, _, start in every) - 1, 0)
    begun = [(id_, number, begin) for id_, number, _ in every[first : first + 1]]
    return begun + [one for one in every[first + 1 :] if one[2] < end]


async def _codes(connection: AsyncConnection, ids: set[int]) -> dict[int, str]:
    statement = select(AreaRow.id, AreaRow.code).where(AreaRow.id == func.any(sorted(ids)))
    return {row.id: row.code for row in await connection.execute(statement)}


async def _within(connection: AsyncConnection, editions: list[int], scope: Scope) -> dict[int, tuple[str, ...]] | None:
    statement = (
        select(AreaRow.depth, AreaRow.code, areas_seen(EditionAreaRow.path, scope).label("seen"))
        .join(EditionAreaRow, EditionAreaRow.area_id == AreaRow.id)
        .where(EditionAreaRow.edition_id.in_(editions))
        .distinct()
        .order_by(AreaRow.depth, AreaRow.code)
    )
    rows = (await connection.execute(statement)).all()
    if all(row.seen for row in rows):
        return None
    return {
        depth: tuple(row.code for row in told if row.seen) for depth, told in groupby(rows, key=lambda row: row.depth)
    }


async def _urgent(connection: AsyncConnection, district: District) -> dict[str, bool]:
    statement = select(KindRow.code, KindRow.urgent).where(KindRow.district_id == district.id)
    return {row.code: row.urgent for row in await connection.execute(statement)}


def _ms(span: timedelta) -> int:
    return span // MOMENT
