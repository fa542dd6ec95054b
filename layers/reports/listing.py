"""Lists of reports: narrowed by what is asked, in pages that stay where they are while new reports come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import STORAGE_SRID
from geo.jurisdiction import below_bounds
from geo.positions import Bounds, LonLat
from layers.actors import Scope
from layers.refusals import Refusal
from layers.reports.filed import SERIALS_PER_DAY
from layers.reports.kinds import require_kind
from layers.reports.reading import IS_OPEN, stored_report, stored_reports
from layers.reports.records import StoredReport
from layers.reports.tables import KindRow, ReportRow
from layers.roster.tables import person_labels
from layers.scope import reports_seen

#: The widest box a list may be asked for, in degrees: a district, not a country.
WIDEST_BOX_DEG = 3.0
MOST_REPEATED = 200


class BadBox(Refusal):
    """A box that is none, or is too wide."""


class BadPeriod(Refusal):
    """A period that ends before it starts."""


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a list is narrowed to; None narrows nothing. `path` takes an area with everything below it."""

    status: str | None = None
    is_open: bool | None = None
    path: str | None = None
    kind: str | None = None
    located: bool | None = None
    assigned: bool | None = None
    assignee: str | None = None
    filed_from: datetime | None = None
    filed_to: datetime | None = None
    closed_from: datetime | None = None
    closed_to: datetime | None = None
    box: Bounds | None = None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Some reports, and the id to go on after, None when there are no more."""

    reports: tuple[StoredReport, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a district has in hand: counts of open reports, and of those filed since a moment."""

    open: int
    unassigned: int
    unlocated: int
    filed_since: int


@dataclass(frozen=True, slots=True)
class RepeatedPosition:
    """Coordinates that came again and again, as a geocoder's default point does."""

    given: LonLat
    position: LonLat
    reports: int
    first_filed_at: datetime
    last_filed_at: datetime


async def reports(
    connection: AsyncConnection,
    district_id: int,
    narrowed: ReportFilter,
    *,
    scope: Scope,
    after: int | None = None,
    limit: int = 50,
    newest_first: bool = True,
) -> ReportPage:
    """One page of a district's reports, by number; `after` is the `next_after` of the page before.

    Raises:
        BadBox, BadPeriod: the filter cannot be meant.
        UnknownKind: it names a kind that the district never had.
    """
    statement = _narrowed(stored_reports(scope).where(ReportRow.district_id == district_id), narrowed)
    if after is not None:
        statement = statement.where(ReportRow.id < after if newest_first else ReportRow.id > after)
    ordered = statement.order_by(ReportRow.id.desc() if newest_first else ReportRow.id).limit(limit + 1)
    rows = (await connection.execute(ordered)).all()
    if not rows and narrowed.kind is not None:
        await require_kind(connection, district_id, narrowed.kind)
    found = tuple(stored_report(row) for row in rows[:limit])
    return ReportPage(found, found[-1].id if len(rows) > limit else None)


async def waiting(connection: AsyncConnection, district_id: int, *, scope: Scope, since: datetime) -> Waiting:
    """Counts of what is open, and of what was filed since a moment, of what the scope may see."""
    seen = and_(ReportRow.district_id == district_id, reports_seen(ReportRow, scope))
    is_open = select(func.count()).select_from(ReportRow).where(seen, IS_OPEN)
    filed = select(func.count()).select_from(ReportRow).where(seen)
    statement = select(
        is_open.scalar_subquery(),
        is_open.where(ReportRow.located, ReportRow.assignee_id.is_(None)).scalar_subquery(),
        is_open.where(~ReportRow.located).scalar_subquery(),
        filed.where(ReportRow.filed_at >= since, ReportRow.id >= first_id(since)).scalar_subquery(),
    )
    return Waiting(*(await connection.execute(statement)).one())


