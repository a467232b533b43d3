"""What whoever reported can do on the private page, each by a POST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext, pgettext_lazy

from issues.errors import EmailInvalid, PhotoRefused, TextNotClean, TextTooLong
from issues.models import Issue
from issues.services.reporting import own
from issues.services.retention.asking import data_erase
from mapui.site.types import PageRequest

FILES_MAX: Final = 5


@dataclass(frozen=True)
class OwnStep:
    """`take` does it or raises an `IssuesError`; `told` says that it is done."""

    take: Callable[[Issue, PageRequest], object]
    told: str | Promise


def _photos_add(issue: Issue, request: PageRequest) -> None:
    """Takes those that can be taken; raises `PhotoRefused` with why of the others."""
    files = request.FILES.getlist("photos")[:FILES_MAX]
    refused = [] if files else [pgettext("report", "Please choose a photo.")]
    for file in files:
        try:
            own.photo_add(issue=issue, content=file.read(settings.PHOTO_MAX_BYTES + 1))
        except PhotoRefused as error:
            refused.append(error.message)
    if refused:
        raise PhotoRefused(" ".join(dict.fromkeys(refused)), field="photos")


def _words(request: PageRequest) -> str:
    return request.POST.get("words", "")


def _rate(issue: Issue, request: PageRequest) -> None:
    stars = request.POST.get("stars", "")
    own.report_rate(
        issue=issue,
        stars=int(stars) if stars in {"1", "2", "3", "4", "5"} else 0,
        words=_words(request),
    )


def _mail(issue: Issue, request: PageRequest) -> None:
    try:
        own.mail_add(
            issue=issue, email=request.POST.get("email", ""), language=get_language() or ""
        )
    except (EmailInvalid, TextNotClean, TextTooLong) as error:
        raise EmailInvalid(pgettext("report", "This is no e-mail address.")) from error


def _call(issue: Issue, request: PageRequest) -> None:
    own.call_allow(
        issue=issue, name=request.POST.get("name", ""), phone=request.POST.get("phone", "")
    )


STEPS: Final = {
    "photos": OwnStep(
        _photos_add, pgettext_lazy("report", "Thank you, the photo is with your report.")
    ),
    "done": OwnStep(
        lambda issue, request: own.report_done(issue=issue, words=_words(request)),
        pgettext_lazy("own report", "Thank you, we look and close the report."),
    ),
    "reopen": OwnStep(
        lambda issue, request: own.report_reopen(issue=issue, words=_words(request)),
        pgettext_lazy("own report", "Thank you, we look at it again."),
    ),
    "rate": OwnStep(_rate, pgettext_lazy("own report", "Thank you for your rating.")),
    "withdraw": OwnStep(
        lambda issue, _request: own.report_withdraw(issue),
        pgettext_lazy("own report", "Your report is withdrawn."),
    ),
    "resume": OwnStep(
        lambda issue, _request: own.report_resume(issue),
        pgettext_lazy("own report", "Your report counts again."),
    ),
    "mail": OwnStep(_mail, pgettext_lazy("own report", "Thank you, you hear from us by e-mail.")),
    "call": OwnStep(_call, pgettext_lazy("own report", "The authority may phone you.")),
    "no-call": OwnStep(
        lambda issue, _request: own.call_refuse(issue),
        pgettext_lazy(
            "own report",
            "Nobody may phone you any more. Whoever got your number is asked to erase it.",
        ),
    ),
    "erase": OwnStep(
        lambda issue, request: data_erase(issue=issue, released_photos="released" in request.POST),
        pgettext_lazy("own report", "Your data is erased."),
    ),
}
# What is asked in words before: it is not undone by one click.
ASKED: Final = ("withdraw", "erase")
