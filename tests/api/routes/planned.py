"""Plans of the served town: planners, a supervisor, and what they ask."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx

from api.database import Database
from api.enforcing import enforce_due
from layers.actors import Role
from tests.accounts import account, bearer
from tests.api.routes.towns import Town, position
from tests.toytown import polygons

STREET = polygons.street_code(0)
COMMUNITY = polygons.community_code(0, 1)
CELLS = [code for code in polygons.grids().codes if code.startswith(COMMUNITY)]
FOLLOWS_WITHIN_S = 20


@dataclass
class Office:
    """People who draw plans and decide on them, all of the first street."""

    town: Town
    planner: dict[str, str]
    other: dict[str, str]
    supervisor: dict[str, str]

    def ask(self, method: str, path: str, *, who: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        """Ask as someone, the planner unless told."""
        given: dict[str, Any] = {"json": body} if method == "POST" else {"params": body}
        return self.town.client.request(method, f"/api/v1{path}", headers=who or self.planner, **given)

    def told(self, method: str, path: str, *, who: dict[str, str] | None = None, **body: Any) -> Any:
        """The answer, which must be a good one."""
        answer = self.ask(method, path, who=who, **body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def opened(self, name: str = "调整东侧网格", **more: Any) -> int:
        """A plan for the first community."""
        return int(self.told("POST", "/plans", name=name, **{"area": COMMUNITY, **more})["plan"])

    def plan(self, number: int) -> Any:
        """A plan as it is."""
        return self.told("GET", f"/plans/{number}")

    def version(self, number: int) -> int:
        """Its version."""
        return int(self.plan(number)["version"])

    def draw(self, number: int, *operations: dict[str, Any]) -> Any:
        """Operations that must be done."""
        return self.told("POST", f"/plans/{number}/operations", version=self.version(number), operations=operations)

    def step(self, number: int, step: str, *, who: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """A step of the plan."""
        return self.ask("POST", f"/plans/{number}/steps", who=who, version=self.version(number), step=step, **more)

    def approved(self, number: int, **more: Any) -> None:
        """Check, submit and have it approved by the other planner."""
        for step, who in (("check", self.planner), ("submit", self.planner), ("approve", self.other)):
            answer = self.step(number, step, who=who, **(more if step == "approve" else {}))
            assert answer.status_code == 200, answer.text

    def enforce(self) -> int:
        """One round of the worker."""

        async def round_() -> int:
            database = Database(self.town.database_url, size=2)
            try:
                return await enforce_due(database, self.town.now)
            finally:
                await database.close()

        return asyncio.run(round_())

    def followed(self, edition: int) -> None:
        """Wait until the running service has the edition."""
        deadline = time.monotonic() + FOLLOWS_WITHIN_S
        while self.town.get(f"/areas/community/{COMMUNITY}")["edition"] != edition:
            assert time.monotonic() < deadline, "the service does not follow"
            time.sleep(0.1)


def office(town: Town) -> Office:
    """The office of a town."""
    whole = [polygons.DISTRICT_CODE]
    people = [
        account(town.database_url, role, areas=areas)
        for role, areas in ((Role.PLANNER, [STREET]), (Role.PLANNER, whole), (Role.SUPERVISOR, whole))
    ]
    return Office(town, *(bearer(one) for one in people))


def across(code: str, share: float = 0.5) -> list[list[float]]:
    """A line from south to north across a cell, at a share of its width."""
    place = polygons.grids().codes.index(code)
    west, south, east, north = polygons.grids().polygons[place].bounds
    at = round(west + (east - west) * share, 7)
    return [[at, round(south - 1e-4, 7)], [at, round(north + 1e-4, 7)]]


def split(code: str, share: float = 0.6) -> dict[str, Any]:
    """The cell cut in two, numbered by the rule."""
    return {"operation": "split", "code": code, "line": across(code, share)}


def within(code: str) -> dict[str, Any]:
    """A subject in the middle of a cell, by its code."""
    middle = polygons.grids().polygons[polygons.grids().codes.index(code)].centroid
    return {**position(0, 0), "lon": round(middle.x, 7), "lat": round(middle.y, 7)}
