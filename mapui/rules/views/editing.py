"""Drafts of rule sets: made, imported, edited row by row. GET shows forms, POST does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mapui.rules.forms import (
    IMPORT_MAX_BYTES,
    DescribeForm,
    ImportForm,
    RevisionForm,
    ThresholdForm,
)
from mapui.rules.ground import hole_shown, row_missing
from mapui.rules.prior_form import PriorForm
from mapui.rules.row_form import RuleForm
from mapui.rules.views.sets import context_of, draft_or_404, jurisdiction_or_404, rule_set_or_404
from mapui.site.permissions import EDIT_RULES, rules_page
from mapui.site.rule_words import RuleWords, condition_shown, predicates_shown
from routing.engine.conditions import ConditionError, condition_compile
from routing.errors import RuleSetChanged, RuleSetError
from routing.models import GroundRow, Prior, Rule, RuleSet, Threshold
from routing.rulebook import (
    content_read,
    draft_create,
    draft_describe,
    draft_discard,
    draft_import,
    prior_delete,
    prior_store,
    rule_delete,
    rule_store,
    threshold_delete,
    threshold_store,
)
from routing.rulebook.listed import legal_bases_used
from routing.sentences import legal_basis_shown
from routing.sentences.findings import condition_sentence

METHODS = ["GET", "HEAD", "POST"]


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - rules_page lets nobody else in
    return request.user


@rules_page(EDIT_RULES)
@require_POST
def rules_draft(request: HttpRequest) -> HttpResponse:
    """A draft from a version, or from the one in effect."""
    source = None
    if (pk := request.POST.get("source", "")).isdecimal():
        source = rule_set_or_404(request, int(pk))
    jurisdiction = source.jurisdiction if source else jurisdiction_or_404(request)
    draft = draft_create(jurisdiction=jurisdiction, by=person(request), source=source)
    messages.success(
        request, _("Version %d is a draft now; nothing counts of it yet.") % draft.version
    )
    if (hole := request.POST.get("hole", "")).isdecimal():
        return redirect(f"{reverse('rules_row_new', args=[draft.pk])}?hole={hole}")
    return redirect("rules_set", pk=draft.pk)


@csrf_exempt
@rules_page(EDIT_RULES)
@require_http_methods(METHODS)
def rules_import(request: HttpRequest) -> HttpResponse:
    """A draft from a file. How large it is is asked before anything reads it, and so before the token is checked."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > IMPORT_MAX_BYTES:
        form = ImportForm()
        messages.error(request, _("The file is larger than 2 MB."))
        context = {"page": "rules", "jurisdiction": jurisdiction_or_404(request), "form": form}
        return render(request, "mapui/rules/import.html", context, status=413)
    response: HttpResponse = _rules_import(request)
    return response


@csrf_protect
def _rules_import(request: HttpRequest) -> HttpResponse:
    jurisdiction = jurisdiction_or_404(request)
    posted = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if posted else ImportForm()
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            content = content_read(file.read(), name=file.name)
            draft = draft_import(
                jurisdiction=jurisdiction, content=content, name=file.name, by=person(request)
            )
        except RuleSetError as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("The file was read; look at what is found below."))
            return redirect("rules_set", pk=draft.pk)
    context = {"page": "rules", "jurisdiction": jurisdiction, "form": form}
    return render(request, "mapui/rules/import.html", context, status=422 if posted else 200)


@rules_page(EDIT_RULES)
@require_http_methods(METHODS)
def rules_row(request: HttpRequest, pk: int, rule_pk: int | None = None) -> HttpResponse:
    """A new row, one like another (`?like=`), the one that a hole lacks (`?hole=`), or one that is there."""
    draft = draft_or_404(request, pk)
    rule, like = None, None
    hole = _hole_given(request, draft)
    if rule_pk is not None:
        rule = get_object_or_404(Rule, pk=rule_pk, rule_set=draft)
    elif (asked := request.GET.get("like", "")).isdecimal():
        like = get_object_or_404(Rule, pk=int(asked), rule_set=draft)
    elif hole is not None:
        like = row_missing(hole)
    words = RuleWords.of(draft.jurisdiction)
    form = RuleForm(
        request.POST if request.method == "POST" else None,
        draft=draft,
        words=words,
        rule=rule or like,
        is_copy=like is not None,
    )

    def store() -> str:
        rule_store(draft=draft, revision=_revision(form), row=form.row(), replaces=rule)
        return _("Rule %s is stored.") % form.cleaned_data["rule_id"]

    language = get_language() or "de"
    context = {
        "rule": rule,
        "hole": hole_shown(hole, words) if hole else None,
        "predicates": predicates_shown(),
        "bases": [(one, legal_basis_shown(one, language)) for one in legal_bases_used(draft)],
    }
    return _edited(request, draft, form, store, "mapui/rules/row.html", context)


def _hole_given(request: HttpRequest, draft: RuleSet) -> GroundRow | None:
    """None also where the ground was measured anew since: what was typed counts all the same."""
    if not (asked := request.GET.get("hole", "")).isdecimal():
        return None
    city = draft.jurisdiction_id
    return GroundRow.objects.filter(pk=int(asked), coverage__rule_set__jurisdiction=city).first()


