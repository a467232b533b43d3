"""Sheets on demand: who asks leaves a note, a worker makes the sheet, whoever looks finds it by its content.

Everything lies in `SHEET_ROOT`. A sheet's key is a hash of all that it shows and of the program that makes it, so a
former sheet is never taken for the present one, and losing the folder loses nothing. Notes are files too:
`KEY.asked` waits for a worker, `KEY.making` is with one, `KEY.failed` was given up.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from enum import StrEnum
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from celery import current_app
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import override
from kombu.exceptions import OperationalError

from issues.models import Issue
from mapui.sheets.facts import sheet_facts
from mapui.sheets.making import Sheet, sheet_make
from routing.forwarding.wording import LANGUAGE

logger = logging.getLogger(__name__)

TASK: Final = "config.tasks.sheets_make_due"
# A run takes no further sheet after this.
RUN_S: Final = 30.0
# A worker that has not finished after this was killed; longer than the task may run.
LEASE_S: Final = 120.0
TRIES_MAX: Final = 3
# Sheets hold what people wrote: none is kept longer than it is of use.
KEPT_DAYS: Final = 30
# A sheet that lacks its background: then the service may answer again.
PART_KEPT_S: Final = 3600.0
PACKAGE: Final = Path(__file__).resolve().parents[1]


class SheetState(StrEnum):
    """Of an issue's sheet as it would be now: nobody asked, a worker is at it, there, given up."""

    NONE = "none"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


def issues_for_sheets() -> QuerySet[Issue]:
    """Issues with what a sheet reads of them in any case."""
    return Issue.objects.select_related("category", "jurisdiction")


def sheet_key(issue: Issue) -> str:
    """What the issue's sheet would show now, as a hash: 64 hexadecimal digits."""
    with override(LANGUAGE):
        facts = asdict(sheet_facts(issue))
    content = json.dumps([program_mark(), facts], default=str, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


@lru_cache(maxsize=1)
def program_mark() -> str:
    """What makes the sheets: another program, template, translation or library makes others."""
    made = hashlib.sha256(version("weasyprint").encode())
    files = [*PACKAGE.glob("sheets/*.py"), *PACKAGE.glob("templates/mapui/sheets/*")]
    for path in sorted([*files, *PACKAGE.parent.glob("*/locale/de/LC_MESSAGES/*.po")]):
        made.update(path.read_bytes())
    return made.hexdigest()


def sheet_read(key: str, kind: str) -> bytes | None:
    """The finished sheet, `kind` pdf or png; None while there is none."""
    try:
        return _path(key, kind).read_bytes()
    except FileNotFoundError:
        return None


def sheet_now(issue_id: int) -> bytes:
    """The sheet of an issue as PDF, made at once unless it is there: for what leaves the house, in a worker."""
    issue = issues_for_sheets().get(pk=issue_id)
    key = sheet_key(issue)
    found = sheet_read(key, "pdf")
    if found is None:
        sheet = sheet_make(issue)
        sheet_store(key, sheet)
        found = sheet.pdf
    return found


def sheet_state(key: str) -> SheetState:
    if _path(key, "pdf").exists() and _path(key, "png").exists():
        return SheetState.READY
    if _path(key, "asked").exists() or _path(key, "making").exists():
        return SheetState.WORKING
    return SheetState.FAILED if _path(key, "failed").exists() else SheetState.NONE


def sheet_ask(issue: Issue) -> None:
    """Has the issue's sheet made, unless it is there or being made. A lost nudge costs time only: a sweep looks too."""
    key = sheet_key(issue)
    if sheet_state(key) in {SheetState.READY, SheetState.WORKING}:
        return
    _path(key, "failed").unlink(missing_ok=True)
    _note(key, "asked", issue=issue.pk, tries=0)
    try:
        current_app.send_task(TASK, ignore_result=True)
    except OperationalError as error:
        logger.warning("no worker was told of the sheet of %s: %s", issue.number, error)


def sheets_make_due() -> int:
    """Makes what was asked for, one after the other; returns how many were made. Several may run at the same time."""
    _give_back()
    made, ends = 0, time.monotonic() + RUN_S
    for note in _claimed():
        made += _make(note)
        if time.monotonic() > ends:
            break
    _sweep()
    return made


def sheet_store(key: str, sheet: Sheet) -> None:
    """Puts both forms in place, each in one step: nobody ever reads half a file."""
    for kind, content in (("png", sheet.png), ("pdf", sheet.pdf)):
        _write(_path(key, kind), content)
        if not sheet.is_whole:
            made = time.time() - KEPT_DAYS * 86_400 + PART_KEPT_S
            os.utime(_path(key, kind), (made, made))


def _claimed() -> Iterator[Path]:
    """Notes that are ours: of all who try to rename one, one succeeds."""
    for asked in sorted(_root().glob("*.asked"), key=_age, reverse=True):
        making = asked.with_suffix(".making")
        with suppress(FileNotFoundError):
            os.utime(asked)
            asked.rename(making)
            yield making


def _make(note: Path) -> bool:
    """Makes one sheet; a failure costs this one alone."""
    asked = json.loads(note.read_text("utf-8"))
    try:
        issue = issues_for_sheets().filter(pk=asked["issue"]).first()
        if issue is not None:
            # Of what it shows now: while the note waited the issue may have changed.
            sheet_store(sheet_key(issue), sheet_make(issue))
    except Exception:
        logger.exception("the sheet of issue %s could not be made", asked["issue"])
        note.rename(note.with_suffix(".failed"))
        return False
    note.unlink(missing_ok=True)
    return issue is not None


def _give_back() -> None:
    """Notes of workers that were killed wait again; after TRIES_MAX it is the sheet that kills them."""
    for note in _root().glob("*.making"):
        with suppress(FileNotFoundError):
            if _age(note) < LEASE_S:
                continue
            asked = json.loads(note.read_text("utf-8"))
            tries = asked["tries"] + 1
            state = "failed" if tries >= TRIES_MAX else "asked"
            note.unlink()
            _note(note.stem, state, issue=asked["issue"], tries=tries)


def _sweep() -> None:
    """Takes away what is old, then the oldest until the folder is as small as it has to be."""
    left = 0
    for path in sorted(_root().iterdir(), key=_age):
        with suppress(FileNotFoundError):
            left += path.stat().st_size
            if left > settings.SHEET_CACHE_BYTES or _age(path) > KEPT_DAYS * 86_400:
                path.unlink()


def _age(path: Path) -> float:
    """Seconds since it was written; 0 for what is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _note(key: str, state: str, *, issue: int, tries: int) -> None:
    _write(_path(key, state), json.dumps({"issue": issue, "tries": tries}).encode())


def _write(path: Path, content: bytes) -> None:
    _root()
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_bytes(content)
    half.replace(path)


def _path(key: str, kind: str) -> Path:
    return Path(settings.SHEET_ROOT) / f"{key}.{kind}"


def _root() -> Path:
    root = Path(settings.SHEET_ROOT)
    root.mkdir(mode=0o750, parents=True, exist_ok=True)
    return root
