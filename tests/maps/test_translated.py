"""What is refused is told in Chinese to whoever reads Chinese: every sentence of the steps and of filing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.reports.lifecycle import Action
from layers.reports.steps.guards import TELLS
from maps.translated import PLACE, SENTENCES, known, translated

REPORTS = Path(__file__).parents[2] / "layers" / "reports"
OTHERS = ("lifecycle", "bulk", "filing", "photos", "purposes")
SOURCES = (*sorted((REPORTS / "steps").glob("*.py")), *(REPORTS / f"{name}.py" for name in OTHERS))
RAISED = re.compile(
    r"Not\w+|Bad\w+|Unknown\w+|Wrong\w+|_not_allowed|\w+(Moved|Reused|Late|Meanwhile|Refused|Erased|Photos)"
)


def written(node: ast.expr) -> Iterator[str]:
    """The sentences an expression may be, `{}` where it names something."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    elif isinstance(node, ast.IfExp):
        yield from written(node.body)
        yield from written(node.orelse)


def refusals(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and RAISED.fullmatch(node.func.id):
            for said in (*node.args, *(one.value for one in node.keywords if one.arg == "remedy")):
                yield from written(said)


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.stem)
def test_every_refusal_of_the_steps_and_of_filing_has_its_sentence(source: Path) -> None:
    filled = [one.replace("{}", "x1") for one in refusals(source)]
    assert [one for one in filled if known(one, "zh") is None] == []


def test_the_sentences_are_found_in_the_sources() -> None:
    assert len([one for source in SOURCES for one in refusals(source)]) > 60


def test_whoever_may_not_is_told_so_in_chinese() -> None:
    assert [one for one in TELLS.values() if one and known(one, "zh") is None] == []


@pytest.mark.parametrize(("english", "chinese"), SENTENCES.items())
def test_a_sentence_is_whole(english: str, chinese: str) -> None:
    assert re.search("[\u4e00-\u9fff]", chinese), "no Chinese in it"
    assert english.strip() == english and chinese.strip() == chinese
    assert all(int(place["at"]) < english.count("{}") for place in PLACE.finditer(chinese))


def test_what_it_names_is_named_in_words() -> None:
    said = "A report that is closed cannot be given the step accept."
    assert translated(said, "zh") == "“已结案”状态的事件不能执行“接单”。"
    assert translated(said, "en") == said
    assert translated(f"The step {Action.RETURN} must say reason.", "zh") == "“回退”须填写理由。"
    assert translated("There is no report '20250101-0000001'.", "zh").startswith("没有事件 20250101-0000001，")


def test_what_the_list_does_not_have_stays() -> None:
    assert translated("Nobody wrote this.", "zh") == "Nobody wrote this."
    assert known("Nobody wrote this.", "zh") is None
