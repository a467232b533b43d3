"""Golden cases as CSV (`;`, UTF-8): to be kept beside the rules, and brought to another installation."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from gis_core.coordinates import storage_to_wgs84
from gis_core.models import Jurisdiction
from issues.errors import AnswerMissing, IssuesError
from issues.models import Category
from issues.services.answers import answers_checked
from issues.services.location import location_checked
from issues.services.texts import Problems
from issues.types import LocationInput
from routing.errors import TrialRefused
from routing.models import Authority, GoldenCase

if TYPE_CHECKING:
    from django.contrib.auth.models import User

COLUMNS: Final = (
    *("name", "category", "lat", "long", "accuracy", "answers", "authority", "reason"),
)
FORMULA: Final = frozenset("=+@\t")


def golden_export(jurisdiction: Jurisdiction) -> str:
    """The active cases by name; places in WGS84 degrees, answers as JSON, no authority where a person decides."""
    target = io.StringIO()
    writer = csv.DictWriter(target, COLUMNS, delimiter=";", lineterminator="\n")
    writer.writeheader()
    cases = GoldenCase.objects.filter(jurisdiction=jurisdiction, is_active=True)
    for case in cases.select_related("category", "authority").order_by("name", "pk"):
        longitude, latitude = storage_to_wgs84(case.point.x, case.point.y)
        accuracy = "" if case.accuracy_m is None else f"{case.accuracy_m:g}"
        row = {
            "name": case.name,
            "category": case.category.code,
            "lat": f"{latitude:.7f}",
            "long": f"{longitude:.7f}",
            "accuracy": accuracy,
            "answers": json.dumps(case.answers, ensure_ascii=False) if case.answers else "",
            "authority": case.authority.code if case.authority else "",
            "reason": case.reason,
        }
        writer.writerow({column: _plain(value) for column, value in row.items()})
    return target.getvalue()


def _plain(value: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{value}" if value[:1] in FORMULA else value


def _as_meant(value: str) -> str:
    return value[1:] if value[:1] == "'" and value[1:2] in FORMULA else value


@dataclass(frozen=True, kw_only=True)
class Imported:
    added: int
    changed: int


@transaction.atomic
def golden_import(*, jurisdiction: Jurisdiction, text: str, by: User | None = None) -> Imported:
    """Adds the cases of a file; one with the name of an active case replaces what that says.

    Raises TrialRefused naming every line that is wrong; then nothing is stored.
    """
    known = {
        case.name: case
        for case in GoldenCase.objects.filter(jurisdiction=jurisdiction, is_active=True)
    }
    faults: list[str] = []
    cases: dict[str, GoldenCase] = {}
    for line, row in _rows(text):
        try:
            facts = _facts(jurisdiction, row)
        except (IssuesError, TrialRefused) as error:
            faults.append(_("Line %(line)d: %(fault)s") % {"line": line, "fault": error})
            continue
        if facts["name"] in cases:
            fault = _("the name stands twice.")
            faults.append(_("Line %(line)d: %(fault)s") % {"line": line, "fault": fault})
        case = known.get(facts["name"]) or GoldenCase(jurisdiction=jurisdiction, created_by=by)
        for name, value in facts.items():
            setattr(case, name, value)
        cases[case.name] = case
    if faults:
        raise TrialRefused("\n".join(faults))
    for case in cases.values():
        case.save()
    changed = len(known.keys() & cases.keys())
    return Imported(added=len(cases) - changed, changed=changed)


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise TrialRefused(
            _("The file lacks the columns %(columns)s.") % {"columns": ", ".join(missing)}
        )
    return [
        (reader.line_num, {column: _as_meant((row[column] or "").strip()) for column in COLUMNS})
        for row in reader
    ]


def _facts(jurisdiction: Jurisdiction, row: dict[str, str]) -> dict[str, Any]:
    category = Category.objects.filter(jurisdiction=jurisdiction, code=row["category"]).first()
    if category is None:
        raise TrialRefused(_("there is no category %(code)s.") % {"code": row["category"]})
    authority = Authority.objects.filter(jurisdiction=jurisdiction, code=row["authority"]).first()
    if row["authority"] and authority is None:
        raise TrialRefused(_("there is no authority %(code)s.") % {"code": row["authority"]})
    if not row["name"] or not row["reason"]:
        raise TrialRefused(_("name and reason are required."))
    place = location_checked(
        jurisdiction,
        LocationInput(lat=row["lat"], long=row["long"], accuracy=row["accuracy"]),
    )
    return {
        "name": row["name"][:200],
        "category": category,
        "point": place.point,
        "accuracy_m": place.accuracy_m,
        "answers": _answers(category, row["answers"]),
        "authority": authority,
        "reason": row["reason"],
    }


def _answers(category: Category, text: str) -> dict[str, Any]:
    try:
        given = json.loads(text) if text else {}
    except json.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        raise TrialRefused(_("answers are not a JSON object."))
    problems = Problems()
    checked = answers_checked(category, given, problems)
    # What the category requires today need not have been asked when the case was pinned.
    wrong = [problem for problem in problems if not isinstance(problem, AnswerMissing)]
    if wrong:
        raise wrong[0]
    return dict(checked)
