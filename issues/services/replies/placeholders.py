"""The placeholders of texts to reporters: `{nummer}` and the like, the same in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.languages import text_in
from gis_core.models import Jurisdiction
from gis_core.net.cities import city_address
from issues.agency import agency_names
from issues.errors import PlaceholderEmpty, PlaceholderUnknown
from issues.models import Category, Issue

PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
# Name → what stands in its place; those of the second list may be without a value, then nothing stands there.
PLACEHOLDERS: Final = {
    "nummer": pgettext_lazy("placeholder", "number of the report"),
    "kategorie": pgettext_lazy("placeholder", "category"),
    "ort": pgettext_lazy("placeholder", "address that was reported"),
    "stelle": pgettext_lazy("placeholder", "body in charge, as the public reads its name"),
    "warum": pgettext_lazy("placeholder", "why this body, as the public reads it"),
    "grund": pgettext_lazy("placeholder", "reason and note for the public"),
    "stadt": pgettext_lazy("placeholder", "name of the city"),
    "link": pgettext_lazy("placeholder", "address of the public page"),
}
MAY_BE_EMPTY: Final = frozenset({"grund", "warum"})


def placeholders_check(text: str) -> None:
    """Raises `PlaceholderUnknown` for a placeholder that does not exist, and for a single brace."""
    for name in PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            raise PlaceholderUnknown(
                _("There is no placeholder {%(name)s}. There are: %(known)s.")
                % {"name": name, "known": ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)},
                field="text",
            )
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        raise PlaceholderUnknown(
            _(
                "A brace in the text belongs to no placeholder. Please write {nummer}, for instance."
            ),
            field="text",
        )


def placeholders_filled(text: str, values: Mapping[str, str]) -> str:
    """The text with values; raises `PlaceholderUnknown`, and `PlaceholderEmpty` naming those without one."""
    placeholders_check(text)
    empty = {name for name in PLACEHOLDER.findall(text) if not values.get(name)} - MAY_BE_EMPTY
    if empty:
        raise PlaceholderEmpty(
            _("%(names)s has no value for this report. Please change the text.")
            % {"names": ", ".join(f"{{{one}}}" for one in sorted(empty))},
            field="text",
        )
    filled = PLACEHOLDER.sub(lambda found: values.get(found[1], ""), text)
    return re.sub(r"[ \t]+(?=\n|$)", "", filled)


def placeholder_samples(
    jurisdiction: Jurisdiction, category: Category | None, language: str
) -> dict[str, str]:
    """What stands for each placeholder of a made-up report, for a preview."""
    with translation.override(language):
        number = f"{jurisdiction.issue_prefix}-{timezone.localdate().year}-000123"
        return {
            "nummer": number,
            "kategorie": text_in(category.names, language)
            if category
            else pgettext("sample", "Pothole"),
            "ort": pgettext("sample", "Main street 12"),
            "stelle": pgettext("sample", "Road works department"),
            "warum": pgettext("sample", "The place lies on a municipal road."),
            "grund": pgettext("sample", "The damage is repaired."),
            "stadt": jurisdiction.public_name_in(language),
            "link": city_address(jurisdiction, "public_issue", number),
        }


def placeholder_values(issue: Issue, *, language: str, reason: str) -> dict[str, str]:
    """What stands for each placeholder but `warum`, which costs more (one query, for the body).

    The reader reported: the own address is no secret.
    """
    page = city_address(issue.jurisdiction, "public_issue", issue.number)
    return {
        "nummer": issue.number,
        "kategorie": text_in(issue.category.names, language),
        "ort": issue.address_text,
        "stelle": agency_names([issue.pk]).get(issue.pk, ""),
        "grund": reason,
        "stadt": issue.jurisdiction.public_name_in(language),
        "link": page if issue.released_at is not None else "",
    }
