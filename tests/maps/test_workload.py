"""The page of the workload map and the same as one file, as text; tests/browser looks at them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest

from layers.workload.metrics import METRICS, UnknownMetric
from maps.figures import ClassChoice
from maps.outlines import outlines_json
from maps.refusals import UnmatchedOutlines, UnusableClasses
from maps.workload import LevelLink, MapLook, workload_file, workload_page
from tests.maps.pictures import district

SHEET, AREAS = district(5, 4, level="street")
OUTLINES = outlines_json(AREAS)
QUANTILE = ClassChoice()


def page(**others: Any) -> str:
    asked = {"metric": "open", "choice": QUANTILE, "outlines_url": "/o.json", "figures_url": "/f?level=street"}
    return workload_page(SHEET, **{**asked, **others})


def carried(html: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}-json">(.*?)</script>', html, re.DOTALL)
    return found and orjson.loads(found[1])


def test_the_page_holds_neither_outlines_nor_figures() -> None:
    html = page(levels=[LevelLink("street", "街道", "Street", "/maps/workload?level=street")])
    config = carried(html, "config")
    assert (config["outlinesUrl"], config["figuresUrl"], config["refreshS"]) == ("/o.json", "/f?level=street", 60)
    assert carried(html, "outlines") is None
    assert carried(html, "figures") is None
    assert [level["key"] for level in config["levels"]] == ["street"]
    assert '<script type="module" src="/static/js/workload_page.js"></script>' in html
    assert '<link rel="preload" as="fetch" crossorigin="anonymous" href="/o.json">' in html
    assert len(html) < 40_000


def test_the_page_knows_metrics_colours_and_both_languages() -> None:
    config = carried(page(), "config")
    assert [metric["key"] for metric in config["metrics"]] == list(METRICS)
    assert config["strings"]["zh"].keys() == config["strings"]["en"].keys()
    assert [len(colours) for colours in config["palette"]] == [1, 2, 3, 4, 5, 6, 7]
    assert config["chosen"] == {"metric": "open", "language": "zh", "method": "quantile", "classes": 5, "limits": []}


def test_classes_that_cannot_be_used_are_refused_before_the_page() -> None:
    with pytest.raises(UnusableClasses, match="limits"):
        page(choice=ClassChoice("fixed", limits=(5, 1)))


def test_the_language_is_that_of_the_page() -> None:
    assert '<html lang="zh-CN">' in page()
    assert "<title>金普新区 · 未结事件 · 工作量地图</title>" in page()
    english = page(look=MapLook(language="en"))
    assert '<html lang="en">' in english
    assert "<title>Jinpu · Open reports · Workload map</title>" in english
    assert '<span id="district">Jinpu</span>' in english


def test_a_file_holds_everything() -> None:
    html = workload_file(SHEET, OUTLINES, metric="open", choice=ClassChoice("fixed", limits=(1, 5)))
    classes = carried(html, "figures")["classes"]
    assert len(carried(html, "outlines")["features"]) == 20
    assert {
        f"{metric}/{method}/{n}" for metric in METRICS for method in ("quantile", "natural") for n in range(3, 8)
    } | {"open/fixed/1,5"} == set(classes)
    assert "/static/" not in html
    markup = re.sub(r"(?s)(<(script|style)\b[^>]*>).*?</\2>", r"\1", html)
    assert set(re.findall(r"""\b(?:src|href)=["']([^"']*)""", markup)) == {"data:,", "#table"}


def test_text_of_an_area_cannot_leave_its_place() -> None:
    evil = "</script><script>alert(1)</script>"
    area = replace(AREAS[0], name=evil)
    html = workload_file(
        replace(SHEET, district_name=evil), outlines_json([area, *AREAS[1:]]), metric="open", choice=QUANTILE
    )
    assert "<script>alert" not in html
    assert carried(html, "outlines")["features"][0]["properties"]["name"] == evil


def test_outlines_of_other_areas_are_refused() -> None:
    with pytest.raises(UnmatchedOutlines, match="edition 3"):
        workload_file(SHEET, outlines_json(AREAS[1:]), metric="open", choice=QUANTILE)


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(UnknownMetric):
        page(metric="closed")
