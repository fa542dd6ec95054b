"""Why something cannot be written as it was asked for."""

from __future__ import annotations

from layers.refusals import Refusal


class UnknownEnding(Refusal):
    """The ending of the file's name names no format that can hold this."""


class UnwritableTarget(Refusal):
    """The file cannot be made or replaced where it should lie."""


class UnfitValue(Refusal):
    """A format cannot hold a value without changing it."""


class UnusableSystem(Refusal):
    """The positions cannot be given in this coordinate system."""
