"""A hand that draws at random: operations as a planner would try them, most of them sensible."""

import json

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.positions import LonLat
from geo.redraw import (
    Carve,
    Coverage,
    MendSlivers,
    Merge,
    MoveVertex,
    Operation,
    Refused,
    Renumber,
    Reparent,
    Reshape,
    Split,
    SplitBalanced,
    Transfer,
    apply,
    check,
    operation_of,
)
from tests.geo.redraw.layers import METRE_EAST, METRE_NORTH, exactly

KINDS = (
    "split",
    "merge",
    "transfer",
    "transfer",
    "reshape",
    "reshape",
    "vertex",
    "carve",
    "balanced",
    "parent",
    "number",
    "mend",
)
METRES = np.array([METRE_EAST, METRE_NORTH])


class Hand:
    """Draws by its seed; `noise_m` is how far each drawn point strays (standard deviation)."""

    def __init__(self, seed: int, noise_m: float = 0.0) -> None:
        self.rng = np.random.default_rng(seed)
        self.noise_m = noise_m
        self.given = 0

    def draw(self, coverage: Coverage) -> Operation:
        code = str(self.rng.choice(sorted(coverage)))
        kind = str(self.rng.choice(KINDS))
        drawn: Operation = getattr(self, kind)(coverage, code)
        return drawn

    def split(self, coverage: Coverage, code: str) -> Operation:
        return Split(code, self.across(coverage[code].polygon), (code, *self.codes(3)))

    def merge(self, coverage: Coverage, code: str) -> Operation:
        return Merge((code, self.beside(coverage, code)), code)

    def transfer(self, coverage: Coverage, code: str) -> Operation:
        taker = self.beside(coverage, code)
        return Transfer(code, taker, self.bite(coverage[code].polygon, coverage[taker].polygon))

    def reshape(self, coverage: Coverage, code: str) -> Operation:
        other = self.beside(coverage, code)
        edge = edge_of(coverage[code].polygon, coverage[other].polygon)
        ends = [edge.interpolate(share, normalized=True) for share in np.sort(self.rng.uniform(0.1, 0.9, 2))]
        middle = shapely.point_on_surface(coverage[code if self.rng.random() < 0.5 else other].polygon)
        share = self.rng.uniform(0.1, 0.8)
        bend = [((1 - share) * end.x + share * middle.x, (1 - share) * end.y + share * middle.y) for end in ends]
        points = [ends[0].coords[0], *bend, ends[1].coords[0]]
        return Reshape(code, other, shapely.LineString(self.strayed(points)))

    def vertex(self, coverage: Coverage, code: str) -> Operation:
        points = shapely.get_coordinates(coverage[code].polygon)
        at = points[self.rng.integers(len(points))]
        return MoveVertex(LonLat(*at), LonLat(*(at + self.rng.normal(0, 20, 2) * METRES)))

    def carve(self, coverage: Coverage, code: str) -> Operation:
        polygon = coverage[code].polygon
        radius = shapely.minimum_clearance(polygon.envelope) * self.rng.uniform(0.02, 0.3)
        area = shapely.point_on_surface(polygon).buffer(radius, quad_segs=int(self.rng.integers(1, 6)))
        return Carve(code, area, *self.codes(1))

    def balanced(self, coverage: Coverage, code: str) -> Operation:
        parts = int(self.rng.integers(2, 5))
        return SplitBalanced(code, parts, (code, *self.codes(parts - 1)))

    def parent(self, coverage: Coverage, code: str) -> Operation:
        return Reparent(code, str(self.rng.choice(sorted(coverage.parents))))

    def number(self, coverage: Coverage, code: str) -> Operation:
        parent = coverage[code].parent
        return Renumber(parent, self.codes(sum(cell.parent == parent for cell in coverage.cells)))

    def mend(self, coverage: Coverage, code: str) -> Operation:
        return MendSlivers(code, 0.5)

    def codes(self, count: int) -> tuple[str, ...]:
        self.given += count
        return tuple(f"n{self.given - row}" for row in range(count))

    def beside(self, coverage: Coverage, code: str) -> str:
        return str(self.rng.choice([*coverage.neighbours(code), code]))

    def across(self, polygon: BaseGeometry) -> BaseGeometry:
        """A line with a bend, from outside to outside, now and then short or through a vertex."""
        middle = np.array(shapely.point_on_surface(polygon).coords[0])
        reach = np.hypot(*np.ptp(np.reshape(polygon.bounds, (2, 2)), axis=0))
        angle = self.rng.uniform(0, 2 * np.pi, 2)
        ends = middle + reach * np.column_stack([np.cos(angle), np.sin(angle)])
        points = [ends[0], middle, ends[1]]
        if self.rng.random() < 0.2:
            vertices = shapely.get_coordinates(polygon)
            points = [vertices[row] for row in self.rng.integers(0, len(vertices), 2)]
        return shapely.LineString(self.strayed(points))

    def bite(self, giver: BaseGeometry, taker: BaseGeometry) -> BaseGeometry:
        """An area around a stretch of the border of two cells."""
        edge = edge_of(giver, taker)
        radius = np.sqrt(giver.area) * self.rng.uniform(0.1, 0.4)
        middle = edge.interpolate(self.rng.random(), normalized=True)
        ring = middle.buffer(radius, quad_segs=3).exterior.coords
        points = self.strayed(list(ring)[:-1])
        return shapely.Polygon(points)

    def strayed(self, points: object) -> np.ndarray:
        given = np.asarray(points, np.float64)
        strayed: np.ndarray = given + self.rng.normal(0, 1, given.shape) * self.noise_m * METRES
        return strayed


def edge_of(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """The longest stretch of border that two cells share, or a ring of the first where they share none."""
    shared = shapely.get_parts(shapely.intersection(one.boundary, other.boundary))
    lines = [part for part in shapely.get_parts(shapely.line_merge(shapely.union_all(shared))) if part.length]
    return max(lines, key=lambda part: float(part.length), default=shapely.get_parts(one)[0].exterior)


def lived(start: Coverage, count: int, seed: int) -> tuple[Coverage, int]:
    """The coverage after `count` random operations and how many held; fails where anything does not."""
    hand, coverage, log, changes = Hand(seed), start, [], []
    for _ in range(count):
        operation = hand.draw(coverage)
        try:
            change = apply(coverage, operation)
        except Refused as refused:
            assert refused.reason
            continue
        coverage = coverage.replaced(change)
        log.append(json.dumps(operation.facts))
        changes.append(change)
    assert check(coverage, before=start) == ()
    assert drift(start, coverage) <= 1e-6
    replayed = start
    for facts in log:
        replayed = replayed.replaced(apply(replayed, operation_of(json.loads(facts))))
    assert exactly(replayed) == exactly(coverage)
    for change in reversed(changes):
        replayed = replayed.replaced(change.inverse)
    assert exactly(replayed) == exactly(start)
    return coverage, len(log)


def drift(before: Coverage, after: Coverage) -> float:
    """How much the whole area changed, as a share."""
    areas = [sum(cell.polygon.area for cell in coverage.cells) for coverage in (before, after)]
    return float(abs(areas[1] - areas[0]) / areas[0])
