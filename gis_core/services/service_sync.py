"""Keeping datasets in step with the services (WFS) they come from, every night or by hand."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from django.conf import settings

from gis_core.enums import EditionStatus, Severity
from gis_core.errors import GisError
from gis_core.loading.read.batches import Progress, no_progress
from gis_core.loading.sources import wfs_source
from gis_core.models import Edition, Jurisdiction
from gis_core.services.editions import edition_activate, edition_discard
from gis_core.services.loads import edition_create, edition_resume

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class GeodataService:
    """A dataset of a jurisdiction (by identifier) and the WFS it comes from.

    `activate`: activate at once what has changes and no finding of severity error; otherwise a person does.
    `changes`: ask only for what changed since the active edition, where that came from the same service.
    """

    jurisdiction: str
    dataset: str
    url: str
    type_name: str = ""
    profile: str | None = None
    licence: str = ""
    attribution: str = ""
    activate: bool = False
    changes: bool = False


def services_read(path: Path) -> list[GeodataService]:
    """The services of a JSON file: a list of objects with the fields of GeodataService. Raises GisError."""
    try:
        entries = json.loads(path.read_text("utf-8"))
        known = [field.name for field in fields(GeodataService)]
        if unknown := sorted({name for values in entries for name in values} - {*known}):
            raise GisError(f"{path}: unknown {', '.join(unknown)}; known are {', '.join(known)}")
        return [GeodataService(**values) for values in entries]
    except (OSError, ValueError, TypeError) as error:
        raise GisError(f"{path}: is no list of services: {error}") from error


def _nobody_told(edition: Edition) -> None:
    """Nobody wants to know."""


def service_sync(
    *,
    service: GeodataService,
    progress: Progress = no_progress,
    created: Callable[[Edition], None] = _nobody_told,
) -> Edition:
    """Fetches and stages the service's state. Without a change the edition is discarded at once.

    `created` is told the edition before anything is fetched: whoever fails wants to know what to resume. An
    earlier state of the same service that nobody activated is discarded as well: the new one replaces it.
    Raises LoadError as edition_resume(), GisError for an unknown jurisdiction.
    """
    jurisdiction = Jurisdiction.objects.filter(identifier=service.jurisdiction).first()
    if jurisdiction is None:
        raise GisError(f"no jurisdiction {service.jurisdiction!r}")
    edition = edition_create(
        jurisdiction=jurisdiction,
        dataset=service.dataset,
        sources=[
            wfs_source(
                service.url,
                type_name=service.type_name,
                profile=service.profile,
                changes=service.changes,
            )
        ],
        licence=service.licence,
        attribution=service.attribution,
    )
    created(edition)
    edition_resume(edition=edition, progress=progress)
    waiting = Edition.objects.filter(
        jurisdiction=jurisdiction,
        dataset=service.dataset,
        status=EditionStatus.STAGED,
        request__sources__0__url=service.url,
    ).exclude(pk=edition.pk)
    for former in waiting:
        edition_discard(edition=former)
    if not any(edition.report[name] for name in ("new", "changed", "vanished")):
        edition_discard(edition=edition)
    elif service.activate and not edition.checks.filter(severity=Severity.ERROR).exists():
        edition_activate(edition=edition)
    return edition


def services_sync(services: Iterable[GeodataService] | None = None) -> list[Edition]:
    """Brings all services of the settings up to date. One that fails is logged and does not hold up the others."""
    if services is None:
        path = settings.GEODATA_SERVICES
        services = services_read(Path(path)) if path else []
    editions = []
    for service in services:
        try:
            editions.append(service_sync(service=service))
        except GisError as error:
            logger.error("%s from %s: %s", service.dataset, service.url, error)  # noqa: TRY400
    return editions
