"""`./wangge certificate`: what an edition holds and its fingerprint, which an export must give as well."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.tables import print_table
from api.cli.transactions import in_transaction
from api.schemas.areas import CertificateTold
from layers.areas.certificates import Certificate, certificate
from layers.areas.drafts_rows import load_levels
from layers.areas.queries import edition as edition_of
from layers.districts.queries import district as district_of

DOES_NOT_HOLD = 1


def certify(
    edition: Annotated[int | None, typer.Option(help="Number of the edition; default: the one in force.")] = None,
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Check an edition as a whole again and tell its certificate (版本证书); ends with code 1 where it does not hold.

    docs/export.md shows how anyone recomputes the fingerprint from an export, with nothing of ours.
    """
    found = in_transaction(lambda connection: _certified(connection, edition, district), commit=False)
    if as_json:
        typer.echo(CertificateTold.of(found).model_dump_json())
    else:
        _print(found)
    if not found.holds:
        raise typer.Exit(DOES_NOT_HOLD)


async def _certified(connection: AsyncConnection, number: int | None, code: str | None) -> Certificate:
    district = await district_of(connection, code)
    found = await edition_of(connection, district, number)
    return certificate(district, found, await load_levels(connection, district, found))


def _print(found: Certificate) -> None:
    title = f"District {found.district}, edition {found.edition} ({found.status})"
    rows = [(one.key, one.areas, one.parts, one.vertices, round(one.area_m2)) for one in found.levels]
    print_table(title, ("level", "areas", "parts", "vertices", "m²"), rows)
    typer.echo(f"Fingerprint {found.digest}.")
    if found.recorded not in {None, found.digest}:
        typer.echo(f"It was {found.recorded} when the edition came into force: the boundaries were altered since.")
    for one in found.findings:
        typer.echo(f"{one.severity}: {one.message}")
    typer.echo("Whole: no gaps, no overlaps, every area the union of those below it." if found.holds else "Not whole.")
