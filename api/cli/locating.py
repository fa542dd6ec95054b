"""`./wangge locate`: a table of points, located against the edition in force or against any file of polygons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.importing_registers import read_datum
from api.cli.locating_parts import GEOPACKAGE, TYPED, Output, Part, check_output, output_ending
from api.cli.locating_rows import ANSWERS, PREFIX, Layer, answer_rows
from api.cli.progress import progress
from api.cli.transactions import in_transaction
from geo.errors import LayerError
from geo.locate import Locator
from layers.areas.importing import BrokenLayer
from layers.areas.queries import compiled, edition_in_force
from layers.areas.records import CompiledEdition
from layers.districts.queries import district as district_of
from layers.districts.records import DistrictSettings
from layers.read.coordinates import stored_geometry
from layers.read.features import read_features
from layers.read.fields import compound, require_field
from layers.read.points import PointColumns
from layers.read.refusals import FieldNeeded
from layers.read.row_streams import LAT, LON, RowStream, open_rows
from layers.read.values import text

CHUNK = 20_000


def locate(
    file: Annotated[Path, typer.Argument(help="Points: CSV, CSV.GZ, XLSX, Parquet, GeoPackage.", metavar="POINTS")],
    datum: Annotated[str, typer.Option(help="wgs84, cgcs2000, gcj02 or bd09.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where it goes: .csv, .csv.gz, .parquet or .gpkg.")],
    lon: Annotated[str | None, typer.Option(help="Column of the longitude; a GeoPackage has points.")] = None,
    lat: Annotated[str | None, typer.Option(help="Column of the latitude; a GeoPackage has points.")] = None,
    accuracy: Annotated[str | None, typer.Option(help="Column of the accuracy in metres.")] = None,
    grids: Annotated[Path | None, typer.Option(help="File of polygons; no database is used then.")] = None,
    code: Annotated[str | None, typer.Option(help="Field of the polygons' code.")] = None,
    crs: Annotated[str | None, typer.Option(help="The polygons' system, such as EPSG:n.")] = None,
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer or sheet of a table that holds several.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The table's encoding, such as GB18030.")] = None,
) -> None:
    """Locate a table of points: each row gets its cell, how certain that is, and how far the border is.

    Rows that cannot be read are kept, with the reason in a column. A run that was interrupted goes on where it was.
    """
    check_output(output)
    table = open_rows(file, encoding=encoding, layer=layer)
    if table.has_points:
        lon, lat = lon or LON, lat or LAT
    columns = PointColumns(
        require_column(table, lon, "lon"),
        require_column(table, lat, "lat"),
        require_column(table, accuracy, "accuracy") if accuracy else None,
        read_datum(datum),
    )
    against = layer_in_file(grids, code=code, crs=crs) if grids else layer_in_force(district)
    if against.locator.why_slow:
        typer.echo(f"The polygons are no clean coverage ({against.locator.why_slow}): located exactly, but slower.")
    locate_rows(table, output, columns=columns, layer=against, job=_job(file, columns, against, encoding, layer))


def require_column(table: RowStream, name: str | None, meaning: str) -> str:
    """The column with this name; refused when none is named, or it is not there."""
    if name is None or name not in table.columns:
        said = f"has no column {name!r}" if name else f"does not say which column holds the {meaning}"
        raise FieldNeeded(
            f"The table {said}.",
            field=meaning,
            value=name,
            remedy=f"Name it: --{meaning} COLUMN. It has: {', '.join(table.columns)}.",
        )
    return name


def layer_in_file(file: Path, *, code: str | None, crs: str | None) -> Layer:
    """The polygons of a file under their codes; there is no path above them."""
    table = read_features(file)
    field = code or require_field(table.fields, "code", None)
    codes = [text(value) for value in compound(table.fields, field)]
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


def locate_rows(
    table: RowStream, output: Path, *, columns: PointColumns, layer: Layer, job: dict[str, Any], size: int = CHUNK
) -> None:
    """Locate a table part by part; parts that an interrupted run has left are not done again."""
    target = Output(
        output,
        [*table.columns, *(PREFIX + name for name in ANSWERS)],
        _schema(table, ending) if (ending := output_ending(output)) in TYPED else None,
    )
    parts = target.begin({**job, "size": size})
    if parts:
        typer.echo(f"Going on after {sum(part.rows for part in parts):,} rows of an earlier run.")
    with progress("locating", total=table.total) as step:
        step(sum(part.rows for part in parts))
        for rows in table.pieces(size, len(parts)):
            answered = answer_rows(rows, columns, layer)
            part = Part(len(parts), len(rows), answered.located, answered.unread)
            target.write(part, answered)
            parts.append(part)
            step(len(rows))
    target.join()
    located, unread = sum(part.located for part in parts), sum(part.unread for part in parts)
    typer.echo(f"{located:,} located, {unread:,} without a position that can be read; written to {output}.")


def _schema(table: RowStream, ending: str) -> Any:
    from api.cli.locating_arrow import located_schema

    return located_schema(table, with_points=ending == GEOPACKAGE)


def _job(
    file: Path, columns: PointColumns, layer: Layer, encoding: str | None, sheet: str | None
) -> dict[str, Sequence[Any]]:
    """What makes two runs the same: the table as it lies there, what is read of it, and the polygons."""
    here = file.stat()
    said = [columns.lon, columns.lat, columns.accuracy, str(columns.datum), encoding, sheet]
    return {"table": [file.name, here.st_size, here.st_mtime_ns], "read": said, "layer": [layer.digest()]}
