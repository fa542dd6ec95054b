"""What is counted and measured in cells, by hand on two boxes."""

from __future__ import annotations

import pytest
import shapely

from geo.crs import plane_for
from geo.positions import Bounds
from geo.redraw import Cell, Coverage
from layers.plans.counts import Counts
from layers.plans.records import COUNTED, MEASURES

WEST, EAST = shapely.box(121.0, 39.0, 121.01, 39.01), shapely.box(121.01, 39.0, 121.02, 39.01)
PLANE = plane_for(Bounds(121.0, 39.0, 121.02, 39.01))


@pytest.fixture
def counts() -> Counts:
    return Counts(Coverage.of([Cell("w", "c", WEST), Cell("e", "c", EAST)]), PLANE)


def add(counts: Counts, code: str, lon: float, lat: float, **counted: int) -> None:
    [place] = PLANE.to_plane(shapely.points([(lon, lat)]))
    counts.add(code, tuple(counted.get(name, 0) for name in COUNTED), place)


def test_a_cell_is_told_with_everything_there_is(counts: Counts) -> None:
    add(counts, "w", 121.005, 39.005, buildings=1, households=30, residents=70, over_60=9)
    add(counts, "w", 121.006, 39.005, open_reports=1, offers=1, deadlines=1)
    told = counts.of("w")
    assert set(told) == set(MEASURES)
    assert (told["households"], told["open_reports"], told["offers"], told["deadlines"]) == (30, 1, 1, 1)
    assert told["reock"] == pytest.approx(0.61, abs=0.02) and told["compactness"] == pytest.approx(0.77, abs=0.02)
    assert counts.sum_of({"w", "e"})["residents"] == 70


def test_how_far_off_the_mean_of_its_community_a_cell_is(counts: Counts) -> None:
    add(counts, "w", 121.005, 39.005, households=30)
    add(counts, "e", 121.015, 39.005, households=10)
    assert counts.of("w")["deviation"] == 0.5
    assert counts.of("e")["deviation"] == -0.5


def test_nobody_anywhere_is_no_deviation(counts: Counts) -> None:
    assert counts.of("w")["deviation"] == 0
    assert counts.walk_m({"w", "e"}) == 0


def test_walking_is_from_the_middle_to_the_reports_of_the_year(counts: Counts) -> None:
    metre = 1 / 111_000
    add(counts, "w", 121.005, 39.005 + 100 * metre, reports_year=1)
    add(counts, "w", 121.005, 39.005 - 300 * metre, reports_year=1)
    add(counts, "e", 121.015, 39.005 + 50 * metre, reports_year=1)
    add(counts, "w", 121.005, 39.0051, open_reports=1)
    assert counts.of("w")["walk_m"] == pytest.approx(200, rel=0.01)
    assert counts.walk_m({"w", "e"}) == pytest.approx(150, rel=0.01)


def test_what_lies_outside_of_every_cell_is_counted_and_not_measured(counts: Counts) -> None:
    add(counts, "gone", 121.005, 39.005, reports_year=1)
    assert counts.sum_of({"gone"})["reports_year"] == 1
    assert counts.walk_m({"gone"}) == 0
