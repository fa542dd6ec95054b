"""Listeners that read slowly, or that nobody reads for: they fill no memory, and are told what they missed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest

from api import live as live_module
from api.database import Database
from api.listening import Listener
from api.live import Live
from layers.actors import DESK, Actor, Role, job
from layers.reports.statements import PUMP
from tests.layers.reports.desk import Desk, desk_at

KEPT = 4
WATCHING = Actor("account:1", Role.DISPATCHER, DESK)


@pytest.fixture
async def desk(toytown_url: str) -> AsyncIterator[Desk]:
    async with await psycopg.AsyncConnection.connect(toytown_url, autocommit=True) as connection:
        yield await desk_at(toytown_url, connection)


@pytest.fixture
async def live(toytown_url: str) -> AsyncIterator[Live]:
    database = Database(toytown_url, size=4)
    await database.open()
    yield Live(database, kept=KEPT)
    await database.close()


async def still_there() -> Actor:
    return WATCHING


async def filed(desk: Desk, live: Live, count: int) -> None:
    for _ in range(count):
        await desk.file(desk.middle_of(desk.cells()[0]))
    await desk.connection.execute(PUMP)
    await live.look()


async def test_whoever_reads_too_slowly_is_told_so_and_fills_no_memory(desk: Desk, live: Live) -> None:
    await live.attend(None, anew=False)
    slow, quick = (Listener(live, WATCHING, still_there, place=live.last) for _ in range(2))
    slow_pieces, quick_pieces = slow.pieces(wait=True), quick.pieces(wait=True)
    assert b"retry:" in await anext(slow_pieces)
    assert b"retry:" in await anext(quick_pieces)
    for _ in range(3):
        await filed(desk, live, 2)
        assert (await anext(quick_pieces)).count(b"event: filed") == 2, "nobody waits for the slow one"
    told = await anext(slow_pieces)
    assert told.count(b"event: ") == 1
    assert b'event: resynchronise\ndata: {"reason":"behind"}' in told
    await filed(desk, live, 1)
    assert (await anext(slow_pieces)).count(b"event: ") == 2, "and goes on from there"
    assert len(live._kept) == KEPT
    assert len(live._latest) <= KEPT


async def test_while_nobody_listens_nothing_is_read(desk: Desk, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "READ_ON_S", 0.0)
    await live.attend(None, anew=False)
    listener = Listener(live, WATCHING, still_there, place=live.last)
    pieces = listener.pieces(wait=True)
    await anext(pieces)
    await live.attend(None, anew=False)
    assert live.listening("account:1") == 1
    await pieces.aclose()
    assert not live._is_wanted
    await desk.file(desk.middle_of(desk.cells()[0]))
    await desk.connection.execute(PUMP)
    await live.attend(None, anew=False)
    assert live.last == 2, "whoever comes then begins at the end of what there is"


async def test_a_stream_that_was_put_back_is_begun_anew(desk: Desk, live: Live) -> None:
    """As when a database is restored to what it was yesterday."""
    await filed(desk, live, 2)
    listener = Listener(live, WATCHING, still_there, place=live.last)
    await desk.connection.execute("delete from journal_stream where place > 1")
    await live.look()
    assert live.last == 1
    pieces = listener.pieces(wait=False)
    await anext(pieces)
    assert b"event: resynchronise" in await anext(pieces)


async def test_who_leaves_is_no_listener_any_more(live: Live) -> None:
    await live.attend(None, anew=False)
    someone = Listener(live, job("x", DESK), still_there, place=0)
    pieces = someone.pieces(wait=True)
    await anext(pieces)
    assert live.listening("job:x") == 1
    someone.leave()
    async for _ in pieces:
        pass
    assert live.listening("job:x") == 0
