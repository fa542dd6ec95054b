"""`./wangge certificate`: what it tells holds, others come to the same, and what was altered is noticed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.api.test_import_command import run
from tests.servers import CHECKOUT

LEVELS = ("district", "street", "community", "grid")
RECIPE = (CHECKOUT / "docs" / "export.md").read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]


@pytest.fixture
def town(toytown_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder, with the toy town as the database in use."""
    monkeypatch.setenv("DATABASE_URL", toytown_url)
    return tmp_path


def certificate(capsys: pytest.CaptureFixture[str], code: int = 0) -> dict[str, object]:
    capsys.readouterr()
    assert run("certificate", "--json") == code
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_it_counts_every_level_and_finds_the_recorded_fingerprint(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = certificate(capsys)
    assert [one["level"] for one in told["levels"]] == list(LEVELS)  # type: ignore[attr-defined]
    assert [one["areas"] for one in told["levels"]] == [1, 3, 9, 63]  # type: ignore[attr-defined]
    sizes = {one["area_m2"] for one in told["levels"]}  # type: ignore[attr-defined]
    assert max(sizes) - min(sizes) <= 0.5
    assert told["holds"] is True and told["digest"] == told["recorded"]
    assert run("certificate") == 0
    assert "Whole: no gaps, no overlaps" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["gpkg"])
def test_the_recipe_of_the_documentation_comes_to_the_same_from_an_export(
    town: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    file = town / f"all.{ending}"
    assert run("export", "all", "--to", file) == 0
    (town / "recipe.py").write_text(RECIPE, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "recipe.py", str(file), ",".join(LEVELS)], cwd=town, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == certificate(capsys)["digest"]


def test_boundaries_that_were_altered_behind_its_back_are_noticed(
    town: Path, toytown_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(toytown_url) as connection:
        connection.execute("alter table area_versions disable trigger user")
        connection.execute(
            "update area_versions v set geom = ST_Multi(ST_Translate(geom, 0.0001, 0)) from areas a "
            "where a.id = v.area_id and a.depth = 3 and v.id = (select min(w.id) from area_versions w join areas b "
            "on b.id = w.area_id where b.depth = 3)"
        )
    told = certificate(capsys, code=1)
    assert told["holds"] is False and told["digest"] != told["recorded"]
    assert {"overlap", "gap"} & set(told["faults"])  # type: ignore[call-overload]
    assert run("certificate") == 1
    assert "the boundaries were altered since" in capsys.readouterr().out
