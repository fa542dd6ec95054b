"""The world itself: its facts are those the codes and plans tell."""

from __future__ import annotations

from tests.access.world_facts import NEXT, TOWN, World


def test_the_world_has_every_relation(world_template: tuple[str, World]) -> None:
    _, world = world_template
    chains = {one.name: one.chain for one in world.reports}
    for one in world.reports: print(one)
    assert chains["own"][-1].startswith("990101001002")
