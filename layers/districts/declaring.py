"""Declaring a district: its code, names, time zone, levels and settings, from a plain mapping (a TOML file's)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.districts.queries import district
from layers.districts.records import District, DistrictSettings, Level, check_time_zone
from layers.districts.refusals import BadDistrict
from layers.districts.tables import DistrictRow, LevelRow


@dataclass(frozen=True, slots=True)
class Declaration:
    """A district as it is declared, read and checked."""

    code: str
    name: str
    name_en: str
    time_zone: str
    levels: tuple[Level, ...]
    settings: dict[str, Any]


def read_declaration(given: Mapping[str, Any]) -> Declaration:
    """The declaration in `given`; what is missing or impossible is refused by name."""
    code, name = _text(given, "code"), _text(given, "name")
    settings = dict(given.get("settings", {}))
    DistrictSettings.read(settings)
    return Declaration(
        code=code,
        name=name,
        name_en=str(given.get("name_en") or name),
        time_zone=check_time_zone(_text(given, "time_zone")),
        levels=_levels(given.get("levels")),
        settings=settings,
    )


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadDistrict(f"The declaration needs a text {key!r}.", field=key, value=value)
    return value.strip()


def _levels(given: object) -> tuple[Level, ...]:
    if not isinstance(given, Sequence) or not given or not all(isinstance(one, Mapping) for one in given):
        raise BadDistrict(
            "The declaration needs a list of levels, from the district down to the cells.",
            field="levels",
            value=given,
            remedy='Write [[levels]] with key = "grid", name = "网格", name_en = "Grid", one for each level.',
        )
    levels = tuple(
        Level(depth, _text(one, "key"), _text(one, "name"), str(one.get("name_en") or one["name"]))
        for depth, one in enumerate(given)
    )
    keys = [level.key for level in levels]
    if len(set(keys)) != len(keys):
        raise BadDistrict("Two levels have the same key.", field="levels", value=keys)
    return levels


async def declare(connection: AsyncConnection, declaration: Declaration) -> District:
    """Store the declaration, or bring an existing district up to it.

    Raises:
        BadDistrict: the levels differ from those that areas are already stored under.
    """
    values = {
        "name": declaration.name,
        "name_en": declaration.name_en,
        "time_zone": declaration.time_zone,
        "settings": declaration.settings,
    }
    statement = insert(DistrictRow).values(code=declaration.code, **values)
    changed = statement.on_conflict_do_update(
        index_elements=["code"], set_=values | {"row_version": DistrictRow.row_version + 1}
    )
    district_id = await connection.scalar(changed.returning(DistrictRow.id))
    assert district_id is not None
    await _declare_levels(connection, district_id, declaration.levels)
    return await district(connection, declaration.code)


async def _declare_levels(connection: AsyncConnection, district_id: int, levels: tuple[Level, ...]) -> None:
    statement = insert(LevelRow)
    upsert = statement.on_conflict_do_update(
        index_elements=["district_id", "depth"],
        set_={name: statement.excluded[name] for name in ("key", "name", "name_en")},
    )
    rows = [
        {"district_id": district_id, "depth": one.depth, "key": one.key, "name": one.name, "name_en": one.name_en}
        for one in levels
    ]
    surplus = delete(LevelRow).where(LevelRow.district_id == district_id, LevelRow.depth >= len(levels))
    try:
        async with connection.begin_nested():
            await connection.execute(surplus)
            await connection.execute(upsert, rows)
    except IntegrityError as error:
        raise BadDistrict(
            "The declared levels do not fit the areas that are already stored.",
            field="levels",
            value=[one.key for one in levels],
            remedy="Levels in use keep their depth and key; declare another district for another set of levels.",
        ) from error
