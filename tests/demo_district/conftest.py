"""The demo district's files, read once."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "data" / "shapefiles"


@pytest.fixture(scope="session")
def folder() -> Path:
    """Where the committed files lie."""
    return FOLDER


def _layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(FOLDER / f"{name}.shp")


@pytest.fixture(scope="session")
def district() -> gpd.GeoDataFrame:
    return _layer("district")


@pytest.fixture(scope="session")
def streets() -> gpd.GeoDataFrame:
    return _layer("streets")


@pytest.fixture(scope="session")
def communities() -> gpd.GeoDataFrame:
    return _layer("communities")


@pytest.fixture(scope="session")
def grids() -> gpd.GeoDataFrame:
    return _layer("grids")


@pytest.fixture(scope="session")
def buildings() -> gpd.GeoDataFrame:
    return _layer("buildings")


@pytest.fixture(scope="session")
def service_points() -> gpd.GeoDataFrame:
    return _layer("service_points")


@pytest.fixture(scope="session")
def roster() -> list[dict[str, str]]:
    with (FOLDER / "roster.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
