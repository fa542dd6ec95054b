"""`./wangge redraw`: from a plan over its consequences to the layer that is imported and published."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely

from geo.redraw import Merge, Split
from tests.api.test_import_command import run
from tests.toytown import polygons


@pytest.fixture
def town(toytown_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("DATABASE_URL", toytown_url)
    return tmp_path


def plan(town: Path, *operations: dict[str, Any], names: dict[str, str] | None = None) -> Path:
    path = town / "plan.json"
    path.write_text(json.dumps({"operations": list(operations), "names": names or {}}), encoding="utf-8")
    return path


def cut() -> tuple[str, str, shapely.LineString]:
    """A cell of the town, a number its community never gave, and a line across its middle."""
    code = polygons.grids().codes[0]
    shape = polygons.grids().polygons[0]
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    return code, code[:-3] + "900", shapely.LineString([(middle, south - 1e-3), (middle, north + 1e-3)])


def test_a_plan_is_tried_written_imported_and_published(
    town: Path, toytown_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, new, line = cut()
    path = plan(town, Split(code, line, (code, new)).facts, names={new: "新网格"})
    assert run("redraw", path, "--to", town / "grid.geojson", "--sheet", town / "sheet.csv") == 0
    told = capsys.readouterr().out
    assert "1 new, 0 gone, 1 changed" in told
    assert "New grids that nobody answers for: none" in told
    with (town / "sheet.csv").open(encoding="utf-8-sig") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    assert rows.keys() == {code, new}
    whole = float(rows[code]["area_m2_before"])
    assert float(rows[code]["area_m2_after"]) + float(rows[new]["area_m2_after"]) == pytest.approx(whole, rel=1e-4)
    buildings = [int(float(rows[one]["buildings_after"])) for one in (code, new)]
    with psycopg.connect(toytown_url) as connection:
        there = connection.execute(
            "select count(*) from buildings b join areas a on a.id = b.area_id where a.code = %s", [code]
        ).fetchone()
    assert there and sum(buildings) == there[0] == int(float(rows[code]["buildings_before"])) > 0
    assert run("import", town / "grid.geojson", "--as", "grid", "--commit") == 0
    assert run("publish", "--commit") == 0
    with psycopg.connect(toytown_url) as connection:
        row = connection.execute(
            "select count(*), max(e.number) from edition_areas x join editions e on e.id = x.edition_id"
            " where e.status = 'in_force' and x.depth = 3"
        ).fetchone()
    assert row == (64, 2)


def test_what_cannot_be_done_is_told_with_its_place(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, new, _ = cut()
    far = shapely.LineString([(0, 0), (1, 1)])
    assert run("redraw", plan(town, Split(code, far, (code, new)).facts)) == 1
    said = capsys.readouterr().err
    assert "Operation 1" in said
    assert run("redraw", plan(town, {"operation": "explode"})) == 1
    assert "Operation 1" in capsys.readouterr().err
    (town / "plan.json").write_text("[]", encoding="utf-8")
    assert run("redraw", town / "plan.json") == 1


def test_a_code_is_never_used_again(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, line = cut()
    other = polygons.grids().codes[1]
    gone = [Merge((code, other), code).facts, Split(code, line, (code, other)).facts]
    assert run("redraw", plan(town, gone[0])) == 0
    assert "0 new, 1 gone, 1 changed" in capsys.readouterr().out
    community = polygons.grids().codes[0][:12]
    elsewhere = next(one for one in polygons.grids().codes if not one.startswith(community))
    assert run("redraw", plan(town, Split(code, line, (code, elsewhere)).facts)) == 1


def test_a_community_is_balanced_by_plans_that_hold(
    town: Path, toytown_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    community = polygons.grids().codes[0][:12]
    with psycopg.connect(toytown_url) as connection:
        connection.execute(
            "update buildings set households = households * 5 where area_id = (select id from areas where code = %s)",
            [polygons.grids().codes[0]],
        )
    assert run("balance", community, "--by", "households", "--to", town / "plans") == 0
    assert "largest deviation" in capsys.readouterr().out
    plans = sorted((town / "plans").iterdir())
    assert plans
    for one in plans:
        assert run("redraw", one) == 0
        assert "0 new, 0 gone" in capsys.readouterr().out
    river = {"type": "LineString", "coordinates": [[117.0, 36.0], [117.0, 36.1]]}
    (town / "river.geojson").write_text(json.dumps(river), encoding="utf-8")
    assert run("balance", community, "--barrier", town / "river.geojson") == 0
    assert run("balance", community, "--barrier", town / "no.geojson") == 1
    assert "--barrier" in capsys.readouterr().err
    assert run("balance", "nowhere") == 1
    assert run("balance", polygons.grids().codes[0]) == 1
