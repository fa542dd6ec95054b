"""What a caller knows of a journal spares reading it, and is believed only as far as the journal bears it out."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from layers.reports.folding import fold
from layers.reports.lifecycle import Action, Status
from layers.reports.photos import Taken as PhotoTaken
from layers.reports.state import Known
from layers.reports.steps.requests import StepRequest
from layers.reports.steps.step import Taken, take_step
from tests.layers.reports.steps.life import Life

pytestmark = pytest.mark.anyio


async def take(life: Life, report: int, action: Action, known: Known | None, **said: Any) -> Taken:
    holder = await life.holder(report)
    request = StepRequest(action, f"{report}-{action}", **said)
    async with life.service.transaction():
        return await take_step(
            life.service, report, request, setting=life.desk.setting, actor=holder, now=life.now, known=known
        )


async def test_what_a_filing_tells_is_what_its_journal_comes_to(life: Life) -> None:
    code = life.desk.cells()[0]
    filed = await life.desk.file(life.desk.middle_of(code), now=life.now)
    assert fold(filed.entries) == await life.state(filed.report_id)
    [row] = await life.desk.rows("select chain_head from reports where id = %s", filed.report_id)
    assert filed.digest == row["chain_head"]


async def test_what_came_since_is_read(life: Life) -> None:
    report = await life.file()
    accepted = await take(life, report, Action.ACCEPT, None)
    assert accepted.known is not None
    await life.photograph(report, PhotoTaken.AFTER, b"after")
    told = await take(life, report, Action.REPORT_BACK, accepted.known, outcome="settled")
    assert told.known is not None
    assert told.known.state == await life.check(report)
    assert told.known.state.photos_after == 1


@pytest.mark.parametrize("wrong", ["digest", "position"])
async def test_what_no_journal_bears_out_is_not_believed(life: Life, wrong: str) -> None:
    report = await life.file()
    known = (await take(life, report, Action.ACCEPT, None)).known
    assert known is not None
    closed = known.state.but(status=Status.CLOSED)
    if wrong == "digest":
        said = Known(closed, sha256(b"another").digest())
    else:
        said = Known(closed.but(entries=closed.entries - 1), known.digest)
    # Of a closed report nothing is reported back.
    told = await take(life, report, Action.REPORT_BACK, said, outcome="settled")
    assert told.status == Status.REPORTED
    await life.check(report)
