"""The record holds, and whatever is done to it behind its back is found and named; erasing does not break it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from layers.actors import DESK
from layers.reports.erasing import Reason, erase_personal
from layers.reports.lifecycle import Action
from layers.reports.records import report_number
from layers.reports.sealing import Seal, seal_yesterday
from layers.reports.verifying import Verified, verify
from layers.scope import ENTER
from tests.layers.reports.steps.life import Life


async def verified(life: Life, **given: Any) -> Verified:
    async with await psycopg.AsyncConnection.connect(life.url) as connection:
        return await verify(connection, **given)


async def seal(life: Life) -> Seal | None:
    async with life.service.transaction():
        await life.service.execute(ENTER, DESK.settings)
        return await seal_yesterday(life.service, life.desk.compiled.district, now=life.now)


async def some_lives(life: Life) -> list[int]:
    """One settled with a note, one moved and called about, one waiting."""
    settled, moved, waiting = await life.file(0), await life.file(5, reporter_phone="13800000000"), await life.file(9)
    worker, dispatcher = await life.holder(settled), await life.person("D0001")
    await life.take(worker, settled, Action.ACCEPT)
    await life.take(worker, settled, Action.REPORT_BACK, outcome="settled", note="已清理干净")
    await life.take(dispatcher, settled, Action.VERIFY)
    await life.take(dispatcher, moved, Action.MOVE, subject=life.desk.middle_of(life.desk.cells()[40]))
    await life.take(dispatcher, moved, Action.ATTACH_CALLER, caller_name="来电人", caller_phone="13900000000")
    return [settled, moved, waiting]


async def behind_its_back(life: Life, statement: str, *values: object) -> None:
    """What only whoever owns the database can do."""
    connection = life.desk.connection
    async with connection.transaction():
        await connection.execute("alter table journal_entries disable trigger user")
        await connection.execute("alter table journal_seals disable trigger user")
        await connection.execute(statement, values)
        await connection.execute("alter table journal_entries enable trigger user")
        await connection.execute("alter table journal_seals enable trigger user")


def told(found: Verified) -> Sequence[tuple[str, str]]:
    return [(one.where, one.what) for one in found.faults]


async def test_a_record_that_nobody_touched_holds(life: Life) -> None:
    reports = await some_lives(life)
    life.now += timedelta(days=1)
    assert await seal(life) is not None
    found = await verified(life)
    assert told(found) == []
    assert (found.reports, found.seals) == (len(reports), 1)
    assert found.entries >= 10


async def test_erasing_breaks_nothing(life: Life) -> None:
    reports = await some_lives(life)
    async with life.service.transaction():
        await life.service.execute(ENTER, DESK.settings)
        for report in reports:
            await erase_personal(life.service, report, reason=Reason.REQUEST, actor="account:1", now=life.now)
    assert told(await verified(life)) == []
    [left] = await life.desk.rows(
        "select (select count(*) from report_notes where text is not null or salt <> '') as notes,"
        " (select count(*) from report_callers where num_nonnulls(name, phone, text) > 0 or salt <> '') as callers"
    )
    assert (left["notes"], left["callers"]) == (0, 0)


ENTRY = "where report_id = %s and position = 3"
ALTERED = "convert_to(replace(convert_from(body, 'utf8'), 'account', 'accounts'), 'utf8')"
SWAPPED = "position = case position when 3 then 103 when 4 then 3 end"
#: What is done to the first report's journal, the position that is named, and what is said.
TAMPERED = {
    "altered": (f"update journal_entries set body = {ALTERED} {ENTRY}", 3, "was altered"),
    "its columns": (f"update journal_entries set actor = 'account:99' {ENTRY}", 3, "its columns"),
    "removed": (f"delete from journal_entries {ENTRY}", 3, "is missing"),
    "removed at the end": (
        "delete from journal_entries where report_id = %s and position = 5", 5, "the report says",
    ),
    "moved": (
        f"update journal_entries set {SWAPPED} where report_id = %s and position in (3, 4)", 3, "was altered",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
async def test_what_was_done_to_a_journal_is_named(life: Life, how: str) -> None:
    [settled, *_] = await some_lives(life)
    statement, position, what = TAMPERED[how]
    await behind_its_back(life, statement, settled)
    found = await verified(life)
    where, said = told(found)[0]
    assert where == f"{report_number(settled)}, entry {position}"
    assert what in said
    assert told(await verified(life, report=settled))[0] == (where, said)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("update reports set status = 'closed', closed_at = now() where id = %s", "another status"),
        ("update reports set assignee_id = (select min(id) from people) where id = %s", "another assignee"),
        ("update report_private set text = '别的' where report_id = %s", "what was filed"),
        ("update reports set given_x = given_x + 0.01 where id = %s", "what was filed"),
        ("update report_callers set phone = '1' where report_id = %s", "its caller"),
    ],
)
async def test_what_was_done_to_a_row_is_named(life: Life, statement: str, what: str) -> None:
    _, moved, _ = await some_lives(life)
    await behind_its_back(life, statement, moved)
    found = told(await verified(life))
    assert found
    assert all(where.startswith(report_number(moved)) for where, _ in found)
    assert any(what in said for _, said in found)


async def test_a_note_that_was_altered_is_named(life: Life) -> None:
    [settled, *_] = await some_lives(life)
    await behind_its_back(life, "update report_notes set text = '没清理' where report_id = %s", settled)
    assert told(await verified(life)) == [(f"{report_number(settled)}, entry 4", "its note was altered")]


async def test_each_entry_is_under_exactly_one_seal_also_one_that_commits_late(life: Life) -> None:
    await some_lives(life)
    life.now += timedelta(days=1)
    async with await psycopg.AsyncConnection.connect(life.url, options="-c role=wangge_service") as late:
        # A filing that is still open while the day is sealed.
        await late.execute("select pg_current_xact_id()")
        first = await seal(life)
        await late.rollback()
    assert first is not None
    assert await seal(life) is None
    await life.file(20)
    [row] = await life.desk.rows("select count(*) as entries from journal_entries")
    seals = [first]
    # Transactions of other tests in the same cluster are waited for too; what they hold up goes under the next seal.
    while sum(one.entries for one in seals) < row["entries"] and len(seals) < 300:
        await asyncio.sleep(0.05)
        life.now += timedelta(days=1)
        made = await seal(life)
        assert made is not None
        seals.append(made)
    assert sum(one.entries for one in seals) == row["entries"]
    assert told(await verified(life, kept={one.day: one.digest for one in seals})) == []


async def test_a_record_made_anew_does_not_fit_a_seal_that_was_kept(life: Life) -> None:
    await some_lives(life)
    life.now += timedelta(days=1)
    kept = await seal(life)
    assert kept is not None
    await behind_its_back(life, "update journal_seals set digest = sha256('anew')")
    found = told(await verified(life, kept={kept.day: kept.digest}))
    assert (f"seal of {kept.day}", "is another one than was written down elsewhere") in found
    await behind_its_back(life, "delete from journal_seals")
    found = told(await verified(life, kept={kept.day: kept.digest}))
    assert (f"seal of {kept.day}", "is missing") in found
