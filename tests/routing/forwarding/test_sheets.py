"""The evidence sheet of a mail: made by whoever registered, one at a time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from routing.forwarding import sheets


@pytest.fixture
def _nobody_else(monkeypatch) -> None:
    monkeypatch.setattr(sheets, "_registered", [])


@pytest.mark.usefixtures("_nobody_else")
def test_threads_of_a_sender_draw_one_after_another():
    drawing: list[int] = []
    at_once: list[int] = []

    def draw(issue_id: int) -> bytes:
        drawing.append(issue_id)
        time.sleep(0.02)
        at_once.append(len(drawing))
        drawing.remove(issue_id)
        return str(issue_id).encode()

    sheets.register(draw)
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(sheets.sheet_pdf, range(8)))
    assert made == [str(number).encode() for number in range(8)]
    assert set(at_once) == {1}


@pytest.mark.usefixtures("_nobody_else")
def test_sheet_that_cannot_be_made_holds_up_nobody():
    assert sheets.sheet_pdf(1) == b""
    sheets.register(lambda _id: 1 // 0)
    assert sheets.sheet_pdf(1) == b""
    sheets.register(lambda _id: b"made")
    assert sheets.sheet_pdf(1) == b"made"
