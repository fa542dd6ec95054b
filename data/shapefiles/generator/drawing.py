"""Draws the coverage: outline → streets → communities → grids, all put together from the same small cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from arcs import lines, polygons, trace
from cells import Cells, voronoi_cells
from numbering import grid_codes
from partition import balanced_groups, joined, rounded
from plane import Floats, Ints, to_lonlat, to_plane
from shaping import bend, ranks, smoothed
from shares import grids_per_community, household_weights
from sites import Sites, lay_sites
from sources import Community, Street, outline
from spacing import SpacingField
from territory import Territories, bent

# Ground that a grid covers in km², before the land's area is shared out in these proportions.
_GRID_KM2 = {"urban": 0.021, "suburban": 0.35, "rural": 1.0}
_FEWEST_CELLS = 6
_ATTEMPTS = 12
GAP_WIDTH_DEG = 2e-6

Progress = Callable[[str], None]


@dataclass(frozen=True)
class GridCoverage:
    """The grids in the order of their codes, each with the index of its community."""

    codes: list[str]
    polygons: list[shapely.Polygon]
    community: Ints


class _Draft:
    """The cells and, level by level, the area each belongs to."""

    def __init__(self, streets: list[Street], communities: list[Community], say: Progress) -> None:
        self.streets, self.communities = streets, communities
        place = {street.code: k for k, street in enumerate(streets)}
        self.street_of_community = np.array([place[c.parent] for c in communities])
        weights = household_weights(communities, streets, np.random.default_rng([1]))
        self.grids = grids_per_community(weights)
        per_street = np.bincount(self.street_of_community, self.grids, len(streets)).astype(np.int64)
        self.land = land = shapely.transform(outline(), to_plane)
        say("territories of the streets")
        area = np.array([_GRID_KM2[s.setting] for s in streets]) * per_street.astype(np.float64)
        territories = Territories(streets, land, area)
        self.offices_m = territories.offices_m
        say("cells")
        self.sites: Sites = lay_sites(territories, [s.setting for s in streets], per_street, land)
        self.cells: Cells = voronoi_cells(self.sites)
        self._least_m: Floats = 0.3 * self.sites.spacing_m[self.cells.sides[:, 1]]

    def whole(self, label: Ints, parent: Ints) -> Ints:
        """Connected areas without horns."""
        label = rounded(joined(label, parent, self.cells, self._least_m), parent, self.cells, 3)
        return joined(label, parent, self.cells, self._least_m)

    def street_labels(self) -> Ints:
        """The street of every cell."""
        return self.whole(self.sites.street, np.zeros(self.cells.count, dtype=np.int64))

    def community_labels(self, street: Ints) -> Ints:
        """The community of every cell: communities around the office, villages outside."""
        label = np.zeros(self.cells.count, dtype=np.int64)
        for index in range(len(self.streets)):
            members = np.flatnonzero(street == index)
            own = np.flatnonzero(self.street_of_community == index)
            village = [self.communities[k].kind == "village" for k in own]
            order = own[np.argsort(village, kind="stable")]
            xy_m, office_m = bent(self.sites.xy_m[members]), bent(self.offices_m[index : index + 1])[0]
            rng = np.random.default_rng([31, index])
            label[members] = order[balanced_groups(xy_m, self.grids[order].astype(np.float64), rng, office_m)]
        return self.whole(label, street)

    def grid_labels(self, community: Ints) -> Ints:
        """The grid of every cell."""
        first = np.cumsum(self.grids) - self.grids
        label = np.zeros(self.cells.count, dtype=np.int64)
        for index, count in enumerate(self.grids):
            members = np.flatnonzero(community == index)
            label[members] = first[index] + self._grids_of(self.sites.xy_m[members], int(count), index)
        return self.whole(label, community)

    @staticmethod
    def _grids_of(xy_m: Floats, count: int, seed: int) -> Ints:
        rng = np.random.default_rng([41, seed])
        for _ in range(_ATTEMPTS):
            group = balanced_groups(xy_m, 0.75 + 0.5 * rng.random(count), rng)
            if np.bincount(group, minlength=count).min() >= _FEWEST_CELLS:
                return group
        raise RuntimeError(f"community {seed}: no {count} grids of at least {_FEWEST_CELLS} cells out of {len(xy_m)}")


def draw_grids(streets: list[Street], communities: list[Community], say: Progress) -> GridCoverage:
    """All grids as a valid coverage on the 1e-7° grid, numbered inside their communities."""
    draft = _Draft(streets, communities, say)
    say("streets, communities and grids out of cells")
    label = draft.grid_labels(draft.community_labels(draft.street_labels()))
    say("borders")
    community = np.repeat(np.arange(len(communities)), draft.grids)
    cells = _polygons(draft, label, community)
    if not shapely.coverage_is_valid(cells, gap_width=GAP_WIDTH_DEG):
        raise RuntimeError("the drawn grids overlap or leave gaps: lower the push of the waves in shaping.py")
    return _in_order(cells, community, [c.code for c in communities])


def _polygons(draft: _Draft, label: Ints, community: Ints) -> list[shapely.Polygon]:
    borders = trace(draft.cells, label, draft.sites.spacing_m)
    rounded_m = smoothed(borders, ranks(borders.arcs, community, draft.street_of_community[community]))
    field = SpacingField(draft.sites.xy_m, draft.sites.spacing_m)
    snapped = to_lonlat(bend(rounded_m, field, draft.land.boundary))
    return polygons(borders.arcs, lines(borders.arcs, snapped), len(community))


def _in_order(cells: list[shapely.Polygon], community: Ints, community_codes: list[str]) -> GridCoverage:
    codes = grid_codes(cells, community, community_codes)
    order = sorted(range(len(cells)), key=codes.__getitem__)
    return GridCoverage([codes[k] for k in order], [cells[k] for k in order], community[order])


def unions(parts: list[shapely.Polygon], parent: Ints, count: int) -> list[shapely.Geometry]:
    """The exact union of the parts under each parent."""
    members: list[list[shapely.Polygon]] = [[] for _ in range(count)]
    for part, above in zip(parts, parent, strict=True):
        members[above].append(part)
    return [shapely.normalize(shapely.coverage_union_all(group)) for group in members]
