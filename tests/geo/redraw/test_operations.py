"""Every operation by hand, on nine boxes."""

import json

import numpy as np
import pytest
import shapely

from geo.errors import LayerError
from geo.positions import LonLat
from geo.redraw import (
    Carve,
    Cell,
    Coverage,
    MendSlivers,
    Merge,
    MoveVertex,
    Operation,
    Renumber,
    Reparent,
    Reshape,
    Split,
    SplitBalanced,
    Transfer,
    apply,
    check,
    derived,
    operation_of,
)
from geo.redraw.refused import Refused
from tests.geo.redraw.layers import METRE_EAST, done, line, nine

EAST_EDGE = 121.02


def size(coverage: Coverage, code: str) -> float:
    return float(coverage[code].polygon.area)


def codes(cells: tuple[Cell, ...]) -> list[str]:
    return [cell.code for cell in cells]


def test_split_gives_the_largest_part_the_first_code_and_neighbours_a_node() -> None:
    cut = Split("00005", line((121.013, 39.005), (121.013, 39.025)), ("00005", "00010"))
    after, change = done(nine(), cut)
    assert codes(change.created) == ["00010"]
    assert after["00010"].parent == "c1"
    assert change.touched == ("00002", "00008")
    assert codes(change.changed) == ["00002", "00005", "00008"]
    assert size(after, "00005") == pytest.approx(7e-5)
    assert size(after, "00010") == pytest.approx(3e-5)
    assert [cell.code for cell in change.before] == ["00002", "00005", "00008"]


def test_split_with_new_codes_retires_the_cell() -> None:
    cut = Split("00005", line((121.013, 39.0), (121.013, 39.03)), ("00011", "00012", "00013"))
    after, change = done(nine(), cut)
    assert change.retired == ("00005",)
    assert codes(change.created) == ["00011", "00012"]
    assert size(after, "00011") > size(after, "00012")
    assert "00013" not in after


@pytest.mark.parametrize("short_m", [0.5, 3.0, 4.9])
def test_line_that_stops_short_by_less_than_five_metres_is_led_on(short_m: float) -> None:
    west, east = 121.01 + short_m * METRE_EAST, 121.02 - short_m * METRE_EAST
    after, _ = done(nine(), Split("00005", line((west, 39.014), (east, 39.016)), ("00005", "00010")))
    assert size(after, "00010") == pytest.approx(5e-5, rel=0.01)


def test_thin_pieces_of_a_wavering_split_stay_with_their_part() -> None:
    """The line runs along the west border, crosses it again and again, then crosses the cell."""
    waver = [(121.01 + (-1) ** row * METRE_EAST, 39.0105 + row * 0.0005) for row in range(12)]
    after, change = done(nine(), Split("00005", line(*waver, (121.021, 39.0165)), ("00005", "00010")))
    assert codes(change.created) == ["00010"]
    assert size(after, "00005") + size(after, "00010") == pytest.approx(1e-4, rel=1e-5)


def test_merge_into_one_of_them_and_into_a_new_cell() -> None:
    after, change = done(nine(), Merge(("00001", "00002"), "00001"))
    assert (change.retired, codes(change.changed), change.touched) == (("00002",), ["00001"], ())
    assert size(after, "00001") == pytest.approx(2e-4)
    _, change = done(nine(), Merge(("00001", "00002", "00004"), "00010"))
    assert (change.retired, codes(change.created)) == (("00001", "00002", "00004"), ["00010"])


def test_merging_a_ring_leaves_the_island_alone() -> None:
    after, _ = done(nine(), Carve("00005", shapely.box(121.013, 39.013, 121.016, 39.016), "00010"))
    after, change = done(after, Merge(("00005", "00004"), "00004"))
    assert codes(change.changed) == ["00004"]
    assert len(after["00004"].polygon.interiors) == 1


def test_transfer_moves_what_lies_in_the_giver_only() -> None:
    area = shapely.box(121.008, 39.012, 121.013, 39.018)
    after, change = done(nine(), Transfer("00005", "00004", area))
    assert codes(change.changed) == ["00004", "00005"]
    assert change.touched == ()
    assert size(after, "00004") == pytest.approx(1e-4 + 0.003 * 0.006)
    assert size(after, "00005") == pytest.approx(1e-4 - 0.003 * 0.006)


def test_transfer_across_communities_moves_the_border_of_both() -> None:
    before = nine()
    after, _ = done(before, Transfer("00005", "00006", shapely.box(121.018, 39.009, 121.021, 39.021)))
    moved = derived(after)["c2"].area - derived(before)["c2"].area
    assert moved == pytest.approx(0.002 * 0.01)


