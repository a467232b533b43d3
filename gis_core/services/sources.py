"""What is done with one of several sources of a dataset beside loading it: end it, have it count first, rename it.

The first two are loads without a file: their edition is looked at, activated and rolled back like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from gis_core.datasets import dataset_spec
from gis_core.enums import EditionStatus
from gis_core.errors import EditionError
from gis_core.loading.stage.sources import source_named, sources_active
from gis_core.models import Edition
from gis_core.services.locks import dataset_lock

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


def source_rename(*, edition: Edition, name: str) -> str:
    """Gives the source of this ACTIVE edition another name, with all its editions: which rows are whose stays as it is.

    Returns the name. EditionError where it is another source's or the dataset is being loaded, LoadError for what is
    no name.
    """
    if not source_can_end(edition):
        raise EditionError("source_not_active", edition=edition.pk)
    name = source_named(name)
    with transaction.atomic():
        dataset_lock(edition)
        editions = Edition.objects.filter(
            jurisdiction=edition.jurisdiction_id, dataset=edition.dataset
        )
        if editions.filter(source_name=name).exists():
            raise EditionError("source_taken", name=name, dataset=edition.dataset)
        if editions.filter(status=EditionStatus.LOADING).exists():
            raise EditionError("load_running", dataset=edition.dataset)
        editions.filter(source_name=edition.source_name).update(source_name=name)
    return name


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
