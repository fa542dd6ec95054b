"""Where each street lies: every place goes to the nearest office, pushed about until the areas fit the population."""

from __future__ import annotations

import numpy as np
import shapely
from noise import Octave, warp
from numpy.typing import NDArray
from plane import Floats, Ints, distances_m, to_plane
from sources import Street

RASTER_M = 150.0
_BENDS = (Octave(9_000.0, 0.09), Octave(3_500.0, 0.07))
_ROUNDS = 60
_LARGEST_LEAD = 0.7  # an office's lead over another, as a share of the distance between the two


def bent(xy_m: Floats) -> Floats:
    """The plane in which borders are straight before they are bent back."""
    everywhere = np.ones(len(xy_m))
    return warp(xy_m, [(octave, everywhere) for octave in _BENDS], seed=11)


def raster(land: shapely.MultiPolygon) -> Floats:
    """Points every 150 m over the land, shape (n, 2)."""
    west, south, east, north = land.bounds
    x, y = np.meshgrid(np.arange(west, east, RASTER_M), np.arange(south, north, RASTER_M))
    points = np.column_stack([x.ravel(), y.ravel()])
    return np.asarray(points[shapely.contains_xy(land, points[:, 0], points[:, 1])])


class Territories:
    """The streets' territories as a rule that gives the street of any point."""

    def __init__(self, streets: list[Street], land: shapely.MultiPolygon, area_weights: Floats) -> None:
        self._land = land
        self.offices_m = to_plane(np.array([[s.office_lon, s.office_lat] for s in streets]))
        self._bent_offices = bent(self.offices_m)
        self._apart = distances_m(self._bent_offices[:, None], self._bent_offices[None])
        self._office_piece = self._piece_of(self.offices_m)
        self.samples_m = raster(land)
        self._lead_m = self._balanced_leads(area_weights)
        self.sample_street = self.street_of(self.samples_m)

    def street_of(self, xy_m: Floats) -> Ints:
        """The index of the street that holds each point, shape (n,)."""
        return self._nearest(self._office_distances(xy_m), self._lead_m)

    def on_land(self, xy_m: Floats) -> NDArray[np.bool_]:
        """Whether each point lies inside the outline."""
        return np.asarray(shapely.contains_xy(self._land, xy_m[:, 0], xy_m[:, 1]))

    def _piece_of(self, xy_m: Floats) -> Ints:
        gaps = np.column_stack([shapely.distance(piece, shapely.points(xy_m)) for piece in self._land.geoms])
        return np.asarray(np.argmin(gaps, axis=1))

    def _office_distances(self, xy_m: Floats) -> Floats:
        distance = distances_m(bent(xy_m)[:, None], self._bent_offices[None])
        elsewhere = self._piece_of(xy_m)[:, None] != self._office_piece[None]
        distance[elsewhere] += 1e7
        return distance

    @staticmethod
    def _nearest(distance: Floats, lead_m: Floats) -> Ints:
        return np.asarray(np.argmin(distance - lead_m, axis=1))

    def _balanced_leads(self, area_weights: Floats) -> Floats:
        distance = self._office_distances(self.samples_m)
        goal = area_weights / area_weights.sum() * len(self.samples_m)
        lead_m = np.zeros(len(goal))
        for _ in range(_ROUNDS):
            found = np.bincount(self._nearest(distance, lead_m), minlength=len(goal))
            lead_m += 250.0 * np.clip((goal - found) / goal, -1.0, 1.0)
            self._hold_back(lead_m)
        return lead_m

    def _hold_back(self, lead_m: Floats) -> None:
        """Keep every office well inside its own territory."""
        for i in range(len(lead_m)):
            allowed = lead_m + self._apart[i] * _LARGEST_LEAD
            allowed[i] = np.inf
            lead_m[i] = min(lead_m[i], float(allowed.min()))
