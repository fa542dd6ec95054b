"""Filing a whole table: every row through the same code as a single report, several at once, nothing lost.

A row that cannot be filed is handed back with its reason and the rest goes on. Rows carry stable keys, so a table that
was interrupted is simply filed again: what is there already is found, not doubled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from geo.errors import GeoError
from layers.refusals import Refusal
from layers.reports.filing import EditionMoved, file_surely
from layers.reports.records import Filed
from layers.reports.rows import RowReader
from layers.reports.setting import Setting
from layers.together import Alone

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not filed: its number (from 1), its values, and what to mend."""

    number: int
    row: Row
    reason: str
    field: str | None
    remedy: str | None


@dataclass(slots=True)
class Tally:
    """What became of a table's rows."""

    filed: int = 0
    again: int = 0
    refused: int = 0
    unlocated: int = 0
    unassigned: int = 0
    flags: dict[str, int] = field(default_factory=dict)

    def count(self, filed: Filed) -> None:
        """Count one filed row."""
        if filed.report is None:
            self.again += 1
            return
        self.filed += 1
        self.unlocated += not filed.report.located
        self.unassigned += filed.report.located and filed.report.assignee_number is None
        for flag in filed.report.flags:
            self.flags[flag] = self.flags.get(flag, 0) + 1


@dataclass(frozen=True, slots=True)
class TableFiling:
    """One table being filed."""

    reader: RowReader
    setting: Setting
    actor: str
    now: Callable[[], datetime]
    refuse: Callable[[RefusedRow], None]
    step: Callable[[int], None]


async def file_table(connections: Sequence[AsyncConnection[Any]], rows: Iterable[Row], table: TableFiling) -> Tally:
    """File all rows over the given autocommit connections, each report in its own transaction.

    Raises:
        EditionMoved: another edition came in force meanwhile; what was filed stays filed, start again.
    """
    tally = Tally()
    numbered = iter(enumerate(rows, start=1))
    async with asyncio.TaskGroup() as group:
        for connection in connections:
            group.create_task(_work(connection, numbered, table, tally))
    return tally


async def _work(
    connection: AsyncConnection[Any], numbered: Iterator[tuple[int, Row]], table: TableFiling, tally: Tally
) -> None:
    for number, row in numbered:
        try:
            tally.count(await _file(connection, number, row, table))
        except EditionMoved:
            raise
        except (Refusal, GeoError) as refusal:
            tally.refused += 1
            table.refuse(_refused(number, row, refusal))
        table.step(1)


async def _file(connection: AsyncConnection[Any], number: int, row: Row, table: TableFiling) -> Filed:
    return await file_surely(
        Alone(connection),
        table.reader.read(row, number),
        setting=table.setting,
        actor=table.actor,
        now=table.now(),
    )


def _refused(number: int, row: Row, refusal: Refusal | GeoError) -> RefusedRow:
    if isinstance(refusal, Refusal):
        return RefusedRow(number, row, refusal.message, refusal.field, refusal.remedy)
    return RefusedRow(number, row, str(refusal), None, None)
