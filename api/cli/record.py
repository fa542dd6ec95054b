"""`./wangge record`: the journals of all reports verified, their daily seals printed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

import orjson
import psycopg
import typer

from api.cli.column_maps import BadOption
from api.cli.progress import progress
from api.cli.tables import print_table
from api.cluster_database import database_url
from api.serving import require_current
from api.settings import read_settings
from layers.reports.queries import id_of
from layers.reports.sealing import Seal, seals_of
from layers.reports.verifying import Verified, verify

BROKEN = 1
#: Faults that are printed; the rest is counted.
SHOWN = 50
MOST_SEALS = 400


class Question(StrEnum):
    """What can be asked of the record."""

    VERIFY = "verify"
    SEALS = "seals"


def record(
    question: Annotated[Question, typer.Argument(help="verify or seals.")],
    report: Annotated[str | None, typer.Option(help="With verify: this report alone, and no seal.")] = None,
    kept: Annotated[
        list[str] | None, typer.Option("--seal", metavar="DAY:DIGEST", help="With verify: a seal kept elsewhere.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Check the record of what was done to reports.

    `verify` follows every journal and every seal, and names what was altered, removed, inserted or moved; it then ends
    with code 1. `seals` prints the daily seals: kept elsewhere and given to verify, they also show a record that was
    made anew from the beginning.
    """
    wanted = None if report is None else id_of(report)
    heads = dict(_kept(one) for one in kept or [])
    url = database_url(read_settings())
    require_current(url)
    if question is Question.SEALS:
        _print_seals(asyncio.run(_seals(url)), as_json=as_json)
        return
    found = asyncio.run(_verify(url, wanted, heads))
    _print_found(found, as_json=as_json)
    if found.faults:
        raise typer.Exit(BROKEN)


def _kept(text: str) -> tuple[date, bytes]:
    day, _, digest = text.partition(":")
    try:
        return date.fromisoformat(day), bytes.fromhex(digest)
    except ValueError:
        raise BadOption(
            "A seal is written as its day and its digest.",
            field="--seal",
            value=text,
            remedy="As `./wangge record seals` prints it: 2026-11-22:9f86d0….",
        ) from None


async def _verify(url: str, report: int | None, kept: Mapping[date, bytes]) -> Verified:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        row = await (await connection.execute("select count(*) from reports")).fetchone()
        with progress("verifying", total=1 if report else int(row[0]) if row else 0) as step:
            return await verify(connection, report=report, kept=kept, step=step)


async def _seals(url: str) -> list[tuple[str, Seal]]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        rows = await (await connection.execute("select id, code from districts order by code")).fetchall()
        return [(code, seal) for id_, code in rows for seal in await seals_of(connection, id_, most=MOST_SEALS)]


def _print_seals(seals: list[tuple[str, Seal]], *, as_json: bool) -> None:
    told = [{"district": code, "entries": one.entries, "seal": one.text} for code, one in seals]
    if as_json:
        typer.echo(orjson.dumps(told).decode())
        return
    print_table("Seals", ("district", "entries", "seal"), [[str(value) for value in one.values()] for one in told])


def _print_found(found: Verified, *, as_json: bool) -> None:
    if as_json:
        told = {"reports": found.reports, "entries": found.entries, "seals": found.seals}
        faults = [{"where": one.where, "what": one.what} for one in found.faults]
        typer.echo(orjson.dumps(told | {"faults": faults}).decode())
        return
    typer.echo(f"{found.reports} reports, {found.entries} entries, {found.seals} seals looked at.")
    for one in found.faults[:SHOWN]:
        typer.echo(f"{one.where}: {one.what}")
    if len(found.faults) > SHOWN:
        typer.echo(f"… and {len(found.faults) - SHOWN} more.")
    typer.echo("The record holds." if not found.faults else f"{len(found.faults)} faults.")
