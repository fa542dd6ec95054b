"""Importing a level of polygons, as the command line shows it."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.column_maps import read_pairs
from api.cli.importing_registers import read_datum
from api.cli.tables import FIRST_FEW, first_few, print_table
from api.cli.tracing import leave_trace
from api.cli.transactions import command_actor, in_transaction, this_moment
from api.published import counts
from layers.areas.defects import DefectsFound, Finding, counted, findings_geojson
from layers.areas.importing import LevelRequest, Preparation, prepare_level, store_level
from layers.areas.importing_difference import Difference
from layers.areas.records import Edition
from layers.districts.queries import district as district_of
from layers.read.features import FeatureTable, read_features
from layers.read.point_tables import read_outlines_table
from layers.read.refusals import FieldNeeded
from layers.read.rows import columns_of, is_table, row_chunks
from layers.traces.records import EventName

SHOWN_FINDINGS = 12
CODE_COLUMNS = ("new", "old")


@dataclass(frozen=True, slots=True)
class LevelOptions:
    """What the command line may say about a file of polygons."""

    district: str | None
    code: str | None
    name: str | None
    parent: str | None
    under: Sequence[str]
    layer: str | None
    crs: str | None
    datum: str | None
    encoding: str | None
    keep: Sequence[str]
    code_digits: int | None
    parent_digits: int | None
    use_codes: Path | None
    codes_to: Path | None
    recoded: bool
    reused: Sequence[str]
    number: bool
    repair: bool
    defects: Path | None


def import_level(file: Path, *, level: str, options: LevelOptions, commit: bool) -> None:
    """Import one level; errors are shown whole before they refuse it."""
    table = _read(file, options)
    instead = read_instead(options.use_codes) if options.use_codes else {}

    async def work(connection: AsyncConnection) -> tuple[Preparation, Edition | None]:
        district = await district_of(connection, options.district)
        request = LevelRequest(
            level=district.level(level),
            code=options.code,
            name=options.name,
            parent=options.parent,
            under=read_pairs(options.under, "--under", "CODE=PARENT"),
            crs=options.crs,
            repair=options.repair,
            datum=read_datum(options.datum) if options.datum else None,
            code_digits=options.code_digits,
            parent_digits=options.parent_digits,
            instead=instead,
            recoded=options.recoded,
            reused=frozenset(options.reused),
            number=options.number,
        )
        prepared = await prepare_level(connection, district=district, table=table, request=request)
        if prepared.errors:
            return prepared, None
        edition = await store_level(connection, prepared, actor=command_actor(), now=this_moment())
        facts = {"edition": edition.number, **counts(prepared.difference)}
        await leave_trace(connection, EventName.IMPORTED, district, f"level:{level}", facts)
        return prepared, edition

    prepared, edition = in_transaction(work, commit=commit)
    show(prepared)
    if options.defects is not None:
        write_defects(options.defects, prepared.findings)
    if options.codes_to is not None:
        write_codes(options.codes_to, prepared.recoded)
    if edition is None:
        raise DefectsFound(prepared.findings, remedy=_remedy(prepared, options))
    _say_outcome(prepared, edition, commit=commit)


def read_instead(file: Path) -> dict[str, str]:
    """The known code to take instead of each of the file's, from a table with the columns new and old.

    Raises:
        FieldNeeded: it has other columns.
    """
    header = columns_of(file)
    new, old = (require_column(header, name) for name in CODE_COLUMNS)
    return {row[new]: row[old] for chunk in row_chunks(file) for row in chunk if row[new] and row[old]}


def require_column(header: Sequence[str], name: str) -> str:
    """The column with this name; refused when it is not there."""
    if name not in header:
        raise FieldNeeded(
            f"The table of codes has no column {name!r}.",
            field="use-codes",
            value=name,
            remedy=f"It needs {' and '.join(CODE_COLUMNS)}, as --codes-to writes them; it has {', '.join(header)}.",
        )
    return name


def write_codes(file: Path, recoded: Sequence[tuple[str, str]]) -> None:
    """Write which of the file's codes stand for which known ones."""
    with file.open("w", encoding="utf-8-sig", newline="") as table:
        writer = csv.writer(table)
        writer.writerows([CODE_COLUMNS, *recoded])
    typer.echo(f"{len(recoded):,} pairs of codes written to {file}.")


def _read(file: Path, options: LevelOptions) -> FeatureTable:
    if is_table(file):
        return read_outlines_table(file, encoding=options.encoding, sheet=options.layer, keep=options.keep)
    return read_features(file, layer=options.layer, encoding=options.encoding, keep=options.keep)


