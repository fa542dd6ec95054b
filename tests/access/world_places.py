"""Where that world happens: the areas and people of the town that its relations are about."""

from __future__ import annotations

from tests.access.world_facts import TOWN
from tests.toytown import polygons

COMMUNITY = polygons.community_code(0, 1)
STREET, OTHER_STREET = polygons.street_code(0), polygons.street_code(2)
CELLS = [code for code in polygons.grids().codes if code.startswith(COMMUNITY)]
GROUP = tuple(CELLS[:4])
#: The roster's worker for the community, by the duties of the town; and people for two departments.
WORKER, HANDLER, IDLE_HANDLER = (TOWN, "W0003"), (TOWN, "I0009"), (TOWN, "I0008")
