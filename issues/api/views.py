"""The methods of Open311 GeoReport v2. Errors leave every view in the format that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from gis_core.models import Jurisdiction
from gis_core.net.cities import city_of
from gis_core.net.clients import client_address
from issues.agency import agency_names, questions_open
from issues.api.bodies import body_read
from issues.api.caching import (
    KEY_HEADER,
    answer_with,
    content_etag,
    issues_etag,
    last_modified_set,
)
from issues.api.formats import (
    Format,
    document_response,
    errors_response,
    format_asked,
    format_of,
)
from issues.api.paging import Page, page_headers_set, page_read
from issues.api.parameters import (
    LIST_PARAMETERS,
    Parameters,
    query_read,
    window_read,
)
from issues.api.presenters import (
    definition_shown,
    discovery_shown,
    issue_is_of,
    issue_shown,
    received_shown,
    service_shown,
)
from issues.enums import Channel
from issues.errors import (
    IssuesError,
    IssueUnknown,
    KeyRefused,
    MethodNotAllowed,
    PathUnknown,
    RequestMalformed,
)
from issues.models import ApiKey, Issue
from issues.selectors import (
    LIST_MAX,
    api_key_find,
    categories_offered,
    category_find,
    codes_known,
    issue_find_by_token,
    issues_by_number,
    issues_listed,
    issues_visible,
    jurisdiction_find,
    photo_file,
    photos_refused_reasons,
)
from issues.services import issue_receive
from issues.services.limits import READS_PER_MINUTE, REFUSALS_PER_MINUTE, limit_check
from issues.services.location import is_accuracy
from issues.types import LocationInput, ReporterInput

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def language_follow(request: HttpRequest) -> None:
    """Programs choose the language by Accept-Language, as people do on the pages; else the installation's own."""
    translation.activate(translation.get_language_from_request(request))


@method_decorator(csrf_exempt, name="dispatch")
class Endpoint(View):
    """Finds the format, counts the request and turns errors into answers."""

    form: Format = Format.XML

    def dispatch(
        self, request: HttpRequest, *args: Any, suffix: str = "", **kwargs: Any
    ) -> HttpResponseBase:
        language_follow(request)
        try:
            self.form = format_of(request, suffix)
            # Bad bytes in a path must not reach the database.
            Parameters({name: [str(value)] for name, value in kwargs.items()})
            if request.method in SAFE:
                limit_check(f"read:{client_address(request)}", limit=READS_PER_MINUTE)
            return super().dispatch(request, *args, **kwargs)
        except IssuesError as error:
            return errors_response(self.form, error)

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        raise MethodNotAllowed(
            _("%(method)s is not possible here.") % {"method": request.method},
            allowed=self.allowed(),
        )

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(status=204, headers={"Allow": self.allowed()})

    def allowed(self) -> str:
        possible = ("get", "head", "post", "options")
        return ", ".join(name.upper() for name in possible if hasattr(self, name))

    def answer(self, root: str, content: Any) -> HttpResponse:
        """What is small enough to be made before it is known whether the client has it already."""
        response = document_response(self.form, root, content)
        return answer_with(self.request, response, etag=content_etag(response.content))


class DiscoveryView(Endpoint):
    def get(self, request: HttpRequest) -> HttpResponse:
        query_read(request)
        return self.answer("discovery", discovery_shown())


class ServicesView(Endpoint):
    def get(self, request: HttpRequest) -> HttpResponse:
        jurisdiction = jurisdiction_asked(request, query_read(request))
        return self.answer(
            "services", [service_shown(category) for category in categories_offered(jurisdiction)]
        )


class ServiceView(Endpoint):
    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        jurisdiction = jurisdiction_asked(request, query_read(request))
        return self.answer(
            "service_definition", definition_shown(category_find(jurisdiction, code))
        )


class IssueReading(Endpoint):
    """What the views that show issues have in common."""

    def asking(self, parameters: Parameters) -> tuple[Jurisdiction, ApiKey | None]:
        """Whose issues are asked for, and by which sender if a key is given: in the header, else in the query."""
        jurisdiction = jurisdiction_asked(self.request, parameters)
        clear = self.request.headers.get(KEY_HEADER, "").strip() or parameters.one("api_key")
        return jurisdiction, api_key_checked(self.request, jurisdiction, clear) if clear else None

    def known(
        self, jurisdiction: Jurisdiction, api_key: ApiKey | None
    ) -> tuple[str, HttpResponse | None]:
        """The validator of the answer, and 304 where the client has it already: nothing is read for that."""
        etag = issues_etag(self.request, self.form, jurisdiction, api_key)
        is_private = api_key is not None
        answer = answer_with(self.request, HttpResponse(), etag=etag, is_private=is_private)
        return etag, answer if answer.status_code == 304 else None

    def shown(self, rows: Sequence[Issue], api_key: ApiKey | None, etag: str) -> HttpResponse:
        agencies = agency_names([issue.pk for issue in rows])
        questions = questions_open([one.pk for one in rows if issue_is_of(one, api_key)])
        content = [
            issue_shown(issue, api_key=api_key, agencies=agencies, questions=questions)
            for issue in rows
        ]
        response = document_response(self.form, "service_requests", content)
        last_modified_set(response, [one["updated_datetime"] for one in content])
        return answer_with(self.request, response, etag=etag, is_private=api_key is not None)


