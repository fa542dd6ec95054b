"""A simulation in this process, or in several that lead a part of the district each and meet at every sweep."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from queue import Empty
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api.database import FILING, connection_arguments
from layers.actors import DESK
from layers.districts.queries import district as district_of
from layers.migrations import sqlalchemy_url
from layers.reports.setting import setting_of
from layers.reports.simulating import Simulation, Tally, crowd_of
from layers.reports.simulation import arrivals
from layers.reports.simulation_lives import Fate
from layers.reports.simulation_parts import WHOLE, Part, meridians
from layers.reports.simulation_rows import homes, units
from layers.scope import ENTER

LOOK_S = 1.0
#: Nobody waits for an answer that must outlast a power cut, and whatever is lost is simulated again.
HASTE = {"synchronous_commit": "off"}
Step = Callable[[int], object]


class Asked(NamedTuple):
    """What is simulated: `number` reports over the `days` before `end`, of a district (None: the only one).

    Lives go on to `end`; of the day it lies in, reports come in as far as that moment, or none (not `today`).
    """

    url: str
    district: str | None
    days: int
    seed: int
    number: int
    end: datetime
    actor: str = "job:simulate"
    today: bool = True


class BrokenOffError(RuntimeError):
    """A part came to no end."""


async def simulated(asked: Asked, step: Step, part_of: Callable[[list[Any]], Part] = lambda _: WHOLE) -> Tally:
    """Lead the lives of the part that `part_of` makes of all homes, by default the whole."""
    engine = create_async_engine(sqlalchemy_url(asked.url), poolclass=NullPool)
    # Closed before the first life: what is read in one moment keeps the database from tidying up as long as it is open.
    async with engine.connect() as reading:
        chosen = await district_of(reading, asked.district)
        setting = await setting_of(reading, chosen)
        dwellings, known = await homes(reading, chosen), await units(reading, chosen)
    await engine.dispose()
    end = asked.end.astimezone(chosen.zone)
    coming = arrivals(
        dwellings,
        setting.kinds,
        until=end + timedelta(days=asked.today),
        days=asked.days,
        number=asked.number,
        seed=asked.seed,
    )
    async with await psycopg.AsyncConnection.connect(
        asked.url, **connection_arguments(FILING | HASTE), autocommit=True, prepare_threshold=0
    ) as plain:
        async with plain.transaction():
            await plain.execute(ENTER, DESK.settings)
            crowd = await crowd_of(plain, setting)
        fate = Fate(asked.seed, chosen.zone, known)
        made = Simulation(plain, setting, fate, crowd, asked.actor, part=part_of(dwellings))
        # What is there from the beginning stays to the end: the collector need not look at it again and again.
        gc.freeze()
        try:
            return await made.run((one for one in coming if one.at <= end), until=end, step=step)
        finally:
            gc.unfreeze()


def simulated_in_parts(asked: Asked, parts: int, step: Step) -> Tally:
    """Lead the lives of each part in a process of its own.

    Raises:
        BrokenOffError: one of them failed, which says why on stderr; what was committed stays.
    """
    context = get_context("spawn")
    meeting, told = context.Barrier(parts), context.Queue()
    processes = [context.Process(target=_lead, args=(asked, nth, parts, meeting, told)) for nth in range(parts)]
    for one in processes:
        one.start()
    tally, ended = Tally(), 0
    while ended < parts:
        try:
            said = told.get(timeout=LOOK_S)
        except Empty:
            if any(one.exitcode for one in processes):
                meeting.abort()
                raise BrokenOffError("A part of the simulation came to no end.") from None
            continue
        if isinstance(said, int):
            step(said)
            continue
        ended += 1
        tally.filed += said.filed
        tally.steps += said.steps
        tally.refused += said.refused
    for one in processes:
        one.join()
    return tally


def _lead(asked: Asked, nth: int, parts: int, meeting: Barrier, told: Any) -> None:
    def part_of(dwellings: list[Any]) -> Part:
        edges = meridians(dwellings, parts)
        return Part(edges[nth], edges[nth + 1], sweeps=nth == 0, meet=meeting.wait)

    try:
        told.put(asyncio.run(simulated(asked, told.put, part_of)))
    except BaseException:
        meeting.abort()
        raise
