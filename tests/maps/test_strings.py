"""The catalogue: complete in both languages, without gaps and without leftovers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from api.work_forms import ORDER
from layers.access.permissions import Action
from layers.actors import Role
from layers.calendars.limits import Unit
from layers.calendars.proofs import COUNTED, LUNCH, NIGHT, PAUSED, WEEKEND
from layers.figures.definitions import Basis
from layers.figures.records import By
from layers.figures.steps import StepSize
from layers.plans.lifecycle import State as PlanState
from layers.plans.lifecycle import Step as PlanStep
from layers.plans.records import COUNTED as COUNTED_IN_CELLS
from layers.plans.weights import Measure
from layers.reports.candidates import AGAINST, FOR
from layers.reports.clocks import LIMITS as CLOCKS
from layers.reports.journal import ENTRY_FACTS
from layers.reports.lifecycle import Status
from layers.reports.photos import Taken
from layers.reports.purposes import FIELDS, Purpose
from layers.reports.queues import Queue
from layers.reports.steps.requests import ARGUMENTS, OUTCOMES, REASONS, SATISFIED
from layers.roster.records import LookPurpose
from maps.course_pages import TOGETHER
from maps.ledger import COLUMNS
from maps.pages import STATIC
from maps.planner import TOOLS
from maps.records import DistrictCounts
from maps.strings import LANGUAGES, catalogue, phrase

MAPS = STATIC.parent
KEYS = json.loads((MAPS / "strings.json").read_text(encoding="utf-8"))
PLACE = re.compile(r"\{(\w+)\}")
USED = re.compile(
    r"""["'`]((?:app|console|figures|home|ledger|queue|follow|docs|error|map|sign|account|work|plan|paper|wall)\.\w+)["'`]"""
)

#: Words of the ledger that its page does not name: columns, ranks and roles.
HOLDERS = ("grid_worker", "information_officer", "community_officer", "street_officer", "dispatcher")
LEDGER = (*COLUMNS, "edge", *"ABOD", *HOLDERS)

#: The parts in which a form says where a matter is.
WHERE = {"address", "area_code", "lon", "lat", "datum"}

CONSOLE = STATIC / "js" / "console"
CONSOLE_KEYS = re.findall(r'^  \S+: "(\w+)",$', (CONSOLE / "keys.js").read_text(encoding="utf-8"), re.MULTILINE)
CONSOLE_QUEUES = re.findall(r"^  (\w+): \(", (CONSOLE / "open_reports.js").read_text(encoding="utf-8"), re.MULTILINE)

