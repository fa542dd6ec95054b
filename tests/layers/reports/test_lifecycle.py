"""The table of steps, walked whole."""

import itertools

import pytest

from layers.reports.lifecycle import STEPS, Action, Status, WrongStep, step


@pytest.mark.parametrize(("status", "action"), list(itertools.product([None, *Status], Action)))
def test_what_the_table_does_not_hold_cannot_be_done(status: Status | None, action: Action) -> None:
    if (status, action) in STEPS:
        assert step(status, action) is STEPS[status, action].to
    else:
        with pytest.raises(WrongStep, match=action):
            step(status, action)


def test_every_status_can_be_reached_from_nothing() -> None:
    reached: set[Status | None] = {None}
    while grown := {after.to for (before, _), after in STEPS.items() if before in reached} - reached:
        reached |= grown
    assert reached == {None, *Status}
