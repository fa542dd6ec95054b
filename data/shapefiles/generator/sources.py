"""The facts the demo district rests on: names, codes, offices and the generalised outline."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import shapely

FOLDER = Path(__file__).resolve().parent.parent
SOURCES = FOLDER / "sources"
DISTRICT_CODE = "210213000000"
DISTRICT_NAME = "金普新区"
GRID_COUNT = 3_502


@dataclass(frozen=True)
class Street:
    """A street (街道), with the rounded position of its office and how it is built up."""

    code: str
    name: str
    office_lon: float
    office_lat: float
    setting: str  # urban, suburban or rural


@dataclass(frozen=True)
class Community:
    """A residents' community (社区) or a village (村)."""

    code: str
    name: str
    parent: str
    kind: str  # community or village


def _rows(name: str) -> list[dict[str, str]]:
    with (SOURCES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def streets() -> list[Street]:
    """All streets by code."""
    return [
        Street(r["code"], r["name"], float(r["office_lon"]), float(r["office_lat"]), r["setting"])
        for r in sorted(_rows("streets.csv"), key=lambda r: r["code"])
    ]


def communities() -> list[Community]:
    """All communities and villages by code."""
    return sorted((Community(**r) for r in _rows("communities.csv")), key=lambda c: c.code)


def outline() -> shapely.MultiPolygon:
    """The generalised outline in degrees, two pieces of mainland without islands."""
    return shapely.from_geojson((SOURCES / "outline.geojson").read_text(encoding="utf-8"))


def units() -> list[str]:
    """The codes of the district's units, from the table beside the files."""
    with (FOLDER / "units.csv").open(encoding="utf-8", newline="") as lines:
        return [row["code"] for row in csv.DictReader(lines)]
