"""Log lines: a static event name and short facts; no personal data, no positions, no query strings."""

from __future__ import annotations

import logging
import sys
import traceback

LOGGER = logging.getLogger("wangge")


def configure(level: str) -> None:
    """Write our lines, and the server's own, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name in ("wangge", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(level.upper())
    # Its lines repeat what our own say, and may name the host and user of the database.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


def event(name: str, *, level: int = logging.INFO, **facts: object) -> None:
    """Log one event with its facts as key=value."""
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, "%s %s", name, " ".join(f"{key}={value}" for key, value in facts.items()))


def fault(name: str, error: BaseException, **facts: object) -> None:
    """Log an unexpected error by its class and place; its message may hold what was sent, so it stays out."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    event(name, level=logging.ERROR, error=type(error).__name__, **facts)
    LOGGER.error("%s", frames)
