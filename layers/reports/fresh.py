"""A report that was filed this moment, as a reader would find it now; without asking again."""

from __future__ import annotations

from layers.reports.filed import Draft
from layers.reports.records import AtPosition, StoredReport, report_number


def stored(draft: Draft) -> StoredReport:
    """The report as a reader would find it now."""
    filing, location, row = draft.filing, draft.location, draft.row
    taken = draft.outcome.assignee if draft.outcome else None
    path = location.area.path if location.area else None
    return StoredReport(
        id=draft.report_id,
        number=report_number(draft.report_id),
        kind_code=draft.kind.code,
        kind_name=draft.kind.name,
        urgent=draft.kind.urgent,
        source=filing.source,
        external_ref=filing.external_ref,
        extra=filing.extra,
        status=row["status"],
        subject=row["subject"],
        occurred_at=row["occurred_at"],
        filed_at=draft.now,
        position=location.position,
        given=filing.subject.given if isinstance(filing.subject, AtPosition) else None,
        given_datum=row["given_datum"],
        accuracy_m=location.accuracy_m,
        located=location.located,
        located_by=location.by,
        edition_number=draft.compiled.edition.number,
        area_path=path,
        area_ids=tuple(int(one) for one in path.rstrip(".").split(".")) if path else (),
        certainty=location.certainty,
        flags=draft.flags,
        candidates=tuple(draft.candidates),
        assignee_number=taken.number if taken else None,
        assignee_role=taken.role if taken else None,
        holder_area_id=row["holder_area_id"],
        entries=len(draft.chain),
        row_version=1,
    )
