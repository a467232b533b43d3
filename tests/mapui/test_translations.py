"""German first: every text of the pages has a German translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils.translation import gettext, ngettext, override, pgettext

from mapui import apps

APP = Path(apps.__file__).parent
# The same word in both languages.
SAME = {
    "Filter",
    "%(authority)s: %(state)s.",
    "Passkey",
    "Passkeys",
    "Name",
    "Website",
    "Code",
    "%(count)d min",
    "Links",
    "Name (%(language)s)",
}


# {% translate "…" context "…" %} and pgettext("…", "…")
_WITH_CONTEXT = re.compile(
    r"""{% translate "([^"]+)" context "([^"]+)" |pgettext(?:_lazy)?\(\s*"([^"]+)",\s*"([^"]+)"\s*\)"""
)


def texts_in_context() -> list[tuple[str, str]]:
    paths = [*sorted(APP.glob("templates/**/*.html")), *sorted(APP.glob("**/*.py"))]
    found = [match for path in paths for match in _WITH_CONTEXT.findall(path.read_text())]
    return sorted({(one or three, two or four) for two, one, three, four in found})


def texts() -> list[str]:
    templates = "\n".join(path.read_text() for path in sorted(APP.glob("templates/**/*.html")))
    code = "\n".join(path.read_text() for path in sorted(APP.glob("**/*.py")))
    found = re.findall(r"""{% translate (?:"([^"]+)"|'([^']+)') (?!context)""", templates)
    found += re.findall(r"""\b_\(\s*(?:"([^"]+)"|'([^']+)')\s*\)""", code)
    return sorted({one or other for one, other in found})


@pytest.mark.parametrize("text", texts())
def test_text_of_the_pages_is_translated(text):
    with override("de"):
        assert gettext(text) != text or text in SAME


@pytest.mark.parametrize(("context", "text"), texts_in_context())
def test_text_with_a_context_is_translated(context, text):
    with override("de"):
        assert pgettext(context, text) != text or text in SAME


def test_texts_with_numbers_are_translated():
    with override("de"):
        assert ngettext("%(counter)s issue", "%(counter)s issues", 3) == "%(counter)s Meldungen"
        assert (
            ngettext("%(counter)s rule tried", "%(counter)s rules tried", 1)
            == "%(counter)s geprüfte Regel"
        )
