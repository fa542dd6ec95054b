"""`./wangge notices`: messages to the outside that were given up, and sending them again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import orjson
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from api.cli.transactions import this_moment
from api.database import Database
from api.service_login import service_url
from api.serving import check_schema
from api.settings import read_settings
from layers.actors import DESK
from layers.canonical import moment_text
from layers.notices.deliveries import dead_letters, retry
from layers.notices.records import DeadLetter
from layers.refusals import Refusal

Asked = TypeVar("Asked")
MOST_SHOWN = 10_000


class Task(StrEnum):
    """What to do."""

    DEAD = "dead"
    RETRY = "retry"


class NothingNamed(Refusal):
    """Neither some messages were named nor all of them."""


def notices(
    task: Annotated[Task, typer.Argument(help="dead: list what was given up; retry: send it again.")],
    ids: Annotated[list[int] | None, typer.Argument(help="For retry: which, by the first column of `dead`.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="For retry: all of them.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="For dead: how many at most.")] = 100,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON list instead of a table.")] = False,
) -> None:
    """List messages to webhooks, mailboxes and phones that were given up, or send them again.

    docs/notices.md says when a message is given up.
    """
    if task is Task.RETRY:
        _retry(ids or [], everything=everything)
        return
    letters = _asked(lambda connection: dead_letters(connection, limit=limit))
    if json:
        typer.echo(orjson.dumps([_facts(one) for one in letters]))
    else:
        Console().print(_table(letters))


def _retry(ids: list[int], *, everything: bool) -> None:
    if bool(ids) == everything:
        raise NothingNamed("Name messages, or say --all.", field="ids", remedy="./wangge notices dead lists them.")
    again = _asked(lambda connection: retry(connection, ids or None, now=this_moment()))
    typer.echo(f"{again:,} on their way again")


def _asked(ask: Callable[[psycopg.AsyncConnection[Any]], Awaitable[Asked]]) -> Asked:
    settings = read_settings()
    check_schema(settings)

    async def run() -> Asked:
        database = Database(service_url(settings), size=2)
        await database.open()
        try:
            async with database.filing(DESK) as connection:
                return await ask(connection)
        finally:
            await database.close()

    return asyncio.run(run())


def _facts(one: DeadLetter) -> dict[str, object]:
    return {
        "id": one.id,
        "lane": one.lane,
        "type": one.type,
        "attempts": one.attempts,
        "fault": one.fault,
        "made_at": moment_text(one.made_at),
        "given_up_at": moment_text(one.ended_at),
    }


def _table(letters: list[DeadLetter]) -> Table:
    table = Table(title="given up")
    for name in ("id", "lane", "type", "attempts", "fault", "made_at", "given_up_at"):
        table.add_column(name, justify="right" if name in {"id", "attempts"} else "left")
    for one in letters:
        table.add_row(*(str(value) for value in _facts(one).values()))
    return table
