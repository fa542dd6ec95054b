"""Approved plans come in force at their moment, each in one transaction; what cannot goes back to its draft."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api.clock import Clock
from api.database import Database, connection_arguments
from api.logs import event
from api.published import published_facts
from layers.actors import DESK
from layers.areas.records import CompiledEdition
from layers.migrations import sqlalchemy_url
from layers.plans.enforcing import due, put_in_force, say_failed
from layers.plans.followers import FOLLOWERS
from layers.refusals import Refusal
from layers.scope import enter
from layers.traces.recording import trace_in
from layers.traces.records import Event, EventName

ACTOR = "job:plans"
#: What is done with an edition that has just come in force, so that it need not be built once more.
Adopt = Callable[[CompiledEdition], None]


async def enforce_due(database: Database, clock: Clock, adopt: Adopt | None = None) -> int:
    """Put in force whatever is due; how many plans were looked at."""
    async with database.reading(DESK) as connection:
        numbers = await due(connection, now=clock())
    for number in numbers:
        try:
            # In a thread of its own: thousands of cells take seconds, and requests must not wait for them.
            made = await asyncio.to_thread(_enforce_apart, database.url, clock, number)
        except Refusal as refusal:
            event("plan_failed", plan=number, error=type(refusal).__name__)
            async with database.writing(DESK) as connection:
                await say_failed(connection, number, str(refusal), actor=ACTOR, now=clock())
        else:
            if made is not None and adopt is not None:
                adopt(made)
    return len(numbers)


def _enforce_apart(url: str, clock: Clock, number: int) -> CompiledEdition | None:
    return asyncio.run(_enforce(url, clock, number))


async def _enforce(url: str, clock: Clock, number: int) -> CompiledEdition | None:
    """Put one plan in force, on a connection of its own; None when someone else has done so meanwhile."""
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool, connect_args=connection_arguments())
    try:
        async with engine.begin() as connection:
            await enter(connection, DESK)
            done = await put_in_force(connection, number, followers=FOLLOWERS, actor=ACTOR, clock=clock)
            if done is None:
                return None
            plan, publication = done
            facts = {**published_facts(publication), "plan": number}
            trace = Event(EventName.PUBLISHED, plan.district_id, f"edition:{publication.edition.number}", facts=facts)
            await trace_in(connection, trace, actor=ACTOR, now=clock())
    finally:
        await engine.dispose()
    event("plan_in_force", plan=number, edition=publication.edition.number)
    return publication.compiled
