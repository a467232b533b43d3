"""What a staged edition concerns: open issues that would get another authority, golden cases that would break.

Kept in the edition's report, with the state that it rests on.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from gis_core.enums import EditionStatus
from gis_core.errors import GisError
from gis_core.models import Edition
from routing.deciding.impact import impact_of
from routing.trying.golden import golden_check

logger = logging.getLogger(__name__)

IMPACT_LIMIT: Final = 1000


def active_ids(edition: Edition) -> list[int]:
    """Ids of the jurisdiction's active editions: what decisions rest on, and so an edition's impact as well."""
    active = Edition.objects.filter(
        jurisdiction=edition.jurisdiction_id, status=EditionStatus.ACTIVE
    )
    return list(active.order_by("pk").values_list("pk", flat=True))


def impact_is_due(edition: Edition) -> bool:
    """Whether the impact of a staged edition is missing, or older than the latest activation."""
    return edition.status == EditionStatus.STAGED and (
        "impact" not in edition.report or edition.report.get("impact_on") != active_ids(edition)
    )


def impact_store(edition: Edition) -> None:
    """Keeps in the edition's report which open issues would get another authority, and which golden cases break."""
    rests_on = active_ids(edition)
    impact = impact_of(edition)
    entries: list[dict[str, Any]] = [one.as_json() for one in impact[:IMPACT_LIMIT]]
    findings = golden_check(jurisdiction=edition.jurisdiction, edition=edition)
    edition.report |= {
        "impact": entries,
        "impact_count": len(impact),
        "impact_on": rests_on,
        "golden_broken": [
            {"name": one.case.name, "expected": one.expected, "then": one.tried}
            for one in findings
            if one.breaks
        ],
    }
    edition.save(update_fields=["report"])


def impact_store_missing() -> None:
    """For editions that no page has ordered, and for those whose impact rests on another state than the active one."""
    for edition in Edition.objects.filter(status=EditionStatus.STAGED):
        if not impact_is_due(edition):
            continue
        try:
            impact_store(edition)
        except GisError as error:
            logger.warning("edition %s: impact: %s", edition.pk, error)
            # Not tried again every minute; the page shows none.
            edition.report |= {"impact": None, "impact_on": active_ids(edition)}
            edition.save(update_fields=["report"])
