"""The reports of that world: one in every relation, filed through the interface by whoever would."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from layers.reports.queries import id_of
from tests.access.asking import answering
from tests.access.world_facts import NEXT, NOW, TOWN, Filed, Person, Who, chain_of
from tests.access.world_places import CELLS, COMMUNITY, GROUP, HANDLER, OTHER_STREET, STREET, WORKER
from tests.toytown import neighbour, polygons


@dataclass(frozen=True)
class _Plan:
    """A report to be filed: by whom, about what, and to whom it is handed over afterwards."""

    name: str
    subject: dict[str, Any]
    by: str = "dispatcher of the district"
    kind: str = "M01"
    to_area: str | None = None
    to_person: Person | None = None
    #: Whoever else has it in hand than the rule chose.
    given_to: Person | None = None


def _plans() -> list[_Plan]:
    next_door = "dispatcher next door"
    far = {"type": "position", "lon": 10.0, "lat": 10.0, "datum": "wgs84", "accuracy_m": 5.0}
    cells = polygons.grids().codes

    def cell(parent: str, nth: int = 0) -> dict[str, Any]:
        return in_cell([code for code in cells if code.startswith(parent.removesuffix("000"))][nth])

    away = {**in_cell(cells[0]), "lon": in_cell(cells[0])["lon"] + neighbour.EAST_DEG}
    return [
        _Plan("own", _area("community", COMMUNITY)),
        _Plan("child", in_cell(GROUP[0])),
        _Plan("child again", in_cell(GROUP[0])),
        _Plan("another child", in_cell(GROUP[2])),
        _Plan("child apart", in_cell(CELLS[-1])),
        _Plan("sibling", cell(polygons.community_code(0, 0))),
        _Plan("sibling again", cell(polygons.community_code(0, 0))),
        _Plan("sibling as a whole", _area("community", polygons.community_code(0, 2))),
        _Plan("parent", _area("street", STREET)),
        _Plan("district", _area("district", TOWN)),
        _Plan("other street", cell(OTHER_STREET)),
        _Plan("other street again", cell(OTHER_STREET)),
        _Plan("other street as a whole", _area("street", OTHER_STREET)),
        _Plan("none", far),
        _Plan("opinion", {"type": "none"}, kind="L02"),
        _Plan("other district", away, by=next_door),
        _Plan("other district again", away, by=next_door),
        _Plan("other district as a whole", _area("district", NEXT), by=next_door),
        _Plan("none next door", far, by=next_door),
        _Plan("handed to the community", cell(OTHER_STREET, 5), to_area=COMMUNITY),
        _Plan("handed to the street", cell(OTHER_STREET, 7), to_area=STREET),
        _Plan("handed to the handler", cell(polygons.street_code(1)), to_person=HANDLER),
        _Plan("in the worker's hand", cell(polygons.street_code(1), 6), given_to=WORKER),
        _Plan("in the handler's hand", cell(polygons.street_code(1), 7), given_to=HANDLER),
        _Plan("the resident's", cell(polygons.street_code(1), 3), by="resident 1"),
        _Plan("the machine's", cell(polygons.street_code(1), 4), by="machine 1"),
        _Plan("anyone's", cell(polygons.street_code(1), 5), by="anyone"),
    ]


def _area(level: str, code: str) -> dict[str, Any]:
    return {"type": "area", "level": level, "code": code}


def in_cell(code: str) -> dict[str, Any]:
    grids = polygons.grids()
    middle = grids.polygons[grids.codes.index(code)].centroid
    lon, lat = round(middle.x, 7), round(middle.y, 7)
    return {"type": "position", "lon": lon, "lat": lat, "datum": "wgs84", "accuracy_m": 5.0}


async def file_all(database_url: str, everyone: Sequence[Who]) -> list[Filed]:
    known = {one.name: one for one in everyone}
    async with answering(database_url) as client:
        numbers = [await _file(client, known[plan.by], plan) for plan in _plans()]
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        return [_settled(connection, plan, number) for plan, number in zip(_plans(), numbers, strict=True)]


async def _file(client: httpx.AsyncClient, by: Who, plan: _Plan) -> str:
    body = {
        "kind": plan.kind,
        "text": f"text of {plan.name}",
        "address": f"address of {plan.name}",
        "reporter": {"name": f"reporter of {plan.name}", "phone": f"phone of {plan.name}"},
        "source": "app",
        "client_key": plan.name,
        "subject": plan.subject,
        "district": by.district or TOWN,
    }
    answer = await client.post("/api/v1/reports", json=body, headers=by.headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def _settled(connection: psycopg.Connection[Any], plan: _Plan, number: str) -> Filed:
    """Hand it over, give it a photo, and note the facts of it."""
    report = id_of(number)
    if plan.to_area or plan.to_person:
        connection.execute(
            "insert into hand_overs (report_id, to_path, to_person_id, reason, made_by, made_at) values (%s, "
            "(select path from edition_areas join areas on areas.id = area_id where code = %s), "
            "(select p.id from people p join districts d on d.id = district_id where d.code = %s and number = %s), "
            "'test', 'test', %s)",
            [report, plan.to_area, *(plan.to_person or (None, None)), NOW],
        )
    if plan.given_to:
        connection.execute(
            "update reports set assignee_id = (select p.id from people p join districts d on d.id = district_id "
            "where d.code = %s and number = %s) where id = %s",
            [*plan.given_to, report],
        )
    photo = connection.execute(
        "insert into report_photos "
        "(report_id, taken, at, by, digest, media_type, width_px, height_px, size_bytes, content) "
        "values (%s, 'other', %s, 'test', %s, 'image/jpeg', 1, 1, 5, 'photo') returning id",
        [report, NOW, hashlib.sha256(number.encode()).digest()],
    ).fetchone()
    row = connection.execute(FACTS, [report]).fetchone()
    assert row is not None and photo is not None
    return Filed(
        name=plan.name,
        number=number,
        district=row["district"],
        chain=() if row["area"] is None else chain_of(row["area"]),
        located=row["located"],
        sender=row["sender"],
        assignee=None if row["number"] is None else (row["district"], row["number"]),
        given=None if row["given_x"] is None else (row["given_x"], row["given_y"]),
        private={name: row[name] for name in ("text", "address", "reporter_name", "reporter_phone")},
        handed_to_area=plan.to_area,
        handed_to_person=plan.to_person,
        photo=photo["id"],
    )


PUMP = """
insert into journal_stream (district_id, report_id, position)
select r.district_id, j.report_id, j.position from journal_entries j join reports r on r.id = j.report_id
"""
FACTS = """
select d.code as district, a.code as area, r.located, r.sender, p.number, r.given_x, r.given_y, v.text, v.address,
    v.reporter_name, v.reporter_phone
from reports r
join districts d on d.id = r.district_id
join report_private v on v.report_id = r.id
left join areas a on a.id = r.area_id
left join people p on p.id = r.assignee_id
where r.id = %s
"""
