"""The second wall by itself, without the application: each table shows each scope what lies in it, and no more."""

from __future__ import annotations

from tests.access.rows import faults
from tests.access.world_facts import World


def test_every_table_shows_everyone_what_is_theirs(world_template: tuple[str, World], world_url: str) -> None:
    assert faults(world_url, world_template[1]) == []
