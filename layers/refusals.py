"""The base of every error that a person must read: it names what was wrong, where, and what to do about it."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - the field says "refused", and an "Error" suffix would say nothing more
    """A request that is refused.

    `message` is one sentence; `field`, `value` and `remedy` say what to mend, each optional.
    Subclasses are named for what went wrong and carry no status: `api.errors` maps class to status.
    """

    def __init__(
        self, message: str, *, field: str | None = None, value: object = None, remedy: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = value
        self.remedy = remedy

    def __str__(self) -> str:
        """The sentence with its remedy, as the command line prints it."""
        return f"{self.message} {self.remedy}" if self.remedy else self.message


class NotFound(Refusal):
    """What was asked for does not exist, or not where it was looked for."""


class Conflict(Refusal):
    """The request contradicts what is already stored."""
