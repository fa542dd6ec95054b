"""`./wangge file`: a table of real requests, filed through the same code as a single report."""

from __future__ import annotations

import asyncio
import csv
import gzip
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any

import psycopg
import typer
from rich.console import Console
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from api.cli.progress import progress
from api.cli.tables import print_table
from api.cli.tracing import leave_trace
from api.cli.transactions import command_actor
from api.cluster_database import database_url
from api.published import counts
from api.settings import read_settings
from geo.crs import degrees_from, read_crs
from geo.positions import Datum, LonLat
from layers.districts.queries import district
from layers.migrations import migrate, sqlalchemy_url
from layers.read.refusals import UnreadableFile
from layers.reports.filing_table import RefusedRow, Row, TableFiling, Tally, file_table
from layers.reports.kinds import declare_kinds, kinds
from layers.reports.rows import RowReader, read_map
from layers.reports.setting import setting_of
from layers.traces.recording import trace
from layers.traces.records import Event, EventName

#: Rows filed at once: enough to keep two cores and the disk busy.
AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class _Choices:
    """What the command line says beside the file."""

    mapped: list[str]
    datum: Datum
    crs: str | None
    source: str
    encoding: str
    district_code: str | None
    new_kinds: bool


def file(
    path: Annotated[Path, typer.Argument(help="The table: CSV, or CSV compressed with gzip.", metavar="FILE")],
    mapped: Annotated[
        list[str],
        typer.Option("--map", help="FIELD=COLUMN or FIELD:=VALUE for all rows, several by commas or by repetition."),
    ],
    datum: Annotated[Datum, typer.Option(help="What the positions refer to, once in degrees.")] = Datum.WGS84,
    crs: Annotated[str | None, typer.Option(help="The system of the coordinates when they are not degrees.")] = None,
    source: Annotated[str, typer.Option(help="Where the requests come from.")] = "import",
    encoding: Annotated[str, typer.Option(help="The text's encoding.")] = "utf-8-sig",
    district_code: Annotated[str | None, typer.Option("--district", help="Needed when there are several.")] = None,
    refused: Annotated[Path | None, typer.Option(help="Where refused rows go; FILE.refused.csv by default.")] = None,
    new_kinds: Annotated[bool, typer.Option("--new-kinds", help="Declare kinds that the district lacks.")] = False,
) -> None:
    """File a table of requests: each row is located, assigned and recorded like a report that comes by itself.

    Rows that cannot be filed are written out with the reason; the rest goes on. Running it again files nothing twice.
    """
    parts = [part for one in mapped for part in one.split(",")]
    choices = _Choices(parts, datum, crs, source, encoding, district_code, new_kinds)
    target = refused or path.with_name(f"{path.name}.refused.csv")
    url = database_url(read_settings())
    migrate(url)
    tally = asyncio.run(_file(url, path, target, choices))
    _tell(tally, target)


async def _file(url: str, path: Path, target: Path, choices: _Choices) -> Tally:
    header, total = _survey(path, choices.encoding)
    mapped = read_map(choices.mapped, header)
    async with _connected(url) as connection:
        chosen = await district(connection, choices.district_code)
        reader = RowReader(
            mapped=mapped,
            zone=chosen.zone,
            source=choices.source,
            sender=f"source:{choices.source}",
            datum=choices.datum,
            key_prefix=_key_prefix(path),
            place_on_earth=_to_degrees(choices.crs),
        )
        if choices.new_kinds:
            names = sorted({name for row in _rows(path, choices.encoding) if (name := reader.kind(row))})
            known = await kinds(connection, chosen)
            lacking = [{"code": name, "name": name} for name in names if name not in known]
            await declare_kinds(connection, chosen, lacking)
            if lacking:
                added = {one["code"]: {"before": None, "after": one} for one in lacking}
                await leave_trace(connection, EventName.KINDS_CHANGED, chosen, f"district:{chosen.code}", added)
            await connection.commit()
        setting = await setting_of(connection, chosen)
    with ExitStack() as stack:
        table = TableFiling(
            reader=reader,
            setting=setting,
            actor=command_actor(),
            now=lambda: datetime.now(UTC),
            refuse=_Refused(target, header, stack).write,
            step=stack.enter_context(progress("filing", total=total)),
        )
        async with _autocommitting(url, AT_ONCE) as connections:
            tally = await file_table(connections, _rows(path, choices.encoding), table)
            facts: dict[str, Any] = {**counts(tally), "flags": dict(tally.flags)}
            event = Event(EventName.FILED_IN_BULK, chosen.id, f"source:{choices.source}", facts=facts)
            await trace(connections[0], event, actor=command_actor(), now=datetime.now(UTC))
            return tally


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@asynccontextmanager
async def _autocommitting(url: str, number: int) -> AsyncIterator[list[psycopg.AsyncConnection[Any]]]:
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(await psycopg.AsyncConnection.connect(url, autocommit=True))
            for _ in range(number)
        ]


def _open(path: Path, encoding: str) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _rows(path: Path, encoding: str) -> Iterator[Row]:
    with _open(path, encoding) as lines:
        yield from csv.DictReader(lines)


def _survey(path: Path, encoding: str) -> tuple[list[str], int]:
    """The header and the number of rows, reading the whole table once so that a bad file is refused before any row."""
    try:
        with _open(path, encoding) as lines:
            reader = csv.DictReader(lines)
            return list(reader.fieldnames or []), sum(1 for _ in reader)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(
            f"{path} cannot be read as a CSV table: {error}.",
            field="FILE",
            value=str(path),
            remedy="Check the path; name another encoding with --encoding, for example gb18030.",
        ) from error


def _key_prefix(path: Path) -> str:
    """The table's own mark, so that its rows keep their keys when it is filed again."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:16]


def _to_degrees(crs: str | None) -> Callable[[float, float], LonLat] | None:
    return None if crs is None else degrees_from(read_crs(crs))


class _Refused:
    """The file of refused rows; there is none when nothing was refused."""

    def __init__(self, target: Path, header: list[str], stack: ExitStack) -> None:
        target.unlink(missing_ok=True)
        self.target, self.header, self.stack = target, header, stack
        self.out: csv.DictWriter[str] | None = None

    def write(self, refused: RefusedRow) -> None:
        """Write the row as it was, with its number, the field, the reason and the remedy."""
        if self.out is None:
            opened = self.stack.enter_context(self.target.open("w", encoding="utf-8-sig", newline=""))
            added = ["refused_row", "refused_field", "refused_reason", "refused_remedy"]
            self.out = csv.DictWriter(opened, self.header + added, extrasaction="ignore")
            self.out.writeheader()
        told = {
            "refused_row": str(refused.number),
            "refused_field": refused.field or "",
            "refused_reason": refused.reason,
            "refused_remedy": refused.remedy or "",
        }
        self.out.writerow({**refused.row, **told})


def _tell(tally: Tally, target: Path) -> None:
    rows = [
        ("filed", tally.filed),
        ("filed before, found again", tally.again),
        ("refused", tally.refused),
        ("of the filed: unlocated", tally.unlocated),
        ("of the filed: located, nobody on duty", tally.unassigned),
        *((f"of the filed: {flag}", number) for flag, number in sorted(tally.flags.items())),
    ]
    print_table("Rows", ["", "rows"], rows)
    if tally.refused:
        Console().print(f"The refused rows and why: {target}", highlight=False)
