"""A life of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.layers.reports.steps.life import Life, life_at


@pytest.fixture
async def life(toytown_url: str) -> AsyncIterator[Life]:
    async with life_at(toytown_url) as made:
        yield made
