"""What is told live: a change, that a report is gone, and that a listener must look anew."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.common import Given, Told
from api.schemas.queries import YesNo
from layers.reports.stream import Change

#: A place in the stream, as a listener gives it back.
Place = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,17})$")]


class EventsQuery(Given):
    """From where on, and whether to go on listening."""

    after: Place | None = Field(
        None,
        description="The id of the last event that was seen; 0: everything that is kept. Last-Event-ID goes first.",
    )
    wait: YesNo = Field(default=True, description="False: what there is already, and then the answer ends.")


class ChangeTold(Told):
    """What happened to a report, and how it stands now. Nothing in it is personal."""

    number: str = Field(examples=["20261122-0000017"])
    type: str = Field(description="The type of the entry in its journal.", examples=["assigned"])
    at: datetime
    entry: int = Field(description="The entry's position in the journal of the report.")
    status: str = Field(examples=["dispatched"])
    kind: str = Field(examples=["M01"])
    urgent: bool
    areas: list[str] = Field(description="Codes of the areas it lies in, from the district down.")
    assignee: str | None = Field(description="Number of the person who has it in hand.", examples=["W0001"])
    unit: str | None = Field(description="Code of the unit that has it in hand.")
    due_at: datetime | None


class GoneTold(Told):
    """A report that is out of sight since this change."""

    number: str = Field(examples=["20261122-0000017"])
    at: datetime


class ResynchroniseTold(Told):
    """What came in between is no longer known, or what may be seen changed: read the lists again."""

    reason: str = Field(description="behind: too much came in between; scope: what may be seen is another now.")


def told(change: Change) -> bytes:
    """A change as it is sent to whoever sees the report."""
    return event_bytes(change.place, change.type, ChangeTold(**change.facts))


def told_gone(change: Change) -> bytes:
    """The same as it is sent to whoever saw the report until then."""
    return event_bytes(change.place, "gone", GoneTold(number=change.standing.number, at=change.at))


def told_to_look_anew(place: int, reason: str) -> bytes:
    """What is sent to whoever must read the lists again; they go on from this place."""
    return event_bytes(place, "resynchronise", ResynchroniseTold(reason=reason))


def event_bytes(place: int, name: str, body: Told) -> bytes:
    """One event of a stream: its id, its name, its data."""
    return f"id: {place}\nevent: {name}\ndata: {body.model_dump_json()}\n\n".encode()


def place_bytes(place: int) -> bytes:
    """How far a listener is, without an event: what a browser gives back as Last-Event-ID. Also a sign of life."""
    return f": \nid: {place}\n\n".encode()
