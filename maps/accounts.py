"""The pages where people sign in and look after their account. They hold no script, so a strict policy fits them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import segno

from maps.pages import fill
from maps.records import Frame
from maps.strings import Language

#: A code that is still read from a phone's length away.
SCALE = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """A second factor to set up: the key to type, the same as a picture to scan, and what comes back with the code."""

    key: str
    pending: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """What the sign-in page shows: what is owed, where to go afterwards, and why the last try failed."""

    language: Language
    owes: str
    next: str
    login: str = ""
    csrf: str | None = None
    refusal: str | None = None
    offer: Offer | None = None
    #: Whether one may also sign in at the provider.
    outside: bool = False

    @property
    def action(self) -> str:
        """Where the form is sent."""
        paths = {"sign_in": "/sign-in", "password": "/sign-in/password"}  # an address, no password # nosec B105
        path = paths.get(self.owes, "/sign-in/code")
        return f"{path}?{urlencode({'lang': self.language})}"

    @property
    def outside_address(self) -> str:
        """Where one goes to sign in at the provider."""
        return f"/sign-in/outside?{urlencode({'lang': self.language} | ({'next': self.next} if self.next else {}))}"

    @property
    def other(self) -> str:
        """The same page in the other language."""
        kept = {"lang": "en" if self.language == "zh" else "zh"} | ({"next": self.next} if self.next else {})
        return f"/sign-in?{urlencode(kept)}"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone of the account; its state is `in_use`, `removed` or `lost`."""

    id: int
    name: str
    state: str
    made_at: datetime
    expires_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class LookLine:
    """Someone looked at the data of whoever reads this: by role and where they work, never by name."""

    at: datetime
    role: str | None
    units: tuple[str, ...]
    report: str | None
    fields: tuple[str, ...]
    purpose: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """What someone sees of their own account, and what they just did to it."""

    csrf: str
    login: str
    name: str
    role: str
    person: str | None
    territory: tuple[str, ...]
    territory_more: int
    actions: tuple[str, ...]
    phones: tuple[Phone, ...]
    enrolled_at: datetime | None
    looks: tuple[LookLine, ...] = ()
    done: str | None = None
    refusal: str | None = None
    new_token: str | None = None
    offer: Offer | None = None


def offer(key: str, address: str, pending: str) -> Offer:
    """A second factor as a page shows it."""
    spaced = " ".join(key[at : at + 4] for at in range(0, len(key), 4))
    return Offer(spaced, pending, segno.make(address, error="m").svg_data_uri(scale=SCALE, border=3))


def sign_in_page(page: SignInPage) -> str:
    """The page of the step that is owed."""
    return fill(
        "sign_in.html", page.language, page=page, csrf=page.csrf, switch=page.other, frame=None, path=None, forms=True
    )


def arrived_page(language: Language, onward: str) -> str:
    """The page that leads whoever signed in at the provider on to an address of ours."""
    return fill("arrived.html", language, onward=onward, frame=None, path=None, forms=True)


def outside_refused_page(language: Language, *, away: bool) -> str:
    """The page that says that signing in at the provider failed; `away`: because it does not answer."""
    return fill("outside_refused.html", language, away=away, frame=None, path=None, forms=True)


def sign_out_page(language: Language, *, csrf: str | None) -> str:
    """The page that asks whether to sign out; without a session, that nobody is signed in."""
    return fill("sign_out.html", language, csrf=csrf, frame=None, path="/sign-out", forms=True)


def account_page(frame: Frame, page: AccountPage) -> str:
    """One's own account."""
    return fill("account.html", frame.language, frame=frame, page=page, csrf=page.csrf, forms=True)
