"""Imprint, privacy notice and accessibility statement of a city, the last with a form for what is not accessible."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from markdown_it import MarkdownIt

from gis_core.net.clients import client_address
from issues.enums import LegalKind
from issues.errors import RequestsTooMany
from issues.models import LegalPage
from issues.services.legal import FEEDBACK_MAX, feedback_send
from issues.services.limits import limit_check
from mapui.site.cities import city_shown
from mapui.site.fields import MailField

logger = logging.getLogger(__name__)

FEEDBACK_PER_HOUR: Final = 5
HOUR_S: Final = 3600
# No HTML and no pictures: a city's text brings nothing from elsewhere.
MARKDOWN: Final = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")


class FeedbackForm(forms.Form):
    """What somebody could not use, and where to answer."""

    text = forms.CharField(
        label=pgettext_lazy("legal", "What is not accessible?"),
        max_length=FEEDBACK_MAX,
        widget=forms.Textarea({"rows": 5}),
    )
    mail = MailField(
        label=pgettext_lazy("legal", "Your e-mail address, if you want an answer"),
        required=False,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def legal_page(request: HttpRequest, kind: str) -> HttpResponse:
    """One of `LegalKind`. POST sends what is not accessible to the city."""
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    if kind not in LegalKind.values or jurisdiction is None:
        raise Http404
    page = get_object_or_404(
        LegalPage.objects.select_related("jurisdiction"), jurisdiction=jurisdiction, kind=kind
    )
    takes_feedback = kind == LegalKind.ACCESSIBILITY and bool(page.feedback_to)
    form = FeedbackForm(request.POST or None, label_suffix="")
    status = 200
    if request.method == "POST":
        if not takes_feedback:
            raise Http404
        status = _feedback(request, page, form)
        if status == 200:
            told = pgettext("legal", "Thank you. Your message is with the city.")
            messages.success(request, told)
            return redirect(request.get_full_path())
    context: dict[str, Any] = {
        "page": "legal",
        "jurisdiction": jurisdiction,
        "legal": page,
        # Rendered without HTML of its own.
        "text": mark_safe(MARKDOWN.render(page.text)),  # noqa: S308
        "form": form if takes_feedback else None,
    }
    return render(request, "mapui/public/legal.html", context, status=status)


def _feedback(request: HttpRequest, page: LegalPage, form: FeedbackForm) -> int:
    """The status of the answer; what is wrong stands in the form, and the text is kept there."""
    if not form.is_valid():
        return 400
    try:
        limit_check(f"feedback:{client_address(request)}", limit=FEEDBACK_PER_HOUR, window_s=HOUR_S)
        feedback_send(page=page, text=form.cleaned_data["text"], mail=form.cleaned_data["mail"])
    except RequestsTooMany as error:
        form.add_error(None, error.message)
        return error.code
    except (SMTPException, OSError) as error:
        logger.warning("feedback on accessibility could not be sent: %s", error)
        told = pgettext("legal", "Your message could not be sent. Please write to %(mail)s.")
        form.add_error(None, told % {"mail": page.feedback_to})
        return 503
    return 200
