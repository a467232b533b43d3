"""What is done with one of several sources of a dataset beside loading it: end it, or have it count first.

Both are loads without a file: their edition is looked at, activated and rolled back like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gis_core.datasets import dataset_spec
from gis_core.enums import EditionStatus
from gis_core.errors import EditionError
from gis_core.loading.stage.sources import sources_active
from gis_core.models import Edition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def source_can_end(edition: Edition) -> bool:
    """Whether the edition is the active one of a source that has rows, of a dataset with several sources."""
    is_active = edition.status == EditionStatus.ACTIVE and bool(dataset_spec(edition.dataset).same)
    return is_active and not edition.request.get("ends")


def source_can_lead(edition: Edition) -> bool:
    """Whether another source counts before that of this active edition."""
    return source_can_end(edition) and sources_active(edition)[0].pk != edition.pk


def source_end(*, edition: Edition, by: User | None = None) -> Edition:
    """An edition for edition_resume() by which nothing is left of the source of this ACTIVE one.

    EditionError for another one.
    """
    if not source_can_end(edition):
        raise EditionError("source_not_active", edition=edition.pk)
    return _create(edition, by, edition.precedence, {"ends": True})


def source_lead(*, edition: Edition, by: User | None = None) -> Edition:
    """An edition for edition_resume() with the rows of this ACTIVE one, whose source then counts before all others.

    EditionError where it does so already, and for an edition that is not active.
    """
    if not source_can_lead(edition):
        raise EditionError("source_leads", edition=edition.pk)
    return _create(edition, by, sources_active(edition)[0].precedence - 1, {"leads": True})


def _create(active: Edition, by: User | None, precedence: int, request: dict[str, Any]) -> Edition:
    return Edition.objects.create(
        jurisdiction=active.jurisdiction,
        dataset=active.dataset,
        source_name=active.source_name,
        precedence=precedence,
        status=EditionStatus.LOADING,
        source=active.source,
        profile=active.profile,
        as_of=active.as_of,
        licence=active.licence,
        attribution=active.attribution,
        created_by=by,
        request={"sources": [], **request},
    )
