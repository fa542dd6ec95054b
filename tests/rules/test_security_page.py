"""docs/security.md and docs/privacy.md name tests: each of them exists, and no chapter is passed over."""

from __future__ import annotations

import ast
import re

import pytest

from tests.rules.sources import paths, text_of

PAGE = "docs/security.md"
PAGES = (PAGE, "docs/privacy.md")
NAMED = re.compile(r"(tests/[\w/.-]+)(?:::(\w+))?")
STATES = {"met", "in part", "open", "n/a", "operator", "–"}
#: Sections of each chapter of ASVS 5.0.
SECTIONS = dict(enumerate((5, 4, 7, 4, 4, 8, 6, 4, 2, 7, 7, 3, 4, 3, 4, 5, 3), 1))
ITEMS = (
    *("8.1.1 安全物理环境", "8.1.2 安全通信网络", "8.1.3 安全区域边界", "8.1.4.1 身份鉴别", "8.1.4.2 访问控制"),
    *("8.1.4.3 安全审计", "8.1.4.4 入侵防范", "8.1.4.5 恶意代码防范", "8.1.4.6 可信验证", "8.1.4.7 数据完整性"),
    *("8.1.4.8 数据保密性", "8.1.4.9 数据备份恢复", "8.1.4.10 剩余信息保护", "8.1.4.11 个人信息保护"),
    *("8.1.5.1 系统管理", "8.1.5.2 审计管理", "8.1.5.3 安全管理", "8.1.5.4 集中管控", "8.1.6 安全管理制度"),
    *("8.1.7 安全管理机构", "8.1.8 安全管理人员", "8.1.9 安全建设管理", "8.1.10 安全运维管理"),
)


def names_in(text: str) -> set[str]:
    """Names of the tests of a file."""
    functions = (one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return {one.name for one in functions if one.name.startswith("test_")}


def missing(text: str) -> list[str]:
    """Every test or file of tests that a text names and that is not there."""
    files = set(paths())
    return [
        f"{file}::{test}"
        for file, test in NAMED.findall(text)
        if file not in files or (test and test not in names_in(text_of(file)))
    ]


def rows() -> list[list[str]]:
    """The cells of every row of the tables of ASVS."""
    _, _, asvs = text_of(PAGE).partition("## OWASP ASVS")
    lines = re.findall(r"^\| (V\d+\.\d.*) \|$", asvs, re.MULTILINE)
    return [[cell.strip() for cell in re.split(r" \| ?", line)] for line in lines]


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_exists(page: str) -> None:
    assert not missing(text_of(page))


def test_a_test_that_is_gone_would_be_noticed() -> None:
    here = "tests/rules/test_security_page.py"
    assert not missing(f"`{here}::test_a_test_that_is_gone_would_be_noticed` and `{here}`")
    assert missing(f"`{here}::test_of_nothing`") == [f"{here}::test_of_nothing"]
    assert missing("`tests/rules/gone.py::test_of_nothing`") == ["tests/rules/gone.py::test_of_nothing"]


def test_every_section_of_every_chapter_is_there() -> None:
    told = re.findall(r"\bV(\d+)\.(\d+) ", " ".join(cells[0] + " " for cells in rows()))
    wanted = [(str(chapter), str(at)) for chapter, most in SECTIONS.items() for at in range(1, most + 1)]
    assert told == wanted
    assert re.findall(r"^### V(\d+) ", text_of(PAGE), re.MULTILINE) == [str(chapter) for chapter in SECTIONS]


def test_every_row_says_its_state_and_what_is_met_is_shown() -> None:
    for cells in rows():
        assert len(cells) == 4, cells
        section, state, what, shown = cells
        assert state in STATES, section
        assert what, section
        assert NAMED.search(shown) or state not in {"met", "in part"}, f"{section}: name the test"


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_of_level_3_is_there(item: str) -> None:
    _, _, items = text_of(PAGE).partition("## GB/T 22239-2019")
    assert item in items
