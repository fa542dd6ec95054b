"""The page of a period's figures: a table, bars of one figure drawn on the server, and what each figure means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from layers.figures.definitions import FIGURES, Figure, fraction
from layers.figures.records import By, Counted, PeriodSheet
from maps.pages import fill
from maps.records import Frame
from maps.strings import Language, phrase

#: So many bars at most, the longest first; the table has every row.
MOST_BARS = 40
BAR_STEP_PX = 26
BAR_AREA_PX = 560
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for, in the words of the address; `levels` as pairs of key and name."""

    period: str
    by: str
    level: str
    figure: str
    edition: str
    levels: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: a name, and the figures as text."""

    code: str
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the drawing: where it begins from above and how long it is, in pixels."""

    name: str
    text: str
    y_px: int
    width_px: float


def period_page(frame: Frame, choice: Choice, sheet: PeriodSheet) -> str:
    """The page, in the frame's language."""
    language = frame.language
    shown = FIGURES[choice.figure]
    bars = _bars(sheet, shown, language)
    return fill(
        "figures.html",
        language,
        frame=frame,
        forms=True,
        choice=choice,
        by_all=[(one.value, phrase(f"figures.by_{one.value}", language)) for one in By],
        heads=[(one.key, _name(one, language), _unit(one, language)) for one in FIGURES.values()],
        heads_short=[(one.key, _name(one, language)) for one in FIGURES.values()],
        lines=[Line(one.code, name(one, language), _cells(sheet, one.counted)) for one in sheet.rows],
        elsewhere=_cells(sheet, sheet.elsewhere),
        total=_cells(sheet, sheet.total),
        drawn=f"{_name(shown, language)} ({_unit(shown, language)})",
        bars=bars,
        height_px=len(bars) * BAR_STEP_PX,
        definitions=[
            (one.key, _name(one, language), *fraction(one, language), _note(one, language), one.times)
            for one in FIGURES.values()
        ],
        csv_href=_address("/api/v1/figures.csv", frame, choice, {}),
        switch=_address("/figures", frame, choice, {"lang": "en" if language == "zh" else "zh"}),
    )


def name(row: object, language: Language) -> str:
    """The name of a row in a language."""
    return str(getattr(row, "name" if language == "zh" else "name_en"))


def _name(figure: Figure, language: Language) -> str:
    return name(figure, language)


def _unit(figure: Figure, language: Language) -> str:
    return figure.unit if language == "zh" else figure.unit_en


def _note(figure: Figure, language: Language) -> str:
    return figure.note if language == "zh" else figure.note_en


def _address(path: str, frame: Frame, choice: Choice, more: Mapping[str, str]) -> str:
    asked = {"district": frame.district, "period": choice.period, "by": choice.by, "edition": choice.edition}
    asked |= {"level": choice.level if choice.by == By.AREA else None}
    if more:
        asked |= {"figure": choice.figure, **more}
    return f"{path}?{urlencode({key: value for key, value in asked.items() if value})}"


def _cells(sheet: PeriodSheet, counted: Counted) -> tuple[str, ...]:
    figures = sheet.figures(counted)
    return tuple(_text(one, figures[one.key]) for one in FIGURES.values())


def _text(figure: Figure, value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.{figure.decimals}f}"


def _bars(sheet: PeriodSheet, shown: Figure, language: Language) -> list[Bar]:
    values = [(one, sheet.figures(one.counted)[shown.key]) for one in sheet.rows]
    known = sorted(((value, one) for one, value in values if value is not None), key=lambda pair: -pair[0])[:MOST_BARS]
    longest = max((value for value, _ in known), default=0) or 1
    return [
        Bar(name(one, language), _text(shown, value), place * BAR_STEP_PX, round(value / longest * BAR_AREA_PX, 1))
        for place, (value, one) in enumerate(known)
    ]
