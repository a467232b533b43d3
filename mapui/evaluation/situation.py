"""Lage: how a city's reports stand, in eight figures, plots and tables, beside the year before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.models import Jurisdiction
from issues.rights import SEE
from mapui.evaluation.months import Month, month_of, months_before
from mapui.evaluation.situation_shown import Period, situation_shown
from mapui.site.issues import authorities_in_use, categories_shown
from mapui.site.permissions import jurisdiction_for, page_for
from mapui.site.types import PageRequest
from routing.figures import Scope

PERIODS = [
    ("12", pgettext_lazy("figures", "twelve months")),
    ("3", pgettext_lazy("figures", "three months")),
    ("1", pgettext_lazy("figures", "this month")),
]


class SituationForm(forms.Form):
    """Period in whole months up to now, category and authority."""

    period = forms.ChoiceField(
        label=pgettext_lazy("figures", "Period"), choices=PERIODS, required=False
    )
    category = forms.ChoiceField(label=pgettext_lazy("figures", "Category"), required=False)
    authority = forms.ChoiceField(label=pgettext_lazy("figures", "Authority"), required=False)

    def __init__(self, data: Any, *, jurisdiction: Jurisdiction) -> None:
        super().__init__(data, label_suffix="")
        everything = ("", pgettext_lazy("figures", "all"))
        categories = categories_shown(jurisdiction, public_only=False)
        named: dict[str, list[tuple[str, str]]] = {
            "category": [(one.code, one.name) for one in categories],
            "authority": [(one.code, one.name) for one in authorities_in_use(jurisdiction)],
        }
        for name, choices in named.items():
            self.fields[name].choices = [everything, *choices]  # type: ignore[attr-defined]

    def chosen(self, name: str) -> str:
        """What is chosen; "" for everything, and for what does not exist."""
        return str(self.cleaned_data.get(name) or "")


@page_for(SEE)
@require_safe
@never_cache
def situation_page(request: PageRequest) -> HttpResponse:
    """Of a whole city; whoever sees a department's reports alone hears 403."""
    jurisdiction = jurisdiction_for(request, SEE)
    context: dict[str, Any] = {
        "page": "evaluation",
        "tab": "situation",
        "jurisdiction": jurisdiction,
    }
    if jurisdiction is not None:
        asked = situation_asked(request, jurisdiction)
        found = situation_shown(asked.scope, asked.period)
        context |= {"form": asked.form, "found": found, "here": asked.query}
    return render(request, "mapui/evaluation/situation.html", context)


@dataclass(frozen=True)
class SituationAsked:
    """What an address asks for; `query` says the same again."""

    form: SituationForm
    scope: Scope
    period: Period
    query: str


def situation_asked(request: HttpRequest, jurisdiction: Jurisdiction) -> SituationAsked:
    form = SituationForm(request.GET, jurisdiction=jurisdiction)
    form.is_valid()
    chosen = {name: form.chosen(name) for name in ("period", "category", "authority")}
    query = {"jurisdiction": jurisdiction.identifier, **{k: v for k, v in chosen.items() if v}}
    scope = Scope(jurisdiction, category=chosen["category"], authority=chosen["authority"])
    period = period_of(int(chosen["period"] or "12"))
    return SituationAsked(form, scope, period, urlencode(query))


def period_of(count: int) -> Period:
    """The last `count` months with the one that runs."""
    last = month_of(timezone.localdate())
    months = months_before(last, count)
    return Period(months, _begins(months[0]), timezone.now())


def _begins(month: Month) -> datetime:
    year, number = (int(part) for part in month.split("-"))
    return timezone.make_aware(datetime.combine(date(year, number, 1), time()))
