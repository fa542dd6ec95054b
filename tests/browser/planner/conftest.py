"""The town that is planned for, and who plans."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from api.cluster_database import url_of
from layers.actors import Role
from tests.api.routes.people import visitor
from tests.api.routes.planned import CELLS, within
from tests.api.routes.towns import Town, served
from tests.browser.planner.office import ROLES, People
from tests.databases import clone
from tests.toytown import polygons


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with (
        clone(admin, toytown_template, worker_id) as name,
        served(url_of(server_url, name), with_worker=True) as running,
    ):
        for code in CELLS:
            running.file(subject=within(code))
        yield running


@pytest.fixture(scope="module")
def people(town: Town) -> People:
    """All of the whole town; made in a thread: the browser holds this one's event loop."""

    def made() -> People:
        desks = [visitor(town, role, areas=(polygons.DISTRICT_CODE,), enrolled=True) for role in ROLES]
        west, south, east, north = polygons.grids().polygons[polygons.grids().codes.index(CELLS[4])].bounds
        at = within(CELLS[4]) | {"lon": round(west + 0.97 * (east - west), 7), "lat": round((south + north) / 2, 7)}
        filed = town.file(subject=at)
        worker = visitor(town, Role.GRID_WORKER, person=filed["assignee"]["number"])
        for one in (*desks, worker):
            one.sign_in()
        return People(desks[0], desks[1], desks[2], worker, filed["number"])

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(made).result()
