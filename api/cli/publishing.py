"""`./wangge publish`: put the draft edition in force."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.importing_levels import show_difference, show_findings
from api.cli.tables import first_few, print_table
from api.cli.tracing import leave_trace
from api.cli.transactions import command_actor, in_transaction, this_moment
from api.published import published_facts
from layers.areas.publishing import Publication
from layers.areas.publishing import publish as publish_draft
from layers.districts.queries import district as district_of
from layers.plans.followers import FOLLOWERS
from layers.traces.records import EventName


def publish(
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
    note: Annotated[str, typer.Option(help="Why this edition.")] = "",
    edition: Annotated[int | None, typer.Option(help="Number of the draft, when it is not the open one.")] = None,
    commit: Annotated[bool, typer.Option("--commit", help="Put it in force; without this it is tried.")] = False,
) -> None:
    """Check the draft edition as a whole and put it in force, in one step; earlier editions stay readable.

    Buildings, service points and figures of residents follow it. A dry run unless --commit.
    """

    async def work(connection: AsyncConnection) -> Publication:
        chosen = await district_of(connection, district)
        publication = await publish_draft(
            connection,
            district=chosen,
            number=edition,
            note=note,
            followers=FOLLOWERS,
            actor=command_actor(),
            clock=this_moment,
        )
        facts = published_facts(publication)
        await leave_trace(connection, EventName.PUBLISHED, chosen, f"edition:{publication.edition.number}", facts)
        return publication

    publication = in_transaction(work, commit=commit)
    show(publication)
    number = publication.edition.number
    typer.echo(f"Edition {number} is in force." if commit else f"Edition {number} may come into force: add --commit.")


def show(publication: Publication) -> None:
    """Print what publishing changed."""
    show_findings(publication.warnings)
    for depth, difference in sorted(publication.differences.items()):
        if not difference.is_empty:
            typer.echo(f"Level {depth}:")
            show_difference(difference)
    print_table(
        f"Where areas went: {len(publication.links):,} links",
        ["from", "to", "how", "share"],
        [(one.from_code, one.to_code, one.relation, f"{one.share:.1%}") for one in publication.links[:10]],
    )
    for one in publication.follow_ups:
        figures = ", ".join(f"{count:,} {what}" for what, count in one.figures.items())
        typer.echo(f"{one.subject}: {figures}." + (f" See: {first_few(one.named)}." if one.named else ""))
