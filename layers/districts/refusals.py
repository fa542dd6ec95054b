"""What is refused about districts."""

from __future__ import annotations

from layers.refusals import Refusal


class BadDistrict(Refusal):
    """A district's declaration cannot be used as it is."""
