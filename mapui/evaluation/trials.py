"""Trial runs: begun, watched, looked at. Nothing here counts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from gis_core.maps.geojson import collection_respond
from issues.rights import SEE, reached
from mapui.evaluation.forms import TrialForm
from mapui.evaluation.shown import (
    change_bounds,
    change_features,
    changes_shown,
    groups_shown,
    trial_named,
)
from mapui.maps.rendering import RenderedMap
from mapui.maps.resources import script_respond, style_respond
from mapui.maps.selectors import bounds_shown, map_services_shown
from mapui.maps.trials import trial_map_build
from mapui.site.permissions import EDIT_RULES, MANAGE_GEODATA, feed_for, jurisdiction_for, page_for
from mapui.site.types import PageRequest
from routing.errors import RoutingError
from routing.models import Trial
from routing.trying.chunks import LIVE
from routing.trying.listed import changes_by_rule, changes_chosen, trial_progress
from routing.trying.sides import trial_sides
from routing.trying.trials import trial_cancel, trial_nudge, trial_resume, trial_start

PAGE_SIZE = 25
CHANGES_PAGE_SIZE = 50
trials_page = page_for(EDIT_RULES, MANAGE_GEODATA)
trials_feed = feed_for(EDIT_RULES, MANAGE_GEODATA)


@trials_page
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def trials_list(request: PageRequest) -> HttpResponse:
    """All trial runs; a POST begins one."""
    jurisdiction = jurisdiction_for(request, EDIT_RULES, MANAGE_GEODATA)
    form = TrialForm(
        request.POST if request.method == "POST" else None,
        jurisdiction=jurisdiction,
        rules=request.user.has_perm(EDIT_RULES),
        editions=request.user.has_perm(MANAGE_GEODATA),
    )
    if request.method == "POST" and jurisdiction and form.is_valid():
        try:
            trial = trial_start(
                jurisdiction=jurisdiction,
                limit=form.cleaned_data["limit"],
                by=request.user if isinstance(request.user, User) else None,
                **form.tried(),
            )
        except RoutingError as error:
            messages.error(request, str(error))
            return redirect("trials")
        trial_nudge(trial.pk)
        return redirect("trial", pk=trial.pk)
    trials = Trial.objects.filter(jurisdiction=jurisdiction).select_related(
        "rule_set", "edition", "created_by"
    )
    page = Paginator(trials, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": "evaluation",
        "tab": "trials",
        "jurisdiction": jurisdiction,
        "form": form,
        "trials": page,
        "named": [(trial, trial_named(trial)) for trial in page],
    }
    return render(
        request, "mapui/evaluation/trials.html", context, status=422 if form.errors else 200
    )


@trials_page
@require_safe
@never_cache
def trial_shown(request: PageRequest, pk: int) -> HttpResponse:
    """A trial: its progress, and the changes by authority, by rule and one by one."""
    trial = trial_or_404(request, pk)
    from_body, to_body = request.GET.get("from"), request.GET.get("to")
    rule = request.GET.get("rule", "")
    changes = changes_chosen(trial, from_body=from_body, to_body=to_body, rule=rule)
    page = Paginator(changes, CHANGES_PAGE_SIZE).get_page(request.GET.get("page"))
    groups = groups_shown(trial)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        **_context(trial),
        "groups": groups,
        "changed": sum(group.count for group in groups),
        "rules": changes_by_rule(trial),
        "changes": page,
        "shown": changes_shown(trial, page),
        "filter_query": query.urlencode(),
        "has_filter": from_body is not None or to_body is not None or rule != "",
    }
    return render(request, "mapui/evaluation/trial.html", context)


def _context(trial: Trial) -> dict[str, Any]:
    return {
        "page": "evaluation",
        "tab": "trials",
        "jurisdiction": trial.jurisdiction,
        "trial": trial,
        "name": trial_named(trial),
        "progress": trial_progress(trial),
        "is_live": trial.state in LIVE,
        "is_outdated": trial.rule_set is not None and trial.rule_set.revision != trial.revision,
    }


@trials_page
@require_safe
@never_cache
def trial_watch(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is; asked for again and again, and when it is over the page shows itself anew."""
    trial = trial_or_404(request, pk)
    if request.htmx and trial.state not in LIVE:
        return HttpResponseClientRefresh()
    return render(request, "mapui/evaluation/_progress.html", _context(trial))


