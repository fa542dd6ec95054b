"""A table of requests, row by row: which column says what, and each row as a report to file or a refusal by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from geo.positions import Datum, LonLat
from layers.refusals import Refusal
from layers.reports.records import AtAddress, AtPlace, AtPosition, Filing, InArea, NoSubject, Subject

#: What a column may be mapped to.
FIELDS = (
    "kind",
    "text",
    "lon",
    "lat",
    "accuracy_m",
    "address",
    "level",
    "area",
    "place",
    "occurred_at",
    "external_ref",
    "client_key",
    "reporter_name",
    "reporter_phone",
)
#: How cities write that there is nothing.
EMPTY = frozenset({"", "nan", "null", "none", "n/a", "na", "-"})


class BadMap(Refusal):
    """The map from fields to columns cannot be used with this table."""


class BadRow(Refusal):
    """A row that cannot be filed as it is."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Fields by the column they come from, and fields with one value for every row."""

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


def read_map(parts: Sequence[str], header: Sequence[str]) -> ColumnMap:
    """Read parts such as `lon=longitude` (a column) and `kind:=general` (the same for all).

    Raises:
        BadMap: a part names no field, or a column that the table does not have.
    """
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        kept = constants if name.endswith(":") else columns
        name = name.removesuffix(":")
        if not equals or name not in FIELDS:
            raise BadMap(
                f"{part!r} maps no known field.",
                field="map",
                value=part,
                remedy=f"Write FIELD=COLUMN or FIELD:=VALUE; fields: {', '.join(FIELDS)}.",
            )
        if kept is columns and value not in header:
            raise BadMap(
                f"The table has no column {value!r}.",
                field="map",
                value=part,
                remedy=f"Its columns: {', '.join(header)}.",
            )
        kept[name] = value
    if "kind" not in columns | constants:
        raise BadMap("The map says nothing about the kind.", field="map", remedy="Add kind=COLUMN or kind:=CODE.")
    return ColumnMap(columns, constants)


@dataclass(frozen=True, slots=True)
class RowReader:
    """Turns rows into reports. `place_on_earth` brings the table's coordinates to degrees in the stated datum."""

    mapped: ColumnMap
    zone: ZoneInfo
    source: str
    sender: str
    datum: Datum
    key_prefix: str
    place_on_earth: Callable[[float, float], LonLat] | None = None

    def kind(self, row: Mapping[str, str]) -> str:
        """The kind a row names."""
        return self._value(row, "kind") or ""

    def read(self, row: Mapping[str, str], number: int) -> Filing:
        """Row `number` (from 1) as a report.

        Raises:
            BadRow: a value cannot be read; field, value and remedy are named.
        """
        kind = self._value(row, "kind")
        if kind is None:
            raise BadRow("The row names no kind.", field="kind", remedy="Fill it in, or map kind:=CODE.")
        return Filing(
            kind=kind,
            text=self._value(row, "text") or "",
            source=self.source,
            sender=self.sender,
            client_key=self._value(row, "client_key") or f"{self.key_prefix}:{number}",
            subject=self._subject(row),
            occurred_at=self._moment(row),
            address=self._value(row, "address"),
            reporter_name=self._value(row, "reporter_name"),
            reporter_phone=self._value(row, "reporter_phone"),
            external_ref=self._value(row, "external_ref"),
        )

    def _value(self, row: Mapping[str, str], name: str) -> str | None:
        if name in self.mapped.constants:
            return self.mapped.constants[name]
        text = (row.get(self.mapped.columns.get(name, "")) or "").strip()
        return None if text.lower() in EMPTY else text

    def _subject(self, row: Mapping[str, str]) -> Subject:
        """The most exact thing a row says about its place: position, place, area, address, nothing."""
        lon, lat = self._number(row, "lon"), self._number(row, "lat")
        if lon is not None and lat is not None and (lon, lat) != (0.0, 0.0):
            return self._position(row, lon, lat)
        if code := self._value(row, "place"):
            return AtPlace(code)
        if (code := self._value(row, "area")) and (level := self._value(row, "level")):
            return InArea(level, code)
        if address := self._value(row, "address"):
            return AtAddress(address)
        if "lon" in self.mapped.columns or "address" in self.mapped.columns:
            raise BadRow(
                "The row has neither a position nor an address.",
                field="lon",
                remedy="Fill one in, or file it by hand with the place it concerns.",
            )
        return NoSubject()

    def _position(self, row: Mapping[str, str], lon: float, lat: float) -> AtPosition:
        place = self.place_on_earth(lon, lat) if self.place_on_earth else LonLat(lon, lat)
        if not (-180 <= place.lon <= 180 and -90 <= place.lat <= 90):
            raise BadRow(
                f"{lon:g}, {lat:g} is no longitude and latitude.",
                field="lon",
                value=f"{lon:g}, {lat:g}",
                remedy="Name the table's coordinate system with --crs, or swap the columns in --map.",
            )
        return AtPosition(place, self.datum, self._number(row, "accuracy_m"))

    def _number(self, row: Mapping[str, str], name: str) -> float | None:
        text = self._value(row, name)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise BadRow(f"{text!r} is no number.", field=name, value=text, remedy="Write it as 121.7134.")
        return value

    def _moment(self, row: Mapping[str, str]) -> datetime | None:
        text = self._value(row, "occurred_at")
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise BadRow(
                f"{text!r} is no date and time.",
                field="occurred_at",
                value=text,
                remedy="Write it as 2026-11-22 08:30:00; without an offset it is the district's local time.",
            ) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
