"""Smooth repeatable noise: the curves of streams and roads, and the bends of old borders.

Random values sit on a square lattice and are joined by cubic B-splines. A field moves points; as long as its slope
stays below one it folds nothing, so a coverage stays a coverage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from plane import Floats, Ints

_ALL_BITS = 0xFFFFFFFFFFFFFFFF


def _hashed(column: Ints, row: Ints, seed: int) -> Floats:
    """A number in [-1, 1) for every lattice node."""
    mixed = column.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= row.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed += np.uint64(seed * 0x165667B19E3779F9 & _ALL_BITS)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2.0**52 - 1.0


def _spline_weights(t: Floats) -> list[Floats]:
    t2, t3 = t * t, t * t * t
    return [
        (1 - 3 * t + 3 * t2 - t3) / 6,
        (4 - 6 * t2 + 3 * t3) / 6,
        (1 + 3 * t + 3 * t2 - 3 * t3) / 6,
        t3 / 6,
    ]


def field(xy_m: Floats, wavelength_m: float, seed: int) -> Floats:
    """Smooth noise of about unit size at each point, shape (n,)."""
    turned = np.column_stack([0.8 * xy_m[:, 0] - 0.6 * xy_m[:, 1], 0.6 * xy_m[:, 0] + 0.8 * xy_m[:, 1]])
    scaled = turned / wavelength_m * 2.0 + 1_000.0  # positive, two lattice steps to a wave
    cell = np.floor(scaled).astype(np.int64)
    across, up = (_spline_weights(scaled[:, axis] - cell[:, axis]) for axis in (0, 1))
    total = np.zeros(len(xy_m))
    for i in range(4):
        for j in range(4):
            total += across[i] * up[j] * _hashed(cell[:, 0] + i, cell[:, 1] + j, seed)
    return total * 2.0


@dataclass(frozen=True)
class Octave:
    """One wavelength of a warp and how far it pushes, as a share of the wavelength."""

    wavelength_m: float
    push: float


def warp(xy_m: Floats, octaves: list[tuple[Octave, Floats]], seed: int) -> Floats:
    """Move each point by several octaves, each damped by its own weight per point, shape (n, 2)."""
    moved = xy_m.copy()
    for k, (octave, weight) in enumerate(octaves):
        reach_m = octave.push * octave.wavelength_m * weight
        for axis in (0, 1):
            moved[:, axis] += reach_m * field(xy_m, octave.wavelength_m, seed + 2 * k + axis)
    return moved
