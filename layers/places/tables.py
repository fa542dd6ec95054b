"""Rows of service points and buildings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Facts, Id, RowVersion, point_type


class ServicePointRow(Base):
    """Where residents are served: a service centre (党群服务中心), a contact station (联络站) and the like."""

    __tablename__ = "service_points"
    __table_args__ = (
        UniqueConstraint("district_id", "code"),
        Index("ix_service_points_geom", "geom", postgresql_using="gist"),
        Index("ix_service_points_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        Index(
            "ix_service_points_address_trgm",
            "address",
            postgresql_using="gin",
            postgresql_ops={"address": "gin_trgm_ops"},
        ),
    )

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, server_default="")
    hours: Mapped[str] = mapped_column(Text, server_default="")
    offers: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    geom: Mapped[Any] = mapped_column(point_type())
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    attributes: Mapped[Facts]
    row_version: Mapped[RowVersion]


class BuildingRow(Base):
    """A building with its address and how many live there; never who."""

    __tablename__ = "buildings"
    __table_args__ = (
        UniqueConstraint("district_id", "code"),
        Index("ix_buildings_geom", "geom", postgresql_using="gist"),
        Index("ix_buildings_address", "address", postgresql_using="hash"),
        Index(
            "ix_buildings_address_trgm", "address", postgresql_using="gin", postgresql_ops={"address": "gin_trgm_ops"}
        ),
    )

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    code: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, server_default="")
    households: Mapped[int] = mapped_column(Integer, server_default="0")
    residents: Mapped[int] = mapped_column(Integer, server_default="0")
    over_60: Mapped[int] = mapped_column(Integer, server_default="0")
    geom: Mapped[Any] = mapped_column(point_type())
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    attributes: Mapped[Facts]
    row_version: Mapped[RowVersion]
