"""`./wangge difference`: a layer of grids drawn elsewhere as a plan on the grids in force, or why it is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.importing_levels import show_findings
from api.cli.importing_registers import read_datum
from api.cli.tables import first_few
from api.cli.transactions import command_actor, in_transaction, this_moment
from geo.redraw import Coverage, Difference
from geo.redraw.refused import geojson
from layers.actors import DESK
from layers.areas.defects import DefectsFound
from layers.areas.importing import LevelRequest
from layers.areas.queries import area, edition_in_force
from layers.areas.records import Edition
from layers.districts.queries import district as district_of
from layers.districts.records import District
from layers.plans.drawing import operate
from layers.plans.drawn_elsewhere import NOISE_M, drawn_elsewhere
from layers.plans.keeping import locked
from layers.plans.opening import Heading, opened
from layers.plans.redrawing import coverage_of
from layers.plans.redrawn import Redrawn
from layers.read.features import read_features
from layers.refusals import Refusal

DIFFERENCES = "Where it differs and why, as GeoJSON on the error output."


class NoPlan(Refusal):
    """What was drawn elsewhere does not follow from operations on the grids in force."""


class _Found(NamedTuple):
    difference: Difference
    plan: int | None


def layer_difference(
    file: Annotated[Path, typer.Argument(help="The whole layer of grids: .shp, .zip, .gpkg or .geojson.")],
    *,
    noise_m: Annotated[float, typer.Option("--noise-m", help="What is thinner than this is noise.")] = NOISE_M,
    to: Annotated[Path | None, typer.Option("--to", help="Write the plan here, as JSON for `redraw`.")] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="Open a plan of this name with the operations.")] = None,
    code: Annotated[str | None, typer.Option(help="The field with the code.")] = None,
    parent: Annotated[str | None, typer.Option(help="The field with the community's code.")] = None,
    crs: Annotated[str | None, typer.Option(help="The coordinate system, where the file does not say it.")] = None,
    datum: Annotated[str | None, typer.Option(help="wgs84, cgcs2000, gcj02 or bd09.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The encoding of its text.")] = None,
    layer: Annotated[str | None, typer.Option(help="The layer, where the file has several.")] = None,
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
) -> None:
    """Tell how a layer drawn in another tool differs from the grids in force: as operations that lead there.

    The same plan digitised twice is no difference. Nothing in force is changed; with --plan the operations become a
    plan that goes the usual way (docs/plans.md).
    """
    table = read_features(file, layer=layer, encoding=encoding)

    async def work(connection: AsyncConnection) -> _Found:
        chosen = await district_of(connection, district)
        request = LevelRequest(
            level=chosen.levels[-1],
            code=code,
            parent=parent,
            crs=crs,
            datum=read_datum(datum) if datum else None,
        )
        edition = await edition_in_force(connection, chosen)
        base = await coverage_of(connection, chosen, edition)
        try:
            drawn = await drawn_elsewhere(connection, chosen, table, request, base=base, noise_m=noise_m)
        except DefectsFound as defects:
            show_findings(defects.findings)
            raise
        show_findings(drawn.findings)
        found = drawn.difference
        wanted = plan is not None and found.operations and not found.faults
        return _Found(found, await _open(connection, chosen, edition, base, (plan or "", found)) if wanted else None)

    found = in_transaction(work, commit=plan is not None)
    _show(found.difference)
    faults = found.difference.faults
    if faults:
        raise NoPlan(
            f"{len(faults)} places do not follow from operations: {faults[0].reason}.",
            field="file",
            remedy=DIFFERENCES,
        )
    if to is not None:
        operations = [one.facts for one in found.difference.operations]
        to.write_text(json.dumps({"operations": operations}, ensure_ascii=False, indent=1), encoding="utf-8")
        typer.echo(f"Written to {to}.")
    if found.plan is not None:
        typer.echo(f"Plan {found.plan} is open: /planner?plan={found.plan}")


async def _open(
    connection: AsyncConnection, district: District, edition: Edition, base: Coverage, wanted: tuple[str, Difference]
) -> int:
    """A plan for the whole district that holds the operations; its number."""
    name, found = wanted
    root = await area(connection, edition.id, depth=0, code=district.code)
    actor, now = command_actor(), this_moment()
    number = await opened(
        connection, district=district, base=edition, area=root, heading=Heading(name), actor=actor, now=now
    )
    operations = [one.facts for one in found.operations]
    plan = await locked(connection, number, None, scope=DESK)
    unchanged = Redrawn(base, base, frozenset())
    await operate(connection, plan, operations, unchanged, district=district, actor=actor, now=now)
    return number


def _show(found: Difference) -> None:
    if not found.operations and not found.faults:
        typer.echo("No difference.")
    for nth, one in enumerate(found.operations, start=1):
        codes = [value for name, value in one.facts.items() if isinstance(value, str) and name != "operation"]
        typer.echo(f"{nth}. {one.facts['operation']}: {first_few(codes or one.facts.get('codes', []))}")
    if found.faults:
        told = [({"reason": one.reason, "codes": one.codes}, geojson(one.where)) for one in found.faults]
        features = [{"type": "Feature", "properties": facts, "geometry": where} for facts, where in told]
        typer.echo(json.dumps({"type": "FeatureCollection", "features": features}), err=True)
