"""The secret link by which someone without an account follows their report: nothing is stored for it."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

from layers.reports.queries import unknown_report
from layers.reports.records import report_id

#: 100 bits, in letters that can be read out on the telephone.
SECRET_BYTES = 13


class ReportLinks:
    """Makes the secret of each report from the service's key, and knows it again."""

    def __init__(self, service_key: bytes) -> None:
        self._key = hmac.digest(service_key, b"wangge: report links", "sha256")

    def secret(self, number: str) -> str:
        """The secret of a report: the same each time it is asked for, as after an answer that was lost."""
        made = hmac.new(self._key, number.encode(), sha256).digest()[:SECRET_BYTES]
        return base64.b32encode(made).decode().rstrip("=")

    def opened(self, number: str, secret: str) -> int:
        """The id of the report that a number and its secret open.

        Raises:
            UnknownReport: they do not belong together, or the text is no number: nobody learns which.
        """
        wanted = report_id(number)
        given = secret.strip().upper().replace(" ", "").replace("-", "")
        if wanted is None or not hmac.compare_digest(given.encode(), self.secret(number).encode()):
            raise unknown_report(number)
        return wanted
