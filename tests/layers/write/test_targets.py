"""Files appear whole or not at all."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from layers.write.destinations import for_all, for_one
from layers.write.refusals import UnknownEnding, UnwritableTarget
from layers.write.targets import filling, packing, replacing


class Cut(Exception):  # noqa: N818 - a word of this file
    """The machine stopped in the middle."""


def test_a_target_appears_at_the_end_with_what_belongs_to_it(tmp_path: Path) -> None:
    target = tmp_path / "grids.shp"
    with replacing(target) as path:
        path.write_text("new")
        path.with_suffix(".dbf").write_text("new")
        assert list(tmp_path.glob("grids*")) == []
    assert sorted(file.name for file in tmp_path.iterdir()) == ["grids.dbf", "grids.shp"]


def test_a_failure_leaves_the_old_file_and_no_remains(tmp_path: Path) -> None:
    target = tmp_path / "grids.gpkg"
    target.write_text("old")
    with pytest.raises(Cut), replacing(target) as path:
        path.write_text("half")
        raise Cut
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("grids.gpkg", "old")]


def test_indexes_of_the_former_shapefile_go(tmp_path: Path) -> None:
    (tmp_path / "grids.qix").write_text("old")
    (tmp_path / "other.qix").write_text("old")
    with replacing(tmp_path / "grids.shp") as path:
        path.write_text("new")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["grids.shp", "other.qix"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    with replacing(tmp_path / "link.csv") as path:
        path.write_text("new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


def test_new_files_have_the_rights_of_any_new_file(tmp_path: Path) -> None:
    with replacing(tmp_path / "grids.csv") as path:
        path.write_text("new")
    (tmp_path / "plain").write_text("")
    assert (tmp_path / "grids.csv").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing/grids.csv", "Make it first"),
        ("file/grids.csv", "is no folder"),
        ("folder.csv", "is a folder"),
        ("pipe.csv", "is no file"),
        ("open.gpkg", "is open in another program"),
    ],
)
def test_a_target_that_cannot_be_replaced_is_refused_first(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "open.gpkg-wal").write_text("")
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UnwritableTarget, match=why), replacing(tmp_path / name):
        pytest.fail("nothing may be written")


def test_what_may_not_be_written_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kept.csv").write_text("old")
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "kept.csv")
    with pytest.raises(UnwritableTarget, match="write-protected"), replacing(tmp_path / "kept.csv"):
        pytest.fail("nothing may be written")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UnwritableTarget, match="may not be written to"), filling(tmp_path):
        pytest.fail("nothing may be written")


def test_a_folder_is_filled_at_the_end_and_keeps_other_files(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(Cut), filling(tmp_path / "out") as folder:
        (folder / "grid.csv").write_text("half")
        raise Cut
    with filling(tmp_path / "out") as folder:
        (folder / "grid.csv").write_text("new")
        assert not (tmp_path / "out" / "grid.csv").exists()
    assert {file.name: file.read_text() for file in (tmp_path / "out").iterdir()} == {
        "mine.txt": "mine",
        "grid.csv": "new",
    }
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_an_archive_holds_its_files_flat(tmp_path: Path) -> None:
    with replacing(tmp_path / "all.zip") as path, packing(path) as folder:
        (folder / "a.csv").write_text("a")
        (folder / "b.csv").write_text("b")
    assert zipfile.ZipFile(tmp_path / "all.zip").namelist() == ["a.csv", "b.csv"]
    assert [file.name for file in tmp_path.iterdir()] == ["all.zip"]


@pytest.mark.parametrize("name", ["grids.kml", "grids", "grids.gpkg.bak"])
def test_an_unknown_ending_is_answered_with_the_known_ones(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(UnknownEnding, match=r"\.gpkg, \.shp, \.geojson, \.csv, \.xlsx, \.zip"),
        for_one(tmp_path / name),
    ):
        pytest.fail("nothing may be written")


def test_all_layers_go_to_a_geopackage_an_archive_or_a_folder(tmp_path: Path) -> None:
    with (
        pytest.raises(UnknownEnding, match=r"\.gpkg, \.zip; or name a folder"),
        for_all(tmp_path / "a.shp", each=".shp"),
    ):
        pytest.fail("nothing may be written")
    with pytest.raises(UnknownEnding), for_all(tmp_path / "a", each=".kml"):
        pytest.fail("nothing may be written")
