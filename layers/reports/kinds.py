"""Kinds of report: declared by the district, each with the level that settles it and its own extra fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection as PlainConnection
from psycopg.rows import dict_row
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.calendars.limits import read_limit
from layers.districts.records import District
from layers.refusals import NotFound, Refusal
from layers.reports.kinds_limits import clock_of
from layers.reports.kinds_stating import (
    CLOCKS,
    EXTRA_TYPES,
    BadKind,
    StatedKind,
    checked_extra_fields,
    tree_faults,
)
from layers.reports.kinds_storing import kinds_difference, store_kinds, stored_kinds
from layers.reports.records import Kind
from layers.reports.tables import KindRow
from layers.roster.tables import UnitRow
from layers.roster.units import units


class UnknownKind(NotFound):
    """The district has no such kind."""


class KindIsGroup(Refusal):
    """A group of kinds is named where a kind is needed."""


class BadExtra(Refusal):
    """The extra fields of a report do not fit its kind."""


FIRST_FEW = 10
#: What a kind is told as it is stored.
AS_STORED = (
    *("id", "code", "name", "level_depth", "urgent", "extra_fields", "parent_code", "is_group", "limits"),
    *("filing_standard", "closing_standard", "straight", "checked", "photos"),
)
KIND_STORED = """
select k.*, u.id as unit, u.code as unit_code from kinds k left join units u on u.id = k.unit_id and u.active
where k.district_id = %s and k.code = %s
"""


async def kind_tree(connection: AsyncConnection, district: District) -> list[Kind]:
    """Groups and kinds in use, by code."""
    unit = and_(UnitRow.id == KindRow.unit_id, UnitRow.active)
    statement = (
        select(KindRow.__table__, UnitRow.id.label("unit"), UnitRow.code.label("unit_code"))
        .join(UnitRow, unit, isouter=True)
        .where(KindRow.district_id == district.id, KindRow.active)
        .order_by(KindRow.code)
    )
    rows = (await connection.execute(statement)).mappings().all()
    parents = {row["code"]: row["parent_code"] for row in rows}
    return [_kind({**row}, _above(row["code"], parents)) for row in rows]


def filed_under(tree: Iterable[Kind]) -> dict[str, Kind]:
    """The kinds of a tree that reports are filed under, by code: all but the groups."""
    return {one.code: one for one in tree if not one.is_group}


async def kinds(connection: AsyncConnection, district: District) -> dict[str, Kind]:
    """The kinds in use that reports are filed under, by code."""
    return filed_under(await kind_tree(connection, district))


async def kind_stored(connection: PlainConnection[Any], district_id: int, code: str) -> Kind:
    """A kind of the district, in use or not: a report keeps the one it was filed under. Its groups are not told.

    Raises:
        UnknownKind: there is none, and was none.
    """
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(KIND_STORED, [district_id, code])
    row = await cursor.fetchone()
    if row is None:
        raise _unknown(code)
    return _kind(row, groups=())


def _kind(row: Mapping[str, Any], groups: tuple[str, ...]) -> Kind:
    return Kind(
        **{name: row[name] for name in AS_STORED},
        name_en=row["name_en"] or row["name"],
        groups=groups,
        unit_id=row["unit"],
        unit_code=row["unit_code"],
    )


def _above(code: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    found: list[str] = []
    above = parents[code]
    while above is not None and above in parents and above not in found:
        found.append(above)
        above = parents[above]
    return tuple(reversed(found))


async def declare_kinds(connection: AsyncConnection, district: District, given: Sequence[Mapping[str, Any]]) -> int:
    """Store the kinds, or bring known ones up to date; returns how many. Kinds that are not declared stay.

    Raises:
        BadKind: a kind lacks its code or name, names no level, unit or group of the district, or stands twice.
        BadLimit: a limit cannot be read as a whole.
    """
    rows = [_stated(district, one) for one in given]
    codes = [row.code for row in rows]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise BadKind(f"Kind {twice[0]!r} is declared twice.", field="kinds.code", value=twice[0])
    stated = {row.code: row for row in rows}
    stored = await stored_kinds(connection, district)
    known = {one.code: one.id for one in await units(connection, district)}
    _require_known(stated, known, {code for code in stored.active if stored.every[code].is_group})
    difference = kinds_difference(stored, stated, gone=())
    await store_kinds(connection, district, stated, difference, units=known)
    return len(rows)


def _require_known(stated: Mapping[str, StatedKind], units_known: Mapping[str, int], groups: set[str]) -> None:
    for code, fault in tree_faults(stated, groups).items():
        raise BadKind(
            f"Kind {code!r}: {fault}.",
            field=f"kinds.{code}.parent",
            value=stated[code].parent_code,
            remedy="Declare the group too, with group = true.",
        )
    for code, one in stated.items():
        if one.unit_code is not None and one.unit_code not in units_known:
            raise BadKind(
                f"Kind {code!r} names the unit {one.unit_code!r}, which is not there.",
                field=f"kinds.{code}.unit",
                value=one.unit_code,
                remedy="Import the units first: ./wangge import FILE --as units.",
            )


def _stated(district: District, given: Mapping[str, Any]) -> StatedKind:
    code, name = given.get("code"), given.get("name")
    if not isinstance(code, str) or not code or not isinstance(name, str) or not name:
        raise BadKind("A kind needs a text code and a text name.", field="kinds", value=dict(given))
    level, is_group, limits = given.get("level"), bool(given.get("group", False)), dict(given.get("limits", {}))
    for clock in {clock_of(key) for key in limits} - set(CLOCKS):
        raise BadKind(
            f"Kind {code!r} has a limit for {clock!r}, which is no clock.",
            field=f"kinds.{code}.limits.{clock}",
            remedy=f"Clocks: {', '.join(CLOCKS)}.",
        )
    return StatedKind(
        code=code,
        name=name,
        name_en=given.get("name_en") or name,
        level_depth=district.level(level).depth if isinstance(level, str) and not is_group else district.cell_depth,
        parent_code=given.get("parent"),
        is_group=is_group,
        urgent=bool(given.get("urgent", False)),
        unit_code=given.get("unit"),
        limits={key: str(read_limit(text)) for key, text in limits.items()},
        filing_standard=given.get("filing_standard", ""),
        closing_standard=given.get("closing_standard", ""),
        straight=bool(given.get("straight", False)),
        checked=bool(given.get("checked", False)),
        photos=bool(given.get("photos", False)),
        extra_fields=checked_extra_fields(code, given.get("extra_fields", {})),
    )


def known_kind(known: Mapping[str, Kind], code: str) -> Kind:
    """The kind with this code.

    Raises:
        UnknownKind: there is none.
        KindIsGroup: it is a group, and one of its kinds has to be named.
    """
    try:
        return known[code]
    except KeyError:
        inside = [one.code for one in known.values() if code in one.groups]
    if not inside:
        raise _unknown(code)
    raise KindIsGroup(
        f"{code} is a group of kinds; nothing is filed under it.",
        field="kind",
        value=code,
        remedy=f"Name one of its kinds: {', '.join(inside[:FIRST_FEW])}{' …' * (len(inside) > FIRST_FEW)}",
    )


def _unknown(code: str) -> UnknownKind:
    return UnknownKind(f"There is no kind {code!r}.", field="kind", value=code, remedy="GET /api/v1/kinds lists them.")


async def require_kind(connection: AsyncConnection, district_id: int, code: str) -> None:
    """Refuse a code that no kind of the district has or had.

    Raises:
        UnknownKind: there is none.
    """
    found = await connection.execute(select(KindRow.id).where(KindRow.district_id == district_id, KindRow.code == code))
    if found.first() is None:
        raise _unknown(code)


def check_extra(kind: Kind, extra: Mapping[str, Any]) -> None:
    """Check the extra fields of a report against its kind.

    Raises:
        BadExtra: a field is unknown to the kind, missing, or of another type.
    """
    for name, value in extra.items():
        shape = kind.extra_fields.get(name)
        if shape is None:
            raise BadExtra(
                f"Kind {kind.code} has no extra field {name!r}.",
                field=f"extra.{name}",
                remedy=f"Its extra fields: {', '.join(kind.extra_fields) or 'none'}.",
            )
        expected = EXTRA_TYPES[shape["type"]]
        if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
            raise BadExtra(f"The extra field {name!r} must be of type {shape['type']}.", field=f"extra.{name}")
    for name, shape in kind.extra_fields.items():
        if shape.get("required") and name not in extra:
            raise BadExtra(f"Kind {kind.code} needs the extra field {name!r}.", field=f"extra.{name}")
