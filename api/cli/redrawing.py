"""`./wangge redraw`: a plan carried out on the grids in force, and what would follow from it; nothing changes."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.transactions import in_transaction, this_moment
from geo.crs import PRECISION_DECIMALS
from geo.redraw.refused import geojson
from layers.areas.queries import areas, edition_in_force
from layers.areas.records import Area
from layers.districts.queries import district as district_of
from layers.plans.consequences import Sheet, consequences
from layers.plans.records import COUNTED, MEASURES
from layers.plans.redrawing import OperationRefused, redraw
from layers.plans.redrawn import Redrawn
from layers.refusals import Refusal


class BadPlan(Refusal):
    """The file is no plan."""


def redraw_plan(
    plan: Annotated[Path, typer.Argument(help='JSON: {"operations": [...], "names": {code: name}}; docs/redraw.md.')],
    to: Annotated[
        Path | None, typer.Option("--to", help="Write the redrawn layer here, as .geojson to import.")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", help="Write what would change, cell by cell, as .csv.")
    ] = None,
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
) -> None:
    """Try a plan on the grids in force and tell what would follow: nothing is changed in the service.

    What it writes with --to is imported and published like any layer: `./wangge import FILE --as grid --commit`, which
    shows the difference first, then `./wangge publish --commit`.
    """
    operations, names = _read(plan)

    async def tried(connection: AsyncConnection) -> tuple[Redrawn, Sheet, list[Area]]:
        found = await district_of(connection, district)
        edition = await edition_in_force(connection, found)
        redrawn = await redraw(connection, found, edition, operations)
        cells = await areas(connection, edition.id, depth=found.cell_depth)
        return redrawn, await consequences(connection, found, edition, redrawn, now=this_moment()), cells

    try:
        redrawn, told, cells = in_transaction(tried, commit=False)
    except OperationRefused as refused:
        if refused.where is not None:
            typer.echo(json.dumps(refused.where), err=True)
        raise
    _print(redrawn, told)
    if sheet is not None:
        _write_sheet(told, sheet)
    if to is not None:
        _write_layer(redrawn, cells, names, to)
        typer.echo(f"Written to {to}: {len(redrawn.after)} grids.")


def _read(plan: Path) -> tuple[list[dict[str, Any]], dict[str, str]]:
    try:
        told = json.loads(plan.read_text(encoding="utf-8"))
        operations, names = list(told["operations"]), dict(told.get("names", {}))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadPlan(
            f"{plan} is no plan: {error}.", field="plan", remedy='Write {"operations": [...]} as docs/redraw.md shows.'
        ) from error
    return operations, names


def _print(redrawn: Redrawn, told: Sheet) -> None:
    table = Table(title=f"{len(redrawn.created)} new, {len(redrawn.retired)} gone, {len(redrawn.changed)} changed")
    table.add_column("grid")
    for name in MEASURES:
        table.add_column(name.replace("_", " "), justify="right")
    for one in told.cells:
        table.add_row(one.code, *(f"{_cell(one.before, name)} → {_cell(one.after, name)}" for name in MEASURES))
    Console(width=180).print(table)
    moved = ", ".join(f"{told.moved[name]:,} {name.replace('_', ' ')}" for name in COUNTED)
    typer.echo(f"In another grid: {moved}.")
    typer.echo(f"People without a grid: {', '.join(told.left) or 'none'}.")
    typer.echo(f"New grids that nobody answers for: {', '.join(told.vacant) or 'none'}.")


def _cell(measures: Any, name: str) -> str:
    return "–" if measures is None else f"{measures[name]:,g}"


def _write_sheet(told: Sheet, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", *(f"{name}_{when}" for name in MEASURES for when in ("before", "after"))])
        for one in told.cells:
            sides = (
                (one.before or {}).get(name, "") if when else (one.after or {}).get(name, "")
                for name in MEASURES
                for when in (True, False)
            )
            writer.writerow([one.code, *sides])


def _write_layer(redrawn: Redrawn, cells: list[Area], names: dict[str, str], path: Path) -> None:
    known = {one.code: one for one in cells}
    features = []
    for cell in redrawn.after.cells:
        area = known.get(cell.code)
        name = names.get(cell.code) or (area.name if area else cell.code)
        facts = {"code": cell.code, "name": name, "parent": cell.parent, **(dict(area.attributes) if area else {})}
        features.append({"type": "Feature", "properties": facts, "geometry": geojson(cell.polygon)})
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    body = {
        "type": "FeatureCollection",
        "crs": crs,
        "features": features,
        "xy_coordinate_resolution": 10**-PRECISION_DECIMALS,
    }
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
