"""What is handed in and told when a report's personal fields are read, or when it is handed over."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from api.schemas.common import NOT_BLANK, Given, Told
from api.schemas.filing import Code
from layers.reports.purposes import Purpose

Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NOT_BLANK)]


class PersonalBody(Given):
    """Why the personal fields are read."""

    purpose: Purpose


class CallerBody(Given):
    """A telephone number that calls, and why its earlier calls are looked for."""

    phone: Annotated[str, StringConstraints(min_length=3, max_length=40, pattern=NOT_BLANK)]
    purpose: Purpose = Field(description="Written into the access log, once for each report that is told.")


class EarlierCallTold(Told):
    """A report that came from this number before."""

    number: str
    kind: str
    status: str
    filed_at: datetime


class EarlierCallsTold(Told):
    """The latest reports of a number within one's territory, the latest first."""

    reports: list[EarlierCallTold]


class NoteTold(Told):
    """What was added in words to a step, by the place and type of its entry in the record."""

    entry: int
    type: str
    at: datetime
    text: str


class OtherCallerTold(Told):
    """Someone else who called about the report."""

    entry: int
    at: datetime
    name: str | None
    phone: str | None
    text: str | None


class PersonalTold(Told):
    """The personal fields the role may read for the purpose; null where there is none, or it may not be read."""

    number: str
    purpose: Purpose
    fields: list[str] = Field(description="The fields that may be read; this reading is in the access log.")
    text: str | None
    address: str | None
    reporter_name: str | None
    reporter_phone: str | None
    notes: list[NoteTold] | None = Field(description="What was added in words to steps.")
    callers: list[OtherCallerTold] | None = Field(description="Who else called about it.")


class ReceiverBody(Given):
    """To whom: an area by level and code, or a person of the roster by number."""

    level: Code | None = None
    code: Code | None = None
    person: Code | None = None

    @model_validator(mode="after")
    def _one(self) -> ReceiverBody:
        if (self.level is None) != (self.code is None) or (self.code is None) == (self.person is None):
            raise ValueError("name an area by level and code, or a person by number")
        return self


class HandOverBody(ReceiverBody):
    """A hand-over, with the reason the record keeps."""

    reason: Reason
