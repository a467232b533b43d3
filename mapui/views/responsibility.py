"""“Wer ist zuständig?” as a page and as an API: anybody may ask, nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from issues.api.limits import client_address, limit_check
from issues.errors import (
    IssuesError,
    ReportInvalid,
    RequestsTooMany,
    ServiceMissing,
    ServiceUnknown,
)
from issues.models import Category
from issues.services.answers import answers_checked
from issues.services.location import location_checked
from issues.services.texts import Problems
from issues.types import Location, LocationInput
from mapui.selectors import jurisdiction_shown
from routing.selectors.enquiries import Responsibility, responsibility_asked

QUESTIONS_PER_MINUTE = 60
ASKED_WITH = ("jurisdiction", "category", "lat", "long", "address_id", "address_string")


@dataclass(frozen=True)
class Asked:
    category: Category
    location: Location
    found: Responsibility | None

    @property
    def sentence(self) -> str:
        if self.found is None:
            return _("No rules are active for this place.")
        return self.found.sentence_en if get_language() == "en" else self.found.sentence_de


@require_safe
def responsibility_page(request: HttpRequest) -> HttpResponse:
    """The form, and the answer below it once somebody asked."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    context: dict[str, Any] = {
        "page": "responsibility",
        "jurisdiction": jurisdiction,
        "categories": Category.objects.filter(jurisdiction=jurisdiction, is_active=True),
        "given": {name: request.GET.get(name, "") for name in ASKED_WITH},
        "errors": (),
        "asked": None,
    }
    status = 200
    if any(context["given"][name] for name in ASKED_WITH if name != "jurisdiction"):
        try:
            context["asked"] = _asked(request)
        except IssuesError as error:
            context["errors"], status = error.errors, error.code
    return render(request, "mapui/responsibility.html", context, status=status)


@require_safe
def responsibility_api(request: HttpRequest) -> JsonResponse:
    """The same as JSON; errors as a list of code and description, with the HTTP status of the first."""
    try:
        asked = _asked(request)
    except IssuesError as error:
        answer = JsonResponse(
            {"errors": [{"code": one.code, "description": one.message} for one in error.errors]},
            status=error.code,
        )
        if isinstance(error, RequestsTooMany):
            answer["Retry-After"] = str(error.retry_after)
        return answer
    found = asked.found
    return JsonResponse(
        {
            "category": asked.category.code,
            "lat": asked.location.latitude,
            "long": asked.location.longitude,
            "is_clear": found is not None and found.is_clear,
            "authorities": [
                {"code": one.code, "name": one.public_name}
                for one in (found.authorities if found else ())
            ],
            "reason": asked.sentence,
            "data_as_of": found.data_as_of if found else None,
        }
    )


def _asked(request: HttpRequest) -> Asked:
    """Checks the question like a report and answers it. Raises an `IssuesError`."""
    limit_check(f"ask:{client_address(request)}", per_minute=QUESTIONS_PER_MINUTE)
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    code = request.GET.get("category", "").strip()
    if not code:
        raise ServiceMissing(_("Choose what it is about."), field="category")
    category = Category.objects.filter(jurisdiction=jurisdiction, code=code, is_active=True).first()
    if jurisdiction is None or category is None:
        raise ServiceUnknown(_("This category is not known."), field="category")
    problems = Problems()
    given: dict[str, str | Sequence[str]] = {
        name[len("attribute[") : -1]: str(value)
        for name, value in request.GET.dict().items()
        if name.startswith("attribute[") and name.endswith("]")
    }
    answers = answers_checked(category, given, problems)
    location: Location | None = None
    with problems.collect():
        location = location_checked(
            jurisdiction,
            LocationInput(
                lat=request.GET.get("lat"),
                long=request.GET.get("long"),
                address_id=request.GET.get("address_id", ""),
                address_string=request.GET.get("address_string", ""),
                accuracy=request.GET.get("accuracy"),
            ),
        )
    if problems or location is None:
        raise problems[0] if len(problems) == 1 else ReportInvalid(problems)
    found = responsibility_asked(
        category=category,
        point=location.point,
        at=timezone.now(),
        answers=answers,
        accuracy_m=location.accuracy_m,
    )
    return Asked(category, location, found)
