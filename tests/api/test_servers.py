"""The test frame's own service: it is ready when it is handed over, and gone afterwards."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.servers import serving


def test_a_service_is_ready_and_then_gone(db_url: str, tmp_path: Path) -> None:
    with serving(db_url, var=tmp_path) as url:
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/healthz", trust_env=False)


def test_a_service_that_cannot_start_says_why(tmp_path: Path) -> None:
    never = ("serve", "--nonsense")
    with (
        pytest.raises(pytest.fail.Exception, match=r"ended with code 2:(.|\n)*No such option"),
        serving("postgresql://clerk@127.0.0.1:1/none", var=tmp_path, command=never),
    ):
        pass
