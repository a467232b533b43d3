"""Sources that are byte for byte those of the active edition are not read again: its rows are what they say.

A table that was written anew has other bytes, also where its rows are the same: it is read and compared row by row.
"""

from __future__ import annotations

from django.db import transaction

from gis_core.enums import EditionStatus
from gis_core.loading.gml.locations import locations_known
from gis_core.loading.read.batches import LoadReport
from gis_core.loading.stage.sources import active_edition
from gis_core.loading.stage.staging import Staging
from gis_core.models import Edition


def active_take(edition: Edition, staging: Staging, digest: str) -> LoadReport | None:
    """Stages the active rows where the active edition came of sources with this digest.

    Returns what was noticed when these were read; None where they must be read.
    """
    if not digest:
        return None
    with transaction.atomic():
        # Nobody activates another edition while the rows of this one are copied.
        base = (
            Edition.objects.select_for_update(no_key=True)
            .filter(
                jurisdiction=edition.jurisdiction_id,
                dataset=edition.dataset,
                source_name=edition.source_name,
                status=EditionStatus.ACTIVE,
                progress__digest=digest,
                # Of an update of the cadastre the active rows are more than what it says.
                progress__update=False,
            )
            .first()
        )
        if base is None:
            return None
        staging.create()
        staging.active_copy()
        rows = staging.rows()
        if rows != base.report["rows"]:
            # Somebody removed rows by hand; a load is what brings them back.
            transaction.set_rollback(True)
            return None
        edition.profile = base.profile
        edition.progress = {"files": [], "rows": rows, "digest": digest, "update": False}
        edition.save(update_fields=["progress"])
    report = LoadReport.from_json(base.report)
    if known := locations_known(base):
        report.locations = known.as_json()
    return report


def without_file_stage(edition: Edition, staging: Staging) -> LoadReport:
    """Stages what an edition without a file is of: the rows of its source's active edition, or none where it ends.

    Returns what was noticed when they were read.
    """
    with transaction.atomic():
        staging.create()
        report, digest = LoadReport(), ""
        base = active_edition(edition)
        if base is not None and edition.request.get("leads"):
            staging.active_copy()
            report = LoadReport.from_json((base.restores or base).report)
            digest = base.progress.get("digest", "")
        edition.progress = {"files": [], "rows": staging.rows(), "digest": digest, "update": False}
        edition.save(update_fields=["progress"])
    return report
