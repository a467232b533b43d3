"""What is to be tried, and on how many issues."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from gis_core.enums import EditionStatus
from gis_core.models import Edition, Jurisdiction
from routing.enums import RuleSetStatus
from routing.models import RuleSet

FILE_MAX = 5 * 1024 * 1024


class TrialForm(forms.Form):
    """A rule set or a staged edition, whichever the person may try; the newest issues, or all."""

    subject = forms.ChoiceField(label=_("What is tried"))
    limit = forms.IntegerField(
        label=_("On how many issues"),
        required=False,
        min_value=1,
        max_value=100_000_000,
        help_text=_("The newest so many; empty for all."),
    )

    def __init__(
        self, data: Any, *, jurisdiction: Jurisdiction | None, rules: bool, editions: bool
    ) -> None:
        super().__init__(data, initial={"limit": 1000})
        self.label_suffix = ""
        self.rule_sets = _rule_sets(jurisdiction) if rules else {}
        self.editions = _editions(jurisdiction) if editions else {}
        field = self.fields["subject"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
        field.choices = [
            (
                _("Rule sets"),
                [(value, rule_set_named(one)) for value, one in self.rule_sets.items()],
            ),
            (_("Geodata"), [(value, edition_named(one)) for value, one in self.editions.items()]),
        ]

    @property
    def is_empty(self) -> bool:
        return not self.rule_sets and not self.editions

    def tried(self) -> dict[str, Any]:
        """`rule_set` or `edition` as `trial_start` takes it; call only after `is_valid()`."""
        value = self.cleaned_data["subject"]
        if value in self.rule_sets:
            return {"rule_set": self.rule_sets[value]}
        return {"edition": self.editions[value]}


def _rule_sets(jurisdiction: Jurisdiction | None) -> dict[str, RuleSet]:
    """Drafts first, then the newest versions."""
    found = RuleSet.objects.filter(jurisdiction=jurisdiction).order_by("-version")[:50]
    ordered = sorted(found, key=lambda one: one.status != RuleSetStatus.DRAFT)
    return {f"rules-{one.pk}": one for one in ordered}


def _editions(jurisdiction: Jurisdiction | None) -> dict[str, Edition]:
    found = Edition.objects.filter(jurisdiction=jurisdiction, status=EditionStatus.STAGED)
    return {f"edition-{one.pk}": one for one in found.order_by("-pk")}


def rule_set_named(rule_set: RuleSet) -> str:
    """`Version 3, draft: what it is about`."""
    text = _("Version %(version)d, %(status)s") % {
        "version": rule_set.version,
        "status": rule_set.get_status_display(),
    }
    return f"{text}: {rule_set.note.splitlines()[0]}" if rule_set.note.strip() else str(text)


def edition_named(edition: Edition) -> str:
    return f"{edition.dataset_label} {edition.pk}"


class GoldenFileForm(forms.Form):
    file = forms.FileField(label=_("CSV file"), help_text=_("As it is exported here; UTF-8."))

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.label_suffix = ""

    def clean_file(self) -> str:
        """The text of the file."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > FILE_MAX:
            raise forms.ValidationError(_("The file is too large."))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not text in UTF-8.")) from error
