"""The dispatcher's console: one page with map, queues and report, drawn in the browser (maps/static/js/console)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from markupsafe import Markup

from layers.access.permissions import Action, may
from layers.actors import Role
from layers.districts.records import District
from layers.reports.journal import ENTRY_FACTS
from layers.reports.purposes import READABLE
from layers.reports.steps.requests import OUTCOMES, SATISFIED
from layers.roster.records import LookPurpose
from layers.workload.metrics import METRICS
from maps.base_map import BaseMap
from maps.pages import fill
from maps.palettes import NO_DATA_FILL, NO_DATA_HATCH, PALETTES, ZERO
from maps.strings import LANG_ATTRIBUTE, Language, catalogue
from maps.workload import metric_facts

MAP = "console-map"
OPTIONS = {
    "crs": "EPSG3857",
    "preferCanvas": True,
    "zoomControl": False,
    "attributionControl": False,
    "maxZoom": 19,
    "zoomSnap": 0.25,
    "wheelPxPerZoomLevel": 120,
    "center": [0, 0],
    "zoom": 9,
}
#: In how many seconds a day can be played through.
SPEEDS = (30, 60, 120)
#: Of the whole catalogue, what the console says.
SAID = (
    *("console.", "map.", "status.", "step.", "reason.", "outcome.", "satisfied.", "field.", "clock.", "role."),
    *(
        "for.",
        "against.",
        "unit.",
        "purpose.",
        "data.",
        "entry.",
        "taken.",
        "work.personal",
        "work.photos",
        "work.no_photos",
    ),
)


@dataclass(frozen=True, slots=True)
class ConsoleFacts:
    """For whom the page is: where, in what role. `outlines`: their address by level."""

    district: District
    role: Role
    sees_figures: bool
    outlines: Mapping[str, str]
    edition_number: int
    base_map: BaseMap | None = None


def console_page(facts: ConsoleFacts, language: Language) -> str:
    """The page; everything in it that changes is fetched by its modules."""
    other: Language = "en" if language == "zh" else "zh"
    district = facts.district
    return fill(
        "console.html",
        language,
        district=district.name if language == "zh" else district.name_en,
        code=district.code,
        base_map=facts.base_map is not None,
        files=may(facts.role, Action.FILE_REPORT),
        sees_figures=facts.sees_figures,
        speeds=SPEEDS,
        positions=may(facts.role, Action.READ_POSITIONS),
        purposes=[one.value for one in LookPurpose],
        map=MAP,
        map_options=orjson.dumps(OPTIONS).decode(),
        config=in_page(_config(facts, language)),
        other=other,
        other_lang=LANG_ATTRIBUTE[other],
    )


def _config(facts: ConsoleFacts, language: Language) -> dict[str, Any]:
    district = facts.district
    strings: dict[str, str] = {}
    for prefix in SAID:
        strings |= catalogue(language, prefix)
    return {
        "language": language,
        "district": {"zh": district.name, "en": district.name_en, "code": district.code},
        "timeZone": district.time_zone,
        "levels": [{"key": one.key, "zh": one.name, "en": one.name_en} for one in district.levels],
        "metrics": [metric_facts(one) for one in METRICS.values()],
        "palette": PALETTES["lagoon"],
        "zero": ZERO,
        "noData": {"fill": NO_DATA_FILL, "hatch": NO_DATA_HATCH},
        "strings": strings,
        "lists": {"outcome": sorted(OUTCOMES), "satisfied": sorted(SATISFIED)},
        "outlines": dict(facts.outlines),
        "edition": facts.edition_number,
        "eventTypes": sorted({kind for kind, _ in ENTRY_FACTS} | {"gone"}),
        "map": MAP,
        "baseMap": facts.base_map.facts if facts.base_map else None,
        "files": may(facts.role, Action.FILE_REPORT),
        "mayAssign": may(facts.role, Action.HAND_OVER),
        "readFor": [purpose.value for role, purpose in READABLE if role == facts.role],
        "seesFigures": facts.sees_figures,
    }


def in_page(config: dict[str, Any]) -> Markup:
    """JSON inside the page; `<` escaped, so that no text can end the element."""
    return Markup(orjson.dumps(config).decode().replace("<", "\\u003c"))  # noqa: S704 - escaped here # nosec B704
