"""Our categories and the services of a receiver: what is mapped to what, and what becomes of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.utils.translation import pgettext

from routing.forwarding.channels.base import Service
from routing.models import AuthorityContact, ContactProbe

OTHERS = "*"
PREFIX = "service-"


class MappedRow(NamedTuple):
    """What becomes of one category; `lacking` are attributes that the service requires and nothing fills."""

    category: str
    before: str
    service: str
    lacking: tuple[str, ...]
    is_changed: bool


class ServicesForm(forms.Form):
    """A choice of service for each category, and one for all others; the first choice is none of its own."""

    def __init__(
        self, *args: Any, contact: AuthorityContact, probe: ContactProbe, categories: dict[str, str]
    ) -> None:
        super().__init__(*args)
        self.label_suffix = ""
        self.contact = contact
        self.services = {code: Service(*one) for code, one in probe.services.items()}
        self.categories = {**categories, OTHERS: pgettext("services", "All others")}
        self.stored: dict[str, str] = contact.settings.get("service_codes", {})
        offered = [(code, f"{one.name} ({code})") for code, one in sorted(self.services.items())]
        for code, name in self.categories.items():
            kept = self.stored.get(code, "")
            gone = [(kept, pgettext("services", "%(code)s (not there any more)") % {"code": kept})]
            self.fields[PREFIX + code] = forms.ChoiceField(
                label=name,
                required=False,
                initial=kept,
                choices=[
                    ("", pgettext("services", "as all others") if code != OTHERS else "–"),
                    *offered,
                    *(gone if kept and kept not in self.services else []),
                ],
            )

    def mapping(self) -> dict[str, str]:
        """Category → service, without those that go with all others; call only after `is_valid()`."""
        chosen = {code: self.cleaned_data[PREFIX + code] for code in self.categories}
        return {code: service for code, service in chosen.items() if service}

    def foreseen(self) -> list[MappedRow]:
        """What becomes of each category, nothing stored; call only after `is_valid()`."""
        mapping = self.mapping()
        rows: list[MappedRow] = []
        for code, name in self.categories.items():
            before = self.stored.get(code) or self.stored.get(OTHERS, "")
            after = mapping.get(code) or mapping.get(OTHERS, "")
            service = self.services.get(after)
            filled = self.contact.settings.get("attributes", {})
            lacking = tuple(one for one in service.required if one not in filled) if service else ()
            rows.append(MappedRow(name, before, after, lacking, before != after))
        return rows
