"""Probes of reports: by number, in lists, on pages, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from tests.access import oracle
from tests.access.probes import (
    Check,
    Probe,
    allowed,
    equal,
    no_such_report,
    numbers_in,
    probes_of,
    problem,
    refused,
    status,
)
from tests.access.world_facts import NEVER, NEXT, TOWN, Filed, Who, World
from tests.access.world_places import COMMUNITY, GROUP, OTHER_STREET, STREET

LEVELS = ("district", "street", "community", "grid")
NO_IMAGE = {"content": b"no image"}, {"Content-Type": "image/png"}


def _by_number(world: World, route: str, seen: Check | None = None, **more: Any) -> Iterator[Probe]:
    """Every report and one that never was, by everyone."""
    for who in world.people:
        for report in (*world.reports, None):
            yield _one(who, route, report, seen or status(200), **more)


def _one(who: Who, route: str, report: Filed | None, seen: Check, **more: Any) -> Probe:
    number = report.number if report else NEVER
    path = route.partition(" ")[2].replace("{number}", number).replace("{id}", str(report.photo if report else 1))
    right = seen if report and oracle.sees(who, report) else no_such_report(number)
    return Probe(route, who, path, right if allowed(who, route) else refused(who), _about(report), **more)


def _about(report: Filed | None) -> str:
    return report.name if report else "never filed"


@probes_of("GET /api/v1/reports/{number}/record")
def _reading(world: World, route: str) -> Iterator[Probe]:
    return _by_number(world, route)


@probes_of("GET /api/v1/reports/{number}")
def _report(world: World, route: str) -> Iterator[Probe]:
    """Whoever may not know who answers for what is not told who has the report."""
    for who in world.people:
        people = oracle.may(who, "read_people")
        for report in world.reports:
            holder = report.assignee[1] if report.assignee and people else None
            yield _one(who, route, report, equal((report.number, holder), _number_and_holder))
        yield _one(who, route, None, status(200))


def _number_and_holder(answer: httpx.Response) -> Any:
    told = answer.json()
    return told["number"], told["assignee"] and told["assignee"]["number"]


@probes_of("GET /api/v1/reports/{number}/photos")
def _photos(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for report in world.reports:
            shown = equal([report.photo], lambda answer: [one["id"] for one in answer.json()["photos"]])
            yield _one(who, route, report, shown)
        yield _one(who, route, None, status(200))


@probes_of("GET /api/v1/reports/{number}/photos/{id}")
def _photo(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for report in (*world.reports, None):
            probe = _one(who, route, report, equal(b"photo", lambda answer: answer.content))
            hidden = report is None or not oracle.sees(who, report)
            if allowed(who, route) and hidden:
                unknown = status(404)
                probe = Probe(route, who, probe.path, unknown, probe.about)
            yield probe


@probes_of("POST /api/v1/reports/{number}/photos")
def _add_photo(world: World, route: str) -> Iterator[Probe]:
    content, headers = NO_IMAGE
    for who in world.people:
        for report in (*world.reports, None):
            probe = _one(who, route, report, problem("photo-refused"), given=content, headers=headers)
            yield Probe(route, who, f"{probe.path}?taken=other", probe.check, probe.about, content, headers)


@probes_of("POST /api/v1/reports/{number}/personal")
def _personal(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for report in (*world.reports, None):
            purpose, right = oracle.personal(who, report or world.reports[0]) if allowed(who, route) else ("own", {})
            yield _one(who, route, report, equal(right, _private), given={"json": {"purpose": purpose}})


@probes_of("POST /api/v1/callers")
def _callers(world: World, route: str) -> Iterator[Probe]:
    """Of a number that called, and of one that never did: one's own reports of it, where the role reads numbers."""
    calling = next(one.private["reporter_phone"] for one in world.reports if one.private["reporter_phone"])
    for who in world.people:
        purpose, fields = oracle.PURPOSES.get(who.role or "", ("own", frozenset()))
        reads = "reporter_phone" in fields and who.role != "grid_worker"
        for phone in (calling, "000000"):
            theirs = [one for one in world.reports if one.private["reporter_phone"] == phone and oracle.sees(who, one)]
            right = equal({one.number for one in theirs}, numbers_in) if reads else problem("purpose-refused")
            given = {"json": {"phone": phone, "purpose": purpose}}
            yield Probe(route, who, "/api/v1/callers", right if allowed(who, route) else refused(who), phone, given)


