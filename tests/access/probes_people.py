"""Probes of what is everybody's, of one's own account, and of administration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from tests.access import oracle
from tests.access.probes import Check, Probe, allowed, equal, numbers_in, probes_of, problem, refused, status
from tests.access.world_facts import NEXT, TOWN, Who, World, chain_of
from tests.access.world_places import GROUP, STREET
from tests.toytown import people

PLACE = {"lon": 117.2, "lat": 36.6, "datum": "wgs84"}
FORM = "application/x-www-form-urlencoded"
IN_TOWN = (
    *("levels", "kinds", "units", "editions", "areas", "service-points"),
    *("editions/{number}/certificate", "areas/{level}/{code}/geometry"),
)
GIVEN: dict[str, dict[str, Any]] = {
    **{f"GET /api/v1/{path}": {"params": {"district": TOWN}} for path in IN_TOWN},
    "GET /api/v1/figures/definitions": {},
    "GET /api/v1/locate": {"params": {"district": TOWN, "lon": "117.2", "lat": "36.6", "datum": "wgs84"}},
    "POST /api/v1/locate": {"json": {"district": TOWN, "lon": 117.2, "lat": 36.6, "datum": "wgs84"}},
    "GET /maps/outlines/{name}.json": {"params": {"district": TOWN}},
    "GET /api/v1/public/figures": {"params": {"district": TOWN, "level": "street"}},
    **{f"GET /api/v1/public/{name}": {"params": {"district": TOWN}} for name in ("plans", "reports", "seals")},
}
#: Public routes that have nothing to give to what is asked here, and say so to everyone alike.
OTHERWISE = {
    "GET /maps/outlines/{name}.json": 404,
    "POST /api/v1/session": 422,
    "POST /api/v1/session/code": 422,
    "POST /api/v1/session/password": 422,
    "POST /api/v1/residents": 422,
    "DELETE /api/v1/session": 204,
    "POST /sign-in": 401,
    **dict.fromkeys(("GET /sign-in/outside", "GET /sign-in/outside/return"), 404),
    **dict.fromkeys(("POST /sign-in/code", "POST /sign-in/password", "POST /sign-out"), 303),
}


@probes_of(
    *(
        route
        for route, action in oracle.ROUTES.items()
        if action is None and "/follow" not in route and not route.endswith("{code}")
    ),
    "GET /follow",
)
def _public(world: World, route: str) -> Iterator[Probe]:
    """The same for everyone, signed in or not."""
    path = (
        route.partition(" ")[2]
        .replace("{level}", "grid")
        .replace("{code}", GROUP[0])
        .replace("{name}", "1-grid-x")
        .replace("{number}", "1")
    )
    body: dict[str, Any] = {"json": {}} if "/api/" in route else {"content": ""}
    given = GIVEN.get(route, body if route.startswith("POST") else {})
    form = {"Content-Type": FORM} if "content" in given else {}
    for who in world.people:
        right = status(OTHERWISE[route]) if route in OTHERWISE else equal(set(), numbers_in)
        yield Probe(route, who, path, right, "public", given, form)


@probes_of("GET /api/v1/areas/{level}/{code}")
def _answering(world: World, route: str) -> Iterator[Probe]:
    """The boundaries are everybody's; who answers there is told within the territory alone."""
    duties = [(row["area"], row["number"]) for row in people.roster()]
    wanted = [(district, code) for district in (TOWN, NEXT) for code in world.areas[district][::7]]
    wanted += [(TOWN, GROUP[0]), (TOWN, STREET)]
    for who in world.people:
        for district, code in wanted:
            chain = chain_of(code)
            known = code.replace(district[:6], TOWN[:6], 1)
            told = oracle.may(who, "read_people") and oracle.holds(who, code, chain)
            expected = sorted(number for area, number in duties if area == known) if told else []
            level = ("district", "street", "community", "grid")[len(chain) - 1]
            given = {"params": {"district": district}}
            yield Probe(route, who, f"/api/v1/areas/{level}/{code}", equal(expected, _people), code, given)


def _people(answer: httpx.Response) -> list[str]:
    return sorted(one["number"] for one in answer.json()["answering"])


