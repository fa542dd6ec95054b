"""Rows of people (by number, never by name), their duties, absences and open loads."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    column,
    table,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Id, Moment, Path, RowVersion, point_type

#: A view: the number and role of anyone in the roster, for the holders that lists of reports name.
person_labels = table("person_labels", column("id", BigInteger), column("number", Text), column("role", Text))


class UnitRow(Base):
    """A department or another body (责任单位) that comes to a matter without answering for an area."""

    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("district_id", "code"),)

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    row_version: Mapped[RowVersion]


class PersonRow(Base):
    """Someone who answers for areas: a role and a number; names belong to the accounts, not here."""

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("district_id", "number"),
        Index("ix_people_unit_id", "unit_id", postgresql_where=text("unit_id is not null")),
    )

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    number: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    cap: Mapped[int | None] = mapped_column(Integer)
    shifts: Mapped[str] = mapped_column(Text, server_default="")
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    row_version: Mapped[RowVersion]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))


class DutyRow(Base):
    """A person answers for an area: rank A first, B as deputy (A/B角), O as information officer, D at the desk."""

    __tablename__ = "duties"
    __table_args__ = (
        CheckConstraint("rank in ('A', 'B', 'O', 'D')", name="rank"),
        UniqueConstraint("person_id", "area_id", "rank", "valid_from"),
        Index("ix_duties_area_id", "area_id"),
        Index("ix_duties_area_path", "area_path"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    rank: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    #: Where the area lies in the edition in force; the database itself keeps it.
    area_path: Mapped[Path | None]


class AbsenceRow(Base):
    """When a person is away; why is nobody's business here."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_person_id", "person_id", "ends_at"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]


class LoadRow(Base):
    """How many open reports a person has in hand: counted in the transaction that gives or takes one."""

    __tablename__ = "person_loads"
    __table_args__ = (CheckConstraint("open >= 0", name="open"), {"postgresql_with": {"fillfactor": "50"}})

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    open: Mapped[int] = mapped_column(Integer, server_default="0")


class PositionRow(Base):
    """Where someone on duty was last, if they share it: overwritten each time, and gone when they stop."""

    __tablename__ = "positions"
    __table_args__ = (Index("ix_positions_area_path", "area_path"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    geom: Mapped[Any] = mapped_column(point_type())
    accuracy_m: Mapped[float | None] = mapped_column(Double)
    datum: Mapped[str] = mapped_column(Text)
    area_path: Mapped[Path | None]
    purpose: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    until: Mapped[Moment]
