"""Questions about one report: its state, its record, and the names of the areas it lies in."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Scope
from layers.areas.tables import AreaRow, AreaVersionRow, EditionAreaRow, EditionRow
from layers.districts.tables import DistrictRow
from layers.refusals import NotFound
from layers.reports.journal import broken_at
from layers.reports.journal_tables import JournalRow
from layers.reports.reading import stored_report, stored_reports
from layers.reports.records import StoredReport, report_id, report_number
from layers.reports.tables import AssignmentRow, ReportRow
from layers.scope import reports_seen


class UnknownReport(NotFound):
    """No report has this number."""


@dataclass(frozen=True, slots=True)
class AreaName:
    """An area as a report's place names it."""

    id: int
    depth: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """A journal entry as it is shown: what it states, its digest, and whether the chain holds up to it."""

    position: int
    type: str
    version: int
    at: datetime
    actor: str
    facts: Mapping[str, Any]
    digest: bytes
    holds: bool


@dataclass(frozen=True, slots=True)
class RecordedAssignment:
    """One run of the assignment rule, with everyone it considered and why each was taken or passed over."""

    made_at: datetime
    made_by: str
    rule: str
    considered: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """The whole record of a report; `holds` is whether its chain is unbroken and ends where the report says."""

    number: str
    holds: bool
    entries: tuple[RecordedEntry, ...]
    assignments: tuple[RecordedAssignment, ...]


def id_of(number: str) -> int:
    """The id behind a number.

    Raises:
        UnknownReport: the text is no report number.
    """
    found = report_id(number)
    if found is None or not 0 < found < 2**63:
        raise unknown_report(number)
    return found


async def report(connection: AsyncConnection, wanted_id: int, *, scope: Scope) -> StoredReport:
    """One report by its id.

    Raises:
        UnknownReport: there is none that the scope may see.
    """
    row = (await connection.execute(stored_reports(scope).where(ReportRow.id == wanted_id))).one_or_none()
    if row is None:
        raise unknown_report(report_number(wanted_id))
    return stored_report(row)


async def district_of(connection: AsyncConnection, wanted_id: int, *, scope: Scope) -> str:
    """The code of the district a report belongs to.

    Raises:
        UnknownReport: there is none.
    """
    statement = select(DistrictRow.code).join(ReportRow, ReportRow.district_id == DistrictRow.id)
    code = await connection.scalar(statement.where(ReportRow.id == wanted_id, reports_seen(ReportRow, scope)))
    if code is None:
        raise unknown_report(report_number(wanted_id))
    return code


async def record(connection: AsyncConnection, wanted_id: int, *, scope: Scope) -> ReportRecord:
    """The record of one report: its journal, checked link by link, and every run of the assignment rule.

    Raises:
        UnknownReport: there is none.
    """
    head = select(ReportRow.entries, ReportRow.chain_head).where(
        ReportRow.id == wanted_id, reports_seen(ReportRow, scope)
    )
    state = (await connection.execute(head)).one_or_none()
    if state is None:
        raise unknown_report(report_number(wanted_id))
    journal = select(JournalRow.__table__).where(JournalRow.report_id == wanted_id).order_by(JournalRow.position)
    rows = (await connection.execute(journal)).all()
    broken = broken_at((row.position, bytes(row.body), bytes(row.digest)) for row in rows)
    ends_there = bool(rows) and len(rows) == state.entries and bytes(rows[-1].digest) == bytes(state.chain_head)
    return ReportRecord(
        number=report_number(wanted_id),
        holds=broken is None and ends_there,
        entries=tuple(
            RecordedEntry(
                position=row.position,
                type=row.type,
                version=row.version,
                at=row.at,
                actor=row.actor,
                facts=json.loads(row.body)["facts"],
                digest=bytes(row.digest),
                holds=broken is None or row.position < broken,
            )
            for row in rows
        ),
        assignments=await assignments(connection, wanted_id),
    )


async def assignments(connection: AsyncConnection, wanted_id: int) -> tuple[RecordedAssignment, ...]:
    """Every run of the assignment rule on a report, in order."""
    statement = select(AssignmentRow.__table__).where(AssignmentRow.report_id == wanted_id).order_by(AssignmentRow.id)
    return tuple(
        RecordedAssignment(row.made_at, row.made_by, row.rule, tuple(row.considered))
        for row in await connection.execute(statement)
    )


async def last_considered(
    connection: AsyncConnection, wanted_ids: Collection[int]
) -> dict[int, tuple[Mapping[str, Any], ...]]:
    """Everyone whom the last run of the assignment rule considered, for each of some reports."""
    statement = (
        select(AssignmentRow.report_id, AssignmentRow.considered)
        .where(AssignmentRow.report_id.in_(wanted_ids))
        .order_by(AssignmentRow.report_id, AssignmentRow.id.desc())
        .ext(distinct_on(AssignmentRow.report_id))
    )
    return {row.report_id: tuple(row.considered) for row in await connection.execute(statement)}


async def area_names(
    connection: AsyncConnection, district_id: int, wanted: Collection[tuple[int, int]]
) -> dict[tuple[int, int], AreaName]:
    """Areas as their editions name them, by edition number and area id; what an edition does not hold is absent."""
    if not wanted:
        return {}
    statement = (
        select(EditionRow.number, AreaRow.id, AreaRow.depth, AreaRow.code, AreaVersionRow.name)
        .select_from(EditionAreaRow)
        .join(EditionRow, EditionRow.id == EditionAreaRow.edition_id)
        .join(AreaRow, AreaRow.id == EditionAreaRow.area_id)
        .join(AreaVersionRow, AreaVersionRow.id == EditionAreaRow.version_id)
        .where(EditionRow.district_id == district_id, tuple_(EditionRow.number, AreaRow.id).in_(sorted(wanted)))
    )
    return {
        (row.number, row.id): AreaName(row.id, row.depth, row.code, row.name)
        for row in await connection.execute(statement)
    }


def unknown_report(number: str) -> UnknownReport:
    """What is said of a number that nobody filed, or that the asker may not see: the same."""
    return UnknownReport(f"There is no report {number!r}.", field="number", value=number)
