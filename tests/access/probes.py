"""Every route, asked by everyone about everything: the questions, and what is right for each.

A route without an entry in `PROBES` fails the build, as does one that the oracle does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.access import oracle
from tests.access.asking import answering, in_turn
from tests.access.world_facts import Who, World

#: Of the day on which the world was filed: examples in the reference are of others.
NUMBER = re.compile(r"\b20250106-\d{7}\b")
#: What is wrong with an answer; None for a right one.
Check = Callable[[httpx.Response], str | None]


@dataclass(frozen=True)
class Probe:
    """One question: who asks what, and what is right. `writes`: it is asked alone, in its order."""

    route: str
    who: Who
    path: str
    check: Check
    about: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    writes: bool = False
    by_session: bool = False
    #: What is right where the first wall is gone, if that is not the same: nothing more than may be seen.
    behind_one_wall: Check | None = None

    @property
    def method(self) -> str:
        """The method of the request."""
        return self.route.partition(" ")[0]

    @property
    def shown(self) -> dict[str, str]:
        """What the request shows of whoever asks."""
        return self.who.cookie if self.by_session else self.who.headers

    async def ask(self, client: httpx.AsyncClient, *, one_wall: bool = False) -> str | None:
        """Ask; what is wrong with the answer, None for a right one."""
        right = self.behind_one_wall if one_wall and self.behind_one_wall else self.check
        answer = await client.request(self.method, self.path, headers=self.shown | self.headers, **self.given)
        try:
            wrong = right(answer)
        except (ValueError, KeyError, TypeError) as other:
            wrong = f"no answer of this kind: {other!r}"
        if wrong is None:
            return None
        return f"{self.route} [{self.about}] by {self.who.name}: {wrong} — {answer.status_code} {answer.text[:200]}"


Generator = Callable[[World], Iterator[Probe]]
PROBES: dict[str, Generator] = {}


def probes_of(*routes: str) -> Callable[[Callable[[World, str], Iterator[Probe]]], Generator]:
    """Declare how some routes are probed."""

    def declare(generate: Callable[[World, str], Iterator[Probe]]) -> Generator:
        for route in routes:
            assert route not in PROBES, route
            PROBES[route] = lambda world, route=route: generate(world, route)  # type: ignore[misc]
        return PROBES[routes[0]]

    return declare


def numbers_in(answer: httpx.Response) -> set[str]:
    """The numbers of reports in an answer, wherever they stand."""
    return set(NUMBER.findall(answer.text))


def about_rows(probes: list[Probe]) -> list[Probe]:
    """Those that the walls decide, not the role: whoever asks has the action."""
    return [one for one in probes if oracle.ROUTES[one.route] is not None and allowed(one.who, one.route)]


def thinned(probes: list[Probe], keep: int) -> list[Probe]:
    """One in so many, and at least one for every route, role and relation: in turn of each territory."""
    groups: dict[tuple[str, str | None, str], list[Probe]] = {}
    for probe in probes:
        groups.setdefault((probe.route, probe.who.role, probe.about), []).append(probe)
    kept = [one for nth, group in enumerate(groups.values()) for one in group[nth % min(keep, len(group)) :: keep]]
    return sorted(kept, key=lambda probe: probe.writes)


def every_probe(world: World) -> list[Probe]:
    """All of them; those that write come last."""
    found = [probe for generate in PROBES.values() for probe in generate(world)]
    return sorted(found, key=lambda probe: probe.writes)


def allowed(who: Who, route: str) -> bool:
    """Whether someone has the action of a route."""
    return oracle.may(who, oracle.ROUTES[route])


def status(*right: int) -> Check:
    """One of these statuses."""

    def check(answer: httpx.Response) -> str | None:
        return None if answer.status_code in right else f"not {right}"

    return check


def refused(who: Who, *, page: bool = False) -> Check:
    """What everyone is told who lacks the action, and nothing besides."""
    wanted = oracle.refusal(who)
    kind = {401: "sign-in-needed", 403: "not-allowed"}[wanted]

    def check(answer: httpx.Response) -> str | None:
        if answer.status_code != wanted:
            return f"not {wanted}"
        told = answer.json()
        return None if told["type"].endswith(f"#{kind}") else f"not {kind}"

    return check


def no_such_report(number: str) -> Check:
    """What is said of a number nobody filed, to the last letter: whoever may not see a report is told the same."""

    def check(answer: httpx.Response) -> str | None:
        if answer.status_code != 404:
            return "an unseen report is told from one that never was, by its status"
        told = answer.json()
        told.pop("instance")
        right = {
            "type": "/api/v1/problems#unknown-report",
            "title": "No such report",
            "status": 404,
            "detail": f"There is no report '{number}'.",
            "field": "number",
            "value": number,
        }
        return None if told == right else "an unseen report is told from one that never was"

    return check


def equal(expected: Any, found: Callable[[httpx.Response], Any]) -> Check:
    """An answer in which something equals what is expected."""

    def check(answer: httpx.Response) -> str | None:
        if answer.status_code != 200:
            return "not 200"
        told = found(answer)
        return None if told == expected else f"{told!r} is not {expected!r}"

    return check


def problem(kind: str) -> Check:
    """A problem of this kind."""

    def check(answer: httpx.Response) -> str | None:
        told = answer.json() if answer.content else {}
        return None if str(told.get("type", "")).endswith(f"#{kind}") else f"not the problem {kind}"

    return check


async def wrong_answers(database_url: str, probes: list[Probe], *, one_wall: bool = False) -> list[str]:
    """What is wrong with the answers of the application on a database."""
    found: list[str] = []

    async with answering(database_url) as client:

        async def ask(probe: Probe) -> None:
            wrong = await probe.ask(client, one_wall=one_wall)
            if wrong is not None:
                found.append(wrong)

        await in_turn(ask, [one for one in probes if not one.writes])
        await in_turn(ask, [one for one in probes if one.writes], at_once=1)
    return found
