"""The form of a question of a category, with its answers as rows."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.languages import language_first, languages
from issues.enums import AttributeType
from issues.models import CategoryAttribute
from mapui.house.forms import CODE_HELP, EntryForm

LISTS: Final = frozenset({AttributeType.SINGLEVALUELIST, AttributeType.MULTIVALUELIST})
# Empty rows for further answers.
ROWS_MORE: Final = 4
KEY_MAX: Final = 40


class QuestionForm(EntryForm):
    """The answers are fields `answer_0_key`, `answer_0_de`, `answer_0_en`, `answer_1_key` …"""

    texts = {
        "descriptions": (pgettext_lazy("house", "Question"), 2),
        "datatype_descriptions": (pgettext_lazy("house", "Hint"), 1),
    }
    fixed = ("category", "code")

    class Meta:
        model = CategoryAttribute
        fields = ("category", "code", "datatype", "is_variable", "is_required", "order")
        labels = {
            "category": pgettext_lazy("house", "Category"),
            "code": pgettext_lazy("house", "Short name"),
            "datatype": pgettext_lazy("house", "Kind of answer"),
            "is_variable": pgettext_lazy("house", "Asks"),
            "is_required": pgettext_lazy("house", "Must be answered"),
            "order": pgettext_lazy("house", "Place in the list"),
        }
        help_texts = {
            "code": CODE_HELP,
            "is_variable": pgettext_lazy("house", "Otherwise it only tells something."),
        }

    def __init__(self, data: Any = None, *, entry: Any, **more: Any) -> None:
        super().__init__(data, entry=entry, **more)
        sent = 0
        while data is not None and f"answer_{sent}_key" in data:
            sent += 1
        self.row_count = max(sent, len(entry.values) + ROWS_MORE)
        for row in range(self.row_count):
            self._row_add(row, entry.values[row] if row < len(entry.values) else {})

    def _row_add(self, row: int, answer: dict[str, Any]) -> None:
        spoken = dict(settings.LANGUAGES)
        labels: dict[str, Any] = {
            "key": pgettext("house", "Short name"),
            **{code: spoken[code] for code in languages()},
        }
        said = {"key": answer.get("key", ""), **answer.get("names", {})}
        for part, label in labels.items():
            name = f"answer_{row}_{part}"
            self.fields[name] = forms.CharField(
                label=label,
                max_length=KEY_MAX if part == "key" else 100,
                required=False,
                widget=forms.TextInput({"aria-label": f"{row + 1}: {label}"}),
            )
            self.initial[name] = said.get(part, "")

    def answer_rows(self) -> list[list[forms.BoundField]]:
        """Key and names of each answer."""
        parts = ("key", *languages())
        return [[self[f"answer_{row}_{part}"] for part in parts] for row in range(self.row_count)]

    def plain_fields(self) -> list[forms.BoundField]:
        """All fields but those of the answers."""
        return [one for one in self if not one.name.startswith("answer_")]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        answers = []
        for row in range(self.row_count):
            key = data.get(f"answer_{row}_key", "")
            said = {code: data.get(f"answer_{row}_{code}", "") for code in languages()}
            names = {code: text for code, text in said.items() if text}
            if bool(key) != (language_first() in names):
                told = pgettext("house", "An answer needs a short name and a text.")
                self.add_error(f"answer_{row}_key", told)
            elif key:
                answers.append({"key": key, "names": names})
        keys = [one["key"] for one in answers]
        if len(set(keys)) != len(keys):
            self.add_error(None, pgettext("house", "Two answers have the same short name."))
        if (data.get("datatype") in LISTS) != bool(answers):
            told = pgettext("house", "Answers belong to lists, and each list needs some.")
            self.add_error("datatype", told)
        self.instance.values = answers
        return data
