"""The files can be made again, byte for byte, and the declaration beside them can be used."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from layers.districts.declaring import read_declaration

SUFFIXES = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".csv"}
#: What the generator does not make.
BY_HAND = {"calendar.csv", "kinds.csv", "units.csv"}


def _rebuilt(folder: Path, target: Path, *options: str) -> None:
    command = [sys.executable, str(folder / "generator"), "--to", str(target), *options]
    subprocess.run(command, check=True, capture_output=True, cwd=target)


def _assert_equal(folder: Path, target: Path) -> None:
    committed = {path.name for path in folder.iterdir() if path.suffix in SUFFIXES} - BY_HAND
    assert committed == {path.name for path in target.iterdir()}
    assert len(committed) == 31
    different = [name for name in sorted(committed) if (folder / name).read_bytes() != (target / name).read_bytes()]
    assert different == []


def test_everything_but_the_polygons_is_rebuilt_byte_for_byte(folder: Path, tmp_path: Path) -> None:
    _rebuilt(folder, tmp_path, "--keep-grids")
    _assert_equal(folder, tmp_path)


@pytest.mark.long
def test_all_files_are_rebuilt_byte_for_byte(folder: Path, tmp_path: Path) -> None:
    _rebuilt(folder, tmp_path)
    _assert_equal(folder, tmp_path)


def test_the_declaration_is_one_the_service_can_read(folder: Path) -> None:
    given = tomllib.loads((folder / "district.toml").read_text(encoding="utf-8"))
    declaration = read_declaration(given)
    assert declaration.code == "210213000000"
    assert [level.key for level in declaration.levels] == ["district", "street", "community", "grid"]


def test_the_folder_stays_small(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.suffix in SUFFIXES) < 25e6
