"""Probes of work: who could take a report, one's tasks, where one stands."""

from __future__ import annotations

from collections.abc import Iterator

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
from tests.access.world_places import COMMUNITY
from tests.access.world_reports import in_cell
from tests.toytown import polygons


@probes_of("GET /api/v1/reports/{number}/candidates")
def _candidates(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for report in (*world.reports, None):
            number = report.number if report else NEVER
            right = status(200) if report and oracle.sees(who, report) else no_such_report(number)
            right = right if allowed(who, route) else refused(who)
            yield Probe(
                route,
                who,
                f"/api/v1/reports/{number}/candidates",
                right,
                report.name if report else "never",
                writes=True,
            )


@probes_of("GET /api/v1/my/tasks", "GET /api/v1/my/unit/tasks", "POST /api/v1/my/tasks/near")
def _tasks(world: World, route: str) -> Iterator[Probe]:
    """What one has in hand, and nothing else; no unit has anything in hand."""
    method, _, path = route.partition(" ")
    given = {"json": _standing_in(polygons.grids().codes[0])} if method == "POST" else {}
    for who in world.people:
        mine = {one.number for one in world.reports if who.person is not None and one.assignee == who.person}
        expected = set() if "unit" in path else mine
        right = equal(expected, numbers_in) if allowed(who, route) else refused(who)
        yield Probe(route, who, path, right, "", given)


@probes_of("POST /api/v1/my/area")
def _area(world: World, route: str) -> Iterator[Probe]:
    """Where one stands is told to whoever acts, and whether it is theirs."""
    cell = next(code for code in polygons.grids().codes if code.startswith(COMMUNITY))
    for who in world.people:
        mine = bool(who.holds & {TOWN, COMMUNITY, f"{COMMUNITY[:9]}000", cell}) and who.role in oracle.LOOKS_BY_PLACE
        right = equal(mine, _mine) if who.district == TOWN else status(200)
        right = right if allowed(who, route) else refused(who)
        # Whether it is theirs is told of their own scope, which no row of the database could hold back.
        alone = status(200) if allowed(who, route) else None
        given = {"json": _standing_in(cell)}
        yield Probe(route, who, "/api/v1/my/area", right, "", given, behind_one_wall=alone)


def _standing_in(cell: str) -> dict[str, object]:
    subject = in_cell(cell)
    return {name: subject[name] for name in ("lon", "lat", "datum", "accuracy_m")}


def _mine(answer: httpx.Response) -> bool:
    return bool(answer.json()["mine"])


@probes_of("POST /api/v1/assignments")
def _assign(world: World, route: str) -> Iterator[Probe]:
    """Foreseen for every report: whoever may not see one is told of it as of one that never was."""
    for who in world.people:
        if who.district == NEXT:
            continue
        asked = [one.number for one in world.reports[:20]]
        expected = {one.number for one in world.reports[:20] if oracle.sees(who, one)}
        right = equal(expected, _foreseen) if allowed(who, route) else refused(who)
        body = {"client_key": "probe", "numbers": asked, "person": "W0001", "dry_run": True}
        yield Probe(route, who, "/api/v1/assignments", right, "", {"json": body})


def _foreseen(answer: httpx.Response) -> set[str]:
    told = answer.json()["reports"]
    return {one["number"] for one in told if (one["refused"] or {}).get("type") != "unknown-report"}


@probes_of("POST /api/v1/assignments/{key}/undo")
def _undo(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        right = problem("unknown-assignment") if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/assignments/probe/undo", right, "", {"json": {}})


@probes_of("GET /tasks")
def _work(world: World, route: str) -> Iterator[Probe]:
    """The lists name nothing that may not be seen, and everything one has in hand."""
    for who in world.people:
        seen = {one.number for one in world.reports if oracle.sees(who, one)}
        mine = {one.number for one in world.reports if who.person is not None and one.assignee == who.person}
        right = _between(mine, seen) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/tasks", right)


def _between(least: set[str], most: set[str]) -> Check:
    def check(answer: httpx.Response) -> str | None:
        if answer.status_code != 200:
            return "not 200"
        told = numbers_in(answer)
        return None if least <= told <= most else f"{sorted(told - most)} too much, {sorted(least - told)} missing"

    return check


@probes_of("GET /tasks/{number}", "GET /api/v1/reports/{number}/order.pdf")
def _work_report(world: World, route: str) -> Iterator[Probe]:
    path = route.partition(" ")[2]
    for who in world.people:
        for report in (*world.reports, None):
            number = report.number if report else NEVER
            right = status(200) if report and oracle.sees(who, report) else no_such_report(number)
            right = right if allowed(who, route) else refused(who)
            yield Probe(route, who, path.replace("{number}", number), right, report.name if report else "never")


@probes_of("POST /tasks/{number}/steps", "POST /tasks/{number}/personal", "POST /tasks/{number}/photos")
def _work_forms(world: World, route: str) -> Iterator[Probe]:
    """By their own session alone; a report that is not seen is told from none that never was by nobody."""
    photo = route.endswith("photos")
    form = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}" if photo else FORM}
    for who in world.people:
        for report in (*world.reports[::3], None):
            number, about = (report.number, report.name) if report else (NEVER, "never")
            path = route.partition(" ")[2].replace("{number}", number)
            yield Probe(route, who, path, problem("sign-in-needed"), f"{about} by device", _sent(photo, ""), form)
            if who.session is None:
                continue
            right = _form_answer(who, route, report, number)
            given = _sent(photo, who.csrf)
            yield Probe(
                route, who, path, problem("csrf-refused"), f"{about} forged", _sent(photo, "x"), form, by_session=True
            )
            yield Probe(route, who, path, right, about, given, form, writes=True, by_session=True)


def _form_answer(who: Who, route: str, report: Filed | None, number: str) -> Check:
    """An empty form: whoever sees the report is told what it lacks."""
    if not allowed(who, route):
        return refused(who)
    return status(422) if report and oracle.sees(who, report) else no_such_report(number)


def _sent(photo: bool, csrf: str) -> dict[str, str]:
    if not photo:
        return {"content": f"csrf={csrf}&action=verify&client_key=probe"}
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{csrf}\r\n--{BOUNDARY}--\r\n'
    return {"content": part}


@probes_of("POST /follow/steps")
def _follow(world: World, route: str) -> Iterator[Probe]:
    """A guessed secret opens nothing, whoever guesses."""
    for who in world.people:
        content = f"number={world.reports[0].number}&secret=WRONG&action=reopen&reason=not_solved&client_key=probe"
        yield Probe(route, who, "/follow/steps", status(404), "guessed", {"content": content}, {"Content-Type": FORM})


BOUNDARY = "probe"
FORM = "application/x-www-form-urlencoded"