def _private(answer: httpx.Response) -> dict[str, Any]:
    told = answer.json()
    said = {name: None if told[name] is None else "some" for name in ("notes", "callers")}
    return said | {name: told[name] for name in ("text", "address", "reporter_name", "reporter_phone")}


@probes_of(
    "GET /api/v1/reports/{number}/steps",
    "GET /api/v1/reports/{number}/clock",
    "GET /api/v1/reports/{number}/nearby",
    "POST /api/v1/reports/{number}/looking",
)
def _steps(world: World, route: str) -> Iterator[Probe]:
    return _by_number(world, route)


@probes_of("POST /api/v1/reports/{number}/steps")
def _step(world: World, route: str) -> Iterator[Probe]:
    """One that no report of the world can take, so that it stays as it is."""
    body = {"action": "verify", "client_key": "probe"}
    for who in world.people:
        for report in (*world.reports, None):
            yield _one(who, route, report, problem("wrong-step"), given={"json": body}, writes=True)


@probes_of("POST /api/v1/reports/{number}/hand-overs")
def _hand_over(world: World, route: str) -> Iterator[Probe]:
    """To the whole of their own district, which sees it anyway: the world stays as it is."""
    for who in world.people:
        body = {"level": "district", "code": who.district or TOWN, "reason": "test"}
        for report in (*world.reports, None):
            yield _one(who, route, report, status(204), given={"json": body}, writes=True)


@probes_of("POST /api/v1/reports/{number}/hand-overs/end")
def _end_hand_over(world: World, route: str) -> Iterator[Probe]:
    """Of what nobody handed over: seen reports say so."""
    for who in world.people:
        body = {"level": "street", "code": "990101002000" if who.district != NEXT else "990102002000"}
        for report in (*world.reports, None):
            yield _one(who, route, report, problem("no-hand-over"), given={"json": body}, writes=True)


@probes_of("POST /api/v1/reports")
def _filing(world: World, route: str) -> Iterator[Probe]:
    """Into a district there is not: whoever may file is told so, and nothing is stored."""
    body = {"kind": "M01", "text": "x", "source": "app", "client_key": "k", "subject": {"type": "none"}}
    for who in world.people:
        right = problem("unknown-district") if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/reports", right, "a right body", {"json": body | {"district": "nowhere"}})
        right = problem("invalid") if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/reports", right, "a wrong body", {"json": {}})


@probes_of("POST /api/v1/follow")
def _follow(world: World, route: str) -> Iterator[Probe]:
    from tests.access.asking import LINKS

    for who in world.people[::8]:
        for report in world.reports:
            given = {"json": {"number": report.number, "secret": LINKS.secret(report.number)}}
            right = equal((report.number, None), _number_and_holder)
            yield Probe(route, who, "/api/v1/follow", right, report.name, given)
            other = {"json": {"number": report.number, "secret": LINKS.secret(NEVER)}}
            yield Probe(route, who, "/api/v1/follow", no_such_report(report.number), f"{report.name}, guessed", other)


@probes_of("POST /api/v1/follow/steps")
def _follow_step(world: World, route: str) -> Iterator[Probe]:
    from tests.access.asking import LINKS

    path = "/api/v1/follow/steps"
    body = {"action": "reopen", "reason": "came_back", "client_key": "probe"}
    for who in world.people[::8]:
        for report in world.reports:
            given = {"json": body | {"number": report.number, "secret": LINKS.secret(report.number)}}
            yield Probe(route, who, path, problem("wrong-step"), report.name, given, writes=True)
            other = {"json": body | {"number": report.number, "secret": LINKS.secret(NEVER)}}
            yield Probe(route, who, path, no_such_report(report.number), f"{report.name}, guessed", other)
            other = {"json": given["json"] | {"action": "verify"}}
            yield Probe(route, who, path, problem("not-allowed"), f"{report.name}, not theirs", other)


