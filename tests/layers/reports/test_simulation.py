"""The simulated month: in order, repeatable, and like a real one in hours, channels and places."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from geo.positions import Datum, LonLat
from layers.reports.records import AtPosition, Kind
from layers.reports.simulation import BY_HOUR, CHANNELS, Arrival, Home, arrivals

UNTIL = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
HOMES = [Home(f"和平路{n}号", LonLat(121.7 + n / 1000, 39.1), 30 * (n % 4)) for n in range(40)]
KINDS = {code: Kind(n, code, code, code, 3, False, {}) for n, code in enumerate(["C01", "M01", "L01"])}


@pytest.fixture(scope="module")
def month() -> list[Arrival]:
    return list(arrivals(HOMES, KINDS, until=UNTIL, days=30, number=2000, seed=4))


def test_it_is_the_same_every_time_and_another_with_another_seed(month: list[Arrival]) -> None:
    assert month == list(arrivals(HOMES, KINDS, until=UNTIL, days=30, number=2000, seed=4))
    assert month != list(arrivals(HOMES, KINDS, until=UNTIL, days=30, number=2000, seed=5))


def test_it_comes_in_order_within_its_days_and_every_key_once(month: list[Arrival]) -> None:
    moments = [one.at for one in month]
    assert moments == sorted(moments)
    assert UNTIL - timedelta(days=31) < moments[0] < moments[-1] < UNTIL
    assert len({one.filing.client_key for one in month}) == 2000
    assert all(one.filing.occurred_at is not None and one.filing.occurred_at < one.at for one in month)


def test_hours_and_channels_have_their_shares(month: list[Arrival]) -> None:
    hours = Counter(one.at.hour for one in month)
    assert hours[9] > 10 * hours[3]
    sources = Counter(one.filing.source for one in month)
    assert sources.keys() == {one.source for one in CHANNELS}
    assert abs(sources["patrol"] / 2000 - 0.46) < 0.05
    assert abs(BY_HOUR.sum() - 1) < 0.01


def test_positions_are_given_in_the_datum_of_their_channel(month: list[Arrival]) -> None:
    shifted = [
        one.filing.subject
        for one in month
        if isinstance(one.filing.subject, AtPosition) and one.filing.subject.datum is Datum.GCJ02
    ]
    assert shifted
    assert np.median([abs(one.given.lat - 39.1) for one in shifted]) > 0.0005
