"""Steps that put a report into someone's hands, or take it out of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg.rows import dict_row

from layers.refusals import NotFound
from layers.reports.assignment import facts
from layers.reports.clocks import DISPATCH, HANDLE
from layers.reports.handing_over import UnknownPerson
from layers.reports.lifecycle import Action
from layers.reports.steps.dispatching import BY_HAND, consider, dispatch, run
from layers.reports.steps.guards import NotNow
from layers.reports.steps.taking import Connection, Taking

PERSON = """
select p.id, p.unit_id, (
    select d.area_id from duties d
    where d.person_id = p.id and d.area_id = any(%(areas)s)
        and d.valid_from <= %(today)s and (d.valid_to is null or d.valid_to >= %(today)s)
    order by array_position(%(areas)s, d.area_id) desc limit 1
) as area_id
from people p where p.district_id = %(district)s and p.number = %(number)s and p.active
"""
UNITS = "select id, code from units where district_id = %s and code = any(%s) and active"


class UnknownUnit(NotFound):
    """The district has no such unit."""


class _Receiver(NamedTuple):
    """Who gets a report by hand, and the area of it they answer for."""

    person: int | None
    unit: int | None
    area: int | None


async def admit(taking: Taking) -> None:
    """Filed after a look: it rests on the standard of its kind, and goes to whoever answers."""
    taking.add("admitted", {"standard": taking.kind.filing_standard, "clock": taking.clock(DISPATCH).facts})
    await dispatch(taking)


async def void(taking: Taking) -> None:
    """Unfit, and kept as such."""
    taking.add("voided", taking.reasoned() | {"standard": taking.kind.filing_standard})


async def assign_by_hand(taking: Taking) -> None:
    """To the person or unit that is named; to whoever the rule chooses where none is."""
    request = taking.request
    if request.person is None and request.unit is None:
        await dispatch(taking)
        if not taking.entries:
            raise NotNow("The rule has nobody to ask for this report.", remedy="Name a person or a unit.")
        return
    stated = await _given(taking) | {"rule": BY_HAND, "reason": request.reason or "by_hand", "note": taking.note()}
    outcome = await consider(taking)
    taking.add("assigned", stated, version=2)
    run(taking, BY_HAND, taking.state.assignee, facts(outcome) if outcome else [])


async def transfer(taking: Taking) -> None:
    """From whoever has it to someone else, or to a unit."""
    taking.add("transferred", await _given(taking) | taking.reasoned())


async def _given(taking: Taking) -> dict[str, Any]:
    found, state = await _receiver(taking), taking.state
    ids = _ids(state.area_path)
    holder = (found.area, ids.index(found.area)) if found.area is not None else (state.holder_area, state.holder_depth)
    return {
        "assignee": found.person,
        "unit": found.unit,
        "holder_area": holder[0],
        "holder_depth": holder[1],
        "clock": taking.clock(HANDLE).facts,
    }


async def _receiver(taking: Taking) -> _Receiver:
    request = taking.request
    if request.unit is not None:
        [unit] = await units_named(taking.connection, taking.head.district_id, [request.unit])
        return _Receiver(None, unit, None)
    today = taking.now.astimezone(taking.setting.district.zone).date()
    given = {
        "areas": _ids(taking.state.area_path),
        "today": today,
        "district": taking.head.district_id,
        "number": request.person,
    }
    cursor = taking.connection.cursor(row_factory=dict_row)
    row = await (await cursor.execute(PERSON, given)).fetchone()
    if row is None:
        raise UnknownPerson("There is no such person in the roster.", field="person", value=request.person)
    return _Receiver(row["id"], row["unit_id"], row["area_id"])


def _ids(path: str | None) -> list[int]:
    return [int(one) for one in (path or "").split(".") if one]


async def units_named(connection: Connection, district_id: int, codes: Sequence[str]) -> list[int]:
    """The ids of units, in order.

    Raises:
        UnknownUnit: the district has none of one of the codes.
    """
    rows = await (await connection.execute(UNITS, [district_id, list(codes)])).fetchall()
    known = {code: id_ for id_, code in rows}
    for code in codes:
        if code not in known:
            raise UnknownUnit("There is no such unit.", field="units", value=code, remedy="GET /api/v1/units.")
    return [known[code] for code in codes]


async def take(taking: Taking) -> None:
    """Someone takes what is in nobody's hands."""
    state = taking.state
    stated = {"assignee": taking.actor.person_id, "clock": taking.clock(HANDLE).facts}
    taking.add("taken", stated | {"holder_area": state.holder_area, "holder_depth": state.holder_depth})


async def accept(taking: Taking) -> None:
    """Whoever was given it takes it on; of a unit, the one who does."""
    state = taking.state
    person = state.assignee if state.assignee is not None else taking.actor.person_id
    taking.add("accepted", {"assignee": person, "unit": state.unit})


async def decline(taking: Taking) -> None:
    """Not by this one: the rule chooses again, among the others."""
    _released(taking, "declined")
    await dispatch(taking)


async def give_back(taking: Taking) -> None:
    """Returned (回退): the next step is to dispatch it anew, or to look at its filing again; not to close it."""
    _released(taking, "returned")


def _released(taking: Taking, type_: str) -> None:
    state = taking.state
    stated = {"assignee": state.assignee, "unit": state.unit, "clock": taking.clock(DISPATCH).facts}
    taking.add(type_, stated | taking.reasoned())


async def refile(taking: Taking) -> None:
    """Back to its filing, and from there to whoever the rule chooses."""
    taking.add("refiled", {"clock": taking.clock(DISPATCH).facts})
    await dispatch(taking)


async def hand_up(taking: Taking) -> None:
    """To the level above; where nobody answers there, to the one above that."""
    change_level(taking, "handed_up", -1)
    await dispatch(taking)


async def hand_down(taking: Taking) -> None:
    """To the level below."""
    change_level(taking, "handed_down", +1)
    await dispatch(taking)


def change_level(taking: Taking, type_: str, by: int, *, reason: str | None = None, actor: str | None = None) -> None:
    """The report is held by another level of its path."""
    state = taking.state
    depth = (state.holder_depth or 0) + by
    ids = _ids(state.area_path)
    reasoned = taking.reasoned() if reason is None else {"reason": reason, "note": None}
    stated = {
        "holder_area": ids[depth] if ids else state.holder_area,
        "holder_depth": depth,
        "clock": taking.clock(DISPATCH).facts,
    }
    taking.add(type_, stated | reasoned, actor=actor)


HANDS = {
    Action.FILE: admit,
    Action.VOID: void,
    Action.ASSIGN: assign_by_hand,
    Action.TRANSFER: transfer,
    Action.TAKE: take,
    Action.ACCEPT: accept,
    Action.DECLINE: decline,
    Action.RETURN: give_back,
    Action.REFILE: refile,
    Action.HAND_UP: hand_up,
    Action.HAND_DOWN: hand_down,
}
