"""The life of a report as one table: what may happen in which status, and what becomes of it."""

from __future__ import annotations

from enum import StrEnum

from layers.refusals import Conflict


class Status(StrEnum):
    """Where a report stands."""

    FILED = "filed"
    DISPATCHED = "dispatched"


class Action(StrEnum):
    """What can be done to a report."""

    FILE = "file"
    ASSIGN = "assign"


class WrongStep(Conflict):
    """This cannot be done to a report in this status."""


#: None is a report that does not exist yet.
STEPS: dict[tuple[Status | None, Action], Status] = {
    (None, Action.FILE): Status.FILED,
    (Status.FILED, Action.ASSIGN): Status.DISPATCHED,
}


def step(status: Status | None, action: Action) -> Status:
    """The status after `action`.

    Raises:
        WrongStep: the action is not possible in this status.
    """
    try:
        return STEPS[status, action]
    except KeyError as error:
        raise WrongStep(
            f"A report that is {status or 'not filed yet'} cannot be given the step {action}.",
            field="status",
            value=status,
        ) from error
