"""The question to a reporter: a page that works without a script, and the same as JSON.

Whoever has the link may answer, once; no login. GET shows, POST answers. Only the code of one of the
options is ever taken.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gis_core.languages import text_in
from gis_core.net.clients import client_address
from gis_core.net.problems import problem_respond
from issues.errors import RequestsTooMany
from issues.services.limits import limit_check
from routing.deciding.clarifications import clarification_answer
from routing.deciding.in_force import agency_names
from routing.deciding.question_links import clarification_by_token
from routing.errors import AnswerRefused, QuestionClosed
from routing.models import Clarification

LOOKS_PER_MINUTE = 60


def _found(request: HttpRequest, token: str) -> Clarification:
    """The question of the link. Raises Http404, RequestsTooMany."""
    limit_check(f"question:{client_address(request)}", limit=LOOKS_PER_MINUTE)
    clarification = clarification_by_token(token)
    if clarification is None:
        raise Http404
    return clarification


def _is_open(clarification: Clarification) -> bool:
    return clarification.answered_at is None and clarification.expires_at > timezone.now()


def _options(clarification: Clarification) -> list[dict[str, str]]:
    return [
        {"code": option["code"], "label": text_in(option["labels"])}
        for option in clarification.options
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def question_page(request: HttpRequest, token: str) -> HttpResponse:
    """The question with its answers; after answering, thanks and who takes care of it."""
    try:
        clarification = _found(request, token)
    except RequestsTooMany as error:
        return HttpResponse(error.message, status=error.code, content_type="text/plain")
    told, status = "", 200
    if request.method == "POST":
        try:
            clarification_answer(clarification=clarification, answer=request.POST.get("answer", ""))
        except QuestionClosed:
            clarification.refresh_from_db()
        except AnswerRefused as refused:
            told, status = str(refused), 400
        else:
            return redirect("question", token=token)
    is_open = _is_open(clarification)
    issue = clarification.issue
    context = {
        "page": "question",
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "clarification": clarification,
        "options": _options(clarification),
        "is_open": is_open,
        "given": next(
            (
                one["label"]
                for one in _options(clarification)
                if one["code"] == clarification.answer
            ),
            "",
        ),
        "agency": agency_names([issue.pk]).get(issue.pk, ""),
        "error": told,
    }
    closed_without_answer = not is_open and not context["given"]
    status = 410 if closed_without_answer else status
    return render(request, "mapui/public/question.html", context, status=status)


@csrf_exempt  # no session is used: the link itself is what permits the answer
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def question_api(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the question and its answers. POST {"answer": code}: the answer; 409 when it is no longer open."""
    try:
        clarification = _found(request, token)
    except RequestsTooMany as error:
        answer = _refusal(error.code, error.message)
        answer["Retry-After"] = str(error.retry_after)
        return answer
    if request.method == "POST":
        try:
            clarification_answer(clarification=clarification, answer=_answer_read(request))
        except QuestionClosed as error:
            return _refusal(409, str(error))
        except AnswerRefused as error:
            return _refusal(400, str(error))
        clarification.refresh_from_db()
    issue = clarification.issue
    return JsonResponse(
        {
            "service_request_id": issue.number,
            "question": clarification.text,
            "options": _options(clarification),
            "until": clarification.expires_at,
            "is_open": _is_open(clarification),
            "answer": clarification.answer or None,
            "agency_responsible": agency_names([issue.pk]).get(issue.pk),
        }
    )


def _answer_read(request: HttpRequest) -> str:
    """The answer of a JSON body. Raises AnswerRefused for anything else."""
    try:
        body: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    answer = body.get("answer") if isinstance(body, dict) else None
    if not isinstance(answer, str):
        raise AnswerRefused(_('Send a JSON object such as {"answer": "unknown"}.'))
    return answer


def _refusal(code: int, message: str) -> HttpResponse:
    return problem_respond(code, message, errors=[{"code": code, "description": message}])
