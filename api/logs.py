"""Log lines: a static event name and short facts; no personal data, no positions, no query strings."""

from __future__ import annotations

import logging
import sys
import time
import traceback

LOGGER = logging.getLogger("wangge")


def configure(level: str) -> None:
    """Write our lines, and the server's own, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    for name in ("wangge", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(level.upper())
    # Its lines repeat what our own say, and may name the host and user of the database.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


def formatter() -> logging.Formatter:
    """Lines that begin with their moment in UTC, wherever the machine stands: 2026-11-22T08:30:00.123Z."""
    made = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    made.converter = time.gmtime
    return made


def event(name: str, *, level: int = logging.INFO, **facts: object) -> None:
    """Log one event with its facts as key=value."""
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, "%s %s", name, " ".join(f"{key}={value}" for key, value in facts.items()))


def fault(name: str, error: BaseException, **facts: object) -> None:
    """Log an unexpected error by its class and place; its message may hold what was sent, so it stays out."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    event(name, level=logging.ERROR, error=type(error).__name__, **facts)
    LOGGER.error("%s", frames)
