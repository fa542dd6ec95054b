"""`./wangge export`: a layer, all layers or the ledger of grids, into files that other programs open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.exporting_ledger import export_ledger
from api.cli.exporting_streams import layer_names, open_stream
from api.cli.progress import progress
from api.cli.tracing import trace_export
from api.cli.transactions import in_transaction, this_moment
from layers.districts.queries import district as district_of
from layers.write.destinations import SHAPEFILE, Choose, for_all, for_one
from layers.write.formats import write_stream
from layers.write.naming import renamed
from layers.write.snapshots import hold_still
from layers.write.streams import FeatureStream
from layers.write.systems import System, system_of

ALL, LEDGER = "all", "ledger"


def export(
    layer: Annotated[
        str,
        typer.Argument(
            metavar="LEVEL|service-points|buildings|units|kinds|roster|reports|all|ledger", help="What to write."
        ),
    ],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Where; the ending says the format.")],
    edition: Annotated[int | None, typer.Option(help="Number of the edition; default: the one in force.")] = None,
    crs: Annotated[str | None, typer.Option(help="The system to write in, such as EPSG:n; default: degrees.")] = None,
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
    each: Annotated[
        str, typer.Option("--each", metavar="FORMAT", help="With all, into a folder or .zip: the format of each file.")
    ] = "geojson",
    english: Annotated[bool, typer.Option("--english", help="The ledger's words in English.")] = False,
) -> None:
    """Write a layer to .gpkg, .shp, .zip (a Shapefile), .geojson, .csv or .xlsx; what is there is replaced at the end.

    `all` goes to one .gpkg, to a folder or to a .zip; `ledger`, the list of all grids, to .xlsx or .html. Importing
    what was exported changes nothing. docs/export.md says what each format holds.
    """
    if layer == LEDGER:
        export_ledger(to, edition=edition, district=district, language="en" if english else "zh")
        return
    asked = Asked(layer, edition, district, system_of(crs))
    chosen = for_all(to, each=f".{each.lower().lstrip('.')}") if layer == ALL else for_one(to)
    trace_export(layer, district=district, ending=to.suffix or each, edition=edition)
    with chosen as choose:
        said = in_transaction(lambda connection: write_layers(connection, asked, choose), commit=False)
    for line in said:
        typer.echo(line)
    typer.echo(f"Written to {to}.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What to write: a layer or all, of which edition and district, in which system."""

    layer: str
    edition: int | None
    district: str | None
    system: System


async def write_layers(connection: AsyncConnection, asked: Asked, choose: Choose) -> list[str]:
    """Write what is asked for, as everything stands at one moment; sentences that say what was written."""
    await hold_still(connection)
    district = await district_of(connection, asked.district)
    names = layer_names(district) if asked.layer == ALL else [asked.layer]
    said: list[str] = []
    for name in names:
        stream, notes = await open_stream(
            connection, district, name, edition=asked.edition, on=this_moment().astimezone(district.zone).date()
        )
        said += [*await write_one(stream, choose, asked.system), *notes]
    return said


async def write_one(stream: FeatureStream, choose: Choose, system: System) -> list[str]:
    """Write one layer under a bar; sentences that say what was written."""
    path, ending = choose(stream)
    with progress(stream.name, total=stream.count) as step:
        rows = await write_stream(stream, path, system, ending=ending, step=step)
    others = renamed(stream.fields, is_short=ending == SHAPEFILE)
    return [f"{stream.name}: {rows:,} rows." + (f" Fields under another name: {', '.join(others)}." if others else "")]
