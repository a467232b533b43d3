"""“Wer ist zuständig?” as a page and as an API: anybody may ask, nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.languages import Texts, languages, text_in
from gis_core.models import Jurisdiction
from gis_core.net.clients import client_address
from gis_core.net.problems import problem_respond
from issues.errors import (
    IssuesError,
    ReportInvalid,
    RequestsTooMany,
    ServiceMissing,
    ServiceUnknown,
)
from issues.models import Category
from issues.services.answers import answers_checked
from issues.services.limits import limit_check
from issues.services.location import location_checked
from issues.services.texts import Problems
from issues.types import Location, LocationInput
from mapui.maps.page import map_context
from mapui.site.cities import city_shown
from mapui.site.enums import MapName
from mapui.site.places import PlaceMeant, PlacesSeveral, place_meant
from routing.deciding.enquiries import Responsibility, responsibility_asked
from routing.sentences.questions import QuestionWorded

QUESTIONS_PER_MINUTE = 60
ASKED_WITH = ("jurisdiction", "category", "place", "lat", "long", "address_id", "address_string")


@dataclass(frozen=True)
class Asked:
    """A question and its answer; `found` is None where the jurisdiction has no active rule set."""

    category: Category
    location: Location
    place: str
    found: Responsibility | None

    @property
    def question(self) -> tuple[str, list[tuple[str, str]]] | None:
        """The question that would settle it, with code and label of its answers, in the chosen language."""
        if self.found is None or self.found.question is None:
            return None
        question = self.found.question
        return question.text, [(one.code, one.label) for one in question.options]

    @property
    def sentence(self) -> str:
        if self.found is None:
            return _("No rules are active for this place.")
        return self.found.sentence


@require_safe
@never_cache
def responsibility_page(request: HttpRequest) -> HttpResponse:
    """The form, and the answer below it once somebody asked."""
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    given = {name: request.GET.get(name, "") for name in ASKED_WITH}
    context: dict[str, Any] = {
        "page": "responsibility",
        "jurisdiction": jurisdiction,
        "categories": Category.objects.filter(jurisdiction=jurisdiction, is_active=True),
        "given": given,
        "place": _place_given(given),
        "errors": (),
        "choices": (),
        "query": [(k, v) for k, v in request.GET.items() if k not in {"question", "answer"}],
        "asked": None,
        **map_context(MapName.ASKING, jurisdiction, request.user),
    }
    status, headers = 200, {}
    if any(given[name] for name in ASKED_WITH if name != "jurisdiction"):
        try:
            context["asked"] = _asked(request)
        except PlacesSeveral as error:
            context["choices"] = [(one, _query_for(request, one)) for one in error.choices]
        except IssuesError as error:
            context["errors"], status, headers = error.errors, error.code, _headers(error)
    response = render(request, "mapui/public/responsibility.html", context, status=status)
    for name, value in headers.items():
        response[name] = value
    return response


def _place_given(given: Mapping[str, str]) -> str:
    """What stands in the page's one field for a place, also where a link gave it in parts."""
    latitude, longitude = given.get("lat", ""), given.get("long", "")
    if latitude and longitude:
        return f"{latitude}, {longitude}"
    written = (given.get(name, "") for name in ("place", "address_id", "address_string"))
    return next((text for text in written if text), "")


def _query_for(request: HttpRequest, place: PlaceMeant) -> str:
    query = request.GET.copy()
    query["place"] = place.text
    return query.urlencode()


@require_safe
@never_cache
def responsibility_api(request: HttpRequest) -> HttpResponse:
    """The same as JSON; errors as a list of code and description, with the HTTP status of the first.

    A place that may be several comes back as status 300 with `choices` to ask again with.
    """
    try:
        asked = _asked(request)
    except PlacesSeveral as error:
        choices = [
            {"place": one.text, "label": one.label, "lat": one.latitude, "long": one.longitude}
            for one in error.choices
        ]
        errors = [{"code": 300, "description": error.message}]
        return JsonResponse({"errors": errors, "choices": choices}, status=300)
    except IssuesError as error:
        errors = [{"code": one.code, "description": one.message} for one in error.errors]
        return problem_respond(error.code, str(error), headers=_headers(error), errors=errors)
    return JsonResponse(_as_json(asked))


def _headers(error: IssuesError) -> dict[str, str]:
    """When to ask again, where it was asked too often."""
    return {"Retry-After": str(error.retry_after)} if isinstance(error, RequestsTooMany) else {}


def _as_json(asked: Asked) -> dict[str, Any]:
    found = asked.found
    return {
        "category": asked.category.code,
        "lat": asked.location.latitude,
        "long": asked.location.longitude,
        "is_clear": found is not None and found.is_clear,
        "authorities": [
            {
                "code": one.code,
                "name": one.public_name,
                **_by_language("name", one.names),
                "website": one.website or None,
                "phone": one.phone or None,
                "mail": one.public_mail or None,
            }
            for one in (found.bodies if found else ())
        ],
        "question": _question_as_json(found.question) if found and found.question else None,
        "reason": asked.sentence,
        **_by_language("reason", found.sentences if found else {}, asked.sentence),
        "data_as_of": found.data_as_of if found else None,
    }


def _question_as_json(question: QuestionWorded) -> dict[str, Any]:
    """To be asked again with `question` its kind and `answer` the code of an option."""
    return {
        "kind": question.kind,
        **_by_language("text", question.texts),
        "options": [
            {"code": one.code, **_by_language("label", one.labels)} for one in question.options
        ],
    }


def _by_language(name: str, texts: Texts, otherwise: str = "") -> dict[str, str]:
    """`name_de`, `name_en` … with the text in each language."""
    return {f"{name}_{one}": text_in(texts, one) or otherwise for one in languages()}


def _asked(request: HttpRequest) -> Asked:
    """Checks the question like a report and answers it. Raises an `IssuesError`."""
    limit_check(f"ask:{client_address(request)}", limit=QUESTIONS_PER_MINUTE)
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
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
    place = ""
    with problems.collect():
        location, place = _location(request, jurisdiction)
    if problems or location is None:
        raise problems[0] if len(problems) == 1 else ReportInvalid(problems)
    found = responsibility_asked(
        category=category,
        point=location.point,
        at=timezone.now(),
        answers=answers,
        accuracy_m=location.accuracy_m,
        source=location.source,
        answer=_answer(request),
    )
    return Asked(category, location, place, found)


def _answer(request: HttpRequest) -> tuple[str, str] | None:
    """The answer to the question of a former answer; one that fits nothing changes nothing."""
    kind, answer = request.GET.get("question", ""), request.GET.get("answer", "")
    return (kind, answer) if kind and answer else None


def _location(request: HttpRequest, jurisdiction: Jurisdiction) -> tuple[Location, str]:
    """The checked location and how it is called; `place` is read where no coordinates are given."""
    given = LocationInput(
        lat=request.GET.get("lat"),
        long=request.GET.get("long"),
        address_id=request.GET.get("address_id", ""),
        address_string=request.GET.get("address_string", ""),
        accuracy=request.GET.get("accuracy"),
    )
    text = request.GET.get("place", "").strip()
    if not text or given.lat or given.long:
        return location_checked(jurisdiction, given), _place_given(request.GET.dict())
    place = place_meant(jurisdiction=jurisdiction, text=text)
    accuracy = given.accuracy or place.accuracy_m
    at = replace(given, lat=place.latitude, long=place.longitude, accuracy=accuracy)
    return replace(location_checked(jurisdiction, at), source=place.source), place.label
