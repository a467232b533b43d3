"""Tiles of three hundred thousand issues of the model city with any filter, each beside its bare statement."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import cache, partial
from statistics import quantiles
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.contrib.gis.geos import Polygon
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.test import Client
from django.urls import reverse

from config.benchmarks.city import SEED, City, city_load, database_use
from config.benchmarks.decision import issues_make
from config.benchmarks.measure import Figure, milliseconds
from gis_core.coordinates import storage_to_wgs84
from gis_core.grid import LEVEL, box_of_tile
from gis_core.models import Jurisdiction
from issues.models import Issue
from mapui.maps.issue_tiles import MAX_ZOOM, PUBLIC, STAFF, cells_query
from mapui.site.issues import issues_public
from mapui.site.triage_issues import issues_for_triage
from mapui.site.types import TriageFilter
from routing.models import RuleSet

DATABASE: Final = "flurpost_bench_maps"
ISSUES: Final = 300_000
SEES_ALL: Final = User(is_superuser=True)
# Tiles are shown at the zoom after their own: these are the map's zooms 9 to 20.
ZOOMS: Final = range(8, MAX_ZOOM + 1)
TILES_OF_ZOOM: Final = 4
LIMIT_MS: Final = 100.0
LIMIT_RATIO: Final = 1.5
# Half of the issues are done, four in five are public; one came in every ten minutes.
SPREAD: Final = """
UPDATE issues_issue SET
    number = 'CR-2026-' || lpad(id::text, 6, '0'),
    status = (ARRAY['received', 'forwarded', 'in_progress', 'done', 'done', 'done', 'done', 'rejected'])[1 + id % 8],
    released_at = CASE WHEN id % 5 <> 0 AND id % 2000 <> 1 THEN received_at END,
    is_sheltered = id % 9 = 0,
    is_unclear = id % 30 = 0,
    received_at = received_at - id * interval '10 minutes',
    due_at = received_at - id * interval '10 minutes' + interval '7 days',
    channel = (ARRAY['web', 'web', 'web', 'open311', 'mail', 'phone'])[1 + id % 6],
    has_news = id % 500 = 0,
    priority = CASE WHEN id % 50 = 0 THEN 3 ELSE 2 END,
    follow_up_on = CASE WHEN id % 300 = 0 THEN current_date END,
    location_source = CASE WHEN id % 2000 = 1 THEN 'unplaced' ELSE location_source END,
    accuracy_m = CASE WHEN id % 2000 <> 1 THEN accuracy_m END,
    description = said.starts[1 + id % cardinality(said.starts)] || ' '
        || said.things[1 + id * 7 % cardinality(said.things)] || ' ' || said.ends[1 + id * 13 % cardinality(said.ends)],
    address_text = said.streets[1 + id * 31 % cardinality(said.streets)] || ' ' || 1 + id % 180
FROM (SELECT
    ARRAY['Hier ist', 'Seit gestern gibt es', 'Bitte ansehen:', 'Guten Tag, vor unserem Haus ist',
          'Achtung,'] AS starts,
    ARRAY['ein tiefes Schlagloch', 'eine dunkle Laterne', 'wilder Müll im Gebüsch', 'ein Schrottauto ohne Kennzeichen',
          'ein voller Papierkorb', 'ein abgebrochener Ast', 'ein verstopfter Gully', 'eine wackelige Gehwegplatte',
          'ein beschmiertes Wartehäuschen', 'ein umgefahrenes Verkehrsschild', 'eine defekte Ampel'] AS things,
    ARRAY['auf der Fahrbahn.', 'neben dem Spielplatz.', 'am Gehweg vor der Schule.', 'gegenüber der Bushaltestelle.',
          'und niemand kümmert sich.', 'an der Ecke zum Park, mein Sohn ist gestürzt.',
          'hinter dem Supermarkt.'] AS ends,
    (SELECT array_agg(DISTINCT street ORDER BY street) FROM parcels_address) AS streets) said
"""
# One issue in thirty is unclear. The first of the authorities has a third of the others, as the works of a city have.
DECIDE: Final = """
INSERT INTO routing_decision (
    issue_id, number, is_current, outcome, authority_id, area_code, rule_set_id, rule_id, legal_basis, probability,
    sentences, notify, candidates, trace, evidence, editions, parcel_key, road, cause, reason, decided_at
)
SELECT i.id, 1, true, CASE WHEN i.id %% 30 = 0 THEN 'triage' ELSE 'assigned' END,
       CASE WHEN i.id %% 30 <> 0 THEN bodies.ids[
           1 + floor(power((i.id * 7919 %% 1000) / 1000.0, 3) * cardinality(bodies.ids))::int] END,
       '', %(rules)s, 'R1', '',
       (CASE WHEN i.id %% 30 = 0 THEN 0.3 ELSE 0.6 END) + (i.id * 7907 %% 3999) / 10000.0,
       '{}', '[]', '[]', '[]', '{}', '{}', ground.keys[1 + i.id * 17 %% cardinality(ground.keys)],
       CASE WHEN i.id %% 5 <> 0 THEN roads.names[1 + i.id * 19 %% cardinality(roads.names)] ELSE '' END,
       'received', '', now()
