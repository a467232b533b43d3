"""The evidence sheet of an issue in the model city, beside the bare statements for the map that it shows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from typing import Final

from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from config import processes, programs
from config.benchmarks.city import city_load, database_use
from config.benchmarks.decision import issues_make
from config.benchmarks.measure import Figure, median, milliseconds
from gis_core.models import MapService
from issues.models import Issue
from mapui.maps.mapserver.services import own_map_services_register
from mapui.sheets.frame import HEIGHT_MM, SCALES, WIDTH_MM
from mapui.sheets.making import sheet_make
from mapui.sheets.store import issues_for_sheets, sheet_key
from parcels.models import Address, Building, LandUse, Parcel
from routing.deciding.decisions import decision_make
from routing.models import RoadPartArea, RoadSection, ThroughRoad

DATABASE: Final = "flurpost_bench_sheet"
ISSUES: Final = 60
WARM_UP: Final = 5
# The issue asks for two seconds without a map service, and for five with one below the map.
LIMIT_MS: Final = 2000.0
WITH_SERVICE_LIMIT_MS: Final = 5000.0
DRAWN: Final = (Parcel, LandUse, Building, Address, RoadSection, RoadPartArea, ThroughRoad)


def sheet() -> list[Figure]:
    """One issue after the other, each beside the bare statements; half of them near roads."""
    database_use(DATABASE)
    city = city_load("city")
    issues_make(city, ISSUES + WARM_UP)
    for number in Issue.objects.values_list("pk", flat=True):
        decision_make(issue_id=number)
    issues = list(issues_for_sheets().order_by("pk"))
    turns = [milliseconds(call, [one]) for one in issues for call in (_bare, sheet_make, sheet_key)]
    bare, made, keys = ([taken for [taken] in turns[n::3]][WARM_UP:] for n in range(3))
    yardstick = median(bare)
    with _service_below():
        below = [taken for one in issues for taken in milliseconds(sheet_make, [one])][WARM_UP:]
    return [
        Figure(
            name="evidence sheet with a map service below, p95",
            value=quantiles(below, n=20)[-1],
            unit="ms",
            yardstick=yardstick,
            limit=WITH_SERVICE_LIMIT_MS,
        ),
        Figure(
            name="evidence sheet as PDF and PNG, median",
            value=median(made),
            unit="ms",
            yardstick=yardstick,
            limit=LIMIT_MS,
        ),
        Figure(
            name="evidence sheet as PDF and PNG, p95",
            value=quantiles(made, n=20)[-1],
            unit="ms",
            yardstick=yardstick,
            limit=LIMIT_MS,
        ),
        Figure(
            name="whether it is there, median", value=median(keys), unit="ms", yardstick=yardstick
        ),
    ]


@contextmanager
def _service_below() -> Iterator[None]:
    """The bundled map server draws what lies below the maps of the sheets."""
    os.environ["MAP_ADDRESS"] = processes.address_choose(programs.map_address())
    here = {
        "MAPSERVER_URL": f"http://{programs.map_address()}{programs.MAP_PATH}",
        "PRIVATE_NETWORKS": {"map_service": ["127.0.0.0/8"]},
    }
    call_command("mapserver_config", verbosity=0)
    with override_settings(**here):
        programs.program_start("mapserver")
        try:
            background = next(one for one in own_map_services_register() if one.is_background)
            MapService.objects.filter(pk=background.pk).update(is_on_sheets=True)
            yield
        finally:
            processes.process_stop("mapserver")


def _bare(issue: Issue) -> None:
    """What lies in the frame at the smallest scale, as PostGIS cuts it."""
    east, north = (side * SCALES[-1] / 2000 for side in (WIDTH_MM, HEIGHT_MM))
    box = (issue.point.x - east, issue.point.y - north, issue.point.x + east, issue.point.y + north)
    with connection.cursor() as cursor:
        for model in DRAWN:
            cursor.execute(
                f"""
                WITH frame AS MATERIALIZED (SELECT ST_MakeEnvelope(%s, %s, %s, %s, %s) AS box)
                SELECT key, ST_AsBinary(ST_Intersection(geometry, box))
                FROM frame JOIN {model._meta.db_table} ON edition_to_id IS NULL AND geometry && box
                """,  # noqa: S608 - table names of our own models
                [*box, issue.point.srid],
            )
            cursor.fetchall()
