"""The browser frame: a real Chromium that reaches nothing but this machine."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browsers import is_local
from tests.servers import CHECKOUT

REACHING_OUT = """
import pytest
pytest_plugins = ["tests.browsers"]

def test_asks_another_host(page):
    page.set_content("<img src='https://maps.example/tile.png'>", wait_until="load")
"""


@pytest.mark.browser
def test_a_page_runs_scripts_in_chinese(page: Page) -> None:
    page.set_content("<p id=p></p><script>p.textContent = navigator.language</script>")
    assert page.inner_text("#p") == "zh-CN"


@pytest.mark.browser
def test_asking_another_host_fails_the_test(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    pytester.makepyfile(REACHING_OUT)
    outcome = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    outcome.assert_outcomes(passed=1, errors=1)
    outcome.stdout.fnmatch_lines(["*asked other hosts*maps.example/tile.png*"])


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000/maps", True),
        ("http://localhost/", True),
        ("data:image/png;base64,AA", True),
        ("https://127.0.0.1.example/", False),
        ("//tiles.example/1/2/3.png", False),
    ],
)
def test_what_counts_as_this_machine(url: str, local: bool) -> None:
    assert is_local(url) is local
