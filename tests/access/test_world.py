"""The world itself: every report lies where its plan says, and nobody has been forgotten."""

from __future__ import annotations

from tests.access.oracle import ROLES, sees
from tests.access.world_facts import NEXT, TOWN, World, chain_of
from tests.access.world_places import COMMUNITY, GROUP, HANDLER, OTHER_STREET, STREET, WORKER


def test_every_report_lies_where_it_was_meant_to(world_template: tuple[str, World]) -> None:
    _, world = world_template
    lies = {one.name: one.chain for one in world.reports}
    assert lies["own"] == chain_of(COMMUNITY)
    assert lies["child"] == chain_of(GROUP[0])
    assert lies["parent"] == chain_of(STREET)
    assert lies["district"] == (TOWN,)
    assert lies["none"] == lies["none next door"] == ()
    assert lies["other street"][1] == OTHER_STREET
    assert lies["other district"][0] == NEXT
    assert len(lies["sibling"]) == 4 and lies["sibling"][:2] == lies["own"][:2] and lies["sibling"][2] != COMMUNITY
    assert world.report("in the worker's hand").assignee == WORKER
    assert world.report("in the handler's hand").assignee == HANDLER


def test_everyone_is_there_and_every_report_is_seen_by_some_and_not_by_others(
    world_template: tuple[str, World],
) -> None:
    _, world = world_template
    assert {one.role for one in world.people} == ROLES | {None}
    for report in world.reports:
        assert 0 < sum(sees(who, report) for who in world.people) < 30, report.name
