"""The OpenAPI document: made of the descriptions by drf-spectacular, once in a process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.validation import validate_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.openapi import features, open311, pages
from config.openapi.describing import Operation

OPERATIONS: Final = (*open311.OPERATIONS, *pages.OPERATIONS, *features.OPERATIONS)
LANGUAGE: Final = "en"
OF_STAFF: Final = (
    "For staff by their session. POST and DELETE want the header X-CSRFToken as well, with the value of the cookie"
    " csrftoken."
)


@require_safe
def openapi_document(_request: HttpRequest) -> HttpResponse:
    """The document as JSON; the same for everybody."""
    body = json.dumps(document(), ensure_ascii=False)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response


@cache
def document() -> dict[str, Any]:
    """The document (OpenAPI 3.0), in English. Raises jsonschema's ValidationError."""
    generator = SchemaGenerator()
    # Path, its expression, method and view.
    endpoints: list[Any] = [
        (f"/{one.path}", one.path, one.method.upper(), _view_of(one)) for one in OPERATIONS
    ]
    generator.endpoints = endpoints
    with translation.override(LANGUAGE):
        made: dict[str, Any] = generator.get_schema(public=True)
    validate_schema(made)
    return made


def _view_of(operation: Operation) -> Callable[..., Any]:
    """What drf-spectacular reads: a view of DRF with the words of the operation. It answers nobody."""

    def described(_view: APIView, _request: Request) -> Response:
        raise NotImplementedError

    method = operation.method
    name = operation.name if method == "get" else f"{operation.name}_{method}"
    words = extend_schema(
        operation_id=name,
        description=OF_STAFF if operation.is_for_staff else None,
        **operation.described,
    )
    authentication: Iterable[type] = [SessionAuthentication] if operation.is_for_staff else []
    members = {
        "authentication_classes": authentication,
        "permission_classes": [],
        method: words(described),
    }
    return type(name, (APIView,), members).as_view()  # type: ignore[attr-defined]
