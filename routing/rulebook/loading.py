"""A city's folder of rules and authorities, loaded at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gis_core.languages import columns_of, texts_read
from gis_core.models import Jurisdiction
from routing.engine.checks.content import difference_of
from routing.errors import RuleSetError
from routing.models import Authority, RuleSet
from routing.rulebook.activation import rule_set_activate
from routing.rulebook.drafts import content_completed, draft_import
from routing.rulebook.listed import rule_set_content, rule_set_in_effect
from routing.rulebook.reading import csv_rows, priors_read, rules_read, thresholds_read

# Texts in several languages (columns name_de, name_en …) and where they are kept.
AUTHORITY_TEXTS: Final = {"name": "names", "public_name": "public_names"}
AUTHORITY_COLUMNS: Final = (
    *("kind", "colour", "website", "phone", "public_mail"),
    *("valid_from", "valid_to"),
)
AUTHORITY_FLAGS: Final = ("is_city_works", "closes_issues")


@transaction.atomic
def rule_set_load(*, jurisdiction: Jurisdiction, path: Path) -> RuleSet:
    """Load a matrix as the jurisdiction's next rule set and activate it; an unchanged one loads nothing.

    `thresholds.csv` and `priors.csv` beside it are loaded too; without them thresholds and priors stay as they are.
    The whole set is validated first. Raises RuleSetError naming every faulty rule; then nothing is stored.
    """
    content: dict[str, Any] = {"rows": rules_read(path)}
    for name, read in (("thresholds", thresholds_read), ("priors", priors_read)):
        beside = path.with_name(f"{name}.csv")
        if beside.exists():
            content[name] = read(beside)
    today = timezone.localdate()
    current = rule_set_in_effect(jurisdiction, on=today)
    if current is not None:
        wanted = content_completed(content, jurisdiction=jurisdiction)
        if not difference_of(rule_set_content(current), wanted):
            return current
    draft = draft_import(jurisdiction=jurisdiction, content=content, name=path.name)
    return rule_set_activate(draft=draft, revision=draft.revision, valid_from=today, by=None)


@transaction.atomic
def authorities_load(*, jurisdiction: Jurisdiction, path: Path) -> int:
    """Create or update the authorities of a file; returns their number.

    Columns that the file does not have stay as they are. Raises RuleSetError where a value cannot be used, or
    where `acts_through` names a code that is not in the file.
    """
    needed = [columns_of(name)[0] for name in AUTHORITY_TEXTS]
    found = list(csv_rows(path, {"code", "acts_through", "colour", *needed}))
    authorities = {
        row["code"]: _authority(jurisdiction, row, f"{path.name}, line {line}")
        for line, row in found
    }
    for line, row in found:
        through = row["acts_through"]
        if through and through not in authorities:
            raise RuleSetError(f"{path.name}, line {line}: {through} is no authority of this file.")
        authority = authorities[row["code"]]
        authority.acts_through = authorities[through] if through else None
        authority.save()
    return len(found)


def _authority(jurisdiction: Jurisdiction, row: dict[str, str], where: str) -> Authority:
    """The row as an authority, stored; who it acts through follows when all are there."""
    authority = Authority.objects.filter(jurisdiction=jurisdiction, code=row["code"]).first()
    authority = authority or Authority(jurisdiction=jurisdiction, code=row["code"])
    for column, field in AUTHORITY_TEXTS.items():
        setattr(authority, field, texts_read(row, column))
    for column in AUTHORITY_FLAGS:
        if column in row:
            setattr(authority, column, _flag(row[column], f"{where}, {column}"))
    for column in AUTHORITY_COLUMNS:
        if column in row:
            value: Any = row[column].strip()
            setattr(authority, column, None if column.startswith("valid_") and not value else value)
    try:
        authority.full_clean()
    except ValidationError as error:
        raise RuleSetError(f"{where}: {error}") from error
    authority.save()
    return authority


def _flag(text: str, where: str) -> bool:
    if text not in {"", "0", "1"}:
        raise RuleSetError(f"{where}: “{text}” is neither 1 nor 0.")
    return text == "1"