@probes_of("POST /follow")
def _follow_page(world: World, route: str) -> Iterator[Probe]:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for who in world.people:
        given = {"content": f"number={world.reports[0].number}&secret=WRONG"}
        yield Probe(route, who, "/follow", status(404), "guessed", given, form)


@probes_of("DELETE /api/v1/reports/{number}/personal")
def _erase(world: World, route: str) -> Iterator[Probe]:
    return _by_number(world, route, status(204), writes=True)


Filter = tuple[str, dict[str, str], Any]


def _filters() -> list[Filter]:
    """A name, the query, and which reports it leaves."""
    areas = [
        ("district", TOWN),
        ("street", STREET),
        ("street", OTHER_STREET),
        ("community", COMMUNITY),
        ("grid", GROUP[0]),
    ]
    return [
        ("all", {}, lambda report: True),
        ("oldest", {"order": "oldest"}, lambda report: True),
        ("open", {"open": "true"}, lambda report: True),
        ("closed", {"open": "false"}, lambda report: False),
        ("unlocated", {"located": "false"}, lambda report: not report.located),
        ("unassigned", {"assigned": "false"}, lambda report: report.assignee is None),
        ("of a worker", {"assignee": "W0013"}, lambda report: report.assignee and report.assignee[1] == "W0013"),
        ("in a box", {"bbox": "117.19,36.59,117.21,36.62"}, lambda r: r.given and 117.19 < r.given[0] < 117.21),
        ("of a kind", {"kind": "L02"}, lambda report: report.name == "opinion"),
        *((f"in {code}", {"level": level, "area": code}, _lies_in(code)) for level, code in areas),
    ]


def _lies_in(code: str) -> Any:
    return lambda report: code in report.chain


@probes_of("GET /api/v1/reports")
def _lists(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for district in (TOWN, NEXT):
            for name, query, fits in _filters():
                if district == NEXT and "area" in query:
                    continue
                seen = seen_in(who, world.reports, district)
                expected = sorted(one.number for one in seen if fits(one))
                right = equal(expected, _numbers) if allowed(who, route) else refused(who)
                given = {"params": {"district": district, "limit": "200", **query}}
                yield Probe(route, who, "/api/v1/reports", right, f"{name}, {district}", given)


@probes_of("GET /api/v1/events")
def _events(world: World, route: str) -> Iterator[Probe]:
    """Everything that happened: of no other report than those that may be seen, and of each of them."""
    for who in world.people:
        expected = {one.number for district in (TOWN, NEXT) for one in seen_in(who, world.reports, district)}
        right = equal(expected, numbers_in) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/events", right, "", {"params": {"after": "0", "wait": "false"}})


def seen_in(who: Who, reports: Sequence[Filed], district: str) -> list[Filed]:
    return [one for one in reports if one.district == district and oracle.sees(who, one)]


def _numbers(answer: httpx.Response) -> list[str]:
    return sorted(one["number"] for one in answer.json()["reports"])


@probes_of("GET /api/v1/reports/repeated-positions")
def _repeated(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for district in (TOWN, NEXT):
            given = [one.given for one in seen_in(who, world.reports, district) if one.given]
            expected = {_rounded(place): given.count(place) for place in given if given.count(place) > 1}
            right = equal(expected, _repetitions) if allowed(who, route) else refused(who)
            query = {"params": {"district": district, "at_least": "2"}}
            yield Probe(route, who, "/api/v1/reports/repeated-positions", right, district, query)


def _repetitions(answer: httpx.Response) -> dict[tuple[float, float], int]:
    positions = answer.json()["positions"]
    return {_rounded((one["given"]["lon"], one["given"]["lat"])): one["reports"] for one in positions}


def _rounded(place: tuple[float, float]) -> tuple[float, float]:
    return round(place[0], 6), round(place[1], 6)
