"""Where reports lie in an edition, whichever edition they were located under: what keeps periods comparable.

located under it                       ──► its own area
its area lives on in it unchanged      ──► that area
else, with a position                  ──► the cell that holds the position; on a border, the lowest code
else                                   ──► the area of its level that shares most of its ground with the former one
none of these                          ──► nowhere
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Text, and_, case, cast, func, select
from sqlalchemy.orm import aliased

from layers.areas.tables import AreaRow, AreaVersionRow, EditionAreaRow
from layers.districts.records import District
from layers.reports.tables import ReportRow


class Placing:
    """The paths of reports in an edition, as expressions over their rows."""

    def __init__(self, district: District, edition_id: int) -> None:
        self._cell_depth = district.cell_depth
        self._edition_id = edition_id
        self._own, self._same = aliased(EditionAreaRow), aliased(EditionAreaRow)

    @property
    def path(self) -> ColumnElement[str | None]:
        """The path in the edition; NULL for what lies nowhere in it."""
        return case(
            (ReportRow.edition_id == self._edition_id, ReportRow.area_path),
            (self._same.path.is_not(None), self._same.path),
            (ReportRow.geom.is_not(None), self._by_position()),
            else_=self._by_share(),
        )

    def at(self, depth: int) -> ColumnElement[Any]:
        """The id, as text, of the area of a level; '' for what lies above the level, NULL for nowhere."""
        return func.split_part(cast(self.path, Text), ".", depth + 1)

    def joined(self, statement: Select[Any]) -> Select[Any]:
        """The statement over reports, with what the paths need beside them."""
        own, same = self._own, self._same
        return (
            statement.select_from(ReportRow)
            .outerjoin(own, and_(own.edition_id == ReportRow.edition_id, own.area_id == ReportRow.area_id))
            .outerjoin(same, and_(same.edition_id == self._edition_id, same.version_id == own.version_id))
        )

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
        held, version, former = aliased(EditionAreaRow), aliased(AreaVersionRow), aliased(AreaVersionRow)
        shared = func.ST_Area(func.ST_Intersection(version.geom, former.geom))
        return (
            select(held.path)
            .join(version, version.id == held.version_id)
            .join(AreaRow, AreaRow.id == held.area_id)
            .join(former, func.ST_Intersects(version.geom, former.geom))
            .where(
                held.edition_id == self._edition_id,
                held.depth == self._own.depth,
                former.id == self._own.version_id,
                shared > 0,
            )
            .order_by(shared.desc(), AreaRow.code)
            .limit(1)
            .correlate(self._own)
            .scalar_subquery()
        )
