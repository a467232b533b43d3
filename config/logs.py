"""What the logs hold of refusals, and how they stay small."""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from gunicorn.glogging import Logger

LOG_MAX_BYTES: Final = 10 * 1024 * 1024
LOGS_KEPT: Final = 5
# Only these can be read by the group of whoever runs the program, and nothing by others.
LOG_MODE: Final = 0o640
# What passes by itself is told in one line as well.
PASSING: Final = 503


class AccessLogger(Logger):
    """gunicorn's log of requests with the path as it was sent: decoded it could hold line ends, and so forged lines."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> Any:
        path = quote(environ.get("PATH_INFO", ""), safe="/:@", encoding="latin-1")
        return {**super().atoms(resp, req, environ, request_time), "U": path}


class RefusalFilter(logging.Filter):
    """A refused request is one line: no traceback, and not told twice.

    Django logs a suspicious request (`django.security.*`) and then its answer (`django.request`). What went wrong
    inside the program keeps its traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        is_security = record.name.startswith("django.security")
        status = getattr(record, "status_code", 400 if is_security else None)
        if status is None or (status >= 500 and status != PASSING):
            return True
        request = getattr(record, "request", None)
        if request is not None:
            first = getattr(request, "refusal_logged", record)
            if first is not record:
                return False
            request.refusal_logged = record
        message = " ".join(record.getMessage().split())
        if record.exc_info and record.exc_info[1] is not None:
            said = " ".join(str(record.exc_info[1]).split())
            message += f" ({said})" if said and said not in message else ""
        record.msg, record.args = message, ()
        record.exc_info = record.exc_text = None
        return True


def logs_rotate(
    directory: Path, *, max_bytes: int = LOG_MAX_BYTES, kept: int = LOGS_KEPT
) -> list[str]:
    """Moves the content of logs above `max_bytes` to NAME.log.1 (… NAME.log.`kept`); returns the names.

    The processes keep their open files: they append, so an emptied file goes on from its beginning. A line that is
    written between the copy and the emptying is lost, as with logrotate's copytruncate.
    """
    rotated = []
    for log in sorted(directory.glob("*.log")):
        log_close(log)
        if log.stat().st_size <= max_bytes:
            continue
        for number in range(kept - 1, 0, -1):
            with suppress(FileNotFoundError):
                _numbered(log, number).replace(_numbered(log, number + 1))
        shutil.copyfile(log, _numbered(log, 1))
        log_close(_numbered(log, 1))
        os.truncate(log, 0)
        rotated.append(log.name)
    return rotated


def log_close(log: Path) -> None:
    """Closes a log to others."""
    log.chmod(LOG_MODE)


def _numbered(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")
