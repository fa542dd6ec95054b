"""`./wangge import --as kinds` and `--as units`: tables as districts keep them, and what they change."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest

from tests.api.test_import_command import run

UNITS = [["单位代码", "单位名称"], ["urban", "城市管理局"], ["water", "水务局"], ["green", "园林中心"]]
HEADER: list[object] = [
    *("序号", "大类", "小类", "部件名称", "代码"),
    *("责任单位", "处置时限（工作日）", "立案条件", "结案条件", "是否需照片"),
]
ROWS: list[list[object]] = [
    ["附件2 城市部件处置规范（2026年版）"],
    [],
    HEADER,
    [1, "公用设施", "井盖", "污水井盖", "０２００１", "城市管理局", "2紧急工作时", "缺失、破损", "恢复原位", "是"],
    [2, "", "井盖", "雨水井盖", "02002", "水务局", " 5工作日", "缺失", "补齐", ""],
    [3, "", "照明", "路灯", "02003", "urban", 1, "不亮", "照明正常", "√"],
    [4, "园林绿化", "树木", "行道树", "04001", "园林中心", "种植季节15工作日", "缺株", "补植", "否"],
    [5, "", "树木", "绿地护栏", "04002", "园林局", "5工作日", "破损", "修复", ""],
    [6, "", "设施", "座椅", "04003", "园林中心", "五天左右", "破损", "修复", ""],
    [7, "", "设施", "凉亭", "04004", "园林中心", "5工作日", "破损", "修复", "也许"],
    ["注：特殊情况报请区领导同意"],
]
MERGED = ("A1:J1", "B4:B6", "B7:B10", "C4:C5", "A11:J11")


def workbook(file: Path, rows: Sequence[Sequence[object]], merged: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for block in merged:
        book.active.merge_cells(block)
    book.save(file)
    return file


def table(file: Path, rows: Sequence[Sequence[object]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)
    return file


@pytest.fixture
def url(toytown_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A database of one's own with the town and three units, in use."""
    monkeypatch.setenv("DATABASE_URL", toytown_url)
    assert accepted(table(tmp_path / "units.csv", UNITS), "units") == 0
    yield toytown_url


