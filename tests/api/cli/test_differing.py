"""`./wangge difference`: grids drawn in another tool become a plan, noise becomes nothing, the rest is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from geo.redraw import Split
from tests.api.cli.test_redrawing import cut, plan, town
from tests.api.test_import_command import run

__all__ = ["town"]


def drawn_elsewhere(town: Path, *, noise_deg: float = 0.0) -> tuple[Path, str, str]:
    """The layer with one cell cut in two, its vertices off by some noise; the cell and the new code."""
    code, new, line = cut()
    target = town / "elsewhere.geojson"
    assert run("redraw", plan(town, Split(code, line, (code, new)).facts), "--to", target) == 0
    if noise_deg:
        whole = json.loads(target.read_text(encoding="utf-8"))
        for feature in whole["features"]:
            feature["geometry"]["coordinates"] = _moved(feature["geometry"]["coordinates"], noise_deg)
        target.write_text(json.dumps(whole), encoding="utf-8")
    return target, code, new


def _moved(coordinates: Any, by: float) -> Any:
    if isinstance(coordinates[0], float):
        return [round(coordinates[0] + by, 7), round(coordinates[1] + by, 7)]
    return [_moved(one, by) for one in coordinates]


def test_what_was_drawn_elsewhere_becomes_a_plan_in_the_service(
    town: Path, toytown_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, code, new = drawn_elsewhere(town)
    assert run("difference", file, "--to", town / "found.json", "--plan", "外部绘制") == 0
    told = capsys.readouterr().out
    assert f"1. carve: {code}" in told and "/planner?plan=1" in told
    assert json.loads((town / "found.json").read_text(encoding="utf-8"))["operations"][0]["new_code"] == new
    with psycopg.connect(toytown_url) as connection:
        assert connection.execute("select name, taken, state from plans").fetchall() == [("外部绘制", 1, "draft")]
        codes = connection.execute("select code from plan_cells where is_after and not touched").fetchall()
    assert {one for (one,) in codes} == {code, new}
    assert run("redraw", town / "found.json") == 0


def test_the_same_plan_digitised_twice_is_no_difference(
    town: Path, toytown_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, _, _ = drawn_elsewhere(town, noise_deg=2e-5)
    whole = json.loads(file.read_text(encoding="utf-8"))
    again = town / "again.geojson"
    capsys.readouterr()
    # About two metres off everywhere, and the cell that was cut in two is one again.
    assert run("redraw", plan(town), "--to", again) == 0
    same = json.loads(again.read_text(encoding="utf-8"))
    for feature in same["features"]:
        feature["geometry"]["coordinates"] = _moved(feature["geometry"]["coordinates"], 2e-5)
    again.write_text(json.dumps(same), encoding="utf-8")
    assert len(whole["features"]) == len(same["features"]) + 1
    assert run("difference", again, "--plan", "无变化") == 0
    assert "No difference." in capsys.readouterr().out
    with psycopg.connect(toytown_url) as connection:
        assert connection.execute("select count(*) from plans").fetchone() == (0,)
