"""What everybody may see of a month's reports: counts of areas, and reports on squares, never fewer than five together.

Months are the only periods there are: from periods that one may choose, what lies between two of them could be told.
A report stands on the list only where its area's count is shown, so that the list never completes the counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.jurisdiction import ancestors, ids_of
from geo.positions import LonLat
from geo.public_grid import snapped
from layers.areas.records import CompiledEdition
from layers.refusals import Refusal
from layers.reports.listing import first_id
from layers.reports.suppression import LEAST, suppressed
from layers.reports.tables import KindRow, ReportRow


class BadMonth(Refusal):
    """A text that names no month."""


class Month(NamedTuple):
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Month:
        """The month of '2026-11'.

        Raises:
            BadMonth: it names none.
        """
        try:
            first = datetime.strptime(text, "%Y-%m")  # noqa: DTZ007 - a month of the calendar, in no time zone
        except ValueError as error:
            raise BadMonth("This is no month.", field="month", value=text, remedy="Write 2026-11.") from error
        return cls(first.year, first.month)

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def after(self) -> Month:
        """The next one."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)


@dataclass(frozen=True, order=True, slots=True)
class PublicReport:
    """A report as everybody may see it: nothing that could be followed."""

    day: date
    kind: str
    status: str
    position: LonLat


@dataclass(frozen=True, slots=True)
class PublicMonth:
    """A month: counts of areas above the cells by id, None for those left out; and the reports on their squares."""

    counts: Mapping[int, int | None]
    reports: tuple[PublicReport, ...]


async def public_month(connection: AsyncConnection, compiled: CompiledEdition, month: Month) -> PublicMonth:
    """A month of a district, in a transaction in the scope of the desk.

    Reports count in the area they lie in under the edition in force; those that lie nowhere count nowhere.
    """
    zone = compiled.district.zone
    begin, end = (datetime(*one, 1, tzinfo=zone) for one in (month, month.after))
    statement = (
        select(
            ReportRow.area_path,
            ReportRow.filed_at,
            ReportRow.status,
            KindRow.code.label("kind"),
            func.ST_X(ReportRow.geom).label("lon"),
            func.ST_Y(ReportRow.geom).label("lat"),
        )
        .join(KindRow, KindRow.id == ReportRow.kind_id)
        .where(
            ReportRow.district_id == compiled.district.id,
            ReportRow.area_path.is_not(None),
            ReportRow.filed_at >= begin,
            ReportRow.filed_at < end,
            ReportRow.id >= first_id(begin),
        )
    )
    rows = (await connection.execute(statement)).all()
    return _month(rows, compiled)


def _month(rows: Sequence[Row[Any]], compiled: CompiledEdition) -> PublicMonth:
    above = {area.path: area.id for area in compiled.areas.values() if area.depth < compiled.district.cell_depth}
    homes = [_home(row.area_path, compiled, above) for row in rows]
    counts = dict.fromkeys(above, 0)
    for home, number in Counter(homes).items():
        for path in (*ancestors(home), home):
            counts[path] += number
    left_out = suppressed(counts)
    shown = [row for row, home in zip(rows, homes, strict=True) if home not in left_out and row.lon is not None]
    return PublicMonth(
        counts={above[path]: None if path in left_out else count for path, count in counts.items()},
        reports=tuple(sorted(_on_squares(shown, compiled))),
    )


def _home(path: str, compiled: CompiledEdition, above: Mapping[str, int]) -> str:
    """The lowest area above the cells that a report lies in, as the edition in force has it."""
    known = (compiled.areas[step].path for step in reversed(ids_of(path)) if step in compiled.areas)
    root = compiled.by_code[0, compiled.district.code].path
    return next((one for one in known if one in above), root)


def _on_squares(rows: Sequence[Row[Any]], compiled: CompiledEdition) -> Iterable[PublicReport]:
    if not rows:
        return
    lons, lats = snapped(np.array([row.lon for row in rows]), np.array([row.lat for row in rows]), compiled.plane)
    squares: dict[LonLat, list[Row[Any]]] = defaultdict(list)
    for row, lon, lat in zip(rows, lons, lats, strict=True):
        squares[LonLat(float(lon), float(lat))].append(row)
    for square, together in squares.items():
        if len(together) >= LEAST:
            for row in together:
                day = row.filed_at.astimezone(compiled.district.zone).date()
                yield PublicReport(day, row.kind, row.status, square)