def test_reshape_moves_the_shared_edge_and_both_sides_follow() -> None:
    bulge = line((EAST_EDGE, 39.012), (121.022, 39.014), (121.018, 39.016), (EAST_EDGE, 39.018))
    after, change = done(nine(), Reshape("00005", "00006", bulge))
    assert codes(change.changed) == ["00005", "00006"]
    assert size(after, "00005") + size(after, "00006") == pytest.approx(2e-4)
    assert after["00005"].polygon.covers(shapely.Point(121.0215, 39.0138))
    assert after["00006"].polygon.covers(shapely.Point(121.0185, 39.0162))


def test_dragging_a_vertex_moves_it_in_every_cell_that_has_it() -> None:
    after, change = done(nine(), MoveVertex(LonLat(121.01, 39.01), LonLat(121.012, 39.0115)))
    assert codes(change.changed) == ["00001", "00002", "00004", "00005"]
    for cell in change.changed:
        assert (121.012, 39.0115) in list(cell.polygon.exterior.coords)
    assert after["00003"] is nine()["00003"] or after["00003"] == nine()["00003"]


def test_carving_makes_a_hole_with_a_cell_in_it() -> None:
    island = shapely.box(121.013, 39.013, 121.016, 39.016)
    after, change = done(nine(), Carve("00005", island, "00010"))
    assert codes(change.created) == ["00010"]
    assert shapely.equals(after["00010"].polygon, island)
    assert len(after["00005"].polygon.interiors) == 1
    assert after.neighbours("00010") == ("00005",)


def test_another_community_keeps_the_polygon() -> None:
    before = nine()
    after, change = done(before, Reparent("00005", "c2"))
    assert after["00005"].polygon is before["00005"].polygon
    assert (codes(change.changed), change.touched) == (["00005"], ())
    assert derived(after)["c2"].area == pytest.approx(4e-4)


def test_a_community_is_numbered_anew_as_one_reads_a_page() -> None:
    before = nine()
    after, change = done(before, Renumber("c1", tuple(f"n{n}" for n in range(1, 7))))
    assert change.retired == ("00001", "00002", "00004", "00005", "00007", "00008")
    read = {"n1": "00007", "n2": "00004", "n3": "00008", "n4": "00005", "n5": "00001", "n6": "00002"}
    assert all(after[new].polygon is before[old].polygon for new, old in read.items())
    assert after.replaced(change.inverse) == before
    for wrong, reason in (
        (Renumber("c9", ("n1",)), "unknown_parent"),
        (Renumber("c1", ("n1",)), "unreadable"),
        (Renumber("c1", ("00003", "n2", "n3", "n4", "n5", "n6")), "code_taken"),
    ):
        with pytest.raises(Refused) as caught:
            apply(before, wrong)
        assert caught.value.reason == reason


@pytest.mark.parametrize("parts", [2, 3, 4, 7])
def test_balanced_split_shares_out_the_weights(parts: int) -> None:
    spots = np.random.default_rng(3).uniform([121.0101, 39.0101], [121.0199, 39.0199], (400, 2))
    weights = tuple((lon, lat, 1.0 + row % 3) for row, (lon, lat) in enumerate(spots.tolist()))
    names = tuple(f"n{part}" for part in range(parts))
    after, change = done(nine(), SplitBalanced("00005", parts, names, weights))
    assert (change.retired, codes(change.created)) == (("00005",), sorted(names))
    sums = [sum(weight for lon, lat, weight in weights if after[name].polygon.covers(shapely.Point(lon, lat)))
            for name in names]  # fmt: skip
    assert max(sums) / (sum(sums) / parts) < 1.05
    assert all(after[name].polygon.geom_type == "Polygon" for name in names)


def test_balanced_split_without_weights_shares_out_the_ground() -> None:
    after, _ = done(nine(), SplitBalanced("00005", 3, ("00005", "a", "b")))
    assert [size(after, code) for code in ("00005", "a", "b")] == pytest.approx([1e-4 / 3] * 3, rel=0.08)


def test_a_closed_sliver_goes_to_the_cell_named_and_a_lake_stays() -> None:
    before = nine()
    sliver = shapely.box(121.02 - 2 * METRE_EAST, 39.012, 121.02, 39.018)
    sliver = shapely.set_precision(sliver, 1e-7)
    east = shapely.Polygon([(121.02, 39.01), (121.03, 39.01), (121.03, 39.02), (121.02, 39.02), (121.02, 39.018),
                            (121.02, 39.012)])  # fmt: skip
    lake = shapely.box(121.013, 39.013, 121.016, 39.016)
    five = shapely.normalize(before["00005"].polygon - sliver - lake)
    cells = {cell.code: cell for cell in before.cells}
    torn = Coverage.of({**cells, "00005": Cell("00005", "c1", five), "00006": Cell("00006", "c2", east)}.values())
    change = apply(torn, MendSlivers("00005", 3.0))
    after = torn.replaced(change)
    assert (codes(change.changed), change.touched) == (["00005"], ())
    assert size(after, "00005") == pytest.approx(1e-4 - 9e-6)
    assert check(after) == ()
    with pytest.raises(Refused) as caught:
        apply(after, MendSlivers("00005", 3.0))
    assert caught.value.reason == "nothing_moves"


