"""Lives of reports in the toy town: people of every role with their scope, units, and a calendar of two years."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from layers.actors import ANYONE, DESK, NOTHING, Actor, Role, Scope
from layers.read.photos import Photo
from layers.reports.folding import fold
from layers.reports.lifecycle import Action
from layers.reports.photos import Taken as PhotoTaken
from layers.reports.photos import add_photo
from layers.reports.state import State
from layers.reports.steps.requests import StepRequest
from layers.reports.steps.step import Taken, journal_of, take_step
from layers.reports.steps.sweeping import sweep_overdue, sweep_suspended, sweep_whistles
from layers.reports.steps.writing import row_of
from layers.scope import ENTER
from tests.layers.reports.desk import MORNING, Desk, desk_at

UNITS = ("U01", "U02", "U03")
#: Spring Festival of 2025, and the two days worked for it.
DAYS_2025 = {f"2025-01-{day}": "春节" for day in (28, 29, 30, 31)} | {
    **{f"2025-02-0{day}": "春节" for day in (1, 2, 3, 4)},
    "2025-01-26": None,
    "2025-02-08": None,
}


@dataclass
class Life:
    """Takes steps as people of the town, and compares what came of them with the journal."""

    url: str
    desk: Desk
    service: psycopg.AsyncConnection[Any]
    now: datetime = MORNING
    keys: count[int] = field(default_factory=count)

    async def file(self, cell: int = 0, **given: Any) -> int:
        """File a report in the middle of a cell; its id."""
        code = self.desk.cells()[cell]
        filed = await self.desk.file(self.desk.middle_of(code), now=self.now, **given)
        return filed.report_id

    async def take(self, actor: Actor, report: int, action: Action, **said: Any) -> Taken:
        """Take a step, a minute later."""
        self.now += timedelta(minutes=1)
        said.setdefault("client_key", f"step-{next(self.keys)}")
        return await self.ask(actor, report, StepRequest(action, **said))

    async def ask(
        self, actor: Actor, report: int, request: StepRequest, connection: psycopg.AsyncConnection[Any] | None = None
    ) -> Taken:
        """Ask for a step as it is given, as the service does it."""
        on = connection or self.service
        async with on.transaction():
            await on.execute(ENTER, actor.scope.settings)
            return await take_step(on, report, request, setting=self.desk.setting, actor=actor, now=self.now)

    async def make_kind(self, code: str, **changes: Any) -> None:
        """Have a kind be otherwise."""
        for name, value in changes.items():
            statement = sql.SQL("update kinds set {} = %s where code = %s").format(sql.Identifier(name))
            await self.desk.connection.execute(statement, [Jsonb(value) if name == "limits" else value, code])
        changed = replace(self.desk.kinds[code], **changes)
        kinds = {**self.desk.kinds, code: changed}
        self.desk.setting = replace(self.desk.setting, kinds=kinds)

    async def photograph(self, report: int, taken: PhotoTaken, content: bytes) -> None:
        """Add a photo."""
        photo = Photo(content, 10, 10, sha256(content).digest(), None)
        async with self.service.transaction():
            await self.service.execute(ENTER, DESK.settings)
            await add_photo(self.service, report, photo, taken, actor="account:1", now=self.now)

    async def sweep(self) -> int:
        """What time has done by now."""
        done = 0
        for one in (sweep_overdue, sweep_suspended, sweep_whistles):
            async with self.service.transaction():
                await self.service.execute(ENTER, DESK.settings)
                done += await one(self.service, self.desk.setting, now=self.now)
        return done

    async def state(self, report: int) -> State:
        """What the journal comes to."""
        return fold(await journal_of(self.desk.connection, report))

    async def entries(self, report: int) -> list[str]:
        """The types of a report's entries."""
        return [one.type for one in await journal_of(self.desk.connection, report)]

    async def person(self, number: str) -> Actor:
        """Someone of the roster, as they act."""
        found = await self.desk.rows(
            "select p.id, p.role, p.unit_id, array_agg(distinct d.area_path) filter (where d.area_path is not null)"
            " as paths from people p left join duties d on d.person_id = p.id where p.number = %s group by p.id",
            number,
        )
        row = found[0]
        role = Role(row["role"])
        paths = () if role is Role.DEPARTMENT_HANDLER else tuple(sorted(row["paths"] or ()))
        root = self.desk.compiled.by_code[0, self.desk.compiled.district.code].path
        scope = Scope(
            paths=paths,
            districts=(self.desk.compiled.district.id,) if root in paths else (),
            person_id=row["id"],
            unit_id=row["unit_id"],
        )
        return Actor(f"account:{row['id']}", role, scope, self.desk.compiled.district.id, row["id"], row["id"])

    async def holder(self, report: int) -> Actor:
        """Whoever has a report in hand."""
        [row] = await self.desk.rows(
            "select p.number from reports r join people p on p.id = r.assignee_id where r.id = %s", report
        )
        return await self.person(row["number"])

    def reporter(self, report: int) -> Actor:
        """Whoever holds the report's secret."""
        return Actor(ANYONE.name, None, Scope(opened=(report,)) if report else NOTHING)

    async def check(self, report: int) -> State:
        """The row repeats what the journal comes to, one person's load is what they have; the state."""
        state = await self.state(report)
        [row] = await self.desk.rows("select * from reports where id = %s", report)
        names = {
            "assignee": "assignee_id", "unit": "unit_id", "area": "area_id", "holder_area": "holder_area_id",
            "edition": "edition_id", "lead": "lead_id",
        }  # fmt: skip
        for name, value in row_of(state).items():
            assert row[names.get(name, name)] == value, (name, row[names.get(name, name)], value)
        loads = await self.desk.rows(
            "select l.person_id, l.open, (select count(*) from reports r where r.assignee_id = l.person_id"
            " and r.status not in ('closed', 'void', 'linked')) as has from person_loads l"
        )
        assert [one for one in loads if one["open"] != one["has"]] == []
        return state


@asynccontextmanager
async def life_at(url: str, *, furnished: bool = False) -> AsyncIterator[Life]:
    """The toy town at a database, with units and a calendar, unless it has them."""
    async with (
        await psycopg.AsyncConnection.connect(url, autocommit=True) as owner,
        await psycopg.AsyncConnection.connect(url, autocommit=True, options="-c role=wangge_service") as service,
    ):
        if not furnished:
            await furnish(owner)
        yield Life(url, await desk_at(url, owner), service)


async def furnish(owner: psycopg.AsyncConnection[Any]) -> None:
    """Units with two handlers each, and a calendar."""
    cursor = owner.cursor(row_factory=dict_row)
    [district] = await (await cursor.execute("select id from districts")).fetchall()
    for year, days in ((2024, {}), (2025, DAYS_2025), (2026, {})):
        await owner.execute(
            "insert into calendar_years values (%s, %s, 1, %s, 'test', 'test', now())",
            [district["id"], year, json.dumps(days)],
        )
    for unit in UNITS:
        await owner.execute(
            "insert into units (district_id, code, name) values (%s, %s, %s)", [district["id"], unit, unit]
        )
        for nth in (1, 2):
            await owner.execute(
                "insert into people (district_id, number, role, unit_id)"
                " select %s, %s, 'department_handler', id from units where code = %s",
                [district["id"], f"{unit}-{nth}", unit],
            )
