"""`./wangge import`: a level's polygons, service points, buildings or the roster, from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.importing_levels import LevelOptions, import_level
from api.cli.importing_registers import RegisterOptions, import_places, import_roster

Commit = Annotated[bool, typer.Option("--commit", help="Store it; without this nothing is changed.")]
Field = Annotated[str | None, typer.Option(metavar="FIELD")]


def import_file(
    file: Annotated[
        Path, typer.Argument(help="Shapefile (also zipped), GeoPackage, GeoJSON; for the roster also CSV.")
    ],
    kind: Annotated[
        str, typer.Option("--as", metavar="LEVEL|service-points|buildings|roster", help="What the file holds.")
    ],
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
    code: Field = None,
    name: Field = None,
    parent: Annotated[str | None, typer.Option(metavar="FIELD|spatial", help="spatial: the largest overlap.")] = None,
    under: Annotated[
        list[str] | None, typer.Option(metavar="CODE=PARENT", help="The parent of one area, whatever the file says.")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of a file that holds several.")] = None,
    crs: Annotated[str | None, typer.Option(help="The file's system, such as EPSG:n.")] = None,
    datum: Annotated[str | None, typer.Option(help="For points that are shifted: gcj02 or bd09.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The file's encoding, such as UTF-8 or GB18030.")] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Mend overlaps, slivers and rings.")] = False,
    defects: Annotated[Path | None, typer.Option(help="Write every defect here, GeoJSON.")] = None,
    refused: Annotated[Path | None, typer.Option(help="Write refused rows here, CSV.")] = None,
    commit: Commit = False,
) -> None:
    """Import a file. A dry run unless --commit: it prints what would change and every defect.

    Polygons go into the district's draft edition; ./wangge publish puts that in force.
    """
    if kind in {"service-points", "buildings"}:
        options = RegisterOptions(district, code, layer, crs, datum, encoding, refused)
        import_places(file, kind=kind, options=options, commit=commit)
    elif kind == "roster":
        import_roster(
            file, options=RegisterOptions(district, code, layer, crs, datum, encoding, refused), commit=commit
        )
    else:
        options_for_level = LevelOptions(
            district, code, name, parent, under or [], layer, crs, encoding, repair, defects
        )
        import_level(file, level=kind, options=options_for_level, commit=commit)