@trials_page
@require_POST
def trial_action(request: PageRequest, pk: int, action: str) -> HttpResponse:
    """Cancels a trial, or goes on with one."""
    trial = trial_or_404(request, pk)
    needed = EDIT_RULES if trial.rule_set_id else MANAGE_GEODATA
    if not request.user.has_perm(needed, trial.jurisdiction):
        raise PermissionDenied
    if action == "cancel":
        trial_cancel(trial=trial)
        messages.success(request, _("The trial run stops; what it has found stays."))
    else:
        trial_resume(trial=trial)
        trial_nudge(trial.pk)
        messages.success(request, _("The trial run goes on."))
    return redirect("trial", pk=pk)


@trials_page
@require_safe
@never_cache
def trial_issue(request: PageRequest, pk: int, number: str) -> HttpResponse:
    """Both reasons of one changed issue side by side, as a page or as a part of the list."""
    trial = trial_or_404(request, pk)
    changes = trial.changes.select_related("issue__category", "issue__jurisdiction")
    change = get_object_or_404(changes, issue__number=number)
    change.trial = trial
    [shown] = changes_shown(trial, [change])
    context = {
        **_context(trial),
        "shown": shown,
        "issue": change.issue,
        "sides": trial_sides(change),
        "may_see": request.user.has_perm(SEE, change.issue),
    }
    template = (
        "mapui/evaluation/_sides.html" if request.htmx else "mapui/evaluation/trial_issue.html"
    )
    return render(request, template, context)


@trials_page
@require_safe
@never_cache
def trial_map(request: PageRequest, pk: int) -> HttpResponse:
    """The changed issues on a map, with the numbers beside it."""
    trial = trial_or_404(request, pk)
    rendered = _map(request, trial)
    groups = groups_shown(trial)
    context = {
        **_context(trial),
        "groups": groups,
        "changed": sum(group.count for group in groups),
        # Written by Folium from names alone; nothing of it comes from a person.
        "map_html": mark_safe(rendered.html),  # noqa: S308
        "map_scripts": [*rendered.scripts, reverse("trial_map_script", args=[pk])],
        "map_styles": [*rendered.styles, reverse("trial_map_style", args=[pk])],
    }
    return render(request, "mapui/evaluation/trial_map.html", context)


@require_safe
@trials_feed
def trial_map_script(request: HttpRequest, pk: int) -> HttpResponse:
    return script_respond(request, _map(request, trial_or_404(request, pk)))


@require_safe
@trials_feed
def trial_map_style(request: HttpRequest, pk: int) -> HttpResponse:
    return style_respond(request, _map(request, trial_or_404(request, pk)))


@require_safe
@trials_feed
def trial_changes_feed(request: HttpRequest, pk: int) -> HttpResponse:
    """The changed issues as GeoJSON points."""
    features, truncated = change_features(trial_or_404(request, pk))
    return collection_respond(request, features, is_private=True, truncated=truncated)


def _map(request: HttpRequest, trial: Trial) -> RenderedMap:
    return trial_map_build(
        trial=trial,
        bounds=change_bounds(trial) or bounds_shown(trial.jurisdiction),
        services=map_services_shown(request.user),
    )


def trial_or_404(request: HttpRequest, pk: int) -> Trial:
    trials = Trial.objects.filter(reached(request.user, EDIT_RULES, MANAGE_GEODATA)).select_related(
        "rule_set", "compared_with", "edition", "jurisdiction", "created_by"
    )
    trial = trials.filter(pk=pk).first()
    if trial is None:
        raise Http404
    return trial
