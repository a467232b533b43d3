"""Keeping datasets in step with the services and files they come from, every night or by hand."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

from django.conf import settings

from gis_core.enums import EditionStatus, FetchKind, Severity
from gis_core.errors import GisError
from gis_core.loading.read.batches import Progress, no_progress
from gis_core.loading.sources import fetched_source
from gis_core.models import Edition, Jurisdiction
from gis_core.services.editions import edition_activate, edition_discard
from gis_core.services.geodata_presets import PresetUnusable, preset_check, preset_named
from gis_core.services.loads import edition_create, edition_resume

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class GeodataService:
    """A dataset of a jurisdiction (by identifier) and what it comes from: a service or a file by its address.

    With `preset` (its name) nothing is said but jurisdiction, `activate` and `changes`; `service_complete` adds the
    rest. `type_name`: feature type, collection or layer.
    `source`: which of several sources of the dataset it is.
    `activate`: activate at once what has changes and no finding of severity error; otherwise a person does.
    `changes`: ask only for what changed since the active edition, where that came from the same WFS.
    """

    jurisdiction: str
    dataset: str = ""
    url: str = ""
    type_name: str = ""
    profile: str | None = None
    licence: str = ""
    attribution: str = ""
    activate: bool = False
    changes: bool = False
    kind: str = FetchKind.WFS
    preset: str = ""
    source: str = ""


# What a preset says by itself.
_OF_PRESETS = ("dataset", "url", "type_name", "profile", "licence", "attribution", "kind")


def services_read(path: Path) -> list[GeodataService]:
    """The services of a JSON file: a list of objects with the fields of GeodataService. Raises GisError."""
    try:
        entries = json.loads(path.read_text("utf-8"))
        known = [field.name for field in fields(GeodataService)]
        if unknown := sorted({name for values in entries for name in values} - {*known}):
            raise GisError(f"{path}: unknown {', '.join(unknown)}; known are {', '.join(known)}")
        services = [GeodataService(**values) for values in entries]
    except (OSError, ValueError, TypeError) as error:
        raise GisError(f"{path}: is no list of services: {error}") from error
    for values, service in zip(entries, services, strict=True):
        if service.preset and (said := [name for name in _OF_PRESETS if name in values]):
            raise GisError(f"{path}: {', '.join(said)}: not together with a preset")
        if not service.preset and not (service.dataset and service.url):
            raise GisError(f"{path}: an entry needs dataset and url, or a preset")
        if service.kind not in FetchKind.values:
            raise GisError(
                f"{path}: kind {service.kind!r}; known are {', '.join(FetchKind.values)}"
            )
    return services


def service_complete(service: GeodataService, jurisdiction: Jurisdiction) -> GeodataService:
    """The service with what its preset says. Raises GisError for options that do not apply, as preset_check()."""
    if service.preset:
        preset = preset_named(service.preset)
        preset_check(preset, jurisdiction)
        service = replace(
            service,
            dataset=preset.dataset,
            url=preset.url_for(jurisdiction),
            type_name=preset.layer,
            profile=preset.profile or None,
            licence=preset.licence,
            attribution=preset.attribution,
            kind=preset.kind,
        )
    if service.changes and service.kind != FetchKind.WFS:
        raise PresetUnusable("changes_of_wfs", kind=FetchKind(service.kind).label)
    return service


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
    service = service_complete(service, jurisdiction)
    edition = edition_create(
        jurisdiction=jurisdiction,
        dataset=service.dataset,
        sources=[
            fetched_source(
                service.url,
                kind=FetchKind(service.kind),
                layer=service.type_name,
                profile=service.profile,
                changes=service.changes,
            )
        ],
        source_name=service.source,
        licence=service.licence,
        attribution=service.attribution,
    )
    created(edition)
    edition_resume(edition=edition, progress=progress)
    waiting = Edition.objects.filter(
        jurisdiction=jurisdiction,
        dataset=service.dataset,
        source_name=edition.source_name,
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
            asked = service.preset or f"{service.dataset} from {service.url}"
            logger.error("%s: %s", asked, error)  # noqa: TRY400
    return editions
