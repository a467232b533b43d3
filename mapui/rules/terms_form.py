"""Deadlines of authorities, as editors fill them in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import pgettext, pgettext_lazy

from issues.models import Category
from routing.answering.terms import terms_default
from routing.models import AuthorityContact, ResponseTerms

DAYS = ("acknowledge_hours", "answer_days", "escalate_days", "done_days")


class TermsForm(forms.ModelForm):
    """For whom and which category, and the days; a new entry begins with what the program brings."""

    class Meta:
        model = ResponseTerms
        fields = ("contact", "category", *DAYS)
        labels = {
            "contact": pgettext_lazy("terms", "Authority"),
            "category": pgettext_lazy("terms", "Category"),
            "acknowledge_hours": pgettext_lazy("terms", "Has arrived within (hours)"),
            "answer_days": pgettext_lazy("terms", "Takes it over within (working days)"),
            "escalate_days": pgettext_lazy("terms", "Given up after (working days)"),
            "done_days": pgettext_lazy("terms", "Done within (working days)"),
        }
        help_texts = {
            "acknowledge_hours": pgettext_lazy("terms", "Afterwards the report has news."),
            "answer_days": pgettext_lazy("terms", "Afterwards the authority is reminded once."),
            "escalate_days": pgettext_lazy("terms", "Afterwards a person looks who acts."),
            "done_days": pgettext_lazy(
                "terms", "Counts from the acceptance. Empty: nothing was agreed."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        city = self.instance.jurisdiction
        offered = {
            "contact": AuthorityContact.objects.filter(
                authority__jurisdiction=city, is_active=True
            ).select_related("authority"),
            "category": Category.objects.filter(jurisdiction=city),
        }
        empty = {
            "contact": pgettext("terms", "all authorities"),
            "category": pgettext("terms", "all categories"),
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy what the model says
            field.queryset, field.empty_label = choices, empty[name]
        self.fields["contact"].label_from_instance = _contact_named  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.initial = {name: getattr(terms_default(), name) for name in DAYS}


def _contact_named(contact: AuthorityContact) -> str:
    return f"{contact.authority.name} ({contact})"
