"""Steps that correct what a report says of itself: where it lies, and what kind it is of."""

from __future__ import annotations

import secrets
from typing import Any

from psycopg.rows import dict_row

from layers.canonical import canonical
from layers.reports.clocks import DISPATCH, HANDLE, VERIFY, limit_of, with_limit
from layers.reports.journal import personal_digest
from layers.reports.kinds import known_kind
from layers.reports.lifecycle import Action, Status
from layers.reports.located import candidates_of
from layers.reports.locating import locate
from layers.reports.records import AtPosition, Location
from layers.reports.steps.dispatching import dispatch
from layers.reports.steps.taking import SALT_BYTES, Connection, Taking

PLACE = """
select r.given_x, r.given_y, r.candidates, st_x(r.geom) as lon, st_y(r.geom) as lat, p.salt
from reports r left join report_private p on p.report_id = r.id where r.id = %s
"""


async def move(taking: Taking) -> None:
    """A wrong position is put right: area, level, holder and clock follow from the new one.

    What was there before is kept as a note, so that both can be shown against the record, and erased with the rest.
    """
    subject = taking.request.subject
    compiled = taking.setting.in_force
    assert subject is not None, "the request was checked"
    found = await locate(taking.connection, subject, compiled=compiled)
    taking.location = found
    path = found.area.path if found.area else None
    elsewhere = path != taking.state.area_path and taking.state.status is not Status.COLLECTED
    stated = await _lies(taking, found) | {"area_path": path, "edition": compiled.edition.id}
    root = compiled.by_code[0, compiled.district.code]
    holder = found.area if found.area is not None else root
    stated |= {
        "holder_area": holder.id,
        "holder_depth": holder.depth,
        "before": {"edition": taking.state.edition, "area_path": taking.state.area_path},
        "clock": taking.clock(DISPATCH).facts if elsewhere else None,
    }
    taking.add("moved", stated)
    if elsewhere:
        await dispatch(taking)


async def _lies(taking: Taking, found: Location) -> dict[str, Any]:
    subject = taking.request.subject
    given = subject.given if isinstance(subject, AtPosition) else None
    salt = await _keep_before(taking)
    place = {"position": found.position, "given": given, "candidates": candidates_of(found)}
    return {
        "certainty": found.certainty,
        "located": found.located,
        "located_by": found.by,
        "flags": list(found.flags),
        "datum": subject.datum.value if isinstance(subject, AtPosition) else None,
        "accuracy_m": found.accuracy_m,
        "place": found.place_id,
        "position_digest": personal_digest(salt, place),
    }


async def _keep_before(taking: Taking) -> bytes:
    """Keep where it was said to lie as a note of the entry to come; the salt of the report's personal fields."""
    cursor = taking.connection.cursor(row_factory=dict_row)
    row = await (await cursor.execute(PLACE, [taking.head.id])).fetchone()
    assert row is not None
    before = {
        "position": _pair(row["lon"], row["lat"]),
        "given": _pair(row["given_x"], row["given_y"]),
        "candidates": row["candidates"],
    }
    taking.notes.append((taking.next_position, secrets.token_bytes(SALT_BYTES), canonical(before).decode()))
    return bytes(row["salt"] or b"")


def _pair(x: float | None, y: float | None) -> list[float] | None:
    return None if x is None or y is None else [x, y]


async def correct_kind(taking: Taking) -> None:
    """Another kind: its limit holds from when the clock started."""
    kind = known_kind(taking.setting.kinds, taking.request.kind or "")
    clock = taking.state.clock
    if clock is not None and clock.name in {DISPATCH, HANDLE, VERIFY}:
        limit = limit_of(clock.name, kind.limits, urgent=kind.urgent)
        clock = with_limit(clock, limit, taking.setting.calendar)
    before = taking.state.kind
    taking.add("kind_corrected", {"kind": kind.code, "before": before, "clock": clock.facts if clock else None})
    taking.kind = kind


async def hold_edition(connection: Connection, key: int, edition_id: int) -> bool:
    """Wait for a publishing to end, and keep the next one waiting; whether the edition is still the one in force."""
    await connection.execute("select pg_advisory_xact_lock_shared(%s)", [key])
    found = await connection.execute("select 1 from editions where id = %s and status = 'in_force'", [edition_id])
    return await found.fetchone() is not None


MOVING = {Action.MOVE: move, Action.CORRECT_KIND: correct_kind}
