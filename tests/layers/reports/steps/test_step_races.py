"""Many at once: of steps that exclude each other exactly one happens, and the rest are refused by name."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from layers.access.permissions import NotAllowed
from layers.actors import Actor
from layers.reports.lifecycle import Action, Status, WrongStep
from layers.reports.queries import UnknownReport
from layers.reports.steps.guards import NotNow
from layers.reports.steps.requests import StepRequest
from layers.reports.steps.step import Taken
from tests.layers.reports.steps.life import Life

LONG = os.environ.get("WANGGE_LONG") == "1"
CLIENTS = 64
ROUNDS = 1000 if LONG else 50
#: How many of the clients reach the database at the same moment.
CONNECTIONS = 16
LOST = (WrongStep, NotNow, NotAllowed, UnknownReport)


class Crowd:
    """Clients that ask at once, over connections of their own."""

    def __init__(self, life: Life, connections: Sequence[psycopg.AsyncConnection[Any]]) -> None:
        self.life = life
        self.free: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()
        for one in connections:
            self.free.put_nowait(one)

    async def ask(self, actor: Actor, report: int, request: StepRequest) -> Taken | None:
        """What came of a step, None where another was faster."""
        connection = await self.free.get()
        try:
            return await self.life.ask(actor, report, request, connection)
        except LOST:
            return None
        finally:
            self.free.put_nowait(connection)

    async def all(self, asked: Sequence[tuple[Actor, int, StepRequest]]) -> list[Taken]:
        """Those who were first."""
        answers = await asyncio.gather(*(self.ask(*one) for one in asked))
        return [one for one in answers if one is not None and not one.again]


@pytest.fixture
async def crowd(life: Life) -> AsyncIterator[Crowd]:
    # More is open at once than the town has hands for.
    await life.desk.connection.execute("update people set cap = 100000")
    async with AsyncExitStack() as stack:
        connections = [
            await stack.enter_async_context(
                await psycopg.AsyncConnection.connect(life.url, autocommit=True, options="-c role=wangge_service")
            )
            for _ in range(CONNECTIONS)
        ]
        yield Crowd(life, connections)


async def test_of_64_clients_that_accept_the_same_offer_one_does(life: Life, crowd: Crowd) -> None:
    for turn in range(ROUNDS):
        report = await life.file(turn % 60)
        holder = await life.holder(report)
        asked = [(holder, report, StepRequest(Action.ACCEPT, f"{turn}-{client}")) for client in range(CLIENTS)]
        assert len(await crowd.all(asked)) == 1
        assert (await life.entries(report)).count("accepted") == 1
    await life.check(report)


async def test_the_same_step_from_64_clients_happens_once_and_all_are_told(life: Life, crowd: Crowd) -> None:
    report = await life.file()
    request = StepRequest(Action.ACCEPT, "once")
    holder = await life.holder(report)
    answers = await asyncio.gather(*(crowd.ask(holder, report, request) for _ in range(CLIENTS)))
    assert [one.position for one in answers if one is not None] == [3] * CLIENTS
    assert sum(not one.again for one in answers if one is not None) == 1


async def test_a_waiting_report_is_taken_by_one_of_those_who_see_it(life: Life, crowd: Crowd) -> None:
    dispatcher = await life.person("D0001")
    people = [await life.person(one) for one in ("W0001", "W0002", "I0001", "C0001", "S0001")]
    for turn in range(ROUNDS // 5):
        report = await life.file()
        await life.take(await life.holder(report), report, Action.RETURN, reason="not_my_area")
        await life.desk.rows("update people set active = false returning id")
        await life.take(dispatcher, report, Action.REFILE)
        await life.desk.rows("update people set active = true returning id")
        asked = [(one, report, StepRequest(Action.TAKE, f"{turn}-{one.name}")) for one in people]
        assert len(await crowd.all(asked)) == 1
        await life.check(report)


async def test_transfer_against_report_back_and_verify_against_reject(life: Life, crowd: Crowd) -> None:
    dispatcher, officer = await life.person("D0001"), await life.person("C0001")
    for turn in range(ROUNDS // 5):
        report = await life.file()
        holder = await life.holder(report)
        await life.take(holder, report, Action.ACCEPT)
        away = StepRequest(Action.TRANSFER, f"a{turn}", person="S0001", reason="by_hand")
        done = StepRequest(Action.REPORT_BACK, f"b{turn}", outcome="settled")
        assert len(await crowd.all([(dispatcher, report, away), (holder, report, done)])) == 1
        state = await life.check(report)
        if state.status is not Status.REPORTED:
            continue
        closed, rejected = (
            StepRequest(Action.VERIFY, f"c{turn}"),
            StepRequest(Action.REJECT, f"d{turn}", reason="not_done"),
        )
        assert len(await crowd.all([(dispatcher, report, closed), (officer, report, rejected)])) == 1
        await life.check(report)


async def test_an_extension_against_the_clock_that_runs_out(life: Life, crowd: Crowd) -> None:
    dispatcher, officer = await life.person("D0001"), await life.person("S0001")
    began = life.now
    for turn in range(ROUNDS // 5):
        life.now = began
        report = await life.file()
        holder = await life.holder(report)
        await life.take(holder, report, Action.ACCEPT)
        await life.take(holder, report, Action.ASK_EXTENSION, limit="1 working_days", reason="material")
        await life.take(dispatcher, report, Action.APPROVE_EXTENSION)
        state = await life.check(report)
        assert state.clock is not None
        assert state.clock.due_at is not None
        life.now = state.clock.due_at + timedelta(seconds=1)
        second = StepRequest(Action.APPROVE_EXTENSION, f"x{turn}")
        approved, _ = await asyncio.gather(crowd.ask(officer, report, second), life.sweep())
        # A sweep leaves to the next one what somebody holds at the moment, even if their step is refused then.
        await life.sweep()
        after = await life.check(report)
        assert approved is None
        assert [one.due_at for one in after.overdue] == [state.clock.due_at]
