create index ix_report_private_reporter_phone on report_private (reporter_phone) where reporter_phone is not null;
