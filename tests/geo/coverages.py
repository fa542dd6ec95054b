"""Small and large coverages for tests: deterministic, with edges shared vertex for vertex."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.positions import Bounds, Floats, Geometries

TOWN = Bounds(121.0, 39.0, 121.4, 39.3)


def voronoi(count: int, *, seed: int = 1, bounds: Bounds = TOWN, bends: int = 0) -> Geometries:
    """`count` cells of random sites, clipped to the box, each shared edge bent `bends` times on both sides alike."""
    rng = np.random.default_rng(seed)
    sites = shapely.points(rng.uniform(bounds.west, bounds.east, count), rng.uniform(bounds.south, bounds.north, count))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=shapely.box(*bounds)))
    cells = shapely.intersection(cells, shapely.box(*bounds))
    cells = shapely.coverage_clean(shapely.set_precision(cells, 1e-7))
    return cells if bends == 0 else np.array([_bent(cell, bends) for cell in cells], dtype=object)


def grid(columns: int, rows: int, *, bounds: Bounds = TOWN) -> Geometries:
    """Boxes edge on edge, row by row from the south-west."""
    x = np.round(np.linspace(bounds.west, bounds.east, columns + 1), 7)
    y = np.round(np.linspace(bounds.south, bounds.north, rows + 1), 7)
    west, south = np.meshgrid(x[:-1], y[:-1])
    east, north = np.meshgrid(x[1:], y[1:])
    return np.asarray(shapely.box(west.ravel(), south.ravel(), east.ravel(), north.ravel()), dtype=object)


def codes_for(polygons: Geometries) -> list[str]:
    return [f"{number:05d}" for number in range(1, len(polygons) + 1)]


def hard_points(polygons: Geometries, count: int, *, seed: int = 1) -> tuple[Floats, Floats]:
    """Vertices, points on edges, both one ulp aside, points close to borders, points anywhere and not finite ones."""
    rng = np.random.default_rng(seed)
    vertices = shapely.get_coordinates(polygons)
    sixth = count // 6
    start = rng.integers(0, len(vertices) - 1, sixth)
    along = rng.choice([0.5, 0.25, *rng.random(6)], (sixth, 1))
    on_edges = vertices[start] + along * (vertices[start + 1] - vertices[start])
    corners = vertices[rng.integers(0, len(vertices), sixth)]
    same_level = np.column_stack([rng.permutation(corners[:, 0]), corners[:, 1]])
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    margin = (high - low) * 0.05
    anywhere = rng.uniform(low - margin, high + margin, (sixth, 2))
    near = on_edges + rng.normal(0, 1e-5, (sixth, 2))
    points = np.vstack([corners, on_edges, _ulp_aside(np.vstack([corners, on_edges]), rng)[:sixth], same_level, near])
    points = np.vstack([points, anywhere, [[np.nan, low[1]], [low[0], np.inf], [-np.inf, np.nan]]])
    return np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])


def _ulp_aside(points: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    shuffled = rng.permutation(points)
    aside: NDArray[np.float64] = np.nextafter(shuffled, rng.choice([-np.inf, np.inf], shuffled.shape))
    return aside


def _bent(cell: shapely.Polygon, bends: int) -> shapely.Polygon:
    ring = shapely.get_coordinates(shapely.get_exterior_ring(cell))
    pieces = [_bent_edge(ring[i], ring[i + 1], bends) for i in range(len(ring) - 1)]
    return shapely.Polygon(np.vstack(pieces))


def _bent_edge(begin: Floats, end: Floats, bends: int) -> Floats:
    """The edge without its end, its inner points drawn from its own two ends so that both neighbours draw the same."""
    low, high = sorted((tuple(begin), tuple(end)))
    rng = np.random.default_rng(abs(hash((low, high))) % 2**32)
    share = np.linspace(0, 1, bends + 2)[1:-1]
    across = np.array([low[1] - high[1], high[0] - low[0]])
    swing = rng.uniform(-0.3, 0.3, bends) / (bends + 1)
    inner = np.round(np.outer(1 - share, low) + np.outer(share, high) + np.outer(swing, across), 7)
    return np.vstack([begin, inner if tuple(begin) == low else inner[::-1]])
