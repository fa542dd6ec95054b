"""Every route × everyone × every relation: none answered wrongly."""

from __future__ import annotations

import asyncio
import os
import sys

from api import access
from api.access import action_of
from api.app import ROUTERS, create_app
from tests.access import (
    oracle,
    probes_console,
    probes_figures,
    probes_notices,
    probes_people,
    probes_periods,
    probes_plans,
    probes_reports,
    probes_work,
)
from tests.access.probes import PROBES, every_probe, thinned, wrong_answers
from tests.access.world_facts import World

AT_LEAST = 5_000
DECLARED = (
    probes_console,
    probes_figures,
    probes_notices,
    probes_people,
    probes_periods,
    probes_plans,
    probes_reports,
    probes_work,
)


def test_nobody_is_answered_wrongly(world_template: tuple[str, World], world_url: str) -> None:
    probes = every_probe(world_template[1])
    if os.environ.get("WANGGE_LONG") != "1":
        probes = thinned(probes, 3)
    wrong = asyncio.run(wrong_answers(world_url, probes))
    everyone = len(world_template[1].people)
    sys.stdout.write(f"{len(probes)} probes of {len(PROBES)} routes by {everyone} people, {len(wrong)} wrong\n")
    assert len(probes) >= AT_LEAST
    assert not wrong, "\n".join([f"{len(wrong)} answered wrongly", *wrong[:40]])


def routes() -> dict[str, str | None]:
    """Every route of the application with the action it declares."""
    found = {}
    for router in ROUTERS:
        for route in router.routes:
            action = action_of(route)  # type: ignore[arg-type]
            for method in route.methods:  # type: ignore[attr-defined]
                found[f"{method} {route.path}"] = action and action.value  # type: ignore[attr-defined]
    return found


def undeclared() -> set[str]:
    """Routes that neither declare an action nor are public, or do both; and public ones that do not exist."""
    public = {f"{method} {path}" for method, path in access.PUBLIC}
    found = routes()
    return {route for route, action in found.items() if (action is None) != (route in public)} | (public - found.keys())


def test_each_route_declares_its_action_or_is_public() -> None:
    assert undeclared() == set()


def test_the_oracle_and_the_probes_know_every_route() -> None:
    assert routes() == oracle.ROUTES
    assert PROBES.keys() == oracle.ROUTES.keys()


def test_no_route_is_added_past_the_routers() -> None:
    app = create_app("postgresql://nowhere", pool_size=2, with_worker=False)
    beside = {getattr(one, "path", "") for one in app.routes if type(one).__name__ == "Mount"}
    assert beside == {"/static"}
