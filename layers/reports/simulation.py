"""A month of made-up reports for a district: where people live, at the hours they call, in the datums phones send.

Pure and seeded: the same district, days, number and seed give the same reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from geo.datum import position_from_storage
from geo.distance import scale_at
from geo.positions import Datum, LonLat
from layers.reports.records import AtAddress, AtPosition, Filing, Kind, NoSubject, Subject

SENDER = "simulation"

#: Share of a day's reports that come in each hour of the local day; sums to 1.
BY_HOUR = np.array(
    [
        *(0.006, 0.004, 0.003, 0.003, 0.005, 0.010, 0.024, 0.046, 0.082, 0.094, 0.088, 0.066),
        *(0.042, 0.052, 0.074, 0.080, 0.074, 0.062, 0.052, 0.046, 0.036, 0.026, 0.016, 0.009),
    ]
)


@dataclass(frozen=True, slots=True)
class Channel:
    """A way reports come in: how often, in which datum, how exact (median accuracy in metres, None: an address)."""

    source: str
    share: float
    datum: Datum | None
    accuracy_m: float | None


CHANNELS = (
    Channel("patrol", 0.46, Datum.WGS84, 6.0),
    Channel("resident-app", 0.27, Datum.GCJ02, 14.0),
    Channel("hotline-12345", 0.14, None, None),
    Channel("camera", 0.06, Datum.CGCS2000, 2.0),
    Channel("map-pin", 0.05, Datum.BD09, None),
    Channel("letter", 0.02, None, None),
)


@dataclass(frozen=True, slots=True)
class Home:
    """A building as the simulation needs it."""

    address: str
    position: LonLat
    residents: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A report, the moment it comes in, and the home it is about or comes from."""

    at: datetime
    filing: Filing
    home: LonLat


def arrivals(
    homes: Sequence[Home], kinds: Mapping[str, Kind], *, until: datetime, days: int, number: int, seed: int
) -> Iterator[Arrival]:
    """`number` reports over the `days` before `until` (aware, in the district's time zone), in order of time."""
    draw = np.random.default_rng(seed)
    moments = sorted(_moments(draw, until, days, number))
    weights = np.array([home.residents + 2.0 for home in homes])
    # A few blocks call far more than others: load is never spread as evenly as people are.
    weights *= draw.gamma(0.6, 1.0, len(homes)) + 0.05
    chosen = draw.choice(len(homes), size=number, p=weights / weights.sum())
    channels = draw.choice(len(CHANNELS), size=number, p=[one.share for one in CHANNELS])
    codes = sorted(kinds)
    frequency = draw.gamma(1.2, 1.0, len(codes))
    names = draw.choice(len(codes), size=number, p=frequency / frequency.sum())
    for turn, at in enumerate(moments):
        home, channel, kind = homes[chosen[turn]], CHANNELS[channels[turn]], kinds[codes[names[turn]]]
        yield Arrival(at, _filing(draw, home, channel, kind, at=at, key=f"{seed}-{turn:06d}"), home.position)


def _moments(draw: np.random.Generator, until: datetime, days: int, number: int) -> Iterator[datetime]:
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    hours = draw.choice(24, size=number, p=BY_HOUR / BY_HOUR.sum())
    for day, hour, second in zip(
        draw.integers(1, days + 1, number), hours, draw.integers(0, 3600, number), strict=True
    ):
        yield midnight - timedelta(days=int(day)) + timedelta(hours=int(hour), seconds=int(second))


def _filing(draw: np.random.Generator, home: Home, channel: Channel, kind: Kind, *, at: datetime, key: str) -> Filing:
    subject = _subject(draw, home, channel)
    return Filing(
        kind=kind.code,
        text=f"{home.address}，{kind.name}",
        source=channel.source,
        sender=SENDER,
        client_key=key,
        subject=subject,
        occurred_at=at - timedelta(minutes=int(draw.integers(1, 90))),
        address=None if isinstance(subject, NoSubject) else home.address,
    )


def _subject(draw: np.random.Generator, home: Home, channel: Channel) -> Subject:
    if channel.datum is None:
        # A letter may be about nothing that lies anywhere; a caller names an address, sometimes only half of it.
        if channel.source == "letter":
            return NoSubject()
        return AtAddress(home.address if draw.random() < 0.9 else home.address[: len(home.address) // 2])
    accuracy_m = None if channel.accuracy_m is None else round(float(channel.accuracy_m * draw.lognormal(0, 0.6)), 1)
    position = _near(draw, home.position, spread_m=25.0 + (accuracy_m or 30.0) / 2)
    return AtPosition(position_from_storage(position, channel.datum), channel.datum, accuracy_m)


def _near(draw: np.random.Generator, position: LonLat, *, spread_m: float) -> LonLat:
    east_m, north_m = draw.normal(0, spread_m, 2)
    lon_m, lat_m = scale_at(position.lat)
    return LonLat(round(position.lon + float(east_m / lon_m), 7), round(position.lat + float(north_m / lat_m), 7))
