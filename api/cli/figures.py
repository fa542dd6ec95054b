"""`./wangge figures`: what the figures mean, and the figures recomputed from the journals alone."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api.cli.column_maps import BadOption
from api.clock import now
from api.cluster_database import database_url
from api.serving import require_current
from api.settings import read_settings
from layers.areas.queries import edition as edition_of
from layers.districts.queries import district as district_of
from layers.figures.definitions import COUNTS, FIGURES, Figure, fraction
from layers.figures.recomputing import Recomputed, recompute
from layers.figures.records import Period
from layers.migrations import sqlalchemy_url

DIFFERS = 1
#: Differences that are printed; the rest is counted.
SHOWN = 50


class Question(StrEnum):
    """What can be asked of the figures."""

    RECOMPUTE = "recompute"
    DEFINITIONS = "definitions"


def figures(
    question: Annotated[Question, typer.Argument(help="recompute or definitions.")],
    from_journal: Annotated[
        bool, typer.Option("--from-journal", help="With recompute: from the journals alone, which must be said.")
    ] = False,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day, 2026-10-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day, included.")] = None,
    district: Annotated[str | None, typer.Option(help="Code of the district, where there are several.")] = None,
    edition: Annotated[
        int | None, typer.Option(help="In the areas of this edition; without it, the one in force.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With recompute: as one JSON object.")] = False,
) -> None:
    """Print what the figures mean, or compute those of a period a second time.

    `recompute` folds every journal and counts in plain Python, by area of every level, kind, group and unit; what
    differs from what the service tells is printed, and the command ends with code 1.
    """
    if question is Question.DEFINITIONS:
        typer.echo(definitions_page(), nl=False)
        return
    if not from_journal:
        raise BadOption("From what?", field="from-journal", remedy="./wangge figures recompute --from-journal")
    url = database_url(read_settings())
    require_current(url)
    found = asyncio.run(_recompute(url, (first, last), district, edition))
    _tell(found, as_json=as_json)
    if found.differences:
        raise typer.Exit(DIFFERS)


async def _recompute(url: str, days: tuple[str | None, str | None], code: str | None, number: int | None) -> Recomputed:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool, isolation_level="REPEATABLE READ")
    try:
        async with engine.connect() as connection:
            district = await district_of(connection, code)
            chosen = await edition_of(connection, district, number)
            moment = now()
            period = _period(days, today=moment.astimezone(district.zone).date())
            return await recompute(connection, district=district, edition=chosen, period=period, now=moment)
    finally:
        await engine.dispose()


def _period(days: tuple[str | None, str | None], *, today: date) -> Period:
    first, last = days
    usual = Period.up_to(today if last is None else Period.read(f"{last}..{last}").last)
    return Period.read(f"{first or usual.first}..{usual.last}")


def _tell(found: Recomputed, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    for one in found.differences[:SHOWN]:
        typer.echo(f"{one.by} {one.row} {one.key}: served {one.served}, recomputed {one.recomputed}")
    if len(found.differences) > SHOWN:
        typer.echo(f"… and {len(found.differences) - SHOWN:,} more.")
    typer.echo(
        f"{found.reports:,} journals folded, {found.compared:,} numbers compared, {len(found.differences):,} differ."
    )


HEAD = """# Figures (考核指标)

What the figures of a period are made of. Written from `layers/figures/definitions.py` by
`./wangge figures definitions > docs/figures.md`; a test compares the two. The same is told by
`GET /api/v1/figures/definitions`.

- **Whose.** Figures are of areas, kinds and units, never of people: there is no such dimension, and no count looks at
  who handled a report. Everyone gets them over what lies in their territory or in their unit's hand.
- **Which days.** Days of the district's calendar and time zone, first and last included. *filed*: filed in the period;
  *closed*: closed in the period, and closed now; *stock*: open when the period ends. Void reports are in no count,
  duplicates in their own alone.
- **As known now.** A figure of a past period changes when the record does: a report reopened since is not closed, a
  mark taken back by an appeal no longer counts.
- **Unit.** The unit that had the report in hand at the end; none where it stayed with the areas.
- **Editions.** Any period can be asked for in the areas of any edition. A report located under another one lies,
  in this order: in its own area, where that lives on unchanged; in the cell that holds its position; without a
  position, in the area of its level that took over most of the ground of its own; else nowhere, which `elsewhere`
  counts.
- **Medians** are exact: taken over the single reports of a row, not from other medians. Of what is elsewhere there may
  be none.
- **Cost.** Counted from the rows each time it is asked, nothing is kept beside them: over 100,000 reports 0.3 s by kind
  or unit and up to 0.8 s by grid, on two cores, page included; it grows with the reports of the period.
- **Weights** are the district's, from its declaration: `response_weight`, `resolution_weight`, `satisfaction_weight`,
  `basically_weight` under `[settings]`; 0.1, 0.5, 0.4 and 0.9 where it sets none.
- **Recomputed.** `./wangge figures recompute --from-journal --from 2026-10-01 --to 2026-12-31` folds every journal of
  the district, counts anew in plain Python, and prints what differs (code 1). Positions, which the journals do not
  hold because they can be erased, come from the rows, and only for reports of other editions.
"""


def definitions_page() -> str:
    """docs/figures.md."""
    return "\n".join([HEAD, "## Figures", "", *_figures(), "## Counts", "", *_counts(), ""])


def _figures() -> list[str]:
    lines: list[str] = []
    for one in FIGURES.values():
        lines += [
            f"### {one.name_en} ({one.name})",
            "",
            f"`{one.key}`, in {one.unit_en}, over what is *{one.basis}*.",
            "",
        ]
        lines += _fraction(one)
        lines += [text for note in (one.note_en, one.note) if note for text in (note, "")]
    return lines


def _fraction(one: Figure) -> list[str]:
    above, below = fraction(one, "en")
    if not above:
        return []
    if not below:
        return [f"    {above}", ""]
    times = f"{one.times} × " if one.times != 1 else ""
    return [f"    {times}({above})", f"    / ({below})", ""]


def _counts() -> list[str]:
    rows = [f"| `{one.key}` | {one.basis} | {one.en} | {one.zh} |" for one in COUNTS.values()]
    return ["| count | over | what | 中文 |", "|---|---|---|---|", *rows]
