"""What authorities said of a report, and what a clerk makes of it with one tap: its meaning, and who may read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from issues.enums import IssueStatus
from issues.models import Issue
from issues.rights import ANSWER, WORK, issues_reached
from issues.services import issue_step
from mapui.site.permissions import page_for
from mapui.site.types import PageRequest
from mapui.triage.case.acting import act_respond
from mapui.triage.case.selectors import NOTE_MAX
from routing.answering.replying import REPLY_MAX, question_reply
from routing.deciding.passing_on import refusal_follow
from routing.enums import AnswerSource, DeliveryState
from routing.models import DeliveryEvent
from routing.outbox.answers import (
    Said,
    delivery_accepted,
    delivery_done,
    delivery_in_progress,
    delivery_refused,
)

# What a clerk can say that an authority has said.
MEANINGS: Final[dict[str, Callable[..., bool]]] = {
    DeliveryState.ACCEPTED.value: delivery_accepted,
    DeliveryState.IN_PROGRESS.value: delivery_in_progress,
    DeliveryState.DONE.value: delivery_done,
    DeliveryState.REFUSED.value: delivery_refused,
}


class PassOnForm(forms.Form):
    """The words of an authority as everybody may read them."""

    note = forms.CharField(
        label=pgettext_lazy("answer", "Words that everybody may read"),
        max_length=NOTE_MAX,
        widget=forms.Textarea({"rows": 3}),
    )


class AnswerReplyForm(forms.Form):
    """Our answer to a question of an authority."""

    text = forms.CharField(
        label=pgettext_lazy("answer", "Your answer to the authority"),
        max_length=REPLY_MAX,
        widget=forms.Textarea({"rows": 3}),
    )


@page_for(WORK)
@require_POST
def answer_reply(request: PageRequest, number: str, pk: int) -> HttpResponse:
    """Answers a question of an authority; its clock goes on."""
    issue, event = _found(request, number, pk, WORK)
    form = AnswerReplyForm(request.POST)

    def act(person: User) -> str:
        question_reply(delivery=event.delivery, text=form.cleaned_data["text"], by=person)
        return pgettext("answer", "The authority gets your answer.")

    return act_respond(request, issue, form, act)


@page_for(WORK)
@require_POST
def answer_meaning(request: PageRequest, number: str, pk: int) -> HttpResponse:
    """A clerk has read the mail of an authority and says what it means (`state`)."""
    issue, event = _found(request, number, pk, WORK)
    state = request.POST.get("state", "")
    is_read = event.source == AnswerSource.MAIL and not event.detail.get("automatic")
    if state not in MEANINGS or not is_read:
        raise Http404

    def act(person: User) -> str:
        said = Said(source=AnswerSource.STAFF, by=person)
        words = event.detail.get("text", "")
        more = {"reason": words} if state == DeliveryState.REFUSED else {}
        if not MEANINGS[state](delivery=event.delivery, said=said, **more):
            return pgettext("answer", "That was known already.")
        if state == DeliveryState.REFUSED:
            refusal_follow(issue_id=issue.pk)
        told = pgettext("answer", "%(authority)s: %(state)s.")
        return told % {"authority": event.delivery.authority, "state": DeliveryState(state).label}

    return act_respond(request, issue, None, act)


@page_for(ANSWER)
@require_POST
def answer_pass_on(request: PageRequest, number: str, pk: int) -> HttpResponse:
    """The reporter and the public read the words that the clerk has looked through."""
    issue, _event = _found(request, number, pk, ANSWER)
    form = PassOnForm(request.POST)

    def act(person: User) -> str:
        issue_step(
            issue=issue,
            status=IssueStatus(issue.status),
            reason=issue.closing_reason,
            note=form.cleaned_data["note"],
            by=person,
        )
        return pgettext("answer", "The words are passed on.")

    return act_respond(request, issue, form, act)


def _found(request: PageRequest, number: str, pk: int, right: str) -> tuple[Issue, DeliveryEvent]:
    """The answer and its issue, if this person may do that with it. Raises Http404."""
    reached = issues_reached(request.user, right).select_related(
        "category", "jurisdiction", "closing_reason"
    )
    issue = get_object_or_404(reached, number=number)
    answers = DeliveryEvent.objects.filter(
        ~Q(source=AnswerSource.PROGRAM), delivery__decision__issue=issue
    )
    return issue, get_object_or_404(answers.select_related("delivery__authority"), pk=pk)
