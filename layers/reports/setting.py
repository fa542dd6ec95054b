"""What filing and steps need of a district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.queries import compiled, edition_in_force
from layers.areas.records import CompiledEdition
from layers.calendars.queries import calendar_of
from layers.calendars.working_time import Calendar
from layers.districts.records import District
from layers.reports.kinds import kinds
from layers.reports.records import Kind


@dataclass(frozen=True, slots=True)
class Setting:
    """A district's kinds by code, its calendar, and, for whatever is located, its edition in force."""

    district: District
    kinds: Mapping[str, Kind]
    calendar: Calendar
    compiled: CompiledEdition | None = None

    @property
    def in_force(self) -> CompiledEdition:
        """The compiled edition, for those who locate."""
        assert self.compiled is not None, "whoever locates has a compiled edition"
        return self.compiled


async def setting_of(connection: AsyncConnection, district: District, *, locating: bool = True) -> Setting:
    """The setting of a district; without `locating`, without its edition, which takes long to compile.

    Raises:
        NoEdition: for locating, nothing has been published.
    """
    edition = await compiled(connection, district, await edition_in_force(connection, district)) if locating else None
    return Setting(district, await kinds(connection, district), await calendar_of(connection, district), edition)
