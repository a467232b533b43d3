"""What the descriptions have in common: parameters, shapes of errors, and the answers of each address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
PROBLEM: Final = "application/problem+json"
XML: Final = "text/xml"

SAYS: Final[Mapping[int, str]] = {
    400: "The request is wrong; the answer says all that is.",
    401: "Nobody is logged in.",
    403: "The key or the login does not permit it.",
    404: "There is nothing at this address, or it is not public.",
    409: "It has changed meanwhile, or was done already with other content.",
    411: "The body came without its length.",
    413: "The body is too large.",
    415: "The body has a media type that is not taken.",
    429: "Too many requests; Retry-After says when to try again.",
    503: "The database is away; Retry-After says when to try again.",
}


@dataclass(frozen=True)
class Operation:
    """What one method of an address takes and answers; `described` are drf-spectacular's words for it.

    `name` is the address's in the URLconf, which `path` leads to once its parameters are filled in.
    """

    name: str
    path: str
    described: Mapping[str, Any]
    method: str = "get"
    is_for_staff: bool = False


class Error(serializers.Serializer[Any]):
    """An error of GeoReport v2."""

    code = serializers.IntegerField(help_text="The HTTP status.")
    description = serializers.CharField(help_text="In the language of Accept-Language.")


class Problem(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField(help_text="about:blank: the status tells the kind of problem.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False, help_text="What is wrong here.")
    errors = serializers.JSONField(  # type: ignore[assignment]
        required=False, help_text="Sentences by field, or a list of code and description."
    )


def in_query(
    name: str, says: str, *, kind: type = str, required: bool = False, **more: Any
) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=says, required=required, **more)


def in_path(name: str, says: str, *, kind: Any = str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(
        name, kind, OpenApiParameter.PATH, description=says, required=True, **more
    )


def problems(*codes: int, of: Any = Problem) -> dict[tuple[int, str], OpenApiResponse]:
    """Errors of what is not Open311; a request that cannot be read may come to any address."""
    return {(code, PROBLEM): OpenApiResponse(of, description=SAYS[code]) for code in {400, *codes}}


def open311_answers(
    shape: Any, *codes: int, examples: Sequence[OpenApiExample] = ()
) -> dict[tuple[int, str], OpenApiResponse]:
    """The answer in both formats, and errors in both: a list of code and description."""
    good = {
        (200, form): OpenApiResponse(shape, description="", examples=list(examples))
        for form in (JSON, XML)
    }
    bad = {
        (code, form): OpenApiResponse(Error(many=True), description=SAYS[code])
        for code in (*codes, 429, 503)
        for form in (JSON, XML)
    }
    return {**good, **bad}
