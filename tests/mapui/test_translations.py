"""German first: every text of the pages has a German translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils.translation import gettext, ngettext, override

from mapui import apps

APP = Path(apps.__file__).parent
# The same word in both languages.
SAME = {"Filter", "Name", "Website"}


def texts() -> list[str]:
    templates = "\n".join(path.read_text() for path in sorted(APP.glob("templates/**/*.html")))
    code = "\n".join(path.read_text() for path in sorted(APP.glob("**/*.py")))
    found = re.findall(r"""{% translate (?:"([^"]+)"|'([^']+)')""", templates)
    found += re.findall(r"""\b_\(\s*(?:"([^"]+)"|'([^']+)')\s*\)""", code)
    return sorted({one or other for one, other in found})


@pytest.mark.parametrize("text", texts())
def test_text_of_the_pages_is_translated(text):
    with override("de"):
        assert gettext(text) != text or text in SAME


def test_texts_with_numbers_are_translated():
    with override("de"):
        assert ngettext("%(counter)s issue", "%(counter)s issues", 3) == "%(counter)s Meldungen"
        assert (
            ngettext("%(counter)s rule tried", "%(counter)s rules tried", 1)
            == "%(counter)s geprüfte Regel"
        )
