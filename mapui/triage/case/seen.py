"""Forms that write over something know what the clerk looked at."""

from __future__ import annotations

from typing import Any

from django import forms

from issues.models import Issue
from issues.services.seen import aspect_mark


class SeenForm(forms.Form):
    """The base: `aspect` (`issues.services.seen`) is what the form writes over; "" where it only adds."""

    aspect = ""
    # The hidden field with the mark of the issue as it is shown.
    seen_name = "seen"

    def seen_add(self, issue: Issue) -> None:
        if self.aspect:
            mark = aspect_mark(issue, self.aspect)
            self.fields[self.seen_name] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=mark
            )

    def seen(self) -> str:
        """The mark of what the clerk looked at; "" where the form came without one."""
        return str(self[self.seen_name].value() or "") if self.seen_name in self.fields else ""

    def values(self) -> dict[str, Any]:
        """What was given, without the mark; call only after `is_valid()`."""
        return {name: one for name, one in self.cleaned_data.items() if name != self.seen_name}
