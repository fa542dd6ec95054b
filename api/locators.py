"""The editions in force, compiled and in memory: built apart from the requests, replaced as a whole.

watch ──► look: districts, editions in force, kinds ──► another edition? ──► compile in a thread ──► swap
  ▲                                                                                                  │
  └──────────── every few seconds, or at once when a filing finds that the edition moved ◄───────────┘
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from sqlalchemy import NullPool
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from api.database import Database, connection_arguments
from api.errors import NotReady
from api.logs import event, fault
from geo.positions import Datum
from layers.areas.queries import NoEdition, compiled, edition_in_force
from layers.areas.records import CompiledEdition, Edition
from layers.calendars.queries import calendar_of
from layers.calendars.working_time import Calendar
from layers.districts.queries import choose, districts
from layers.districts.records import District
from layers.migrations import sqlalchemy_url
from layers.reports.kinds import kinds
from layers.reports.locating import at_position
from layers.reports.records import AtPosition, Kind
from layers.reports.setting import Setting

LOOK_EVERY_S = 3.0
RETRY_S = 1.0
WAIT_S = 8.0
#: What a database raises that does not answer, as opposed to one that answers and cannot be used.
AWAY = (OperationalError, InterfaceError, PoolExhausted, OSError)


@dataclass(frozen=True, slots=True)
class Served:
    """A district as requests see it. `compiled` is None while its first edition is being built, or has yet to come."""

    district: District
    in_force: Edition | None
    compiled: CompiledEdition | None
    kinds: Mapping[str, Kind]
    calendar: Calendar

    @property
    def state(self) -> str:
        """`no_edition`, `building` or `ready`."""
        if self.in_force is None:
            return "no_edition"
        return "building" if self.compiled is None else "ready"


@dataclass(frozen=True, slots=True)
class Ready:
    """A district that can locate: its compiled edition and its kinds."""

    district: District
    compiled: CompiledEdition
    kinds: Mapping[str, Kind]
    calendar: Calendar

    @property
    def setting(self) -> Setting:
        """What filing and steps need of it."""
        return Setting(self.district, self.kinds, self.calendar, self.compiled)


class Locators:
    """What every district serves at present; requests wait here for what is still being built."""

    def __init__(self, database: Database) -> None:
        self._database = database
        #: The class of the fault that keeps the database from being read, if it answers at all.
        self.failing: str | None = None
        self._served: dict[int, Served] | None = None
        self._changed = asyncio.Event()
        self._look_now = asyncio.Event()

    @property
    def states(self) -> dict[str, str] | None:
        """The state of every district by its code, None before the first look at the database."""
        return None if self._served is None else {one.district.code: one.state for one in self._served.values()}

    async def watch(self) -> None:
        """Keep up with the database until cancelled."""
        away = False
        while True:
            try:
                await self._look()
            except AWAY as error:
                if not away:
                    event("database_away", level=logging.WARNING, error=type(error).__name__)
                away = True
            except Exception as error:  # noqa: BLE001 - the watch outlives any fault, which is logged
                if self.failing != type(error).__name__:
                    fault("look_failed", error)
                self.failing = type(error).__name__
            else:
                if away:
                    event("database_back")
                    await self._database.refresh()
                away, self.failing = False, None
            await self._pause(RETRY_S if away else LOOK_EVERY_S)

    async def settled(self) -> None:
        """Wait until no district is being built, however long it takes."""
        while self.states is None or "building" in self.states.values():
            await self._changed.wait()

    async def every(self) -> list[Served]:
        """Every district, by code; raises `NotReady` before the database was seen."""
        if self._served is None:
            async with _patience():
                while self._served is None:
                    await self._changed.wait()
        return list(self._served.values())

    async def district(self, code: str | None) -> Served:
        """The district with this code, or the only one.

        Raises:
            UnknownDistrict, DistrictNeeded: see `layers.districts.queries.choose`.
            NotReady: the database has not been seen yet.
        """
        every = {one.district.id: one for one in await self.every()}
        return every[choose([one.district for one in every.values()], code).id]

    async def ready(self, code: str | None, *, not_edition: int | None = None) -> Ready:
        """The district, once its locator is built; with `not_edition`, once another edition than that is.

        Raises:
            NoEdition: nothing has been published.
            NotReady: it takes longer than a request may wait.
        """
        # Nearly always it is there, and a timeout costs more than the look.
        found = None if self._served is None else self._ready(await self.district(code), not_edition)
        if found is not None:
            return found
        async with _patience():
            while (found := self._ready(await self.district(code), not_edition)) is None:
                self._look_now.set()
                await self._changed.wait()
        return found

    def _ready(self, served: Served, not_edition: int | None) -> Ready | None:
        if served.in_force is None:
            raise NoEdition(
                f"{served.district.name} has no edition of its boundaries in force.",
                field="edition",
                remedy="Import the layers and publish them.",
            )
        if served.compiled is None or served.compiled.edition.id == not_edition:
            return None
        return Ready(served.district, served.compiled, served.kinds, served.calendar)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._look_now.wait()
        except TimeoutError:
            pass
        self._look_now.clear()

    async def _look(self) -> None:
        async with self._database.reading() as connection:
            seen = {one.id: await _seen(connection, one) for one in await districts(connection)}
        former = self._served or {}
        self._swap({id_: _carried(one, former.get(id_)) for id_, one in seen.items()})
        for id_, one in seen.items():
            await self._compile_if_needed(id_, one)

    async def _compile_if_needed(self, district_id: int, seen: Served) -> None:
        assert self._served is not None
        current = self._served[district_id].compiled
        if seen.in_force is None or (current is not None and _as_new(current.edition, seen.in_force)):
            return
        made = await asyncio.to_thread(_compile_apart, self._database.url, seen.district, seen.in_force)
        event("edition_compiled", district=seen.district.code, edition=seen.in_force.number)
        self._swap(self._served | {district_id: replace(self._served[district_id], compiled=made)})

    def adopt(self, made: CompiledEdition) -> None:
        """Serve an edition that this very process has put in force, without building it once more."""
        known = (self._served or {}).get(made.district.id)
        if known is not None and self._served is not None:
            event("edition_adopted", district=made.district.code, edition=made.edition.number)
            self._swap(self._served | {made.district.id: replace(known, in_force=made.edition, compiled=made)})

    def _swap(self, served: dict[int, Served]) -> None:
        self._served = served
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def _as_new(current: Edition, seen: Edition) -> bool:
    """Whether what is served is what was seen, or newer: adopted while the database was being looked at."""
    if current.id == seen.id:
        return True
    return None not in {current.effective_at, seen.effective_at} and current.effective_at > seen.effective_at  # type: ignore[operator]


async def _seen(connection: AsyncConnection, district: District) -> Served:
    try:
        in_force = await edition_in_force(connection, district)
    except NoEdition:
        in_force = None
    return Served(district, in_force, None, await kinds(connection, district), await calendar_of(connection, district))


def _carried(seen: Served, former: Served | None) -> Served:
    """What was seen, with the locator that is there: until the next one is built it goes on answering."""
    made = former.compiled if former else None
    if made is None or seen.in_force is None:
        return seen
    if made.district != seen.district:
        made = replace(made, district=seen.district)
    return replace(seen, compiled=made)


def _compile_apart(url: str, district: District, edition: Edition) -> CompiledEdition:
    """Compile in this thread, on a connection of its own: thousands of cells take seconds."""
    return asyncio.run(_compile(url, district, edition))


async def _compile(url: str, district: District, edition: Edition) -> CompiledEdition:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool, connect_args=connection_arguments())
    try:
        async with engine.connect() as connection:
            made = await compiled(connection, district, edition)
        _warm_up(made)
        return made
    finally:
        await engine.dispose()


def _warm_up(made: CompiledEdition) -> None:
    """Locate once, so that what is compiled or loaded at the first use is not left to the first request."""
    for code in made.locator.codes[:1]:
        at_position(AtPosition(made.cell(str(code)).label, Datum.WGS84, 10.0), compiled=made)


@asynccontextmanager
async def _patience() -> AsyncIterator[None]:
    """Wait inside the block for a few seconds, then say that it is not ready."""
    try:
        async with asyncio.timeout(WAIT_S):
            yield
    except TimeoutError:
        raise NotReady("The boundaries are still being made ready.", remedy="Try again in a few seconds.") from None
