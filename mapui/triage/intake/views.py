"""Entering a report: one page, looked at before it is stored."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gis_core.models import Jurisdiction
from issues.enums import Channel, MailState
from issues.errors import IssuesError, SenderKeyReused
from issues.models import InboxMail, Issue
from issues.rights import SEE, WORK, issues_reached, reach_of
from issues.services import issue_receive
from issues.services.duplicates import issue_merge
from issues.types import LocationInput
from mapui.site.cards.decisions import decision_in_force
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import page_for
from mapui.site.types import PageRequest
from mapui.triage.case.views import person_of
from mapui.triage.intake.forms import SOURCES, IntakeForm
from mapui.triage.intake.looking import Look, intake_look
from mapui.triage.intake.places import place_texts
from routing.enums import Outcome

intake_permission = page_for(WORK)
TEXT_MAX = 100


@intake_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def intake_page(request: PageRequest) -> HttpResponse:
    """The form; a POST stores the report once everything that is to be seen was seen."""
    jurisdiction = jurisdiction_worked(request)
    if request.method != "POST":
        first = {name: request.GET.get(name, "")[:300] for name in ("place", "source")}
        known = {name: value for name, value in first.items() if value}
        form = IntakeForm(None, jurisdiction=jurisdiction, initial=known)
        return _respond(request, form, Look(), stored=_stored(request))
    form = IntakeForm(request.POST, jurisdiction=jurisdiction)
    look = intake_look(form, request.user, request.POST)
    is_seen = set(look.marks) <= set(request.POST.getlist("seen")) or _is_stored(form)
    if form.is_valid() and is_seen:
        try:
            issue = _store(request, form, look)
        except IssuesError as error:
            _errors_put(form, look, error)
        else:
            query = {
                "stored": issue.number,
                "source": form.cleaned_data["source"],
                "jurisdiction": jurisdiction.identifier,
            }
            return redirect(f"{reverse('intake')}?{urlencode(query)}")
    return _respond(request, form, look, is_to_be_seen=form.is_valid() and not is_seen)


@intake_permission
@require_POST
@never_cache
def intake_looked(request: PageRequest) -> HttpResponse:
    """What is known of the report by now, for the page that is being filled in; stores nothing."""
    form = IntakeForm(request.POST, jurisdiction=jurisdiction_worked(request))
    look = intake_look(form, request.user, request.POST)
    context = {"look": look, "form": form, "is_typing": True}
    return render(request, "mapui/triage/intake/_looked.html", context)


@intake_permission
@require_safe
@never_cache
def intake_places(request: PageRequest) -> HttpResponse:
    """`?place=`: what the field offers."""
    text = " ".join(request.GET.get("place", "").split())
    found: list[str] = []
    if 2 <= len(text) <= TEXT_MAX:
        found = place_texts(jurisdiction_worked(request), text)
    return render(request, "mapui/triage/intake/_places.html", {"places": found})


def jurisdiction_worked(request: PageRequest) -> Jurisdiction:
    """The jurisdiction that the address names, else any in which this person works. Raises PermissionDenied.

    Whoever works on some categories may enter all: a call is about whatever it is about.
    """
    reach = reach_of(request.user, WORK)
    asked = request.GET.get("jurisdiction", "")
    shown = jurisdiction_shown(asked)
    others = () if asked else Jurisdiction.objects.order_by("pk")
    for one in (shown, *others):
        if one is not None and (
            reach.is_everywhere or any(ground.jurisdiction == one.pk for ground in reach.grounds)
        ):
            return one
    raise PermissionDenied


def _is_stored(form: IntakeForm) -> bool:
    """Whether this very report was stored before: then it is what lies nearby, and need not be looked at."""
    entry = form.cleaned_data.get("entry")
    stored = Issue.objects.filter(api_key=None, channel__in=SOURCES)
    return entry is not None and stored.filter(sender_key=entry.hex).exists()


def _errors_put(form: IntakeForm, look: Look, error: IssuesError) -> None:
    """What is wrong, beside the question that it is about, else above the form."""
    for one in error.errors:
        code = one.field.removeprefix("attribute[").removesuffix("]")
        if look.questions is not None and code in look.questions.fields:
            message = pgettext("intake", "Please answer or put right.")
            look.questions.add_error(code, message)
        elif isinstance(one, SenderKeyReused):
            message = pgettext(
                "intake", "This report is stored already. Begin a new one for something else."
            )
            form.add_error(None, message)
        else:
            form.add_error(None, one.message)


def _store(request: PageRequest, form: IntakeForm, look: Look) -> Issue:
    """Stores the report, and puts it to the one that was chosen among those nearby."""
    data, person = form.cleaned_data, person_of(request)
    given = look.place.given if look.place else LocationInput(address_string=data["place"])
    main = next((one.issue for one in look.near if one.issue.number == data["join"]), None)
    with transaction.atomic():
        received = issue_receive(
            jurisdiction=form.jurisdiction,
            category=data["category"],
            channel=Channel(data["source"]),
            location=given,
            description=data["text"],
            answers=look.questions.answers() if look.questions else {},
            reporter=form.reporter(),
            sender_key=data["entry"].hex,
            by=person,
        )
        if main is not None and received.is_new:
            issue_merge(issue=received.issue, into=main, by=person)
    return received.issue


def _stored(request: PageRequest) -> dict[str, Any] | None:
    """What became of the report that was stored just now."""
    number = request.GET.get("stored", "")
    found = issues_reached(request.user, SEE).select_related("duplicate_of")
    issue = found.filter(number=number).first() if number else None
    if issue is None:
        return {"number": number} if number.isascii() and 0 < len(number) <= 30 else None
    decision = decision_in_force(issue)
    is_clear = decision is not None and decision.outcome == Outcome.ASSIGNED
    authority = decision.authority if decision and is_clear else None
    return {"number": number, "issue": issue, "authority": authority}


def _respond(request: PageRequest, form: IntakeForm, look: Look, **more: Any) -> HttpResponse:
    aside = InboxMail.objects.filter(jurisdiction=form.jurisdiction, state=MailState.ASIDE)
    context = {
        "page": "intake",
        "jurisdiction": form.jurisdiction,
        "here": urlencode({"jurisdiction": form.jurisdiction.identifier}),
        "form": form,
        "look": look,
        "mails_aside": aside.count(),
        **more,
    }
    is_wrong = bool(form.errors or (look.questions and look.questions.errors))
    return render(
        request, "mapui/triage/intake/entry.html", context, status=422 if is_wrong else 200
    )