FROM issues_issue i, (
    SELECT array_agg(id ORDER BY code = 'EUV' DESC, id) AS ids
    FROM routing_authority WHERE jurisdiction_id = %(jurisdiction)s
) bodies, (
    SELECT array_agg(key ORDER BY key) AS keys FROM parcels_parcel WHERE edition_to_id IS NULL
) ground, (
    SELECT array_agg(COALESCE(road_class || ' ' || NULLIF(road_number, ''), name) ORDER BY id) AS names
    FROM routing_roadsection WHERE edition_to_id IS NULL
) roads
"""
# What the map asks for: (whether the public asks, the filter).
ASKED: Final[dict[str, tuple[bool, TriageFilter]]] = {
    "everything": (False, TriageFilter()),
    "open": (False, TriageFilter(status="open")),
    "one topic": (False, TriageFilter(group="Straßen und Wege")),
    "one authority": (False, TriageFilter(authority="EUV")),
    "unclear": (False, TriageFilter(authority="unclear")),
    "public, everything": (True, TriageFilter()),
    "public, one state": (True, TriageFilter(status="received")),
}
Tile = tuple[int, int, int]


def issues() -> list[Figure]:
    """The 95th percentile over the tiles of all zooms, for each filter: whole answers beside their bare statements."""
    jurisdiction = city_given()
    client = client_of_staff()
    tiles = list(tiles_drawn())
    figures = []
    for name, (is_public, chosen) in ASKED.items():
        measured = tiles_measure(client, jurisdiction, tiles, is_public=is_public, chosen=chosen)
        answers, bare = (quantiles(taken, n=20)[-1] for taken in measured)
        shown = f"tile of issues, {name}, p95"
        common: dict[str, Any] = {"value": answers, "unit": "ms", "yardstick": bare}
        figures += [
            Figure(name=shown, limit=LIMIT_MS, **common),
            Figure(
                name=f"{shown}, beside its statement",
                limit=LIMIT_RATIO,
                limit_is_of_ratio=True,
                **common,
            ),
        ]
    return figures


@cache
def city_given() -> Jurisdiction:
    """The city with its issues, states and decisions; made where another number of issues is there.

    With these issues a new edition of its geodata would take minutes, so it is loaded before them and only once.
    """
    database_use(DATABASE)
    if Issue.objects.count() != ISSUES:
        _issues_make(city_load("city"))
    return Jurisdiction.objects.get()


def _issues_make(city: City) -> None:
    issues_make(city, ISSUES)
    rules = RuleSet.objects.filter(jurisdiction=city.jurisdiction).values_list("pk").first()
    assert rules  # noqa: S101 - loaded with the city
    with connection.cursor() as cursor:
        cursor.execute(SPREAD)
        cursor.execute(DECIDE, {"rules": rules[0], "jurisdiction": city.jurisdiction.pk})
        # As autovacuum leaves them, and without what the changes above left behind.
        cursor.execute("REINDEX TABLE issues_issue")
        cursor.execute("VACUUM ANALYZE issues_issue, routing_decision")


def client_of_staff() -> Client:
    """Logged in, as somebody who may triage."""
    user, _made = User.objects.get_or_create(username="benchmark")
    user.user_permissions.set(Permission.objects.filter(codename="triage_issue"))
    client = Client(headers={"Accept-Encoding": "gzip"}, SERVER_NAME=settings.ALLOWED_HOSTS[0])
    client.force_login(user)
    return client


def tiles_drawn() -> Iterator[Tile]:
    """Tiles around issues drawn by lot, those of a zoom one after the other."""
    drawn = random.Random(SEED)
    places = list(Issue.objects.values_list("grid_x", "grid_y").order_by("pk"))
    for zoom in ZOOMS:
        for x, y in drawn.sample(places, TILES_OF_ZOOM):
            yield zoom, x >> (LEVEL - zoom), y >> (LEVEL - zoom)


def tiles_measure(
    client: Client,
    jurisdiction: Jurisdiction,
    tiles: list[Tile],
    *,
    is_public: bool,
    chosen: TriageFilter,
) -> tuple[list[float], list[float]]:
    """Milliseconds of the answers and of the statements, in turns; each tile is asked once before."""
    given = {name: value for name, value in asdict(chosen).items() if value}
    if chosen.area is not None:
        given["area"] = _corners(chosen.area)
    address = "public_issues" if is_public else "triage_issues"

    def answer(tile: Tile) -> None:
        response = client.get(reverse(address, args=tile), given)
        assert response.status_code == 200, response.content  # noqa: S101 - else it measures an error

    def bare(tile: Tile) -> None:
        zoom, column, row = tile
        box = box_of_tile(zoom=zoom, column=column, row=row)
        choose = issues_public if is_public else partial(issues_for_triage, SEES_ALL)
        found = choose(jurisdiction=jurisdiction, chosen=chosen, box=box)
        query = cells_query(found, sight=PUBLIC if is_public else STAFF, zoom=zoom)
        # Of what cannot be anything nothing is asked.
        with suppress(EmptyResultSet), connection.cursor() as cursor:
            cursor.execute(*query.query.sql_with_params())
            cursor.fetchall()

    turns = []
    for tile in tiles:
        answer(tile)
        turns += [milliseconds(call, [tile])[0] for call in (answer, bare)]
    return turns[0::2], turns[1::2]


def _corners(area: Polygon) -> str:
    """As the address of a filter has it."""
    corners: Any = area.coords[0]
    degrees = (storage_to_wgs84(x, y) for x, y in corners[:-1])
    return ",".join(f"{longitude} {latitude}" for longitude, latitude in degrees)
