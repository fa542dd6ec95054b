"""Scope: which rows someone may see. The only code that turns a territory into a condition.

Two walls stand behind each other. The first is the condition that every question carries (`reports_seen` …): it is
what the indexes work with. The second is the database's own row-level security, which judges each row by settings
that hold for one transaction (`ENTER`); a question that forgot the first wall comes back empty, not leaking.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, and_, cast, false, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.jurisdiction import below_bounds


@dataclass(frozen=True, slots=True)
class Scope:
    """What someone may see.

    `paths`: containment paths whose areas, with everything below, are theirs. `districts`: districts that are theirs
    as a whole, unlocated reports included. `person_id`: reports this person has in hand. `sender`: reports this sender
    filed. `opened`: reports opened by their secret link. `account_id`: their own account. `administers`, `audits`: the
    districts whose accounts or trail they look after. `desk`: the service itself, which files and assigns for others.
    """

    paths: tuple[str, ...] = ()
    districts: tuple[int, ...] = ()
    person_id: int | None = None
    sender: str | None = None
    opened: tuple[int, ...] = ()
    account_id: int | None = None
    administers: int | None = None
    audits: int | None = None
    desk: bool = False

    @property
    def settings(self) -> dict[str, str]:
        """The settings the second wall reads, as text; every one is given, so that nothing is left from before."""
        return {
            "paths": _array(self.paths),
            "districts": _array(self.districts),
            "person": _text(self.person_id),
            "sender": self.sender or "",
            "opened": _array(self.opened),
            "account": _text(self.account_id),
            "administers": _text(self.administers),
            "audits": _text(self.audits),
            "desk": "on" if self.desk else "",
        }


NOTHING = Scope()
#: The service at work for everyone: filing, assigning, pumping.
DESK = Scope(desk=True)

NAMES = ("paths", "districts", "person", "sender", "opened", "account", "administers", "audits", "desk")
#: Sets the second wall for the transaction; parameters are `Scope.settings`.
ENTER = "select " + ", ".join(f"set_config('wangge.{name}', %({name})s, true)" for name in NAMES)
_ENTER = text("select " + ", ".join(f"set_config('wangge.{name}', :{name}, true)" for name in NAMES))


async def enter(connection: AsyncConnection, scope: Scope) -> None:
    """Put the transaction of a connection behind the second wall of a scope."""
    await connection.execute(_ENTER, scope.settings)


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
    if scope.sender is not None:
        allowed.append(reports.sender == scope.sender)
    if scope.opened:
        allowed.append(reports.id.in_(scope.opened))
    if scope.paths or scope.person_id is not None:
        # Asked once for the whole statement, not once for each row.
        handed_over = cast(select(func.wangge_handed_over()).scalar_subquery(), ARRAY(BigInteger))
        allowed.append(reports.id == func.any(handed_over))
    return or_(false(), *allowed)


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
    return path is not None and any(path.startswith(one) for one in scope.paths)


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(str(value) for value in values) + "}"


def _text(value: object | None) -> str:
    return "" if value is None else str(value)
