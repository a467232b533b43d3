"""The Open311 GeoReport v2 server (`issues.api`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from config.openapi.describing import (
    JSON,
    SAYS,
    XML,
    Error,
    Operation,
    in_path,
    in_query,
    open311_answers,
)
from issues.api.caching import KEY_HEADER
from issues.api.paging import PAGE_MAX
from issues.enums import AttributeType, IssueStatus
from issues.selectors import LIST_MAX

FORMAT: Final = in_path("format", "xml or json", enum=["json", "xml"])
JURISDICTION: Final = in_query(
    "jurisdiction_id", "Needed where the installation serves several jurisdictions."
)
KEY: Final = OpenApiParameter(
    KEY_HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A sender sees its own reports as it sent them, before the release too.",
)


class Endpoint(serializers.Serializer[Any]):
    specification = serializers.CharField()
    url = serializers.CharField()
    changeset = serializers.CharField()
    type = serializers.CharField()
    formats = serializers.ListField(child=serializers.CharField())


class Discovery(serializers.Serializer[Any]):
    changeset = serializers.CharField()
    contact = serializers.CharField()
    key_service = serializers.CharField()
    endpoints = Endpoint(many=True)
    limits = serializers.DictField(child=serializers.IntegerField())


class Service(serializers.Serializer[Any]):
    service_code = serializers.CharField()
    service_name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    metadata = serializers.BooleanField(help_text="Whether the category asks questions.")
    type = serializers.ChoiceField(["realtime"])
    keywords = serializers.CharField(allow_null=True)
    group = serializers.CharField(allow_null=True)


class Value(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()


class Attribute(serializers.Serializer[Any]):
    variable = serializers.BooleanField(help_text="False: information only.")
    code = serializers.CharField()
    datatype = serializers.ChoiceField(AttributeType.choices)
    required = serializers.BooleanField()  # type: ignore[assignment]
    datatype_description = serializers.CharField(allow_null=True)
    order = serializers.IntegerField()
    description = serializers.CharField()
    values = Value(many=True, required=False)


class ServiceDefinition(serializers.Serializer[Any]):
    service_code = serializers.CharField()
    attributes = Attribute(many=True)


class Question(serializers.Serializer[Any]):
    """What the reporter is asked; the sender alone sees it."""

    question = serializers.CharField()
    question_url = serializers.CharField()
    question_until = serializers.DateTimeField()


class Extended(serializers.Serializer[Any]):
    """What the reporter is asked; for everybody else within how many metres of lat and long the place lies."""

    question = serializers.CharField(required=False)
    question_url = serializers.CharField(required=False)
    question_until = serializers.DateTimeField(required=False)
    accuracy = serializers.FloatField(required=False)


class ServiceRequest(serializers.Serializer[Any]):
    service_request_id = serializers.CharField()
    status = serializers.ChoiceField(["open", "closed"])
    status_notes = serializers.CharField(allow_null=True)
    service_name = serializers.CharField()
    service_code = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    agency_responsible = serializers.CharField(allow_null=True)
    service_notice = serializers.CharField(allow_null=True)
    requested_datetime = serializers.DateTimeField()
    updated_datetime = serializers.DateTimeField()
    expected_datetime = serializers.DateTimeField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    address_id = serializers.CharField(allow_null=True)
    zipcode = serializers.CharField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    long = serializers.FloatField(allow_null=True)
    media_url = serializers.CharField(allow_null=True)
    extended_attributes = Extended(required=False)


class Received(serializers.Serializer[Any]):
    service_request_id = serializers.CharField()
    service_notice = serializers.CharField()
    account_id = serializers.CharField(allow_null=True)
    extended_attributes = Question(required=False)


class Update(serializers.Serializer[Any]):
    update_id = serializers.CharField()
    service_request_id = serializers.CharField()
    status = serializers.ChoiceField(["open", "closed"])
    external_status_code = serializers.ChoiceField(IssueStatus.choices)
    updated_datetime = serializers.DateTimeField()
    description = serializers.CharField()
    media_url = serializers.CharField(allow_null=True)


class UpdateTaken(serializers.Serializer[Any]):
    update_id = serializers.CharField()


class UpdateSent(serializers.Serializer[Any]):
    """The sender of a report tells something new of it; staff read it, and no state follows from it."""

    api_key = serializers.CharField(help_text=f"Or in the header {KEY_HEADER}.", required=False)
    jurisdiction_id = serializers.CharField(required=False)
    service_request_id = serializers.CharField()
    update_id = serializers.CharField(required=False, help_text="The same again is kept once.")
    status = serializers.CharField(help_text="OPEN, CLOSED or a state of FixMyStreet.")
    updated_datetime = serializers.DateTimeField(required=False)
    description = serializers.CharField(required=False, max_length=4000)
    media_url = serializers.CharField(required=False, help_text="Repeatable.")
    email = serializers.CharField(required=False)
    first_name = serializers.CharField(required=False)
    last_name = serializers.CharField(required=False)


class Token(serializers.Serializer[Any]):
    service_request_id = serializers.CharField()
    token = serializers.CharField()


class Report(serializers.Serializer[Any]):
    """One of lat and long, address_id, address_string or a photo with its position says where it is.

    Answers to the questions of the category stand under attribute[CODE]. Names that no report has are ignored and named
    in service_notice.
    """

    api_key = serializers.CharField(help_text=f"Or in the header {KEY_HEADER}.", required=False)
    jurisdiction_id = serializers.CharField(required=False)
    service_code = serializers.CharField()
    lat = serializers.FloatField(required=False, help_text="WGS84 degrees")
    long = serializers.FloatField(required=False, help_text="WGS84 degrees")
    accuracy = serializers.FloatField(required=False, help_text="metres")
    address_id = serializers.CharField(required=False, help_text="A parcel key.")
    address_string = serializers.CharField(required=False)
    description = serializers.CharField(required=False, max_length=4000)
    first_name = serializers.CharField(required=False)
    last_name = serializers.CharField(required=False)
    email = serializers.EmailField(required=False)
    phone = serializers.CharField(required=False)
    device_id = serializers.CharField(required=False)
    account_id = serializers.CharField(required=False)
    media_url = serializers.CharField(required=False, help_text="Repeatable.")


class ReportWithPhotos(Report):
    media = serializers.FileField(required=False, help_text="A photo; of any name, five in all.")


REQUEST_EXAMPLE: Final = OpenApiExample(
    "A released report",
    response_only=True,
    value={
        "service_request_id": "CAS-2026-000042",
        "status": "open",
        "status_notes": None,
        "service_name": "Schlagloch",
        "service_code": "ROAD_SURFACE",
        "description": "Tiefes Loch vor der Einfahrt.",
        "agency_responsible": "EUV Stadtbetrieb",
        "service_notice": None,
        "requested_datetime": "2026-03-01T08:00:00+01:00",
        "updated_datetime": "2026-03-02T09:00:00+01:00",
        "expected_datetime": None,
        "address": "Bahnhofstraße 12",
        "address_id": None,
        "zipcode": None,
        "lat": 51.5503,
        "long": 7.3117,
        "media_url": None,
    },
)
REPORT_EXAMPLE: Final = OpenApiExample(
    "A pothole",
    request_only=True,
    value={
        "service_code": "ROAD_SURFACE",
        "lat": 51.5503,
        "long": 7.3117,
        "description": "Tiefes Loch vor der Einfahrt.",
    },
)


PAGES: Final = (
    OpenApiParameter(
        "page", {"type": "integer", "minimum": 1, "maximum": PAGE_MAX}, description="From 1."
    ),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": LIST_MAX}),
)
LIST: Final = (
    in_query("service_request_id", "Numbers, by comma; overrides everything else."),
    in_query("service_code", "Codes, by comma."),
    in_query("start_date", "Received from here on; 90 days at most.", kind=datetime),
    in_query("end_date", "Received up to here.", kind=datetime),
    in_query("updated_after", "Changed from here on; 90 days at most.", kind=datetime),
    in_query("updated_before", "Changed up to here.", kind=datetime),
    in_query("status", "open, closed or both by comma", enum=["open", "closed"]),
    *PAGES,
)
BASE: Final = "open311/v2"

OPERATIONS: Final = (
    Operation(
        "open311_discovery",
        f"{BASE}/discovery.{{format}}",
        {
            "summary": "Where the server is, its formats and limits, whom to ask for a key",
            "parameters": [FORMAT, JURISDICTION],
            "responses": open311_answers(Discovery, 400, 404),
        },
    ),
    Operation(
        "open311_services",
        f"{BASE}/services.{{format}}",
        {
            "summary": "The active categories, in their order",
            "parameters": [FORMAT, JURISDICTION],
            "responses": open311_answers(Service(many=True), 400, 404),
        },
    ),
    Operation(
        "open311_service",
        f"{BASE}/services/{{code}}.{{format}}",
        {
            "summary": "The questions of a category",
            "parameters": [in_path("code", "A service_code."), FORMAT, JURISDICTION],
            "responses": open311_answers(ServiceDefinition, 400, 404),
        },
    ),
    Operation(
        "open311_requests",
        f"{BASE}/requests.{{format}}",
        {
            "summary": "Issues, the newest first",
            "parameters": [FORMAT, JURISDICTION, KEY, *LIST],
            "responses": open311_answers(
                ServiceRequest(many=True), 400, 403, 404, examples=[REQUEST_EXAMPLE]
            ),
        },
    ),
    Operation(
        "open311_requests",
        f"{BASE}/requests.{{format}}",
        {
            "summary": "Takes a report",
            "parameters": [
                FORMAT,
                OpenApiParameter(
                    "Idempotency-Key",
                    str,
                    OpenApiParameter.HEADER,
                    description="The same report under the same key is stored once.",
                ),
            ],
            "request": {
                "application/x-www-form-urlencoded": Report,
                JSON: Report,
                "multipart/form-data": ReportWithPhotos,
            },
            "responses": open311_answers(Received(many=True), 400, 403, 404, 409, 411, 413, 415),
            "examples": [REPORT_EXAMPLE],
        },
        "post",
    ),
    Operation(
        "open311_request",
        f"{BASE}/requests/{{number}}.{{format}}",
        {
            "summary": "One issue, as a list with one element",
            "parameters": [in_path("number", "A service_request_id."), FORMAT, JURISDICTION, KEY],
            "responses": open311_answers(ServiceRequest(many=True), 400, 403, 404),
        },
    ),
    Operation(
        "open311_token",
        f"{BASE}/tokens/{{token}}.{{format}}",
        {
            "summary": "The number that belongs to a token",
            "parameters": [in_path("token", "A token."), FORMAT, JURISDICTION],
            "responses": open311_answers(Token(many=True), 400, 404),
        },
    ),
    Operation(
        "open311_updates",
        f"{BASE}/servicerequestupdates.{{format}}",
        {
            "summary": "The steps of issues, the oldest first (extension of FixMyStreet)",
            "parameters": [
                FORMAT,
                JURISDICTION,
                KEY,
                in_query("start_date", "From here on; 90 days at most.", kind=datetime),
                in_query("end_date", "Up to here.", kind=datetime),
                *PAGES,
            ],
            "responses": open311_answers(Update(many=True), 400, 403, 404),
        },
    ),
    Operation(
        "open311_updates",
        f"{BASE}/servicerequestupdates.{{format}}",
        {
            "summary": "Takes something new of a report from its sender (extension of FixMyStreet)",
            "parameters": [FORMAT],
            "request": {"application/x-www-form-urlencoded": UpdateSent, JSON: UpdateSent},
            "responses": open311_answers(UpdateTaken(many=True), 400, 403, 404, 411, 413, 415),
        },
        "post",
    ),
    Operation(
        "photo",
        f"{BASE}/photos/{{name}}.jpg",
        {
            "summary": "The copy of a released photo",
            "parameters": [in_path("name", "Changes with each release.", kind=OpenApiTypes.UUID)],
            "responses": {
                (200, "image/jpeg"): OpenApiTypes.BINARY,
                **{
                    (code, form): OpenApiResponse(Error(many=True), description=SAYS[code])
                    for code in (404, 429, 503)
                    for form in (JSON, XML)
                },
            },
        },
    ),
)
