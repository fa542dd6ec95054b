"""Layers that lie beside the known borders as a shifted datum does."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.datum import from_storage
from geo.positions import Datum, Geometries
from geo.shifts import measured_shift, unshifted

WEST, SOUTH, SIDE_DEG = 121.7, 39.0, 0.004


def blocks(columns: int = 12, rows: int = 12) -> Geometries:
    """Blocks of about 400 m, edge on edge."""
    return np.array(
        [
            shapely.box(
                WEST + x * SIDE_DEG, SOUTH + y * SIDE_DEG, WEST + (x + 1) * SIDE_DEG, SOUTH + (y + 1) * SIDE_DEG
            )
            for x in range(columns)
            for y in range(rows)
        ],
        dtype=object,
    )


def shifted(shapes: Geometries, datum: Datum) -> Geometries:
    moved = shapely.transform(shapes, lambda x, y: from_storage(x, y, datum), interleaved=False)
    return np.asarray(moved, dtype=object)


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_the_datum_and_the_way_off_are_found(datum: Datum) -> None:
    shift = measured_shift(shifted(blocks(), datum), blocks())
    assert shift is not None
    assert shift.datum is datum
    assert shift.share_read > 0.99
    off_m = np.hypot(shift.east_m, shift.north_m)
    assert 400 < off_m < 600 if datum is Datum.GCJ02 else 1_000 < off_m < 1_500


def test_a_layer_that_fits_or_that_shares_no_border_proves_nothing() -> None:
    assert measured_shift(blocks(), blocks()) is None
    assert measured_shift(shapely.transform(blocks(), lambda xy: xy + 0.0017), blocks()) is None
    assert measured_shift(blocks()[:0], blocks()) is None


def test_cells_are_found_shifted_by_the_borders_of_the_level_above() -> None:
    above = np.array([shapely.union_all(half) for half in np.split(blocks(), 2)], dtype=object)
    shift = measured_shift(shifted(blocks(), Datum.GCJ02), above)
    assert shift is not None
    assert shift.datum is Datum.GCJ02


def test_where_no_datum_is_shifted_nothing_is_proposed() -> None:
    boston = shapely.transform(blocks(), lambda xy: xy - [193.0, -3.0])
    assert measured_shift(shapely.transform(boston, lambda xy: xy + 0.005), boston) is None


def test_polygons_are_brought_back_within_a_tenth_of_a_millimetre() -> None:
    back = unshifted(shifted(blocks(), Datum.BD09), Datum.BD09)
    assert shapely.equals_exact(back, blocks(), tolerance=1e-9).all()
    assert unshifted(np.array([None], dtype=object), Datum.GCJ02)[0] is None
