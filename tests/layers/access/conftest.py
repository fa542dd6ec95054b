"""The counter, for every test here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.layers.access.counter import Counter, counter_at


@pytest.fixture
async def counter(toytown_rolled_back_url: str) -> AsyncIterator[Counter]:
    async with counter_at(toytown_rolled_back_url) as one:
        yield one
