"""`./wangge balance`: plans that make the grids of an area carry about the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from pyogrio.errors import DataSourceError
from rich.console import Console
from rich.table import Table
from shapely.geometry.base import BaseGeometry
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.column_maps import BadOption
from api.cli.transactions import in_transaction, this_moment
from geo.crs import STORAGE_CRS
from geo.redraw import Option, Refused, balance
from layers.areas.queries import UnknownArea, areas, edition_in_force
from layers.districts.queries import district as district_of
from layers.plans.redrawing import OperationRefused, coverage_of
from layers.plans.weights import Measure, weights_in

COLUMNS = ("option", "largest deviation", "moved", "compactness", "walk (m)", "operations", "heaviest", "lightest")


def balance_grids(
    area: Annotated[str, typer.Argument(help="Code of a community, or of a street.")],
    by: Annotated[Measure, typer.Option("--by", help="What is to be even.")] = Measure.HOUSEHOLDS,
    lock: Annotated[
        list[str] | None, typer.Option("--lock", help="A grid that stays as it is; may be repeated.")
    ] = None,
    barrier: Annotated[
        Path | None, typer.Option("--barrier", help="A file of lines (roads, rivers) that nothing goes over.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="A folder for the plans, one file for each option.")] = None,
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
) -> None:
    """Search, from the present grids, for boundaries that even out the work: some options, each a plan for `redraw`."""

    walls = [] if barrier is None else _lines(barrier)

    async def searched(connection: AsyncConnection) -> list[Option]:
        found = await district_of(connection, district)
        edition = await edition_in_force(connection, found)
        every = await areas(connection, edition.id)
        chosen = next((one for one in every if one.code == area and one.depth < found.cell_depth), None)
        if chosen is None:
            raise UnknownArea(f"There is no area {area!r} above the grids.", field="area", value=area)
        cells = [one.code for one in every if one.depth == found.cell_depth and one.path.startswith(chosen.path)]
        weights = await weights_in(connection, edition.id, chosen, by, now=this_moment())
        coverage = await coverage_of(connection, found, edition)
        try:
            return balance(coverage, cells, weights, locks=lock or (), barriers=walls)
        except Refused as refused:
            raise OperationRefused(1, refused) from refused

    options = in_transaction(searched, commit=False)
    table = Table(title=f"{area}, by {by.value}")
    for title in COLUMNS:
        table.add_column(title, justify="right")
    for nth, one in enumerate(options, start=1):
        told = one.measures
        most, least = (pick(weight for _, weight in told.weights) for pick in (max, min))
        shares = (f"{told.largest_deviation:.1%}", f"{told.moved_share:.1%}")
        shape = (f"{told.compactness:.2f}", f"{told.walk_m:.0f}")
        table.add_row(str(nth), *shares, *shape, str(len(one.operations)), f"{most:,.0f}", f"{least:,.0f}")
    Console(width=120).print(table)
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
        for nth, one in enumerate(options, start=1):
            path = to / f"{area}-{by.value}-{nth}.json"
            plan = {"operations": [operation.facts for operation in one.operations]}
            path.write_text(json.dumps(plan, ensure_ascii=False, indent=1), encoding="utf-8")
            typer.echo(f"Written to {path}.")


def _lines(file: Path) -> list[BaseGeometry]:
    """The lines of a file in degrees."""
    import geopandas

    try:
        table = geopandas.read_file(file)
    except (OSError, DataSourceError) as error:
        raise BadOption(f"--barrier {file} cannot be read: {error}.", field="--barrier", value=str(file)) from error
    if table.crs is None:
        raise BadOption(
            f"--barrier {file} does not say its coordinate system.",
            field="--barrier",
            value=str(file),
            remedy="Put the .prj beside it.",
        )
    return list(table.to_crs(STORAGE_CRS).geometry.dropna())
