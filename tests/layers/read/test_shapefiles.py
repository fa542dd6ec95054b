"""Parts of Shapefiles that are missing, cut off, or of another file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from layers.read.features import read_features
from layers.read.refusals import UnreadableFile
from tests.layers.read.made_files import shapefile, zipped


@pytest.mark.parametrize("ending", [".shx", ".dbf"])
def test_a_missing_part_is_named(tmp_path: Path, ending: str) -> None:
    path = shapefile(tmp_path, encoding="UTF-8", cpg="UTF-8")
    path.with_suffix(ending).unlink()
    with pytest.raises(UnreadableFile, match=rf"streets\.shp lacks its {ending}.*together"):
        read_features(path)


@pytest.mark.parametrize("ending", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("kept_bytes", [0, 20, 120])
def test_a_part_that_is_cut_off_is_named_with_its_length(tmp_path: Path, ending: str, kept_bytes: int) -> None:
    path = shapefile(tmp_path, encoding="UTF-8", cpg="UTF-8")
    part = path.with_suffix(ending)
    part.write_bytes(part.read_bytes()[:kept_bytes])
    with pytest.raises(UnreadableFile, match=rf"streets\{ending} (is cut off|does not begin).*again"):
        read_features(path)


def test_a_part_of_another_file_is_found_by_its_rows(tmp_path: Path) -> None:
    path = shapefile(tmp_path, encoding="UTF-8", cpg="UTF-8")
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(shapefile(other, ("一", "二"), encoding="UTF-8", cpg="UTF-8").with_suffix(".dbf"), tmp_path)
    with pytest.raises(UnreadableFile, match=r"5 shapes, and its table 2 rows.*together"):
        read_features(path)


def test_parts_in_capitals_are_parts(tmp_path: Path) -> None:
    path = shapefile(tmp_path, encoding="UTF-8", cpg="UTF-8")
    for ending in (".dbf", ".shx", ".cpg", ".prj"):
        path.with_suffix(ending).rename(path.with_suffix(ending.upper()))
    assert len(read_features(path)) == 5


def test_a_damaged_part_in_an_archive_is_found_too(tmp_path: Path) -> None:
    path = shapefile(tmp_path, encoding="UTF-8", cpg="UTF-8")
    path.with_suffix(".shp").write_bytes(path.read_bytes()[:200])
    with pytest.raises(UnreadableFile, match="cut off"):
        read_features(zipped(path, tmp_path / "streets.zip"))
