-- The maps count open reports from this index alone: now also those overdue and those soon due.
drop index ix_reports_open;
create index ix_reports_open on reports (district_id, area_path) include (filed_at, assignee_id, due_at, overdue_marked)
    where status <> 'closed' and status <> 'void' and status <> 'linked';
