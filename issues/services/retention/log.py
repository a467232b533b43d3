"""The deletion log."""

from __future__ import annotations

from typing import Final

from gis_core.models import Jurisdiction
from issues.models import Deletion
from issues.services.retention.erasing import Counts

# The rule of what is erased because whoever reported wants it.
ASKED: Final = "asked"


def deletions_log(
    jurisdiction: Jurisdiction, counts: Counts, *, rule: str, days: int | None, number: str = ""
) -> None:
    """One row for each kind of which something was erased."""
    Deletion.objects.bulk_create(
        Deletion(
            jurisdiction=jurisdiction,
            number=number,
            kind=kind,
            count=count,
            rule=rule,
            days=days,
        )
        for kind, count in counts.items()
        if count
    )
