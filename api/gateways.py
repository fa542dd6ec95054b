"""By what this installation tells people and systems outside: webhooks, letters, short messages, as it is set."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from api.mailing import Mail, MailServer
from api.outbound import BadEndpoint, Outbound, Outcome
from api.settings import SettingRefused, Settings
from layers.access.sealing import Seal
from layers.notices.producing import facts_of
from layers.notices.records import Channel, Delivery, about_address, about_webhook
from layers.notices.subscriptions import ChannelMissing
from layers.notices.wording import letter, short

#: The same for the same message however often it goes out: whoever keeps it takes each message once.
ID_HEADER = "Wangge-Delivery"
TIMESTAMP_HEADER = "Wangge-Timestamp"
SIGNATURE_HEADER = "Wangge-Signature"
TYPE_HEADER = "Wangge-Event"


@dataclass(frozen=True, slots=True)
class ShortMessages:
    """A gateway for short messages: where it is asked, by what body, and how it knows us."""

    url: str
    template: Any
    authorization: str | None
    outbound: Outbound

    async def send(self, address: str, text: str, *, id_: str) -> Outcome:
        """Hand a short message in."""
        body = json.dumps(_filled(self.template, {"{to}": address, "{text}": text, "{id}": id_})).encode()
        headers = {ID_HEADER: id_} | ({"Authorization": self.authorization} if self.authorization else {})
        return await self.outbound.post(self.url, body, headers)


@dataclass(frozen=True, slots=True)
class Gateways:
    """Every way out, and the seal under which addresses and secrets lie."""

    outbound: Outbound = field(default_factory=Outbound)
    mail: Mail | None = None
    short_messages: ShortMessages | None = None
    public_url: str = ""

    @property
    def channels(self) -> frozenset[Channel]:
        """By what accounts can be told here."""
        there = {Channel.EMAIL: self.mail, Channel.SMS: self.short_messages}
        return frozenset(channel for channel, gateway in there.items() if gateway is not None)

    def check_channel(self, channel: Channel) -> None:
        """Refuse a channel by which nothing is sent here."""
        if channel not in self.channels:
            raise ChannelMissing(
                f"Nothing is sent by {channel.value} here.",
                field="channel",
                value=channel.value,
                remedy="Ask whoever runs the service; docs/settings.md says how it is set.",
            )

    async def send(self, one: Delivery, seal: Seal, *, now: datetime) -> Outcome:
        """Send a message by its lane. Raises `SealBroken` where the service's key is another."""
        if one.url is not None and one.secret is not None:
            secret = seal.open(one.secret, about=about_webhook(one.url))
            return await self.outbound.post(one.url, one.body.encode(), signed(one, secret, now=now))
        assert one.address is not None and one.account_id is not None
        address = seal.open(one.address, about=about_address(one.account_id, one.lane)).decode()
        return await self._tell(one, address, now)

    async def _tell(self, one: Delivery, address: str, now: datetime) -> Outcome:
        facts = facts_of(one.body)
        link = f"{self.public_url}/tasks/{facts.get('number', '')}" if self.public_url else ""
        if one.lane == Channel.EMAIL and self.mail is not None:
            return await self.mail.send(address, letter(one.type, facts, link=link), id_=f"notice-{one.id}", now=now)
        assert self.short_messages is not None, "only channels that are set are taken"
        return await self.short_messages.send(address, short(one.type, facts, link=link), id_=str(one.id))


def signed(one: Delivery, secret: bytes, *, now: datetime) -> dict[str, str]:
    """The headers of a webhook: HMAC-SHA256 over the timestamp, a point and the body, as docs/notices.md says."""
    timestamp = str(int(now.timestamp()))
    digest = hmac.digest(secret, f"{timestamp}.{one.body}".encode(), sha256).hex()
    return {
        ID_HEADER: str(one.id),
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: f"v1={digest}",
        TYPE_HEADER: one.type,
    }


def gateways_of(settings: Settings) -> Gateways:
    """The ways out as they are set.

    Raises:
        SettingRefused: what is set is not enough, or cannot be used.
    """
    outbound = Outbound(settings.webhook_networks)
    return Gateways(outbound, _mail(settings), _short_messages(settings, outbound), settings.public_url or "")


def _mail(settings: Settings) -> Mail | None:
    if settings.smtp_host is None:
        return None
    if settings.smtp_from is None:
        raise SettingRefused(
            "WANGGE_SMTP_HOST alone is not enough.", field="WANGGE_SMTP_FROM", remedy="Set WANGGE_SMTP_FROM too."
        )
    password = settings.smtp_password
    return Mail(
        MailServer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_from,
            settings.smtp_tls,
            settings.smtp_user,
            None if password is None else password.get_secret_value(),
        )
    )


def _short_messages(settings: Settings, outbound: Outbound) -> ShortMessages | None:
    if settings.sms_url is None:
        return None
    try:
        template = json.loads(settings.sms_body)
        outbound.check(settings.sms_url)
    except (ValueError, BadEndpoint):
        raise SettingRefused(
            "WANGGE_SMS_URL and WANGGE_SMS_BODY must be an address to post to and JSON.",
            field="WANGGE_SMS_URL",
            remedy="docs/settings.md describes them.",
        ) from None
    authorization = settings.sms_authorization
    return ShortMessages(
        settings.sms_url, template, None if authorization is None else authorization.get_secret_value(), outbound
    )


def _filled(template: Any, given: dict[str, str]) -> Any:
    """The template with what stands in braces put in, inside its texts alone: nothing in it can break out of JSON."""
    if isinstance(template, str):
        for name, value in given.items():
            template = template.replace(name, value)
        return template
    if isinstance(template, list):
        return [_filled(one, given) for one in template]
    return {name: _filled(one, given) for name, one in template.items()} if isinstance(template, dict) else template
