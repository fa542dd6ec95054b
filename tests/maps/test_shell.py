"""Start page, queues and error page: what they say, in both languages, and that a strict policy fits them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from maps.pages import STATIC
from maps.records import DistrictCounts, DistrictLink, Frame, HomeMap, Queue, WaitingReport
from maps.shell import Problem, error_page, home_page, queue_page
from maps.strings import Language
from tests.maps.pictures import AS_OF

FRAME = Frame("zh", "/", None, "金普<新>区", 3, AS_OF, "Asia/Shanghai")
REPORT = WaitingReport(
    "20260318-00007",
    "道路积水",
    AS_OF - timedelta(hours=5, minutes=40),
    "121.8, 39.0",
    "<b>离最近网格 812 米</b>",
    ("第003网格 62%",),
)
QUEUES = [
    Queue("unassigned", (), 0),
    Queue(
        "unlocated",
        (REPORT, replace(REPORT, number="20260318-00008", candidates=(), href="/r/8")),
        27,
    ),
]
COUNTS = DistrictCounts(open=5012, unassigned=0, unlocated=27, filed_today=186)
MAP = HomeMap("/maps/workload?level=grid", "/maps/workload?level=grid&embedded=true", "网格")
languages = pytest.mark.parametrize("language", ["zh", "en"])


def home(language: Language = "zh") -> str:
    return home_page(replace(FRAME, language=language), counts=COUNTS, queues=QUEUES, home_map=MAP)


def test_the_start_page_shows_figures_map_and_what_waits() -> None:
    html = home()
    for told in (
        "5,012",
        "186",
        "27",
        "未定位事件",
        "20260318-00007",
        "2026-03-18 08:50",
        "已等待 5 小时",
        "查看全部 27 件",
    ):
        assert told in html
    assert 'src="/maps/workload?level=grid&amp;embedded=true"' in html
    assert "没有事件在等待" not in html
    assert "queue.unassigned" not in html


def test_only_what_waits_is_loud() -> None:
    assert home().count('class="figure loud"') == 1
    undrawn = replace(FRAME, edition_number=None)
    calm = home_page(undrawn, counts=replace(COUNTS, unlocated=0), queues=[QUEUES[0]], home_map=None)
    assert 'class="figure loud"' not in calm
    assert "没有事件在等待人工处理。" in calm
    assert "尚无生效的边界版本" in calm
    assert "<iframe" not in calm
    elsewhere = home_page(FRAME, counts=COUNTS, queues=[], home_map=None)
    assert "尚无生效的边界版本" not in elsewhere, "there are boundaries; this reader has no map of them"


def test_a_queue_says_why_and_whom() -> None:
    html = queue_page(replace(FRAME, path="/queues/unlocated"), QUEUES[1])
    assert "第003网格 62%" in html
    assert "无候选" in html
    assert '<a href="/r/8">20260318-00008</a>' in html
    assert "共 27 件，显示最早的 2 件" in html
    assert 'href="/queues/unlocated?lang=en"' in html
    assert "队列为空。" in queue_page(FRAME, QUEUES[0])


def test_every_link_keeps_district_and_language() -> None:
    frame = replace(FRAME, language="en", district="district 2", path="/queues/unlocated")
    queue = queue_page(frame, QUEUES[1])
    assert queue.count('href="/?district=district+2&amp;lang=en"') == 2
    assert 'href="/queues/unlocated?district=district+2"' in queue
    start = home_page(frame, counts=COUNTS, queues=QUEUES, home_map=MAP)
    assert 'href="/queues/unlocated?district=district+2&amp;lang=en"' in start


def test_several_districts_are_offered_and_one_is_not() -> None:
    both = [DistrictLink("甲区", "/?district=1", is_shown=True), DistrictLink("乙区", "/?district=2", is_shown=False)]
    html = home_page(FRAME, counts=COUNTS, queues=QUEUES, home_map=MAP, districts=both)
    assert '<a href="/?district=1" aria-current="page">甲区</a>' in html
    assert '<a href="/?district=2">乙区</a>' in html
    assert 'class="districts"' not in home_page(FRAME, counts=COUNTS, queues=QUEUES, home_map=MAP, districts=both[:1])


def test_an_error_names_remedy_and_reference() -> None:
    html = error_page(Problem(404, "没有这个<编号>。", "请核对。", "a1b2"))
    for told in ("404", "没有这个&lt;编号&gt;。", "请核对。", "编号 a1b2"):
        assert told in html
    assert "怎么办" not in error_page(Problem(500, "出错了。"))


@languages
def test_pages_hold_no_script_and_no_style(language: Language) -> None:
    frame = replace(FRAME, language=language)
    for html in (home(language), queue_page(frame, QUEUES[1]), error_page(Problem(500, "x"), language)):
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", html)
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in html
        assert "<新>" not in html
        assert "<b>离" not in html
        for asset in re.findall(r'(?:src|href)="/static/([^"]+)"', html):
            assert (STATIC / asset).is_file()