def asked(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def accepted(file: Path, what: str, *more: object) -> int:
    """Import with the columns that are proposed."""
    mapped = {
        "units": "code=单位代码,name=单位名称",
        "kinds": "code=代码,name=部件名称,unit=责任单位,limit_handle=处置时限（工作日）,filing_standard=立案条件,"
        "closing_standard=结案条件,photos=是否需照片,class=大类",
    }
    return run("import", file, "--as", what, "--map", mapped[what], *more, "--commit")


def test_a_ragged_workbook_is_read_row_by_row_and_what_cannot_be_read_is_given_back(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, refused = workbook(tmp_path / "部件.xlsx", ROWS, MERGED), tmp_path / "refused.csv"
    words = ("import", file, "--as", "kinds", "--range", "C", "--refused", refused, "--rest", "keep")
    assert run(*words, "--commit") == 1
    shown = capsys.readouterr()
    assert "Above the header, left out: 附件2" in shown.out
    confirmed = shlex.split(shown.err.partition("Confirm them: ")[2])
    assert run(*confirmed[1:]) == 0
    assert "what is new is settled at the finest level" in capsys.readouterr().out
    kinds = asked(
        url,
        "select k.code, k.name, parent_code, u.code, limits, photos, filing_standard, closing_standard from kinds k "
        "left join units u on u.id = k.unit_id where parent_code like 'C0%' order by 1",
    )
    assert kinds == [
        ("C02001", "污水井盖", "C02", "urban", {"handle": "2 urgent_hours"}, True, "缺失、破损", "恢复原位"),
        ("C02002", "雨水井盖", "C02", "water", {"handle": "5 working_days"}, False, "缺失", "补齐"),
        ("C02003", "路灯", "C02", "urban", {"handle": "1 working_days"}, True, "不亮", "照明正常"),
        ("C04001", "行道树", "C04", "green", {"handle:种植季节": "15 working_days"}, False, "缺株", "补植"),
    ]
    assert ("C04", "园林绿化", True) in asked(url, "select code, name, is_group from kinds")
    with refused.open(encoding="utf-8-sig", newline="") as written:
        back = list(csv.DictReader(written))
    assert [(row["row"], row["代码"], row["大类"]) for row in back] == [
        ("8", "04002", "园林绿化"),
        ("9", "04003", "园林绿化"),
        ("10", "04004", "园林绿化"),
        ("11", "", ""),
    ]
    assert "责任单位 is '园林局': there is no such unit. Write the code or the name" in back[0]["reason"]
    assert "处置时限（工作日） is '五天左右': it cannot be read whole. Write" in back[1]["reason"]
    assert "是否需照片 is '也许': it is neither yes nor no. Write 是 or 否" in back[2]["reason"]
    assert "it says only '注：特殊情况" in back[3]["reason"]


def test_mended_rows_are_a_part_of_the_table_and_nothing_else_goes(url: str, tmp_path: Path) -> None:
    file, refused = workbook(tmp_path / "c.xlsx", ROWS, MERGED), tmp_path / "refused.csv"
    assert accepted(file, "kinds", "--range", "C", "--refused", refused, "--rest", "keep") == 0
    mended = refused.read_text(encoding="utf-8-sig").replace("园林局", "园林中心").replace("五天左右", "5工作日")
    without_footnote = [line for line in mended.replace("也许", "否").splitlines() if "注：" not in line]
    refused.write_text("\n".join(without_footnote) + "\n", encoding="utf-8")
    assert accepted(refused, "kinds", "--range", "C") == 0
    rows = asked(url, "select code from kinds where active and parent_code in ('C02', 'C04') order by code")
    assert [code for (code,) in rows] == ["C02001", "C02002", "C02003", "C04001", "C04002", "C04003", "C04004"]


def test_a_kind_whose_row_cannot_be_a_row_is_not_gone(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        ["code", "name", "filing_standard"],
        *([f"M9{n}", f"事{n}", "有"] for n in range(3)),
        ["M01", "暴露垃圾", ""],
    ]
    assert run("import", workbook(tmp_path / "a.xlsx", rows), "--as", "kinds", "--commit") == 0
    capsys.readouterr()
    assert run("import", workbook(tmp_path / "b.xlsx", rows, ("B4:C4",)), "--as", "kinds", "--commit") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "0 gone" in said and "one cell stands for name and filing_standard" in said
    assert asked(url, "select active from kinds where code = 'M92'") == [(True,)]


def test_the_same_digits_are_another_kind_among_the_matters(url: str, tmp_path: Path) -> None:
    rows = [
        ["类型", "代码", "名称"],
        ["部件", "01001", "上水井盖"],
        ["事项", "01001", "私搭乱建"],
        ["别的", "01001", "什么"],
    ]
    words = ("import", table(tmp_path / "both.csv", rows), "--as", "kinds", "--rest", "keep", "--commit")
    assert run(*words, "--map", "code=代码,name=名称,range=类型") == 0
    known = asked(url, "select code, name from kinds where code like '%01001' order by code")
    assert known == [("C01001", "上水井盖"), ("M01001", "私搭乱建")]


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        ([["代码", "事项名称"], ["01001", "私搭乱建"]], (), "Add --range M: that is what its names speak of"),
        ([["代码", "名称"], ["01001", "私搭乱建"]], (), "Add --range C, M or L"),
        ([["代码", "名称"], ["1001", "私搭乱建"]], ("--range", "M"), "1001 should have 5 digits, as 01001"),
        ([["代码", "名称"], ["01001", "私搭乱建"]], ("--range", "X"), "no range 'X'"),
        ([["代码", "说明"], ["01001", "私搭乱建"]], ("--range", "M"), "No field's name says that it is the name"),
        ([["代码", "名称"], ["C90", "新井盖"]], (), "leaves out 1 of 1 that are in use. Say what becomes of them"),
    ],
)
def test_what_needs_a_word_from_a_person_is_refused_with_it(
    url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: list[list[object]],
    words: tuple[str, ...],
    said: str,
) -> None:
    assert run("import", table(tmp_path / "k.csv", rows), "--as", "kinds", *words) == 1
    assert said in capsys.readouterr().err


def test_eaten_zeros_are_restored_as_the_command_proposes(url: str, tmp_path: Path) -> None:
    file = workbook(tmp_path / "k.xlsx", [["代码", "名称"], [1001, "私搭乱建"], [10001, "其他"]])
    words = ("import", file, "--as", "kinds", "--range", "事项", "--code-digits", "5", "--rest", "keep")
    assert run(*words, "--map", "code=代码,name=名称", "--commit") == 0
    codes = asked(url, "select code from kinds where code ~ 'M.....' order by 1")
    assert codes == [("M01001",), ("M10001",)]


