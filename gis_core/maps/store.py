"""Pictures of map services on the disk: one file each, for all processes of this installation together.

A file holds a line of JSON and then the picture. Its time of modification is the moment up to which it is of use. A
file is put in place in one step, so nobody reads half a picture, and whoever is killed while writing leaves a file
that nobody reads. A full disk costs the keeping, never the picture. The folder may be emptied at any time.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from django.conf import settings

logger = logging.getLogger(__name__)

# While a service is down, a picture stands in for a new one so long after it should have been asked for again.
STAND_IN_S: Final = 3 * 24 * 3600
# A process looks after the folder when it has written this share of what the folder may hold …
SWEEP_SHARE: Final = 1 / 16
# … and leaves so much of it, so that four processes may write their share before it is too large.
LEFT_SHARE: Final = 3 / 4
# A file of nobody's is one that a killed process was writing; younger ones may be under way.
UNDER_WAY_S: Final = 600


@dataclass(frozen=True)
class MapImage:
    """A picture in EPSG:3857 with the moments (Unix time) at which it was drawn and up to which it needs no asking.

    `source_tag` and `source_date`: the validators of the service's answer (ETag, Last-Modified), empty if it has none.
    `is_kept`: the service allows to keep it. `is_stale`: the service does not answer now. `tag` names the content of a
    kept picture, see `content_tag`.
    """

    content: bytes
    media_type: str
    drawn_at: float = 0.0
    fresh_until: float = 0.0
    source_tag: str = ""
    source_date: str = ""
    is_kept: bool = True
    is_stale: bool = False
    tag: str = ""


class _Written:
    """Bytes that this process has written since it last looked after the folder; at its start it has to look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bytes = float("inf")

    def is_much(self, count: int) -> bool:
        """Counts them; True once whenever the process has written its share."""
        with self._lock:
            self._bytes += count
            if self._bytes < settings.PICTURE_CACHE_BYTES * SWEEP_SHARE:
                return False
            self._bytes = 0.0
            return True


_written = _Written()


def content_tag(content: bytes) -> str:
    """Names the content: 32 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def picture_kept(key: str) -> MapImage | None:
    """The kept picture, however old; None where there is none or its file is damaged."""
    try:
        head, _line_end, content = _path(key).read_bytes().partition(b"\n")
    except OSError:
        return None
    try:
        known = json.loads(head)
        if known.pop("length") == len(content):
            return MapImage(content=content, **known)
    except (ValueError, TypeError, AttributeError, KeyError):
        logger.warning("The kept picture %s is damaged.", key)
    return None


def picture_keep(key: str, image: MapImage) -> None:
    """Puts the picture in place, and makes room where the folder has become too large."""
    tag, length = content_tag(image.content), len(image.content)
    known = asdict(replace(image, content=b"", tag=tag)) | {"length": length}
    del known["content"]
    path = _path(key)
    half = ""
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            half = file.name
            file.write(json.dumps(known).encode() + b"\n" + image.content)
        Path(half).replace(path)
        os.utime(path, (image.drawn_at, image.fresh_until + STAND_IN_S))
    except OSError as error:
        logger.warning("A map picture was not kept: %s", error)
        if half:
            Path(half).unlink(missing_ok=True)
        return
    if _written.is_much(len(image.content)):
        pictures_sweep()


def pictures_sweep() -> None:
    """Takes away what is of no use any more, then what soonest will be, until the folder is small enough.

    One process at a time does it.
    """
    try:
        with (_root() / ".sweep").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _sweep()
    except OSError as error:
        logger.info("The pictures of map services are not looked after now: %s", error)


def _sweep() -> None:
    room, now = settings.PICTURE_CACHE_BYTES * LEFT_SHARE, time.time()
    for of_use_until, size, path in sorted(_files(), reverse=True):
        room -= size
        if room < 0 or of_use_until < now - UNDER_WAY_S:
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108 - a hundred thousand of them


def _files() -> Iterator[tuple[float, int, str]]:
    """Up to when each file is of use, its size in bytes and its path."""
    for folder in os.scandir(_root()):
        if not folder.is_dir():
            continue
        for entry in os.scandir(folder):
            with suppress(OSError):
                found = entry.stat()
                yield found.st_mtime, found.st_size, entry.path


def _path(key: str) -> Path:
    return Path(settings.PICTURE_ROOT) / key[:2] / key[2:]


def _root() -> Path:
    return Path(settings.PICTURE_ROOT)
