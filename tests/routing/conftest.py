"""Mails of these tests go without the evidence sheet, which takes a second to draw, unless a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from routing.forwarding import sheets


@pytest.fixture(autouse=True)
def no_sheets() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "_registered", [])
        yield patch
