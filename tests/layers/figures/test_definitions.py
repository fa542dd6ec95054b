"""What the figures are, and that no one of them looks at people."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql

from api.cli.figures import definitions_page
from layers.actors import Scope
from layers.districts.records import District, Level
from layers.figures.counting import statement
from layers.figures.definitions import COUNTS, FIGURES, Weights, figures_of
from layers.figures.dimensions import Grouping
from layers.figures.placing import Placing
from layers.figures.records import BadDays, By, Period
from layers.figures.sheets import territory_of
from layers.reports.tables import ReportRow
from tests.layers.figures.fates import QUARTER
from tests.servers import CHECKOUT

POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
DISTRICT = District(1, "d", "d", "d", "Asia/Shanghai", None, (Level(0, "district", "区", "District"),))
HALF = dict.fromkeys(COUNTS, 0) | {
    "filed": 20,
    "duplicates": 5,
    "filed_closed": 15,
    "filed_overdue": 2,
    "open_at_end": 5,
    "closed": 15,
    "on_time": 12,
    "reworked": 3,
    "returned": 1,
    "right_first": 13,
    "in_grid": 9,
    "in_community": 14,
    "valid": 10,
    "responded": 10,
    "solved": 8,
    "satisfied": 5,
    "basically": 2,
}


def test_each_figure_is_what_its_definition_says() -> None:
    told = figures_of(HALF, 5400.0, Weights())
    assert {key: None if one is None else round(one, 6) for key, one in told.items()} == {
        "arrivals": 20,
        "closed": 15,
        "open_at_end": 5,
        "closing_rate": 75.0,
        "on_time_rate": 80.0,
        "overdue_rate": 10.0,
        "median_h_to_close": 1.5,
        "rework_rate": 20.0,
        "return_rate": 6.666667,
        "right_first_rate": 86.666667,
        "in_grid_share": 60.0,
        "in_community_share": 93.333333,
        "completion_rate": 75.0,
        "duplicate_rate": 20.0,
        "response_rate": 100.0,
        "resolution_rate": 80.0,
        "satisfaction_rate": 68.0,
        "score": 77.2,
    }


def test_weights_are_the_districts() -> None:
    told = figures_of(HALF, None, Weights(response=1, resolution=0, satisfaction=3, basically=0.5))
    assert (told["satisfaction_rate"], told["score"], told["median_h_to_close"]) == (60.0, 70.0, None)
    assert figures_of(HALF, None, Weights(0, 0, 0))["score"] is None


def test_of_nothing_there_are_counts_and_no_shares() -> None:
    told = figures_of(dict.fromkeys(COUNTS, 0), None, Weights())
    assert {key for key, one in told.items() if one is not None} == {"arrivals", "closed", "open_at_end"}


def test_nothing_asks_who_handled_a_report() -> None:
    seen = territory_of(Scope(paths=("1.",), districts=(1,), person_id=7, sender="account:3", account_id=3, unit_id=2))
    placing = Placing(DISTRICT, 1)
    groupings = (Grouping(ReportRow.unit_id), Grouping(placing.at(0), placing))
    for grouping in groupings:
        asked = str(statement(seen, DISTRICT, QUARTER, grouping).compile(dialect=POSTGRESQL))
        assert "reports.unit_id" in asked or "area_path" in asked
        for word in ("assignee", "people", "person", "sender", "actor", "account", "handlers"):
            assert word not in asked, word
    assert set(By) == {"area", "kind", "group", "unit"}
    told = json.dumps([*COUNTS, *FIGURES])
    assert not any(word in told for word in ("assignee", "person", "worker", "officer"))


@pytest.mark.parametrize("text", ["2025-01-31..2025-01-01", "2025-02-30..2025-03-01", "2025", "1900-01-01..2025-01-01"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadDays):
        Period.read(text)


def test_a_period_is_days_of_the_district() -> None:
    begin, end = Period.read("2025-01-01..2025-01-31").bounds(DISTRICT.zone)
    assert (begin.isoformat(), end.isoformat()) == ("2025-01-01T00:00:00+08:00", "2025-02-01T00:00:00+08:00")


def test_the_page_is_written_from_the_definitions() -> None:
    assert (CHECKOUT / "docs" / "figures.md").read_text(encoding="utf-8") == definitions_page()
