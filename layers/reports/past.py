"""A report as it stood at a past moment: its journal up to then, folded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.jurisdiction import ids_of
from layers.actors import Scope
from layers.areas.tables import EditionRow
from layers.refusals import NotFound
from layers.reports.folding import fold
from layers.reports.journal_tables import JournalRow
from layers.reports.queries import report
from layers.reports.records import StoredReport
from layers.reports.state import State, Told
from layers.reports.tables import KindRow
from layers.roster.tables import person_labels


class NotFiledYet(NotFound):
    """The report was not filed yet at that moment."""


async def report_at(connection: AsyncConnection, wanted_id: int, at: datetime, *, scope: Scope) -> StoredReport:
    """A report as it stood at `at` (aware). Where it was moved since, its position then is not told.

    Raises:
        UnknownReport: there is none that the scope may see now.
        NotFiledYet: it was filed later.
    """
    now = await report(connection, wanted_id, scope=scope)
    journal = (
        select(
            JournalRow.position, JournalRow.type, JournalRow.version, JournalRow.at, JournalRow.actor, JournalRow.body
        )
        .where(JournalRow.report_id == wanted_id)
        .order_by(JournalRow.position)
    )
    every = [
        Told(row.position, row.type, row.version, row.at, row.actor, json.loads(row.body)["facts"])
        for row in await connection.execute(journal)
    ]
    # Entries are in order of their positions; the clocks of machines may differ by a moment.
    upto = next((nth for nth, one in enumerate(every) if one.at > at), len(every))
    if upto == 0:
        raise NotFiledYet("The report was not filed yet.", field="at", value=at.isoformat())
    moved_since = any(one.type == "moved" for one in every[upto:])
    then = await _as_of(connection, now, fold(every[:upto]))
    return replace(then, position=None, given=None, candidates=()) if moved_since else then


async def _as_of(connection: AsyncConnection, now: StoredReport, state: State) -> StoredReport:
    label = select(person_labels.c.number, person_labels.c.role).where(person_labels.c.id == state.assignee)
    assignee = (await connection.execute(label)).one_or_none()
    edition = await connection.scalar(select(EditionRow.number).where(EditionRow.id == state.edition))
    kind = (
        await connection.execute(
            select(KindRow.name, KindRow.urgent)
            .join(EditionRow, EditionRow.district_id == KindRow.district_id)
            .where(EditionRow.id == state.edition, KindRow.code == state.kind)
        )
    ).one()
    return replace(
        now,
        status=state.status or "",
        kind_code=state.kind,
        kind_name=kind.name,
        urgent=kind.urgent,
        located=state.located,
        edition_number=edition or now.edition_number,
        area_path=state.area_path,
        area_ids=ids_of(state.area_path) if state.area_path else (),
        certainty=state.certainty,
        flags=state.flags,
        assignee_number=assignee.number if assignee else None,
        assignee_role=assignee.role if assignee else None,
        holder_area_id=state.holder_area,
        entries=state.entries,
    )
