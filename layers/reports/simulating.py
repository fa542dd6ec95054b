"""A district that lives: simulated reports filed, and every step of their lives taken, through the real use cases.

One queue of moments drives it all: arrivals, what people do next, and the sweeps of the clock. The same district,
seed and calendar give the same lives.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain, count
from typing import Any

from psycopg import AsyncConnection
from psycopg.errors import DeadlockDetected
from psycopg.rows import dict_row

from layers.actors import ANYONE, DESK, NOTHING, Actor, Role, Scope
from layers.read.photos import Photo, reencoded
from layers.refusals import Refusal
from layers.reports.filing import file_surely
from layers.reports.folding import fold
from layers.reports.lifecycle import Action
from layers.reports.photos import Taken, add_photo
from layers.reports.setting import Setting
from layers.reports.simulation import Arrival
from layers.reports.simulation_lives import Fate, Move
from layers.reports.simulation_parts import WHOLE, Coming, Part
from layers.reports.state import Known, State, Told
from layers.reports.steps.requests import StepRequest
from layers.reports.steps.step import journal_of, take_step
from layers.reports.steps.sweeping import BATCH, assign_waiting, sweep_overdue, sweep_suspended, sweep_whistles
from layers.scope import ENTER
from layers.together import Alone

Connection = AsyncConnection[Any]
SWEEP_EVERY = timedelta(hours=1)
#: How many areas the path of a street names: its district and itself.
STREET = 2
#: Moments in one transaction: a durable commit for each would only make it longer.
AT_ONCE = 100
#: The same in one of several parts: where two of them want the same person's load, one waits for the other's commit.
AT_ONCE_IN_PART = 10
PEOPLE = """
select p.id, p.number, p.role, p.unit_id, u.code as unit,
    coalesce(array_agg(distinct d.area_path) filter (where d.area_path is not null), '{}') as paths
