-- Working hours belong to a version of a year, as its days do: an old deadline is recomputed from both.
alter table calendar_years add column hours text default '08:00-12:00 14:00-18:00' not null;