def show(prepared: Preparation) -> None:
    """Print what an import found and what it would change."""
    level, chosen = prepared.level, prepared.fields
    parts = [f"code from {chosen.code}"]
    parts += [f"name from {chosen.name}" if chosen.name else "no name field: named by code"]
    parts += [f"parent from {chosen.parent}"] if chosen.parent else []
    typer.echo(f"{prepared.district.name}, {level.name} ({level.key}): {', '.join(parts)}.")
    for note in prepared.notes:
        typer.echo(note)
    show_findings(prepared.findings)
    show_difference(prepared.difference)
    print_table(
        f"Known areas under other codes: {len(prepared.recoded):,}",
        ["known code", "the file's code"],
        [(known, code) for code, known in prepared.recoded[:SHOWN_FINDINGS]],
    )
    mended = sorted(prepared.mended, key=lambda one: -one.moved_m2)
    print_table(
        f"Mended: {len(mended):,} areas, {sum(one.moved_m2 for one in mended):,.0f} m² came or went",
        ["area", "before m²", "after m²", "moved m²", "border moved m"],
        [(one.code, one.before_m2, one.after_m2, one.moved_m2, one.shift_m) for one in mended[:FIRST_FEW]],
    )
    redrawn = sorted(prepared.redrawn, key=lambda one: -(one.gained_m2 + one.lost_m2))
    print_table(
        f"Redrawn as the union of what lies below: {len(redrawn):,} areas",
        ["level", "area", "gained m²", "lost m²"],
        [
            (prepared.district.levels[one.depth].key, f"{one.code} {one.name}", one.gained_m2, one.lost_m2)
            for one in redrawn[:FIRST_FEW]
        ],
    )


def show_findings(findings: Sequence[Finding]) -> None:
    """Print the counts of defects and the first of them, errors first."""
    if not findings:
        return
    order = ("error", "warning", "mended")
    ordered = sorted(findings, key=lambda one: order.index(one.severity))
    print_table(
        f"Defects: {counted(findings)}",
        ["", "kind", "areas", "size m²", "lon, lat"],
        [
            (one.severity, one.kind, " ".join(one.codes[:3]), _size(one), _place(one))
            for one in ordered[:SHOWN_FINDINGS]
        ],
    )
    if len(ordered) > SHOWN_FINDINGS:
        typer.echo(f"… and {len(ordered) - SHOWN_FINDINGS:,} more; --defects FILE.geojson writes them all.")


def show_difference(difference: Difference) -> None:
    """Print how many areas change and how, with the first few of each."""
    kinds = [(one.name, getattr(difference, one.name)) for one in fields(difference)]
    print_table(
        "What would change",
        ["", "areas", "first few"],
        [(name, len(codes), first_few(codes) if name != "unchanged" else "") for name, codes in kinds if codes],
    )


def write_defects(file: Path, findings: Sequence[Finding]) -> None:
    """Write every finding as GeoJSON."""
    file.write_text(json.dumps(findings_geojson(findings), ensure_ascii=False), encoding="utf-8")
    typer.echo(f"{len(findings):,} defects written to {file}.")


def _say_outcome(prepared: Preparation, edition: Edition, *, commit: bool) -> None:
    if prepared.changes_nothing:
        typer.echo(f"Nothing changes: edition {edition.number} ({edition.status}) already holds this.")
    elif commit:
        typer.echo(f"Stored in draft edition {edition.number}. Put it in force: ./wangge publish --commit")
    else:
        typer.echo("Nothing stored: add --commit to put it into the draft.")


def _remedy(prepared: Preparation, options: LevelOptions) -> str:
    """What to type, by what keeps the level out."""
    kinds = {one.kind for one in prepared.errors}
    if prepared.proposed_code is not None:
        return f"Add --code {prepared.proposed_code}: it tells all rows apart."
    if "other_codes" in kinds:
        return (
            "Keep the known codes: --codes-to TABLE.csv writes the table old → new, --use-codes TABLE.csv applies it; "
            "or add --recoded when the new codes are meant."
        )
    if "reused_code" in kinds:
        return "Number these areas anew, or add --reused CODE for each whose place did move."
    shown = "" if options.defects else "; --defects FILE.geojson shows every place"
    return f"Mend the file{shown}." if options.repair else f"Mend the file, or add --repair to mend its borders{shown}."


def _size(finding: Finding) -> str:
    return "" if finding.size_m2 is None else f"{finding.size_m2:,.1f}"


def _place(finding: Finding) -> str:
    return "" if finding.place is None else f"{finding.place.lon:.6f}, {finding.place.lat:.6f}"
