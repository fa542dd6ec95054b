"""Probes of what people are told and where else, and of the endpoints of other systems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from tests.access.probes import Probe, allowed, equal, probes_of, problem, refused, status
from tests.access.world_facts import World

WEBHOOK = {"name": "x", "url": "http://127.0.0.1/hook"}
NEVER = 2**40


@probes_of("GET /api/v1/my/notices")
def _notices(world: World, route: str) -> Iterator[Probe]:
    """Everyone has one, at a place that is the number of their account."""
    for who in world.people:
        right = equal([who.account_id], _places) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/my/notices", right)


def _places(answer: httpx.Response) -> list[int]:
    return [one["place"] for one in answer.json()["notices"]]


@probes_of("GET /api/v1/my/subscriptions")
def _subscriptions(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        right = equal(["email"], _channels) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/my/subscriptions", right)


def _channels(answer: httpx.Response) -> list[str]:
    return [one["channel"] for one in answer.json()["subscriptions"]]


@probes_of(
    "POST /api/v1/my/notices/read",
    "POST /api/v1/my/subscriptions",
    "POST /api/v1/my/subscriptions/{channel}/confirm",
    "DELETE /api/v1/my/subscriptions/{channel}",
)
def _mine(world: World, route: str) -> Iterator[Probe]:
    """What changes nothing: notices that are others', a channel that is not set, one without a subscription."""
    asked: dict[str, tuple[dict[str, Any] | None, Any]] = {
        "POST /api/v1/my/notices/read": ({"places": [NEVER]}, status(204)),
        "POST /api/v1/my/subscriptions": ({"channel": "sms", "address": "12345"}, problem("channel-missing")),
        "POST /api/v1/my/subscriptions/{channel}/confirm": ({"code": "ABCD2345"}, problem("unknown-subscription")),
        "DELETE /api/v1/my/subscriptions/{channel}": (None, problem("unknown-subscription")),
    }
    body, right = asked[route]
    given = {} if body is None else {"json": body}
    path = route.partition(" ")[2].replace("{channel}", "sms")
    for who in world.people:
        yield Probe(route, who, path, right if allowed(who, route) else refused(who), given=given, writes=True)


@probes_of("GET /api/v1/webhooks")
def _webhooks(world: World, route: str) -> Iterator[Probe]:
    """Each district has one, which has its name."""
    for who in world.people:
        right = equal([who.district], _names) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/webhooks", right)


def _names(answer: httpx.Response) -> list[str]:
    return [one["name"] for one in answer.json()["webhooks"]]


@probes_of("POST /api/v1/webhooks")
def _add_webhook(world: World, route: str) -> Iterator[Probe]:
    """At an address that cannot be: whoever may add one is told so."""
    for who in world.people:
        right = problem("bad-endpoint") if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/webhooks", right, given={"json": WEBHOOK})


@probes_of("DELETE /api/v1/webhooks/{id}")
def _end_webhook(world: World, route: str) -> Iterator[Probe]:
    """Another district's is one that never was."""
    for who in world.people:
        for district, webhook in world.webhooks.items():
            mine = district == who.district
            right = status(204) if mine else problem("unknown-webhook")
            yield Probe(
                route,
                who,
                f"/api/v1/webhooks/{webhook}",
                right if allowed(who, route) else refused(who),
                "one's own" if mine else "another's",
                writes=True,
            )
