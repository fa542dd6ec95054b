"""The parameters of maps, spelt as the page's own script writes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.common import Given, Told
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


class OutlinesQuery(EditionQuery):
    """Which outlines."""

    level: Word | None = Field(None, description="Without it, the cells.")


class PrintQuery(MapQuery):
    """What a printed map shows."""

    area: Word | None = Field(None, description="Only what lies in the area of this code.")


class ReferenceQuery(Given):
    """How a page is shown that belongs to no district."""

    lang: Literal["zh", "en"] = "zh"


class PageQuery(InDistrict):
    """How a page is shown."""

    lang: Literal["zh", "en"] = "zh"


class PackedColumn(Told):
    """A column whose areas mostly share one figure: everything is `most`, but the figures in `is`."""

    most: float | None
    skip: list[int] = Field(description="How many further areas have `most` before each figure of `is`.")
    others: list[float | None] = Field(alias="is")


class ClassesTold(Told):
    """How a figure is classed: the upper limits of all classes but the last, and the ends of the scale."""

    limits: list[float]
    lowest: float | None
    highest: float | None
    zero_class: bool = Field(description="Whether the first class is zero alone.")


class CountedTold(Told):
    """Open reports, and of them those that nobody has in hand, that are overdue, that are due within 24 hours."""

    open: int
    unassigned: int
    overdue: int
    due_soon: int


class ElsewhereTold(Told):
    """What no area of the map counts."""

    held_above: CountedTold = Field(description="Held by areas above this level.")
    unlocated: CountedTold = Field(description="In no area yet.")


class MapFigures(Told):
    """The figures of a map, one for each area in the order of the outlines."""

    edition: int
    order: str = Field(description="A digest of the codes; the outlines hold the same where they match.")
    as_of: datetime
    count: int = Field(description="How many areas there are.")
    columns: dict[str, list[float | None] | PackedColumn]
    classes: dict[str, ClassesTold] = Field(description="By figure, way of classing and number of classes.")
    elsewhere: ElsewhereTold


class OutlineProperties(Told):
    """What is known of an outline."""

    code: str
    name: str
    label: list[float] = Field(min_length=2, max_length=2, description="Where its label stands: lon, lat.")


class OutlineFeature(Told):
    """One outline."""

    type: Literal["Feature"]
    geometry: dict[str, Any] = Field(description="A Polygon or MultiPolygon, simplified.")
    properties: OutlineProperties


class MapOutlines(Told):
    """The outlines of a map as a GeoJSON FeatureCollection, ordered by code."""

    type: Literal["FeatureCollection"]
    features: list[OutlineFeature]
    order: str = Field(description="A digest of the codes; figures hold the same where they match.")
