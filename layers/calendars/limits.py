"""Limits of clocks: an amount of one of four units, read from what spreadsheets hold, written in one form only.

What may be meant in two ways is refused with both of them: 3天 are working days to one office and days of the calendar
to the next, 24小时 are three working days or one night.
"""

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


LARGEST = Decimal(10_000)
HALF = Decimal("0.5")
REMEDY = "Write an amount and a unit: 2紧急工作时, 4工作时, 5工作日, 3自然日."


@dataclass(frozen=True, slots=True)
class Limit:
    """So much of a unit; more than nothing, at most `LARGEST`."""

    amount: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        if not 0 < self.amount <= LARGEST:
            raise BadLimit(
                f"A limit is more than 0 and at most {LARGEST:,}.", field="limit", value=str(self), remedy=REMEDY
            )

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.unit.value}"


#: As people write them, between an amount and the end; the longer words come first.
WORDS: dict[str, Unit] = {
    "紧急工作小时": Unit.URGENT_HOURS,
    "紧急工作时": Unit.URGENT_HOURS,
    "工作小时": Unit.WORKING_HOURS,
    "工作时": Unit.WORKING_HOURS,
    "工作日": Unit.WORKING_DAYS,
    "自然日": Unit.DAYS,
    **{unit.value: unit for unit in Unit},
    **{unit.value.replace("_", " "): unit for unit in Unit},
    **{unit.value.removesuffix("s").replace("_", " "): unit for unit in Unit},
}
#: Words that two units go by, with what to write instead.
AMBIGUOUS: dict[str, str] = {
    **dict.fromkeys(("天", "日"), "{n}工作日 (working days) or {n}自然日 (days of the calendar)"),
    **dict.fromkeys(("小时", "时", "h", "hour", "hours"), "{n}工作时 (working hours) or {n}紧急工作时 (day and night)"),
}
_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"两": 2}
#: 5, 1.5, 半, 五, 十五, 一个半.
_NUMERAL = r"[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
_AMOUNT = rf"(?P<digits>\d+(?:\.\d+)?)|(?P<half>半)|(?P<numeral>{_NUMERAL})(?P<more>个半)?"
_UNITS = "|".join((*WORDS, *AMBIGUOUS))
_LIMIT = re.compile(rf"(?:{_AMOUNT}) ?个?(?P<unit>{_UNITS})(?:[以之]?内)?")


@lru_cache(maxsize=1024)
def read_limit(text: str) -> Limit:
    """A limit such as `5 working_days`, ` 5工作日`, `２紧急工作时`, `五个工作日内` or `半个工作日`.

    Raises:
        BadLimit: anything of the text is not understood, or may be meant in two ways.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _LIMIT.fullmatch(plain)
    amount = _amount(found) if found else Decimal(0)
    if found is None or not 0 < amount <= LARGEST:
        raise BadLimit("The limit cannot be read.", field="limit", value=text, remedy=REMEDY)
    unit = found["unit"]
    if unit in AMBIGUOUS:
        either = AMBIGUOUS[unit].format(n=f"{amount.normalize():f}")
        raise BadLimit(
            f"The limit may be meant in two ways: {unit}.", field="limit", value=text, remedy=f"Write {either}."
        )
    return Limit(amount, WORDS[unit])


def _amount(found: re.Match[str]) -> Decimal:
    if found["digits"]:
        return Decimal(found["digits"])
    if found["half"]:
        return HALF
    tens, ten, ones = found["numeral"].rpartition("十")
    whole = (_DIGITS.get(tens, 1) if ten else 0) * 10 + _DIGITS.get(ones, 0)
    return whole + (HALF if found["more"] else Decimal(0))
