"""Districts, levels, editions, areas and kinds on the wire."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Self

from pydantic import Field

from api.schemas.common import AreaRef, Page, Position, Told
from layers.areas.certificates import Certificate
from layers.districts.records import District
from layers.reports.records import Kind


class LevelTold(Told):
    """A level of the tree, the district's own word for it, and how many areas it has."""

    key: str = Field(examples=["grid"])
    name: str = Field(examples=["网格"])
    name_en: str = Field(examples=["Grid"])
    depth: int = Field(description="0 is the district itself.")
    areas: int = Field(description="In the edition in force.")


class DistrictTold(Told):
    """A district and the state of its locator."""

    code: str
    name: str
    name_en: str
    time_zone: str
    state: str = Field(description="no_edition, building or ready.")


class LevelsTold(Told):
    """The levels of a district, from the top down."""

    district: DistrictTold
    levels: list[LevelTold]


class EditionTold(Told):
    """An edition of a district's boundaries."""

    number: int
    status: str = Field(description="draft, checked, in_force or retired.")
    note: str
    made_by: str
    made_at: datetime
    published_by: str | None
    effective_at: datetime | None
    retired_at: datetime | None
    digest: str | None


class LevelFactsTold(Told):
    """What a level of an edition holds."""

    level: str
    areas: int
    parts: int
    vertices: int
    area_m2: float = Field(description="In the district's plane.")


class CertificateTold(Told):
    """The certificate of an edition (版本证书)."""

    district: str
    edition: int
    status: str
    effective_at: datetime | None
    levels: list[LevelFactsTold] = Field(description="From the top down.")
    faults: dict[str, int] = Field(description="What a check of the whole layer finds, by kind; warnings as well.")
    digest: str = Field(description="SHA-256 over codes, parents and polygons; docs/export.md says how.")
    recorded: str | None = Field(description="The same as it was when the edition came into force.")
    holds: bool = Field(description="Whether the layer is without errors, and what was recorded is what is there.")

    @classmethod
    def of(cls, one: Certificate) -> CertificateTold:
        """A certificate as it is told."""
        return cls(
            district=one.district,
            edition=one.edition,
            status=one.status,
            effective_at=one.effective_at,
            levels=[
                LevelFactsTold(
                    level=level.key,
                    areas=level.areas,
                    parts=level.parts,
                    vertices=level.vertices,
                    area_m2=level.area_m2,
                )
                for level in one.levels
            ],
            faults=dict(Counter(finding.kind for finding in one.findings)),
            digest=one.digest,
            recorded=one.recorded,
            holds=one.holds,
        )


class EditionList(Told):
    """Every edition, newest first."""

    editions: list[EditionTold]


class AreaListed(AreaRef):
    """An area in a list."""

    parent: AreaRef | None
    label: Position = Field(description="A point well inside it.")
    area_m2: float


class AreaList(Page):
    """A page of areas, by level and code."""

    edition: int
    areas: list[AreaListed]


class PopulationTold(Told):
    """Who lives there; `basis` says whether summed from buildings or as the layer states it."""

    buildings: int
    households: int
    residents: int
    over_60: int
    basis: str


class AnsweringTold(Told):
    """Someone who answers for the area: number, role and rank, never a name."""

    number: str
    role: str
    rank: str
    open: int
    cap: int | None


class AreaTold(AreaListed):
    """An area with everything known of it but its polygon."""

    edition: int
    chain: list[AreaRef] = Field(description="What it lies in, from the district down to itself.")
    attributes: dict[str, Any]
    population: PopulationTold | None
    answering: list[AnsweringTold]


class AreaFeature(Told):
    """An area as a GeoJSON feature, coordinates with seven decimals."""

    type: str = "Feature"
    properties: AreaRef
    geometry: dict[str, Any]


class KindTold(Told):
    """A kind of report, or a group of kinds."""

    code: str
    name: str
    name_en: str
    parent: str | None = Field(description="The group it lies in.")
    group: bool = Field(description="A group holds kinds; nothing is filed under it.")
    level: str | None = Field(description="The level that settles it; none for a group.")
    urgent: bool
    unit: str | None = Field(description="The unit that comes to the matter, by its code.")
    limits: dict[str, str] = Field(description='By clock, such as {"handle": "5 working_days"}.')
    filing_standard: str
    closing_standard: str
    straight: bool = Field(description="Goes to its level at once.")
    checked: bool = Field(description="Looked at before it is filed.")
    photos: bool = Field(description="Closed only with a photo.")
    extra_fields: dict[str, Any]

    @classmethod
    def of(cls, kind: Kind, district: District) -> Self:
        """The kind as it is told."""
        return cls(
            code=kind.code,
            name=kind.name,
            name_en=kind.name_en,
            parent=kind.parent_code,
            group=kind.is_group,
            level=None if kind.is_group else district.levels[kind.level_depth].key,
            urgent=kind.urgent,
            unit=kind.unit_code,
            limits=dict(kind.limits),
            filing_standard=kind.filing_standard,
            closing_standard=kind.closing_standard,
            straight=kind.straight,
            checked=kind.checked,
            photos=kind.photos,
            extra_fields=dict(kind.extra_fields),
        )


class KindList(Told):
    """The tree of kinds in use, by code."""

    kinds: list[KindTold]


class UnitTold(Told):
    """A department or another body that comes to a matter."""

    code: str
    name: str
    name_en: str


class UnitList(Told):
    """The units in use, by code."""

    units: list[UnitTold]
