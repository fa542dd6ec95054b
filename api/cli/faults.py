"""What a person reads when a command fails: one sentence with the remedy, never a traceback unless asked for."""

from __future__ import annotations

import errno
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from api.settings import CHECKOUT, read_settings
from layers.refusals import Refusal

REFUSED = 1
UNEXPECTED = 70
INTERRUPTED = 130

OS_FAULTS = {
    errno.ENOSPC: "The disk is full: free some space, then run again.",
    errno.EDQUOT: "Your disk quota is used up: free some space, then run again.",
    errno.EADDRINUSE: "The port is taken: stop what listens there, or choose another with --port or WANGGE_PORT.",
    errno.EADDRNOTAVAIL: "This machine does not have the address to listen on: set WANGGE_HOST to one of its own.",
    errno.EMFILE: "Too many files are open: raise the limit with ulimit -n.",
}


def explain(fault: BaseException) -> int:
    """Print the sentence for `fault` to stderr, keep the traceback of an unexpected one, return the exit code."""
    if isinstance(fault, KeyboardInterrupt):
        print("\nInterrupted.", file=sys.stderr)  # noqa: T201 - the command line speaks
        return INTERRUPTED
    sentence = sentence_for(fault)
    debug, var = _debug_and_var()
    if sentence is None:
        sentence = f"Unexpected fault ({type(fault).__name__}: {fault}). {_keep(fault, var / 'wangge.log')}"
        code = UNEXPECTED
    else:
        code = REFUSED
    if debug:
        traceback.print_exception(fault)
    print(f"wangge: {sentence}", file=sys.stderr)  # noqa: T201 - the command line speaks
    return code


def sentence_for(fault: BaseException) -> str | None:
    """The sentence for a fault that is known, None for a bug of ours."""
    if isinstance(fault, Refusal):
        return str(fault)
    if isinstance(fault, OSError):
        return _of_system(fault)
    if isinstance(fault, MemoryError):
        return "The machine's memory is used up: close something, or work on a smaller file."
    return _of_database(fault)


def _of_system(fault: OSError) -> str | None:
    if fault.errno in OS_FAULTS:
        return OS_FAULTS[fault.errno]
    if not fault.filename:
        return None
    if isinstance(fault, FileNotFoundError):
        return f"{fault.filename} does not exist: check the path."
    if isinstance(fault, PermissionError):
        return f"{fault.filename} may not be read or written by this user: run as its owner, or change its rights."
    return f"{fault.filename}: {fault.strerror}."


def _of_database(fault: BaseException) -> str | None:
    import psycopg

    cause = getattr(fault, "orig", None) or fault
    if isinstance(cause, psycopg.errors.DiskFull):
        return "The database's disk is full: free some space there, then run again."
    if isinstance(cause, psycopg.errors.InsufficientPrivilege):
        return f"The database refused: {_last_line(cause)}. Grant the right to the user in DATABASE_URL."
    if isinstance(cause, psycopg.OperationalError):
        return (
            f"The database does not answer: {_last_line(cause)}. Check it with ./wangge cluster status or DATABASE_URL."
        )
    return None


def _last_line(fault: BaseException) -> str:
    return str(fault).strip().rpartition("\n")[2].strip().rstrip(".")


def _debug_and_var() -> tuple[bool, Path]:
    try:
        settings = read_settings()
    except Refusal:
        return False, CHECKOUT / "var"
    return settings.debug, settings.var


def _keep(fault: BaseException, log: Path) -> str:
    """Append the traceback to `log`; the words that tell where it is."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat()} unexpected fault\n")
            traceback.print_exception(fault, file=file)
    except OSError:
        return "Run again with WANGGE_DEBUG=1 to see where."
    return f"The details are in {log}."
