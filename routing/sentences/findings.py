"""What is wrong with a rule set, in a sentence in the language of the screen."""

from __future__ import annotations

from django.utils.translation import gettext

from gis_core.languages import language_shown
from routing.engine.conditions import ConditionError
from routing.engine.findings import TEXTS, Finding, finding_text
from routing.sentences.words import words_of


def finding_sentence(finding: Finding) -> str:
    values = dict(finding.values)
    if "column" in values:
        values["column"] = words_of(language_shown()).columns[values["column"]]
    shown = Finding(finding.severity, finding.code, finding.rules, values)
    return finding_text(shown, gettext(TEXTS[finding.code]))


def condition_sentence(error: ConditionError) -> str:
    """Why a condition is not understood."""
    return gettext(TEXTS[error.code]) % error.values
