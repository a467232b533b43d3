"""The page on which a reporter answers what the house asked. Whoever has the link may answer, once; no login."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gis_core.net.clients import client_address
from issues.errors import InquiryClosed, IssuesError, RequestsTooMany
from issues.services.inquiries import (
    ANSWER_MAX,
    inquiry_answer,
    inquiry_by_token,
    inquiry_is_open,
)
from issues.services.limits import limit_check
from mapui.public.questions import LOOKS_PER_MINUTE


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=pgettext_lazy("inquiry", "Your answer"),
        max_length=ANSWER_MAX,
        widget=forms.Textarea({"rows": 6}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def inquiry_page(request: HttpRequest, token: str) -> HttpResponse:
    """The question with a field for the answer; after it, thanks. 410: it needs no answer any more."""
    try:
        limit_check(f"inquiry:{client_address(request)}", limit=LOOKS_PER_MINUTE)
    except RequestsTooMany as error:
        return HttpResponse(error.message, status=error.code, content_type="text/plain")
    inquiry = inquiry_by_token(token)
    if inquiry is None:
        raise Http404
    form = AnswerForm(request.POST or None, label_suffix="")
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                inquiry_answer(inquiry=inquiry, text=form.cleaned_data["answer"])
            except InquiryClosed:
                inquiry.refresh_from_db()
            except IssuesError as refused:
                form.add_error("answer", str(refused))
            else:
                return redirect("inquiry", token=token)
    is_open = inquiry_is_open(inquiry)
    context = {
        "page": "inquiry",
        "jurisdiction": inquiry.issue.jurisdiction,
        "issue": inquiry.issue,
        "inquiry": inquiry,
        "form": form,
        "is_open": is_open,
    }
    status = 410 if not is_open and not inquiry.answer else status
    return render(request, "mapui/public/inquiry.html", context, status=status)
