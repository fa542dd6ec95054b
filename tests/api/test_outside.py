"""The provider's addresses, and what is set of it."""

from __future__ import annotations

import pytest

from api.outside import is_safe
from api.serving import outside_of
from api.settings import SettingRefused, Settings

COMPLETE = {"oidc_issuer": "https://id.example/", "oidc_client_id": "wangge", "public_url": "https://wangge.example"}


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example/", True),
        ("http://127.0.0.1:9/", True),
        ("http://id.example/", False),
        ("http://localhost.evil.example/", False),
        ("file:///etc/passwd", False),
        (None, False),
    ],
)
def test_only_https_is_trusted(address: str | None, safe: bool) -> None:
    assert is_safe(address) is safe


def test_half_a_provider_is_refused() -> None:
    assert outside_of(Settings()) is None
    assert outside_of(Settings(**COMPLETE)) is not None  # type: ignore[arg-type]
    for missing in ("oidc_client_id", "public_url"):
        with pytest.raises(SettingRefused, match="WANGGE_OIDC_ISSUER alone is not enough"):
            outside_of(Settings(**{**COMPLETE, missing: None}))  # type: ignore[arg-type]
    with pytest.raises(SettingRefused, match="https"):
        outside_of(Settings(**{**COMPLETE, "oidc_issuer": "http://id.example/"}))  # type: ignore[arg-type]
