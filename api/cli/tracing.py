"""What commands leave in the trail: imports, exports, rules and boundaries, with what was before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.transactions import command_actor, in_transaction, this_moment
from layers.districts.queries import district as district_of
from layers.districts.queries import districts
from layers.districts.records import District
from layers.reports.kinds import kind_tree
from layers.traces.recording import trace_in
from layers.traces.records import Event, EventName

#: What a district states of itself: all of it.
STATED = ("name", "name_en", "time_zone", "levels", "settings")
OF_KINDS = (
    *("name", "parent_code", "is_group", "level_depth", "urgent", "unit_code", "limits"),
    *("filing_standard", "closing_standard", "straight", "checked", "photos", "extra_fields"),
)


async def leave_trace(
    connection: AsyncConnection, name: EventName, district: District, subject: str, facts: Mapping[str, Any]
) -> None:
    """Leave a trace of a command in the transaction of its change, as the last thing it does."""
    event = Event(name, district.id, subject, facts=facts)
    await trace_in(connection, event, actor=command_actor(), now=this_moment())


def trace_export(layer: str, *, district: str | None, ending: str, edition: int | None) -> None:
    """Write down that a layer is about to be exported; no trace, no file."""

    async def work(connection: AsyncConnection) -> None:
        facts = {"layer": layer, "format": ending, "edition": edition}
        await leave_trace(
            connection, EventName.EXPORTED, await district_of(connection, district), f"layer:{layer}", facts
        )

    in_transaction(work, commit=True)


async def rules_of(connection: AsyncConnection, code: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a district states of itself, and its kinds by code; both empty where it does not exist yet."""
    known = next((one for one in await districts(connection) if one.code == code), None)
    if known is None:
        return {}, {}
    stated = asdict(known)
    return (
        {name: stated[name] for name in STATED},
        await kinds_of(connection, known),
    )


async def kinds_of(connection: AsyncConnection, district: District) -> dict[str, dict[str, Any]]:
    """What stands of each kind in use and each group, by code."""
    tree = await kind_tree(connection, district)
    return {one.code: {name: getattr(one, name) for name in OF_KINDS} for one in tree}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What differs between two states of rules, by name: {"before": …, "after": …}; None where there was nothing."""
    return {
        name: {"before": before.get(name), "after": after.get(name)}
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    }
