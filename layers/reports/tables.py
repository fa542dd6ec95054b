"""Rows of kinds, reports and assignments."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, Facts, Id, Moment, RowVersion, point_type
from layers.base import Path as PathText

OPEN = "status <> 'closed' and status <> 'void' and status <> 'linked'"

#: The running part of report numbers; it turns over after ten million, long after the date in front has changed.
report_serial = Sequence("report_serial", minvalue=1, maxvalue=9_999_999, cycle=True, metadata=Base.metadata)


class KindRow(Base):
    """A kind of report: the level that settles it, whether it is urgent, and the extra fields it asks for."""

    __tablename__ = "kinds"
    __table_args__ = (UniqueConstraint("district_id", "code"),)

    id: Mapped[Id]
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    code: Mapped[str] = mapped_column(Text)
    parent_code: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    level_depth: Mapped[int] = mapped_column(SmallInteger)
    urgent: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    extra_fields: Mapped[Facts]
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    is_group: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    filing_standard: Mapped[str] = mapped_column(Text, server_default="")
    closing_standard: Mapped[str] = mapped_column(Text, server_default="")
    #: Limits by clock, as layers/calendars/limits.py writes them.
    limits: Mapped[Facts]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    straight: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    checked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    photos: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class ReportRow(Base):
    """A report as it stands. `id` is yyyymmdd and seven digits, so that partitions by month can come later."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("district_id", "sender", "client_key"),
        CheckConstraint("subject in ('position', 'address', 'area', 'place', 'none')", name="subject"),
        CheckConstraint("subject = 'none' or located or area_id is null", name="located"),
        Index("ix_reports_geom", "geom", postgresql_using="gist"),
        Index("ix_reports_path", "district_id", "area_path", "id"),
        Index("ix_reports_assignee", "assignee_id", postgresql_where=text(OPEN)),
        Index(
            "ix_reports_open",
            "district_id",
            "area_path",
            postgresql_include=["filed_at", "assignee_id", "due_at", "overdue_marked"],
            postgresql_where=text(OPEN),
        ),
        Index("ix_reports_unlocated", "district_id", "id", postgresql_where=text(f"not located and {OPEN}")),
        Index(
            "ix_reports_unassigned",
            "district_id",
            "id",
            postgresql_where=text(f"assignee_id is null and unit_id is null and {OPEN}"),
        ),
        Index("ix_reports_due", "due_at", postgresql_where=text("due_at is not null and not overdue_marked")),
        Index("ix_reports_resume", "resume_at", postgresql_where=text("resume_at is not null")),
        Index("ix_reports_unit", "unit_id", postgresql_where=text("unit_id is not null")),
        Index("ix_reports_lead", "lead_id", postgresql_where=text("lead_id is not null")),
        Index("ix_reports_closed", "district_id", "closed_at", postgresql_where=text("closed_at is not null")),
        CheckConstraint("satisfied in ('satisfied', 'basically', 'dissatisfied')", name="satisfied"),
        Index(
            "ix_reports_to_anonymise",
            "district_id",
            "closed_at",
            postgresql_where=text("closed_at is not null and erased_at is null"),
        ),
        Index("ix_reports_given", "district_id", "given_x", "given_y", postgresql_where=text("given_x is not null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    district_id: Mapped[int] = mapped_column(ForeignKey("districts.id"))
    sender: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    client_key: Mapped[str] = mapped_column(Text)
    content_digest: Mapped[bytes] = mapped_column(LargeBinary)
    external_ref: Mapped[str | None] = mapped_column(Text)
    kind_id: Mapped[int] = mapped_column(ForeignKey("kinds.id"))
    extra: Mapped[Facts]
    status: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[Moment]
    filed_at: Mapped[Moment]
    geom: Mapped[Any | None] = mapped_column(point_type())
    given_x: Mapped[float | None] = mapped_column(Double)
    given_y: Mapped[float | None] = mapped_column(Double)
    given_datum: Mapped[str | None] = mapped_column(Text)
    accuracy_m: Mapped[float | None] = mapped_column(Double)
    located: Mapped[bool] = mapped_column(Boolean)
    located_by: Mapped[str] = mapped_column(Text)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    area_path: Mapped[PathText | None]
    certainty: Mapped[float | None] = mapped_column(Double)
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    candidates: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    place_id: Mapped[int | None] = mapped_column(BigInteger)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    holder_area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    holder_depth: Mapped[int | None] = mapped_column(SmallInteger)
    entries: Mapped[int] = mapped_column(Integer)
    chain_head: Mapped[bytes] = mapped_column(LargeBinary)
    row_version: Mapped[RowVersion]
    #: Set by the database where whoever closes a report does not say when.
    closed_at: Mapped[Moment | None]
    erased_at: Mapped[Moment | None]
    #: From here on: what the journal comes to (folding.py), for lists, queues and figures.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    clock: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[Moment | None]
    overdue_marked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    resume_at: Mapped[Moment | None]
    dispatched_at: Mapped[Moment | None]
    accepted_at: Mapped[Moment | None]
    reported_at: Mapped[Moment | None]
    evaluated_at: Mapped[Moment | None]
    settled_depth: Mapped[int | None] = mapped_column(SmallInteger)
    dispatches: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    returns: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    reworks: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    reopenings: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    overdue: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    excused: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    responded: Mapped[bool | None] = mapped_column(Boolean)
    solved: Mapped[bool | None] = mapped_column(Boolean)
    satisfied: Mapped[str | None] = mapped_column(Text)


class PrivateRow(Base):
    """What a report holds of persons: erasable without touching the record, which holds only a salted digest."""

    __tablename__ = "report_private"
    __table_args__ = (
        Index(
            "ix_report_private_reporter_phone",
            "reporter_phone",
            postgresql_where=text("reporter_phone is not null"),
        ),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), primary_key=True, autoincrement=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    text: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    reporter_name: Mapped[str | None] = mapped_column(Text)
    reporter_phone: Mapped[str | None] = mapped_column(Text)


class HandOverRow(Base):
    """A report given to an area or a person who would not see it by where it lies."""

    __tablename__ = "hand_overs"
    __table_args__ = (
        CheckConstraint("num_nonnulls(to_path, to_person_id, to_unit_id) = 1", name="one"),
        Index("ix_hand_overs_report_id", "report_id"),
        Index("ix_hand_overs_to_path", "to_path"),
        Index("ix_hand_overs_to_person_id", "to_person_id"),
        Index("ix_hand_overs_to_unit_id", "to_unit_id"),
    )

    id: Mapped[Id]
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    to_path: Mapped[PathText | None]
    to_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    to_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class AssignmentRow(Base):
    """One run of the assignment rule: the facts it saw, everyone it considered, and what it decided."""

    __tablename__ = "assignments"
    __table_args__ = (Index("ix_assignments_report_id", "report_id"),)

    id: Mapped[Id]
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    made_at: Mapped[Moment]
    made_by: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    holder_area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    considered: Mapped[list[Any]] = mapped_column(JSONB)
