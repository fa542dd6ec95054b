"""Rows of areas, their versions, the editions that hold them, and what links areas of successive editions."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Facts, Id, Moment, Path, RowVersion, area_type, point_type


class EditionRow(Base):
    """One edition (版本) of a district's boundaries: draft → checked → in_force → retired."""

    __tablename__ = "editions"
    __table_args__ = (
        UniqueConstraint("district_id", "number"),
        CheckConstraint("status in ('draft', 'checked', 'in_force', 'retired')", name="status"),
        Index("uq_editions_in_force", "district_id", unique=True, postgresql_where=text("status = 'in_force'")),
    )

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    number: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    published_by: Mapped[str | None] = mapped_column(Text)
    effective_at: Mapped[Moment | None]
    retired_at: Mapped[Moment | None]
    digest: Mapped[str | None] = mapped_column(Text)
    row_version: Mapped[RowVersion]


class AreaRow(Base):
    """The stable identity of an area: a code is given once inside its level and never reused."""

    __tablename__ = "areas"
    __table_args__ = (
        UniqueConstraint("district_id", "depth", "code"),
        ForeignKeyConstraint(["district_id", "depth"], ["levels.district_id", "levels.depth"]),
    )

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(BigInteger)
    depth: Mapped[int] = mapped_column(SmallInteger)
    code: Mapped[str] = mapped_column(Text)
    started_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)


class AreaVersionRow(Base):
    """A polygon with its attributes, stored once and shared by every edition it lives through."""

    __tablename__ = "area_versions"
    __table_args__ = (
        Index("ix_area_versions_geom", "geom", postgresql_using="gist"),
        Index("ix_area_versions_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    geom: Mapped[Any] = mapped_column(area_type())
    label_point: Mapped[Any] = mapped_column(point_type())
    area_m2: Mapped[float] = mapped_column(Double)
    attributes: Mapped[Facts]
    digest: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]


class EditionAreaRow(Base):
    """Which version of an area an edition holds, and where it hangs in that edition's tree."""

    __tablename__ = "edition_areas"
    __table_args__ = (
        UniqueConstraint("edition_id", "path"),
        Index("ix_edition_areas_version_id", "version_id"),
        Index("ix_edition_areas_depth", "edition_id", "depth"),
    )

    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("area_versions.id"))
    depth: Mapped[int] = mapped_column(SmallInteger)
    path: Mapped[Path]


class PopulationRow(Base):
    """Who lives in an area of an edition: summed from the buildings, or as the layer states it."""

    __tablename__ = "area_populations"

    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True)
    buildings: Mapped[int] = mapped_column(Integer)
    households: Mapped[int] = mapped_column(Integer)
    residents: Mapped[int] = mapped_column(Integer)
    over_60: Mapped[int] = mapped_column(Integer)
    basis: Mapped[str] = mapped_column(Text)


class LineageRow(Base):
    """An area of the former edition and one that took over a share of it."""

    __tablename__ = "lineage"

    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True)
    from_area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True)
    to_area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True)
    relation: Mapped[str] = mapped_column(Text)
    share: Mapped[float] = mapped_column(Double)


class CellGroupRow(Base):
    """Cells grouped across the tree: a worker's cells (责任网格), a police district, an evaluation group."""

    __tablename__ = "cell_groups"
    __table_args__ = (UniqueConstraint("district_id", "kind", "code"),)

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    row_version: Mapped[RowVersion]


class CellGroupMemberRow(Base):
    """A cell's membership of a group, with the days it is valid."""

    __tablename__ = "cell_group_members"

    group_id: Mapped[int] = mapped_column(ForeignKey("cell_groups.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    valid_to: Mapped[date | None] = mapped_column(Date)
