"""What is told of notices, where else an account is told, and the endpoints of other systems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from api.outbound import LONGEST_URL
from api.schemas.access import Title
from api.schemas.common import LARGEST_WHOLE, NOT_BLANK, WHOLE, Given, Page, Told
from api.schemas.queries import Limit, YesNo
from layers.notices.records import Channel, Fare, Notice, Subscription, Webhook
from layers.notices.webhooks import TYPES

#: A place in the stream, by which an account's notices are named.
NoticePlace = Annotated[int, Field(ge=1, le=LARGEST_WHOLE), WHOLE]
MOST_AT_ONCE = 200
EntryType = Annotated[str, Field(json_schema_extra={"enum": list(TYPES)})]


class NoticesQuery(Given):
    """Page by page."""

    unread: YesNo = Field(default=False, description="Only what was not read yet.")
    cursor: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,17}$")] | None = Field(
        None, description="`next` of the page before."
    )
    limit: Limit = 50


class NoticeTold(Told):
    """What one was told of a report, as it stood then. One may not see the report any more."""

    place: int = Field(description="By which it is marked as read.")
    number: str = Field(examples=["20261122-0000017"])
    type: str = Field(description="What happened: the type of the entry in its journal.", examples=["assigned"])
    kind: str
    kind_name: str
    areas: list[str] = Field(description="Names of the areas it lay in, from the district down.")
    urgent: bool
    due_at: datetime | None
    at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, notice: Notice) -> NoticeTold:
        """A notice as it is told."""
        return cls(place=notice.place, type=notice.type, read_at=notice.read_at, **notice.facts)


class NoticesTold(Page):
    """A page of notices, newest first."""

    notices: list[NoticeTold]
    unread: int = Field(description="How many are unread in all, a thousand at most.")


class ReadBody(Given):
    """Which notices were read: some of them, or all up to one."""

    places: list[NoticePlace] = Field(default_factory=list, max_length=MOST_AT_ONCE)
    up_to: NoticePlace | None = None

    @model_validator(mode="after")
    def _names_some(self) -> ReadBody:
        if not self.places and self.up_to is None:
            raise ValueError("give places or up_to")
        return self


class SubscriptionBody(Given):
    """Where notices shall go too."""

    channel: Channel
    address: Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=NOT_BLANK)]


class ProofBody(Given):
    """The code that came to the address."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{8}$")]


class SubscriptionTold(Told):
    """That one is told by a channel too; never the address."""

    channel: Channel
    confirmed: bool = Field(description="Whether the address was proven by its code; before that nothing is sent.")
    made_at: datetime

    @classmethod
    def of(cls, one: Subscription) -> SubscriptionTold:
        """A subscription as it is told."""
        return cls(channel=one.channel, confirmed=one.is_confirmed, made_at=one.made_at)


class SubscriptionsTold(Told):
    """Where one is told too, and by what channels one could be."""

    subscriptions: list[SubscriptionTold]
    channels: list[Channel]


class WebhookBody(Given):
    """An endpoint to be told what happens in the district."""

    name: Title
    url: Annotated[str, StringConstraints(min_length=8, max_length=LONGEST_URL, pattern=r"^[!-~]{8,2000}$")] = Field(
        examples=["https://example.org/wangge"]
    )
    types: list[EntryType] = Field(
        default_factory=list, max_length=len(TYPES), description="Types of entries; none: all of them."
    )

    @model_validator(mode="after")
    def _known_types(self) -> WebhookBody:
        unknown = [one for one in self.types if one not in TYPES]
        if unknown:
            raise ValueError("types: give types of entries of the journal")
        return self


class WebhookTold(Told):
    """An endpoint, and how it fares."""

    id: int
    name: str
    url: str
    types: list[str]
    made_at: datetime
    failures: int = Field(description="Failed attempts in a row.")
    waiting: int = Field(description="Messages that wait for it.")
    dead: int = Field(description="Messages that were given up.")

    @classmethod
    def of(cls, one: Webhook, fare: Fare) -> WebhookTold:
        """An endpoint as it is told."""
        return cls(
            id=one.id,
            name=one.name,
            url=one.url,
            types=list(one.types),
            made_at=one.made_at,
            failures=fare.failures,
            waiting=fare.waiting,
            dead=fare.dead,
        )


class WebhooksTold(Told):
    """The endpoints of the district."""

    webhooks: list[WebhookTold]


class WebhookAdded(Told):
    """An endpoint that was added."""

    id: int
    secret: str = Field(description="Told this once: by it the endpoint knows our messages.")
    signature: Literal["HMAC-SHA256"] = "HMAC-SHA256"
