"""Rows of the districts and of the levels each one declares."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Facts, Id, RowVersion


class DistrictRow(Base):
    """A district (区): everything else hangs below one."""

    __tablename__ = "districts"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    plane_srid: Mapped[int | None] = mapped_column(Integer)
    settings: Mapped[Facts]
    row_version: Mapped[RowVersion]


class LevelRow(Base):
    """A level of the tree, as the district names it: depth 0 is the district itself, the deepest is the cell."""

    __tablename__ = "levels"
    __table_args__ = (UniqueConstraint("district_id", "key"),)

    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"), primary_key=True)
    depth: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
