"""Stored reports as rows are read: one set of columns, one record, for one report and for lists alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, and_, func, literal_column, select

from geo.jurisdiction import ids_of
from geo.positions import LonLat
from layers.actors import Scope
from layers.areas.tables import EditionRow
from layers.reports.records import StoredReport, report_number
from layers.reports.tables import KindRow, ReportRow
from layers.roster.tables import person_labels
from layers.scope import reports_seen

#: Written out, not bound: the planner takes the indexes over open reports only when it sees these very words.
IS_OPEN = and_(*(ReportRow.status != literal_column(f"'{ended}'") for ended in ("closed", "void", "linked")))

HIDDEN = {"geom", "content_digest", "chain_head"}


def stored_reports(scope: Scope) -> Select[tuple[Any, ...]]:
    """Every report that the scope may see, with what its record shows; the caller narrows and orders."""
    columns = [column for column in ReportRow.__table__.c if column.name not in HIDDEN]
    return (
        select(
            *columns,
            func.ST_X(ReportRow.geom).label("lon"),
            func.ST_Y(ReportRow.geom).label("lat"),
            KindRow.code.label("kind_code"),
            KindRow.name.label("kind_name"),
            KindRow.urgent,
            EditionRow.number.label("edition_number"),
            person_labels.c.number.label("assignee_number"),
            person_labels.c.role.label("assignee_role"),
        )
        .join(KindRow, KindRow.id == ReportRow.kind_id)
        .join(EditionRow, EditionRow.id == ReportRow.edition_id)
        .join(person_labels, person_labels.c.id == ReportRow.assignee_id, isouter=True)
        .where(reports_seen(ReportRow, scope))
    )


def stored_report(row: Row[Any]) -> StoredReport:
    """The record of one row of `stored_reports`."""
    return StoredReport(
        id=row.id,
        number=report_number(row.id),
        kind_code=row.kind_code,
        kind_name=row.kind_name,
        urgent=row.urgent,
        source=row.source,
        external_ref=row.external_ref,
        extra=row.extra,
        status=row.status,
        subject=row.subject,
        occurred_at=row.occurred_at,
        filed_at=row.filed_at,
        position=_position(row.lon, row.lat),
        given=_position(row.given_x, row.given_y),
        given_datum=row.given_datum,
        accuracy_m=row.accuracy_m,
        located=row.located,
        located_by=row.located_by,
        edition_number=row.edition_number,
        area_path=row.area_path,
        area_ids=ids_of(row.area_path) if row.area_path else (),
        certainty=row.certainty,
        flags=tuple(row.flags),
        candidates=tuple(row.candidates),
        assignee_number=row.assignee_number,
        assignee_role=row.assignee_role,
        holder_area_id=row.holder_area_id,
        entries=row.entries,
        row_version=row.row_version,
    )


def _position(lon: float | None, lat: float | None) -> LonLat | None:
    return None if lon is None or lat is None else LonLat(lon, lat)
