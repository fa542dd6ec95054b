"""The workload map: a folium choropleth whose outlines and figures travel apart, and the same as one file.

page  ──►  outlines  (immutable URL, once per edition)        ┐
      ──►  figures   (small JSON, again every `refresh_s`)    ┴►  drawn in the browser (maps/static/js)

file  =    page + outlines + figures of every metric, in one HTML file that needs no server
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from layers.workload.metrics import METRICS, Metric, metric_named
from layers.workload.records import WorkloadSheet
from maps.breaks import MAX_CLASSES, METHODS
from maps.figures import ClassChoice, breaks_of, figures_json
from maps.modules import one_script
from maps.offline import Delivery, OfflineFigure, OfflineMap, Verbatim, inline_css, stylesheet
from maps.outlines import Outlines
from maps.pages import STATIC, STATIC_URL, fill
from maps.palettes import NO_DATA_FILL, NO_DATA_HATCH, PALETTES, ZERO, PaletteName
from maps.refusals import UnmatchedOutlines
from maps.strings import LANG_ATTRIBUTE, LANGUAGES, Language, catalogue, phrase

_STYLES = ("css/tokens.css", "css/workload.css")
_ENTRY = "workload_page"
_EVERY_NUMBER = range(3, MAX_CLASSES + 1)


@dataclass(frozen=True, slots=True)
class LevelLink:
    """Another level of the same district, and the address of its map."""

    key: str
    name: str
    name_en: str
    href: str


@dataclass(frozen=True, slots=True)
class MapLook:
    """How the map is shown, whatever it shows."""

    language: Language = "zh"
    palette: PaletteName = "lagoon"
    #: Inside another page: without header and table.
    embedded: bool = False


def workload_page(  # noqa: PLR0913 - every address of the page is named by the caller
    sheet: WorkloadSheet,
    *,
    metric: str,
    choice: ClassChoice,
    outlines_url: str,
    figures_url: str,
    look: MapLook | None = None,
    levels: Sequence[LevelLink] = (),
    home_url: str | None = None,
    file_url: str | None = None,
    refresh_s: int = 60,
) -> str:
    """The page of the map. The browser asks `figures_url` for `figures_json`, adding to its query the choice as
    `metric`, `breaks` and `classes` or `limits`; `refresh_s` 0 asks once. The figures of `sheet` are not used.

    Raises `UnknownMetric`, `UnusableClasses`.
    """
    look = look or MapLook()
    breaks_of((), metric, choice)  # the figures come later, and would be refused then
    links = {"outlinesUrl": outlines_url, "figuresUrl": figures_url, "refreshS": refresh_s}
    body = {"levels": levels, "home_url": home_url, "file_url": file_url}
    return _page(sheet, metric, choice, look, delivery="linked", settings=links, body=body)


def workload_file(
    sheet: WorkloadSheet,
    outlines: Outlines,
    *,
    metric: str,
    choice: ClassChoice,
    look: MapLook | None = None,
) -> str:
    """The same map as one HTML file, with the figures of every metric by every method.

    Raises `UnmatchedOutlines` where outlines and sheet hold other areas, `UnknownMetric`, `UnusableClasses`.
    """
    look = look or MapLook()
    figures = figures_json(sheet, shown=_every_choice(metric, choice))
    drawn, told = orjson.loads(outlines.body)["order"], orjson.loads(figures)["order"]
    if drawn != told:
        raise UnmatchedOutlines(
            f"The outlines hold other areas than the figures of edition {sheet.edition_number}.",
            field="outlines",
            value=drawn,
            remedy="Take outlines and figures of the same level and edition.",
        )
    parts = {"outlines": outlines.body, "figures": figures}
    return _page(sheet, metric, choice, look, delivery="inline", settings={"refreshS": 0}, body={}, parts=parts)


def _every_choice(metric: str, choice: ClassChoice) -> Iterable[tuple[str, ClassChoice]]:
    for key in METRICS:
        for method in METHODS:
            if method != "fixed":
                yield from ((key, ClassChoice(method, classes)) for classes in _EVERY_NUMBER)
    if choice.method == "fixed" or choice.classes not in _EVERY_NUMBER:
        yield metric, choice


def _page(
    sheet: WorkloadSheet,
    metric: str,
    choice: ClassChoice,
    look: MapLook,
    *,
    delivery: Delivery,
    settings: dict[str, Any],
    body: dict[str, Any],
    parts: dict[str, bytes] | None = None,
) -> str:
    chosen = metric_named(metric)
    area_map = OfflineMap(tiles=None, prefer_canvas=True, zoom_control=False, attributionControl=False, max_zoom=19)
    area_map.options.update({"zoomSnap": 0.25, "wheelPxPerZoomLevel": 120})
    shown = {"metric": metric, "language": look.language, **asdict(choice)}
    levels: Sequence[LevelLink] = body.get("levels", ())
    config = {
        **_facts(sheet, levels, look),
        **settings,
        "map": area_map.get_name(),
        "chosen": shown,
        "embedded": look.embedded,
    }
    figure = OfflineFigure(
        delivery=delivery,
        title=_title(sheet, chosen, look.language),
        lang=LANG_ATTRIBUTE[look.language],
        ending=_script(delivery),
    )
    for name, text in _head(delivery, settings).items():
        figure.header.add_child(Verbatim(text), name=name)
    filled = {"home_url": None, "file_url": None, "levels": (), **body, "district": _district(sheet, look.language)}
    figure.html.add_child(Verbatim(fill("workload.html", look.language, **filled)))
    for name, carried in {"config": orjson.dumps(config), **(parts or {})}.items():
        figure.html.add_child(Verbatim(_json_block(name, carried)), name=name)
    figure.add_child(area_map)
    return figure.render()


def _facts(sheet: WorkloadSheet, levels: Sequence[LevelLink], look: MapLook) -> dict[str, Any]:
    """What the browser must know of the sheet, the metrics and the colours."""
    return {
        "district": {"zh": sheet.district_name, "en": sheet.district_name_en},
        "timeZone": sheet.time_zone,
        "level": {"key": sheet.level_key, "zh": sheet.level_name, "en": sheet.level_name_en},
        "levels": [{"key": at.key, "zh": at.name, "en": at.name_en, "href": at.href} for at in levels],
        "metrics": [metric_facts(metric) for metric in METRICS.values()],
        "palette": PALETTES[look.palette],
        "zero": ZERO,
        "noData": {"fill": NO_DATA_FILL, "hatch": NO_DATA_HATCH},
        "strings": {language: catalogue(language, "map.") for language in LANGUAGES},
    }


def metric_facts(metric: Metric) -> dict[str, Any]:
    """A metric as the browser knows it."""
    return {
        "key": metric.key,
        "name": {"zh": metric.name, "en": metric.name_en},
        "unit": {"zh": metric.unit, "en": metric.unit_en},
        "noneMeans": {"zh": metric.none_means, "en": metric.none_means_en},
        "decimals": metric.decimals,
        "numerator": metric.numerator,
        "denominator": metric.denominator,
        "times": metric.times,
        "summable": metric.summable,
    }


def _district(sheet: WorkloadSheet, language: Language) -> str:
    return sheet.district_name if language == "zh" else sheet.district_name_en


def _title(sheet: WorkloadSheet, metric: Metric, language: Language) -> str:
    name = metric.name if language == "zh" else metric.name_en
    return f"{_district(sheet, language)} · {name} · {phrase('map.title', language)}"


def _head(delivery: Delivery, settings: dict[str, Any]) -> dict[str, str]:
    if delivery == "inline":
        styles = {style: f"<style>{inline_css(STATIC / style)}</style>" for style in _STYLES}
        return {**styles, "icon": '<link rel="icon" href="data:,">'}
    linked = {style: stylesheet(STATIC_URL + style) for style in _STYLES}
    outlines = fill("preload.html", "zh", url=settings["outlinesUrl"])
    return {**linked, "icon": f'<link rel="icon" href="{STATIC_URL}icon.svg">', "outlines": outlines}


def _script(delivery: Delivery) -> str:
    if delivery == "inline":
        text = one_script(STATIC / "js", _ENTRY).replace("</script", "<\\/script")
        return f"<script>\n{text}\n</script>\n"
    return f'<script type="module" src="{STATIC_URL}js/{_ENTRY}.js"></script>\n'


def _json_block(name: str, carried: bytes) -> str:
    """JSON inside the page; `<` escaped, so that no text can end the element."""
    text = re.sub("<", r"\\u003c", carried.decode("utf-8"))
    return f'<script type="application/json" id="{name}-json">{text}</script>'
