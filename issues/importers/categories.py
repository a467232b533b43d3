"""Categories and their questions from two CSV files (UTF-8, semicolons, a header row).

`categories.csv`: code; name_de; description_de; group_de; keywords (comma-separated); part; asset_kinds
(separated by |); is_public; is_emergency; order; and, if the city wants any, pictogram, deadline_days (working days
until it is to be done, empty for none), hold_minutes (before a report is passed on), notice_months, notice_law and
notice_remind_days (a law has the city wait so long after a notice was put up, empty for none) and reporter_check
(nobody, mail or account: whether a report on the public pages needs a confirmed mail address or an account).
`category_attributes.csv`: category; code; datatype; variable; required; order; description_de;
datatype_description_de; values (key:German:English …, a name for each language of the file, separated by |).
Yes and no are 1 and 0.

Columns that end in _de hold texts; a file has the same columns for each other language of the installation.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from gis_core.languages import columns_of, languages, texts_read
from gis_core.models import Jurisdiction
from issues.enums import AttributeType
from issues.errors import CategoriesUnreadable
from issues.models import Category, CategoryAttribute

# Texts in several languages (columns name_de, name_en …) and where they are kept.
_CATEGORY_TEXTS: Final = {"name": "names", "description": "descriptions", "group": "groups"}
_CATEGORY_COLUMNS: Final = (
    "code",
    "keywords",
    "part",
    "asset_kinds",
    "is_public",
    "is_emergency",
    "order",
)
_QUESTION_TEXTS: Final = {
    "description": "descriptions",
    "datatype_description": "datatype_descriptions",
}
_QUESTION_COLUMNS: Final = (
    "category",
    "code",
    "datatype",
    "variable",
    "required",
    "order",
    "values",
)
Stored = TypeVar("Stored", Category, CategoryAttribute)
_LISTS: Final = frozenset({AttributeType.SINGLEVALUELIST, AttributeType.MULTIVALUELIST})


@dataclass(frozen=True)
class Counts:
    """What a load did: categories and questions now offered, categories switched off."""

    categories: int
    questions: int
    deactivated: int


@dataclass(frozen=True)
class _Row:
    file: str
    number: int
    values: Mapping[str, str]

    def error(self, cause: str) -> CategoriesUnreadable:
        return CategoriesUnreadable(f"{self.file}, row {self.number}: {cause}")

    def texts(self, kept: Mapping[str, str]) -> dict[str, Any]:
        """The texts of the row by the fields that keep them."""
        return {field: texts_read(self.values, column) for column, field in kept.items()}

    def flag(self, column: str) -> bool:
        value = self.values[column]
        if value not in {"0", "1"}:
            raise self.error(f"{column} must be 0 or 1, not {value!r}")
        return value == "1"

    def number_in(self, column: str) -> int:
        value = self.values[column]
        if not (value.isascii() and value.isdigit() and int(value) <= 32767):
            raise self.error(f"{column} must be a whole number up to 32767, not {value!r}")
        return int(value)


def categories_load(*, jurisdiction: Jurisdiction, folder: Path) -> Counts:
    """Makes the jurisdiction's categories and questions what the files say, in one transaction.

    Loading again changes nothing; a category that is no longer in the file is switched off, because
    issues may refer to it. Raises `CategoriesUnreadable`; then nothing has changed.
    """
    categories = list(_rows(folder / "categories.csv", _CATEGORY_COLUMNS, _CATEGORY_TEXTS))
    questions = list(_rows(folder / "category_attributes.csv", _QUESTION_COLUMNS, _QUESTION_TEXTS))
    with transaction.atomic():
        stored = {
            row.values["code"]: _category_store(jurisdiction, row)
            for row in _once(categories, ("code",))
        }
        gone = jurisdiction.categories.exclude(code__in=stored).filter(is_active=True)
        deactivated = gone.update(is_active=False)
        kept = [_question_store(stored, row).pk for row in _once(questions, ("category", "code"))]
        CategoryAttribute.objects.filter(category__in=stored.values()).exclude(pk__in=kept).delete()
    return Counts(len(stored), len(kept), deactivated)


def _rows(path: Path, columns: Sequence[str], texts: Iterable[str]) -> Iterator[_Row]:
    columns = [*columns, *(columns_of(text)[0] for text in texts)]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=";", strict=True)
            missing = [name for name in columns if name not in (reader.fieldnames or [])]
            if missing:
                raise CategoriesUnreadable(f"{path.name}: no column {', '.join(missing)}")
            for values in reader:
                if None in values or None in values.values():
                    raise CategoriesUnreadable(
                        f"{path.name}, row {reader.line_num}: the row has not as many fields as the header"
                    )
                yield _Row(
                    path.name,
                    reader.line_num,
                    {key: value.strip() for key, value in values.items()},
                )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CategoriesUnreadable(f"{path.name}: {error}") from error


def _once(rows: Sequence[_Row], key: Sequence[str]) -> Iterator[_Row]:
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        identity = tuple(row.values[column] for column in key)
        if identity in seen:
            raise row.error(f"{' '.join(identity)} stands in the file twice")
        seen.add(identity)
        yield row


def _category_store(jurisdiction: Jurisdiction, row: _Row) -> Category:
    fields: dict[str, Any] = row.texts(_CATEGORY_TEXTS) | {
        "keywords": row.values["keywords"],
        "pictogram": row.values.get("pictogram", ""),
        "part": row.values["part"],
        "asset_kinds": [
            kind.strip() for kind in row.values["asset_kinds"].split("|") if kind.strip()
        ],
        "is_public": row.flag("is_public"),
        "is_emergency": row.flag("is_emergency"),
        "order": row.number_in("order"),
        "is_active": True,
    }
    if "deadline_days" in row.values:
        given = row.values["deadline_days"]
        fields["deadline_days"] = row.number_in("deadline_days") if given else None
    if "hold_minutes" in row.values:
        fields["hold_minutes"] = row.number_in("hold_minutes")
    if "notice_months" in row.values:
        given = row.values["notice_months"]
        fields["notice_months"] = row.number_in("notice_months") if given else None
        fields["notice_law"] = row.values.get("notice_law", "")
    if row.values.get("notice_remind_days"):
        fields["notice_remind_days"] = row.number_in("notice_remind_days")
    if "reporter_check" in row.values:
        fields["reporter_check"] = row.values["reporter_check"]
    code = row.values["code"]
    category = Category.objects.filter(jurisdiction=jurisdiction, code=code).first()
    return _save(category or Category(jurisdiction=jurisdiction, code=code), fields, row)


def _question_store(categories: Mapping[str, Category], row: _Row) -> CategoryAttribute:
    category = categories.get(row.values["category"])
    if category is None:
        raise row.error(f"there is no category {row.values['category']!r}")
    fields: dict[str, Any] = row.texts(_QUESTION_TEXTS) | {
        "datatype": row.values["datatype"],
        "is_variable": row.flag("variable"),
        "is_required": row.flag("required"),
        "order": row.number_in("order"),
        "values": _answers(row),
    }
    code = row.values["code"]
    question = CategoryAttribute.objects.filter(category=category, code=code).first()
    return _save(question or CategoryAttribute(category=category, code=code), fields, row)


def _answers(row: _Row) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    # Named in the languages in which the file has its questions.
    spoken = [one for one in languages() if f"description_{one}" in row.values]
    for part in filter(None, row.values["values"].split("|")):
        pieces = [piece.strip() for piece in part.split(":")]
        if len(pieces) != 1 + len(spoken) or not all(pieces):
            raise row.error(f"an answer must be {':'.join(('key', *spoken))}, not {part!r}")
        key, *names = pieces
        answers.append({"key": key, "names": dict(zip(spoken, names, strict=True))})
    if len({answer["key"] for answer in answers}) != len(answers):
        raise row.error("a key stands among the answers twice")
    if (row.values["datatype"] in _LISTS) != bool(answers):
        raise row.error("answers are needed for lists and for nothing else")
    return answers


def _save(stored: Stored, fields: Mapping[str, Any], row: _Row) -> Stored:
    for name, value in fields.items():
        setattr(stored, name, value)
    try:
        stored.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        causes = "; ".join(
            f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items()
        )
        raise row.error(causes) from error
    stored.save()
    return stored
