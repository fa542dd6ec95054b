"""Scope: which rows someone may see. The only code that turns a territory into a condition.

Two walls stand behind each other. The first is the condition that every question carries (`reports_seen` …): it is
what the indexes work with. The second is the database's own row-level security, which judges each row by settings
that hold for one transaction (`ENTER`); a question that forgot the first wall comes back empty, not leaking.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, and_, cast, false, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.jurisdiction import below_bounds
from layers.actors import DESK, Scope

NAMES = ("paths", "districts", "person", "unit", "sender", "opened", "account", "administers", "audits", "desk")
#: Sets the second wall for the transaction; parameters are `Scope.settings`.
ENTER = "select " + ", ".join(f"set_config('wangge.{name}', %({name})s, true)" for name in NAMES)
_ENTER = text("select " + ", ".join(f"set_config('wangge.{name}', :{name}, true)" for name in NAMES))


async def enter(connection: AsyncConnection, scope: Scope) -> None:
    """Put the transaction of a connection behind the second wall of a scope."""
    await connection.execute(_ENTER, scope.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What decides who sees a report: where it lies, who has it in hand, who filed it, to whom it is handed over."""

    report_id: int
    district_id: int
    sender: str
    area_path: str | None
    assignee_id: int | None
    unit_id: int | None
    to_paths: tuple[str, ...] = ()
    to_people: tuple[int, ...] = ()
    to_units: tuple[int, ...] = ()


@asynccontextmanager
async def at_the_desk(connection: AsyncConnection, scope: Scope) -> AsyncIterator[None]:
    """Ask a transaction for counts that are the same for everyone, then go back to its scope."""
    await enter(connection, DESK)
    yield
    await enter(connection, scope)


def reports_seen(reports: Any, scope: Scope) -> ColumnElement[bool]:
    """The condition that leaves of `reports` (their table, or an alias of it) what the scope may see."""
    if scope.desk:
        return true()
    allowed = [below(reports.area_path, path) for path in scope.paths]
    allowed += [and_(reports.district_id == one, reports.area_path.is_(None)) for one in scope.districts]
    if scope.person_id is not None:
        allowed.append(reports.assignee_id == scope.person_id)
    if scope.unit_id is not None:
        allowed.append(reports.unit_id == scope.unit_id)
    if scope.sender is not None:
        allowed.append(reports.sender == scope.sender)
    if scope.opened:
        allowed.append(reports.id.in_(scope.opened))
    if scope.paths or scope.person_id is not None or scope.unit_id is not None:
        # Asked once for the whole statement, not once for each row.
        handed_over = cast(select(func.wangge_handed_over()).scalar_subquery(), ARRAY(BigInteger))
        allowed.append(reports.id == func.any(handed_over))
    return or_(false(), *allowed)


def sees(scope: Scope, report: Sight) -> bool:
    """Whether the scope may see a report: the same rule as `reports_seen`, for what is already in memory."""
    return (
        (scope.person_id is not None and scope.person_id in (report.assignee_id, *report.to_people))
        or (scope.unit_id is not None and scope.unit_id in (report.unit_id, *report.to_units))
        or any(holds(scope, path) for path in (report.area_path, *report.to_paths))
        or (report.area_path is None and report.district_id in scope.districts)
        or (scope.sender is not None and report.sender == scope.sender)
        or report.report_id in scope.opened
    )


def areas_seen(path: Any, scope: Scope) -> ColumnElement[bool]:
    """The condition that leaves of areas, by their path column, those in the territory."""
    if scope.desk:
        return true()
    return or_(false(), *(below(path, one) for one in scope.paths))


def below(path: Any, above: str) -> ColumnElement[bool]:
    """The condition that a path column lies at or below a path: one range of the index."""
    low, high = below_bounds(above)
    return and_(path >= low, path < high)


def holds(scope: Scope, path: str | None) -> bool:
    """Whether an area lies in the territory; the same rule, for what is already in memory."""
    if scope.desk:
        return True
    return path is not None and path.startswith(tuple(filter(None, scope.paths)))