def test_loose_thin_parts_go_to_the_neighbour_with_the_longest_border() -> None:
    before = nine()
    one = shapely.union(before["00001"].polygon, shapely.box(121.03, 39.005, 121.0300463, 39.007))
    cells = {cell.code: cell for cell in before.cells}
    noded = shapely.Polygon([(121.02, 39.0), (121.03, 39.0), (121.03, 39.005), (121.03, 39.007), (121.03, 39.01),
                             (121.02, 39.01)])  # fmt: skip
    loose = Coverage.of({**cells, "00001": Cell("00001", "c1", one), "00003": Cell("00003", "c2", noded)}.values())
    after = loose.replaced(apply(loose, MendSlivers("00001", 5.0)))
    assert after["00001"].polygon.geom_type == "Polygon"
    assert after["00003"].polygon.area > noded.area


EVERY_KIND: list[Operation] = [
    Split("00005", line((121.0131234, 39.005), (121.013, 39.025)), ("00005", "00010")),
    Merge(("00001", "00002"), "00001"),
    Transfer("00005", "00004", shapely.box(121.008, 39.012, 121.013, 39.018)),
    Reshape("00005", "00006", line((EAST_EDGE, 39.012), (121.022, 39.014), (EAST_EDGE, 39.018))),
    MoveVertex(LonLat(121.01, 39.01), LonLat(121.012, 39.0115)),
    Carve(
        "00005",
        shapely.Point(121.015, 39.015).buffer(0.002).difference(shapely.Point(121.015, 39.015).buffer(0.0005)),
        "00010",
    ),
    Reparent("00005", "c2"),
    Renumber("c2", ("00010", "00011", "00012")),
    SplitBalanced("00005", 2, ("00005", "00010"), ((121.012, 39.012, 5), (121.018, 39.018, 5.5))),
    MendSlivers("00005", 3.0),
]


@pytest.mark.parametrize("operation", EVERY_KIND)
def test_facts_are_json_and_read_back_as_they_were(operation: Operation) -> None:
    assert operation_of(json.loads(json.dumps(operation.facts))) == operation


@pytest.mark.parametrize(
    "wrong",
    [
        {"operation": "explode"},
        {"operation": "merge", "codes": ["1"]},
        {"operation": "merge", "codes": [], "into": "1"},
        {"operation": "merge", "codes": "12", "into": "1"},
        {"operation": "reparent", "code": 5, "parent": "c2"},
        {"operation": "reparent", "code": "5", "parent": " "},
        {"operation": "split", "code": "5", "line": [[121.0, 39.0]], "codes": ["5"]},
        {"operation": "split", "code": "5", "line": [[121.0, 39.0], [39.0, 121.0]], "codes": ["5"]},
        {"operation": "split", "code": "5", "line": [[121.0, 39.0], [121.0, float("nan")]], "codes": ["5"]},
        {"operation": "carve", "code": "5", "area": [[[121.0, 39.0], [121.1, 39.0]]], "new_code": "6"},
        {"operation": "move_vertex", "at": [121.0], "to": [121.0, 39.0]},
    ],
)
def test_facts_of_no_operation_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Refused) as caught:
        operation_of(wrong)
    assert caught.value.reason == "unreadable"


def test_a_coverage_has_each_code_once_and_stays_as_it_was() -> None:
    before = nine()
    with pytest.raises(LayerError, match="occur more than once"):
        Coverage.of([*before.cells, before["00001"]])
    done(before, Merge(("00001", "00002"), "00001"))
    assert len(before) == 9
    assert before.neighbours("00001") == ("00002", "00004", "00005")


def test_check_finds_what_an_operation_may_not_do() -> None:
    before = nine()
    cells = {cell.code: cell for cell in before.cells}

    def with_five(polygon: object) -> list[str]:
        after = Coverage.of({**cells, "00005": Cell("00005", "c1", polygon)}.values())
        return sorted({fault.reason for fault in check(after, ["00005"], before=before)})

    assert with_five(shapely.box(121.01, 39.01, 121.02, 39.02)) == []
    assert with_five(shapely.box(121.01, 39.01, 121.02 + 1e-6, 39.02)) == ["unmatched"]
    assert with_five(shapely.box(121.01, 39.01, 121.02 - 1e-6, 39.02)) == ["unmatched"]
    assert with_five(shapely.box(121.012, 39.012, 121.018, 39.018)) == ["outline"]
    assert with_five(shapely.Polygon([(121.01, 39.01), (121.02, 39.02), (121.02, 39.01), (121.01, 39.02)])) == [
        "invalid"
    ]
    assert check(Coverage.of([])) == ()
