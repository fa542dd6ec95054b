"""Kinds on their way into a file: groups and kinds in use, as an import takes them up again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from layers.districts.records import District
from layers.reports.kinds import kind_tree
from layers.reports.kinds_limits import written_limits
from layers.reports.kinds_stating import CLOCKS
from layers.reports.records import Kind
from layers.write.naming import own_field
from layers.write.streams import Drawn, FeatureStream, FieldKind, in_pieces

FIELDS = (
    *(own_field(name) for name in ("code", "name", "name_en", "parent")),
    own_field("group", FieldKind.FLAG),
    own_field("level"),
    own_field("urgent", FieldKind.FLAG),
    own_field("unit"),
    *(own_field(f"limit_{clock}", short=f"lim_{clock}"[:10]) for clock in CLOCKS),
    own_field("filing_standard", short="filing_std"),
    own_field("closing_standard", short="closing_st"),
    *(own_field(name, FieldKind.FLAG) for name in ("straight", "checked", "photos")),
    own_field("extra_fields", short="extra"),
)


async def kinds_stream(connection: AsyncConnection, *, district: District) -> FeatureStream:
    """The tree of kinds in use, by code."""
    rows = [_cells(one, district) for one in await kind_tree(connection, district)]
    return FeatureStream("kinds", FIELDS, Drawn.NOTHING, len(rows), in_pieces(rows))


def _cells(one: Kind, district: District) -> tuple[Any, ...]:
    return (
        *(one.code, one.name, one.name_en, one.parent_code, one.is_group),
        *(None if one.is_group else district.levels[one.level_depth].key, one.urgent, one.unit_code),
        *(written_limits(clock, one.limits) for clock in CLOCKS),
        *(one.filing_standard, one.closing_standard, one.straight, one.checked, one.photos),
        _as_text(one.extra_fields),
    )


def _as_text(fields: Mapping[str, Any]) -> str | None:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True) if fields else None
