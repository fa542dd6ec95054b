"""Kinds of report: declared by the district, each with the level that settles it and its own extra fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection as PlainConnection
from psycopg.rows import dict_row
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.districts.records import District
from layers.refusals import NotFound, Refusal
from layers.reports.records import Kind
from layers.reports.tables import KindRow


class UnknownKind(NotFound):
    """The district has no such kind."""


class BadKind(Refusal):
    """A kind's declaration cannot be used as it is."""


class BadExtra(Refusal):
    """The extra fields of a report do not fit its kind."""


#: Types an extra field may have, with the values JSON brings for each.
EXTRA_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "integer": (int,),
    "yes_no": (bool,),
}


async def kinds(connection: AsyncConnection, district: District) -> dict[str, Kind]:
    """The kinds in use, by code."""
    statement = select(KindRow.__table__).where(KindRow.district_id == district.id, KindRow.active, ~KindRow.is_group)
    rows = (await connection.execute(statement.order_by(KindRow.code))).mappings()
    return {row["code"]: _kind({**row}) for row in rows}


async def kind_stored(connection: PlainConnection[Any], district_id: int, code: str) -> Kind:
    """A kind of the district, in use or not: a report keeps the one it was filed under.

    Raises:
        UnknownKind: there is none, and was none.
    """
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute("select * from kinds where district_id = %s and code = %s", [district_id, code])
    row = await cursor.fetchone()
    if row is None:
        raise _unknown(code)
    return _kind(row)


def _kind(row: Mapping[str, Any]) -> Kind:
    same = (
        "id", "code", "name", "level_depth", "urgent", "extra_fields", "parent_code", "filing_standard",
        "closing_standard", "limits", "unit_id", "straight", "checked", "photos",
    )  # fmt: skip
    return Kind(name_en=row["name_en"] or row["name"], **{name: row[name] for name in same})


async def declare_kinds(connection: AsyncConnection, district: District, given: Sequence[Mapping[str, Any]]) -> int:
    """Store the kinds, or bring known ones up to date; returns how many.

    Raises:
        BadKind: a kind lacks its code or name, names no level of the district, or stands twice.
    """
    rows = [_row(district, one) for one in given]
    codes = [row["code"] for row in rows]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise BadKind(f"Kind {twice[0]!r} is declared twice.", field="kinds.code", value=twice[0])
    if not rows:
        return 0
    statement = insert(KindRow)
    columns = ("name", "name_en", "level_depth", "urgent", "extra_fields", "parent_code")
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["district_id", "code"],
            set_={name: statement.excluded[name] for name in columns} | {"active": True},
        ),
        rows,
    )
    return len(rows)


def _row(district: District, given: Mapping[str, Any]) -> dict[str, Any]:
    code, name = given.get("code"), given.get("name")
    if not isinstance(code, str) or not code or not isinstance(name, str) or not name:
        raise BadKind("A kind needs a text code and a text name.", field="kinds", value=dict(given))
    level = given.get("level")
    extra = dict(given.get("extra_fields", {}))
    for field, shape in extra.items():
        if not isinstance(shape, Mapping) or shape.get("type") not in EXTRA_TYPES:
            raise BadKind(
                f"The extra field {field!r} of kind {code!r} needs a type.",
                field=f"kinds.{code}.extra_fields.{field}",
                value=shape,
                remedy=f"Types: {', '.join(EXTRA_TYPES)}.",
            )
    return {
        "district_id": district.id,
        "code": code,
        "parent_code": given.get("parent"),
        "name": name,
        "name_en": given.get("name_en") or name,
        "level_depth": district.level(level).depth if isinstance(level, str) else district.cell_depth,
        "urgent": bool(given.get("urgent", False)),
        "extra_fields": extra,
    }


def known_kind(known: Mapping[str, Kind], code: str) -> Kind:
    """The kind with this code.

    Raises:
        UnknownKind: there is none.
    """
    try:
        return known[code]
    except KeyError:
        raise _unknown(code) from None


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
