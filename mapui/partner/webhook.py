"""Where authorities' systems post their answers. The signature permits it; no session is used."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from gis_core.net.clients import client_address
from gis_core.net.problems import problem_respond
from issues.errors import PhotoRefused, RequestsTooMany
from issues.services.limits import REFUSALS_PER_MINUTE, limit_check
from routing.answering.webhooks import SignedMessage, webhook_take
from routing.errors import WebhookRefused, WebhookUnreadable
from routing.models import AuthorityContact


@csrf_exempt
@require_POST
def webhook_answer(request: HttpRequest, contact: int) -> HttpResponse:
    """200 for an answer that is stored, also for one that was stored before; 403, 400 or 429 with the reason."""
    message = SignedMessage(
        identity=request.headers.get("webhook-id", "")[:200],
        seconds=request.headers.get("webhook-timestamp", ""),
        signatures=request.headers.get("webhook-signature", ""),
        body=request.body,
    )
    try:
        known = AuthorityContact.objects.filter(pk=contact).first()
        is_new = webhook_take(contact=known, message=message)
    except WebhookRefused as error:
        try:
            limit_check(f"refused:{client_address(request)}", limit=REFUSALS_PER_MINUTE)
        except RequestsTooMany as many:
            return problem_respond(429, many.message)
        return problem_respond(403, str(error))
    except (WebhookUnreadable, PhotoRefused) as error:
        return problem_respond(400, str(error))
    return JsonResponse({"new": is_new})
