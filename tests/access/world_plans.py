"""Plans of that world, and orders on its cells."""

from __future__ import annotations

from typing import Any

import psycopg

from tests.access.world_facts import NEXT, TOWN
from tests.access.world_places import CELLS, COMMUNITY


def planned(connection: psycopg.Connection[Any]) -> dict[int, str]:
    """A plan for a community and one for the whole of every district, one cell under an order: plan → its area."""
    connection.execute(LOCKS, [[CELLS[-1], CELLS[-1].replace(TOWN[:6], NEXT[:6], 1)]])
    codes = [TOWN, NEXT, COMMUNITY, COMMUNITY.replace(TOWN[:6], NEXT[:6], 1)]
    plans = dict(connection.execute(PLANS, [codes]).fetchall())
    for statement in OF_PLANS:
        connection.execute(statement)
    return plans


LOCKS = (
    "insert into cell_locks (area_id, area_path, reason, made_by, made_at) select a.id, ea.path, 'x', 'test', now() "
    "from areas a join edition_areas ea on ea.area_id = a.id where a.code = any(%s)"
)
PLANS = """
with made as (
    insert into plans (district_id, name, area_id, area_path, base_id, state, made_by, made_at)
    select a.district_id, a.code, a.id, ea.path, ea.edition_id, 'draft', 'test', now()
    from areas a join edition_areas ea on ea.area_id = a.id where a.code = any(%s) returning id, name
)
select id, name from made
"""
OF_PLANS = (
    """
    insert into plan_operations (plan_id, place, facts, made_by, made_at)
    select id, 1, '{}', 'test', now() from plans
    """,
    """
    insert into plan_steps (plan_id, place, step, state, made_by, made_at)
    select id, 1, 'return', 'draft', 'test', now() from plans
    """,
    "insert into plan_comments (plan_id, text, made_by, made_at) select id, 'x', 'test', now() from plans",
    """
    insert into plan_cells (plan_id, place, code, is_after, parent, geom, touched)
    select p.id, 1, a.code, false, '', v.geom, true
    from plans p, areas a join area_versions v on v.area_id = a.id where a.depth = 3 and a.code like '%001001001'
    """,
)
