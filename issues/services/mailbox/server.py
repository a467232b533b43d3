"""The mailbox on its server: which mails lie there, their bytes, and folders for those that were read."""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

logger = logging.getLogger(__name__)

DONE: Final = "Erledigt"
WRONG: Final = "Fehler"
# So long a server may keep silent.
TIMEOUT_S: Final = 30
_SIZE: Final = re.compile(rb"UID (\d+).*RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*UID (\d+)")
_TOGETHER: Final = 200


class MailboxError(Exception):
    """The server cannot be reached, refuses the login, or answers what nobody understands."""


class Mailbox:
    """The folder that is read; `validity` tells its identifiers from those of a former folder of that name."""

    def __init__(self, box: BaseMailBox, folder: str) -> None:
        self._box, self._folder = box, folder
        self._folders: dict[str, str | None] = {}
        self.validity = int(box.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"])
        box.folder.set(folder)

    def uids(self) -> list[int]:
        """The mails of the folder, the oldest first."""
        return sorted(int(uid) for uid in self._box.uids("ALL", charset=None))

    def sizes(self, uids: Collection[int]) -> dict[int, int]:
        """Bytes of each of these mails that is still there."""
        found: dict[int, int] = {}
        wanted = list(uids)
        for first in range(0, len(wanted), _TOGETHER):
            names = ",".join(map(str, wanted[first : first + _TOGETHER]))
            for line in self._fetch(names, "(UID RFC822.SIZE)"):
                text = line if isinstance(line, bytes) else line[0]
                if match := _SIZE.search(text or b""):
                    found[int(match[1] or match[4])] = int(match[2] or match[3])
        return found

    def raw(self, uid: int, *, part: str = "") -> bytes | None:
        """The mail as it came, or its `part` ("HEADER"); it stays unread. None: it is gone."""
        for line in self._fetch(str(uid), f"(BODY.PEEK[{part}])"):
            if isinstance(line, tuple):
                return bytes(line[1])
        return None

    def move(self, uids: Collection[int], folder: str) -> None:
        """Puts mails into a folder of ours; where that cannot be, they stay, which is logged and does no harm."""
        name = self._folder_made(folder) if uids else None
        if name is None:
            return
        try:
            self._box.move([str(uid) for uid in uids], name, chunks=_TOGETHER)
        except ImapToolsError as error:
            logger.warning("mails cannot be moved to %s: %s", name, error)

    def _folder_made(self, name: str) -> str | None:
        """Its full name. Some servers have all folders below the one that is read."""
        if name not in self._folders:
            listed = self._box.folder.list()
            delimiter = listed[0].delim if listed else "."
            below = f"{self._folder}{delimiter}{name}"
            known = {one.name for one in listed} & {name, below}
            made = next(iter(known), None)
            self._folders[name] = made or self._made(name) or self._made(below)
        return self._folders[name]

    def _made(self, name: str) -> str | None:
        try:
            self._box.folder.create(name)
        except ImapToolsError as error:
            logger.warning("the folder %s cannot be made: %s", name, error)
            return None
        return name

    def _fetch(self, uids: str, parts: str) -> list[Any]:
        status, lines = self._box.client.uid("FETCH", uids, parts)
        if status != "OK":
            raise MailboxError(f"FETCH {uids}: {status} {lines!r}"[:300])
        return list(lines)


@contextmanager
def mailbox_open() -> Iterator[Mailbox]:
    """The mailbox of the settings. Raises `MailboxError` for whatever goes wrong with the server."""
    place = settings.INBOX
    if place is None:
        raise MailboxError("INBOX_URL is not set (docs/operating.md).")
    try:
        box = _connected(place.host, place.port, is_encrypted=place.is_encrypted)
        try:
            box.login(place.user, settings.INBOX_PASSWORD, initial_folder=None)
            yield Mailbox(box, place.folder)
        finally:
            _leave(box)
    except (OSError, imaplib.IMAP4.error, ImapToolsError, UnicodeError) as error:
        raise MailboxError(f"{type(error).__name__}: {error}"[:500]) from error


def _connected(host: str, port: int, *, is_encrypted: bool) -> BaseMailBox:
    if is_encrypted:
        context = ssl.create_default_context()
        return MailBox(host, port, timeout=TIMEOUT_S, ssl_context=context)
    return MailBoxUnencrypted(host, port, timeout=TIMEOUT_S)


def _leave(box: BaseMailBox) -> None:
    try:
        box.logout()
    except (OSError, imaplib.IMAP4.error, ImapToolsError):
        box.client.shutdown()
