"""Those who ask for the same together are told by one read, which begins after each of them came."""

from __future__ import annotations

import asyncio

import pytest

from api.shared_reads import SharedReads

pytestmark = pytest.mark.anyio


class World:
    """Something that changes, and reads of it that take a while."""

    def __init__(self) -> None:
        self.value = 0
        self.reads = 0

    async def read(self) -> int:
        self.reads += 1
        found = self.value
        await asyncio.sleep(0.01)
        return found


async def test_two_hundred_who_ask_at_once_are_told_by_one_read() -> None:
    world, shared = World(), SharedReads[int]()
    assert await asyncio.gather(*(shared.ask("open", world.read) for _ in range(200))) == [0] * 200
    assert world.reads == 1


async def test_who_comes_during_a_read_is_told_by_the_next() -> None:
    world, shared = World(), SharedReads[int]()
    first = asyncio.create_task(shared.ask("open", world.read))
    await asyncio.sleep(0.005)
    world.value = 1
    later = [asyncio.create_task(shared.ask("open", world.read)) for _ in range(20)]
    assert await first == 0
    assert await asyncio.gather(*later) == [1] * 20
    assert world.reads == 2
    world.value = 2
    assert await shared.ask("open", world.read) == 2, "nothing is kept"


async def test_another_question_is_another_read() -> None:
    world, shared = World(), SharedReads[int]()
    await asyncio.gather(*(shared.ask(key, world.read) for key in ("a", "b", "a")))
    assert world.reads == 2


async def test_a_fault_is_told_to_all_of_them_and_then_over() -> None:
    world, shared = World(), SharedReads[int]()

    async def fail() -> int:
        await asyncio.sleep(0.005)
        raise OSError("gone")

    answers = await asyncio.gather(*(shared.ask("open", fail) for _ in range(3)), return_exceptions=True)
    assert [str(one) for one in answers] == ["gone"] * 3
    assert await shared.ask("open", world.read) == 0


async def test_one_who_goes_away_takes_the_answer_from_nobody() -> None:
    world, shared = World(), SharedReads[int]()
    first = asyncio.create_task(shared.ask("open", world.read))
    second = asyncio.create_task(shared.ask("open", world.read))
    await asyncio.sleep(0.005)
    first.cancel()
    assert await second == 0
    assert world.reads == 1


async def test_the_end_waits_for_what_was_left_behind() -> None:
    world, shared = World(), SharedReads[int]()
    first = asyncio.create_task(shared.ask("open", world.read))
    await asyncio.sleep(0.005)
    first.cancel()
    await shared.end()
    assert not shared._under_way
