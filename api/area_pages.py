"""The areas of an edition, from memory where it is the one in force, and pages of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from api.locators import Ready, Served
from api.schemas.areas import AreaList, AreaListed
from api.schemas.common import AreaRef, Position
from api.schemas.queries import AreaQuery
from layers.areas.queries import UnknownArea, areas, edition
from layers.areas.records import Area, Edition
from layers.districts.records import District


@dataclass(frozen=True, slots=True)
class Areas:
    """Every area of an edition, by id and by depth and code."""

    district: District
    edition: Edition
    by_id: Mapping[int, Area]
    by_code: Mapping[tuple[int, str], Area]

    def area(self, level: str, code: str) -> Area:
        """One area; raises `UnknownLevel` and `UnknownArea`."""
        found = self.by_code.get((self.district.level(level).depth, code))
        if found is None:
            raise UnknownArea(f"There is no {level} {code!r} in this edition.", field="code", value=code)
        return found

    def chain(self, area: Area) -> list[Area]:
        """What an area lies in, from the district down to itself."""
        return [self.by_id[int(step)] for step in area.path.rstrip(".").split(".")]

    def of_level(self, depth: int) -> list[Area]:
        """The areas of one level, by code."""
        return sorted((one for one in self.by_id.values() if one.depth == depth), key=lambda one: one.code)


async def edition_areas(connection: AsyncConnection, served: Served | Ready, number: int | None) -> Areas:
    """The areas of an edition, or of the one in force.

    Raises:
        NoEdition: there is none of this number, or none in force.
    """
    made = served.compiled
    if made is not None and number in {None, made.edition.number}:
        return Areas(served.district, made.edition, made.areas, made.by_code)
    chosen = await edition(connection, served.district, number)
    found = await areas(connection, chosen.id)
    return Areas(
        served.district,
        chosen,
        {one.id: one for one in found},
        {(one.depth, one.code): one for one in found},
    )


def area_page(found: Areas, query: AreaQuery) -> AreaList:
    """One page of the areas a query asks for."""
    chosen = sorted(_chosen(found, query), key=lambda one: (one.depth, one.code))
    after = _after(found, query.cursor)
    left = [one for one in chosen if (one.depth, one.code) > after] if after else chosen
    page, more = left[: query.limit], len(left) > query.limit
    return AreaList(
        edition=found.edition.number,
        areas=[listed(one, found) for one in page],
        next=f"{found.district.levels[page[-1].depth].key}:{page[-1].code}" if more else None,
    )


def listed(area: Area, found: Areas) -> AreaListed:
    """An area as lists show it."""
    parent = found.by_id.get(area.parent_id) if area.parent_id is not None else None
    return AreaListed(
        **dict(AreaRef.of(area, found.district)),
        parent=AreaRef.of(parent, found.district) if parent else None,
        label=Position.of(area.label),
        area_m2=round(area.area_m2, 1),
    )


def _chosen(found: Areas, query: AreaQuery) -> Iterable[Area]:
    chosen: Iterable[Area] = found.by_id.values()
    depth = None if query.level is None else found.district.level(query.level).depth
    if query.parent is not None:
        chosen = _below(found, query.parent, directly=depth is None)
    if depth is not None:
        chosen = (one for one in chosen if one.depth == depth)
    if query.q is not None:
        words = query.q.casefold()
        chosen = (one for one in chosen if words in one.name.casefold() or one.code.startswith(words))
    return chosen


def _below(found: Areas, parent: str, *, directly: bool) -> list[Area]:
    parents = [one for one in found.by_id.values() if one.code == parent]
    if not parents:
        raise UnknownArea(f"There is no area {parent!r} in this edition.", field="parent", value=parent)
    if directly:
        ids = {one.id for one in parents}
        return [one for one in found.by_id.values() if one.parent_id in ids]
    paths = tuple(one.path for one in parents)
    return [one for one in found.by_id.values() if one.path.startswith(paths) and one.path not in paths]


def _after(found: Areas, cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    level, _, code = cursor.partition(":")
    return found.district.level(level).depth, code
