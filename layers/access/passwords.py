"""Passwords: which are taken, and how they are kept (Argon2id, RFC 9106).

The costs are above what the OWASP Password Storage Cheat Sheet asks at least (19 MiB, two passes, one lane) and stay
below a tenth of a second on one core. Two at most are computed at a time: a flood of sign-ins fills a queue, not the
memory.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from layers.refusals import Refusal

SHORTEST = 12
LONGEST = 128
MEMORY_KIB = 32_768
PASSES = 2
AT_ONCE = 2
#: A unit this long or shorter, said again and again, is no password: 123412341234.
LONGEST_UNIT = 4
SHORTEST_LOGIN_INSIDE = 4
COMMON = Path(__file__).with_name("common_passwords.txt")
#: Letters and digits that are never mistaken for one another, in groups that can be read out.
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class WeakPassword(Refusal):
    """The password is too short, too long, or among the first that anyone would try."""


class Passwords:
    """Computes and compares digests; every comparison costs the same, whether there is something to compare or not."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._nobody: str | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def digest(self, password: str) -> str:
        """What is kept of a password: algorithm, costs, salt and digest in one text."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, normal(password))

    async def fits(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one kept; exactly one computation, also where nothing is kept."""
        if self._nobody is None:
            self._nobody = await self.digest(secrets.token_urlsafe())
        async with self._turns:
            same = await asyncio.to_thread(self._same, kept or self._nobody, normal(password))
        return same and kept is not None

    def _same(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def normal(password: str) -> str:
    """A password however it was typed: full-width or composed characters count as the plain ones (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, login: str) -> None:
    """Refuse a password that anyone would try first.

    Raises:
        WeakPassword: it has fewer than 12 or more than 128 characters, holds the login, repeats a few characters,
            or is among the commonest.
    """
    plain = normal(password).casefold()
    if not SHORTEST <= len(normal(password)) <= LONGEST:
        raise _weak(f"The password must have {SHORTEST} to {LONGEST} characters.")
    if len(login) >= SHORTEST_LOGIN_INSIDE and login.casefold() in plain:
        raise _weak("The password must not hold the login.")
    if plain in _common() or _repeats(plain):
        raise _weak("The password is among the first that anyone would try.")


def made_up() -> str:
    """A password for someone who will set their own: 16 characters in four groups, 79 bits."""
    letters = [secrets.choice(READABLE) for _ in range(16)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, 16, 4))


def _repeats(plain: str) -> bool:
    units = (plain[:length] for length in range(1, LONGEST_UNIT + 1))
    return any((unit * len(plain))[: len(plain)] == plain for unit in units)


def _weak(message: str) -> WeakPassword:
    return WeakPassword(message, field="password", remedy="Take a few words that only you would put together.")


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split())
