"""Photos of a report: each with an entry in its journal, none twice, and erased without a gap in the record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256

import psycopg
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from layers.actors import DESK, NOTHING
from layers.migrations import sqlalchemy_url
from layers.read.photos import Photo, reencoded
from layers.reports.journal import broken_at
from layers.reports.photos import (
    MOST_PHOTOS,
    PersonalErased,
    Taken,
    TooManyPhotos,
    UnknownPhoto,
    add_photo,
    erase_photos,
    photo_content,
    photos,
)
from layers.reports.queries import UnknownReport
from tests.layers.read.made_photos import encoded, picture
from tests.layers.reports.desk import MORNING, Desk, desk_at

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(toytown_url: str) -> AsyncIterator[Desk]:
    async with await psycopg.AsyncConnection.connect(toytown_url, autocommit=True) as connection:
        yield await desk_at(toytown_url, connection)


async def filed(desk: Desk) -> int:
    return (await desk.file(desk.middle_of(desk.cells()[0]))).report_id


def photo(shade: int = 0) -> Photo:
    return reencoded(encoded(picture().point(lambda value: value + shade)))


async def journal(desk: Desk, report_id: int) -> list[dict[str, object]]:
    """The entries' bodies; the chain must hold, and end where the report says."""
    rows = await desk.rows("select * from journal_entries where report_id = %s order by position", report_id)
    [report] = await desk.rows("select entries, chain_head from reports where id = %s", report_id)
    assert broken_at((one["position"], one["body"], one["digest"]) for one in rows) is None
    assert (len(rows), rows[-1]["digest"]) == (report["entries"], report["chain_head"])
    return [json.loads(one["body"]) for one in rows]


async def test_a_photo_is_kept_and_its_digest_stands_in_the_journal(desk: Desk) -> None:
    report_id, kept = await filed(desk), photo()
    [before] = await desk.rows("select row_version from reports where id = %s", report_id)
    stored, again = await add_photo(desk.connection, report_id, kept, Taken.BEFORE, actor="account:7", now=MORNING)
    assert not again
    assert (stored.taken, stored.by, stored.at, stored.erased) == ("before", "account:7", MORNING, False)
    assert (stored.width_px, stored.height_px, stored.size_bytes) == (64, 48, len(kept.content))
    entry = (await journal(desk, report_id))[-1]
    [private] = await desk.rows("select salt from report_private where report_id = %s", report_id)
    assert (entry["type"], entry["actor"]) == ("photo_added", "account:7")
    assert entry["facts"] == {
        "photo": stored.id,
        "taken": "before",
        "media_type": "image/jpeg",
        "width_px": 64,
        "height_px": 48,
        "size_bytes": len(kept.content),
        "digest": sha256(private["salt"] + kept.content).hexdigest(),
    }
    [after] = await desk.rows("select row_version from reports where id = %s", report_id)
    assert after["row_version"] == before["row_version"] + 1


async def test_the_same_photo_twice_is_one(desk: Desk) -> None:
    report_id, other_id = await filed(desk), await filed(desk)
    first, _ = await add_photo(desk.connection, report_id, photo(), Taken.BEFORE, actor="a", now=MORNING)
    same, again = await add_photo(desk.connection, report_id, photo(), Taken.AFTER, actor="b", now=MORNING)
    assert (same, again) == (first, True)
    assert [one["type"] for one in await journal(desk, report_id)].count("photo_added") == 1
    elsewhere, again = await add_photo(desk.connection, other_id, photo(), Taken.AFTER, actor="b", now=MORNING)
    assert not again
    assert elsewhere.id != first.id


