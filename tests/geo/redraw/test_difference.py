"""A plan drawn elsewhere: noise is no change, what was done is found, what cannot be is told."""

import numpy as np
import pytest
import shapely

from geo.redraw import Carve, Cell, Coverage, Merge, Operation, Reparent, Reshape, Split, Transfer, apply, difference
from geo.redraw.difference import patches
from geo.redraw.refused import Refused
from tests.geo.redraw.drawing import METRES
from tests.geo.redraw.layers import done, exactly, holed, line, nine


def digitised_again(coverage: Coverage, noise_m: float = 1.0, *, seed: int = 2) -> Coverage:
    """Every vertex strayed, the same way in every cell that has it."""
    rng = np.random.default_rng(seed)
    points = np.unique(np.vstack([shapely.get_coordinates(cell.polygon) for cell in coverage.cells]), axis=0)
    strayed = np.round(points + rng.normal(0, noise_m, points.shape) * METRES, 7)
    to = dict(zip(map(tuple, points.tolist()), strayed.tolist(), strict=True))

    def moved(given: np.ndarray) -> np.ndarray:
        return np.array([to[tuple(point)] for point in given.tolist()])

    return Coverage.of(Cell(c.code, c.parent, shapely.transform(c.polygon, moved)) for c in coverage.cells)


DRAWN: list[Operation] = [
    Split("00005", line((121.013, 39.005), (121.013, 39.025)), ("00005", "00010")),
    Transfer("00005", "00004", shapely.box(121.008, 39.012, 121.013, 39.018)),
    Reshape("00005", "00006", line((121.02, 39.012), (121.023, 39.014), (121.017, 39.016), (121.02, 39.018))),
    Carve("00005", shapely.box(121.013, 39.013, 121.016, 39.016), "00010"),
    Merge(("00001", "00002"), "00001"),
    Reparent("00005", "c2"),
]


@pytest.mark.parametrize("layer", [nine(), holed()], ids=["nine", "holed"])
def test_the_same_plan_digitised_twice_is_no_change(layer: Coverage) -> None:
    again = digitised_again(layer)
    assert exactly(again) != exactly(layer)
    assert difference(layer, again) == difference(layer, layer)
    assert difference(layer, again).operations == ()
    assert difference(layer, again).faults == ()


@pytest.mark.parametrize("noise_m", [0.0, 1.0])
@pytest.mark.parametrize("operation", DRAWN, ids=lambda operation: type(operation).__name__)
def test_what_was_drawn_elsewhere_is_found(operation: Operation, noise_m: float) -> None:
    before = nine()
    drawn, _ = done(before, operation)
    found = difference(before, digitised_again(drawn, noise_m))
    assert found.faults == ()
    assert found.operations
    after = before
    for one in found.operations:
        after = after.replaced(apply(after, one))
    assert patches(after, drawn, 10.0) == []
    assert {c.code: c.parent for c in after.cells} == {c.code: c.parent for c in drawn.cells}


def test_several_changes_at_once_are_found() -> None:
    before = drawn = nine()
    for operation in (DRAWN[0], DRAWN[4], Transfer("00009", "00008", shapely.box(121.015, 39.022, 121.025, 39.028))):
        drawn, _ = done(drawn, operation)
    found = difference(before, digitised_again(drawn))
    assert (len(found.operations), found.faults) == (3, ())


def test_a_new_cell_under_another_community_is_found() -> None:
    before = nine()
    drawn, _ = done(before, DRAWN[3])
    drawn, _ = done(drawn, Reparent("00010", "c2"))
    found = difference(before, drawn)
    assert [type(one) for one in found.operations] == [Carve, Reparent]
    assert found.faults == ()


def test_a_layer_that_is_no_coverage_shows_its_defects() -> None:
    before = nine()
    torn = {c.code: c for c in before.cells} | {
        "00005": Cell("00005", "c1", shapely.box(121.011, 39.01, 121.0201, 39.02))
    }
    found = difference(before, Coverage.of(torn.values()))
    assert found.operations == ()
    assert {fault.reason for fault in found.faults} == {"unmatched"}


def test_other_ground_and_what_cannot_be_expressed_are_told() -> None:
    before = nine()
    smaller = Coverage.of(cell for cell in before.cells if cell.code != "00009")
    (fault,) = difference(before, smaller).faults
    assert (fault.reason, fault.where.area) == ("outline", pytest.approx(1e-4, rel=1e-3))
    elsewhere = Coverage.of(Cell(c.code, "c9" if c.code == "00005" else c.parent, c.polygon) for c in before.cells)
    assert [(fault.reason, fault.codes) for fault in difference(before, elsewhere).faults] == [
        ("unexplained", ("00005",))
    ]
    renamed = Coverage.of(Cell(c.code.replace("00005", "x"), c.parent, c.polygon) for c in before.cells)
    found = difference(before, renamed)
    assert [(fault.reason, fault.codes) for fault in found.faults] == [("unexplained", ("00005", "x"))]
    with pytest.raises(Refused, match="noise_m"):
        difference(before, before, noise_m=0.0)
