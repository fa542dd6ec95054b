"""Plans as files on the wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from api.schemas.common import Given, Told
from api.schemas.queries import Word
from geo.positions import Datum
from layers.plans.drawn_elsewhere import NOISE_M


class ElsewhereQuery(Given):
    """How a layer drawn elsewhere is read."""

    noise_m: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = Field(
        NOISE_M, description="What is thinner than this is noise."
    )
    code: Word | None = Field(None, description="The field with the code, where its name does not say so.")
    parent: Word | None = Field(None, description="The field with the community's code.")
    crs: Word | None = Field(None, description="The coordinate system, where the file does not say it.")
    datum: Datum | None = Field(None, description="The datum of degrees, where it is not WGS 84.")
    encoding: Word | None = Field(None, description="The encoding of its text, where the file does not say it.")
    layer: Word | None = Field(None, description="The layer, where the file has several.")


class DefectTold(Told):
    """Something in the layer that no plan can have, or that no operation leads to."""

    reason: str
    codes: list[str]
    message: str
    where: dict[str, Any] | None = Field(description="The place, as GeoJSON.")


class ElsewhereTold(Told):
    """How a layer differs from a plan: neither operations nor defects where it is the same."""

    noise_m: float
    operations: list[dict[str, Any]] = Field(description="To be sent to `POST …/operations`, in this order.")
    defects: list[DefectTold]
