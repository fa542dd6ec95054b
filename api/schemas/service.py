"""What the service says of itself, on the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import Told


class Readiness(Told):
    """The service is ready; where it is not, the problem holds the same members."""

    status: Literal["ready"]
    database: Literal["answers"]
    districts: dict[str, str] = Field(description="Code of each district: ready, or no_edition.")
    worker_last_round_s: float | None = Field(None, description="Seconds since the worker came to the end of a round.")
