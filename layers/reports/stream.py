"""The stream of changes as listeners read it: what happened to which report, how it stands now, and who may know.

An entry is told to whoever sees the report now, with how it stands now; to whoever could see it until then, only that
it is gone. Nothing personal is in either: no text, no note, no position.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.actors import Scope
from layers.reports.records import report_number
from layers.reports.statements import CHANGES
from layers.scope import Sight, sees

#: Notified by the pump with every batch.
CHANNEL = "wangge_stream"
#: Its first place is 1; null where it is empty.
NEWEST = "select max(place) from journal_stream"


class Share(StrEnum):
    """What of a change someone is told."""

    WHOLE = "whole"
    GONE = "gone"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a report stands, as far as listeners are told: areas by code from the district down, people by number."""

    number: str
    status: str
    kind: str
    urgent: bool
    areas: tuple[str, ...]
    assignee: str | None
    unit: str | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """An entry at its place of the stream: the report as it stands, who sees it, and who could see it until then."""

    place: int
    entry: int
    type: str
    at: datetime
    standing: Standing
    sight: Sight
    earlier: tuple[Sight, ...]

    @property
    def facts(self) -> dict[str, Any]:
        """What is told of it: what happened, and how the report stands now."""
        standing = self.standing
        return {
            "number": standing.number,
            "type": self.type,
            "at": self.at,
            "entry": self.entry,
            "status": standing.status,
            "kind": standing.kind,
            "urgent": standing.urgent,
            "areas": list(standing.areas),
            "assignee": standing.assignee,
            "unit": standing.unit,
            "due_at": standing.due_at,
        }

    def share_of(self, scope: Scope, *, now: Sight) -> Share:
        """What of it someone with this scope is told; `now` is who sees the report by its latest entry."""
        if sees(scope, now):
            return Share.WHOLE
        return Share.GONE if any(sees(scope, one) for one in (self.sight, *self.earlier)) else Share.NOTHING


async def newest(connection: AsyncConnection[Any]) -> int:
    """The last place of the stream, 0 where it is empty."""
    row = await (await connection.execute(NEWEST)).fetchone()
    return 0 if row is None or row[0] is None else int(row[0])


async def changes(connection: AsyncConnection[Any], *, after: int, limit: int) -> list[Change]:
    """What happened after a place, at most `limit` entries in order; asked at the desk, to be told by `share_of`."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(CHANGES, {"after": after, "limit": limit})
    return [_change(row) for row in await cursor.fetchall()]


def _change(row: Mapping[str, Any]) -> Change:
    sight = Sight(
        report_id=row["report_id"],
        district_id=row["district_id"],
        sender=row["sender"],
        area_path=row["area_path"],
        assignee_id=row["assignee_id"],
        unit_id=row["unit_id"],
        **_receivers(row["handed_over"] or ()),
    )
    return Change(
        place=row["place"],
        entry=row["position"],
        type=row["type"],
        at=row["at"],
        standing=Standing(
            number=report_number(row["report_id"]),
            status=row["status"],
            kind=row["kind"],
            urgent=row["urgent"],
            areas=tuple(row["areas"] or ()),
            assignee=row["assignee"],
            unit=row["unit"],
            due_at=row["due_at"],
        ),
        sight=sight,
        earlier=tuple(_earlier(sight, row)),
    )


def _earlier(sight: Sight, row: Mapping[str, Any]) -> Iterable[Sight]:
    """Who could see it when the entry was pumped, when the one before was, and by a hand-over that it ends."""
    ended = row["ended"] or {}
    for when in ("then", "before"):
        # Before its first entry a report was nobody's: it has no place that could be seen.
        if when == "then" or row["position"] > 1:
            yield replace(
                sight,
                area_path=row[f"{when}_path"],
                assignee_id=row[f"{when}_assignee"],
                unit_id=row[f"{when}_unit"],
                **_receivers([_receiver(ended)]),
            )


def _receiver(facts: Mapping[str, Any]) -> Sequence[Any]:
    return facts.get("to_area"), facts.get("to_person"), facts.get("to_unit")


def _receivers(handed_over: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """To whom a report is handed over: paths, people, units."""
    given = list(zip(*handed_over, strict=True)) or [(), (), ()]
    return {
        name: tuple(one for one in ones if one is not None)
        for name, ones in zip(("to_paths", "to_people", "to_units"), given, strict=True)
    }
