"""Where an account may look: which areas its granted areas and groups, and its person's duties, open to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.actors import TERRITORIAL, Role, Scope

#: Every path such an area has had in a published edition, so that closed reports of older editions stay in sight.
PATHS = """
with held as (
    select area_id from territories
    where account_id = %(account)s and area_id is not null
        and valid_from <= %(today)s and (valid_to is null or valid_to >= %(today)s)
    union
    select m.area_id from territories t join cell_group_members m on m.group_id = t.group_id
    where t.account_id = %(account)s
        and t.valid_from <= %(today)s and (t.valid_to is null or t.valid_to >= %(today)s)
        and m.valid_from <= %(today)s and (m.valid_to is null or m.valid_to >= %(today)s)
    union
    select area_id from duties
    where person_id = %(person)s
        and valid_from <= %(today)s and (valid_to is null or valid_to >= %(today)s)
)
select distinct ea.path, e.district_id, ea.depth
from held join edition_areas ea using (area_id) join editions e on e.id = ea.edition_id
where e.status in ('in_force', 'retired')
order by ea.path
"""


async def scope_of(connection: AsyncConnection[Any], account: Mapping[str, Any], *, today: date) -> Scope:
    """The scope of an account (a row of `accounts`) on a day."""
    role = Role(account["role"])
    district, account_id, person = account["district_id"], account["id"], account["person_id"]
    if role not in TERRITORIAL:
        return Scope(
            person_id=person,
            sender=f"account:{account_id}" if role is Role.RESIDENT else None,
            account_id=account_id,
            administers=district if role in {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR} else None,
            audits=district if role is Role.AUDIT_ADMINISTRATOR else None,
            unit_id=await _unit(connection, person) if role is Role.DEPARTMENT_HANDLER else None,
        )
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(PATHS, {"account": account_id, "person": person, "today": today})
    rows = [row for row in await cursor.fetchall() if row["district_id"] == district]
    return Scope(
        paths=_topmost([row["path"] for row in rows]),
        districts=tuple({row["district_id"] for row in rows if row["depth"] == 0}),
        person_id=person,
        account_id=account_id,
    )


async def _unit(connection: AsyncConnection[Any], person: int | None) -> int | None:
    row = await (await connection.execute("select unit_id from people where id = %s", [person])).fetchone()
    return None if row is None else row[0]


def _topmost(paths: list[str]) -> tuple[str, ...]:
    """The paths without those that lie below another of them; `paths` in order."""
    kept: list[str] = []
    for path in paths:
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)
