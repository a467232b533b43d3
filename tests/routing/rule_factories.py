"""Rule sets for tests: the model city's, loaded as an administrator would, and small ones row by row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from gis_core.models import Jurisdiction
from routing.engine import RuleRow
from routing.models import RuleSet
from routing.rulebook import draft_import, rule_set_activate
from tests.routing.delivery_factories import authority_make, jurisdiction_make

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "castrop_rauxel"


def city_rules_load() -> Jurisdiction:
    """The model city's categories, authorities and rules; the rules count from today."""
    jurisdiction = jurisdiction_make()
    for command in ("load_categories", "load_rules"):
        call_command(command, FOLDER, jurisdiction=jurisdiction.identifier, verbosity=0)
    return jurisdiction


def row_make(rule_id: str = "R1", **columns: Any) -> RuleRow:
    known = {
        "priority": 10,
        "category": "ROAD_SURFACE",
        "road_class": "*",
        "through_road": "*",
        "part": "*",
        "usage": "*",
        "owner": "*",
        "condition": "",
        "body": "EUV",
        "notify": "",
        "confidence": 0.9,
        "legal_basis": "StrWG 47",
    }
    return RuleRow(rule_id, **{**known, **columns})


def draft_make(*rows: RuleRow, **content: Any) -> RuleSet:
    authority_make("EUV")
    return draft_import(
        jurisdiction=jurisdiction_make(),
        content={"rows": list(rows) or [row_make()], **content},
        name="test",
    )


def active_make(*rows: RuleRow, since: date | None = None) -> RuleSet:
    """A rule set that counts since a day; one in the past is dated back, as no service would."""
    draft = draft_make(*rows)
    rule_set_activate(
        draft=draft, revision=draft.revision, valid_from=timezone.localdate(), by=None
    )
    if since is not None:
        RuleSet.objects.filter(pk=draft.pk).update(valid_from=since)
    draft.refresh_from_db()
    return draft
