"""`./wangge locate`: a table of points, located against the edition in force or against any file of polygons."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.importing_registers import read_datum
from api.cli.progress import progress
from api.cli.transactions import in_transaction
from geo.errors import LayerError
from geo.locate import Locator
from geo.placement import Placement, place_many
from layers.areas.importing import BrokenLayer
from layers.areas.queries import compiled, edition_in_force
from layers.areas.records import CompiledEdition
from layers.districts.queries import district as district_of
from layers.districts.records import DistrictSettings
from layers.read.coordinates import stored_geometry
from layers.read.features import read_features
from layers.read.fields import require_field
from layers.read.points import PointColumns, read_points
from layers.read.refusals import FieldNeeded
from layers.read.rows import SURPLUS, columns_of, row_chunks
from layers.read.values import text

CHUNK = 20_000
#: What stands for an accuracy that is not known, as phones write it.
NO_ACCURACY_M = 0.0
ANSWERS = ("code", "path", "certainty", "border_m", "nearest_m", "candidates", "flags", "reason")
#: Stands before the names of our columns, so that none of the table's own is overwritten.
PREFIX = "wangge_"


@dataclass(frozen=True, slots=True)
class Layer:
    """What points are located against: the cells, the path of codes to each of them, and the district's settings."""

    locator: Locator
    paths: Mapping[str, str]
    settings: DistrictSettings


def locate(
    file: Annotated[Path, typer.Argument(help="The table, CSV with a header row.", metavar="POINTS.csv")],
    lon: Annotated[str, typer.Option(help="Column of the longitude.")],
    lat: Annotated[str, typer.Option(help="Column of the latitude.")],
    datum: Annotated[str, typer.Option(help="wgs84, cgcs2000, gcj02 or bd09.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the located table goes, CSV.")],
    accuracy: Annotated[str | None, typer.Option(help="Column of the accuracy in metres.")] = None,
    grids: Annotated[Path | None, typer.Option(help="File of polygons; no database is used then.")] = None,
    code: Annotated[str | None, typer.Option(help="Field of the polygons' code.")] = None,
    crs: Annotated[str | None, typer.Option(help="The polygons' system, such as EPSG:n.")] = None,
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The table's encoding, such as GB18030.")] = None,
) -> None:
    """Locate a table of points: each row gets its cell, how certain that is, and how far the border is.

    Rows that cannot be read are kept, with the reason in a column.
    """
    columns = PointColumns(lon, lat, accuracy, read_datum(datum))
    header = columns_of(file, encoding=encoding)
    for name in (lon, lat, accuracy):
        if name is not None and name not in header:
            raise FieldNeeded(f"The table has no column {name!r}.", value=name, remedy=f"It has: {', '.join(header)}.")
    layer = layer_in_file(grids, code=code, crs=crs) if grids else layer_in_force(district)
    if layer.locator.why_slow:
        typer.echo(f"The polygons are no clean coverage ({layer.locator.why_slow}): located exactly, but slower.")
    _locate_rows(file, output, header=header, columns=columns, layer=layer, encoding=encoding)


def layer_in_file(file: Path, *, code: str | None, crs: str | None) -> Layer:
    """The polygons of a file under their codes; there is no path above them."""
    table = read_features(file)
    codes = [text(value) for value in table.fields[require_field(table.fields, "code", code)]]
    polygons = stored_geometry(table, crs=crs)
    try:
        locator = Locator.build(codes, polygons)
    except LayerError as error:
        raise BrokenLayer(f"{file.name}: {error}.", field="grids", value=str(file)) from error
    return Layer(locator, {code: code for code in codes}, DistrictSettings())


def layer_in_force(district: str | None) -> Layer:
    """The cells of the edition in force."""

    async def work(connection: AsyncConnection) -> CompiledEdition:
        chosen = await district_of(connection, district)
        return await compiled(connection, chosen, await edition_in_force(connection, chosen))

    edition = in_transaction(work, commit=False)
    cells = [edition.cell(str(code)) for code in edition.locator.codes]
    paths = {cell.code: "/".join(area.code for area in reversed(edition.chain(cell))) for cell in cells}
    return Layer(edition.locator, paths, edition.district.settings)


def _locate_rows(
    file: Path, output: Path, *, header: list[str], columns: PointColumns, layer: Layer, encoding: str | None
) -> None:
    total, found, unread = _count_lines(file), 0, 0
    # Only a whole table gets the name that was asked for.
    unfinished = output.with_name(f"{output.name}.part")
    with (
        unfinished.open("w", encoding="utf-8-sig", newline="") as target,
        progress("locating", total=total) as step,
    ):
        writer = csv.DictWriter(target, [*header, *(PREFIX + name for name in ANSWERS)])
        writer.writeheader()
        for rows in row_chunks(file, encoding=encoding, size=CHUNK):
            points = read_points(rows, columns)
            placed = place_many(
                layer.locator,
                points.lon,
                points.lat,
                accuracy_m=np.nan_to_num(points.accuracy_m, nan=NO_ACCURACY_M),
                assumed_accuracy_m=layer.settings.assumed_accuracy_m,
                reach_m=layer.settings.reach_m,
            )
            for row, placement, reason in zip(rows, placed, points.reasons, strict=True):
                row.pop(SURPLUS, None)  # type: ignore[call-overload]  # csv keeps surplus cells under None
                writer.writerow(row | _answer(placement, reason, layer))
            found += sum(one.code is not None for one in placed)
            unread += sum(bool(reason) for reason in points.reasons)
            step(len(rows))
    unfinished.replace(output)
    typer.echo(f"{found:,} located, {unread:,} without a position that can be read; written to {output}.")


def _answer(placement: Placement, reason: str, layer: Layer) -> dict[str, Any]:
    if reason:
        return {PREFIX + "reason": reason}
    answer = {
        "code": placement.code or "",
        "path": layer.paths[placement.code] if placement.code else "",
        "certainty": placement.certainty,
        "border_m": _metres(placement.border_m),
        "nearest_m": _metres(placement.nearest_m),
        "candidates": ";".join(f"{one.code}:{one.share}" for one in placement.candidates),
        "flags": ";".join(placement.flags),
    }
    return {PREFIX + name: value for name, value in answer.items()}


def _metres(distance_m: float | None) -> str:
    return "" if distance_m is None else f"{distance_m:.1f}"


def _count_lines(file: Path) -> int:
    """The table's lines without the header: its rows, unless cells hold line breaks."""
    with file.open("rb") as content:
        return max(sum(block.count(b"\n") for block in iter(lambda: content.read(1 << 20), b"")) - 1, 1)
