"""The OpenAPI document says what the program answers: Schemathesis asks every operation, in process, and compares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone
from drf_spectacular.drainage import GENERATOR_STATS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.openapi.document import OPERATIONS, document
from config.wsgi import application
from issues.enums import AttributeType, PhotoStatus
from issues.models import CategoryAttribute, Issue, Photo
from issues.services import api_key_create, issue_release
from routing.deciding.question_links import clarification_token
from routing.models import Clarification
from tests.issues.conftest import picture
from tests.mapui.factories import (
    authority_create,
    category_create,
    decision_create,
    issue_create,
    staff_create,
    town_create,
)

# The same examples at each run, and so many of each operation.
EXAMPLES = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# What our own pages load and nobody else: it changes with the page.
OF_PAGES = {
    *("triage_issues", "parcel_outline", "suggestions", "situation_places", "trial_changes_feed"),
    *("geodata_changes_feed", "geodata_findings_feed", "geodata_impact_feed", "mapping_places"),
    *("explanation_feed", "rules_hole_feed", "tile", "openapi_document", "public_places"),
}
LIMITS = (
    "issues.api.views.READS_PER_MINUTE",
    "issues.api.views.REFUSALS_PER_MINUTE",
    "mapui.partner.webhook.REFUSALS_PER_MINUTE",
    "mapui.public.responsibility.QUESTIONS_PER_MINUTE",
    "mapui.public.questions.LOOKS_PER_MINUTE",
    "mapui.features.views.READS_PER_MINUTE",
)
REPORT = "POST /open311/v2/requests.{format}"
UPDATE = "POST /open311/v2/servicerequestupdates.{format}"
# What is drawn answers no question, and names nothing that was seen before.
NEVER_GOOD = {
    "POST /api/questions/{token}/",
    "POST /api/webhooks/{contact}/answers",
    "POST /api/triage/issues/{number}/release",
    "POST /api/triage/issues/{number}/steps/{verb}",
}
schema = schemathesis.openapi.from_dict(document())
schema.app = application


def test_document_is_made_without_a_warning() -> None:
    document.cache_clear()
    document()
    assert not GENERATOR_STATS


def test_document_is_served_to_everybody(client) -> None:
    answer = client.get("/api/openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert answer.json() == document()
    assert answer.json()["openapi"].startswith("3.")


def names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> dict[str, str]:
    """Addresses for programs by their names."""
    found: dict[str, str] = {}
    for one in patterns:
        address = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            found |= names(one.url_patterns, address)
        elif one.name and re.match(r"api/|tiles/|open311/", address):
            found[one.name] = address
    return found


def test_document_names_every_address_for_programs() -> None:
    assert set(names(get_resolver().url_patterns)) == {one.name for one in OPERATIONS} | OF_PAGES


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_paths_lead_to_the_addresses_they_name(one) -> None:
    examples = {
        "format": "json",
        "name": "00000000-0000-0000-0000-000000000000",
        "zoom": "0",
        "column": "0",
        "row": "0",
        "contact": "0",
    }
    path = re.sub(r"\{(\w+)\}", lambda match: examples.get(match[1], "x"), one.path)
    assert resolve(f"/{path}").url_name == one.name


@pytest.fixture
def staff(db) -> dict[str, dict[str, str]]:
    """Cookies and headers of somebody who is logged in."""
    client = Client()
    client.force_login(staff_create())
    token = "f" * 32
    session = client.cookies["sessionid"].value
    return {
        "cookies": {"sessionid": session, "csrftoken": token},
        "headers": {"X-CSRFToken": token},
    }


@pytest.fixture
def one_connection(staff) -> Iterator[None]:
    """Requests share the test's transaction: the program would close its connection after each."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations() -> list[Any]:
    return [one.ok() for one in schema.get_all_operations()]


@pytest.fixture
def world(one_connection, settings, tmp_path) -> tuple[dict[str, Any], dict[str, str]]:
    """Values that lead past the first look-up: a released report that is decided and asked about, a key, a place."""
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    town = town_create()
    category = category_create(town, descriptions={"de": "Löcher", "en": "Holes"})
    CategoryAttribute.objects.create(
        category=category,
        code="SIZE",
        datatype=AttributeType.SINGLEVALUELIST,
        descriptions={"de": "Wie groß?", "en": "How large?"},
        values=[{"key": "big", "names": {"de": "groß", "en": "big"}}],
    )
    now = timezone.now()
    issue = issue_create(
        town, released=False, number="MST-2026-900000", received_at=now, status_changed_at=now
    )
    decision = decision_create(issue, authority_create(town))
    photo = Photo(issue=issue, status=PhotoStatus.STORED, width=40, height=30)
    photo.file.save("x.jpg", ContentFile(picture()))
    issue_release(issue=issue, photos=[photo])
    photo.refresh_from_db()
    row, key = api_key_create(jurisdiction=town, name="App", reports_per_minute=0)
    Issue.objects.filter(pk=issue.pk).update(api_key=row)
    clarification = Clarification.objects.create(
        issue=issue,
        decision=decision,
        kind="level",
        texts={"de": "Wo?", "en": "Where?"},
        options=[{"code": "up", "labels": {"de": "oben", "en": "up"}}],
        asked_at=now,
        expires_at=now + timedelta(days=1),
    )
    return {
        "number": issue.number,
        "decision": 1,
        "code": category.code,
        "service_code": category.code,
        "category": category.code,
        "jurisdiction_id": town.identifier,
        "jurisdiction": town.identifier,
        "collection": "issues",
        "item": issue.number,
        "api_key": key,
        "X-Api-Key": key,
        "name": str(photo.copy_id),
        "zoom": 0,
        "column": 0,
        "row": 0,
        "lat": 51.5495,
        "long": 7.3116,
    }, {
        "/open311/v2/tokens/{token}.{format}": str(issue.public_id),
        "/api/questions/{token}/": clarification_token(clarification.public_id),
    }


def known_put(case: Any, values: dict[str, Any], tokens: dict[str, str]) -> None:
    """Puts what exists in the place of what was drawn."""
    values = values | {"token": tokens.get(case.operation.path)}
    for one in case.operation.definition.raw.get("parameters", []):
        part = {"path": "path_parameters", "header": "headers"}.get(one["in"], one["in"])
        if one["name"] in values:
            held = getattr(case, part)
            held[one["name"]] = values[one["name"]]
    if case.operation.label == REPORT and isinstance(case.body, dict):
        case.body |= {name: values[name] for name in ("api_key", "service_code", "lat", "long")}
    if case.operation.label == UPDATE and isinstance(case.body, dict):
        case.body |= {"api_key": values["api_key"], "service_request_id": values["number"]}
        case.body |= {"status": "OPEN", "jurisdiction_id": values["jurisdiction_id"]}


@pytest.mark.parametrize("operation", operations(), ids=lambda one: one.label)
def test_answers_are_as_documented(operation, world, staff, monkeypatch) -> None:
    for limit in LIMITS:
        monkeypatch.setattr(limit, 0)
    is_staff = bool(operation.definition.raw.get("security", [{}])[0])
    statuses = set()

    @EXAMPLES
    @given(
        case=st.one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode),
        is_known=st.booleans(),
    )
    def ask(case: Any, is_known: bool) -> None:
        if is_known:
            known_put(case, *world)
        answer = case.call(
            headers={"Accept-Encoding": "identity", **(staff["headers"] if is_staff else {})},
            cookies=staff["cookies"] if is_staff else {},
        )
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    ask()
    assert 200 in statuses or operation.label in NEVER_GOOD, statuses
