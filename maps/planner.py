"""The planner's page: plans, a map to redraw grids on, and what would follow (maps/static/js/planner)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from layers.access.permissions import Action, may
from layers.actors import Role
from layers.districts.records import District
from maps.base_map import BaseMap
from maps.console import OPTIONS, in_page
from maps.pages import fill
from maps.strings import LANG_ATTRIBUTE, Language, catalogue, phrase

MAP, SECOND_MAP = "planner-map", "compared-map"
#: Tools in the order of the toolbar, with their keys; the module operations.js has the same.
TOOLS = (
    *(("split", "S"), ("split_balanced", "B"), ("merge", "M"), ("transfer", "T"), ("reshape", "R"), ("carve", "C")),
    *(("move_vertex", "V"), ("reparent", "P"), ("renumber", "N")),
    *(("mend_slivers", "I"), ("keep", "K"), ("barrier", "W")),
)
MEASURES = ("households", "residents", "over_60", "reports")


@dataclass(frozen=True, slots=True)
class PlanningArea:
    """An area above the grids that lies in the territory; `below`: codes of what it lies in, with its own."""

    code: str
    name: str
    is_community: bool
    below: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannerFacts:
    """For whom the page is: where, in what role. `former`: numbers of editions that were in force before."""

    district: District
    role: Role
    areas: Sequence[PlanningArea]
    former: Sequence[int]
    base_map: BaseMap | None = None


def planner_page(facts: PlannerFacts, language: Language) -> str:
    """The page; everything in it that changes is fetched by its modules."""
    other: Language = "en" if language == "zh" else "zh"
    district = facts.district
    communities = [
        {"code": one.code, "name": one.name, "below": list(one.below)} for one in facts.areas if one.is_community
    ]
    config = {
        "language": language,
        "district": {"code": district.code},
        "timeZone": district.time_zone,
        "areas": communities,
        "strings": catalogue(language, "plan.") | catalogue(language, "map."),
        "map": MAP,
        "secondMap": SECOND_MAP,
        "baseMap": facts.base_map.facts if facts.base_map else None,
        "mayLock": may(facts.role, Action.LOCK_CELLS),
        "mayDraw": may(facts.role, Action.DRAW_PLANS),
    }
    return fill(
        "planner.html",
        language,
        base_map=facts.base_map is not None,
        district=district.name if language == "zh" else district.name_en,
        code=district.code,
        draws=may(facts.role, Action.DRAW_PLANS),
        choices=facts.areas,
        former=facts.former,
        tools=[
            (tool, key, phrase(f"plan.tool_{tool}", language), phrase(f"plan.how_{tool}", language))
            for tool, key in TOOLS
        ],
        measures=[(one, phrase(f"plan.by_{one}", language)) for one in MEASURES],
        map=MAP,
        second_map=SECOND_MAP,
        map_options=orjson.dumps(OPTIONS | {"maxZoom": 21, "doubleClickZoom": False}).decode(),
        config=in_page(config),
        other=other,
        other_lang=LANG_ATTRIBUTE[other],
    )
