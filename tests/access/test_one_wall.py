"""Either wall alone: without the other one, no row is shown to whoever may not see it."""

from __future__ import annotations

import asyncio

import pytest

from tests.access import (
    probes_console,
    probes_figures,
    probes_notices,
    probes_people,
    probes_periods,
    probes_plans,
    probes_reports,
    probes_work,
)
from tests.access.one_wall import without_first_wall, without_second_wall
from tests.access.probes import Probe, about_rows, every_probe, thinned, wrong_answers
from tests.access.world_facts import World

DECLARED = (
    probes_console,
    probes_figures,
    probes_notices,
    probes_people,
    probes_periods,
    probes_plans,
    probes_reports,
    probes_work,
)

#: Read once at the desk for all listeners of a process, and judged in memory: the first wall alone stands before each
#: of them. `tests/layers/test_sight.py` holds that rule against the question's and the database's own.
IN_MEMORY = {"GET /api/v1/events"}


def _probes(world: World) -> list[Probe]:
    return thinned(about_rows(every_probe(world)), 3)


def test_the_second_wall_alone_leaks_nothing(
    world_template: tuple[str, World], world_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_first_wall(monkeypatch)
    probes = [one for one in _probes(world_template[1]) if one.route not in IN_MEMORY]
    wrong = asyncio.run(wrong_answers(world_url, probes, one_wall=True))
    assert not wrong, "\n".join([f"{len(wrong)} answered wrongly", *wrong[:40]])


def test_the_first_wall_alone_leaks_nothing(world_template: tuple[str, World], world_url: str) -> None:
    without_second_wall(world_url)
    wrong = asyncio.run(wrong_answers(world_url, _probes(world_template[1])))
    assert not wrong, "\n".join([f"{len(wrong)} answered wrongly", *wrong[:40]])
