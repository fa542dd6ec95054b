-- A report after a step: its row repeats what its journal comes to (layers/reports/folding.py).
update reports set
    status = %(status)s, kind_id = %(kind)s, edition_id = %(edition)s, area_id = %(area)s, area_path = %(area_path)s,
    located = %(located)s, certainty = %(certainty)s, flags = %(flags)s, assignee_id = %(assignee)s,
    unit_id = %(unit)s, holder_area_id = %(holder_area)s, holder_depth = %(holder_depth)s, clock = %(clock)s,
    due_at = %(due_at)s, overdue_marked = %(overdue_marked)s, resume_at = %(resume_at)s,
    dispatched_at = %(dispatched_at)s, accepted_at = %(accepted_at)s, reported_at = %(reported_at)s,
    closed_at = %(closed_at)s, evaluated_at = %(evaluated_at)s, settled_depth = %(settled_depth)s, lead_id = %(lead)s,
    dispatches = %(dispatches)s, returns = %(returns)s, reworks = %(reworks)s, reopenings = %(reopenings)s,
    overdue = %(overdue)s, excused = %(excused)s, responded = %(responded)s, solved = %(solved)s,
    satisfied = %(satisfied)s, entries = %(entries)s, chain_head = %(chain_head)s, row_version = row_version + 1
where id = %(id)s
