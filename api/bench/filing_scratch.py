"""A throw-away district in a private durable cluster: the demo's cells and people, with one crowded cell."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api.bench.tokens import token
from api.clock import now
from api.cluster import Cluster
from api.cluster_database import prepare_database, url_of
from api.demo import FOLDER
from api.demo_layers import load_layers
from geo.positions import LonLat
from layers.actors import Role
from layers.areas.queries import areas, edition_in_force
from layers.districts.records import District
from layers.migrations import migrate, sqlalchemy_url

CROWD = 8
ACTOR = "job:bench"
SCRATCH = "wangge_bench"
#: Everybody is always on duty and takes any number, so that every report is given to someone at any hour.
#: What a living district holds already: plans are made for tables that are not empty.
MANY_REPORTS = (Path(__file__).parent / "sql" / "many_reports.sql").read_text(encoding="utf-8")
EARLIER_REPORTS = 20_000
ALWAYS_FREE = "update people set cap = null, shifts = ''"
EMPTY_CELL = "delete from duties where area_id = %s"
HIRE = """
with hired as (
    insert into people (district_id, number, role, shifts)
    select %(district)s, 'BENCH' || n, 'grid_worker', '' from generate_series(1, %(crowd)s) n returning id
)
insert into duties (person_id, area_id, rank, valid_from) select id, %(area)s, 'A', '2020-01-01' from hired
returning person_id
"""
GROUND = """
select d.id as district, e.id as edition, k.id as kind, min(a.id) as first_area, max(a.id) as last_area
from districts d
join editions e on e.district_id = d.id and e.status = 'in_force'
join kinds k on k.district_id = d.id and k.code = 'M01'
join areas a on a.district_id = d.id and a.depth = %s
group by d.id, e.id, k.id
"""


@dataclass(frozen=True, slots=True)
class Scratch:
    """The district to file into. `ground` names ids for the bound; `crowd` the people of the crowded
    cell; `machine` and `dispatcher` are secrets to ask with.
    """

    url: str
    cluster: Cluster
    cells: tuple[LonLat, ...]
    crowded: LonLat
    crowd: tuple[int, ...]
    ground: dict[str, int]
    machine: str
    dispatcher: str


@contextmanager
def scratch_district(var: Path, *, reports: int = EARLIER_REPORTS, registers: bool = False) -> Iterator[Scratch]:
    """A district with so many reports, in a cluster under `var` that keeps every commit; dropped at the end.

    With `registers`, its buildings and service points too.
    """
    cluster = Cluster(var / "bench")
    was_running = cluster.running()
    server = cluster.start()
    url = url_of(server, SCRATCH)
    try:
        _drop(server)
        prepare_database(url)
        migrate(url)
        yield asyncio.run(_filled(url, cluster, reports, registers=registers))
    finally:
        _drop(server)
        if not was_running:
            cluster.stop()


def _drop(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(SCRATCH)))


async def _filled(url: str, cluster: Cluster, reports: int, *, registers: bool) -> Scratch:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            district = await load_layers(
                connection,
                _declaration(registers=registers),
                folder=FOLDER,
                actor=ACTOR,
                now=now(),
                step=lambda _: None,
            )
            in_force = await edition_in_force(connection, district)
            cells = await areas(connection, in_force.id, depth=district.cell_depth)
    finally:
        await engine.dispose()
    # The largest cell: what is filed around its middle stays inside.
    crowded = max(cells, key=lambda cell: cell.area_m2)
    with psycopg.connect(url, autocommit=True) as plain:
        crowd = _crowd(plain, district, crowded.id)
        _fill(plain, district, reports)
        ground = _ground(plain, district)
    others = tuple(cell.label for cell in cells if cell is not crowded)
    machine, dispatcher = await token(url, Role.MACHINE), await token(url, Role.DISPATCHER)
    return Scratch(url, cluster, others, crowded.label, crowd, ground, machine, dispatcher)


def _declaration(*, registers: bool) -> dict[str, Any]:
    """The demo's; without the registers, which no filing by position asks, unless told."""
    given = tomllib.loads((FOLDER / "district.toml").read_text(encoding="utf-8"))
    if registers:
        return dict(given)
    files = {name: file for name, file in given["files"].items() if name not in {"buildings", "service-points"}}
    return given | {"files": files}


def _crowd(plain: psycopg.Connection[Any], district: District, area: int) -> tuple[int, ...]:
    plain.execute(ALWAYS_FREE)
    plain.execute(EMPTY_CELL, [area])
    hired = plain.execute(HIRE, {"district": district.id, "crowd": CROWD, "area": area}).fetchall()
    return tuple(person for (person,) in hired)


def _fill(plain: psycopg.Connection[Any], district: District, reports: int) -> None:
    """Store reports, one in twenty of them open, that were filed before."""
    plain.execute(MANY_REPORTS, {"reports": reports, "depth": district.cell_depth})
    plain.execute("vacuum analyze")


def _ground(plain: psycopg.Connection[Any], district: District) -> dict[str, int]:
    cursor = plain.execute(GROUND, [district.cell_depth])
    row = cursor.fetchone()
    assert row is not None and cursor.description is not None
    people = plain.execute("select count(*) from people").fetchone()
    assert people is not None
    return {column.name: value for column, value in zip(cursor.description, row, strict=True)} | {"people": people[0]}
