"""How many households each community has and, in proportion, how many grids."""

from __future__ import annotations

import numpy as np
from plane import Floats, Ints
from sources import GRID_COUNT, Community, Street

# Households of a community and of a village by the setting of their street: roughly the district's total.
_TYPICAL_HOUSEHOLDS = {
    ("urban", "community"): 2_250.0,
    ("urban", "village"): 1_000.0,
    ("suburban", "community"): 1_450.0,
    ("suburban", "village"): 750.0,
    ("rural", "community"): 850.0,
    ("rural", "village"): 640.0,
}
_FEWEST_GRIDS = 3


def apportion(weights: Floats, total: int) -> Ints:
    """Whole numbers in proportion to the weights that add up to the total (largest remainders)."""
    exact = weights * (total / float(np.cumsum(weights)[-1]))
    counts: Ints = np.floor(exact).astype(np.int64)
    missing = total - int(counts.sum())
    order = np.lexsort((np.arange(len(weights)), counts - exact))
    counts[order[:missing]] += 1
    return counts


def household_weights(communities: list[Community], streets: list[Street], rng: np.random.Generator) -> Floats:
    """A rough number of households for every community."""
    setting = {street.code: street.setting for street in streets}
    typical = np.array([_TYPICAL_HOUSEHOLDS[setting[c.parent], c.kind] for c in communities])
    return typical * (0.6 + 0.8 * rng.random(len(communities)))


def grids_per_community(weights: Floats) -> Ints:
    """Grids of every community, at least three each, all together the district's number."""
    spare = GRID_COUNT - _FEWEST_GRIDS * len(weights)
    above_least = np.maximum(weights / float(np.cumsum(weights)[-1]) * GRID_COUNT - _FEWEST_GRIDS, 0.05)
    return _FEWEST_GRIDS + apportion(above_least, spare)
