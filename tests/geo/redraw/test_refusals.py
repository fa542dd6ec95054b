"""Every refusal by hand: the reason, and the place where there is one."""

from pathlib import Path

import pytest
import shapely

from geo.positions import LonLat
from geo.redraw import (
    Carve,
    Coverage,
    MendSlivers,
    Merge,
    MoveVertex,
    Operation,
    Reparent,
    Reshape,
    Split,
    SplitBalanced,
    Transfer,
)
from tests.geo.redraw.layers import METRE_EAST, done, line, nine, refusal

BOTH = ("00005", "00010")
ACROSS = line((121.005, 39.015), (121.025, 39.015))
INSIDE = shapely.box(121.013, 39.013, 121.016, 39.016)
BOW_TIE = shapely.Polygon([(121.012, 39.012), (121.018, 39.018), (121.018, 39.012), (121.012, 39.018)])

REFUSED: list[tuple[str, Operation]] = [
    ("unknown_code", Split("99999", ACROSS, BOTH)),
    ("code_taken", Split("00005", ACROSS, ("00005", "00004"))),
    ("code_taken", Split("00005", ACROSS, ("00010", "00010"))),
    ("line_outside", Split("00005", line((121.04, 39.0), (121.05, 39.01)), BOTH)),
    ("line_on_edge", Split("00005", line((121.01, 39.005), (121.01, 39.025)), BOTH)),
    ("line_short", Split("00005", line((121.005, 39.015), (121.018, 39.015)), BOTH)),
    ("too_thin", Split("00005", line((121.01 + 4 * METRE_EAST, 39.0), (121.01 + 4 * METRE_EAST, 39.03)), BOTH)),
    (
        "too_few_codes",
        Split("00005", line((121.005, 39.013), (121.025, 39.013), (121.025, 39.017), (121.005, 39.017)), BOTH),
    ),
    ("too_few_codes", SplitBalanced("00005", 3, BOTH)),
    ("too_few_codes", SplitBalanced("00005", 1, BOTH)),
    ("too_thin", SplitBalanced("00005", 2, BOTH, ((121.015, 39.015, 1.0),))),
    ("same_cell", Merge(("00005", "00005"), "00005")),
    ("not_adjacent", Merge(("00001", "00005"), "00001")),
    ("not_adjacent", Merge(("00001", "00007"), "00001")),
    ("parents_differ", Merge(("00005", "00006"), "00005")),
    ("code_taken", Merge(("00001", "00002"), "00003")),
    ("same_cell", Transfer("00005", "00005", INSIDE)),
    ("area_outside", Transfer("00005", "00004", shapely.box(121.001, 39.012, 121.009, 39.018))),
    ("not_adjacent", Transfer("00005", "00004", INSIDE)),
    ("cuts_in_two", Transfer("00005", "00004", shapely.box(121.005, 39.013, 121.025, 39.016))),
    ("nothing_left", Transfer("00005", "00004", shapely.box(121.005, 39.005, 121.025, 39.025))),
    ("area_crosses_itself", Transfer("00005", "00004", BOW_TIE)),
    ("not_adjacent", Reshape("00001", "00005", ACROSS)),
    ("line_open", Reshape("00005", "00006", line((121.012, 39.012), (121.018, 39.018)))),
    ("line_open", Reshape("00005", "00006", line((121.02, 39.012), (121.018, 39.018)))),
    ("no_vertex", MoveVertex(LonLat(121.015, 39.015), LonLat(121.016, 39.015))),
    ("on_outline", MoveVertex(LonLat(121.01, 39.0), LonLat(121.011, 39.0))),
    ("nothing_moves", MoveVertex(LonLat(121.01, 39.01), LonLat(121.01, 39.01))),
    ("crosses_border", MoveVertex(LonLat(121.01, 39.01), LonLat(121.025, 39.011))),
    ("area_outside", Carve("00005", shapely.box(121.013, 39.013, 121.025, 39.016), "00010")),
    ("area_crosses_itself", Carve("00005", BOW_TIE, "00010")),
    ("too_thin", Carve("00005", shapely.box(121.013, 39.013, 121.013 + 5 * METRE_EAST, 39.016), "00010")),
    ("cuts_in_two", Carve("00005", shapely.box(121.01, 39.013, 121.02, 39.016), "00010")),
    ("code_taken", Carve("00005", INSIDE, "00004")),
    ("nothing_moves", Reparent("00005", "c1")),
    ("unknown_parent", Reparent("00005", "c9")),
    ("nothing_moves", MendSlivers("00005", 3.0)),
    ("width_unfit", MendSlivers("00005", 80.0)),
]


@pytest.mark.parametrize(("reason", "operation"), REFUSED)
def test_refused_for_this_reason(reason: str, operation: Operation) -> None:
    assert refusal(nine(), operation).reason == reason


def test_the_last_cell_of_a_community_stays_in_it() -> None:
    alone = Coverage.of(cell for cell in nine().cells if cell.code in ("00005", "00006"))
    assert refusal(alone, Reparent("00006", "c1")).reason == "last_of_parent"


def test_a_vertex_may_not_be_dragged_over_a_border_of_its_own_cell() -> None:
    carved, _ = done(nine(), Carve("00005", INSIDE, "00010"))
    assert refusal(carved, MoveVertex(LonLat(121.01, 39.01), LonLat(121.0165, 39.0165))).reason == "crosses_border"


def test_the_place_is_geojson_with_seven_decimals() -> None:
    refused = refusal(nine(), Split("00005", line((121.005, 39.015), (121.0181234567, 39.015)), BOTH))
    assert refused.where == {"type": "MultiPoint", "coordinates": [[121.0181235, 39.015]]}
    assert "lead both ends to the border" in str(refused)


def test_the_place_of_a_cut_donor_is_what_would_come_off() -> None:
    refused = refusal(nine(), Transfer("00005", "00004", shapely.box(121.005, 39.013, 121.025, 39.016)))
    assert refused.where is not None
    place = shapely.geometry.shape(refused.where)
    assert place.area == pytest.approx(0.01 * 0.003)


def test_every_reason_stands_on_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "redraw.md").read_text()
    sources = "".join(path.read_text() for path in (Path(__file__).parents[3] / "geo" / "redraw").glob("*.py"))
    reasons = {reason for reason, _ in REFUSED} | {"unreadable", "invalid", "unmatched", "outline", "last_of_parent"}
    assert all(f'"{reason}"' in sources for reason in reasons)
    assert [reason for reason in sorted(reasons) if f"`{reason}`" not in page] == []
