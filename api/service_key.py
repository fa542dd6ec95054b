"""The service's key: from the environment, from a file, or made once and kept beside what the service writes."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from api.settings import SettingRefused, Settings

SHORTEST_KEY = 32
FILE = "secret.key"


def service_key(settings: Settings) -> bytes:
    """The key, the same in every process of this installation.

    Raises:
        SettingRefused: the key is too short to be one, two places name one, or its file cannot be read.
    """
    if settings.secret_key is not None and settings.secret_key_file is not None:
        raise SettingRefused(
            "WANGGE_SECRET_KEY and WANGGE_SECRET_KEY_FILE are both set.",
            field="WANGGE_SECRET_KEY",
            remedy="Unset one of them.",
        )
    if settings.secret_key is not None:
        return _checked(settings.secret_key.get_secret_value(), "WANGGE_SECRET_KEY")
    if settings.secret_key_file is not None:
        return _checked(_read(settings.secret_key_file), "WANGGE_SECRET_KEY_FILE")
    return _checked(_kept(settings.var / FILE), "WANGGE_VAR")


def _kept(path: Path) -> str:
    """The key in a file of ours; written whole under another name first, so that nobody reads half of one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        try:
            path.hardlink_to(new)
        except FileExistsError:
            pass  # another process was faster: its key is the one
        finally:
            new.unlink()
    return _read(path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingRefused(
            f"The file of the service's key cannot be read: {path}.",
            field="WANGGE_SECRET_KEY_FILE",
            remedy="Check its path and rights.",
        ) from fault


def _checked(key: str, field: str) -> bytes:
    plain = key.strip()
    if len(plain) < SHORTEST_KEY:
        raise SettingRefused(
            f"The service's key has fewer than {SHORTEST_KEY} characters.",
            field=field,
            remedy='Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"',
        )
    return plain.encode()
