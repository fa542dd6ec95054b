"""The spacing of cells as a smooth field, so that bends fade between town and country."""

from __future__ import annotations

import numpy as np
from plane import Floats
from scipy.ndimage import map_coordinates, uniform_filter
from scipy.spatial import cKDTree

_STEP_M = 200.0
_BLUR_STEPS = 7


class SpacingField:
    """Smoothed spacing of the cells around any point."""

    def __init__(self, xy_m: Floats, spacing_m: Floats) -> None:
        self._low = xy_m.min(axis=0) - 3_000.0
        high = xy_m.max(axis=0) + 3_000.0
        axes = [np.arange(self._low[k], high[k], _STEP_M) for k in (0, 1)]
        x, y = np.meshgrid(*axes, indexing="ij")
        _, nearest = cKDTree(xy_m).query(np.column_stack([x.ravel(), y.ravel()]))
        values = spacing_m[nearest].reshape(x.shape)
        for _ in range(2):
            values = uniform_filter(values, size=_BLUR_STEPS, mode="nearest")
        self._values = values

    def at(self, xy_m: Floats) -> Floats:
        """Spacing in metres at each point, shape (n,)."""
        steps = (xy_m - self._low) / _STEP_M
        return map_coordinates(self._values, steps.T, order=1, mode="nearest")
