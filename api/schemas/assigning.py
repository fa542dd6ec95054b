"""Many reports given at once: what is handed in, and what is told of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from api.schemas.common import Given, Told
from api.schemas.filing import Code, Yes
from api.schemas.steps import Word
from layers.reports.bulk import MOST, Load

KEY = r"^[A-Za-z0-9_.:-]+$"
BulkKey = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=KEY)]
EXAMPLE: dict[str, JsonValue] = {
    "client_key": "morning-2026-11-22",
    "numbers": ["20261122-0000017", "20261122-0000018"],
    "person": "W2849",
    "reason": "balances_load",
    "dry_run": True,
}


class AssignmentsBody(Given):
    """Which reports are given to whom. Every report is given by itself: what one stands against loses no other."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    client_key: BulkKey = Field(description="Chosen by the sender: the same sent again finds what came of it.")
    numbers: Annotated[list[Code], Field(min_length=1, max_length=MOST)]
    person: Code | None = Field(None, description="Number of a person; without it, whoever the rule chooses for each.")
    reason: Word | None = Field(None, description="One of the reasons of assign, or of transfer.")
    dry_run: Yes = Field(default=False, description="Foresee it and change nothing.")


class NotGiven(Told):
    """Why a report was not given, or not given back."""

    type: str = Field(
        examples=["wrong-step"], description="A problem of GET /api/v1/problems, or moved_on, had_no_holder."
    )
    detail: str


class GivenTold(Told):
    """What came, or would come, of one report."""

    number: str
    done: bool
    again: bool = Field(default=False, description="True where the same had been done before.")
    holder: str | None = Field(description="Who had it in hand, by number; null for nobody.")
    receiver: str | None = Field(description="Who has it now; null where the rule chooses nobody.")
    refused: NotGiven | None


class LoadTold(Told):
    """Someone's open reports before and after."""

    number: str
    before: int
    after: int
    cap: int | None

    @classmethod
    def of(cls, one: Load) -> LoadTold:
        """A load as it is told."""
        return cls(number=one.number, before=one.before, after=one.after, cap=one.cap)


class AssignmentsTold(Told):
    """What came, or would come, of all of them, with the load of everyone whom it concerns."""

    client_key: str
    dry_run: bool
    reports: list[GivenTold]
    loads: list[LoadTold]
    undo_until: datetime | None = Field(description="Until when it can be undone at once; null for a dry run.")


class UndoneTold(Told):
    """What was given back, and what was not."""

    client_key: str
    reports: list[GivenTold]
