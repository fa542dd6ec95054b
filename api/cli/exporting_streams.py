"""Which layers there are to export, and each of them opened by its name."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.exporting import level_stream
from layers.areas.queries import edition as edition_of
from layers.districts.records import District, UnknownLevel
from layers.places.exporting import FIELDS as PLACES
from layers.places.exporting import places_stream
from layers.reports.exporting import reports_stream
from layers.reports.kinds_exporting import kinds_stream
from layers.roster.exporting import roster_stream, units_stream
from layers.write.streams import FeatureStream

ROSTER, REPORTS, KINDS, UNITS = "roster", "reports", "kinds", "units"


class Opened(NamedTuple):
    """A layer to write, and what to say about it."""

    stream: FeatureStream
    notes: tuple[str, ...] = ()


def layer_names(district: District) -> list[str]:
    """Every layer of a district, levels first."""
    return [*(level.key for level in district.levels), *PLACES, UNITS, KINDS, ROSTER, REPORTS]


async def open_stream(
    connection: AsyncConnection, district: District, name: str, *, edition: int | None, on: date
) -> Opened:
    """The layer of this name: a level of an edition, a register, or the reports, of one edition if it is given.

    Raises:
        UnknownLevel: there is no such layer.
        NoEdition: there is no such edition, or none is in force.
    """
    if name in PLACES:
        return Opened(await places_stream(connection, district=district, kind=name))
    if name == ROSTER:
        roster = await roster_stream(connection, district=district, on=on)
        note = f"roster: {roster.left_out:,} people without a duty, or not active, are not in it."
        return Opened(roster.stream, (note,) if roster.left_out else ())
    if name == UNITS:
        return Opened(await units_stream(connection, district=district))
    if name == KINDS:
        return Opened(await kinds_stream(connection, district=district))
    if name == REPORTS:
        under = None if edition is None else await edition_of(connection, district, edition)
        return Opened(await reports_stream(connection, district=district, edition=under))
    if name not in {known for level in district.levels for known in (level.key, level.name, level.name_en)}:
        raise UnknownLevel(
            f"There is no layer {name!r}.",
            field="layer",
            value=name,
            remedy=f"Name one of: {', '.join(layer_names(district))}, all, ledger.",
        )
    chosen = await edition_of(connection, district, edition)
    return Opened(await level_stream(connection, edition=chosen, level=district.level(name)))
