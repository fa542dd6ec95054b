"""Letters by SMTP, in threads of their own: a server that is slow holds up letters alone."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from api.outbound import SENT, Outcome, Result
from layers.notices.wording import Letter

#: For each word that is waited for: the whole stays within the lease of a delivery.
WORD_S = 5.0
THREADS = 4

Tls = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in, and from whom they are."""

    host: str
    port: int
    sender: str
    tls: Tls = "starttls"
    user: str | None = None
    password: str | None = None


class Mail:
    """Hands letters in at a server."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mail")

    async def send(self, address: str, letter: Letter, *, id_: str, now: datetime) -> Outcome:
        """Hand a letter in; the same `id_` again makes the same letter, which mail programs show once."""
        message = self._message(address, letter, id_, now)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._handed_in, message)

    def _message(self, address: str, letter: Letter, id_: str, now: datetime) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._server.sender, address
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{id_}@{self._server.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    def _handed_in(self, message: EmailMessage) -> Outcome:
        try:
            with self._connected() as server:
                server.send_message(message)
        except (smtplib.SMTPException, OSError, UnicodeError) as fault:
            return _failed(fault)
        return SENT

    def _connected(self) -> smtplib.SMTP:
        made, context = self._server, ssl.create_default_context()
        if made.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(made.host, made.port, timeout=WORD_S, context=context)
        else:
            server = smtplib.SMTP(made.host, made.port, timeout=WORD_S)
        if made.tls == "starttls":
            server.starttls(context=context)
        if made.user is not None and made.password is not None:
            server.login(made.user, made.password)
        return server


def _failed(fault: Exception) -> Outcome:
    """An address that does not exist will not exist later either; everything else may be better another time."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        [(code, _)] = list(fault.recipients.values())[:1]
        return Outcome(Result.REFUSED if code >= 500 else Result.FAILED, f"smtp_{code}")
    if isinstance(fault, smtplib.SMTPResponseException):
        refused = isinstance(fault, smtplib.SMTPDataError) and fault.smtp_code >= 500
        return Outcome(Result.REFUSED if refused else Result.FAILED, f"smtp_{fault.smtp_code}")
    if isinstance(fault, ssl.SSLError):
        return Outcome(Result.FAILED, "tls")
    return Outcome(Result.FAILED, "timeout" if isinstance(fault, TimeoutError) else "unreachable")
