"""Fields of forms on several pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import pgettext_lazy


class MailField(forms.EmailField):
    """An e-mail address. What is none is told in our words: Django REST framework's German hides Django's."""

    default_error_messages = {
        "invalid": pgettext_lazy("report", "This is no e-mail address."),
    }
