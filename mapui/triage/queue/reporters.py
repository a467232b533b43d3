"""The queue of somebody's reports, looked for by a contact and for a reason. The address names no contact."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from issues.errors import ContactVague
from issues.rights import ANSWER
from issues.services.contacts import reporter_search
from mapui.site.permissions import page_for
from mapui.site.triage_filter import reports_sign
from mapui.site.types import PageRequest
from mapui.triage.queue.listing import Queue


class ReporterForm(forms.Form):
    """Whose reports, and why somebody wants to know."""

    text = forms.CharField(
        label=pgettext_lazy("reporter search", "Name, telephone or e-mail"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=pgettext_lazy("reporter search", "Why do you look for this person?"), max_length=200
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, auto_id="reporter_%s", label_suffix="", **options)


@page_for(ANSWER)
@require_POST
def reporter_reports(request: PageRequest) -> HttpResponse:
    """Leads to the queue of what was found, or back with what is wrong."""
    form, person = ReporterForm(request.POST), request.user
    given = QueryDict(urlencode({"jurisdiction": request.POST.get("jurisdiction", "")}))
    jurisdiction = Queue(given, person).jurisdiction
    if not form.is_valid() or jurisdiction is None or not isinstance(person, User):
        told = pgettext("reporter search", "Please write whom you look for, and why.")
        messages.error(request, told)
        return redirect("triage")
    try:
        found = reporter_search(jurisdiction=jurisdiction, by=person, **form.cleaned_data)
    except ContactVague as error:
        messages.error(request, error.message)
        return redirect("triage")
    if not found:
        told = pgettext("reporter search", "Nobody reported by this name, number or address.")
        messages.warning(request, told)
        return redirect("triage")
    told = ngettext(
        "One report was found; that you looked is logged.",
        "%(count)d reports were found; that you looked is logged.",
        len(found),
    )
    messages.success(request, told % {"count": len(found)})
    query = {"jurisdiction": jurisdiction.identifier, "reports": reports_sign(found)}
    return redirect(f"{reverse('triage')}?{urlencode(query)}")
