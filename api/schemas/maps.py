"""The parameters of maps, spelt as the page's own script writes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.common import Given
from api.schemas.queries import EditionQuery, InDigits, InDistrict, MetricKey, Word

LIMITS = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?(,-?[0-9]{1,12}(\.[0-9]{1,6})?){0,5}$"


class MapQuery(EditionQuery):
    """What a map shows, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Word | None = Field(None, description="Without it, the cells.")
    metric: MetricKey = "open"
    breaks: Literal["quantile", "natural", "fixed"] = "quantile"
    classes: Annotated[int, Field(ge=1, le=7), InDigits] = 5
    limits: Annotated[str, StringConstraints(pattern=LIMITS)] | None = Field(
        None, description="Ascending upper limits, for fixed breaks.", examples=["1,5,10"]
    )
    lang: Literal["zh", "en"] = "zh"
    embedded: Literal["true", "false"] = Field("false", description="Inside another page: without header and table.")


class ReferenceQuery(Given):
    """How a page is shown that belongs to no district."""

    lang: Literal["zh", "en"] = "zh"


class PageQuery(InDistrict):
    """How a page is shown."""

    lang: Literal["zh", "en"] = "zh"
