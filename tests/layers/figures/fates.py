"""Reports of mixed fates in the toy town, through the real steps."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from layers.actors import DESK, Scope, job
from layers.areas.queries import areas, edition
from layers.districts.queries import district as district_of
from layers.districts.records import District
from layers.figures.dimensions import Asked
from layers.figures.records import By, Period, PeriodSheet
from layers.figures.sheets import period_sheet
from layers.migrations import sqlalchemy_url
from layers.reports.lifecycle import Action
from layers.reports.records import InArea
from tests.layers.reports.steps.life import Life

JANUARY = Period(date(2025, 1, 1), date(2025, 1, 31))
QUARTER = Period(date(2025, 1, 1), date(2025, 3, 31))
#: At night the dispatcher has matters in hand that climbed, and could not verify them.
VERIFIER = job("test", DESK)
NOW = datetime(2025, 6, 1, tzinfo=UTC)


async def reported(life: Life, report: int) -> None:
    worker = await life.holder(report)
    await life.take(worker, report, Action.ACCEPT)
    life.now += timedelta(minutes=17)
    await life.take(worker, report, Action.REPORT_BACK, outcome="settled")


async def settled(life: Life, report: int) -> None:
    await reported(life, report)
    await life.take(VERIFIER, report, Action.VERIFY)


async def reworked(life: Life, report: int) -> None:
    await reported(life, report)
    await life.take(VERIFIER, report, Action.REJECT, reason="badly_done")
    await life.take(await life.holder(report), report, Action.REPORT_BACK, outcome="settled")
    await life.take(VERIFIER, report, Action.VERIFY)


async def returned(life: Life, report: int) -> None:
    await life.take(await life.holder(report), report, Action.RETURN, reason="not_my_area")
    await life.take(await life.person("D0001"), report, Action.ASSIGN, person="W0003", reason="knows_the_matter")
    await settled(life, report)


async def climbed(life: Life, report: int) -> None:
    await life.take(await life.holder(report), report, Action.HAND_UP, reason="beyond_powers")
    await settled(life, report)


async def of_a_unit(life: Life, report: int) -> None:
    await life.take(await life.holder(report), report, Action.TRANSFER, unit="U02", reason="needs_unit")
    handler = await life.person("U02-2")
    await life.take(handler, report, Action.ACCEPT)
    await life.take(handler, report, Action.REPORT_BACK, outcome="repaired")
    await life.take(VERIFIER, report, Action.VERIFY)


async def late(life: Life, report: int) -> None:
    worker = await life.holder(report)
    await life.take(worker, report, Action.ACCEPT)
    life.now += timedelta(days=9)
    await life.take(worker, report, Action.REPORT_BACK, outcome="settled")
    await life.take(VERIFIER, report, Action.VERIFY)


async def late_and_excused(life: Life, report: int) -> None:
    await late(life, report)
    [mark] = (await life.state(report)).overdue
    worker, dispatcher = await life.holder(report), await life.person("D0001")
    await life.take(worker, report, Action.APPEAL, overdue=mark.position, reason="waited_for_others")
    await life.take(dispatcher, report, Action.DECIDE_APPEAL, overdue=mark.position, upheld=True)


async def void(life: Life, report: int) -> None:
    await life.take(await life.person("D0001"), report, Action.VOID, reason="test")


async def reopened(life: Life, report: int) -> None:
    await settled(life, report)
    await life.take(life.reporter(report), report, Action.REOPEN, reason="not_solved")


async def duplicate(life: Life, report: int) -> None:
    twin = await life.file()
    number = f"{report // 10_000_000}-{report % 10_000_000:07d}"
    await life.take(await life.person("D0001"), twin, Action.LINK, lead=number)
    await settled(life, report)


def evaluated(satisfied: str, *, responded: bool = True, solved: bool = True) -> Callable[[Life, int], Awaitable[None]]:
    async def fate(life: Life, report: int) -> None:
        await settled(life, report)
        said = {"responded": responded, "solved": solved, "satisfied": satisfied}
        await life.take(life.reporter(report), report, Action.EVALUATE, **said)

    return fate


async def waiting(_: Life, __: int) -> None:
    """Nobody touches it."""


FATES = (
    settled, reworked, returned, climbed, of_a_unit, late, late_and_excused, void, reopened, duplicate, waiting,
    evaluated("satisfied"), evaluated("basically"), evaluated("dissatisfied", responded=False, solved=False),
)  # fmt: skip


async def live(life: Life, *, rounds: int, seed: int = 1) -> None:
    """Each fate so many times, over all cells and kinds, a day between rounds."""
    chance = random.Random(seed)
    cells = life.desk.cells()
    for nth in range(rounds):
        for fate in FATES:
            life.now += timedelta(minutes=chance.randrange(1, 40))
            if fate is waiting and nth % 2:
                await life.desk.file(InArea("community", cells[0][:12]), now=life.now)
                continue
            kind = "L01" if fate in {waiting, void} else "M01"
            report = await life.file(chance.randrange(len(cells)), kind=kind)
            await fate(life, report)
        life.now += timedelta(hours=20)


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection that sees one moment."""
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool, isolation_level="REPEATABLE READ")
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def sheet_of(
    connection: AsyncConnection,
    *,
    by: By = By.AREA,
    level: str = "grid",
    period: Period = QUARTER,
    number: int | None = None,
    scope: Scope = DESK,
) -> PeriodSheet:
    """A sheet as it is served."""
    district: District = await district_of(connection, None)
    found, chosen = await edition(connection, district, number), district.level(level)
    here = await areas(connection, found.id, depth=chosen.depth)
    asked = Asked(period, by, chosen, found, here)
    return await period_sheet(connection, scope=scope, district=district, asked=asked, now=NOW)


async def count(connection: AsyncConnection, query: str) -> int:
    return int((await connection.execute(text(query))).scalar_one())
