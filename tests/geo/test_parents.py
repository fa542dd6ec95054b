import numpy as np
import shapely

from geo.parents import parents_by_overlap
from tests.geo.coverages import grid, voronoi

PARENTS = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], dtype=object)


def test_the_largest_share_decides() -> None:
    children = np.array(
        [
            shapely.box(0.1, 0.1, 0.2, 0.2),
            shapely.box(0.7, 0, 1.1, 1),
            shapely.box(0.75, 0, 1.25, 1),
            shapely.box(5, 5, 6, 6),
            None,
            shapely.box(1.5, 0.5, 2.5, 1.5),
        ],
        dtype=object,
    )
    parent, share = parents_by_overlap(children, PARENTS)
    assert parent.tolist() == [0, 0, 0, -1, -1, 1]
    np.testing.assert_allclose(share, [1.0, 0.75, 0.5, 0.0, 0.0, 0.25], atol=1e-12)


def test_touching_is_no_overlap() -> None:
    parent, _ = parents_by_overlap(np.array([shapely.box(2, 0, 3, 1)], dtype=object), PARENTS)
    assert parent.tolist() == [-1]


def test_invalid_polygons_take_part() -> None:
    bow_tie = shapely.Polygon([(1.2, 0.2), (1.8, 0.8), (1.8, 0.2), (1.2, 0.8)])
    parent, share = parents_by_overlap(np.array([bow_tie], dtype=object), PARENTS)
    assert (parent[0], share[0]) == (1, 1.0)


def test_cells_of_a_grid_find_their_block() -> None:
    cells, blocks = voronoi(200, bends=2), grid(4, 3)
    parent, share = parents_by_overlap(cells, blocks)
    overlaps = shapely.area(shapely.intersection(cells[:, None], blocks[None, :]))
    np.testing.assert_allclose(share, overlaps.max(axis=1) / shapely.area(cells), atol=1e-9)
    assert (parent == overlaps.argmax(axis=1)).mean() > 0.99
