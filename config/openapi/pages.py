"""The interfaces of the pages (`mapui`): who is responsible, questions, maps, and what staff do by program."""

from __future__ import annotations

from typing import Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from config.openapi import shapes
from config.openapi.describing import GEOJSON, JSON, Operation, in_path, in_query, problems
from gis_core.grid import LEVEL
from issues.enums import IssueStatus
from mapui.maps.issue_tiles import MAX_ZOOM
from mapui.triage.case.work import STEP_FORMS

JURISDICTION: Final = in_query("jurisdiction", "Its identifier; without it the first.")


def _tile(name: str, most: int) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        {"type": "integer", "minimum": 0, "maximum": most},
        OpenApiParameter.PATH,
        required=True,
    )


TILE: Final = (
    _tile("zoom", MAX_ZOOM),
    _tile("column", 2**LEVEL),
    _tile("row", 2**LEVEL),
)
FILTER: Final = (
    JURISDICTION,
    in_query("status", "A state, or open.", enum=["open", *IssueStatus.values]),
    in_query("group", "A topic."),
    in_query("bbox", "west,south,east,north in degrees"),
)
TOKEN: Final = in_path("token", "Of the link.")
RELEASE: Final = "api/triage/issues/{number}/release"
NUMBER: Final = in_path("number", "The number of a report.")
VERB: Final = in_path("verb", "The step.", enum=list(STEP_FORMS))
ASKED: Final = (
    JURISDICTION,
    in_query("category", "Its code.", required=True),
    in_query("place", "Coordinates, a parcel or an address, as people write them."),
    in_query("lat", "WGS84 degrees", kind=float),
    in_query("long", "WGS84 degrees", kind=float),
    in_query("address_id", "A parcel key."),
    in_query("address_string", "Street and house number."),
    in_query("accuracy", "metres", kind=float),
    in_query("question", "The kind of the question of a former answer."),
    in_query("answer", "The code of one of its options."),
)
ASK_EXAMPLE: Final = OpenApiExample(
    "Clear",
    response_only=True,
    status_codes=["200"],
    value={
        "category": "ROAD_SURFACE",
        "lat": 51.5503,
        "long": 7.3117,
        "is_clear": True,
        "authorities": [
            {
                "code": "STRNRW",
                "name": "Straßen.NRW",
                "name_de": "Straßen.NRW",
                "name_en": "Straßen.NRW",
                "website": None,
                "phone": None,
                "mail": None,
            }
        ],
        "question": None,
        "reason": "Die Fahrbahn der B 235 gehört dem Bund.",
        "data_as_of": "2026-03-01",
    },
)
WEBHOOK_EXAMPLE: Final = OpenApiExample(
    "Done",
    request_only=True,
    value={
        "type": "report.done",
        "timestamp": "2026-12-01T08:00:00+01:00",
        "data": {
            "reference": "CAS-2026-000123/1",
            "text": "Asphalt erneuert.",
            "number": "66-4711",
        },
    },
)
OPERATIONS: Final = (
    Operation(
        "responsibility_api",
        "api/responsibility/",
        {
            "summary": "Who is responsible at a place; nothing is stored",
            "parameters": [*ASKED],
            "responses": {
                (200, JSON): shapes.Responsibility,
                (300, JSON): shapes.Choices,
                **problems(404, 429, of=shapes.ErrorsListed),
            },
            "examples": [ASK_EXAMPLE],
        },
    ),
    Operation(
        "question_api",
        "api/questions/{token}/",
        {
            "summary": "The question to a reporter, by the link that the reporter got",
            "parameters": [TOKEN],
            "responses": {
                (200, JSON): shapes.ReporterQuestion,
                **problems(404, 429, of=shapes.ErrorsListed),
            },
        },
    ),
    Operation(
        "question_api",
        "api/questions/{token}/",
        {
            "summary": "Answers the question, once",
            "parameters": [TOKEN],
            "request": {JSON: shapes.Answer},
            "responses": {
                (200, JSON): shapes.ReporterQuestion,
                **problems(404, 409, 429, of=shapes.ErrorsListed),
            },
        },
        "post",
    ),
    Operation(
        "public_issues",
        "api/issues/{zoom}/{column}/{row}.geojson",
        {
            "summary": "A tile of released issues: marks and clusters",
            "parameters": [*TILE, *FILTER],
            "responses": {(200, GEOJSON): shapes.FeatureCollection, **problems(404)},
        },
    ),
    Operation(
        "boundary",
        "api/boundary.geojson",
        {
            "summary": "The boundary of a municipality",
            "parameters": [JURISDICTION],
            "responses": {(200, GEOJSON): shapes.FeatureCollection, **problems(404)},
        },
    ),
    Operation(
        "step_api",
        "api/triage/issues/{number}/steps/{verb}",
        {
            "summary": "The state of a report and what may follow",
            "parameters": [NUMBER, VERB],
            "responses": {(200, JSON): shapes.State, **problems(401, 403, 404)},
        },
        is_for_staff=True,
    ),
    Operation(
        "step_api",
        "api/triage/issues/{number}/steps/{verb}",
        {
            "summary": "Takes a step; with `seen` only if nothing it writes over has changed",
            "parameters": [NUMBER, VERB],
            "request": {JSON: shapes.Step},
            "responses": {
                (200, JSON): shapes.State,
                **problems(401, 403, 404, 409, 415),
            },
        },
        "post",
        is_for_staff=True,
    ),
    Operation(
        "issue_release_api",
        RELEASE,
        {
            "summary": "What a release would show",
            "parameters": [NUMBER],
            "responses": {(200, JSON): shapes.Releasable, **problems(401, 403, 404)},
        },
        is_for_staff=True,
    ),
    Operation(
        "issue_release_api",
        RELEASE,
        {
            "summary": "Releases the report to the public",
            "parameters": [NUMBER],
            "request": {JSON: shapes.Release},
            "responses": {
                (200, JSON): shapes.Releasable,
                **problems(401, 403, 404, 409, 415),
            },
        },
        "post",
        is_for_staff=True,
    ),
    Operation(
        "issue_release_api",
        RELEASE,
        {
            "summary": "Withdraws the report from the public",
            "parameters": [NUMBER],
            "responses": {(200, JSON): shapes.Releasable, **problems(401, 403, 404)},
        },
        "delete",
        is_for_staff=True,
    ),
    Operation(
        "parcels_api",
        "api/parcels/",
        {
            "summary": "Parcels by key, number, address or place",
            "parameters": [
                JURISDICTION,
                in_query("q", "Key, Gemarkung-Flur-number, address or coordinates."),
                in_query("lat", "WGS84 degrees", kind=float),
                in_query("long", "WGS84 degrees", kind=float),
            ],
            "responses": {(200, JSON): shapes.Parcels, **problems(403, 404)},
        },
        is_for_staff=True,
    ),
    Operation(
        "explanation_json",
        "api/triage/issues/{number}/explanation.json",
        {
            "summary": "A decision with everything it rests on, in the shape of /api/schemas/explanation.json",
            "parameters": [
                NUMBER,
                in_query("decision", "Its number; else the current one.", kind=int),
            ],
            "responses": {(200, JSON): OpenApiTypes.OBJECT, **problems(403, 404)},
        },
        is_for_staff=True,
    ),
    Operation(
        "explanation_schema",
        "api/schemas/explanation.json",
        {
            "summary": "The JSON schema of explanations",
            "responses": {
                (200, "application/schema+json"): OpenApiTypes.OBJECT,
                **problems(),
            },
        },
    ),
    Operation(
        "webhook_answer",
        "api/webhooks/{contact}/answers",
        {
            "summary": "Takes an answer of an authority's system, signed as Standard Webhooks says",
            "parameters": [
                in_path("contact", "The number of the webhook's contact.", kind=int),
                *(
                    OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True)
                    for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
                ),
            ],
            "request": {JSON: shapes.WebhookAnswer},
            "responses": {(200, JSON): shapes.WebhookTaken, **problems(403, 404, 429)},
            "examples": [WEBHOOK_EXAMPLE],
        },
        "post",
    ),
    Operation(
        "webhook_schema",
        "api/schemas/webhook.json",
        {
            "summary": "The JSON schema of what a webhook gets",
            "responses": {
                (200, "application/schema+json"): OpenApiTypes.OBJECT,
                **problems(),
            },
        },
    ),
)
