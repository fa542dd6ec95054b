"""A filing desk over the toy town: the compiled edition, its kinds, and a plain connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from geo.positions import Datum, LonLat
from layers.areas.records import CompiledEdition
from layers.districts.queries import district
from layers.migrations import sqlalchemy_url
from layers.reports.filing import file_surely
from layers.reports.records import AtPosition, Filed, Filing, Kind, Subject
from layers.reports.setting import Setting, setting_of
from layers.together import Alone

#: A Wednesday, ten in the morning in the town.
MORNING = datetime(2025, 1, 8, 2, 0, tzinfo=UTC)
#: The same day, three at night.
NIGHT = datetime(2025, 1, 7, 19, 0, tzinfo=UTC)


@dataclass
class Desk:
    """Files reports and reads what came of them."""

    connection: psycopg.AsyncConnection[Any]
    setting: Setting
    keys: count[int] = field(default_factory=count)

    @property
    def compiled(self) -> CompiledEdition:
        """The edition in force."""
        return self.setting.in_force

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kinds by code."""
        return self.setting.kinds

    async def file(self, subject: Subject, *, now: datetime = MORNING, **given: Any) -> Filed:
        """File a report about litter."""
        facts = {"kind": "M01", "text": "楼下有垃圾", "source": "app", "sender": "source:app"} | given
        facts.setdefault("client_key", f"key-{next(self.keys)}")
        return await file_surely(
            Alone(self.connection),
            Filing(subject=subject, **facts),
            setting=self.setting,
            actor="test",
            now=now,
        )

    async def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """The rows of a query."""
        cursor = self.connection.cursor(row_factory=dict_row)
        await cursor.execute(query, values)
        return await cursor.fetchall()

    def middle_of(self, code: str, accuracy_m: float | None = 5.0) -> AtPosition:
        """A position in the middle of a cell."""
        return AtPosition(self.compiled.cell(code).label, Datum.WGS84, accuracy_m)

    def cells(self) -> list[str]:
        """The codes of all cells."""
        return [str(code) for code in self.compiled.locator.codes]


async def desk_at(url: str, connection: psycopg.AsyncConnection[Any]) -> Desk:
    """A desk on the database at `url`, filing over `connection`."""
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.connect() as reading:
        chosen = await district(reading, None)
        setting = await setting_of(reading, chosen)
    await engine.dispose()
    return Desk(connection, setting)


def near(position: LonLat, *, east_deg: float = 0.0, north_deg: float = 0.0) -> LonLat:
    """A position beside another."""
    return LonLat(position.lon + east_deg, position.lat + north_deg)
