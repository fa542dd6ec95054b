"""Folders that other users can walk to: pytest's own are closed to them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def walkable() -> Iterator[Path]:
    """A folder that every user of the machine can walk into, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
