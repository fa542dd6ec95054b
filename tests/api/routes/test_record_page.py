"""docs/record.md holds a program that checks a record with nothing of ours: it does, and finds what was altered."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.api.routes.towns import Town
from tests.servers import CHECKOUT

PROGRAM = re.findall(r"```python\n(.*?)```", (CHECKOUT / "docs" / "record.md").read_text(encoding="utf-8"), re.DOTALL)[
    0
]


@pytest.fixture
def record(town: Town) -> dict[str, Any]:
    number = town.file()["number"]
    return dict(town.get(f"/reports/{number}/record"))


def checked(record: dict[str, Any], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    saved = tmp_path / "record.json"
    saved.write_text(json.dumps(record), encoding="utf-8")
    command = [sys.executable, "-I", "-c", PROGRAM, str(saved)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def test_a_record_holds(record: dict[str, Any], tmp_path: Path) -> None:
    done = checked(record, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 entries hold")


def test_an_altered_entry_is_named(record: dict[str, Any], tmp_path: Path) -> None:
    record["entries"][1]["facts"]["reason"] = "another"
    assert "entry 2 was altered" in checked(record, tmp_path).stderr
