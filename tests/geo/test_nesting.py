import numpy as np
import pytest
import shapely

from geo.crs import plane_for
from geo.defects import Defect
from geo.errors import LayerError
from geo.nesting import check_nesting
from tests.geo.coverages import TOWN, voronoi

PLANE = plane_for(TOWN)
PARENTS = np.array([shapely.box(121, 39, 121.1, 39.1), shapely.box(121.1, 39, 121.2, 39.1)], dtype=object)


def checked(polygon: object, parent: str | None) -> list[Defect]:
    cells = np.array([polygon], dtype=object)
    return check_nesting(["c"], cells, [parent], parent_codes=["w", "e"], parents=PARENTS, plane=PLANE)


def test_cells_of_a_union_lie_in_it() -> None:
    cells = voronoi(50, bends=3)
    whole = np.array([shapely.coverage_union_all(cells)], dtype=object)
    codes = [str(number) for number in range(50)]
    assert check_nesting(codes, cells, ["p"] * 50, parent_codes=["p"], parents=whole, plane=PLANE) == []


def test_a_cell_across_the_border_is_shown_with_the_part_outside() -> None:
    (defect,) = checked(shapely.box(121.05, 39.05, 121.11, 39.06), "w")
    assert defect.kind.value == "crosses_parent"
    assert defect.codes == ("c", "w")
    assert shapely.bounds(defect.geometry).tolist() == pytest.approx([121.1, 39.05, 121.11, 39.06])
    assert defect.size_m2 == pytest.approx(961_000, rel=2e-2)


def test_less_than_the_width_of_a_pen_is_no_crossing() -> None:
    assert checked(shapely.box(121.05, 39.05, 121.1 + 1e-7, 39.06), "w") == []


def test_a_cell_elsewhere_is_outside() -> None:
    (defect,) = checked(shapely.box(121.15, 39.05, 121.16, 39.06), "w")
    assert defect.kind.value == "outside_parent"


@pytest.mark.parametrize(("parent", "says"), [(None, "names no parent"), (" ", "names no parent"), ("x", "'x', which")])
def test_a_cell_without_parent_is_told(parent: str | None, says: str) -> None:
    (defect,) = checked(shapely.box(121.05, 39.05, 121.06, 39.06), parent)
    assert defect.kind.value == "no_parent"
    assert says in defect.message


def test_missing_polygons_are_left_to_the_layers_own_check() -> None:
    assert checked(None, "w") == []


def test_every_cell_needs_its_partner() -> None:
    with pytest.raises(LayerError, match="give each its partner"):
        check_nesting(["c"], PARENTS, ["w"], parent_codes=["w", "e"], parents=PARENTS, plane=PLANE)
