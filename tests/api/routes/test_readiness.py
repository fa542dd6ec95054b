"""The service lives before it is ready, without its database, and through a change of edition."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api import locators
from layers.areas.publishing import publish
from layers.districts.queries import district
from layers.migrations import sqlalchemy_url
from tests.accounts import bearer
from tests.api.routes.towns import MONDAY, Town, position, served
from tests.layers.areas.towns import merged_first_two, put_in_force, store
from tests.servers import free_port
from tests.toytown import polygons
from tests.toytown.loading import ACTOR, FOLLOWERS, import_level


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr(locators, "WAIT_S", 0.2)
    with served(f"postgresql://nobody@127.0.0.1:{free_port()}/none", wait=False) as running:
        yield running


def test_without_a_database_it_lives_and_says_so(nowhere: Town) -> None:
    assert nowhere.client.get("/healthz").json() == {"status": "alive"}
    ready = nowhere.client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["database"] == "away"
    assert int(ready.headers["retry-after"]) > 0


@pytest.mark.parametrize("path", ["/api/v1/levels", "/api/v1/reports/20250106-0000001", "/maps/workload"])
def test_without_a_database_questions_are_put_off(nowhere: Town, path: str) -> None:
    answer = nowhere.client.get(path, headers=bearer("wgd_anything"))
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert answer.json()["type"].partition("#")[2] in {"not-ready", "database-away"}


def test_an_empty_database_is_ready_and_has_no_district(db_url: str) -> None:
    with served(db_url) as running:
        assert running.client.get("/readyz").json()["districts"] == {}
        answer = running.client.get("/api/v1/levels")
        assert (answer.status_code, answer.json()["type"].partition("#")[2]) == (404, "unknown-district")


def test_the_service_comes_back_with_its_database(toytown_url: str, admin: psycopg.Connection) -> None:
    with served(toytown_url) as running:
        running.file()
        name = toytown_url.rpartition("/")[2]
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        deadline = time.monotonic() + 10
        while running.client.post("/api/v1/reports", json=running.report()).status_code != 201:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert running.client.get("/readyz").status_code == 200


async def _redraw(url: str) -> None:
    """Publish a second edition, in which the cells of one community have other names."""
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.begin() as connection:
        town = await district(connection, None)
        cells = polygons.grids()
        names = [f"{name}（新）" for name in cells.names]
        renamed = polygons.Level(cells.codes, names, cells.parents, cells.polygons)
        await import_level(connection, town, "grid", renamed)
        now = MONDAY + timedelta(hours=1)
        await publish(connection, district=town, followers=FOLLOWERS, actor=ACTOR, clock=lambda: now)
    await engine.dispose()


async def test_a_filing_waits_for_the_edition_that_came_in_force(toytown_url: str) -> None:
    with served(toytown_url) as running:
        before = running.file()
        await _redraw(toytown_url)
        after = running.file()
        assert (before["edition"], after["edition"]) == (1, 2)
        assert after["where"]["path"][-1]["name"] == before["where"]["path"][-1]["name"] + "（新）"
        assert running.get(f"/reports/{before['number']}") == before | {"secret": None}
        names = {
            one["number"]: one["where"]["path"][-1]["name"]
            for one in running.get("/reports", level="grid", area=before["where"]["path"][-1]["code"])["reports"]
        }
        assert names == {one["number"]: one["where"]["path"][-1]["name"] for one in (before, after)}
        assert running.get("/areas/grid/990101001001001", edition=1)["name"] == "西一社区第001网格"
        assert running.get("/areas/grid/990101001001001")["name"] == "西一社区第001网格（新）"
        assert running.file(subject=position(3, 3))["edition"] == 2


async def test_closed_reports_of_an_area_that_is_gone_are_listed_by_its_edition(toytown_url: str) -> None:
    grids = polygons.grids()
    gone, middle = {"level": "grid", "area": grids.codes[1]}, grids.polygons[1].centroid
    with served(toytown_url) as running:
        number = running.file(subject=position(0, 0, lon=middle.x, lat=middle.y))["number"]
        running.sql("update reports set status = 'closed'")
        engine = create_async_engine(sqlalchemy_url(toytown_url), poolclass=NullPool)
        async with engine.begin() as connection:
            await store(connection, merged_first_two())
            await put_in_force(connection)
        await engine.dispose()
        running.file(subject=position(4, 4))
        assert running.client.get("/api/v1/reports", params=gone).status_code == 404
        assert [one["number"] for one in running.get("/reports", edition=1, **gone)["reports"]] == [number]
