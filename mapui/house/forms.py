"""What is filled in about the master data. Each form makes or changes one entry and stores nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.languages import language_first, languages
from gis_core.models import Jurisdiction
from issues.models import (
    Category,
    ChecklistItem,
    ClosedDay,
    ClosingReason,
    LegalPage,
    ReplyTemplate,
    RetentionPeriod,
)

CODE_HELP = pgettext_lazy("house", "Short and for good: it cannot be changed later.")


class EntryForm(forms.ModelForm):
    """An entry with its texts in every language: a text `names` becomes fields `names_de`, `names_en` …

    `texts` names them with label and rows. `fixed` are fields that stay once the entry is stored.
    """

    texts: ClassVar[Mapping[str, tuple[str | Promise, int]]] = {}
    fixed: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, data: Any = None, *, entry: Any, jurisdiction: Jurisdiction, initial: Any = None
    ) -> None:
        said = {
            f"{name}_{code}": text
            for name in self.texts
            for code, text in getattr(entry, name).items()
        }
        super().__init__(data, instance=entry, initial={**said, **(initial or {})}, label_suffix="")
        self.jurisdiction = jurisdiction
        for name, (label, rows) in self.texts.items():
            self._text_add(entry, name, label, rows)
        named = [f"{name}_{code}" for name in self.texts for code in languages()]
        first = [name for name in ("status", "category", "code", "day") if name in self.fields]
        self.order_fields([*first, *named])
        for name in self.fixed if entry.pk else ():
            self.fields[name].disabled = True
            self.fields[name].help_text = ""
        if "category" in self.fields:
            self._categories_offer(entry)

    def _text_add(self, entry: Any, name: str, label: str | Promise, rows: int) -> None:
        stored = entry._meta.get_field(name)
        spoken = dict(settings.LANGUAGES)
        for code in languages():
            widget = forms.Textarea({"rows": rows}) if rows > 1 else forms.TextInput()
            self.fields[f"{name}_{code}"] = forms.CharField(
                label=f"{label} ({spoken[code]})",
                max_length=stored.length_max,
                required=code == language_first() and not stored.blank,
                widget=widget,
            )

    def _categories_offer(self, entry: Any) -> None:
        """Those that are offered, and the one that the entry has."""
        field = self.fields["category"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy what the models say
        here = Category.objects.filter(jurisdiction=self.jurisdiction)
        if not field.required:
            field.empty_label = pgettext("house", "all categories")
        field.queryset = here.filter(Q(is_active=True) | Q(pk=entry.category_id))
        field.error_messages["invalid_choice"] = pgettext_lazy(
            "house", "This category was removed or switched off meanwhile."
        )

    def clean(self) -> dict[str, Any]:
        """Puts the texts together and gives them to the entry."""
        data = super().clean() or {}
        for name in self.texts:
            said = {code: data.get(f"{name}_{code}", "") for code in languages()}
            setattr(self.instance, name, {code: text for code, text in said.items() if text})
        return data

    def validate_unique(self) -> None:
        """Left to the service, which knows the jurisdiction too."""

    def field_of(self, name: str) -> str | None:
        """The field of the form that shows a field of the entry; None for what is said of all of it."""
        if name in self.texts:
            return f"{name}_{language_first()}"
        return name if name in self.fields else None

    def stored_show(self, stored: EntryForm) -> None:
        """Says beside each field what somebody else stored meanwhile."""
        for name, field in self.fields.items():
            value = stored.get_initial_for_field(stored.fields[name], name)
            if field.has_changed(value, self[name].data):
                told = {True: _("yes"), False: _("no")}.get(value, value) or "–"
                message = pgettext_lazy("house", "Stored meanwhile: %(value)s")
                self.add_error(name, message % {"value": told})


class ReasonForm(EntryForm):
    texts = {"names": (pgettext_lazy("house", "Reason as the public reads it"), 2)}
    fixed = ("status", "code")

    class Meta:
        model = ClosingReason
        fields = ("status", "code", "order", "is_active")
        labels = {
            "status": pgettext_lazy("house", "Closes as"),
            "code": pgettext_lazy("house", "Short name"),
            "order": pgettext_lazy("house", "Place in the list"),
            "is_active": pgettext_lazy("house", "Is offered"),
        }
        help_texts = {
            "code": CODE_HELP,
            "is_active": pgettext_lazy("house", "Closed reports keep it if it is switched off."),
        }


class ReplyForm(EntryForm):
    texts = {"texts": (pgettext_lazy("house", "Text"), 6)}
    fixed = ("status", "category")

    class Meta:
        model = ReplyTemplate
        fields = ("status", "category", "is_active")
        labels = {
            "status": pgettext_lazy("house", "When the report becomes"),
            "category": pgettext_lazy("house", "Only for the category"),
            "is_active": pgettext_lazy("house", "Is sent"),
        }
        help_texts = {
            "category": pgettext_lazy(
                "house", "Without one for all that have no text of their own."
            ),
        }


class ChecklistForm(EntryForm):
    texts = {"texts": (pgettext_lazy("house", "To be done"), 1)}
    fixed = ("category",)

    class Meta:
        model = ChecklistItem
        fields = ("category", "order", "is_active")
        labels = {
            "category": pgettext_lazy("house", "Category"),
            "order": pgettext_lazy("house", "Place in the list"),
            "is_active": pgettext_lazy("house", "Is in use"),
        }


class LegalForm(EntryForm):
    texts = {"texts": (pgettext_lazy("house", "Text"), 24)}
    fixed = ("kind",)

    class Meta:
        model = LegalPage
        fields = ("kind", "is_checked", "feedback_mail")
        labels = {
            "kind": pgettext_lazy("house", "Page"),
            "is_checked": pgettext_lazy("house", "Somebody of the city has checked the text"),
            "feedback_mail": pgettext_lazy("house", "What is written on the page goes to"),
        }
        help_texts = {
            "is_checked": pgettext_lazy("house", "Until then the page says that it is a template."),
            "feedback_mail": pgettext_lazy(
                "house", "Only for accessibility; without it the city’s address for the public."
            ),
        }


class RetentionForm(EntryForm):
    fixed = ("kind",)

    class Meta:
        model = RetentionPeriod
        fields = ("kind", "days")
        labels = {
            "kind": pgettext_lazy("house", "What is erased"),
            "days": pgettext_lazy("house", "After how many days"),
        }


class ClosedDayForm(EntryForm):
    class Meta:
        model = ClosedDay
        fields = ("day", "name")
        labels = {
            "day": pgettext_lazy("house", "Day"),
            "name": pgettext_lazy("house", "Occasion"),
        }
        widgets = {"day": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}


class CategoryForm(EntryForm):
    texts = {
        "names": (pgettext_lazy("house", "Name"), 1),
        "descriptions": (pgettext_lazy("house", "Description"), 3),
        "groups": (pgettext_lazy("house", "Group"), 1),
    }
    fixed = ("code",)
    code = forms.CharField(
        label=pgettext_lazy("house", "Code"),
        max_length=40,
        help_text=pgettext_lazy(
            "house",
            "As rules and Open311 name it, such as ROAD_SURFACE; it cannot be changed later.",
        ),
        validators=[
            RegexValidator(
                r"^[A-Z][A-Z0-9_]*\Z",
                pgettext_lazy("house", "Capital letters, figures and _ only."),
            )
        ],
    )

    class Meta:
        model = Category
        fields = (
            "code",
            "keywords",
            "pictogram",
            "order",
            "deadline_days",
            "hold_minutes",
            "notice_months",
            "notice_law",
            "notice_remind_days",
            "reporter_check",
            "is_public",
            "is_emergency",
            "is_active",
        )
        labels = {
            "keywords": pgettext_lazy("house", "Words by which people look for it"),
            "pictogram": pgettext_lazy("house", "Pictogram"),
            "order": pgettext_lazy("house", "Place in the list"),
            "deadline_days": pgettext_lazy("house", "To be done within working days"),
            "notice_months": pgettext_lazy(
                "house", "Months that the law has us wait after a notice"
            ),
            "notice_law": pgettext_lazy("house", "Law that asks for the notice"),
            "notice_remind_days": pgettext_lazy("house", "Reminder so many days before the end"),
            "hold_minutes": pgettext_lazy("house", "Minutes before it is passed on by itself"),
            "reporter_check": pgettext_lazy("house", "Who may report on the public pages"),
            "is_public": pgettext_lazy("house", "May be shown to the public"),
            "is_emergency": pgettext_lazy("house", "Danger to life: show the emergency numbers"),
            "is_active": pgettext_lazy("house", "Is offered"),
        }
        help_texts = {
            "keywords": pgettext_lazy("house", "With commas between."),
            "deadline_days": pgettext_lazy("house", "Empty: no clock runs."),
            "hold_minutes": pgettext_lazy("house", "0: at once. Emergencies never wait."),
            "is_active": pgettext_lazy("house", "Reports keep it if it is switched off."),
        }
