"""The shapes that requests and answers share: text, moments, positions, areas."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from geo.positions import Datum, LonLat
from layers.areas.records import Area
from layers.districts.records import District

#: The database's text holds any character but this one.
WITHOUT_NUL = r"^[^\x00]*$"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)")
#: The same, and more than white space.
NOT_BLANK = r"^[^\x00]*[^\s\x00][^\x00]*$"
#: Numbers that JSON readers everywhere keep exactly.
LARGEST_WHOLE = 2**53
#: Wider than the earth: only nonsense is refused, what is merely poor is flagged.
WIDEST_ACCURACY_M = 1e8

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=WITHOUT_NUL)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False, examples=[121.8])]
Latitude = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False, examples=[39.1])]
Accuracy = Annotated[
    float,
    Field(
        strict=True,
        ge=0,
        le=WIDEST_ACCURACY_M,
        allow_inf_nan=False,
        description="Radius of the fix in metres; 0 or none means unknown.",
        examples=[12.0],
    ),
]
DatumField = Annotated[
    Datum,
    Field(
        description="What the numbers refer to. Never guessed; only a device for which it was declared leaves it out."
    ),
]


def _whole(value: object) -> object:
    """A number is whole by its value, as JSON has it; true and "5" are no numbers."""
    if isinstance(value, bool | str):
        raise ValueError("give a whole number")  # noqa: TRY004 - what pydantic tells the sender
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)


def _written(value: object) -> object:
    """Numbers are no moments: only text with a date, a time and an offset is."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("give a time with its offset, such as 2026-11-22T08:30:00+08:00")
    return value


def _plausible(value: AwareDatetime) -> AwareDatetime:
    if not 1970 < value.year < 2200:
        raise ValueError("give a time between 1971 and 2199")
    return value


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written),
    AfterValidator(_plausible),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-22T08:30:00+08:00"]}),
]


class Given(BaseModel):
    """A body or part of one: a field that is not declared is refused."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """An answer or part of one."""


class Position(Told):
    """A position in the storage datum (WGS 84, numerically CGCS2000)."""

    lon: float
    lat: float

    @classmethod
    def of(cls, position: LonLat) -> Position:
        """The position, to about a centimetre."""
        return cls(lon=round(position.lon, 7), lat=round(position.lat, 7))


class AreaRef(Told):
    """An area by its level, code and name."""

    level: str = Field(examples=["grid"])
    code: str = Field(examples=["210213001001001"])
    name: str = Field(examples=["第001网格"])

    @classmethod
    def of(cls, area: Area, district: District) -> AreaRef:
        """The area, its level named as the district names it."""
        return cls(level=district.levels[area.depth].key, code=area.code, name=area.name)


class Page(Told):
    """What every list ends with."""

    next: str | None = Field(description="Give this as `cursor` for the next page; null at the end.")


def as_json(told: Told) -> bytes:
    """The answer's bytes."""
    text: Any = told.model_dump_json()
    return str(text).encode()
