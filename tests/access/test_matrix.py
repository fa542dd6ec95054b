"""Every route × everyone × every relation: none answered wrongly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from api.access import PUBLIC, action_of
from api.app import ROUTERS, create_app
from api.cluster_database import url_of
from tests.access import oracle, probes_people, probes_reports
from tests.access.asking import answering, in_turn
from tests.access.probes import PROBES, Probe, every_probe
from tests.access.world_facts import World
from tests.toytown.fixtures import _clone

AT_LEAST = 5_000
DECLARED = (probes_people, probes_reports)


@pytest.fixture
def world_url(
    admin: psycopg.Connection, world_template: tuple[str, World], server_url: str, worker_id: str
) -> Iterator[str]:
    """A copy of the world."""
    with _clone(admin, world_template[0], worker_id) as name:
        yield url_of(server_url, name)


async def wrong_answers(database_url: str, probes: list[Probe]) -> list[str]:
    """What is wrong with the answers to some probes."""
    found: list[str] = []

    async with answering(database_url) as client:

        async def ask(probe: Probe) -> None:
            wrong = await probe.ask(client)
            if wrong is not None:
                found.append(wrong)

        await in_turn(ask, [one for one in probes if not one.writes])
        await in_turn(ask, [one for one in probes if one.writes], at_once=1)
    return found


def test_nobody_is_answered_wrongly(world_template: tuple[str, World], world_url: str) -> None:
    probes = every_probe(world_template[1])
    wrong = asyncio.run(wrong_answers(world_url, probes))
    print(f"{len(probes)} probes of {len(PROBES)} routes by {len(world_template[1].people)} people, {len(wrong)} wrong")
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


def test_each_route_declares_its_action_or_is_public() -> None:
    public = {f"{method} {path}" for method, path in PUBLIC}
    found = routes()
    for route, action in found.items():
        assert (action is None) == (route in public), f"{route} declares its action, or stands in PUBLIC: one of them"
    assert public <= found.keys(), f"there is no {public - found.keys()}"


def test_the_oracle_and_the_probes_know_every_route() -> None:
    assert routes() == oracle.ROUTES
    assert PROBES.keys() == oracle.ROUTES.keys()


def test_no_route_is_added_past_the_routers() -> None:
    app = create_app("postgresql://nowhere", pool_size=2, with_worker=False)
    beside = {getattr(one, "path", "") for one in app.routes if type(one).__name__ == "Mount"}
    assert beside == {"/static"}
