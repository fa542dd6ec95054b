"""The wall of the command centre: figures that are read from afar, a map, what happened last (maps/static/js/wall)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from layers.districts.records import District
from layers.reports.journal import ENTRY_FACTS
from layers.workload.metrics import METRICS, metric_named
from maps.console import OPTIONS, in_page
from maps.pages import fill
from maps.palettes import NO_DATA_FILL, NO_DATA_HATCH, PALETTES, ZERO
from maps.strings import LANG_ATTRIBUTE, Language, catalogue
from maps.workload import metric_facts

MAP = "wall-map"


@dataclass(frozen=True, slots=True)
class WallFacts:
    """What the wall shows: a figure, how long each area stays, and the addresses of outlines by level."""

    district: District
    metric: str
    seconds: int
    outlines: Mapping[str, str]


def wall_page(facts: WallFacts, language: Language) -> str:
    """The page; everything in it that changes is fetched by its modules, and nothing of it is personal.

    Raises `UnknownMetric`.
    """
    other: Language = "en" if language == "zh" else "zh"
    district, metric = facts.district, metric_named(facts.metric)
    return fill(
        "wall.html",
        language,
        district=district.name if language == "zh" else district.name_en,
        metric=metric.name if language == "zh" else metric.name_en,
        map=MAP,
        map_options=orjson.dumps(OPTIONS).decode(),
        config=in_page(_config(facts, language)),
        other=other,
        other_lang=LANG_ATTRIBUTE[other],
    )


def _config(facts: WallFacts, language: Language) -> dict[str, Any]:
    district, levels = facts.district, facts.district.levels
    strings: dict[str, str] = {}
    for prefix in ("wall.", "map.", "entry."):
        strings |= catalogue(language, prefix)
    return {
        "language": language,
        "district": {"zh": district.name, "en": district.name_en, "code": district.code},
        "timeZone": district.time_zone,
        "upper": levels[min(1, len(levels) - 1)].key,
        "lower": levels[min(2, len(levels) - 1)].key,
        "metric": facts.metric,
        "metrics": [metric_facts(one) for one in METRICS.values()],
        "palette": PALETTES["lagoon"],
        "zero": ZERO,
        "noData": {"fill": NO_DATA_FILL, "hatch": NO_DATA_HATCH},
        "strings": strings,
        "outlines": dict(facts.outlines),
        "eventTypes": sorted({kind for kind, _ in ENTRY_FACTS}),
        "map": MAP,
        "seconds": facts.seconds,
    }
