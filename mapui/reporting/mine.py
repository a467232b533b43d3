"""One's own reports by a mailed link, or of the account that is signed in."""

from __future__ import annotations

from typing import Final

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.models import Jurisdiction
from gis_core.net.clients import client_address
from issues.errors import RequestsTooMany
from issues.models import Citizen, Issue, LinkRequest
from issues.services.limits import limit_check
from issues.services.reporting.links import report_path
from issues.services.reporting.mine import (
    link_order,
    order_by_token,
    reports_of,
    reports_of_citizen,
)
from mapui.site.citizens import citizen_of
from mapui.site.fields import MailField
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.types import PageRequest

ORDERS: Final = 10
ORDERS_WINDOW_S: Final = 600
LOOKS_PER_MINUTE: Final = 60
SHOWN_MAX: Final = 200


class AddressForm(forms.Form):
    email = MailField(
        label=pgettext_lazy("own reports", "Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def own_reports_order(request: PageRequest) -> HttpResponse:
    """A field for a mail address; for whoever is signed in the reports of the account.

    The answer is the same whoever has reported, and however often it is sent.
    """
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    citizen = citizen_of(request, jurisdiction)
    if citizen is not None:
        return _list(request, citizen.jurisdiction, reports_of_citizen(citizen), citizen=citizen)
    form = AddressForm(request.POST or None, label_suffix="")
    context = {"page": "own_reports", "jurisdiction": jurisdiction, "form": form}
    if request.method != "POST" or not form.is_valid() or jurisdiction is None:
        status = 422 if form.errors else 200
        return render(request, "mapui/reporting/mine_order.html", context, status=status)
    try:
        scope = f"mine:{client_address(request)}"
        limit_check(scope, limit=ORDERS, window_s=ORDERS_WINDOW_S)
    except RequestsTooMany as error:
        form.add_error(None, error.message)
        return render(request, "mapui/reporting/mine_order.html", context, status=error.code)
    link_order(
        jurisdiction=jurisdiction,
        email=form.cleaned_data["email"],
        language=get_language() or "",
    )
    return redirect("own_reports_ordered")


@require_safe
def own_reports_ordered(request: PageRequest) -> HttpResponse:
    """Says that a mail comes if there are reports, to nobody in particular."""
    return render(request, "mapui/reporting/mine_ordered.html", {"page": "own_reports"})


@require_safe
@never_cache
def own_reports(request: PageRequest, token: str) -> HttpResponse:
    """All reports of the address. 410 for a link that is forged or over, with the way to a new one."""
    try:
        limit_check(f"own:{client_address(request)}", limit=LOOKS_PER_MINUTE)
    except RequestsTooMany as error:
        return HttpResponse(error.message, status=error.code, content_type="text/plain")
    order = order_by_token(token)
    if order is None:
        return _list(request, None, Issue.objects.none(), status=410)
    return _list(request, order.jurisdiction, reports_of(order), order=order)


def _list(
    request: PageRequest,
    jurisdiction: Jurisdiction | None,
    issues: QuerySet[Issue],
    *,
    status: int = 200,
    **whose: LinkRequest | Citizen,
) -> HttpResponse:
    context = {
        "page": "own_reports",
        "jurisdiction": jurisdiction,
        "reports": [(one, report_path(one)) for one in issues[:SHOWN_MAX]],
        **whose,
    }
    response = render(request, "mapui/reporting/mine.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response
