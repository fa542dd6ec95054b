"""Its 40 people, their duties, its kinds of report, its buildings and service points."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geo.positions import Geometries
from tests.toytown import polygons

DECLARATION: dict[str, Any] = {
    "code": polygons.DISTRICT_CODE,
    "name": "玩具城",
    "name_en": "Toy Town",
    "time_zone": "Asia/Shanghai",
    "levels": [
        {"key": "district", "name": "区", "name_en": "District"},
        {"key": "street", "name": "街道", "name_en": "Street"},
        {"key": "community", "name": "社区", "name_en": "Community"},
        {"key": "grid", "name": "网格", "name_en": "Grid"},
    ],
    "settings": {"assumed_accuracy_m": 15, "reach_m": 200, "address_threshold": 0.45, "repeat_limit": 30},
}
KINDS: list[dict[str, Any]] = [
    {"code": "C01", "name": "井盖缺失", "name_en": "Missing manhole cover", "level": "street", "urgent": True},
    {"code": "M01", "name": "暴露垃圾", "name_en": "Litter", "level": "grid"},
    {"code": "L01", "name": "邻里纠纷", "name_en": "Quarrel between neighbours", "level": "community"},
    {"code": "L02", "name": "意见建议", "name_en": "Opinion", "level": "district"},
]
ROSTER_COLUMNS = ("number", "role", "area", "rank", "cap", "shifts", "valid_from", "valid_to")
STARTED = "2025-01-01"
WORKERS_PER_COMMUNITY = 2
HOUSEHOLDS_PER_BUILDING = 20


def roster() -> list[dict[str, str]]:
    """18 grid workers, 9 information officers, 9 community officers, 3 street officers and a dispatcher."""
    rows: list[dict[str, str]] = []
    cells, communities = polygons.grids(), polygons.communities()
    for index, community in enumerate(communities.codes):
        here = [code for code, parent in zip(cells.codes, cells.parents, strict=True) if parent == community]
        first, second = (f"W{WORKERS_PER_COMMUNITY * index + place:04d}" for place in (1, 2))
        for place, cell in enumerate(here):
            own, deputy = (first, second) if place < len(here) / 2 else (second, first)
            rows.append(_duty(own, "grid_worker", cell, "A", "1-7 08:00-18:00"))
            rows.append(_duty(deputy, "grid_worker", cell, "B", "1-7 08:00-18:00"))
            rows.append(_duty(f"I{index + 1:04d}", "information_officer", cell, "O", "1-7 08:00-20:00"))
        rows.append(_duty(f"C{index + 1:04d}", "community_officer", community, "D", "1-5 08:30-17:00"))
    for index, street in enumerate(polygons.streets().codes):
        rows.append(_duty(f"S{index + 1:04d}", "street_officer", street, "D", ""))
    rows.append(_duty("D0001", "dispatcher", polygons.DISTRICT_CODE, "D", ""))
    return rows


def _duty(number: str, role: str, area: str, rank: str, shifts: str) -> dict[str, str]:
    cells = (number, role, area, rank, "10", shifts, STARTED, "")
    return dict(zip(ROSTER_COLUMNS, cells, strict=True))


def buildings() -> tuple[dict[str, list[Any]], Geometries]:
    """Three buildings in each grid, each with 20 households, 55 residents and 14 of them over 60."""
    fields: dict[str, list[Any]] = {
        name: [] for name in ("code", "address", "kind", "households", "residents", "over60")
    }
    points: list[shapely.Point] = []
    cells = polygons.grids()
    for index, (code, parent, cell) in enumerate(zip(cells.codes, cells.parents, cells.polygons, strict=True)):
        street = polygons.STREET_NAMES[int(parent[6:9]) - 1]
        for number in range(1, 4):
            row = (
                f"B{code}{number}",
                f"{street}和平路{index + 1}号{number}号楼",
                "住宅",
                HOUSEHOLDS_PER_BUILDING,
                55,
                14,
            )
            for name, value in zip(fields, row, strict=True):
                fields[name].append(value)
            points.append(shapely.Point(cell.centroid.x + (number - 2) * 0.0004, cell.centroid.y))
    return fields, np.array(points, dtype=object)


def service_points() -> tuple[dict[str, list[Any]], Geometries]:
    """A service centre in every community and street, and the district's governance centre."""
    areas = [(polygons.communities(), "community_service"), (polygons.streets(), "street_service")]
    fields: dict[str, list[Any]] = {name: [] for name in ("code", "kind", "name", "address", "hours", "offers")}
    points: list[shapely.Point] = []
    for level, kind in areas:
        for code, name, shape in zip(level.codes, level.names, level.polygons, strict=True):
            row = (f"P{code}", kind, f"{name}党群服务中心", f"{name}中心路1号", "Mo-Fr 08:30-17:00", "咨询;代办")
            for field, value in zip(fields, row, strict=True):
                fields[field].append(value)
            points.append(shape.point_on_surface())
    return fields, np.array(points, dtype=object)
