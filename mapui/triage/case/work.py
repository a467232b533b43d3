"""What a clerk does with one report beside deciding. Each is a POST; a GET changes nothing."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from issues.enums import EventKind, IssueStatus, StepState
from issues.errors import IssuesError
from issues.models import Attachment, ChecklistItem, ClosingReason, Issue, Reporter, Step
from issues.redaction import masked
from issues.rights import ANSWER, SEE, WORK, issues_reached, people_with
from issues.services import issue_event_append
from issues.services.duplicates import issue_unmerge
from issues.services.inquiries import inquiry_ask, inquiry_take_back
from issues.services.photos.work import work_photo_add
from issues.services.replies.queue import reply_language, reply_proposed
from issues.services.retention.holds import hold_end, hold_set
from issues.services.splitting import issue_split as split
from issues.services.statutory import period_begin, period_take_back
from issues.services.work import checklist_tick, file_attach, note_write
from mapui.site.permissions import page_for, see_permission
from mapui.site.types import PageRequest
from mapui.triage.case import work_forms as forms
from mapui.triage.case.acting import act_respond
from mapui.triage.case.views import (
    changed_respond,
    person_of,
    stays_respond,
    taken_back_respond,
)
from routing.errors import RoutingError
from routing.steps.taking import step_take
from routing.steps.undoing import step_undo
from routing.steps.verbs import verb_find

work_permission = page_for(WORK)
answer_permission = page_for(ANSWER)
STEP_FORMS: Final[dict[str, type[forms.StepForm]]] = {
    "move": forms.StateForm,
    "assign": forms.AssignForm,
    "priority": forms.PriorityForm,
    "follow_up": forms.FollowUpForm,
    "merge": forms.MergeForm,
}
# After these there is nothing more to do with the report for now.
GOES_ON: Final = frozenset({"move", "assign", "merge"})


def _issue(request: PageRequest, number: str, right: str = WORK) -> Issue:
    """The issue, if this person may do that with it. Raises Http404."""
    found = issues_reached(request.user, right).select_related(
        "category", "jurisdiction", "closing_reason"
    )
    return get_object_or_404(found, number=number)


# --- Steps that can be taken back -------------------------------------------------------------------
@work_permission
@require_POST
def issue_step(request: PageRequest, number: str, verb: str) -> HttpResponse:
    """State, person, priority, follow-up, or putting it to another report."""
    issue = _issue(request, number)
    if verb not in STEP_FORMS:
        raise Http404
    form = STEP_FORMS[verb](request.POST, jurisdiction=issue.jurisdiction, issue=issue)

    def act(person: User) -> str:
        step_take(verb=verb, issue=issue, data=form.step_data(), by=person)
        return _done(verb, issue)

    respond = changed_respond if verb in GOES_ON else stays_respond
    return act_respond(request, issue, form, act, respond=respond)


@work_permission
@require_POST
def issue_take(request: PageRequest, number: str) -> HttpResponse:
    """Whoever clicks works on it from now on."""
    issue = _issue(request, number)

    def act(person: User) -> str:
        step_take(verb="assign", issue=issue, data={"assignee": person.pk}, by=person)
        return pgettext("work", "You work on it now.")

    wanted = pgettext("conflict", "You wanted to take it.")
    return act_respond(request, issue, None, act, aspect="assign", wanted=wanted)


def _done(verb: str, issue: Issue) -> str:
    issue.refresh_from_db(fields=["status", "duplicate_of", "assignee", "department"])
    match verb:
        case "move":
            state = issue.get_status_display()
            return pgettext("work", "now: %(state)s.") % {"state": state}
        case "merge":
            return pgettext("work", "put to %(main)s.") % {"main": issue.duplicate_of}
        case "assign":
            names = [str(one) for one in (issue.assignee, issue.department) if one]
            told = ", ".join(names) or pgettext("work", "nobody")
            return pgettext("work", "works on it now: %(name)s.") % {"name": told}
        case _:
            return pgettext("work", "changed.")


@see_permission
@require_POST
def step_take_back(request: PageRequest, public_id: Any) -> HttpResponse:
    """Takes the own step back, also one on many reports; then the first of them is shown."""
    step = get_object_or_404(Step, public_id=public_id, by=request.user.pk)
    first = step.issues.select_related("issue").first()
    number = first.issue.number if first else ""
    person = person_of(request)
    try:
        if person is not None:
            step_undo(step=step, by=person)
            step.refresh_from_db()
            stays = step.issues.filter(state=StepState.DONE).exclude(told="").first()
            if stays:
                messages.error(request, stays.told)
            elif step.finished_at is None:
                messages.success(request, pgettext("work", "The step is being taken back."))
            else:
                told = pgettext("work", "Taken back: %(step)s (%(number)s).")
                named = {"step": verb_find(step.verb).name, "number": number}
                messages.success(request, told % named)
    except (IssuesError, RoutingError) as error:
        messages.error(request, str(error))
    if request.POST.get("back") == "step":
        return redirect("step_shown", public_id=public_id)
    return taken_back_respond(request, number) if number else redirect("triage")


@work_permission
@require_POST
def issue_take_out(request: PageRequest, number: str) -> HttpResponse:
    """Takes a report out of the one that it was put to."""
    issue = _issue(request, number)

    def act(person: User) -> str:
        issue_unmerge(issue=issue, by=person)
        return pgettext("work", "%(number)s stands alone again.") % {"number": number}

    return act_respond(request, issue, None, act)


@work_permission
@require_POST
def issue_split(request: PageRequest, number: str) -> HttpResponse:
    """A part becomes a report of its own."""
    issue = _issue(request, number)
    form = forms.SplitForm(request.POST, jurisdiction=issue.jurisdiction, issue=issue)

    def act(person: User) -> str:
        part = split(issue=issue, **form.cleaned_data, location=None, by=person)
        return pgettext("work", "The part is now %(number)s.") % {"number": part.number}

    return act_respond(request, issue, form, act)


# --- The reporter -----------------------------------------------------------------------------------
@answer_permission
@require_safe
@never_cache
def reply_preview(request: PageRequest, number: str) -> HttpResponse:
    """What the reporter would read at a state (`status`, `reason` and `note` as in the form)."""
    issue = _issue(request, number, ANSWER)
    status = request.GET.get("status", "")
    reporter = Reporter.objects.filter(issue=issue).exclude(email="").first()
    text = error = ""
    if status in IssueStatus and reporter is not None:
        code = request.GET.get("reason", "")
        reasons = ClosingReason.objects.filter(jurisdiction=issue.jurisdiction, status=status)
        reason = reasons.filter(code=code).first()
        told = [reason.name if reason else "", masked(request.GET.get("note", "")[:500])]
        language = reply_language(reporter)
        try:
            text = reply_proposed(
                issue,
                IssueStatus(status),
                language=language,
                reason=" ".join(filter(None, told)),
            )
        except IssuesError as wrong:
            error = str(wrong)
    context = {"text": text, "error": error, "has_reporter": reporter is not None}
    return render(request, "mapui/triage/case/_reply_preview.html", context)


@answer_permission
@require_POST
def issue_ask(request: PageRequest, number: str) -> HttpResponse:
    """A question to the reporter; the answer comes back as news."""
    issue = _issue(request, number, ANSWER)
    form = forms.AskForm(request.POST, jurisdiction=issue.jurisdiction, issue=issue)

    def act(person: User) -> str:
        inquiry_ask(issue=issue, text=form.cleaned_data["text"], by=person)
        return pgettext("work", "The reporter is asked.")

    return act_respond(request, issue, form, act, respond=changed_respond)


@answer_permission
@require_POST
def issue_ask_end(request: PageRequest, number: str) -> HttpResponse:
    """The open question needs no answer any more."""
    issue = _issue(request, number, ANSWER)

    def act(person: User) -> str:
        inquiry_take_back(issue=issue, by=person)
        return pgettext("work", "The question is closed.")

    return act_respond(request, issue, None, act)


@answer_permission
@require_POST
@never_cache
def issue_contact(request: PageRequest, number: str) -> HttpResponse:
    """Who reported, for a reason; that somebody looked is logged."""
    issue = _issue(request, number, ANSWER)
    form = forms.ContactForm(request.POST, jurisdiction=issue.jurisdiction, issue=issue)
    reporter = None
    if form.is_valid():
        detail = {"reason": form.cleaned_data["reason"]}
        kind, person = EventKind.CONTACT_SEEN, person_of(request)
        issue_event_append(issue=issue, kind=kind, by=person, detail=detail)
        reporter = Reporter.objects.filter(issue=issue).first()
    context = {"issue": issue, "reporter": reporter, "contact_form": form, "is_asked": True}
    template = "_contact.html" if request.htmx else "contact.html"
    return render(request, f"mapui/triage/case/{template}", context)


@work_permission
@require_POST
def issue_hold(request: PageRequest, number: str) -> HttpResponse:
    """Nothing of the report is erased until a day."""
    issue = _issue(request, number)
    form = forms.HoldForm(request.POST, jurisdiction=issue.jurisdiction, issue=issue)

    def act(person: User) -> str:
        until, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
        hold_set(issue=issue, until=until, reason=reason, by=person)
        return pgettext("hold", "Nothing of the report is erased until then.")

    return act_respond(request, issue, form, act)


@work_permission
@require_POST
def issue_hold_end(request: PageRequest, number: str) -> HttpResponse:
    """What is due may be erased again."""
    issue = _issue(request, number)

    def act(person: User) -> str:
        hold_end(issue=issue, by=person)
        return pgettext("hold", "What is due is erased in the coming night.")

    return act_respond(request, issue, None, act)


@work_permission
@require_POST
def issue_period(request: PageRequest, number: str) -> HttpResponse:
    """A notice was put up on a day (`placed_on`): the period of the law begins."""
    issue = _issue(request, number)
    form = forms.PeriodForm(request.POST, jurisdiction=issue.jurisdiction, issue=issue)

    def act(person: User) -> str:
        period = period_begin(issue=issue, placed_on=form.cleaned_data["placed_on"], by=person)
        told = pgettext("statutory", "The period runs until %(day)s.")
        return told % {"day": date_format(period.ends_on, "SHORT_DATE_FORMAT")}

    return act_respond(request, issue, form, act)


@work_permission
@require_POST
def issue_period_end(request: PageRequest, number: str) -> HttpResponse:
    """The notice does not count."""
    issue = _issue(request, number)

    def act(person: User) -> str:
        period_take_back(issue=issue, by=person)
        return pgettext("statutory", "The period is taken back.")

    return act_respond(request, issue, None, act)


# --- Inside the house -------------------------------------------------------------------------------
@work_permission
@require_POST
def issue_note(request: PageRequest, number: str) -> HttpResponse:
    issue = _issue(request, number)
    form = forms.NoteForm(request.POST, jurisdiction=issue.jurisdiction, issue=issue)

    def act(person: User) -> str:
        text, people = form.cleaned_data["text"], list(people_with(WORK))
        note_write(issue=issue, text=text, by=person, people=people)
        return pgettext("work", "The note is stored.")

    return act_respond(request, issue, form, act)


@work_permission
@require_POST
def issue_tick(request: PageRequest, number: str, item: int) -> HttpResponse:
    """`done`: 1 or 0."""
    issue = _issue(request, number)
    row = get_object_or_404(ChecklistItem, pk=item, category=issue.category)

    def act(person: User) -> str:
        checklist_tick(issue=issue, item=row, is_done=request.POST.get("done") == "1", by=person)
        return pgettext("work", "The checklist is changed.")

    return act_respond(request, issue, None, act)


@work_permission
@require_POST
def issue_attach(request: PageRequest, number: str) -> HttpResponse:
    issue = _issue(request, number)
    form = forms.FileForm(request.POST, jurisdiction=issue.jurisdiction, issue=issue)
    form.files = request.FILES

    def act(person: User) -> str:
        file = form.cleaned_data["file"]
        if form.cleaned_data["is_of_work"]:
            work_photo_add(issue=issue, content=file.read(), by=person)
            return pgettext("work", "The photo is stored. Release it, and everybody sees it.")
        file_attach(issue=issue, name=file.name, content=file.read(), by=person)
        return pgettext("work", "The file is stored.")

    return act_respond(request, issue, form, act)


@see_permission
@require_safe
@never_cache
def attachment_download(request: PageRequest, number: str, public_id: Any) -> HttpResponse:
    """A file of a report, always to be saved: nothing that somebody attached runs in our origin."""
    issue = _issue(request, number, SEE)
    attachment = get_object_or_404(Attachment, public_id=public_id, issue=issue)
    return FileResponse(  # type: ignore[return-value]
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.media_type,
    )
