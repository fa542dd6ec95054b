"""What hangs on areas and follows a new edition, in this order."""

from __future__ import annotations

from layers.areas.publishing import Follower
from layers.places.following import follow_places
from layers.reports.following import follow_reports
from layers.roster.following import follow_duties

FOLLOWERS: tuple[Follower, ...] = (follow_places, follow_duties, follow_reports)
