"""Editions drawn by hand: staged with changes, checks and an impact."""

from __future__ import annotations

from typing import Any

from gis_core.enums import ChangeKind, Dataset, EditionStatus, Severity
from gis_core.models import Edition, EditionChange, EditionCheck, Jurisdiction
from tests.mapui.factories import square, staff_create

HOSTILE = "<script>alert(1)</script>"


def manager_create(name: str = "gis"):
    return staff_create(name, permissions=("manage_geodata", "triage_issue"))


def staged_create(jurisdiction: Jurisdiction, **fields: Any) -> Edition:
    base = Edition.objects.filter(
        jurisdiction=jurisdiction, dataset=Dataset.PARCELS, status=EditionStatus.ACTIVE
    ).first()
    defaults = {
        "status": EditionStatus.STAGED,
        "source": f"delivery {HOSTILE}.xml.gz",
        "profile": "nas",
        "licence": "dl-de/zero-2-0",
        "attribution": "Katasteramt Musterkreis",
        "base": base,
        "report": {"rows": 1234, "unchanged": 1230, "notes": ["a note"], "operations": {}},
    }
    return Edition.objects.create(
        jurisdiction=jurisdiction, dataset=Dataset.PARCELS, **{**defaults, **fields}
    )


def change_create(edition: Edition, kind: ChangeKind, number: int, **fields: Any) -> EditionChange:
    defaults = {
        "key": f"059999001{number:05d}______",
        "district": "059999",
        "geometry": square(number % 5, number // 5),
    }
    return EditionChange.objects.create(edition=edition, kind=kind, **{**defaults, **fields})


def check_create(edition: Edition, severity: Severity, code: str, **fields: Any) -> EditionCheck:
    defaults = {"message": f"finding {code}", "count": 3}
    return EditionCheck.objects.create(
        edition=edition, severity=severity, code=code, **{**defaults, **fields}
    )