#: Keys put together where they are used: a prefix and what may follow.
COMPOSED = {
    "wall.": ("open", "overdue", "due_soon", "unassigned", "closed_30d", "satisfaction_30d"),
    "console.": {
        *(f"queue_{one}" for one in CONSOLE_QUEUES),
        *(f"by_{one}" for one in ("address", "area", "place", "none")),
        *("what_building", "what_service_point"),
        *(f"key_{one}" for one in CONSOLE_KEYS),
        *("live", "cut", "yes", "no"),
        *("kind", "what", "address", "caller", "phone"),
    },
    "plan.": {
        *(f"state_{one}" for one in (*PlanState, "replaced")),
        *(f"step_{one}" for one in PlanStep),
        *(f"{word}_{tool.lower()}" for word in ("tool", "how") for tool, _ in TOOLS),
        *(f"by_{one}" for one in Measure),
        *(f"prompt_{one}" for one in ("pick_any", "ask_any", "finish_any", "apply_any")),
        *(f"prompt_draw_{one}" for one in ("line", "area", "move")),
        *(f"change_{one}" for one in ("created", "changed", "touched")),
        "replay_reports",
        "replay_most",
        *(f"defect_{one}" for one in ("invalid", "unmatched", "outline", "unexplained", "gap", "overlap", "sliver")),
        *(*COUNTED_IN_CELLS, "cells", "area_m2", "walk_m", "deviation", "compactness", "reock", "pieces"),
    },
    "for.": {one for one in FOR if not one.startswith("rank_")},
    "figures.": {
        *(f"by_{one}" for one in By),
        *(f"step_{one}" for one in (*StepSize, "auto")),
        *(f"course_{one}" for one, _ in TOGETHER),
        *(f"list_{one}" for one in Basis),
    },
    "map.": (
        "quantile",
        "natural",
        "fixed",
        "open",
        "unassigned",
        "overdue",
        "due_soon",
        "median_age_open_h",
        "residents",
        "workers",
    ),
    "home.": tuple(f"{count}{end}" for count in DistrictCounts.__slots__ for end in ("", "_note")),
    "status.": tuple(Status),
    "step.": tuple(ARGUMENTS),
    "reason.": {reason for reasons in REASONS.values() for reason in reasons},
    "outcome.": OUTCOMES,
    "satisfied.": SATISFIED,
    "follow.": ("reopen", "evaluate"),
    "entry.": {type_ for type_, _ in ENTRY_FACTS},
    "list.": ("mine", "unit", "calls", "filed", *Queue),
    "call.": ("whistle", "joint"),
    "clock.": CLOCKS,
    "unit.": tuple(Unit),
    "taken.": tuple(Taken),
    "why.": (COUNTED, PAUSED, NIGHT, LUNCH, WEEKEND),
    "against.": AGAINST,
    "field.": {name for name in ORDER if name not in {"via", "how", "subject"}} | WHERE,
    # What the routes of the pages of work put into words themselves.
    "work.": {
        *("by_account", "by_rule", "nobody", "no_unit", "free", "has"),
        *("yes", "no", "upheld_yes", "upheld_no", "not_now", "until"),
        *("why_rank", "why_climbed", "why_nobody", "why_rule"),
    },
    "ledger.": LEDGER,
    "role.": tuple(Role),
    "action.": tuple(Action),
    # What a form refused or did, as the routes put it together.
    "account.": (
        *("done_lost", "done_removed", "done_password", "done_second_factor", "bad_name"),
        *("wrong_password", "weak_password", "wrong_code"),
    ),
    "sign.": ("refused",),
    "data.": (*FIELDS, "position", "photo"),
    "purpose.": {*Purpose, *LookPurpose},
    "phone.": ("in_use", "removed", "lost"),
    "queue.": tuple(f"{queue}{end}" for queue in ("unlocated", "unassigned") for end in ("", "_lead")),
}


def sources() -> str:
    beside = [MAPS / one for one in ("workload.py", "course_pages.py")]
    files: list[Path] = [*(MAPS / "templates").rglob("*.html"), *(STATIC / "js").rglob("*.js"), *beside]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def used() -> set[str]:
    return {*USED.findall(sources()), *(prefix + end for prefix, ends in COMPOSED.items() for end in ends)}


def test_every_string_that_is_used_is_there_and_none_is_left_over() -> None:
    assert used() == set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_say_it_with_the_same_places(key: str) -> None:
    chinese, english = KEYS[key]
    assert chinese.strip() and english.strip()
    assert set(PLACE.findall(chinese)) == set(PLACE.findall(english))
    if key not in {"app.language", "map.language"}:
        assert re.search("[一-鿿]", chinese)
        assert not re.search("[一-鿿]", english)


def test_pages_hold_no_words_of_their_own() -> None:
    for file in [*(MAPS / "templates").rglob("*.html"), *(STATIC / "js").rglob("*.js")]:
        chinese = set(re.findall("[一-鿿]+", re.sub(r"//.*|\{#.*?#\}|/\*.*?\*/", "", file.read_text(encoding="utf-8"))))
        # 第 is where the name of a grid is broken into lines.
        assert chinese <= {"第"}, file.name


def test_a_phrase_takes_its_places() -> None:
    assert phrase("app.edition", "zh", number=3) == "第 3 版边界"
    assert phrase("app.edition", "en", number=3) == "Boundary edition 3"
    with pytest.raises(KeyError):
        phrase("app.nothing", "zh")
    with pytest.raises(KeyError):
        phrase("app.edition", "zh")


def test_a_part_of_the_catalogue() -> None:
    for language in LANGUAGES:
        part = catalogue(language, "map.")
        assert part
        assert all(key.startswith("map.") for key in part)


def test_no_key_stands_twice() -> None:
    """The later one would win, and the words of one page would turn up on another."""
    pairs = json.JSONDecoder(object_pairs_hook=list).decode((MAPS / "strings.json").read_text(encoding="utf-8"))
    keys = [key for key, _ in pairs]
    assert sorted(keys) == sorted(set(keys))
