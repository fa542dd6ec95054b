"""Putting an approved plan in force: one transaction, in which everything that hangs on the cells follows.

plan's cells ──► levels of the edition in force, replaced ──► draft ──► publish: checks, lineage, switch, followers
Whatever goes wrong, nothing is changed; the plan then goes back to its draft and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.redraw import Coverage
from layers.actors import DESK
from layers.areas.drafts import DraftLevels, LevelDraft, district_plane, normalised, redraw_upward, sorted_level
from layers.areas.drafts_rows import Draft, load_levels, lock_boundaries, store_draft
from layers.areas.publishing import Follower, Publication, publish
from layers.areas.queries import edition as edition_of
from layers.areas.queries import editions
from layers.areas.records import Edition
from layers.districts.queries import districts
from layers.districts.records import District
from layers.plans.consequences import consequences
from layers.plans.deciding import note_step
from layers.plans.keeping import change, locked, redrawn_of
from layers.plans.lifecycle import State, Step, way
from layers.plans.naming import names_after
from layers.plans.records import Plan
from layers.plans.redrawing import coverage_of
from layers.plans.redrawn import Redrawn
from layers.plans.tables import PlanRow
from layers.refusals import Conflict


class BaseReplaced(Conflict):
    """Another edition came in force since the plan was drawn."""


class DraftOpen(Conflict):
    """An imported draft edition is open: it would undo the plan without anyone noticing."""


async def due(connection: AsyncConnection, *, now: datetime) -> list[int]:
    """Numbers of approved plans whose moment has come, in the order of their moments."""
    asked = select(PlanRow.id).where(PlanRow.state == State.APPROVED.value, PlanRow.effective_at <= now)
    return list(await connection.scalars(asked.order_by(PlanRow.effective_at, PlanRow.id)))


async def put_in_force(
    connection: AsyncConnection,
    number: int,
    *,
    followers: Sequence[Follower],
    actor: str,
    clock: Callable[[], datetime],
) -> tuple[Plan, Publication] | None:
    """Put an approved plan in force in the caller's transaction; None when someone else has done so meanwhile.

    Raises:
        BaseReplaced, DraftOpen: it cannot, as things stand.
        DefectsFound, LevelMissing: the layer as a whole does not hold.
    """
    found = await locked(connection, number, None, scope=DESK)
    if found.state is not State.APPROVED:
        return None
    district = next(one for one in await districts(connection) if one.id == found.district_id)
    await lock_boundaries(connection, district)
    base = await _base(connection, district, found)
    redrawn = await cells_of_plan(connection, district, found, await coverage_of(connection, district, base))
    sheet = await consequences(connection, district, base, redrawn, now=clock())
    levels = await _levels(connection, district, found, redrawn)
    draft = await store_draft(connection, Draft(base, {}), district=district, levels=levels, actor=actor, now=clock())
    publication = await publish(
        connection,
        district=district,
        number=draft.number,
        note=found.name,
        followers=followers,
        actor=actor,
        clock=clock,
    )
    leads = way(found.state, Step.PUT_IN_FORCE)
    plan = await change(connection, found, state=leads.to.value, edition_id=publication.edition.id, sheet=asdict(sheet))
    await note_step(connection, found, Step.PUT_IN_FORCE, leads.to, note="", actor=actor, now=clock())
    return plan, publication


async def say_failed(connection: AsyncConnection, number: int, why: str, *, actor: str, now: datetime) -> None:
    """Give an approved plan back to its draft, with the reason; nothing where it is not approved any more."""
    found = await locked(connection, number, None, scope=DESK)
    if found.state is State.APPROVED:
        leads = way(found.state, Step.FAIL)
        await change(connection, found, state=leads.to.value, effective_at=None)
        await note_step(connection, found, Step.FAIL, leads.to, note=why, actor=actor, now=now)


async def cells_of_plan(connection: AsyncConnection, district: District, found: Plan, base: Coverage) -> Redrawn:
    """The cells before and after a plan, whether it draws or puts a former edition in force again."""
    if found.restores is None:
        return await redrawn_of(connection, found, base)
    former = await coverage_of(connection, district, await edition_of(connection, district, found.restores))
    return Redrawn(base, former, frozenset())


async def _base(connection: AsyncConnection, district: District, found: Plan) -> Edition:
    known = await editions(connection, district)
    in_force = next(one for one in known if one.status == "in_force")
    if in_force.id != found.base_id:
        raise BaseReplaced(
            f"Edition {in_force.number} came in force since; the plan was drawn on edition {found.base}.",
            field="base",
            value=found.base,
            remedy="Carry the plan over to the edition in force, and have it decided on again.",
        )
    draft = next((one for one in known if one.status == "draft"), None)
    if draft is not None:
        raise DraftOpen(
            f"Edition {draft.number} is an open draft, made from what was in force before the plan.",
            field="edition",
            value=draft.number,
            remedy="Publish it first, and carry the plan over.",
        )
    return in_force


async def _levels(connection: AsyncConnection, district: District, found: Plan, redrawn: Redrawn) -> DraftLevels:
    if found.restores is not None:
        return await load_levels(connection, district, await edition_of(connection, district, found.restores))
    levels = await load_levels(connection, district, await edition_of(connection, district, found.base))
    depth = district.cell_depth
    levels = {**levels, depth: replaced_cells(levels[depth], redrawn)}
    return redraw_upward(district, levels, district_plane(district, levels), deepest=depth)[0]


def replaced_cells(level: LevelDraft, redrawn: Redrawn) -> LevelDraft:
    """The level of cells as a plan leaves it; those it does not change stay as they are."""
    places = level.places
    cells = redrawn.after.cells
    known = [places.get(cell.code) for cell in cells]
    same = [
        place is not None and redrawn.before.get(cell.code) == cell for cell, place in zip(cells, known, strict=True)
    ]
    names = names_after(redrawn, dict(zip(level.codes, level.names, strict=True)))
    shapes = np.array([cell.polygon for cell in cells], dtype=object)
    moved = np.flatnonzero(~np.array(same))
    shapes[moved] = normalised(shapes[moved])
    return sorted_level(
        LevelDraft(
            codes=tuple(cell.code for cell in cells),
            names=tuple(names[cell.code] for cell in cells),
            parents=tuple(cell.parent for cell in cells),
            polygons=shapes,
            attributes=tuple({} if place is None else level.attributes[place] for place in known),
        )
    )
