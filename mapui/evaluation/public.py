"""Statistics for everybody: released reports by category, authority, district and month. Small numbers are not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from gis_core.languages import text_in
from gis_core.models import Jurisdiction
from issues.models import Category
from mapui.evaluation.months import Month
from mapui.evaluation.situation import PERIODS, period_of
from mapui.evaluation.situation_tables import Bar, Table, days_told
from mapui.evaluation.statistics_shown import month_named
from mapui.site.cities import city_shown
from mapui.site.forms import ToldForm
from mapui.site.guards import limit_refused
from mapui.site.shared import answer_shared
from mapui.site.types import PageRequest
from parcels.selectors import districts_named
from routing.figures import Scope, Told, figures_public
from routing.models import Authority

# Fewer than so many are not told exactly, nor anything that rests on them.
SMALL: Final = 5
LOOKS_PER_MINUTE: Final = 30


class PublicStatisticsForm(ToldForm):
    """Period in whole months up to now, and category."""

    period = forms.ChoiceField(
        label=pgettext_lazy("figures", "Period"), choices=PERIODS, required=False
    )
    category = forms.ChoiceField(label=pgettext_lazy("figures", "Category"), required=False)

    def __init__(self, data: Any, *, categories: Sequence[Category]) -> None:
        super().__init__(data, label_suffix="")
        named = [(one.code, one.name) for one in categories if one.is_active and one.is_public]
        everything = ("", pgettext_lazy("figures", "all"))
        self.fields["category"].choices = [everything, *named]  # type: ignore[attr-defined]


@require_safe
@vary_on_cookie
@cache_control(private=True, max_age=300)
def public_statistics(request: PageRequest) -> HttpResponse:
    """Plots with tables. 404 for a city that does not exist."""
    if (refused := limit_refused(request, "statistics", limit=LOOKS_PER_MINUTE)) is not None:
        return refused
    return answer_shared(request, partial(_statistics, request))


def _statistics(request: PageRequest) -> HttpResponse:
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    if jurisdiction is None:
        raise Http404
    categories = list(Category.objects.filter(jurisdiction=jurisdiction))
    form = PublicStatisticsForm(request.GET, categories=categories)
    form.is_valid()
    period = period_of(int(form.cleaned_data.get("period") or "12"))
    scope = Scope(jurisdiction, category=form.cleaned_data.get("category") or "")
    found = figures_public(scope, since=period.since, until=period.until)
    [overall] = found.get("all") or [Told("", 0, 0, 0, 0, None, None)]
    context = {
        "page": "public_statistics",
        "jurisdiction": jurisdiction,
        "form": form,
        "overall": _values(overall),
        "small": SMALL,
        "tables": [
            _months(found.get("month", []), period.months),
            _table(
                pgettext("figures", "By category"),
                "category",
                found.get("category", []),
                {one.code: one.name for one in categories},
            ),
            _table(
                pgettext("figures", "By authority"),
                "authority",
                found.get("authority", []),
                _authorities(jurisdiction),
            ),
            _table(
                pgettext("figures", "By cadastral district"),
                "district",
                [one for one in found.get("district", []) if one.key],
                dict(districts_named(jurisdiction)),
            ),
        ],
    }
    return render(request, "mapui/evaluation/public.html", context)


def _authorities(jurisdiction: Jurisdiction) -> dict[str | None, str]:
    """As the public reads their names; "" is the municipality, None nobody yet."""
    rows = Authority.objects.filter(jurisdiction=jurisdiction).values_list("code", "public_names")
    return {
        "": jurisdiction.public_name,
        None: pgettext("figures", "nobody yet"),
        **{code: text_in(names) for code, names in rows},
    }


def _columns() -> list[str]:
    return [
        pgettext("figures", "Received"),
        pgettext("figures", "Still open"),
        pgettext("figures", "Done"),
        pgettext("figures", "Days to passing on"),
        pgettext("figures", "Days to done"),
    ]


def _values(told: Told) -> list[str]:
    """The numbers of a row in words. A median that rests on few tells of one of them."""
    return [
        _count_told(told.received),
        _count_told(told.open),
        _count_told(told.done),
        _days_told(told.forwarded, told.forwarded_days),
        _days_told(told.done, told.done_days),
    ]


def _days_told(count: int, days: float | None) -> str:
    """In words why there is no number: nothing was counted, or too few to be told."""
    if not count:
        return pgettext("figures", "none yet")
    return days_told(days) if count >= SMALL else pgettext("figures", "too few")


def _count_told(count: int) -> str:
    if 0 < count < SMALL:
        return pgettext("figures", "under %(small)d") % {"small": SMALL}
    return number_format(count)


def _table(
    title: str,
    slug: str,
    found: Sequence[Told],
    names: Mapping[Any, str],
    *,
    is_ordered: bool = False,
) -> Table:
    """Small rows come last, by their names: their order would tell which is larger."""
    large = [one for one in found if is_ordered or one.received >= SMALL]
    small = [one for one in found if one not in large]
    small.sort(key=lambda one: names.get(one.key, str(one.key)))
    most = max([SMALL, *(one.received for one in found)])
    rows = [
        Bar(names.get(one.key, str(one.key)), _values(one), 100 * _drawn(one.received) // most, "")
        for one in [*large, *small]
    ]
    return Table(title, slug, _columns(), rows)


def _drawn(count: int) -> int:
    """How long a bar is: all small ones are alike."""
    return SMALL - 1 if 0 < count < SMALL else count


def _months(found: Sequence[Told], months: Sequence[Month]) -> Table:
    by_month = {one.key: one for one in found}
    rows = [by_month.get(one) or Told(one, 0, 0, 0, 0, None, None) for one in months]
    names = {one: month_named(one) for one in months}
    return _table(pgettext("figures", "By month"), "month", rows, names, is_ordered=True)
