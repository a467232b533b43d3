"""The evidence sheet of an issue: an app above registers who makes it, this module passes it on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

SheetMaker = Callable[[int], bytes]

_registered: list[SheetMaker] = []
# Pango and Fontconfig, which set the text of a sheet, are not made for several threads; a sender has eight.
_drawing = threading.Lock()


def register(maker: SheetMaker) -> None:
    """Sets who makes the sheet (PDF) of an issue by its primary key; a later registration replaces the former."""
    _registered[:] = [maker]


def sheet_pdf(issue_id: int) -> bytes:
    """The sheet as PDF; empty where nobody makes any, or where it cannot be made: no report waits for its picture."""
    try:
        with _drawing:
            return _registered[0](issue_id) if _registered else b""
    except Exception:
        logger.exception("the sheet of issue %s could not be made", issue_id)
        return b""
