"""The environment, read in one place. A missing or malformed variable fails at start and says what to do."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent


class MailboxAddress(NamedTuple):
    """A folder of a mailbox, and who logs in to read it."""

    is_encrypted: bool
    user: str
    host: str
    port: int
    folder: str


def text(name: str, default: str | None = None) -> str:
    """The variable's text; without a default an absent or empty variable is an error."""
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(
            f"The environment variable {name} is not set. `./run` sets it for the program's own"
            " servers; docs/operating.md lists all of them."
        )
    return value


def contact(name: str) -> str:
    """An address to write to as `mailto:` or `https:`, as RFC 9116 has it; "" where the variable is empty."""
    value = os.environ.get(name, "")
    if value and not value.startswith(("mailto:", "https://")):
        raise ImproperlyConfigured(f"{name} must begin with mailto: or https://, not {value!r}.")
    return value


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error


def flag(name: str, *, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}.")
    return value in {"1", "true", "yes"}


def words(name: str, default: str) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str, default: str) -> list[str]:
    """A comma-separated list of networks (CIDR) or addresses."""
    found = words(name, default)
    for one in found:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} must hold networks such as 10.0.0.0/8, not {one!r}."
            ) from error
    return found


def mailbox(name: str) -> MailboxAddress | None:
    """A mailbox as imaps://user@host:port/folder; None where the variable is empty.

    imap:// is not encrypted and so leads to this machine only.
    """
    value = os.environ.get(name)
    if not value:
        return None
    parts = urlsplit(value)
    is_encrypted = parts.scheme == "imaps"
    is_here = parts.scheme == "imap" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not (is_encrypted or is_here) or not parts.hostname or not parts.username:
        raise ImproperlyConfigured(
            f"{name} must be a mailbox such as imaps://melden%40example.org@mail.example.org/INBOX"
            " (imap:// for a server on this machine); the password stands in INBOX_PASSWORD."
        )
    return MailboxAddress(
        is_encrypted=is_encrypted,
        user=unquote(parts.username),
        host=parts.hostname,
        port=parts.port or (993 if is_encrypted else 143),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


def path(name: str, default: Path) -> Path:
    return Path(text(name, str(default))).resolve()
