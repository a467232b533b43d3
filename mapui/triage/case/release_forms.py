"""What a clerk gives with a release."""

from __future__ import annotations

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
    """The public text and address, the photos to show (by public identifier), and the state that was looked at."""

    text = AsTyped(
        label=pgettext_lazy("release", "Text for the public"),
        max_length=field_length(Issue, "public_text"),
        widget=forms.Textarea({"rows": 7}),
    )
    address = AsTyped(
        label=pgettext_lazy("release", "Address for the public"),
        max_length=field_length(Issue, "public_address"),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

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

    def photos_chosen(self) -> list[Photo]:
        """Those that are ticked, as given or at the start."""
        names: Iterable[str] = self["photos"].value() or ()
        return [self._photos[name] for name in names if name in self._photos]
