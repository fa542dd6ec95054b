"""Other cities' layers as they are given: each ends in a draft or in a refusal that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.journeys.commands import Shell

pytestmark = [pytest.mark.journey, pytest.mark.shared_data]


def declare(shell: Shell, folder: Path, *levels: str) -> None:
    listed = "\n".join(f'    {{ key = "{level}", name = "{level}" }},' for level in ("city", *levels))
    file = folder / "district.toml"
    file.write_text(
        f'code = "here"\nname = "此地"\ntime_zone = "Asia/Shanghai"\nlevels = [\n{listed}\n]\n', encoding="utf-8"
    )
    assert shell.run("district", file, "--commit").code == 0


def test_st_louis_wards_in_metres_are_refused_then_mended_and_published(shell: Shell, shared_data: Path) -> None:
    wards = shared_data / "polygons" / "stlouis" / "STL_POLITICS_Wards10.shp"
    words = ("import", wards, "--as", "ward", "--code", "WARD10")
    assert shell.run("district", CHECKOUT / "data" / "examples" / "stlouis.toml", "--commit").code == 0
    refused = shell.run(*words, "--commit")
    assert refused.code == 1
    assert "overlap" in refused.err
    assert shell.run(*words, "--repair", "--commit").code == 0
    assert "Edition 1 is in force." in shell.run("publish", "--commit").out


def test_gbk_names_are_read_and_the_districts_go_into_a_draft(shell: Shell, shared_data: Path, tmp_path: Path) -> None:
    declare(shell, tmp_path, "district")
    file = shared_data / "polygons" / "gbk_shanghai_districts" / "区县界_area.shp"
    told = shell.run("import", file, "--as", "district", "--repair", "--commit")
    assert told.code == 0
    assert "code from ADMINCODE, name from NAME" in told.out


def test_a_layer_without_prj_says_which_system_it_probably_is(shell: Shell, shared_data: Path, tmp_path: Path) -> None:
    declare(shell, tmp_path, "district", "cell")
    polygons = shared_data / "polygons"
    words = ("import", polygons / "shenzhen_districts_noprj" / "sz.shp", "--as", "district", "--code", "qh")
    assert "add --crs EPSG:4326" in shell.run(*words).err
    assert shell.run(*words, "--crs", "EPSG:4326", "--repair", "--commit").code == 0
    cells = polygons / "shenzhen_grid500_noprj" / "grid.shp"
    told = shell.run("import", cells, "--as", "cell", "--code", "LONCOL", "--parent", "spatial", "--crs", "EPSG:4326")
    assert told.code == 1
    assert "duplicate_code" in told.err


def test_utf8_without_a_cpg_is_refused_by_name(shell: Shell, shared_data: Path, tmp_path: Path) -> None:
    declare(shell, tmp_path, "part")
    told = shell.run("import", shared_data / "polygons" / "utf8_china_no_cpg" / "china.shp", "--as", "part")
    assert told.code == 1
    assert "--encoding UTF-8" in told.err
