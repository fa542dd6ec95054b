"""Approved plans come in force at their moment, each in one transaction; what cannot goes back to its draft."""

from __future__ import annotations

from api.clock import Clock
from api.database import Database
from api.logs import event
from api.published import published_facts
from layers.actors import DESK
from layers.plans.enforcing import due, put_in_force, say_failed
from layers.plans.followers import FOLLOWERS
from layers.refusals import Refusal
from layers.traces.recording import trace_in
from layers.traces.records import Event, EventName

ACTOR = "job:plans"


async def enforce_due(database: Database, clock: Clock) -> int:
    """Put in force whatever is due; how many plans were looked at."""
    async with database.reading(DESK) as connection:
        numbers = await due(connection, now=clock())
    for number in numbers:
        try:
            await _enforce(database, clock, number)
        except Refusal as refusal:
            event("plan_failed", plan=number, error=type(refusal).__name__)
            async with database.writing(DESK) as connection:
                await say_failed(connection, number, str(refusal), actor=ACTOR, now=clock())
    return len(numbers)


async def _enforce(database: Database, clock: Clock, number: int) -> None:
    async with database.writing(DESK) as connection:
        done = await put_in_force(connection, number, followers=FOLLOWERS, actor=ACTOR, clock=clock)
        if done is None:
            return
        plan, publication = done
        facts = {**published_facts(publication), "plan": number}
        trace = Event(EventName.PUBLISHED, plan.district_id, f"edition:{publication.edition.number}", facts=facts)
        await trace_in(connection, trace, actor=ACTOR, now=clock())
    event("plan_in_force", plan=number, edition=publication.edition.number)
