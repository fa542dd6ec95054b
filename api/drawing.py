"""From what a request asks to what `maps/` draws; runs in threads, where folium is loaded at its first use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from api.schemas.maps import MapQuery
from layers.areas.records import Edition
from layers.districts.records import District, Level
from layers.workload.metrics import METRICS, ON_DEMAND
from layers.workload.records import FigureTable, WorkloadSheet
from maps.figures import ClassChoice, figures_json

if TYPE_CHECKING:
    from maps.outlines import Outlines
    from maps.workload import MapLook


def map_page(district: District, edition: Edition, level: Level, query: MapQuery, outlines_name: str) -> bytes:
    """The page of the map; its figures come later and by themselves."""
    from maps.workload import LevelLink, workload_page

    links = [
        LevelLink(one.key, one.name, one.name_en, f"/maps/workload?{address(query, level=one.key)}")
        for one in district.levels
    ]
    outlines_query = "" if query.district is None else f"?{urlencode({'district': query.district})}"
    page = workload_page(
        _empty_sheet(district, edition, level),
        metric=query.metric,
        choice=class_choice(query),
        outlines_url=f"/maps/outlines/{outlines_name}.json{outlines_query}",
        figures_url=f"/maps/figures?{address(query, level=level.key)}",
        look=_look(query),
        levels=links,
        home_url=_home(query),
        file_url=f"/maps/workload.html?{address(query, level=level.key)}",
    )
    return page.encode()


def _home(query: MapQuery) -> str:
    kept = {"district": query.district, "lang": query.lang}
    return "/?" + urlencode({name: value for name, value in kept.items() if value is not None})


def map_file(sheet: WorkloadSheet, outlines: Outlines, query: MapQuery) -> bytes:
    """The same as one file, with all figures."""
    from maps.workload import workload_file

    page = workload_file(sheet, outlines, metric=query.metric, choice=class_choice(query), look=_look(query))
    return page.encode()


def map_figures(sheet: WorkloadSheet, query: MapQuery) -> bytes:
    """The figures alone. Quantiles of the other figures go along: they are cheap, and spare the next question."""
    choice = class_choice(query)
    beside = [one for one in METRICS.values() if one.key != query.metric and one.numerator not in ON_DEMAND]
    others = [(one.key, choice) for one in beside if choice.method == "quantile"]
    return figures_json(sheet, shown=[(query.metric, choice), *others])


def class_choice(query: MapQuery) -> ClassChoice:
    """How the figures are classed."""
    limits = tuple(float(one) for one in query.limits.split(",")) if query.limits else ()
    return ClassChoice(query.breaks, query.classes, limits)


def address(query: MapQuery, *, level: str) -> str:
    """The district and edition of a query and a level, as parameters; the browser adds what the reader chooses."""
    kept = {"district": query.district, "edition": query.edition, "level": level, "lang": query.lang}
    return urlencode({name: value for name, value in kept.items() if value is not None})


def _look(query: MapQuery) -> MapLook:
    from maps.workload import MapLook

    return MapLook(language=query.lang, embedded=query.embedded == "true")


def _empty_sheet(district: District, edition: Edition, level: Level) -> WorkloadSheet:
    return WorkloadSheet(
        district_name=district.name,
        district_name_en=district.name_en,
        level_key=level.key,
        level_name=level.name,
        level_name_en=level.name_en,
        edition_number=edition.number,
        # The page shows the moment of its figures, which it loads itself.
        as_of=edition.effective_at or datetime.fromtimestamp(0, UTC),
        time_zone=district.time_zone,
        figures=FigureTable.of(()),
    )
