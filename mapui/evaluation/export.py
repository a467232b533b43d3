"""The reports of a filter as files. Nothing in them says who reported, and nothing is in the reporter's words."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio.raw
import shapely
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.net.problems import problem_respond
from gis_core.srids import WGS84
from mapui.site.issue_rows import ISSUE_COLUMNS, UNREAD, issue_row
from mapui.site.issues import authorities_by_pk, issues_decided
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import see_permission
from mapui.site.tables import csv_respond, xlsx_respond
from mapui.site.triage_filter import TriageFilterForm
from mapui.site.triage_issues import issues_for_triage
from mapui.site.types import PageRequest
from parcels.selectors import districts_named

# More than so many are exported in parts: a page of the staff may take half a minute.
ROWS_MAX: Final = 50_000


@see_permission
@require_safe
@never_cache
def issues_export(request: PageRequest, kind: str) -> HttpResponse:
    """CSV, XLSX, GeoPackage or GeoJSON. 400 for a wrong filter, 413 for more than `ROWS_MAX` reports."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = TriageFilterForm(request.GET, jurisdiction=jurisdiction)
    if kind not in _WRITERS:
        return problem_respond(404, _("There is no such format."))
    if not form.is_valid():
        return problem_respond(400, _("The filter is not valid."))
    issues = issues_for_triage(
        request.user, jurisdiction=jurisdiction, chosen=form.chosen(), box=form.box()
    )
    if issues.order_by().values("pk")[: ROWS_MAX + 1].count() > ROWS_MAX:
        told = _("There are more than %(most)d reports. Please filter by age or category.")
        return problem_respond(413, told % {"most": ROWS_MAX})
    authorities = {pk: one.name for pk, one in authorities_by_pk(jurisdiction).items()}
    districts = dict(districts_named(jurisdiction)) if jurisdiction else {}
    rows = [issue_row(one, authorities, districts) for one in issues_decided(issues).defer(*UNREAD)]
    name = pgettext("file", "reports")
    return _WRITERS[kind](f"{name}-{timezone.localdate()}.{kind}", rows)


def _head() -> list[str]:
    return [
        pgettext("export", "Number"),
        pgettext("export", "Received"),
        pgettext("export", "State"),
        pgettext("export", "State since"),
        pgettext("export", "Due"),
        pgettext("export", "Category"),
        pgettext("export", "Authority"),
        pgettext("export", "Confidence"),
        pgettext("export", "Parcel"),
        pgettext("export", "Parcel key"),
        pgettext("export", "Road"),
        pgettext("export", "Came by"),
        pgettext("export", "Public since"),
        pgettext("export", "Longitude"),
        pgettext("export", "Latitude"),
    ]


def _csv(name: str, rows: Sequence[Sequence[Any]]) -> HttpResponse:
    return csv_respond(name, _head(), rows)


def _xlsx(name: str, rows: Sequence[Sequence[Any]]) -> HttpResponse:
    return xlsx_respond(name, _head(), rows)


def _geojson(name: str, rows: Sequence[Sequence[Any]]) -> HttpResponse:
    """RFC 7946: WGS84; a report without a place has no geometry."""
    features = [
        {
            "type": "Feature",
            "geometry": None if row[-1] is None else {"type": "Point", "coordinates": row[-2:]},
            "properties": dict(zip(ISSUE_COLUMNS[:-2], row, strict=False)),
        }
        for row in rows
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return _file(name, text.encode(), "application/geo+json")


def _gpkg(name: str, rows: Sequence[Sequence[Any]]) -> HttpResponse:
    """A GeoPackage with one layer of points in WGS84."""
    shapes = [None if row[-1] is None else shapely.Point(row[-2], row[-1]) for row in rows]
    fields = list(zip(*rows, strict=True))[:-2] if rows else [()] * (len(ISSUE_COLUMNS) - 2)
    values = [
        np.array(column, dtype=float) if title == "confidence" else np.array(column, dtype=object)
        for title, column in zip(ISSUE_COLUMNS, fields, strict=False)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reports.gpkg"
        pyogrio.raw.write(
            path,
            np.array(shapely.to_wkb(np.array(shapes, dtype=object)), dtype=object),
            values,
            list(ISSUE_COLUMNS[:-2]),
            layer="reports",
            geometry_type="Point",
            crs=f"EPSG:{WGS84}",
            driver="GPKG",
        )
        return _file(name, path.read_bytes(), "application/geopackage+sqlite3")


def _file(name: str, content: bytes, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


_WRITERS: Final = {"csv": _csv, "xlsx": _xlsx, "gpkg": _gpkg, "geojson": _geojson}