async def test_a_report_takes_so_many_photos_and_no_more_even_at_once(desk: Desk, toytown_url: str) -> None:
    report_id = await filed(desk)
    for number in range(MOST_PHOTOS - 1):
        await add_photo(desk.connection, report_id, photo(number), Taken.OTHER, actor="a", now=MORNING)

    async def one_more(shade: int) -> object:
        async with await psycopg.AsyncConnection.connect(toytown_url) as connection:
            return await add_photo(connection, report_id, photo(shade), Taken.OTHER, actor="a", now=MORNING)

    outcomes = await asyncio.gather(*(one_more(100 + number) for number in range(4)), return_exceptions=True)
    assert sum(isinstance(one, TooManyPhotos) for one in outcomes) == 3
    _, again = await add_photo(desk.connection, report_id, photo(0), Taken.OTHER, actor="a", now=MORNING)
    assert again, "one that is there already needs no room"
    assert [one["type"] for one in await journal(desk, report_id)].count("photo_added") == MOST_PHOTOS


async def test_erasing_leaves_the_record_whole(desk: Desk, toytown_url: str) -> None:
    report_id, kept = await filed(desk), photo()
    stored, _ = await add_photo(desk.connection, report_id, kept, Taken.BEFORE, actor="a", now=MORNING)
    entries = await journal(desk, report_id)
    engine = create_async_engine(sqlalchemy_url(toytown_url), poolclass=NullPool)
    async with engine.connect() as reading:
        assert await photos(reading, report_id, scope=DESK) == (stored,)
        assert await photo_content(reading, report_id, stored.id, scope=DESK) == kept.content
    assert [await erase_photos(desk.connection, report_id) for _ in range(2)] == [1, 0]
    async with engine.connect() as reading:
        assert await photos(reading, report_id, scope=DESK) == (replace(stored, erased=True),)
        with pytest.raises(UnknownPhoto):
            await photo_content(reading, report_id, stored.id, scope=DESK)
    await engine.dispose()
    assert await journal(desk, report_id) == entries
    same, again = await add_photo(desk.connection, report_id, kept, Taken.BEFORE, actor="a", now=MORNING)
    assert (again, same.erased) == (True, True), "what was erased stays erased"


async def test_out_of_scope_there_are_no_photos(desk: Desk, toytown_url: str) -> None:
    report_id, other_id = await filed(desk), await filed(desk)
    stored, _ = await add_photo(desk.connection, report_id, photo(), Taken.BEFORE, actor="a", now=MORNING)
    engine = create_async_engine(sqlalchemy_url(toytown_url), poolclass=NullPool)
    opened = replace(NOTHING, opened=(report_id,))
    async with engine.connect() as reading:
        assert await photos(reading, report_id, scope=opened) == (stored,)
        for scope in (NOTHING, replace(NOTHING, opened=(other_id,))):
            assert await photos(reading, report_id, scope=scope) == ()
            with pytest.raises(UnknownPhoto):
                await photo_content(reading, report_id, stored.id, scope=scope)
        with pytest.raises(UnknownPhoto):
            await photo_content(reading, other_id, stored.id, scope=DESK)
    await engine.dispose()


async def test_no_photo_for_a_report_that_is_not_there_or_was_erased(desk: Desk) -> None:
    with pytest.raises(UnknownReport):
        await add_photo(desk.connection, 1, photo(), Taken.BEFORE, actor="a", now=MORNING)
    report_id = await filed(desk)
    await desk.rows("update report_private set salt = '' where report_id = %s returning 1", report_id)
    with pytest.raises(PersonalErased):
        await add_photo(desk.connection, report_id, photo(), Taken.BEFORE, actor="a", now=MORNING)


async def test_the_service_may_erase_a_photo_and_not_exchange_it(desk: Desk) -> None:
    report_id = await filed(desk)
    await add_photo(desk.connection, report_id, photo(), Taken.BEFORE, actor="a", now=MORNING)
    async with desk.connection.transaction(force_rollback=True):
        await desk.connection.execute("set local role wangge_service")
        await desk.connection.execute("select set_config('wangge.desk', 'on', true)")
        assert await erase_photos(desk.connection, report_id) == 1
        for change in ("update report_photos set digest = ''", "delete from report_photos"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with desk.connection.transaction():
                    await desk.connection.execute(change)
