"""All tables of all slices, gathered for the comparison of migrations and rows."""

from __future__ import annotations

import layers.access.tables
import layers.areas.tables
import layers.calendars.tables
import layers.districts.tables
import layers.limits.tables
import layers.notices.tables
import layers.places.tables
import layers.plans.tables
import layers.reports.journal_tables
import layers.reports.photos_tables
import layers.reports.steps_tables
import layers.reports.tables
import layers.roster.tables
import layers.traces.tables  # noqa: F401 - imported for their rows
from layers.base import Base

metadata = Base.metadata
