"""The toy town, served: the real application on a real port with a real database, at a time the test sets."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import uvicorn

from api.app import create_app
from api.serving import listen
from tests.accounts import NoDistrictError, bearer, dispatcher
from tests.toytown import polygons

#: A Monday, ten in the morning in the town.
MONDAY = datetime(2025, 1, 6, 2, 0, tzinfo=UTC)
READY_TIMEOUT_S = 30


@dataclass
class Town:
    """A running service: its client (a dispatcher), its database, and its clock, which stands still unless moved."""

    client: httpx.Client
    database_url: str
    app: Any
    at: datetime = MONDAY
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def now(self) -> datetime:
        return self.at

    def later(self, **by: float) -> None:
        """Move the clock on."""
        self.at += timedelta(**by)

    def report(self, **changes: Any) -> dict[str, Any]:
        """A report in the middle of the first cell, under a new key."""
        return {
            "kind": "M01",
            "text": "楼道内堆放杂物",
            "source": "app",
            "client_key": f"key-{next(self.numbers)}",
            "subject": position(0, 0),
            **changes,
        }

    def file(self, **changes: Any) -> dict[str, Any]:
        """File such a report."""
        answer = self.client.post("/api/v1/reports", json=self.report(**changes))
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON at an address that must be there."""
        answer = self.client.get(f"/api/v1{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Look or reach into the database behind the service's back."""
        with psycopg.connect(self.database_url) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


def position(column: int, row: int, **more: Any) -> dict[str, Any]:
    """A subject in the middle of a cell of the lattice."""
    middle = polygons.cell_polygon(column, row).centroid
    return {
        "type": "position",
        "lon": round(middle.x, 7),
        "lat": round(middle.y, 7),
        "datum": "wgs84",
        "accuracy_m": 5.0,
        **more,
    }


@contextmanager
def served(database_url: str, *, wait: bool = True, with_worker: bool = False) -> Iterator[Town]:
    """Serve a database on a free port; without the worker nothing happens by itself."""
    town = Town(httpx.Client(), database_url, None)
    town.app = create_app(database_url, pool_size=6, with_worker=with_worker, clock=town.now)
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    town.client = httpx.Client(base_url=base, timeout=30, trust_env=False, headers=_signed_in(database_url))
    server = uvicorn.Server(uvicorn.Config(town.app, access_log=False, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        if wait:
            _wait(town.client)
        yield town
    finally:
        town.client.close()
        server.should_exit = True
        thread.join(15)


def _signed_in(database_url: str) -> dict[str, str]:
    """The header of a dispatcher; none where there is no district yet, or no database."""
    try:
        return bearer(dispatcher(database_url))
    except (NoDistrictError, psycopg.OperationalError):
        return {}


def _wait(client: httpx.Client) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline, client.get("/readyz").text
        time.sleep(0.05)
