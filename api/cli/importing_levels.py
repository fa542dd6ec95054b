"""Importing a level of polygons, as the command line shows it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.tables import FIRST_FEW, first_few, print_table
from api.cli.transactions import command_actor, in_transaction, this_moment
from layers.areas.defects import DefectsFound, Finding, counted, findings_geojson
from layers.areas.importing import LevelRequest, Preparation, prepare_level, store_level
from layers.areas.importing_difference import Difference
from layers.areas.records import Edition
from layers.districts.queries import district as district_of
from layers.read.features import read_features
from layers.refusals import Refusal

SHOWN_FINDINGS = 12


class BadOption(Refusal):
    """An option is not written as it should be."""


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
    encoding: str | None
    repair: bool
    defects: Path | None


def import_level(file: Path, *, level: str, options: LevelOptions, commit: bool) -> None:
    """Import one level; errors are shown whole before they refuse it."""
    table = read_features(file, layer=options.layer, encoding=options.encoding)

    async def work(connection: AsyncConnection) -> tuple[Preparation, Edition | None]:
        district = await district_of(connection, options.district)
        request = LevelRequest(
            level=district.level(level),
            code=options.code,
            name=options.name,
            parent=options.parent,
            under=read_under(options.under),
            crs=options.crs,
            repair=options.repair,
        )
        prepared = await prepare_level(connection, district=district, table=table, request=request)
        if prepared.errors:
            return prepared, None
        return prepared, await store_level(connection, prepared, actor=command_actor(), now=this_moment())

    prepared, edition = in_transaction(work, commit=commit)
    show(prepared)
    if options.defects is not None:
        write_defects(options.defects, prepared.findings)
    if edition is None:
        raise DefectsFound(prepared.findings, remedy=_remedy(options))
    _say_outcome(prepared, edition, commit=commit)


def read_under(given: Sequence[str]) -> dict[str, str]:
    """The parents that are named for single areas, written CODE=PARENT."""
    pairs = [one.partition("=") for one in given]
    for code, sign, parent in pairs:
        if not (code and sign and parent):
            raise BadOption(f"--under is {code + sign + parent!r}.", field="under", remedy="Write --under CODE=PARENT.")
    return {code.strip(): parent.strip() for code, _, parent in pairs}


def show(prepared: Preparation) -> None:
    """Print what an import found and what it would change."""
    level, chosen = prepared.level, prepared.fields
    parts = [f"code from {chosen.code}"]
    parts += [f"name from {chosen.name}" if chosen.name else "no name field: named by code"]
    parts += [f"parent from {chosen.parent}"] if chosen.parent else []
    typer.echo(f"{prepared.district.name}, {level.name} ({level.key}): {', '.join(parts)}.")
    show_findings(prepared.findings)
    show_difference(prepared.difference)
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


def _remedy(options: LevelOptions) -> str:
    shown = "" if options.defects else "; --defects FILE.geojson shows every place"
    return f"Mend the file{shown}." if options.repair else f"Mend the file, or add --repair to mend its borders{shown}."


def _size(finding: Finding) -> str:
    return "" if finding.size_m2 is None else f"{finding.size_m2:,.1f}"


def _place(finding: Finding) -> str:
    return "" if finding.place is None else f"{finding.place.lon:.6f}, {finding.place.lat:.6f}"
