"""What leaves as a file: the active state of a dataset, and what the checks found of an edition."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.dataset_names import dataset_names
from gis_core.datasets import dataset_spec
from gis_core.services.exports import (
    FORMATS,
    GEOPACKAGE,
    STREAMED,
    Table,
    dataset_table,
    findings_table,
    geopackage_open,
)
from mapui.geodata.views import edition_or_404, geodata_permission
from mapui.site.permissions import MANAGE_GEODATA, jurisdiction_for
from mapui.site.types import PageRequest


@geodata_permission
@require_safe
@never_cache
def geodata_export(request: PageRequest, dataset: str, kind: str) -> HttpResponseBase:
    """The active state. 404 for a dataset or a format that does not exist."""
    jurisdiction = jurisdiction_for(request, MANAGE_GEODATA)
    if jurisdiction is None or dataset not in dataset_names():
        raise Http404
    return _respond(dataset_table(dataset_spec(dataset), jurisdiction), kind)


@geodata_permission
@require_safe
@never_cache
def geodata_findings_export(request: PageRequest, pk: int, kind: str) -> HttpResponseBase:
    return _respond(findings_table(edition_or_404(request, pk)), kind)


def _respond(table: Table, kind: str) -> HttpResponseBase:
    """GeoJSON and CSV leave while they are read; a GeoPackage is a database, which is whole first."""
    if kind not in FORMATS:
        raise Http404
    numbers = "".join(f"-{one.pk}" for one in table.editions)
    name = f"{table.name}{numbers}.{kind}"
    if kind == GEOPACKAGE:
        return FileResponse(
            geopackage_open(table),
            as_attachment=True,
            filename=name,
            content_type="application/geopackage+sqlite3",
        )
    media_type, pieces = STREAMED[kind]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces(table), content_type=media_type, headers=headers)
