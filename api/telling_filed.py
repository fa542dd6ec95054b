"""The answer to a filing, straight to bytes: everything is known, and nothing needs to be checked again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC
from operator import attrgetter
from typing import Any

import orjson

from api.locators import Ready
from layers.areas.records import Area
from layers.reports.records import Outcome, StoredReport

FACTS = ("number", "role", "rank", "verdict", "on_duty", "absent", "open", "cap")
_facts_of = attrgetter(*FACTS)


def told_filed(report: StoredReport, outcome: Outcome | None, ready: Ready, *, people: bool, secret: str) -> bytes:
    """A report filed a moment ago, as `ReportWithReasons` in JSON; without `people`, nobody in it is named."""
    taken = people and report.assignee_number is not None
    told = {
        "number": report.number,
        "status": report.status,
        "kind": report.kind_code,
        "kind_name": report.kind_name,
        "urgent": report.urgent,
        "source": report.source,
        "external_ref": report.external_ref,
        "extra": dict(report.extra),
        "subject": report.subject,
        "occurred_at": report.occurred_at.astimezone(UTC),
        "filed_at": report.filed_at.astimezone(UTC),
        "where": _where(report, ready),
        "assignee": {"number": report.assignee_number, "role": report.assignee_role or ""} if taken else None,
        "unassigned": report.located and report.assignee_number is None,
        "holder": next(_named((report.holder_area_id,), ready), None),
        "edition": report.edition_number,
        "reasons": _reasons(outcome, ready) if people and outcome else [],
        "rule": outcome.rule if people and outcome else None,
        "again": False,
        "secret": secret,
    }
    return orjson.dumps(told, option=orjson.OPT_UTC_Z)


def _where(report: StoredReport, ready: Ready) -> dict[str, Any]:
    at = report.position
    return {
        "located": report.located,
        "by": report.located_by,
        "position": None if at is None else {"lon": round(at.lon, 7), "lat": round(at.lat, 7)},
        "accuracy_m": report.accuracy_m,
        "certainty": report.certainty,
        "path": list(_named(report.area_ids, ready)),
        "candidates": [_candidate(one, ready) for one in report.candidates if "share" in one],
        "matches": [one for one in report.candidates if "what" in one],
        "flags": report.flags,
    }


def _named(ids: Iterable[int | None], ready: Ready) -> Iterator[dict[str, str]]:
    """The areas with these ids, those of the edition it was filed under; names and codes as `AreaRef` gives them."""
    areas = ready.compiled.areas
    return (_ref(areas[one], ready) for one in ids if one is not None and one in areas)


def _ref(area: Area, ready: Ready) -> dict[str, str]:
    return {"level": ready.district.levels[area.depth].key, "code": area.code, "name": area.name}


def _candidate(one: Any, ready: Ready) -> dict[str, Any]:
    cell = ready.compiled.by_code.get((ready.district.cell_depth, one["code"]))
    return {"code": one["code"], "name": cell.name if cell else None, **{k: one[k] for k in ("share", "distance_m")}}


def _reasons(outcome: Outcome, ready: Ready) -> list[dict[str, Any]]:
    levels = ready.district.levels
    return [
        {"level": levels[one.depth].key, **dict(zip(FACTS, _facts_of(one), strict=True))} for one in outcome.considered
    ]