async def repeated_positions(
    connection: AsyncConnection, district_id: int, *, scope: Scope, at_least: int, limit: int = MOST_REPEATED
) -> list[RepeatedPosition]:
    """The given coordinates that at least `at_least` reports share, the most frequent first."""
    count = func.count().label("reports")
    statement = (
        select(
            ReportRow.given_x,
            ReportRow.given_y,
            func.ST_X(func.min(ReportRow.geom)).label("lon"),
            func.ST_Y(func.min(ReportRow.geom)).label("lat"),
            count,
            func.min(ReportRow.filed_at).label("first"),
            func.max(ReportRow.filed_at).label("last"),
        )
        .where(ReportRow.district_id == district_id, ReportRow.given_x.is_not(None), reports_seen(ReportRow, scope))
        .group_by(ReportRow.given_x, ReportRow.given_y)
        .having(func.count() >= max(at_least, 2))
        .order_by(count.desc(), ReportRow.given_x, ReportRow.given_y)
        .limit(limit)
    )
    return [
        RepeatedPosition(LonLat(row.given_x, row.given_y), LonLat(row.lon, row.lat), row.reports, row.first, row.last)
        for row in await connection.execute(statement)
    ]


def check_box(box: Bounds) -> Bounds:
    """The box, if it is one and not too wide.

    Raises:
        BadBox: west is not below east, south not below north, or a side is longer than `WIDEST_BOX_DEG`.
    """
    wide, high = box.east - box.west, box.north - box.south
    if not (0 < wide <= WIDEST_BOX_DEG and 0 < high <= WIDEST_BOX_DEG):
        raise BadBox(
            "The box is empty, turned round or too wide.",
            field="bbox",
            remedy=f"Give west,south,east,north in degrees, no side longer than {WIDEST_BOX_DEG:g}.",
        )
    return box


def _narrowed(statement: Select[tuple[object, ...]], narrowed: ReportFilter) -> Select[tuple[object, ...]]:
    if narrowed.status is not None:
        statement = statement.where(ReportRow.status == narrowed.status)
    if narrowed.is_open is not None:
        statement = statement.where(IS_OPEN if narrowed.is_open else ~IS_OPEN)
    if narrowed.kind is not None:
        statement = statement.where(KindRow.code == narrowed.kind)
    if narrowed.located is not None:
        statement = statement.where(ReportRow.located if narrowed.located else ~ReportRow.located)
    if narrowed.assigned is not None:
        has_one = ReportRow.assignee_id.is_not(None)
        statement = statement.where(has_one if narrowed.assigned else ~has_one)
    if narrowed.assignee is not None:
        statement = statement.where(person_labels.c.number == narrowed.assignee)
    return _placed(_closed_between(_filed_between(statement, narrowed), narrowed), narrowed)


def _placed(statement: Select[tuple[object, ...]], narrowed: ReportFilter) -> Select[tuple[object, ...]]:
    if narrowed.path is not None:
        low, high = below_bounds(narrowed.path)
        statement = statement.where(ReportRow.area_path >= low, ReportRow.area_path < high)
    if narrowed.box is not None:
        box = func.ST_MakeEnvelope(*check_box(narrowed.box), STORAGE_SRID)
        statement = statement.where(ReportRow.geom.op("&&")(box))
    return statement


def _filed_between(statement: Select[tuple[object, ...]], narrowed: ReportFilter) -> Select[tuple[object, ...]]:
    start, end = narrowed.filed_from, narrowed.filed_to
    _check_period("filed", start, end)
    if start is not None:
        statement = statement.where(ReportRow.filed_at >= start, ReportRow.id >= first_id(start))
    if end is not None:
        statement = statement.where(ReportRow.filed_at < end, ReportRow.id < first_id(end + timedelta(days=3)))
    return statement


def _closed_between(statement: Select[tuple[object, ...]], narrowed: ReportFilter) -> Select[tuple[object, ...]]:
    start, end = narrowed.closed_from, narrowed.closed_to
    _check_period("closed", start, end)
    if start is not None:
        statement = statement.where(ReportRow.closed_at >= start)
    return statement if end is None else statement.where(ReportRow.closed_at < end)


def _check_period(what: str, start: datetime | None, end: datetime | None) -> None:
    if start and end and end <= start:
        field, remedy = f"{what}_to", f"Give a {what}_to after {what}_from."
        raise BadPeriod("The period ends before it starts.", field=field, remedy=remedy)


def first_id(moment: datetime) -> int:
    """No report filed at or after `moment` has a smaller id, in whatever time zone its number was dated.

    Numbers begin with the date, so the primary key narrows a period without an index on the time.
    """
    day = moment - timedelta(days=1)
    return (day.year * 10_000 + day.month * 100 + day.day) * SERIALS_PER_DAY
