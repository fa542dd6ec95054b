"""`./wangge district`: declare a district and its kinds of report from a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.tracing import changed, leave_trace, rules_of
from api.cli.transactions import in_transaction
from layers.districts.declaring import declare, read_declaration
from layers.districts.records import District
from layers.districts.refusals import BadDistrict
from layers.reports.kinds import declare_kinds
from layers.traces.records import EventName


def district(
    file: Annotated[Path, typer.Argument(help="The declaration, TOML.")],
    commit: Annotated[bool, typer.Option("--commit", help="Store it; without this nothing is changed.")] = False,
) -> None:
    """Declare a district: its code, names, time zone, levels, settings and kinds of report.

    Declaring it again brings it up to the file. Levels that hold areas keep their depth and key.
    """
    given = read_toml(file)
    kinds = given.get("kinds", [])

    async def work(connection: AsyncConnection) -> District:
        declaration = read_declaration(given)
        before = await rules_of(connection, declaration.code)
        declared = await declare(connection, declaration)
        await declare_kinds(connection, declared, kinds)
        after = await rules_of(connection, declaration.code)
        for name, old, new in zip((EventName.DISTRICT_CHANGED, EventName.KINDS_CHANGED), before, after, strict=True):
            if differing := changed(old, new):
                await leave_trace(connection, name, declared, f"district:{declared.code}", differing)
        return declared

    declared = in_transaction(work, commit=commit)
    levels = " → ".join(f"{level.name} ({level.key})" for level in declared.levels)
    typer.echo(f"{declared.code} {declared.name}: {levels}; {len(kinds)} kinds of report; {declared.time_zone}.")
    typer.echo("Declared." if commit else "Nothing stored: add --commit to declare it.")


def read_toml(file: Path) -> dict[str, Any]:
    """The content of a TOML file; what TOML does not allow is refused with its line."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadDistrict(f"{file} is no TOML: {error}.", field="file", value=str(file)) from error
