"""The page on clocks shows what the rules come to."""

from __future__ import annotations

from pathlib import Path

from layers.calendars.limits import Unit, read_limit
from layers.calendars.proofs import COUNTED, LUNCH, NIGHT, NO_CALENDAR, PAUSED, WEEKEND, proof
from tests.layers.calendars.test_working_time import local
from tests.layers.calendars.years import CALENDAR

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "clocks.md").read_text(encoding="utf-8")


def test_the_worked_proof_is_the_one_that_is_computed() -> None:
    pauses = [(local("2026-02-25 09:00"), local("2026-02-26 09:00"))]
    shown = str(proof(read_limit("5工作日"), local("2026-02-12 16:30"), CALENDAR, pauses=pauses))
    assert "\n".join(f"    {line}" for line in shown.splitlines()) in PAGE


def test_every_unit_and_every_reason_stands_on_it() -> None:
    assert all(f" {unit.value}`" in PAGE for unit in Unit)
    assert all(f"`{why}`" in PAGE for why in (COUNTED, NIGHT, LUNCH, WEEKEND, PAUSED, NO_CALENDAR))