def test_a_year_is_shown_as_a_difference_and_what_is_gone_is_no_longer_in_use(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = ["code", "name", "parent", "group", "limit_handle"]
    first = [
        ["CZ", "其他", "", "是", ""],
        ["C01", "井盖缺失", "", "", ""],
        *([f"C9{n}", f"设施{n}", "CZ", "", "5工作日"] for n in range(5)),
    ]
    assert run("import", table(tmp_path / "a.csv", [header, *first]), "--as", "kinds", "--commit") == 0
    second = [row for row in first if row[0] not in {"C93", "C94"}]
    second[2] = ["C90", "设施甲", "CZ", "", "3工作日"]
    second.append(["C95", "新设施", "CZ", "", ""])
    second.append(["C94", "坏行", "CY", "", ""])
    file = table(tmp_path / "b.csv", [header, *second])
    capsys.readouterr()
    assert run("import", file, "--as", "kinds") == 0
    shown = capsys.readouterr().out
    assert "kinds: 1 new, 1 changed, 1 gone, 4 unchanged." in shown
    assert "there is no group 'CY' to be in" in shown
    assert "handle 5 working_days" in shown and "handle 3 working_days" in shown
    statement = "select string_agg(code, ' ' order by code) from kinds where active"
    assert asked(url, statement) == [("C01 C90 C91 C92 C93 C94 CZ L01 L02 M01",)]
    assert run("import", file, "--as", "kinds", "--commit") == 0
    assert asked(url, statement) == [("C01 C90 C91 C92 C94 C95 CZ L01 L02 M01",)]
    [(body,)] = asked(url, "select body from traces where event = 'kinds_changed' order by place desc limit 1")
    facts = json.loads(body)["facts"]
    assert facts["C93"]["after"] is None
    assert facts["C90"]["after"]["limits"] == {"handle": "3 working_days"}


def test_a_kind_does_not_become_a_class_unasked(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [["大类", "代码", "名称"], ["公用设施", "01001", "井盖"], ["公用设施", "01002", "路灯"]]
    file = table(tmp_path / "k.csv", rows)
    words = ("import", file, "--as", "kinds", "--range", "C", "--rest", "keep", "--commit")
    assert run(*words, "--map", "code=代码,name=名称,class=大类") == 0
    assert "大类 is '公用设施': C01 is the kind '井盖缺失', and no class" in " ".join(capsys.readouterr().out.split())
    assert asked(url, "select is_group from kinds where code like 'C01%'") == [(False,)]
    table(file, [[*row[:1], ("大类代码", "CA", "CA")[place], *row[1:]] for place, row in enumerate(rows)])
    assert run(*words, "--map", "code=代码,name=名称,class=大类,class_code=大类代码") == 0
    known = asked(url, "select code, parent_code from kinds where parent_code = 'CA' order by 1")
    assert known == [("C01001", "CA"), ("C01002", "CA")]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_what_is_exported_and_imported_again_changes_nothing(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    file = workbook(tmp_path / "c.xlsx", ROWS, MERGED)
    assert accepted(file, "kinds", "--range", "C", "--rest", "keep") == 0
    with psycopg.connect(url) as connection:
        extra = '{"floor": {"type": "integer", "required": true}}'
        connection.execute("update kinds set extra_fields = %s, checked = true where code = 'C02003'", [extra])
    stored = asked(url, "select * from kinds order by code"), asked(url, "select * from units order by code")
    for what, said in (("units", "0 new, 0 changed, 0 no longer in use, 3"), ("kinds", "0 new, 0 changed, 0 gone, 10")):
        assert run("export", what, "--to", tmp_path / f"{what}{ending}") == 0
        capsys.readouterr()
        assert run("import", tmp_path / f"{what}{ending}", "--as", what, "--commit") == 0
        assert said in capsys.readouterr().out
    assert (asked(url, "select * from kinds order by code"), asked(url, "select * from units order by code")) == stored


def test_units_that_are_gone_are_no_longer_in_use(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [*UNITS[:2], ["water", "水利局"], ["water", "水务局"], ["", "无名"], ["new", "新局"]]
    assert accepted(table(tmp_path / "u.csv", rows), "units", "--rest", "inactive") == 0
    said = capsys.readouterr().out
    assert "1 new, 1 changed, 0 no longer in use, 1 unchanged" in said
    assert "water stands in a row above already" in said and "its code is empty" in said
    assert accepted(table(tmp_path / "u.csv", [*UNITS[:2], ["new", "新局"]]), "units", "--rest", "inactive") == 0
    assert asked(url, "select code, name from units where active order by 1") == [
        ("new", "新局"),
        ("urban", "城市管理局"),
    ]