from people p left join duties d on d.person_id = p.id left join units u on u.id = p.unit_id
where p.district_id = %s and p.active group by p.id, u.code order by p.number
"""


@dataclass
class Tally:
    """What happened: reports filed, steps by action, steps that were refused because something was faster."""

    filed: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def copy(self) -> Tally:
        """The same, to go on by itself."""
        return Tally(self.filed, self.steps.copy(), self.refused.copy())


@dataclass(order=True)
class _Event:
    at: datetime
    nth: int
    move: Move | None = field(compare=False)
    report: int | None = field(compare=False)
    arrival: Arrival | None = field(compare=False)


class Crowd:
    """The people of a district, as they act in a simulation."""

    def __init__(self, setting: Setting, rows: Iterable[Mapping[str, Any]]) -> None:
        self.district_id = setting.district.id
        self.by_id = {row["id"]: self._actor(row) for row in rows}
        root = next((one for one in self.by_id.values() if one.role is Role.DISPATCHER and one.scope.districts), None)
        everywhere = Scope(paths=(f"{setting.in_force.by_code[0, setting.district.code].id}.",))
        stand_in = Actor("simulation:desk", Role.DISPATCHER, replace(everywhere, districts=(self.district_id,)))
        #: Where the roster names none, somebody sits at the district's desk all the same.
        self.dispatcher = root or stand_in
        self.verifier = replace(stand_in, name="simulation:verifier")
        self.handlers: dict[int, Actor] = {}
        #: Who answers for a whole street or more.
        self.wide = {
            id_ for id_, one in self.by_id.items() if any(path.count(".") <= STREET for path in one.scope.paths)
        }
        for one in self.by_id.values():
            if one.scope.unit_id is not None:
                self.handlers.setdefault(one.scope.unit_id, one)

    def _actor(self, row: Mapping[str, Any]) -> Actor:
        role = Role(row["role"])
        paths = () if role is Role.DEPARTMENT_HANDLER else tuple(row["paths"])
        whole = (self.district_id,) if any(path.count(".") == 1 for path in paths) else ()
        scope = Scope(paths=paths, districts=whole, person_id=row["id"], unit_id=row["unit_id"])
        return Actor(f"simulation:{row['number']}", role, scope, self.district_id, None, row["id"])

    def whose(self, move: Move, state: State, report: int) -> Actor | None:
        """Who makes a move, as the report stands; None where there is nobody any more."""
        if move.who == "holder":
            return None if state.assignee is None else self.by_id.get(state.assignee)
        if move.who == "unit":
            return None if state.unit is None else self.handlers.get(state.unit)
        if move.who == "reporter":
            return replace(ANYONE, scope=replace(NOTHING, opened=(report,)))
        return self.verifier if move.who == "verifier" else self.dispatcher


@dataclass
class Simulation:
    """Lives of reports on one connection in autocommit; `clock` is the simulated moment."""

    connection: Connection
    setting: Setting
    fate: Fate
    crowd: Crowd
    actor: str
    tally: Tally = field(default_factory=Tally)
    events: list[_Event] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)
    part: Part = WHOLE
    #: How reports stood after their last move, as whoever made it remembers; the clock may have moved them since.
    last: dict[int, Known] = field(default_factory=dict)

    async def run(self, arrivals: Iterable[Arrival], *, until: datetime, step: Callable[[int], object]) -> Tally:
        """File every arrival and lead its life until a moment; `step` is told of reports filed."""
        every = iter(arrivals)
        first = next(every, None)
        if first is None:
            return self.tally
        coming = Coming(chain((first,), every), self.part)
        self._push_arrival(coming)
        sweep_at = first.at
        while sweep_at <= until:
            while self.events and self.events[0].at < sweep_at:
                await self._some(coming, sweep_at, step)
            self.part.meet()
            if self.part.sweeps:
                async with self.connection.transaction():
                    await self._sweep(sweep_at)
            self.part.meet()
            sweep_at += SWEEP_EVERY
        while self.events and self.events[0].at <= until:
            await self._some(coming, until + timedelta.resolution, step)
        return self.tally

    async def _some(self, coming: Coming, before: datetime, step: Callable[[int], object]) -> None:
        """A transaction of moments before a sweep; all of it again where another part was in the way."""
        events, last, tally = self.events[:], dict(self.last), self.tally.copy()
        coming.mark()
        try:
            async with self.connection.transaction():
                await self._enter_desk()
                for _ in range(AT_ONCE if self.part is WHOLE else AT_ONCE_IN_PART):
                    if not self.events or self.events[0].at >= before:
                        break
                    shared = await self._happen(heapq.heappop(self.events), coming)
                    if shared and self.part is not WHOLE:
                        break
        except DeadlockDetected:
            coming.back()
            self.events, self.last, self.tally = events, last, tally
        else:
            step(self.tally.filed - tally.filed)

    def _push_arrival(self, coming: Coming) -> None:
        arrival = coming.next()
        if arrival is not None:
            heapq.heappush(self.events, _Event(arrival.at, next(self.numbers), None, None, arrival))

    async def _happen(self, one: _Event, coming: Coming) -> bool:
        """Have a moment happen; whether it concerns somebody whom another part may be giving something, too."""
        if one.arrival is not None:
            self._push_arrival(coming)
            filed = await file_surely(
                Alone(self.connection), one.arrival.filing, setting=self.setting, actor=self.actor, now=one.at
            )
            self.tally.filed += not filed.again
            if not filed.again:
                known = self.last[filed.report_id] = Known(fold(filed.entries), filed.digest)
                self._plan(filed.report_id, known.state, one.at)
                return known.state.assignee in self.crowd.wide
            # One that was filed before was broken off: its life goes on from where it stands.
            told = await self._journal(filed.report_id)
            self._plan(filed.report_id, fold(told), max(one.at, told[-1].at))
            return False
        assert one.move is not None and one.report is not None
        return await self._move(one.report, one.move)

    async def _move(self, report: int, move: Move) -> bool:
        known = self.last.pop(report, None)
        state = known.state if known else await self._state(report)
        actor = self.crowd.whose(move, state, report)
        after = None if actor is None else await self._take(report, move, actor, state, known)
        if after is not None:
            self.last[report] = after
        self._plan(report, after.state if after else await self._state(report), move.at)
        return after is not None and not {state.assignee, after.state.assignee}.isdisjoint(self.crowd.wide)

    async def _take(self, report: int, move: Move, actor: Actor, state: State, known: Known | None) -> Known | None:
        """What is known after a move, None where it was refused."""
        if move.action is Action.REPORT_BACK and self.setting.kinds[state.kind].photos:
            await self._photograph(report, state, move.at)
        request = StepRequest(move.action, f"sim-{report}-{next(self.numbers)}", **move.said)
        try:
            taken = await take_step(
                self.connection, report, request, setting=self.setting, actor=actor, now=move.at, known=known
            )
        except Refusal as refusal:
            # The clock or a colleague was faster; they look again.
            self.tally.refused[f"{move.action} {type(refusal).__name__}"] += 1
            return None
        self.tally.steps[move.action.value] += 1
        return taken.known

    def _plan(self, report: int, state: State, now: datetime) -> None:
        kind = self.setting.kinds.get(state.kind)
        move = None if kind is None else self.fate.next_move(state, kind, now)
        if move is None:
            self.last.pop(report, None)
        else:
            heapq.heappush(self.events, _Event(max(move.at, now), next(self.numbers), move, report, None))

    async def _photograph(self, report: int, state: State, now: datetime) -> None:
        for taken, there in ((Taken.BEFORE, state.photos_before), (Taken.AFTER, state.photos_after)):
            if not there:
                await add_photo(self.connection, report, _photo(taken), taken, actor=self.actor, now=now)

    async def _sweep(self, now: datetime) -> None:
        await self._enter_desk()
        after: int | None = 0
        while after is not None:
            _, after = await assign_waiting(self.connection, self.setting, now=now, after=after)
        for sweep in (sweep_overdue, sweep_suspended, sweep_whistles):
            while await sweep(self.connection, self.setting, now=now) == BATCH:
                pass

    async def _state(self, report: int) -> State:
        return fold(await self._journal(report))

    async def _journal(self, report: int) -> list[Told]:
        return await journal_of(self.connection, report)

    async def _enter_desk(self) -> None:
        """For the whole transaction: every step ends there again."""
        await self.connection.execute(ENTER, DESK.settings)


async def crowd_of(connection: Connection, setting: Setting) -> Crowd:
    """The people of a district, in a transaction that may see them."""
    cursor = connection.cursor(row_factory=dict_row)
    return Crowd(setting, await (await cursor.execute(PEOPLE, [setting.district.id])).fetchall())


_PHOTOS: dict[Taken, Photo] = {}


def _photo(taken: Taken) -> Photo:
    """A small grey picture; what it shows does not matter, that it is there does."""
    if taken not in _PHOTOS:
        from io import BytesIO

        from PIL import Image

        held = BytesIO()
        Image.new("RGB", (64, 48), (90, 90, 90) if taken is Taken.BEFORE else (180, 190, 180)).save(held, "PNG")
        _PHOTOS[taken] = reencoded(held.getvalue())
    return _PHOTOS[taken]