@rules_page(EDIT_RULES)
@require_http_methods(METHODS)
def rules_threshold(request: HttpRequest, pk: int, threshold_pk: int | None = None) -> HttpResponse:
    draft = draft_or_404(request, pk)
    threshold = None
    if threshold_pk is not None:
        threshold = get_object_or_404(Threshold, pk=threshold_pk, rule_set=draft)
    form = ThresholdForm(
        request.POST if request.method == "POST" else None,
        draft=draft,
        words=RuleWords.of(draft.jurisdiction),
        threshold=threshold,
    )

    def store() -> str:
        threshold_store(draft=draft, revision=_revision(form), row=form.row(), replaces=threshold)
        return _("The threshold is stored.")

    context = {"threshold": threshold}
    return _edited(request, draft, form, store, "mapui/rules/threshold.html", context)


@rules_page(EDIT_RULES)
@require_http_methods(METHODS)
def rules_prior(request: HttpRequest, pk: int, prior_pk: int | None = None) -> HttpResponse:
    """A new prior, or one that is there."""
    draft = draft_or_404(request, pk)
    prior = get_object_or_404(Prior, pk=prior_pk, rule_set=draft) if prior_pk else None
    form = PriorForm(
        request.POST if request.method == "POST" else None,
        draft=draft,
        words=RuleWords.of(draft.jurisdiction),
        prior=prior,
    )

    def store() -> str:
        prior_store(draft=draft, revision=_revision(form), row=form.row(), replaces=prior)
        return _("The prior is stored.")

    return _edited(request, draft, form, store, "mapui/rules/prior.html", {"prior": prior})


@rules_page(EDIT_RULES)
@require_http_methods(METHODS)
def rules_describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Note and general thresholds of a draft."""
    draft = draft_or_404(request, pk)
    form = DescribeForm(request.POST if request.method == "POST" else None, draft=draft)

    def store() -> str:
        data = form.cleaned_data
        draft_describe(
            draft=draft,
            revision=data["revision"],
            note=data["note"],
            assign_from=data["assign_from"],
            assign_margin=data["assign_margin"],
        )
        return _("The draft is stored.")

    return _edited(request, draft, form, store, "mapui/rules/describe.html", {})


def _revision(form: RevisionForm) -> int:
    revision: int = form.cleaned_data["revision"]
    return revision


def _edited(
    request: HttpRequest,
    draft: RuleSet,
    form: RevisionForm,
    store: Callable[[], str],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Shows the form, or stores what it says; what cannot be stored is told above it and nothing typed is lost.

    Where somebody else was quicker the form takes on the present revision: sent once more it counts.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                text = store()
            except RuleSetChanged as error:
                form.add_error(None, str(error))
                draft.refresh_from_db()
                data = request.POST.copy()
                data["revision"] = str(draft.revision)
                form.data = data
                status = 409
            except RuleSetError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, text)
                return redirect("rules_set", pk=draft.pk)
    return render(request, template, context_of(draft, form=form, **context), status=status)


@rules_page(EDIT_RULES)
@require_http_methods(METHODS)
def rules_remove(
    request: HttpRequest,
    pk: int,
    rule_pk: int | None = None,
    threshold_pk: int | None = None,
    prior_pk: int | None = None,
) -> HttpResponse:
    """Asks, then removes a row, a threshold, a prior or the whole draft."""
    draft = draft_or_404(request, pk)
    part: Rule | Threshold | Prior | None = None
    if rule_pk:
        part = get_object_or_404(Rule, pk=rule_pk, rule_set=draft)
    elif threshold_pk:
        part = get_object_or_404(Threshold, pk=threshold_pk, rule_set=draft)
    elif prior_pk:
        part = get_object_or_404(Prior, pk=prior_pk, rule_set=draft)
    form = RevisionForm(request.POST if request.method == "POST" else None, draft=draft)
    if request.method == "POST" and form.is_valid():
        try:
            _remove(draft, _revision(form), part)
        except RuleSetError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Removed."))
            if part is None:
                return redirect("rules")
        return redirect("rules_set", pk=draft.pk)
    context = context_of(draft, form=form, question=_question(draft, part), part=part)
    return render(request, "mapui/rules/remove.html", context)


def _question(draft: RuleSet, part: Rule | Threshold | Prior | None) -> str:
    match part:
        case Rule(rule_id=name):
            return _("Remove rule %(name)s?") % {"name": name}
        case Threshold():
            return _("Remove the threshold?")
        case Prior():
            return _("Remove the prior?")
    return _("Discard the draft of version %(number)s?") % {"number": draft.version}


def _remove(draft: RuleSet, revision: int, part: Rule | Threshold | Prior | None) -> None:
    match part:
        case Rule():
            rule_delete(draft=draft, revision=revision, rule=part)
        case Threshold():
            threshold_delete(draft=draft, revision=revision, threshold=part)
        case Prior():
            prior_delete(draft=draft, revision=revision, prior=part)
        case _:
            draft_discard(draft=draft, revision=revision)


@rules_page(EDIT_RULES)
@require_safe
def rules_condition(request: HttpRequest) -> HttpResponse:
    """Whether an expression is understood, while it is typed."""
    text = request.GET.get("expression", "").strip()
    context: dict[str, Any] = {"text": text}
    if text:
        try:
            context["predicates"] = sorted(condition_compile(text).predicates)
            context["words"] = condition_shown(text)
        except ConditionError as error:
            context["problem"] = condition_sentence(error)
    return render(request, "mapui/rules/_condition.html", context)
