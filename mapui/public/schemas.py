"""Published schemas of what leaves the house."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from routing.forwarding.channels import webhook


@require_safe
def webhook_schema(request: HttpRequest) -> JsonResponse:
    """What a webhook gets; it tells nothing of anybody."""
    response = JsonResponse(webhook.schema(), content_type="application/schema+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response
