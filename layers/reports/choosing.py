"""Who could take a report, asked of the database: answerers, the record, and positions that are shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from psycopg.rows import dict_row

from geo.distance import great_circle_m
from geo.positions import LonLat
from layers.actors import Actor
from layers.districts.records import District
from layers.reports.answerers import answerers
from layers.reports.assignment import steps_of
from layers.reports.candidates import Candidate, Past, ranked
from layers.reports.filed import SERIALS_PER_DAY
from layers.reports.records import Considered
from layers.reports.setting import Setting
from layers.reports.steps.guards import Asked
from layers.reports.steps.possible import asked_now
from layers.reports.steps.taking import Connection
from layers.roster.presence import Presence, trace_reading
from layers.roster.records import LookPurpose
from layers.scope import ENTER

SHARED = """
select s.person_id, s.account_id, p.number, p.role, st_x(s.geom) as lon, st_y(s.geom) as lat, s.accuracy_m, s.purpose,
    s.at, s.until
from positions s join person_labels p on p.id = s.person_id
where s.person_id = any(%s) and s.at >= %s and s.until > %s
"""
WHERE = "select st_x(geom) as lon, st_y(geom) as lat from reports where id = %s and geom is not null"


async def candidates_of(
    connection: Connection,
    report: int,
    *,
    setting: Setting,
    actor: Actor,
    now: datetime,
    positions_since: datetime | None = None,
) -> tuple[Candidate, ...]:
    """Who could take a report, ranked, in a transaction in the actor's scope.

    `positions_since`: how old a shared position may be; None where the actor may read none. Whoever is shown to be
    near or far can see that they were looked at: commit before it is answered.

    Raises:
        UnknownReport: there is none that the actor sees.
    """
    asked, _ = await asked_now(connection, report, setting=setting, actor=actor, now=now)
    found = await _answerers(connection, asked, setting.district)
    distances_m: Mapping[int, float] = {}
    if positions_since is not None:
        distances_m = await _distances(connection, report, found, actor=actor, since=positions_since, now=now)
    state = asked.state
    past = Past(state.assignee, state.handlers, state.declined)
    return ranked(found, state.area_path, past=past, turn=report % SERIALS_PER_DAY, distances_m=distances_m)


async def _answerers(connection: Connection, asked: Asked, district: District) -> tuple[Considered, ...]:
    cursor = connection.cursor(row_factory=dict_row)
    return await answerers(cursor, steps_of(asked.state.area_path), zone=district.zone, now=asked.now)


async def _distances(
    connection: Connection,
    report: int,
    found: Sequence[Considered],
    *,
    actor: Actor,
    since: datetime,
    now: datetime,
) -> Mapping[int, float]:
    """How far from the report those are who share where they are, in the actor's territory; each look is traced."""
    await connection.execute(ENTER, actor.scope.settings)
    cursor = connection.cursor(row_factory=dict_row)
    where = await (await cursor.execute(WHERE, [report])).fetchone()
    if where is None:
        return {}
    rows = await (await cursor.execute(SHARED, [[one.person_id for one in found], since, now])).fetchall()
    seen = [Presence(position=LonLat(row.pop("lon"), row.pop("lat")), **row) for row in rows]
    await trace_reading(connection, seen, LookPurpose.DISPATCH, actor=actor, now=now)
    return {
        one.person_id: float(great_circle_m(where["lon"], where["lat"], one.position.lon, one.position.lat))
        for one in seen
    }
