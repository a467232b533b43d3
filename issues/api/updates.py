"""`servicerequestupdates`: FixMyStreet's extension of GeoReport v2, so that one in front of us hears and tells.

https://github.com/mysociety/fixmystreet/wiki/Open311-FMS---Complete-Spec
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from issues.api.bodies import body_read
from issues.api.caching import KEY_HEADER, answer_with, content_etag
from issues.api.formats import document_response
from issues.api.paging import page_headers_set, page_read
from issues.api.parameters import UPDATE_FIELDS, UPDATE_PARAMETERS, query_read, span_read
from issues.api.presenters import issue_is_of
from issues.api.public_updates import PublicUpdate, updates_shown, updates_visible
from issues.api.views import IssueReading, api_key_checked, jurisdiction_asked
from issues.errors import IssueUnknown, RequestMalformed
from issues.models import Issue
from issues.services.limits import limit_check
from issues.services.reporting.updates import update_take

ROOT = "service_request_updates"


class UpdatesView(IssueReading):
    """GET: the steps of issues that the asking party may see. POST: what the sender of a report adds to it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        parameters = query_read(request, known=UPDATE_PARAMETERS)
        jurisdiction, api_key = self.asking(parameters)
        steps = updates_visible(jurisdiction, api_key, span=span_read(parameters))
        page = page_read(parameters)
        rows = list(steps[page.offset : page.offset + page.size])
        shown = [_update_shown(one) for one in updates_shown(rows, api_key)]
        response = document_response(self.form, ROOT, shown)
        page_headers_set(request, response, page, total=steps.count())
        etag = content_etag(response.content)
        return answer_with(request, response, etag=etag, is_private=api_key is not None)

    def post(self, request: HttpRequest) -> HttpResponse:
        parameters = body_read(request, fields=UPDATE_FIELDS)
        jurisdiction = jurisdiction_asked(request, parameters)
        clear = parameters.one("api_key") or request.headers.get(KEY_HEADER, "").strip()
        api_key = api_key_checked(request, jurisdiction, clear)
        limit_check(f"key:{api_key.pk}", limit=api_key.reports_per_minute)
        number = parameters.one("service_request_id")
        issue = Issue.objects.filter(jurisdiction=jurisdiction, number=number).first()
        if issue is None or not issue_is_of(issue, api_key):
            raise IssueUnknown(_("service_request_id was not found."), field="service_request_id")
        lines = [parameters.one("description"), *parameters.many("media_url")]
        event = update_take(
            issue=issue,
            api_key=api_key,
            name=parameters.one("update_id"),
            text="\n".join(filter(None, lines)),
            is_closed=_is_closed(parameters.one("status")),
        )
        return document_response(self.form, ROOT, [{"update_id": str(event.pk)}])


def _is_closed(status: str) -> bool:
    """FixMyStreet sends its own finer states with an extension; whatever is not over is open."""
    if not status:
        raise RequestMalformed(_("status is required."), field="status")
    over = {"CLOSED", "FIXED", "DUPLICATE", "NO_FURTHER_ACTION", "NOT_COUNCILS_RESPONSIBILITY"}
    return status.upper() in over


def _update_shown(update: PublicUpdate) -> dict[str, Any]:
    return {
        "update_id": update.name,
        "service_request_id": update.number,
        "status": "closed" if update.status.is_closed else "open",
        "external_status_code": update.status.value,
        "updated_datetime": update.at,
        "description": update.text,
        "media_url": None,
    }
