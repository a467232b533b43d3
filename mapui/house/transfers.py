"""The register of transfers (Art. 30 GDPR): a page, and a file for whoever has to show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, cast

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.models import Jurisdiction
from issues.models import RetentionPeriod
from issues.rights import MANAGE_HOUSE
from mapui.house.parts import PARTS
from mapui.house.views import PAGE_SIZE, house_jurisdiction
from mapui.site.permissions import page_for
from mapui.site.tables import csv_respond
from routing.outbox.transfers import Transfer, Transfers

MONTH: Final = timedelta(days=30)
# A year of a large city; who needs more takes it in parts.
ROWS_MAX: Final = 50_000
_DAY: Final[dict[str, Any]] = {
    "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    "required": False,
}


class SpanForm(forms.Form):
    """From one day to another, both included; without them the last thirty days."""

    first = forms.DateField(label=pgettext_lazy("transfer", "from"), **_DAY)
    last = forms.DateField(label=pgettext_lazy("transfer", "until"), **_DAY)

    def span(self) -> tuple[date, date]:
        self.is_valid()
        data = self.cleaned_data
        last = data.get("last") or timezone.localdate()
        return data.get("first") or last - MONTH, last


@page_for(MANAGE_HOUSE)
@require_safe
@never_cache
def house_transfers(request: HttpRequest) -> HttpResponse:
    """What left to whom, the latest first, and how long what left is kept here."""
    jurisdiction, form, transfers = _asked(request)
    paginator: Paginator[Transfer] = Paginator(cast("Sequence[Transfer]", transfers), PAGE_SIZE)
    first, last = form.span()
    here = {"jurisdiction": jurisdiction.identifier}
    context = {
        "page": "house",
        "parts": PARTS,
        "tab": "transfers",
        "jurisdiction": jurisdiction,
        "here": urlencode(here),
        "span": urlencode({**here, "first": first.isoformat(), "last": last.isoformat()}),
        "form": SpanForm(initial={"first": first, "last": last}, label_suffix=""),
        "found": paginator.get_page(request.GET.get("page")),
        "periods": RetentionPeriod.objects.filter(jurisdiction=jurisdiction),
    }
    return render(request, "mapui/house/transfers.html", context)


@page_for(MANAGE_HOUSE)
@require_safe
@never_cache
def house_transfers_file(request: HttpRequest) -> HttpResponse:
    """The same as CSV. 413 for more than `ROWS_MAX` rows."""
    _jurisdiction, form, transfers = _asked(request)
    if len(transfers) > ROWS_MAX:
        told = pgettext("transfer", "These are more than %(most)d rows. Please choose fewer days.")
        return HttpResponse(told % {"most": ROWS_MAX}, status=413, content_type="text/plain")
    first, last = form.span()
    name = pgettext("transfer", "transfers")
    return csv_respond(f"{name}-{first}-{last}.csv", _head(), map(_row, transfers))


def _asked(request: HttpRequest) -> tuple[Jurisdiction, SpanForm, Transfers]:
    jurisdiction, form = house_jurisdiction(request), SpanForm(request.GET)
    return jurisdiction, form, Transfers(jurisdiction, *form.span())


def _head() -> list[str]:
    return [
        pgettext("transfer", "When"),
        pgettext("transfer", "Report"),
        pgettext("transfer", "Recipient"),
        pgettext("transfer", "Channel"),
        pgettext("transfer", "What"),
        pgettext("transfer", "Parts"),
        pgettext("transfer", "Ground"),
        pgettext("transfer", "Law of the task"),
        pgettext("transfer", "Remark"),
    ]


def _row(one: Transfer) -> list[str]:
    return [
        timezone.localtime(one.at).strftime("%Y-%m-%d %H:%M"),
        one.number,
        one.recipient,
        one.channel,
        str(one.kind.label),
        pgettext("transfer", "not noted") if one.parts is None else ", ".join(one.parts),
        str(one.ground.label),
        one.law,
        remark_of(one),
    ]


def remark_of(one: Transfer) -> str:
    if one.is_unsure:
        return pgettext("transfer", "may have arrived")
    return pgettext("transfer", "could not be sent") if one.is_lost else ""
