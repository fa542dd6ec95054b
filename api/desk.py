"""What the service's own pages are filled with: the counts of a district, and the reports that wait for a hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.locators import Served
from layers.actors import Scope
from layers.reports.listing import ReportFilter, reports, waiting
from layers.reports.queries import last_considered
from layers.reports.records import StoredReport
from maps.records import QUEUES, DistrictCounts, Queue, QueueKey, WaitingReport
from maps.strings import LANGUAGES, Language

FILTERS: Mapping[QueueKey, ReportFilter] = {
    "unassigned": ReportFilter(is_open=True, located=True, assigned=False),
    "unlocated": ReportFilter(is_open=True, located=False),
}
#: Why a report waits, as flags and verdicts name it, in both languages.
REASONS: Mapping[str, tuple[str, str]] = {
    "unlocated": ("附近没有网格", "no grid within reach"),
    "address_unmatched": ("地址未匹配", "address matched nothing"),
    "address_ambiguous": ("地址有多种可能", "address may mean several places"),
    "repeated_position": ("坐标反复出现", "coordinates come again and again"),
    "off_duty": ("{count} 人不在岗", "{count} off duty"),
    "absent": ("{count} 人请假", "{count} away"),
    "at_cap": ("{count} 人已满负荷", "{count} at their cap"),
    "": ("无人负责", "nobody answers for it"),
}
MOST_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Desk:
    """The counts of a district and both its queues."""

    counts: DistrictCounts
    queues: tuple[Queue, ...]


async def desk(
    connection: AsyncConnection, served: Served, *, scope: Scope, now: datetime, language: Language, shown: int
) -> Desk:
    """The counts of a district now, and the oldest reports of each queue, of what the scope may see."""
    midnight = now.astimezone(served.district.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    counts = await waiting(connection, served.district.id, scope=scope, since=midnight)
    totals: Mapping[QueueKey, int] = {"unassigned": counts.unassigned, "unlocated": counts.unlocated}

    async def oldest(key: QueueKey) -> tuple[WaitingReport, ...]:
        return await _oldest(connection, served, key, scope=scope, language=language, shown=shown)

    queues = [
        Queue(
            key=key,
            reports=await oldest(key) if totals[key] else (),
            total=totals[key],
        )
        for key in QUEUES
    ]
    return Desk(DistrictCounts(counts.open, counts.unassigned, counts.unlocated, counts.filed_since), tuple(queues))


async def _oldest(
    connection: AsyncConnection, served: Served, key: QueueKey, *, scope: Scope, language: Language, shown: int
) -> tuple[WaitingReport, ...]:
    page = await reports(connection, served.district.id, FILTERS[key], scope=scope, limit=shown, newest_first=False)
    considered = await last_considered(connection, [one.id for one in page.reports])
    return tuple(_told(one, considered.get(one.id, ()), served, language) for one in page.reports)


def _told(
    report: StoredReport, considered: Sequence[Mapping[str, Any]], served: Served, language: Language
) -> WaitingReport:
    return WaitingReport(
        number=report.number,
        kind=report.kind_name,
        filed_at=report.filed_at,
        where=_where(report, served),
        reason=_reason(report, considered, language),
        candidates=tuple(_candidates(report, considered))[:MOST_CANDIDATES],
        href=f"/api/v1/reports/{report.number}",
    )


def _where(report: StoredReport, served: Served) -> str:
    known = served.compiled.areas if served.compiled else {}
    names = [known[area].name for area in report.area_ids[1:] if area in known]
    if names or report.position is None:
        return " · ".join(names) or "—"
    return f"{report.position.lat:.5f}, {report.position.lon:.5f}"


def _reason(report: StoredReport, considered: Iterable[Mapping[str, Any]], language: Language) -> str:
    at = LANGUAGES.index(language)
    if not report.located:
        flags = [one for one in report.flags if one in REASONS] or ["unlocated"]
        return "; ".join(REASONS[one][at] for one in flags)
    verdicts = Counter(one["verdict"] for one in considered if one["verdict"] in REASONS)
    told = [REASONS[one][at].format(count=count) for one, count in verdicts.items()]
    return "; ".join(told) or REASONS[""][at]


def _candidates(report: StoredReport, considered: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    if report.located:
        return (one["number"] for one in considered)
    return (f"{one['text']} ({one['score']:.2f})" for one in report.candidates if "text" in one)
