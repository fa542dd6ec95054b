import numpy as np
import pytest
import shapely

from geo.edges import shared_edges
from geo.errors import LayerError


def test_every_edge_stands_once_with_the_polygon_on_its_west() -> None:
    pair = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], dtype=object)
    edges, west = shared_edges(pair)
    upright = {(edge[0], face) for edge, face in zip(edges.tolist(), west.tolist(), strict=True) if edge[0] == edge[2]}
    assert len(edges) == 7
    assert upright == {(0.0, -1), (1.0, 0), (2.0, 1)}


def test_two_polygons_on_one_side_of_an_edge_are_refused() -> None:
    with pytest.raises(LayerError, match="same side"):
        shared_edges(np.array([shapely.box(0, 0, 1, 1)] * 2, dtype=object))
