"""`./wangge audit`: the access log and the audit trail, verified, listed, and the end of their chain printed."""

from __future__ import annotations

import asyncio
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import psycopg
import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.column_maps import BadOption
from api.cli.progress import progress
from api.cli.transactions import in_transaction
from api.cluster_database import database_url
from api.serving import require_current
from api.settings import read_settings
from layers.actors import DESK
from layers.canonical import canonical
from layers.traces.queries import TrailFilter, TrailPage, trail
from layers.traces.records import EventName, Head
from layers.traces.verifying import Verified, head_of, verify

BROKEN = 1
#: Faults that are printed; the rest is counted.
SHOWN = 50


class Question(StrEnum):
    """What can be asked of the trail."""

    VERIFY = "verify"
    LIST = "list"
    HEAD = "head"


def audit(
    question: Annotated[Question, typer.Argument(help="verify, list or head.")],
    kept: Annotated[
        list[str] | None, typer.Option("--head", metavar="PLACE:DIGEST", help="With verify: an end kept elsewhere.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="With list: from this time on, 2026-11-22T00:00+08:00.")] = None,
    until: Annotated[str | None, typer.Option(help="With list: before this time.")] = None,
    event: Annotated[EventName | None, typer.Option(help="With list: only this event.")] = None,
    actor: Annotated[str | None, typer.Option(help="With list: only what this actor did, account:17.")] = None,
    subject: Annotated[str | None, typer.Option(help="With list: only about this, report:20261122-0000017.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="With list: how many at most, newest first.")] = 50,
) -> None:
    """Look at the traces: who read personal data, who signed in, who changed what.

    `verify` follows the whole chain and names every trace that was altered, removed, inserted or moved; it then ends
    with code 1. `head` prints where the chain ends: kept elsewhere and given to verify, it also shows a chain that was
    made anew from the beginning.
    """
    if question is Question.LIST:
        _list(TrailFilter(_moment(since, "since"), _moment(until, "until"), event, actor, subject), limit)
        return
    heads = tuple(Head.read(one) for one in kept or [])
    url = database_url(read_settings())
    require_current(url)
    if question is Question.HEAD:
        typer.echo(str(asyncio.run(_head(url))))
        return
    found = asyncio.run(_verify(url, heads))
    _tell(found)
    if found.faults:
        raise typer.Exit(BROKEN)


async def _head(url: str) -> Head:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return await head_of(connection)


async def _verify(url: str, kept: tuple[Head, ...]) -> Verified:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        total: Any = await (await connection.execute("select count(*) from traces")).fetchone()
        with progress("verifying", total=total[0]) as step:
            return await verify(connection, kept=kept, step=step)


def _tell(found: Verified) -> None:
    for fault in found.faults[:SHOWN]:
        typer.echo(f"At {fault.place:,}: {fault.what}.")
    if len(found.faults) > SHOWN:
        typer.echo(f"… and {len(found.faults) - SHOWN:,} more.")
    verdict = f"{len(found.faults):,} faults" if found.faults else "the chain holds"
    typer.echo(f"{found.traces:,} traces, up to {found.head.place:,}: {verdict}.")
    typer.echo(f"Head: {found.head}")


def _list(narrowed: TrailFilter, limit: int) -> None:
    async def work(connection: AsyncConnection) -> TrailPage:
        return await trail(connection, narrowed, scope=DESK, limit=limit)

    page = in_transaction(work, commit=False)
    for one in page.traces:
        at = one.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        typer.echo("\t".join([str(one.place), at, one.actor, one.event, one.subject, canonical(one.facts).decode()]))
    if page.next_before is not None:
        typer.echo("There are more: raise --limit or narrow the list.", err=True)


def _moment(text: str | None, name: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadOption(
            f"--{name} is no time with its offset.", field=name, value=text, remedy="Write 2026-11-22T00:00+08:00."
        )
    return moment
