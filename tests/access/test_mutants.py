"""The tests themselves are tried: faults planted in the walls and in the table of roles must be noticed."""

from __future__ import annotations

import asyncio
import os
import sys

import psycopg
import pytest

from api.cluster_database import url_of
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
from tests.access.asking import answering, in_turn
from tests.access.mutants import MUTANTS, Mutant
from tests.access.probes import Probe, every_probe, thinned
from tests.access.rows import faults
from tests.access.test_matrix import routes, undeclared
from tests.access.world_facts import World
from tests.databases import clone

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
LONG = os.environ.get("WANGGE_LONG") == "1"
#: Tried in every run; the rest by the long switch.
ALWAYS = MUTANTS[:: 1 if LONG else 9]
CAUGHT_SHARE = 0.95
#: Enough of the matrix to notice a fault, asked until one is.
SOME = 9

#: Roles that see what is their own, wherever it lies.
BY_OWN = {"resident", "machine", "department_handler"}


def test_planted_faults_are_noticed(
    admin: psycopg.Connection, world_template: tuple[str, World], server_url: str, worker_id: str
) -> None:
    template, world = world_template
    probes = _some(world)
    told = {}
    for mutant in ALWAYS:
        with clone(admin, template, worker_id) as name:
            told[mutant.name] = _noticed(mutant, url_of(server_url, name), world, probes)
    sys.stdout.write("".join(f"{by or 'NOT NOTICED':60} {name}\n" for name, by in told.items()))
    caught = sum(by is not None for by in told.values())
    sys.stdout.write(f"{caught} of {len(told)} noticed\n")
    assert len(MUTANTS) >= 30
    assert caught >= CAUGHT_SHARE * len(told), [name for name, by in told.items() if by is None]


def test_nothing_is_noticed_where_no_fault_is(world_template: tuple[str, World], world_url: str) -> None:
    _, world = world_template
    assert _noticed(Mutant("none"), world_url, world, _some(world)) is None


def _some(world: World) -> list[Probe]:
    """Of every route and role one question, and more of those that decide by rows, by what someone has of their own,
    or by the token of a session.
    """
    whole_matrix = every_probe(world)
    every = thinned(whole_matrix, 5)
    first = {(one.route, one.who.role): one for one in reversed(every)}
    whole = ("GET /api/v1/reports/{number}", "GET /api/v1/reports", "POST /api/v1/reports/{number}/personal")
    more = [one for one in every if one.route in whole and first.get((one.route, one.who.role)) is not one]
    figures = [one for one in every if one.route in {"GET /maps/figures", "GET /api/v1/areas/{level}/{code}"}]
    own = [one for one in whole_matrix if one.route in whole and one.who.role in BY_OWN and "'s" in one.about]
    forged = [one for one in every if one.about == "forged"]
    more += [one for one in (*own, *forged) if one not in more]
    return sorted([*first.values(), *more, *figures[::2]], key=lambda one: one.writes)


def _noticed(mutant: Mutant, database_url: str, world: World, probes: list[Probe]) -> str | None:
    """By what a fault was noticed first, None for by nothing."""
    with pytest.MonkeyPatch.context() as patch:
        if mutant.change is not None:
            mutant.change(patch)
        with psycopg.connect(database_url) as connection:
            connection.execute(mutant.statements or "select 1")
        found = faults(database_url, world)
        if found:
            return f"rows: {found[0]}"[:60]
        if routes() != oracle.ROUTES or undeclared():
            return "routes"
        wrong = asyncio.run(_first_wrong(database_url, probes))
        return None if wrong is None else f"matrix: {wrong}"[:60]


async def _first_wrong(database_url: str, probes: list[Probe]) -> str | None:
    found: list[str] = []

    async with answering(database_url) as client:

        async def ask(probe: Probe) -> None:
            if not found and (wrong := await probe.ask(client)) is not None:
                found.append(wrong)

        await in_turn(ask, [one for one in probes if not one.writes])
        await in_turn(ask, [one for one in probes if one.writes], at_once=1)
    return found[0] if found else None