class RequestsView(IssueReading):
    def get(self, request: HttpRequest) -> HttpResponse:
        parameters = query_read(request, known=LIST_PARAMETERS)
        jurisdiction, api_key = self.asking(parameters)
        visible = issues_visible(jurisdiction, api_key)
        if "service_request_id" in parameters.texts:
            # It overrides all other arguments.
            issues = issues_by_number(visible, parameters.csv("service_request_id"))
            page = Page(1, LIST_MAX)
        else:
            codes = parameters.csv("service_code")
            issues = issues_listed(
                visible,
                window=window_read(parameters),
                codes=codes_known(jurisdiction, codes) if codes else (),
                is_closed=_is_closed(parameters),
            )
            page = page_read(parameters)
        etag, unchanged = self.known(jurisdiction, api_key)
        if unchanged is not None:
            return unchanged
        rows = list(issues[page.offset : page.offset + page.size])
        response = self.shown(rows, api_key, etag)
        # A page that is not full is the last, so that all are counted already.
        is_last = len(rows) < page.size and (rows or page.number == 1)
        page_headers_set(
            request, response, page, total=page.offset + len(rows) if is_last else issues.count()
        )
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        parameters = body_read(request)
        jurisdiction = jurisdiction_asked(self.request, parameters)
        clear = parameters.one("api_key") or request.headers.get(KEY_HEADER, "").strip()
        api_key = api_key_checked(request, jurisdiction, clear)
        limit_check(f"key:{api_key.pk}", limit=api_key.reports_per_minute)
        media_urls = parameters.many("media_url")
        accuracy = parameters.one("accuracy")
        is_accuracy_read = is_accuracy(accuracy)
        received = issue_receive(
            jurisdiction=jurisdiction,
            category=category_find(jurisdiction, parameters.one("service_code")),
            channel=Channel.OPEN311,
            location=LocationInput(
                lat=parameters.one("lat"),
                long=parameters.one("long"),
                address_id=parameters.one("address_id"),
                address_string=parameters.one("address_string"),
                accuracy=accuracy if is_accuracy_read else "",
            ),
            description=parameters.one("description"),
            answers=parameters.attributes(),
            reporter=ReporterInput(
                first_name=parameters.one("first_name"),
                last_name=parameters.one("last_name"),
                email=parameters.one("email"),
                phone=parameters.one("phone"),
                device_id=parameters.one("device_id"),
                account_id=parameters.one("account_id"),
            ),
            photos=parameters.photos,
            media_urls=media_urls,
            api_key=api_key,
            sender_key=request.headers.get("Idempotency-Key", "").strip(),
        )
        shown = received_shown(
            received,
            parameters.one("account_id"),
            ignored=parameters.ignored(),
            is_accuracy_read=is_accuracy_read,
            questions=questions_open([received.issue.pk]),
            photos_refused=(
                photos_refused_reasons(received.issue) if parameters.photos or media_urls else ()
            ),
        )
        return document_response(self.form, "service_requests", [shown])


class RequestView(IssueReading):
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        jurisdiction, api_key = self.asking(query_read(request, known=("api_key",)))
        rows = list(issues_by_number(issues_visible(jurisdiction, api_key), [number]))
        if not rows:
            raise IssueUnknown(_("service_request_id was not found."), field="service_request_id")
        etag, unchanged = self.known(jurisdiction, api_key)
        return unchanged or self.shown(rows, api_key, etag)


class TokenView(Endpoint):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        jurisdiction = jurisdiction_asked(request, query_read(request))
        issue = issue_find_by_token(jurisdiction, token)
        return self.answer(
            "service_requests", [{"service_request_id": issue.number, "token": token}]
        )


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Whatever else is asked for below the prefix, by whatever method."""
    language_follow(request)
    return errors_response(
        format_asked(request), PathUnknown(_("There is nothing at this address."))
    )


class PhotoView(Endpoint):
    """A photo: its copy for the public while it is released, its original for staff."""

    def get(self, request: HttpRequest, name: UUID) -> HttpResponseBase:
        file, for_staff = photo_file(name, request.user)
        # A copy never changes: its name is its validator. It is asked for again, so that a withdrawn one is gone.
        known = answer_with(request, HttpResponse(), etag=content_etag(name.bytes))
        if not for_staff and known.status_code == 304:
            return known
        response = FileResponse(file.open("rb"), content_type="image/jpeg", filename=f"{name}.jpg")
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        if for_staff:
            response["Cache-Control"] = "private, no-store"
        else:
            response["ETag"], response["Cache-Control"] = known["ETag"], known["Cache-Control"]
        return response


def jurisdiction_asked(request: HttpRequest, parameters: Parameters) -> Jurisdiction:
    """The jurisdiction of the address or, where the address is no city's own, of `jurisdiction_id`.

    Raises JurisdictionMissing, JurisdictionUnknown.
    """
    identifier = parameters.one("jurisdiction_id")
    return jurisdiction_find(identifier, city=partial(city_of, request))


def api_key_checked(request: HttpRequest, jurisdiction: Jurisdiction, clear: str) -> ApiKey:
    """The key's row; refused tries are counted per address, so that keys cannot be guessed."""
    try:
        return api_key_find(jurisdiction, clear)
    except KeyRefused:
        limit_check(f"refused:{client_address(request)}", limit=REFUSALS_PER_MINUTE)
        raise


def _is_closed(parameters: Parameters) -> bool | None:
    wanted = {status.lower() for status in parameters.csv("status")}
    if not wanted <= {"open", "closed"}:
        raise RequestMalformed(_("status must be open, closed or both."), field="status")
    return None if len(wanted) != 1 else wanted == {"closed"}
