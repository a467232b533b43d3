"""Mails that were set aside: why, and what a person makes of them."""

from __future__ import annotations

import logging
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gis_core.models import Jurisdiction
from issues.enums import MailState
from issues.errors import IssuesError
from issues.models import InboxMail
from issues.services.mailbox.aside import mail_dismiss, mail_take_in
from mapui.site.types import PageRequest
from mapui.triage.case.views import person_of
from mapui.triage.intake.views import intake_permission, jurisdiction_worked

logger = logging.getLogger(__name__)
PAGE_SIZE: Final = 50


@intake_permission
@require_safe
@never_cache
def intake_mails(request: PageRequest) -> HttpResponse:
    """The mails that wait for a person, the latest first."""
    jurisdiction = jurisdiction_worked(request)
    mails = InboxMail.objects.filter(jurisdiction=jurisdiction, state=MailState.ASIDE)
    context = {
        "page": "intake",
        "jurisdiction": jurisdiction,
        "here": _here(jurisdiction),
        "found": Paginator(mails, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "mapui/triage/intake/mails.html", context)


@intake_permission
@require_POST
def intake_mail_take(request: PageRequest, pk: int) -> HttpResponse:
    """Makes a report of the mail."""
    jurisdiction = jurisdiction_worked(request)
    mail = get_object_or_404(InboxMail, pk=pk, jurisdiction=jurisdiction)
    person = person_of(request)
    try:
        if person is not None:
            issue = mail_take_in(mail=mail, by=person)
            told = pgettext("intake", "The mail is report %(number)s now.")
            messages.success(request, told % {"number": issue.number})
    except IssuesError as error:
        messages.error(request, error.message)
    except Exception:  # a mail made to hurt may raise anything when it is read
        logger.exception("mail %s cannot be taken in", pk)
        messages.error(request, pgettext("intake", "The mail cannot be read."))
    return _back(jurisdiction)


@intake_permission
@require_POST
def intake_mail_dismiss(request: PageRequest, pk: int) -> HttpResponse:
    """Takes the mail off the list."""
    jurisdiction = jurisdiction_worked(request)
    mail = get_object_or_404(InboxMail, pk=pk, jurisdiction=jurisdiction)
    person = person_of(request)
    try:
        if person is not None:
            mail_dismiss(mail=mail, by=person)
            messages.success(request, pgettext("intake", "The mail is off the list."))
    except IssuesError as error:
        messages.error(request, error.message)
    return _back(jurisdiction)


def _here(jurisdiction: Jurisdiction) -> str:
    return urlencode({"jurisdiction": jurisdiction.identifier})


def _back(jurisdiction: Jurisdiction) -> HttpResponse:
    return redirect(f"{reverse('intake_mails')}?{_here(jurisdiction)}")
