"""The drawn district as everything else sees it: polygons with codes, read alike from memory or from the files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from drawing import unions
from plane import Floats, Ints, to_plane
from sources import Community, Street


@dataclass(frozen=True)
class District:
    """Grids in the order of their codes, with the communities and streets above them."""

    streets: list[Street]
    communities: list[Community]
    codes: list[str]
    polygons: list[shapely.Polygon]

    @cached_property
    def community_of_grid(self) -> Ints:
        """Index of each grid's community."""
        place = {community.code: k for k, community in enumerate(self.communities)}
        return np.array([place[code[:12]] for code in self.codes])

    @cached_property
    def street_of_community(self) -> Ints:
        """Index of each community's street."""
        place = {street.code: k for k, street in enumerate(self.streets)}
        return np.array([place[community.parent] for community in self.communities])

    @cached_property
    def community_polygons(self) -> list[shapely.Polygon]:
        """Exact unions of the grids."""
        return unions(self.polygons, self.community_of_grid, len(self.communities))

    @cached_property
    def street_polygons(self) -> list[shapely.Polygon]:
        """Exact unions of the communities."""
        return unions(self.community_polygons, self.street_of_community, len(self.streets))

    @cached_property
    def outline(self) -> shapely.Geometry:
        """The exact union of the streets."""
        return shapely.normalize(shapely.coverage_union_all(self.street_polygons))

    @cached_property
    def plane_polygons(self) -> list[shapely.Polygon]:
        """The grids in metres."""
        return [shapely.transform(polygon, to_plane) for polygon in self.polygons]

    @cached_property
    def area_km2(self) -> Floats:
        """Area of each grid."""
        return np.asarray(shapely.area(self.plane_polygons)) / 1e6

    @cached_property
    def neighbours(self) -> list[list[int]]:
        """For each grid, in order, the grids that share an edge with it."""
        found: list[set[int]] = [set() for _ in self.polygons]
        owner: dict[tuple[float, ...], int] = {}
        for grid, polygon in enumerate(self.polygons):
            ring = shapely.get_coordinates(polygon)
            for edge in np.concatenate([ring[:-1], ring[1:]], axis=1).tolist():
                other = owner.pop((*edge[2:], *edge[:2]), None)
                if other is None:
                    owner[tuple(edge)] = grid
                else:
                    found[grid].add(other)
                    found[other].add(grid)
        return [sorted(around) for around in found]
