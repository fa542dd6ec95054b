"""A made-up district for the maps: a lattice of cells with wriggled borders, and figures with every kind of gap."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.outlines import label_points
from layers.workload.records import AreaFigures, FigureTable, WorkloadSheet
from maps.outlines import AreaOutline

Floats = NDArray[np.float64]

AS_OF = datetime(2026, 3, 18, 6, 30, tzinfo=UTC)


def lattice(columns: int, rows: int, *, seed: int = 1, per_side: int = 16) -> list[shapely.Polygon]:
    """columns × rows cells that share their wriggled sides exactly."""
    rng = np.random.default_rng(seed)
    corner = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0), indexing="ij"), axis=-1)
    corner += rng.uniform(-0.2, 0.2, corner.shape)
    across = _sides(corner[:-1], corner[1:], rng, per_side)
    up = _sides(corner[:, :-1], corner[:, 1:], rng, per_side)
    scale, origin = np.array([0.9 / columns, 0.7 / rows]), np.array([121.4, 38.9])
    cells = []
    for i in range(columns):
        for j in range(rows):
            ring = np.concatenate([across[i, j], up[i + 1, j], across[i, j + 1][::-1], up[i, j][::-1]])
            cells.append(shapely.Polygon(np.round(ring * scale + origin, 7)))
    return cells


def _sides(start: Floats, end: Floats, rng: np.random.Generator, steps: int) -> Floats:
    share = np.linspace(0, 1, steps + 1)
    along = start[..., None, :] + (end - start)[..., None, :] * share[:, None]
    wriggle = np.zeros((*along.shape[:-2], steps + 1))
    for waves in (1, 2, 5):
        wriggle += rng.uniform(-0.06, 0.06, (*wriggle.shape[:-1], 1)) / waves * np.sin(np.pi * waves * share)
    normal = (end - start)[..., None, ::-1] * np.array([-1, 1])
    bent: Floats = along + normal * wriggle[..., None]
    return bent


def district(columns: int, rows: int, *, level: str = "grid", seed: int = 1) -> tuple[WorkloadSheet, list[AreaOutline]]:
    """Figures and outlines of columns × rows areas: some empty, some without residents or workers."""
    polygons = lattice(columns, rows, seed=seed)
    rng = np.random.default_rng(seed)
    rows_made, outlines = [], []
    labels = label_points(np.array(polygons, dtype=object))
    for index, (polygon, label) in enumerate(zip(polygons, labels, strict=True)):
        code = f"2102130{index // 10:05d}{index % 10:03d}"
        name = f"古城甲区社区第{index + 1:03d}网格" if level == "grid" else f"拥政{index + 1}街道"
        rows_made.append(_figures(code, name, rng))
        outlines.append(AreaOutline(code, name, polygon, label))
    names = {"grid": ("网格", "grid"), "street": ("街道", "street")}[level]
    figures = FigureTable.of(rows_made)
    return WorkloadSheet("金普新区", "Jinpu", level, *names, 3, AS_OF, "Asia/Shanghai", figures), outlines


def _figures(code: str, name: str, rng: np.random.Generator) -> AreaFigures:
    opened = int(rng.negative_binomial(0.9, 0.38))
    return AreaFigures(
        code=code,
        name=name,
        open=opened,
        unassigned=int(rng.binomial(opened, 0.04)),
        residents=int(rng.gamma(4, 110)) if rng.random() > 0.02 else (0 if rng.random() > 0.5 else None),
        workers=0 if rng.random() < 0.17 else 1,
        median_age_open_h=float(rng.gamma(1.6, 30)) if opened else None,
        overdue=opened // 5,
        due_soon=opened // 3,
        closed_30d=opened * 3,
        median_h_to_close_30d=opened * 7.25 if opened else None,
        satisfaction_30d=100 - opened / 3 if opened else None,
    )
