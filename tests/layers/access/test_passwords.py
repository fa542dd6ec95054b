"""Passwords: which are taken, that each comparison costs the same, and that only two are computed at a time."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from layers.access.passwords import AT_ONCE, MEMORY_KIB, PASSES, Passwords, WeakPassword, check_password, made_up
from tests.layers.access.counter import CHEAP, PASSWORD


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "x" * 129,
        "Password1234",
        "PASSWORD1234",
        "ｐａｓｓｗｏｒｄ１２３４",
        "123412341234",
        "aaaaaaaaaaaaaaa",
        "woaini1314520",
        "my dispatcher-1 door",
        "correcthorsebatterystaple",
    ],
)
def test_what_anyone_would_try_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword) as refusal:
        check_password(password, login="dispatcher-1")
    assert refusal.value.field == "password"
    assert refusal.value.value is None
    assert password not in str(refusal.value)


@pytest.mark.parametrize("password", [PASSWORD, "x7" * 5 + "ab", "四只灰鹭站在浅水里看一看呀", "a" * 64 + "b" * 64])
def test_others_are_taken(password: str) -> None:
    check_password(password, login="dispatcher-1")


def test_a_made_up_password_is_taken_and_no_two_are_alike() -> None:
    several = {made_up() for _ in range(100)}
    assert len(several) == 100
    for one in several:
        check_password(one, login="dispatcher-1")


async def test_a_password_fits_its_digest_however_it_was_typed() -> None:
    passwords = Passwords(**CHEAP)
    kept = await passwords.digest("ｎｉｎｅ ｗｅｔ herons")
    assert kept.startswith("$argon2id$")
    assert await passwords.fits(kept, "nine wet herons")
    assert not await passwords.fits(kept, "nine wet heron")
    assert not await passwords.fits("no digest at all", "nine wet herons")


async def test_every_comparison_is_one_computation() -> None:
    passwords = Passwords(**CHEAP)
    kept = await passwords.digest(PASSWORD)
    await passwords.fits(None, PASSWORD)
    counted = Counted(passwords)
    for stored, given in ((kept, PASSWORD), (kept, "another one!"), (None, PASSWORD)):
        counted.calls = 0
        assert await passwords.fits(stored, given) is (stored == kept and given == PASSWORD)
        assert counted.calls == 1


async def test_two_at_most_are_computed_at_a_time() -> None:
    passwords = Passwords(**CHEAP)
    counted = Counted(passwords, slow_s=0.02)
    await asyncio.gather(*(passwords.digest(f"{PASSWORD} {one}") for one in range(8)))
    assert (counted.calls, counted.most) == (8, AT_ONCE)


def test_the_costs_are_at_least_those_of_owasp() -> None:
    assert MEMORY_KIB >= 19 * 1024
    assert PASSES >= 2


class Counted:
    """Counts the computations of a `Passwords`, in all and at a time."""

    def __init__(self, passwords: Passwords, *, slow_s: float = 0.0) -> None:
        self.calls = self.most = self._now = 0
        self._lock, self._slow_s = threading.Lock(), slow_s
        self._hasher: Any = passwords._hasher
        passwords._hasher = self  # type: ignore[assignment]

    def hash(self, password: str) -> str:
        return str(self._counted(self._hasher.hash, password))

    def verify(self, kept: str, password: str) -> bool:
        return bool(self._counted(self._hasher.verify, kept, password))

    def _counted(self, compute: Any, *given: str) -> Any:
        with self._lock:
            self.calls += 1
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self._slow_s)
        try:
            return compute(*given)
        finally:
            with self._lock:
                self._now -= 1
