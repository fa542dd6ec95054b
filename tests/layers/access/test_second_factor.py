"""Codes of the second factor: the vectors of RFC 6238, a drift of one step, no code twice; and the seal."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from layers.access.sealing import Seal, SealBroken
from layers.access.second_factor import address_of, code_at, key_of, new_secret, step_at, step_of

#: RFC 6238, appendix B, the rows of SHA-1: seconds of the epoch and the code of eight digits.
VECTORS = [
    (59, "94287082"),
    (1_111_111_109, "07081804"),
    (1_111_111_111, "14050471"),
    (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"),
    (20_000_000_000, "65353130"),
]
SECRET = b"12345678901234567890"
NOW = datetime(2025, 1, 6, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_vectors_of_the_rfc(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SECRET, step_at(at), digits=8) == code
    assert code_at(SECRET, step_at(at)) == code[2:]


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_one_step_off(steps: int) -> None:
    assert step_of(SECRET, code_at(SECRET, step_at(NOW) + steps), now=NOW, used=None) == step_at(NOW) + steps


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_no_more_than_one(steps: int) -> None:
    assert step_of(SECRET, code_at(SECRET, step_at(NOW) + steps), now=NOW, used=None) is None


def test_no_step_counts_twice_nor_one_before_it() -> None:
    here = step_at(NOW)
    assert step_of(SECRET, code_at(SECRET, here), now=NOW, used=here - 1) == here
    assert step_of(SECRET, code_at(SECRET, here), now=NOW, used=here) is None
    assert step_of(SECRET, code_at(SECRET, here - 1), now=NOW, used=here) is None


@pytest.mark.parametrize("given", ["", "12345", "abcdef", "一二三四五六", "0" * 5000])
def test_what_is_no_code_fits_nothing(given: str) -> None:
    assert step_of(SECRET, given, now=NOW, used=None) is None


def test_spaces_in_a_code_do_not_matter() -> None:
    code = code_at(SECRET, step_at(NOW))
    assert step_of(SECRET, f" {code[:3]} {code[3:]} ", now=NOW, used=None) is not None


def test_the_address_holds_the_same_secret() -> None:
    secret = new_secret()
    parts = urlsplit(address_of(secret, login="dispatcher-1", issuer="wangge"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/wangge:dispatcher-1")
    [key] = parse_qs(parts.query)["secret"]
    assert key == key_of(secret)
    assert base64.b32decode(key + "=" * (-len(key) % 8)) == secret


def test_secrets_differ() -> None:
    assert len({new_secret() for _ in range(50)}) == 50


def test_a_seal_opens_what_it_closed_and_nothing_else() -> None:
    seal = Seal(b"a" * 32)
    sealed = seal.close(SECRET, about="account:1")
    assert SECRET not in sealed
    assert seal.open(sealed, about="account:1") == SECRET
    assert seal.close(SECRET, about="account:1") != sealed
    for other, text, about in (
        (seal, sealed, "account:2"),
        (Seal(b"b" * 32), sealed, "account:1"),
        (seal, sealed[:-1] + bytes([sealed[-1] ^ 1]), "account:1"),
        (seal, b"", "account:1"),
    ):
        with pytest.raises(SealBroken, match="key"):
            other.open(text, about=about)
