"""`./wangge import`: a level's polygons, places, households, roster, kinds, units or a calendar, from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.column_maps import BadOption, read_pairs, typed_words
from api.cli.importing_calendar import import_calendar
from api.cli.importing_kinds import import_kinds, import_units
from api.cli.importing_levels import LevelOptions, import_level
from api.cli.importing_registers import RegisterOptions, import_households, import_places, import_roster
from layers.read.leaving import Rest

Commit = Annotated[bool, typer.Option("--commit", help="Store it; without this nothing is changed.")]
Field = Annotated[str | None, typer.Option(metavar="FIELD")]
Digits = Annotated[int | None, typer.Option(metavar="N", help="Restore leading zeros up to N digits.")]

REGISTERS = {
    "households": import_households,
    "roster": import_roster,
    "kinds": import_kinds,
    "units": import_units,
    "calendar": import_calendar,
}


def import_file(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="Shapefile (also zipped), GeoPackage, GeoJSON; tables as CSV, CSV.GZ or XLSX.")
    ],
    kind: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="LEVEL|service-points|buildings|households|roster|kinds|units|calendar",
            help="What it holds.",
        ),
    ],
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
    code: Annotated[str | None, typer.Option(metavar="FIELD[+FIELD]", help="Several are joined: 12-7.")] = None,
    name: Field = None,
    parent: Annotated[str | None, typer.Option(metavar="FIELD|spatial", help="spatial: the largest overlap.")] = None,
    under: Annotated[
        list[str] | None, typer.Option(metavar="CODE=PARENT", help="The parent of one area, whatever the file says.")
    ] = None,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Which column holds what; repeatable.")
    ] = None,
    keep: Annotated[str | None, typer.Option(metavar="FIELD,FIELD", help="Read only these fields.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer or sheet of a file that holds several.")] = None,
    crs: Annotated[str | None, typer.Option(help="The file's system, such as EPSG:n.")] = None,
    datum: Annotated[str | None, typer.Option(help="wgs84, cgcs2000, or shifted: gcj02, bd09.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The file's encoding, such as UTF-8 or GB18030.")] = None,
    code_digits: Digits = None,
    parent_digits: Digits = None,
    use_codes: Annotated[
        Path | None, typer.Option(metavar="TABLE.csv", help="The file's codes replaced: columns new,old.")
    ] = None,
    codes_to: Annotated[
        Path | None, typer.Option(metavar="TABLE.csv", help="Write which codes are other ones of known areas.")
    ] = None,
    recoded: Annotated[bool, typer.Option("--recoded", help="New codes for known places are meant.")] = False,
    reused: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="This code is meant for another place than before.")
    ] = None,
    number: Annotated[
        bool, typer.Option("--number", help="Give grids codes: 12 digits of their community and a sequence.")
    ] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Mend overlaps, slivers, rings and doubled rows.")] = False,
    defects: Annotated[Path | None, typer.Option(help="Write every defect here, GeoJSON.")] = None,
    refused: Annotated[Path | None, typer.Option(help="Write refused rows here, CSV.")] = None,
    letter: Annotated[
        str | None,
        typer.Option("--range", metavar="C|M|L", help="Kinds coded by digits alone: components, matters, local."),
    ] = None,
    rest: Annotated[
        Rest | None, typer.Option(help="Kinds and units that are not in the file; inactive, unless most would go.")
    ] = None,
    hours: Annotated[
        str | None, typer.Option(metavar="08:00-12:00 14:00-18:00", help="Working hours of a calendar's years.")
    ] = None,
    commit: Commit = False,
) -> None:
    """Import a file. A dry run unless --commit: it prints what would change and every defect.

    Polygons go into the district's draft edition; ./wangge publish puts that in force. Columns of tables are proposed
    by their names, and confirmed by typing the command that the dry run prints.
    """
    columns = read_pairs(mapped or [], "--map", "FIELD=COLUMN")
    kept = [one for one in (keep or "").split(",") if one]
    if kind in {"service-points", "buildings", *REGISTERS}:
        columns = {"code": code, **columns} if code else columns
        options = RegisterOptions(
            district=district,
            columns=columns,
            layer=layer,
            crs=crs,
            datum=datum,
            encoding=encoding,
            keep=kept,
            code_digits=code_digits,
            refused=refused,
            typed=typed_words(context),
            letter=letter,
            rest=rest,
            hours=hours,
        )
        if kind in REGISTERS:
            REGISTERS[kind](file, options=options, commit=commit)
        else:
            import_places(file, kind=kind, options=options, commit=commit)
        return
    if columns:
        raise BadOption(
            f"--map is for tables, and {kind} is a level.", field="map", remedy="Use --code, --name and --parent."
        )
    if number and code:
        raise BadOption(
            "--number makes codes, and --code takes the file's.", field="number", remedy="Give one of them."
        )
    for_level = LevelOptions(
        district=district,
        code=code,
        name=name,
        parent=parent,
        under=under or [],
        layer=layer,
        crs=crs,
        datum=datum,
        encoding=encoding,
        keep=kept,
        code_digits=code_digits,
        parent_digits=parent_digits,
        use_codes=use_codes,
        codes_to=codes_to,
        recoded=recoded,
        reused=reused or [],
        number=number,
        repair=repair,
        defects=defects,
    )
    import_level(file, level=kind, options=for_level, commit=commit)
