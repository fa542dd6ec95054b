"""Limits of clocks: an amount of one of four units, read from what spreadsheets hold, written in one form only."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from layers.refusals import Refusal


class Unit(StrEnum):
    """What a limit counts."""

    #: 紧急工作时: hours, day and night.
    URGENT_HOURS = "urgent_hours"
    #: 工作时: hours within working time.
    WORKING_HOURS = "working_hours"
    #: 工作日: as many working hours as a working day has.
    WORKING_DAYS = "working_days"
    #: 自然日: days of the calendar, by the clock on the wall.
    DAYS = "days"


class BadLimit(Refusal):
    """A limit that cannot be read as a whole."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So much of a unit; more than nothing."""

    amount: Decimal
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.unit.value}"


#: As people write them; the first one that fits counts, so the longer words come first.
WORDS: dict[str, Unit] = {
    "紧急工作小时": Unit.URGENT_HOURS,
    "紧急工作时": Unit.URGENT_HOURS,
    "工作小时": Unit.WORKING_HOURS,
    "工作时": Unit.WORKING_HOURS,
    "个工作日": Unit.WORKING_DAYS,
    "工作日": Unit.WORKING_DAYS,
    "个自然日": Unit.DAYS,
    "自然日": Unit.DAYS,
    **{unit.value: unit for unit in Unit},
}
_LIMIT = re.compile(rf"(\d+(?:\.\d+)?) ?({'|'.join(WORDS)})")
LARGEST = Decimal(10_000)


@lru_cache(maxsize=1024)
def read_limit(text: str) -> Limit:
    """A limit such as `5 working_days`, ` 5工作日` or `２紧急工作时`.

    Raises:
        BadLimit: anything of the text is not understood.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _LIMIT.fullmatch(plain)
    amount = Decimal(found[1]) if found else Decimal(0)
    if found is None or not 0 < amount <= LARGEST:
        raise BadLimit(
            "The limit cannot be read.",
            field="limit",
            value=text,
            remedy="Write an amount and a unit: 2紧急工作时, 4工作时, 5工作日, 3自然日.",
        )
    return Limit(amount, WORDS[found[2]])
