"""Reports on their way into a file, read piece by piece, without anything they hold of persons."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

import numpy as np
import shapely
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.positions import Geometries
from layers.actors import DESK
from layers.areas.records import Edition
from layers.areas.tables import AreaRow
from layers.districts.records import District
from layers.reports.reading import stored_report, stored_reports
from layers.reports.records import StoredReport
from layers.reports.tables import ReportRow
from layers.write.naming import own_field
from layers.write.streams import PIECE, Drawn, FeatureStream, Field, FieldKind, Rows

Areas = Mapping[int, tuple[str, str]]

FIELDS: tuple[Field, ...] = (
    *(own_field(name) for name in ("number", "kind", "kind_name")),
    own_field("urgent", FieldKind.FLAG),
    *(own_field(name) for name in ("source", "status", "subject")),
    own_field("external_ref", short="ext_ref"),
    own_field("occurred_at", short="occurred"),
    own_field("filed_at"),
    own_field("located", FieldKind.FLAG),
    own_field("located_by"),
    own_field("edition", FieldKind.WHOLE),
    own_field("area"),
    own_field("level"),
    own_field("holder"),
    own_field("certainty", FieldKind.NUMBER),
    own_field("accuracy_m", FieldKind.NUMBER),
    own_field("flags"),
    own_field("assignee"),
    own_field("assignee_role", short="assig_role"),
    own_field("given_x", FieldKind.NUMBER),
    own_field("given_y", FieldKind.NUMBER),
    own_field("given_datum", short="given_dat"),
    own_field("extra"),
)


async def reports_stream(
    connection: AsyncConnection, *, district: District, edition: Edition | None = None
) -> FeatureStream:
    """The district's reports by number, all or those located under one edition; codes stand for areas and people."""
    mine = [ReportRow.district_id == district.id]
    if edition is not None:
        mine.append(ReportRow.edition_id == edition.id)
    count = (await connection.execute(select(func.count()).select_from(ReportRow).where(*mine))).scalar_one()
    areas = await area_codes(connection, district)
    statement = stored_reports(DESK).where(*mine).order_by(ReportRow.id)

    async def pieces() -> AsyncIterator[Rows]:
        async with connection.stream(statement, execution_options={"yield_per": PIECE}) as found:
            async for piece in found.partitions():
                reports = [stored_report(row) for row in piece]
                cells = [report_cells(report, areas, district.zone) for report in reports]
                yield Rows(list(zip(*cells, strict=True)), _points(reports))

    return FeatureStream("reports", FIELDS, Drawn.POINTS, count, pieces())


async def area_codes(connection: AsyncConnection, district: District) -> Areas:
    """The code and the key of the level of every area the district ever had, by id."""
    known = select(AreaRow.id, AreaRow.code, AreaRow.depth).where(AreaRow.district_id == district.id)
    return {row.id: (row.code, district.levels[row.depth].key) for row in await connection.execute(known)}


def report_cells(report: StoredReport, areas: Areas, zone: tzinfo) -> tuple[Any, ...]:
    """One report's values, in the order of `FIELDS`."""
    area, level = areas[report.area_ids[-1]] if report.area_ids else (None, None)
    holder = areas[report.holder_area_id][0] if report.holder_area_id else None
    given = report.given or (None, None)
    return (
        *(report.number, report.kind_code, report.kind_name, report.urgent),
        *(report.source, report.status, report.subject, report.external_ref),
        *(_moment(report.occurred_at, zone), _moment(report.filed_at, zone)),
        *(report.located, report.located_by, report.edition_number, area, level, holder),
        *(report.certainty, report.accuracy_m, ";".join(report.flags) or None),
        *(report.assignee_number, report.assignee_role),
        *(*given, report.given_datum),
        json.dumps(report.extra, ensure_ascii=False, sort_keys=True) if report.extra else None,
    )


def _moment(moment: datetime, zone: tzinfo) -> str:
    """A time as the district's clocks show it, with its offset."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _points(reports: Sequence[StoredReport]) -> Geometries:
    points = [None if report.position is None else shapely.Point(report.position) for report in reports]
    return np.array(points, dtype=object)
