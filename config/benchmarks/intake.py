"""From the report to the committed decision: in process and over HTTP, beside the bare look-up in SQL."""

from __future__ import annotations

import random
from typing import Any, Final
from uuid import uuid4

import httpx
from django.db import connection

from config.benchmarks.city import City, city_load, database_use
from config.benchmarks.measure import Figure, median, milliseconds
from config.benchmarks.serving import web_server
from gis_core.srids import WGS84, storage_srid
from issues.enums import Channel
from issues.models import ApiKey, Category
from issues.services import api_key_create, issue_receive
from issues.types import LocationInput

DATABASE: Final = "flurpost_bench_intake"
REPORTS: Final = 300
WARM_UP: Final = 20
IN_PROCESS_MS: Final = 10.0
OVER_HTTP_MS: Final = 30.0

# The same look-ups, bare: the parcel with use and owner class, and the nearest classified or municipal road.
LOOK_UP: Final = """
WITH place AS (SELECT ST_SetSRID(ST_MakePoint(%s, %s), %s) AS at)
SELECT p.key, l.usage, o.owner_class, r.key
FROM place
LEFT JOIN parcels_parcel p ON p.edition_to_id IS NULL AND ST_Covers(p.geometry, place.at)
LEFT JOIN parcels_landuse l ON l.edition_to_id IS NULL AND ST_Covers(l.geometry, place.at)
LEFT JOIN parcels_ownership o ON o.edition_to_id IS NULL AND o.key = p.key
LEFT JOIN LATERAL (
    SELECT key FROM routing_roadsection
    WHERE edition_to_id IS NULL AND ST_DWithin(geometry, place.at, 30)
    ORDER BY geometry <-> place.at LIMIT 1
) r ON true
"""
# Places as reports have them: half on road land, half anywhere.
PLACES: Final = """
SELECT ST_X(at), ST_Y(at), ST_X(wgs), ST_Y(wgs) FROM (
    SELECT at, ST_Transform(at, %s) AS wgs FROM (
        (SELECT ST_PointOnSurface(geometry) AS at FROM parcels_landuse
         WHERE edition_to_id IS NULL AND usage = 'ROAD' ORDER BY md5(key) LIMIT %s)
        UNION ALL
        (SELECT ST_PointOnSurface(geometry) FROM parcels_parcel
         WHERE edition_to_id IS NULL ORDER BY md5(key) LIMIT %s)
    ) drawn
) moved
"""


def intake() -> list[Figure]:
    """Both figures; the yardstick is the median of the bare look-up at the same places."""
    database_use(DATABASE)
    _reports_forget()
    city = city_load()
    places = _places(REPORTS + WARM_UP)
    look_up = median(milliseconds(_look_up, places)[WARM_UP:])
    in_process = median(milliseconds(_receiver(city), places)[WARM_UP:])
    with web_server(DATABASE) as address:
        over_http = median(milliseconds(_poster(city, address), places)[WARM_UP:])
    return [
        Figure(
            name="intake to committed decision, in process, median",
            value=in_process,
            unit="ms",
            yardstick=look_up,
            limit=IN_PROCESS_MS,
        ),
        Figure(
            name="intake to committed decision, over HTTP, median",
            value=over_http,
            unit="ms",
            yardstick=look_up,
            limit=OVER_HTTP_MS,
        ),
    ]


def _reports_forget() -> None:
    """Those of former runs would all be decided anew when the city is loaded again."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE issues_issue CASCADE")


def _places(count: int) -> list[tuple[float, float, float, float]]:
    """Points as (easting, northing, longitude, latitude), mixed but the same in every run."""
    with connection.cursor() as cursor:
        cursor.execute(PLACES, [WGS84, count // 2, count - count // 2])
        places = [tuple(row) for row in cursor.fetchall()]
    random.Random(1).shuffle(places)
    return places


def _look_up(place: tuple[float, float, float, float]) -> None:
    with connection.cursor() as cursor:
        # As in the evidence statement, or the yardstick would be slower than it need be.
        cursor.execute(
            "SET LOCAL enable_bitmapscan TO off; " + LOOK_UP, [place[0], place[1], storage_srid()]
        )
        cursor.fetchall()


def _receiver(city: City) -> Any:
    categories = list(Category.objects.filter(jurisdiction=city.jurisdiction, is_active=True))
    chosen = random.Random(2)

    def receive(place: tuple[float, float, float, float]) -> None:
        issue_receive(
            jurisdiction=city.jurisdiction,
            category=chosen.choice(categories),
            channel=Channel.STAFF,
            location=LocationInput(lat=place[3], long=place[2]),
            description="Benchmark",
            sender_key=uuid4().hex,
        )

    return receive


def _poster(city: City, address: str) -> Any:
    ApiKey.objects.filter(jurisdiction=city.jurisdiction, name="benchmark").update(is_active=False)
    _key, secret = api_key_create(
        jurisdiction=city.jurisdiction, name="benchmark", reports_per_minute=100_000
    )
    codes = list(
        Category.objects.filter(jurisdiction=city.jurisdiction, is_active=True).values_list(
            "code", flat=True
        )
    )
    chosen = random.Random(2)
    client = httpx.Client(base_url=address, trust_env=False)

    def post(place: tuple[float, float, float, float]) -> None:
        answer = client.post(
            "/open311/v2/requests.json",
            data={
                "api_key": secret,
                "jurisdiction_id": city.jurisdiction.identifier,
                "service_code": chosen.choice(codes),
                "lat": place[3],
                "long": place[2],
                "description": "Benchmark",
            },
            headers={"Idempotency-Key": uuid4().hex},
        )
        answer.raise_for_status()

    return post
