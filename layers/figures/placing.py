"""Where reports lie in an edition, whichever edition they were located under: what keeps periods comparable.

located under it                       ──► its own area
its area lives on in it unchanged      ──► that area
else, with a position                  ──► the cell that holds the position; on a border, the lowest code
else                                   ──► the area of its level that shares most of its ground with the former one
none of these                          ──► nowhere
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, and_, case, cast, func, select
from sqlalchemy.orm import aliased

from layers.areas.tables import AreaRow, AreaVersionRow, EditionAreaRow
from layers.districts.records import District
from layers.reports.tables import ReportRow


class Placing:
    """The paths of reports in an edition, as expressions over their rows."""

    def __init__(self, district: District, edition_id: int) -> None:
        self._cell_depth = district.cell_depth
        self._edition_id = edition_id
        own, same = aliased(EditionAreaRow), aliased(EditionAreaRow)
        #: The paths of areas of other editions that live on unchanged: worked out once, not report by report.
        self._same = (
            select(own.edition_id, own.area_id, same.path)
            .join(same, and_(same.version_id == own.version_id, same.edition_id == edition_id))
            .where(own.edition_id != edition_id)
            .cte("unchanged")
            .prefix_with("materialized", dialect="postgresql")
        )

    @property
    def path(self) -> ColumnElement[str | None]:
        """The path in the edition; NULL for what lies nowhere in it."""
        return case(
            (ReportRow.edition_id == self._edition_id, ReportRow.area_path),
            (self._same.c.path.is_not(None), self._same.c.path),
            (ReportRow.geom.is_not(None), self._by_position()),
            else_=self._by_share(),
        )

    def at(self, depth: int) -> ColumnElement[Any]:
        """The id of the area of a level; NULL for what lies above the level or nowhere."""
        return cast(func.nullif(func.split_part(self.path, ".", depth + 1), ""), BigInteger)

    def joined(self, statement: Select[Any]) -> Select[Any]:
        """The statement over reports, with what the paths need beside them."""
        same = self._same.c
        here = and_(same.edition_id == ReportRow.edition_id, same.area_id == ReportRow.area_id)
        return statement.select_from(ReportRow).outerjoin(self._same, here)

    def _by_position(self) -> ScalarSelect[str]:
        held, version = aliased(EditionAreaRow), aliased(AreaVersionRow)
        return (
            select(held.path)
            .join(version, version.id == held.version_id)
            .join(AreaRow, AreaRow.id == held.area_id)
            .where(
                held.edition_id == self._edition_id,
                held.depth == self._cell_depth,
                func.ST_Covers(version.geom, ReportRow.geom),
            )
            .order_by(AreaRow.code)
            .limit(1)
            .correlate(ReportRow)
            .scalar_subquery()
        )

    def _by_share(self) -> ScalarSelect[str]:
        held, own = aliased(EditionAreaRow), aliased(EditionAreaRow)
        version, former = aliased(AreaVersionRow), aliased(AreaVersionRow)
        shared = func.ST_Area(func.ST_Intersection(version.geom, former.geom))
        return (
            select(held.path)
            .join(version, version.id == held.version_id)
            .join(AreaRow, AreaRow.id == held.area_id)
            .join(former, func.ST_Intersects(version.geom, former.geom))
            .join(own, and_(own.version_id == former.id, own.depth == held.depth))
            .where(
                held.edition_id == self._edition_id,
                own.edition_id == ReportRow.edition_id,
                own.area_id == ReportRow.area_id,
                shared > 0,
            )
            .order_by(shared.desc(), AreaRow.code)
            .limit(1)
            .correlate(ReportRow)
            .scalar_subquery()
        )
