"""What a map refuses to draw."""

from __future__ import annotations

from layers.refusals import Refusal


class UnusableClasses(Refusal):
    """The class breaks that were asked for cannot be made."""


class UnmatchedOutlines(Refusal):
    """Outlines and figures do not speak of the same areas."""


class UnknownLink(Refusal):
    """A page would load something that is not kept under `maps/static/vendor`."""
