"""A quarter lived by a simulated district: what is served is what an outsider counts from the journals."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest

from layers.areas.queries import edition
from layers.districts.queries import district as district_of
from layers.figures.recomputing import recompute
from layers.figures.records import Period
from tests.layers.figures import fates
from tests.layers.reports.steps.life import Life
from tests.layers.reports.steps.test_simulating import UNTIL, lived

pytestmark = pytest.mark.anyio
REPORTS, DAYS = (20_000, 90) if os.environ.get("WANGGE_LONG") == "1" else (1_000, 20)
QUARTER = Period(date(2025, 4, 1), date(2025, 6, 30))


async def test_a_quarter_of_whole_lives_is_served_as_its_journals_tell_it(life: Life) -> None:
    told = await lived(life, 11, REPORTS, DAYS)
    assert told.filed == REPORTS
    async with fates.reading(life.url) as connection:
        district = await district_of(connection, None)
        chosen = await edition(connection, district, None)
        now = UNTIL + timedelta(days=1)
        found = await recompute(connection, district=district, edition=chosen, period=QUARTER, now=now)
    assert found.differences == ()
    assert found.reports == REPORTS
