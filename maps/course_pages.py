"""The course of a period on the page of figures: drawings with their tables, and what each leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from layers.figures.course_records import Course
from layers.figures.definitions import FIGURES, MEDIAN, Basis, Figure
from layers.figures.records import Counted
from layers.figures.steps import Step, StepSize, moments
from maps.charts import LARGE, SMALL, Box, Line, Plot, StepName, every_nth, line, place, rungs, rungs_to, shape, spots
from maps.records import Frame
from maps.strings import Language, phrase

NOTHING = "–"
Values = Sequence[float | None]
Row = tuple[str, tuple[str, ...]]
SHARE_RUNGS = (0, 25, 50, 75, 100)
#: The marks of the lines, as the legend shows them.
SAMPLES = tuple(shape(style, 17, 6, LARGE.mark) for style in (1, 2, 3))
#: Names of steps stand so far apart.
STRIDES: Mapping[StepSize, Sequence[int]] = {
    StepSize.DAY: (1, 2, 7, 14, 28, 56, 84),
    StepSize.WEEK: (1, 2, 4, 8, 13, 26, 52),
    StepSize.MONTH: (1, 2, 3, 6, 12, 24, 60),
}
#: What is drawn together: the key of its title, and figures of one unit.
TOGETHER: Sequence[tuple[str, tuple[str, ...]]] = (
    ("flow", ("arrivals", "closed")),
    ("stock", ("open_at_end",)),
    ("on_time", ("on_time_rate",)),
    ("rates", ("response_rate", "resolution_rate", "satisfaction_rate")),
    ("in_grid", ("in_grid_share",)),
)


class HasNames(Protocol):
    """A figure, a row, a kind."""

    @property
    def name(self) -> str:
        """In Chinese."""

    @property
    def name_en(self) -> str:
        """In English."""


class Drawn(NamedTuple):
    """A figure of a drawing: the key of its definition, its name, and the style of its line."""

    key: str
    name: str
    style: int


class Link(NamedTuple):
    """Where a drawing leads to."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, the same in words and as a table, and the lists of reports behind it."""

    key: str
    title: str
    told: str
    figures: tuple[Drawn, ...]
    plot: Plot
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    lists: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Small:
    """One of many drawings of the same figure, one beside the other, on one scale."""

    name: str
    href: str
    whole: str
    told: str
    plot: Plot


@dataclass(frozen=True, slots=True)
class Reading:
    """A course as someone reads it. `narrowed`: how lists of reports are narrowed to what it is of, if they can be."""

    frame: Frame
    course: Course
    narrowed: Mapping[str, str] | None

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self.frame.language

    def values(self, counted: Sequence[Counted], key: str) -> list[float | None]:
        """A figure in each step that has begun: of those to come nothing is known."""
        today = self.frame.now.astimezone(ZoneInfo(self.frame.time_zone)).date()
        told = zip(self.course.steps, counted, strict=True)
        return [self.course.figures(one)[key] if step.first <= today else None for step, one in told]

    def steps(self) -> list[str]:
        """The steps as tables name them."""
        return [step_name(one, self.course.asked.size) for one in self.course.steps]


def course_charts(reading: Reading, figure: str) -> list[Chart]:
    """The drawings of a course, and one of the figure asked for, or where that is drawn already, of the median."""
    drawn = {key for _, keys in TOGETHER for key in keys}
    own = MEDIAN.key if figure in drawn else figure
    together = [(key, phrase(f"figures.course_{key}", reading.language), keys) for key, keys in TOGETHER]
    together.append(("own", name_of(FIGURES[own], reading.language), (own,)))
    return [_chart(reading, key, title, keys) for key, title, keys in together]


def small_charts(reading: Reading, key: str, links: Mapping[str, str], whole: Mapping[str, str]) -> list[Small]:
    """A figure of each line of the course; `links` and `whole`: where they lead and the whole period, by code."""
    lines = {named: reading.values(counted, key) for named, counted in reading.course.lines.items()}
    numbers = _numbers(key, [one for values in lines.values() for one in values])
    found = []
    for named, values in lines.items():
        plot = Plot(SMALL, (_line(reading, SMALL, values, numbers[-1]),), rungs(SMALL, (0, numbers[-1])))
        found.append(
            Small(
                name_of(named, reading.language),
                links.get(named.code, ""),
                whole[named.code],
                _said(reading, key, values),
                plot,
            )
        )
    return found


def small_rows(reading: Reading, key: str) -> list[tuple[str, list[str]]]:
    """The same as a table: a row for each step."""
    lines = [reading.values(counted, key) for counted in reading.course.lines.values()]
    columns = zip(reading.steps(), *lines, strict=True)
    return [(step, [text_of(FIGURES[key], one) for one in values]) for step, *values in columns]


def name_of(one: HasNames, language: Language) -> str:
    """The name in a language."""
    return one.name if language == "zh" else one.name_en


