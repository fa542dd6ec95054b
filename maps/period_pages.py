"""The page of a period's figures: their course, bars of one figure and a table, and what each figure means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote_plus, urlencode

from layers.figures.course_records import Course
from layers.figures.definitions import FIGURES, Figure, fraction
from layers.figures.records import By, PeriodSheet, Row
from layers.figures.steps import StepSize
from maps.course_pages import SAMPLES, Reading, course_charts, name_of, small_charts, small_rows, text_of, unit_of
from maps.pages import fill
from maps.records import Frame
from maps.strings import Language, phrase

#: So many bars at most, the longest first; the table has every row.
MOST_BARS = 40
BAR_STEP_PX = 26
BAR_AREA_PX = 560
Told = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for, in the words of the address; `levels` as pairs of key and name."""

    period: str
    by: str
    level: str
    figure: str
    edition: str
    levels: Sequence[tuple[str, str]]
    step: str = ""
    area: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: a name, and the figures as text."""

    name: str
    href: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the drawing: where it begins from above and how long it is, in pixels."""

    name: str
    text: str
    y_px: int
    width_px: float


def period_page(frame: Frame, choice: Choice, sheet: PeriodSheet, course: Course) -> str:
    """The page, in the frame's language."""
    language = frame.language
    shown = FIGURES[choice.figure]
    told = [(one, sheet.figures(one.counted)) for one in sheet.rows]
    bars = _bars(told, shown, language)
    leads = _row_leads(frame, choice)
    return fill(
        "figures.html",
        language,
        frame=frame,
        forms=True,
        choice=choice,
        by_all=[(one.value, phrase(f"figures.by_{one.value}", language)) for one in By],
        steps_all=[(one, phrase(f"figures.step_{one or 'auto'}", language)) for one in ("", *StepSize)],
        heads=[(one.key, name_of(one, language), unit_of(one, language)) for one in FIGURES.values()],
        heads_short=[(one.key, name_of(one, language)) for one in FIGURES.values()],
        lines=[Line(name_of(one, language), leads(one.code), _cells(figures)) for one, figures in told],
        elsewhere=_cells(sheet.figures(sheet.elsewhere)),
        total=_cells(sheet.figures(sheet.total)),
        drawn=f"{name_of(shown, language)} ({unit_of(shown, language)})",
        bars=bars,
        height_px=len(bars) * BAR_STEP_PX,
        definitions=[
            (one.key, name_of(one, language), *fraction(one, language), _note(one, language), one.times)
            for one in FIGURES.values()
        ],
        csv_href=_sheet_address("/api/v1/figures.csv", frame, choice),
        switch=_page_address(frame, choice, lang="en" if language == "zh" else "zh"),
        **_course_parts(frame, choice, sheet, course),
    )


def _course_parts(frame: Frame, choice: Choice, sheet: PeriodSheet, course: Course) -> dict[str, object]:
    """What the page says of the course."""
    language, key = frame.language, choice.figure
    reading = Reading(frame, course, _narrowing(frame, choice, course))
    rows = {one.code: one.counted for one in sheet.rows}
    # The sheet is of everything: where the course is not, what its steps come to, without the median.
    whole = {
        one.code: course.whole(line) if choice.area or choice.kind else rows[one.code]
        for one, line in course.lines.items()
    }
    told = {code: text_of(FIGURES[key], course.figures(counted)[key]) for code, counted in whole.items()}
    leads = _row_leads(frame, choice)
    of = [name_of(one, language) for one in (course.area_named, course.kind) if one is not None]
    return {
        "charts": course_charts(reading, key),
        "marks": SAMPLES,
        "smalls": small_charts(reading, key, {code: leads(code) for code in told}, told),
        "small_rows": small_rows(reading, key),
        "course_of": " · ".join(of),
        "first": course.asked.period.first,
        "last": course.asked.period.last,
        "everything": _page_address(frame, replace(choice, area="", kind="")),
        "is_cut": not all(one.whole for one in course.steps),
    }


def _narrowing(frame: Frame, choice: Choice, course: Course) -> Mapping[str, str] | None:
    """How lists of reports are narrowed as the course is; None for a group of kinds, by which none can be."""
    if course.kind is not None and course.kind.is_group:
        return None
    level, _, code = choice.area.partition(":")
    area = {"level": level, "area": code, "edition": choice.edition} if code else {}
    asked = {"district": frame.district or "", "kind": choice.kind, **area}
    return {key: value for key, value in asked.items() if value}


def _note(figure: Figure, language: Language) -> str:
    return figure.note if language == "zh" else figure.note_en


def _row_leads(frame: Frame, choice: Choice) -> Callable[[str], str]:
    """By the code of a row, the same page with the course of that row; of a unit there is none."""
    if choice.by == By.UNIT:
        return lambda _: ""
    if choice.by == By.AREA:
        page = f"{_page_address(frame, replace(choice, area=''))}&area={quote_plus(choice.level)}%3A"
    else:
        page = f"{_page_address(frame, replace(choice, kind=''))}&kind="
    return lambda code: f"{page}{quote_plus(code)}#course"


def _sheet_address(path: str, frame: Frame, choice: Choice, **more: str) -> str:
    asked = {"district": frame.district, "period": choice.period, "by": choice.by, "edition": choice.edition}
    asked |= {"level": choice.level if choice.by == By.AREA else None, **more}
    return f"{path}?{urlencode({key: value for key, value in asked.items() if value})}"


def _page_address(frame: Frame, choice: Choice, lang: str | None = None) -> str:
    kept = {"step": choice.step, "area": choice.area, "kind": choice.kind, "lang": lang or frame.language}
    return _sheet_address("/figures", frame, choice, figure=choice.figure, **kept)


def _cells(figures: Told) -> tuple[str, ...]:
    return tuple(text_of(one, figures[one.key]) for one in FIGURES.values())


def _bars(told: Sequence[tuple[Row, Told]], shown: Figure, language: Language) -> list[Bar]:
    values = [(one, figures[shown.key]) for one, figures in told]
    known = sorted(((value, one) for one, value in values if value is not None), key=lambda pair: -pair[0])[:MOST_BARS]
    longest = max((value for value, _ in known), default=0) or 1
    return [
        Bar(name_of(one, language), text_of(shown, value), place * BAR_STEP_PX, round(value / longest * BAR_AREA_PX, 1))
        for place, (value, one) in enumerate(known)
    ]
