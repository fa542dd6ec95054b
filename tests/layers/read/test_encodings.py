"""Text in the encoding its file declares, in another, and in none."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.read.encodings import damage_in, readings
from layers.read.features import read_features
from layers.read.refusals import WrongEncoding
from tests.layers.read.made_files import STREETS, TAIPEI, shapefile, zipped

GBK_BYTE, BIG5_BYTE = 0x4D, 0x4F


@pytest.mark.parametrize(
    ("encoding", "cpg", "language"),
    [
        ("UTF-8", "UTF-8", 0),
        ("UTF-8", "65001", 0),
        ("GBK", "GBK", 0),
        ("GBK", "936", 0),
        ("GB18030", "GB18030", 0),
        ("GBK", None, GBK_BYTE),
        ("GBK", "", GBK_BYTE),
        # A .cpg that is right overrules a language byte that is not.
        ("UTF-8", "UTF-8", GBK_BYTE),
    ],
)
def test_what_is_declared_rightly_is_read(tmp_path: Path, encoding: str, cpg: str | None, language: int) -> None:
    path = shapefile(tmp_path, encoding=encoding, cpg=cpg, language=language)
    assert tuple(read_features(path).fields["name"]) == STREETS


@pytest.mark.parametrize(("cpg", "language"), [("Big5", 0), ("950", 0), (None, BIG5_BYTE)])
def test_big5_is_read_as_declared(tmp_path: Path, cpg: str | None, language: int) -> None:
    path = shapefile(tmp_path, TAIPEI, encoding="Big5", cpg=cpg, language=language)
    assert tuple(read_features(path).fields["name"]) == TAIPEI


@pytest.mark.parametrize(
    ("names", "encoding", "cpg", "language", "proposed"),
    [
        (STREETS, "UTF-8", None, 0, "UTF-8"),
        (STREETS, "UTF-8", "", 0, "UTF-8"),
        (STREETS, "UTF-8", "GBK", 0, "UTF-8"),
        (STREETS, "UTF-8", None, GBK_BYTE, "UTF-8"),
        (STREETS, "UTF-8", "ISO-8859-1", 0, "UTF-8"),
        (STREETS, "GBK", "UTF-8", GBK_BYTE, "GB18030"),
        (STREETS, "GBK", None, 0, "GB18030"),
        (STREETS, "GBK", "Big5", 0, "GB18030"),
        (STREETS, "GBK", None, BIG5_BYTE, "GB18030"),
        (STREETS, "GBK", "no such page", 0, "GB18030"),
        (TAIPEI, "Big5", None, 0, "Big5"),
        (TAIPEI, "Big5", "UTF-8", 0, "Big5"),
        (TAIPEI, "Big5", "GBK", 0, "Big5"),
        (TAIPEI, "Big5", None, GBK_BYTE, "Big5"),
    ],
)
@pytest.mark.parametrize("is_zipped", [False, True])
def test_what_is_declared_wrongly_is_refused_and_the_right_encoding_proposed(
    tmp_path: Path,
    names: tuple[str, ...],
    encoding: str,
    cpg: str | None,
    language: int,
    proposed: str,
    is_zipped: bool,
) -> None:
    path = shapefile(tmp_path, names, encoding=encoding, cpg=cpg, language=language)
    if is_zipped:
        path = zipped(path, tmp_path / "streets.zip")
    with pytest.raises(WrongEncoding, match=f"add --encoding {proposed}") as refusal:
        read_features(path)
    message = str(refusal.value)
    assert "streets.shp, field name, row 1" in message
    assert ", ".join(names[:3]) in message
    assert tuple(read_features(path, encoding=proposed).fields["name"]) == names


def test_an_encoding_that_cannot_be_is_refused_even_when_it_is_named(tmp_path: Path) -> None:
    path = shapefile(tmp_path, encoding="GBK", cpg="GBK")
    with pytest.raises(WrongEncoding, match="--encoding GB18030"):
        read_features(path, encoding="UTF-8")


def test_western_names_stay_western(tmp_path: Path) -> None:
    names = ("Peña", "São João", "Köln")
    path = shapefile(tmp_path, names, encoding="ISO-8859-1", cpg=None)
    assert tuple(read_features(path).fields["name"]) == names


def test_a_letter_that_the_field_cuts_in_two_does_not_make_the_text_wrong() -> None:
    assert readings(["拥政街道".encode()[:-1]])[0].encoding == "UTF-8"
    assert readings(["拥政街道先进".encode("gbk")[:-1]])[0].encoding == "GB18030"


@pytest.mark.parametrize("wrong", ["iso-8859-1", "gb18030"])
def test_names_that_were_read_wrongly_and_saved_so_cannot_be_mended_by_an_option(tmp_path: Path, wrong: str) -> None:
    damaged = tuple(name.encode().decode(wrong, "ignore") for name in ("东街", "拥政街道", "先进路口"))
    path = shapefile(tmp_path, damaged, encoding="UTF-8", cpg="UTF-8")
    with pytest.raises(WrongEncoding, match="Take the file it was made from") as refusal:
        read_features(path)
    assert "field name, row 1" in str(refusal.value)
    assert tuple(read_features(path, keep=["code"]).fields) == ("code",)


def test_lost_letters_are_found_and_sound_names_are_not_suspected() -> None:
    assert damage_in("\ufffd街") is not None
    assert damage_in("锟斤拷") is not None
    assert not [name for name in (*STREETS, *TAIPEI, "Peña", "玛纳斯") if damage_in(name)]
