"""What a workload map shows, as a sheet of A3: title, legend with counts, date, edition, scale bar, north."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from geo.outlines import simplify
from geo.positions import Bounds, LonLat
from layers.workload.metrics import Metric, metric_named
from layers.workload.records import WorkloadSheet
from maps.breaks import NO_DATA, ClassBreaks, classify
from maps.drawn import Drawing, Frame, Shape, labels, shape
from maps.figures import ClassChoice, as_carried, metric_breaks
from maps.outlines import AreaOutline
from maps.pages import fill
from maps.palettes import NO_DATA_FILL, colours
from maps.strings import Language, phrase
from maps.wording import number_text, range_texts

WIDTH_MM, HEIGHT_MM = 316.0, 246.0
LABEL_MM = 2.7
#: With more areas than this, their borders are drawn finer, so that the colours are seen.
MOST_BOLD = 600
#: A border may move by this much on paper.
TOLERANCE_MM = 0.12


@dataclass(frozen=True, slots=True)
class PrintedArea:
    """An area that is drawn, and the code of what it is a part of: parts are parted by a stronger line."""

    outline: AreaOutline
    part: str


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A class of the legend."""

    colour: str
    range: str
    count: str


def view_page(
    sheet: WorkloadSheet,
    areas: Sequence[PrintedArea],
    *,
    metric: str,
    choice: ClassChoice,
    where: str,
    language: Language,
) -> str:
    """The sheet as HTML for paper. Classes are made of the whole level, so that a part compares with the whole.

    `areas` are those of the sheet that are drawn, `where` the name of what they make up. Raises `UnknownMetric`,
    `UnusableClasses`.
    """
    carried, chosen = as_carried(sheet), metric_named(metric)
    made = metric_breaks(carried, metric, choice)
    values = dict(zip(carried.figures.codes, carried.figures.values(metric), strict=True))
    shown = {one.outline.code: values.get(one.outline.code) for one in areas}
    classes = dict(zip(shown, classify(shown.values(), made), strict=True))
    fills = colours("lagoon", made.classes, zero_class=made.zero_class)
    name = chosen.name if language == "zh" else chosen.name_en
    title = f"{sheet.district_name if language == 'zh' else sheet.district_name_en} · {name}"
    level = sheet.level_name if language == "zh" else sheet.level_name_en.lower()
    return fill(
        "paper/view.html",
        language,
        paper="A3 landscape",
        title=title,
        foot=title.replace('"', "'"),
        where=where,
        as_of=sheet.as_of.astimezone(ZoneInfo(sheet.time_zone)).strftime("%Y-%m-%d %H:%M"),
        edition=sheet.edition_number,
        counted=phrase("map.count", language, count=f"{len(areas):,}", level=level),
        metric=name,
        unit=_unit(chosen, list(shown.values()), language),
        classes=_legend(made, chosen, list(classes.values()), fills, language),
        map=_drawing(areas, classes, fills),
    )


def _unit(metric: Metric, shown: list[float | None], language: Language) -> str:
    unit = metric.unit if language == "zh" else metric.unit_en
    if not metric.summable:
        return unit
    total = sum(value for value in shown if value is not None)
    return phrase("map.total", language, total=number_text(total), unit=unit)


def _legend(
    made: ClassBreaks, metric: Metric, classes: list[int], fills: Sequence[str], language: Language
) -> list[LegendRow]:
    counts = [classes.count(nth) for nth in range(made.classes)]
    ranges = range_texts(made, metric)
    rows = [LegendRow(*one) for one in zip(fills, ranges, (f"{n:,}" for n in counts), strict=True)]
    means = metric.none_means if language == "zh" else metric.none_means_en
    text = " · ".join(filter(None, [phrase("map.no_data", language), means]))
    return [*rows, LegendRow(NO_DATA_FILL, text, f"{classes.count(NO_DATA):,}")]


def _drawing(areas: Sequence[PrintedArea], classes: dict[str, int], fills: Sequence[str]) -> Drawing:
    polygons = np.array([one.outline.polygon for one in areas], dtype=object)
    box = Bounds(*shapely.total_bounds(polygons).tolist()) if len(areas) else Bounds(0, 0, 1, 1)
    frame = Frame.around(box, WIDTH_MM, HEIGHT_MM)
    drawn = simplify(polygons, frame.degrees_per_mm * TOLERANCE_MM) if len(areas) else polygons
    by_class: dict[int, list[shapely.Geometry]] = {}
    for one, polygon in zip(areas, drawn.tolist(), strict=True):
        by_class.setdefault(classes[one.outline.code], []).append(polygon)
    line = "area" if len(areas) <= MOST_BOLD else "fine"
    shapes = [
        shape(frame, members, "none" if nth == NO_DATA else line, None if nth == NO_DATA else fills[nth])
        for nth, members in sorted(by_class.items())
    ]
    named = [(one.outline.name, LonLat(*one.outline.label)) for one in areas]
    return Drawing(frame, (*shapes, *_above(frame, areas, drawn)), labels(frame, named, drawn, LABEL_MM))


def _above(frame: Frame, areas: Sequence[PrintedArea], drawn: np.ndarray) -> list[Shape]:
    """The borders of the parts, a little stronger, where there are several."""
    parts: dict[str, list[shapely.Geometry]] = {}
    for one, polygon in zip(areas, drawn.tolist(), strict=True):
        parts.setdefault(one.part, []).append(polygon)
    if not 1 < len(parts) < len(areas):
        return []
    return [shape(frame, [shapely.union_all(members) for members in parts.values()], "above")]
