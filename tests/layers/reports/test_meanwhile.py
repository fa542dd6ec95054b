"""What happens between the look and the write of a filing: each guard of the write, one at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg
import pytest

from layers.reports import filing
from layers.reports.filed import Draft
from layers.reports.filing import EditionMoved
from layers.together import Asker
from tests.layers.reports.desk import Desk, desk_at

pytestmark = pytest.mark.anyio
Happening = Callable[[Draft], Awaitable[object]]


@pytest.fixture
async def desks(toytown_url: str) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two desks on connections in autocommit; the first grid has two grid workers of rank A without a cap."""
    connect = psycopg.AsyncConnection.connect
    async with (
        await connect(toytown_url, autocommit=True) as one,
        await connect(toytown_url, autocommit=True) as two,
    ):
        made = await desk_at(toytown_url, one)
        await made.rows("update people set cap = null returning id")
        await made.rows("update duties set rank = 'A' where rank = 'B' returning id")
        yield made, Desk(two, made.setting)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Happening], list[Draft]]:
    """Lets something happen before the first write; gives the list of all drafts that were written."""
    write = filing._write

    def arrange(happening: Happening) -> list[Draft]:
        drafts: list[Draft] = []

        async def slowed(asker: Asker, draft: Draft, slack: int) -> None:
            drafts.append(draft)
            if len(drafts) == 1:
                await happening(draft)
            await write(asker, draft, slack)

        monkeypatch.setattr(filing, "_write", slowed)
        return drafts

    return arrange


def chosen(draft: Draft) -> int:
    assert draft.outcome is not None
    assert draft.outcome.assignee is not None
    return draft.outcome.assignee.person_id


async def loads(desk: Desk) -> dict[int, int]:
    return {row["person_id"]: row["open"] for row in await desk.rows("select person_id, open from person_loads")}


@pytest.mark.parametrize(("given", "again"), [(2, False), (3, True)])
async def test_a_choice_that_others_have_outrun_is_made_again(
    desks: tuple[Desk, Desk], meanwhile: Callable[[Happening], list[Draft]], given: int, again: bool
) -> None:
    desk, other = desks

    async def give(draft: Draft) -> None:
        await other.rows(
            "insert into person_loads (person_id, open) values (%s, %s) returning open", chosen(draft), given
        )

    drafts = meanwhile(give)
    filed = await desk.file(desk.middle_of(desk.cells()[0]))
    first, last = chosen(drafts[0]), chosen(drafts[-1])
    assert len(drafts) == (2 if again else 1)
    assert (first != last) is again
    assert await loads(desk) == ({first: given, last: 1} if again else {first: given + 1})
    [row] = await desk.rows("select id, assignee_id from reports")
    assert row == {"id": filed.report_id, "assignee_id": last}
    [entries] = await desk.rows("select count(*) as count from journal_entries")
    assert entries["count"] == 2


async def test_a_cap_reached_meanwhile_is_kept(
    desks: tuple[Desk, Desk], meanwhile: Callable[[Happening], list[Draft]]
) -> None:
    desk, other = desks
    await desk.rows("update people set cap = 1 returning id")

    async def give(draft: Draft) -> None:
        await other.rows("insert into person_loads (person_id, open) values (%s, 1) returning open", chosen(draft))

    drafts = meanwhile(give)
    await desk.file(desk.middle_of(desk.cells()[0]))
    assert chosen(drafts[0]) != chosen(drafts[1])
    assert set((await loads(desk)).values()) == {1}


async def test_an_edition_retired_meanwhile_leaves_nothing(
    desks: tuple[Desk, Desk], meanwhile: Callable[[Happening], list[Draft]]
) -> None:
    desk, other = desks
    meanwhile(lambda _: other.rows("update editions set status = 'retired' where status = 'in_force' returning id"))
    with pytest.raises(EditionMoved):
        await desk.file(desk.middle_of(desk.cells()[0]))
    assert not await desk.rows("select 1 from reports")
    assert not await loads(desk)


async def test_the_same_report_filed_meanwhile_is_found_and_counted_once(
    desks: tuple[Desk, Desk], meanwhile: Callable[[Happening], list[Draft]]
) -> None:
    desk, other = desks
    where = desk.middle_of(desk.cells()[0])
    drafts = meanwhile(lambda _: other.file(where, client_key="the same"))
    again = await desk.file(where, client_key="the same")
    assert again.again
    assert len(drafts) == 2
    [row] = await desk.rows("select id from reports")
    assert row["id"] == again.report_id
    assert sum((await loads(desk)).values()) == 1
    [entries] = await desk.rows("select count(*) as count from journal_entries")
    assert entries["count"] == 2


async def test_a_crowd_around_one_person_comes_to_its_end(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before each try others give the chosen person four: never within the first slack, and in the end filed."""
    desk, other = desks
    write, slacks = filing._write, []

    async def outrun(asker: Asker, draft: Draft, slack: int) -> None:
        slacks.append(slack)
        await other.rows(
            "insert into person_loads as held (person_id, open) values (%s, 4)"
            " on conflict (person_id) do update set open = held.open + 4 returning open",
            chosen(draft),
        )
        await write(asker, draft, slack)

    monkeypatch.setattr(filing, "_write", outrun)
    filed = await desk.file(desk.middle_of(desk.cells()[0]))
    assert slacks == [2, 2, 2, 2, 3, 3, 3, 3, 4]
    assert filed.outcome is not None
    assert filed.outcome.assignee is not None