@probes_of("GET /api/v1/my/devices")
def _my_devices(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        right = _own_devices(world, who) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/my/devices", right)


def _own_devices(world: World, who: Who) -> Check:
    def check(answer: httpx.Response) -> str | None:
        told = {one["id"] for one in answer.json()["devices"]} if answer.status_code == 200 else set()
        others = set(world.phones.values()) - {world.phones[who.account_id or 0]}
        right = world.phones[who.account_id or 0] in told and not told & others and len(told) == 2
        return None if right else "not one's own devices"

    return check


@probes_of(
    "POST /api/v1/my/password",
    "POST /api/v1/my/second-factor",
    "POST /api/v1/my/second-factor/confirm",
    "POST /api/v1/my/devices",
)
def _my_account(world: World, route: str) -> Iterator[Probe]:
    """What a device may not do for its owner."""
    bodies = {
        "POST /api/v1/my/password": {"password": "x", "new_password": "y"},
        "POST /api/v1/my/second-factor": {"password": "x"},
        "POST /api/v1/my/second-factor/confirm": {"pending": "x", "code": "123456"},
        "POST /api/v1/my/devices": {"name": "x"},
    }
    for who in world.people:
        right = problem("session-needed") if allowed(who, route) else refused(who)
        yield Probe(route, who, route.partition(" ")[2], right, "by device", {"json": bodies[route]})


@probes_of("POST /api/v1/my/devices/{id}/lost", "DELETE /api/v1/my/devices/{id}")
def _lose(world: World, route: str) -> Iterator[Probe]:
    """One's own phone; everyone else's is one that never was."""
    path = route.partition(" ")[2]
    for who in world.people:
        for account, phone in _some_phones(world, who):
            mine = account == who.account_id
            right = status(204) if mine else problem("unknown-device")
            right = right if allowed(who, route) else refused(who)
            about = "one's own" if mine else "another's"
            yield Probe(route, who, path.replace("{id}", str(phone)), right, about, writes=True)


def _some_phones(world: World, who: Who) -> list[tuple[int, int]]:
    """One's own and a few others."""
    return [pair for pair in world.phones.items() if pair[0] == who.account_id or pair[0] % 9 == 0]


@probes_of("GET /account")
def _account_page(world: World, route: str) -> Iterator[Probe]:
    """For browsers alone, and about nobody else."""
    for who in world.people:
        right = problem("session-needed") if allowed(who, route) else refused(who)
        yield Probe(route, who, "/account", right, "by device")
        yield Probe(route, who, "/account", status(200) if allowed(who, route) else refused(who), by_session=True)


@probes_of(
    *("POST /account/devices", "POST /account/password", "POST /account/second-factor"),
    "POST /account/second-factor/confirm",
)
def _account_forms(world: World, route: str) -> Iterator[Probe]:
    """Empty forms: whoever may send them gets the page again; without the session's token nobody does."""
    path, form = route.partition(" ")[2], {"Content-Type": FORM}
    for who in world.people:
        yield Probe(route, who, path, problem("sign-in-needed"), "by device", {"content": ""}, form)
        if who.session is None:
            continue
        forged, sent = {"content": "csrf=x"}, {"content": f"csrf={who.csrf}"}
        yield Probe(route, who, path, problem("csrf-refused"), "forged", forged, form, by_session=True)
        right = status(422) if allowed(who, route) else refused(who)
        yield Probe(route, who, path, right, "by session", sent, form, by_session=True)


@probes_of("POST /account/devices/{id}/lost", "POST /account/devices/{id}/remove")
def _lose_by_form(world: World, route: str) -> Iterator[Probe]:
    path, form = route.partition(" ")[2], {"Content-Type": FORM}
    for who in world.people:
        given = {"content": f"csrf={who.csrf}"}
        for account, phone in _some_phones(world, who):
            mine = account == who.account_id
            right = status(303) if mine else problem("unknown-device")
            right = right if allowed(who, route) else refused(who)
            address, about = path.replace("{id}", str(phone)), "one's own" if mine else "another's"
            yield Probe(route, who, address, right, about, given, form, writes=True, by_session=True)


@probes_of("GET /api/v1/accounts")
def _accounts(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        right = equal(world.logins[who.district or TOWN], _logins) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/accounts", right, given={"params": {"limit": "200"}})


def _logins(answer: httpx.Response) -> set[str]:
    return {one["login"] for one in answer.json()["accounts"]}


@probes_of("GET /api/v1/machines")
def _machines(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        right = equal(world.machines[who.district or TOWN], _devices) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/machines", right)


def _devices(answer: httpx.Response) -> set[int]:
    return {one["id"] for one in answer.json()["devices"]}


#: Route → the body, and the statuses of a right answer, in the order in which they are tried.
ADMINISTERED: dict[str, tuple[dict[str, Any] | None, tuple[int, ...]]] = {
    "GET /api/v1/accounts/{id}/territories": (None, (200,)),
    "POST /api/v1/accounts/{id}/territories": ({"level": "district"}, (201,)),
    "DELETE /api/v1/accounts/{id}/territories/{grant_id}": (None, (204,)),
    "DELETE /api/v1/accounts/{id}/second-factor": (None, (204,)),
    "POST /api/v1/accounts/{id}/lock": ({}, (204,)),
    "POST /api/v1/accounts/{id}/unlock": ({}, (204,)),
    "POST /api/v1/accounts/{id}/reset": ({}, (200,)),
    "POST /api/v1/accounts/{id}/role": ({"role": "street_officer"}, (200,)),
    "DELETE /api/v1/machines/{id}": (None, (204,)),
}


@probes_of(*ADMINISTERED)
def _administration(world: World, route: str) -> Iterator[Probe]:
    """The accounts of one's own district; those of another are such as never were."""
    body, right = ADMINISTERED[route]
    machine = "machines" in route
    unknown = problem("unknown-device" if machine else "unknown-account")
    for who in world.people:
        for district in (TOWN, NEXT, None):
            ids = world.tried[district] if district else {"account": 2**40, "grant": 2**40, "machine": 2**40}
            path = route.partition(" ")[2].replace("{id}", str(ids["machine" if machine else "account"]))
            path = path.replace("{grant_id}", str(ids["grant"]))
            check = (status(*right) if district == who.district else unknown) if allowed(who, route) else refused(who)
            yield Probe(route, who, path, check, district or "never made", _body(body, district), writes=True)


def _body(body: dict[str, Any] | None, district: str | None) -> dict[str, Any]:
    if body is None:
        return {}
    return {"json": body | {"code": district or TOWN} if "level" in body else body}


@probes_of("POST /api/v1/accounts", "POST /api/v1/machines")
def _added(world: World, route: str) -> Iterator[Probe]:
    """With a login that cannot be: whoever may add one is told so."""
    body: dict[str, Any] = {"login": "!"} | ({"name": "x"} if route.endswith("machines") else {})
    for who in world.people:
        right = status(422) if allowed(who, route) else refused(who)
        yield Probe(route, who, route.partition(" ")[2], right, given={"json": body})


@probes_of("GET /api/v1/positions")
def _positions(world: World, route: str) -> Iterator[Probe]:
    """Those who are in one's territory now."""
    for who in world.people:
        held = {person for person, cell in world.positions.items() if oracle.holds(who, cell, chain_of(cell))}
        right = equal(sorted(number for _, number in held), _present) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/positions", right, given={"params": {"purpose": "dispatch"}})


def _present(answer: httpx.Response) -> list[str]:
    return sorted(one["number"] for one in answer.json()["positions"])


@probes_of("GET /api/v1/my/position")
def _my_position(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        right = status(200 if who.person in world.positions else 422) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/my/position", right)


@probes_of("POST /api/v1/my/position")
def _share_position(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        right = problem("invalid") if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/my/position", right, given={"json": PLACE})


@probes_of("DELETE /api/v1/my/position")
def _stop_sharing(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        right = status(204 if who.person in world.positions else 422) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/my/position", right, writes=True)


@probes_of("GET /api/v1/trail", "GET /api/v1/trail.csv")
def _trail(world: World, route: str) -> Iterator[Probe]:
    """What happened in one's own district."""
    for who in world.people:
        expected = {one.number for one in world.reports if one.district == who.district}
        right = equal(expected, numbers_in) if allowed(who, route) else refused(who)
        given = {} if route.endswith("csv") else {"params": {"event": "personal_read", "limit": "200"}}
        yield Probe(route, who, route.partition(" ")[2], right, given=given)


@probes_of("GET /api/v1/my/traces")
def _who_looked(world: World, route: str) -> Iterator[Probe]:
    """At one's own reports; and never who by name."""
    for who in world.people:
        expected = {one.number for one in world.reports if who.role == "resident" and one.sender == who.sender}
        right = equal(expected, numbers_in) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/my/traces", right)
