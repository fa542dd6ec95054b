"""Questions that many ask at the same moment go to the database in one message and are committed at once.

    asked ──► waiting ──► as many as wait when the way is free ──► one transaction ──► each has its own answer
                                                     │ an error that one of them caused
                                                     └──► each again, alone: the error meets the one who caused it

A message, a commit and a change of processes cost as much as what is asked; they are paid once for all who wait. Nobody
waits for company: a question that finds the way free is sent at once, by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from psycopg import AsyncConnection, Error
from psycopg.errors import QueryCanceled

from layers.questions import Question, Row, Value

Connection = AsyncConnection[Any]
Connections = Callable[[], AbstractAsyncContextManager[Connection]]
#: How many go together at most. Whoever is in a transaction waits for its whole end.
LARGEST = 32


class Asker(Protocol):
    """Whoever carries questions to the database."""

    async def ask(self, question: Question, values: Sequence[Value], *, holds: int = 0) -> Row:
        """The row it answers; `holds` names the row that it locks, so that those who go together lock in one order."""
        ...

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for what is asked otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class Alone:
    """On one connection, each question by itself: inside the caller's transaction, or a transaction each."""

    on: Connection

    async def ask(self, question: Question, values: Sequence[Value], *, holds: int = 0) -> Row:  # noqa: ARG002 - alone
        """As `Question.ask`."""
        return await question.ask(self.on, values)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """The one it has."""
        yield self.on


@dataclass(slots=True)
class _Waiting:
    values: Sequence[Value]
    holds: int
    answer: asyncio.Future[Row]


@dataclass(slots=True)
class _Way:
    """One question's way to the database, on `lanes` connections at once."""

    question: Question
    connections: Connections
    lanes: int
    waiting: list[_Waiting] = field(default_factory=list)
    carrying: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def join(self, one: _Waiting) -> None:
        self.waiting.append(one)
        if self.carrying < self.lanes:
            self.carrying += 1
            task = asyncio.get_running_loop().create_task(self._carry())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _carry(self) -> None:
        try:
            while self.waiting:
                try:
                    async with self.connections() as connection:
                        await self._carry_on(connection)
                except Exception as failed:  # noqa: BLE001 - whatever it is, those who wait must hear it
                    _fail(self.waiting, failed)
                    self.waiting = []
        finally:
            # Nothing is awaited between the last look at who waits and this: nobody who joins can be overlooked.
            self.carrying -= 1

    async def _carry_on(self, connection: Connection) -> None:
        """On the same connection as long as anybody waits: another one would have to warm up."""
        while self.waiting and not connection.closed:
            batch, self.waiting = self.waiting[:LARGEST], self.waiting[LARGEST:]
            batch.sort(key=lambda one: one.holds)
            try:
                await self._sent(connection, batch)
            except BaseException as failed:
                _fail(batch, failed)
                if not isinstance(failed, Error):
                    raise

    async def _sent(self, connection: Connection, batch: list[_Waiting]) -> None:
        if len(batch) > 1:
            try:
                rows = await self.question.ask_all(connection, [one.values for one in batch])
            except QueryCanceled:
                raise
            except Error:
                if connection.closed:
                    raise
            else:
                for one, row in zip(batch, rows, strict=True):
                    _answer(one, row)
                return
        for one in batch:
            await self._alone(connection, one)

    async def _alone(self, connection: Connection, one: _Waiting) -> None:
        try:
            _answer(one, await self.question.ask(connection, one.values))
        except Error as refused:
            if connection.closed:
                raise
            _fail([one], refused)


class Together:
    """Carries what is asked at the same moment together, each question on at most `lanes` connections at once."""

    def __init__(self, connections: Connections, *, lanes: int = 1) -> None:
        self.connection = connections
        self._lanes = lanes
        self._ways: dict[Question, _Way] = {}

    async def ask(self, question: Question, values: Sequence[Value], *, holds: int = 0) -> Row:
        """The row it answers, in a transaction of its own or with others', committed when this returns.

        Raises:
            psycopg.Error: what this very question caused, or what befell the connection.
        """
        way = self._ways.get(question)
        if way is None:
            way = self._ways[question] = _Way(question, self.connection, self._lanes)
        one = _Waiting(values, holds, asyncio.get_running_loop().create_future())
        way.join(one)
        return await one.answer


def _answer(one: _Waiting, row: Row) -> None:
    if not one.answer.done():
        one.answer.set_result(row)


def _fail(batch: Sequence[_Waiting], why: BaseException) -> None:
    for one in batch:
        if not one.answer.done():
            one.answer.set_exception(why if isinstance(why, Exception) else ConnectionError("The service is ending."))
