"""Archives that would do harm, and archives that are none."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from layers.read import archives
from layers.read.features import read_features
from layers.read.refusals import SuspiciousArchive, UnreadableFile
from tests.layers.read.made_files import shapefile, zipped


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("streets.shp", b"\0" * 50_000_000)
    with pytest.raises(SuspiciousArchive, match=r"streets\.shp would grow [\d,]+ times.*nothing was unpacked"):
        read_features(bomb)


def test_too_much_and_too_many_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(shapefile(tmp_path, encoding="UTF-8", cpg="UTF-8"), tmp_path / "streets.zip")
    monkeypatch.setattr(archives, "MOST_BYTES", 100)
    with pytest.raises(SuspiciousArchive, match="would unpack to"):
        read_features(path)
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    with pytest.raises(SuspiciousArchive, match="holds 5 files"):
        read_features(path)


@pytest.mark.parametrize("name", ["../streets.shp", "/etc/streets.shp", "a/../../b.shp", "..\\b.shp", "C:/b.shp"])
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "outside.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(name, b"x")
    with pytest.raises(SuspiciousArchive, match="outside the folder"):
        read_features(archive)


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("streets.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as target:
        target.writestr(link, "/etc/passwd")
    with pytest.raises(SuspiciousArchive, match="is a link"):
        read_features(tmp_path / "link.zip")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"no archive at all"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.zip").write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"broken\.zip is no archive"):
        read_features(tmp_path / "broken.zip")


def test_a_cut_off_archive_is_refused(tmp_path: Path) -> None:
    path = zipped(shapefile(tmp_path, encoding="UTF-8", cpg="UTF-8"), tmp_path / "streets.zip")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableFile, match=r"streets\.zip"):
        read_features(path)


def test_an_archive_without_a_map_and_one_with_several_are_told_apart(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "letters.zip", "w") as target:
        target.writestr("read me.txt", "nothing here")
    with pytest.raises(UnreadableFile, match="holds no file of features"):
        read_features(tmp_path / "letters.zip")
    path = zipped(shapefile(tmp_path, encoding="UTF-8", cpg="UTF-8"), tmp_path / "both.zip")
    with zipfile.ZipFile(path, "a") as target:
        target.writestr("other.geojson", '{"type": "FeatureCollection", "features": []}')
    with pytest.raises(UnreadableFile, match=r"--layer other \| streets"):
        read_features(path)
    assert len(read_features(path, layer="streets")) == 5