def unit_of(figure: Figure, language: Language) -> str:
    """The unit of a figure."""
    return figure.unit if language == "zh" else figure.unit_en


def text_of(figure: Figure, value: float | None) -> str:
    """A value as it is read."""
    return NOTHING if value is None else f"{value:,.{figure.decimals}f}"


def step_name(step: Step, size: StepSize) -> str:
    """A step as tables name it."""
    if size is StepSize.MONTH and step.whole:
        return f"{step.first:%Y-%m}"
    return f"{step.first}" if step.first == step.last else f"{step.first} – {step.last}"


def _chart(reading: Reading, key: str, title: str, keys: Sequence[str]) -> Chart:
    figures, language = [FIGURES[one] for one in keys], reading.language
    columns = [reading.values(reading.course.counted, one) for one in keys]
    texts = [[text_of(figure, one) for one in column] for figure, column in zip(figures, columns, strict=True)]
    rows = tuple(zip(reading.steps(), zip(*texts, strict=True), strict=True))
    return Chart(
        key=key,
        title=f"{title} ({unit_of(figures[0], language)})",
        told=" ".join(_said(reading, one, column) for one, column in zip(keys, columns, strict=True)),
        figures=tuple(Drawn(one.key, name_of(one, language), nth) for nth, one in enumerate(figures, 1)),
        plot=_plot(reading, keys, columns, rows),
        rows=rows,
        lists=_lists_behind(reading, figures),
    )


def _plot(reading: Reading, keys: Sequence[str], columns: Sequence[Values], rows: Sequence[Row]) -> Plot:
    numbers = _numbers(keys[0], [one for column in columns for one in column])
    names = [name_of(FIGURES[key], reading.language) for key in keys]
    said = [
        f"{step}: {', '.join(f'{name} {text}' for name, text in zip(names, texts, strict=True))}"
        for step, texts in rows
    ]
    return Plot(
        LARGE,
        tuple(_line(reading, LARGE, column, numbers[-1], style) for style, column in enumerate(columns, 1)),
        rungs(LARGE, numbers),
        _step_names(reading, LARGE),
        spots(LARGE, said),
    )


def _line(reading: Reading, box: Box, values: Values, most: float, style: int = 1) -> Line:
    short = frozenset(nth for nth, one in enumerate(reading.course.steps) if not one.whole)
    return line(box, values, most, style=style, short=short)


def _numbers(key: str, values: Values) -> Sequence[int]:
    """The numbers of the grid: shares out of a hundred, all else up to the largest value."""
    largest = max((one for one in values if one is not None), default=0)
    return SHARE_RUNGS if FIGURES[key].unit == "%" else rungs_to(largest)


def _step_names(reading: Reading, box: Box) -> tuple[StepName, ...]:
    steps, size = reading.course.steps, reading.course.asked.size
    months = phrase("figures.months", reading.language).split()
    found: list[StepName] = []
    year = 0
    for nth in every_nth(len(steps), STRIDES[size]):
        first = steps[nth].first
        text = months[first.month - 1] if size is StepSize.MONTH else f"{first:%m-%d}"
        found.append(StepName(place(box, len(steps), nth), text, str(first.year) if first.year != year else ""))
        year = first.year
    return tuple(found)


def _said(reading: Reading, key: str, values: Values) -> str:
    """The drawing in words, for those who hear it."""
    figure, steps = FIGURES[key], reading.steps()
    known = [(value, step) for value, step in zip(values, steps, strict=True) if value is not None]
    places = {"name": name_of(figure, reading.language), "unit": unit_of(figure, reading.language)}
    if not known:
        return phrase("figures.course_nothing", reading.language, name=places["name"])
    ends = {"first": known[0], "last": known[-1], "low": min(known), "high": max(known)}
    for end, (value, step) in ends.items():
        places |= {end: text_of(figure, value), f"{end}_at": step}
    return phrase("figures.course_said", reading.language, **places)


def _lists_behind(reading: Reading, figures: Sequence[Figure]) -> tuple[Link, ...]:
    """The lists of reports that figures look at; of past stock, what is open of it now."""
    if reading.narrowed is None:
        return ()
    begin, *_, end = (one.isoformat() for one in moments(reading.course.steps, ZoneInfo(reading.frame.time_zone)))
    asked = {
        Basis.FILED: {"filed_from": begin, "filed_to": end},
        Basis.CLOSED: {"status": "closed", "closed_from": begin, "closed_to": end},
        Basis.STOCK: {"open": "true", "filed_to": end},
    }
    bases = dict.fromkeys(one.basis for one in figures)
    return tuple(
        Link(
            phrase(f"figures.list_{basis}", reading.language),
            f"/api/v1/reports.csv?{urlencode({**asked[basis], **reading.narrowed})}",
        )
        for basis in bases
    )
