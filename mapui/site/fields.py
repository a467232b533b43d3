"""Fields of forms on several pages."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_noop, ngettext_lazy, pgettext_lazy

# What Django says of any field: our catalogue says it in plain German, and is read before Django's.
DJANGO_WORDS: Final = (
    gettext_noop("This field is required."),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
)


class MailField(forms.EmailField):
    """An e-mail address. What is none is told in our words: Django REST framework's German hides Django's."""

    default_error_messages = {
        "invalid": pgettext_lazy("report", "This is no e-mail address."),
    }
