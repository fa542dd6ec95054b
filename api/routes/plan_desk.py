"""What the routes of plans share: a plan with its cells, changed in one transaction, told as GeoJSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import Path, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database import database
from api.locators import Locators, Ready
from api.plan_shelf import Ground, PlanShelf, features
from api.routes.common import clock
from api.routes.tasks import own_district
from api.schemas.planning import SheetTold
from api.schemas.plans import CellsTold, DrawnTold, PlanTold
from geo.redraw import Change
from layers.actors import DESK, Actor
from layers.areas.queries import UnknownArea, editions
from layers.plans.consequences import consequences
from layers.plans.enforcing import cells_of_plan
from layers.plans.keeping import kept_sheet, locked, plan
from layers.plans.naming import names_after
from layers.plans.records import Plan
from layers.plans.redrawn import Redrawn

PlanNumber = Annotated[int, Path(alias="plan", ge=1, le=2**53, description="The plan's number.")]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plan with the cells it stands on, those it leads to, and the district they are of."""

    plan: Plan
    ground: Ground
    redrawn: Redrawn
    ready: Ready

    @property
    def names(self) -> Mapping[str, str]:
        """The names of all cells before and after by code."""
        return names_after(self.redrawn, self.ground.names)


async def drawing(
    request: Request, connection: AsyncConnection, ready: Ready, found: Plan, *, is_locked: bool = False
) -> Drawing:
    """The cells before and after a plan; `is_locked`: nobody else changes it meanwhile."""
    shelf: PlanShelf = request.app.state.plans
    ground = await shelf.ground(connection, ready.district, found.base_id)
    redrawn = shelf.drawn(found)
    if redrawn is None:
        redrawn = await cells_of_plan(connection, ready.district, found, ground.coverage)
        # Without the lock the cells may be those of a version that came between two questions.
        if is_locked:
            shelf.keep_drawn(found, redrawn)
    return Drawing(found, ground, redrawn, ready)


@asynccontextmanager
async def changing(
    request: Request, locators: Locators, actor: Actor, number: int, version: int
) -> AsyncIterator[tuple[AsyncConnection, Plan, Ready]]:
    """One transaction on a plan that nobody else changes meanwhile."""
    ready = await own_district(locators, actor)
    async with database(request).writing(actor.scope) as connection:
        yield connection, await locked(connection, number, version, scope=actor.scope), ready


def communities_of(ready: Ready, code: str) -> frozenset[str]:
    """The codes of an area's communities, the area itself where it is one; raises `UnknownArea`."""
    areas = ready.compiled.areas.values()
    depth = ready.district.cell_depth
    chosen = next((one for one in areas if one.code == code and one.depth < depth), None)
    if chosen is None:
        raise UnknownArea(f"There is no area {code!r} above the grids.", field="area", value=code)
    return frozenset(one.code for one in areas if one.depth == depth - 1 and one.path.startswith(chosen.path))


def changed_cells(drawn: Drawing) -> dict[str, Any]:
    """The cells that a plan retires, changes and creates, the former ones with `change` retired or former."""
    redrawn, names, district = drawn.redrawn, drawn.names, drawn.ready.district
    former = [redrawn.before[code] for code in (*redrawn.retired, *redrawn.changed)]
    told = features(former, redrawn, district, names)
    for one in told["features"]:
        one["properties"]["change"] = "retired" if one["properties"]["change"] == "retired" else "former"
    latter = [redrawn.after[code] for code in (*redrawn.created, *redrawn.changed)]
    told["features"] += features(latter, redrawn, district, names)["features"]
    return told


def drawn_told(drawn: Drawing, made: Sequence[Change]) -> DrawnTold:
    """What came of operations."""
    met = {one.code for change in made for one in (*change.before, *change.created, *change.changed)}
    cells = [drawn.redrawn.after[code] for code in sorted(met) if code in drawn.redrawn.after]
    told = features(cells, drawn.redrawn, drawn.ready.district, drawn.names)
    gone = sorted(met - {one.code for one in cells})
    return DrawnTold(plan=PlanTold.of(drawn.plan), cells=CellsTold.model_validate(told), gone=gone)


async def told_sheet(request: Request, ready: Ready, actor: Actor, number: int) -> SheetTold:
    """The sheet as things stand; of a plan that came in force, as they stood then."""
    async with database(request).reading(actor.scope) as connection:
        drawn = await drawing(request, connection, ready, await plan(connection, number, scope=actor.scope))
    return await sheet_of_drawing(request, drawn)


async def sheet_of_drawing(request: Request, drawn: Drawing) -> SheetTold:
    """The same of a plan whose cells are at hand already."""
    now, district = clock(request)(), drawn.ready.district
    # Counted at the desk: the same figures for everyone who may read the plan.
    async with database(request).reading(DESK) as connection:
        kept = await kept_sheet(connection, drawn.plan)
        if kept is not None:
            return SheetTold.model_validate({"as_of": drawn.plan.effective_at, **kept})
        base = next(one for one in await editions(connection, district) if one.id == drawn.plan.base_id)
        told = await consequences(connection, district, base, drawn.redrawn, now=now)
    return SheetTold.model_validate({"as_of": now, **asdict(told)})
