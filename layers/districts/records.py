"""Districts, their levels and their settings, as the rest of the service sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from layers.districts.refusals import BadDistrict
from layers.districts.retention import Retention
from layers.refusals import NotFound


class UnknownLevel(NotFound):
    """The district declares no level of this name."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of the containment tree: depth 0 is the district, the deepest one is the cell (网格)."""

    depth: int
    key: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class DistrictSettings:
    """What a district may set for itself; every one has a default that serves."""

    #: Accuracy taken for a fix that states none (or 0), in metres.
    assumed_accuracy_m: float = 15.0
    #: A point in no cell takes the nearest cell within this distance, in metres.
    reach_m: float = 200.0
    #: Least score (0–1) at which an address is taken as matched.
    address_threshold: float = 0.45
    #: From this many reports on, the same coordinates are flagged as repeated.
    repeat_limit: int = 30
    #: What response, resolution and satisfaction rates weigh in the score of the figures.
    response_weight: float = 0.1
    resolution_weight: float = 0.5
    satisfaction_weight: float = 0.4
    #: What a basically satisfied answer counts beside a satisfied one.
    basically_weight: float = 0.9
    #: How long what is personal is kept.
    retention: Retention = field(default_factory=Retention)

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> DistrictSettings:
        """The settings from a declaration; an unknown name or an impossible value is refused."""
        known = {f.name: f.type for f in fields(cls)}
        read: dict[str, Any] = {}
        for name, value in given.items():
            if name == "retention":
                read[name] = Retention.read(value)
                continue
            if name not in known:
                raise BadDistrict(
                    f"Unknown district setting {name!r}.",
                    field=f"settings.{name}",
                    value=value,
                    remedy=f"Known settings: {', '.join(known)}.",
                )
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise BadDistrict(
                    f"The setting {name} must be a number of at least 0, not {value!r}.",
                    field=f"settings.{name}",
                    value=value,
                )
            read[name] = value
        return cls(**read)


@dataclass(frozen=True, slots=True)
class District:
    """A district: code, names, time zone, levels from the top down, settings."""

    id: int
    code: str
    name: str
    name_en: str
    time_zone: str
    plane_srid: int | None
    levels: tuple[Level, ...]
    settings: DistrictSettings = field(default_factory=DistrictSettings)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone its clocks are shown in."""
        return ZoneInfo(self.time_zone)

    @property
    def cell_depth(self) -> int:
        """The depth of the cells, which reports are located to."""
        return self.levels[-1].depth

    def level(self, key: str) -> Level:
        """The level with this key, by its key or its name."""
        for level in self.levels:
            if key in {level.key, level.name, level.name_en}:
                return level
        known = ", ".join(level.key for level in self.levels)
        raise UnknownLevel(
            f"{self.name} has no level {key!r}.", field="level", value=key, remedy=f"Its levels: {known}."
        )


def check_time_zone(name: str) -> str:
    """The name of a time zone that exists."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadDistrict(
            f"There is no time zone {name!r}.",
            field="time_zone",
            value=name,
            remedy="Use an IANA name such as Asia/Shanghai.",
        ) from error
    return name
