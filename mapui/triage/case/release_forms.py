"""What a clerk gives with a release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy

from issues.models import Issue, Photo
from issues.public_view import ReleaseProposal
from issues.services.texts import field_length


class AsTyped(forms.CharField):
    """A text that is taken as it stands in the field; only the line ends of browsers become plain ones."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, strip=False, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class ReleaseForm(forms.Form):
    """The public text and address, the photos to show (by public identifier), and what was looked at.

    `seen` is the state of the report, `shown` what the preview showed.
    """

    text = AsTyped(
        label=pgettext_lazy("release", "Text for the public"),
        max_length=field_length(Issue, "public_text"),
        widget=forms.Textarea({"rows": 3}),
    )
    address = AsTyped(
        label=pgettext_lazy("release", "Address for the public"),
        max_length=field_length(Issue, "public_address"),
    )
    seen = forms.CharField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, proposal: ReleaseProposal) -> None:
        super().__init__(
            data,
            initial={
                "text": proposal.text,
                "address": proposal.address,
                "photos": [str(photo.public_id) for photo in proposal.photos if photo.is_released],
                "seen": proposal.seen,
            },
            auto_id="release_%s",
        )
        self.label_suffix = ""
        self._photos = {str(photo.public_id): photo for photo in proposal.photos}
        self.fields["photos"] = forms.MultipleChoiceField(
            required=False, choices=[(name, name) for name in self._photos]
        )
        self.fields["shown"].initial = self.digest()

    def text_given(self, name: str) -> str:
        """A text as given or at the start, whether it can be released or not."""
        return str(self.fields[name].to_python(self[name].value()))

    def photos_chosen(self) -> list[Photo]:
        """Those that are ticked, as given or at the start."""
        names: Iterable[str] = self["photos"].value() or ()
        return [self._photos[name] for name in names if name in self._photos]

    def digest(self) -> str:
        """What a preview of these fields shows."""
        photos = [(str(photo.public_id), photo.edits) for photo in self.photos_chosen()]
        shown = [self.text_given("text"), self.text_given("address"), sorted(photos)]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]

    def is_shown(self) -> bool:
        """Whether the preview showed what the fields hold."""
        return self["shown"].value() == self.digest()
