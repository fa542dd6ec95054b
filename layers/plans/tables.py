"""Rows of plans: their operations with the cells before and after, their steps, comments, and locks on cells."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Facts, Id, Moment, Path, area_type, point_type


class PlanRow(Base):
    """A plan (方案) on an edition; the first `taken` of its operations count. `version` grows with every change."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint(
            "state in ('draft', 'checked', 'submitted', 'posted', 'approved', 'in_force', 'withdrawn')", name="state"
        ),
        Index("ix_plans_district_id", "district_id"),
        Index("ix_plans_area_path", "area_path"),
        Index("ix_plans_effective_at", "effective_at", postgresql_where=text("state = 'approved'")),
    )

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    name: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    document: Mapped[str] = mapped_column(Text, server_default="")
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    area_path: Mapped[Path]
    base_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    restores_id: Mapped[int | None] = mapped_column(ForeignKey("editions.id"))
    state: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    taken: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    effective_at: Mapped[Moment | None]
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("editions.id"))
    #: Its consequences as they were when it came in force.
    sheet: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class PlanOperationRow(Base):
    """One operation of a plan, as its facts."""

    __tablename__ = "plan_operations"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    facts: Mapped[Facts] = mapped_column(server_default=None)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]


class PlanCellRow(Base):
    """A cell that an operation met, before or after it; `touched`: it only received a node on its border."""

    __tablename__ = "plan_cells"
    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "place"], ["plan_operations.plan_id", "plan_operations.place"], ondelete="CASCADE"
        ),
    )

    plan_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    is_after: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    parent: Mapped[str] = mapped_column(Text)
    geom: Mapped[Any] = mapped_column(area_type())
    touched: Mapped[bool] = mapped_column(Boolean)


class PlanStepRow(Base):
    """A step of a plan's way: who brought it into which state, when, and why."""

    __tablename__ = "plan_steps"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]


class PlanCommentRow(Base):
    """A comment on a plan, pinned to a place or to none."""

    __tablename__ = "plan_comments"
    __table_args__ = (Index("ix_plan_comments_plan_id", "plan_id"),)

    id: Mapped[Id]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    geom: Mapped[Any | None] = mapped_column(point_type())
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]


class CellLockRow(Base):
    """A cell that stays as it is by order, until the order ends."""

    __tablename__ = "cell_locks"
    __table_args__ = (
        Index("uq_cell_locks_area_id", "area_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_cell_locks_area_path", "area_path"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    area_path: Mapped[Path]
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    ended_by: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[Moment | None]
