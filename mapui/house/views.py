"""The master data of a city: one list and one form for each part, and who changed what."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.languages import languages
from gis_core.models import Jurisdiction
from issues.errors import EntryChanged, IssuesError
from issues.models import Deletion, HouseEvent, ReplyTemplate
from issues.rights import MANAGE_HOUSE
from issues.services.clocks import holidays_in
from issues.services.house import entry_remove, entry_seen, entry_store
from issues.services.replies.placeholders import (
    PLACEHOLDERS,
    placeholder_samples,
    placeholders_filled,
)
from mapui.house.forms import EntryForm
from mapui.house.history import events_shown
from mapui.house.parts import BY_SLUG, PARTS, Part
from mapui.site.permissions import jurisdiction_for, page_for

house_permission = page_for(MANAGE_HOUSE)
PAGE_SIZE: Final = 50
YEARS: Final = (1990, 2100)


@house_permission
@require_safe
@never_cache
def house_part(request: HttpRequest, slug: str) -> HttpResponse:
    """All entries of a part."""
    jurisdiction, part = house_jurisdiction(request), _part(slug)
    context: dict[str, Any] = {"part": part, "rows": part.rows(part.entries(jurisdiction))}
    if slug == "calendar":
        year = _year(request.GET.get("year", ""))
        context |= {"year": year, "holidays": holidays_in(jurisdiction, year)}
    return _respond(request, "mapui/house/part.html", jurisdiction, context)


@house_permission
@require_safe
@never_cache
def house_history(request: HttpRequest) -> HttpResponse:
    """Who changed what, latest first."""
    jurisdiction = house_jurisdiction(request)
    events = HouseEvent.objects.filter(jurisdiction=jurisdiction).select_related("by")
    page = Paginator(events, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"tab": "history", "events": events_shown(page), "found": page}
    return _respond(request, "mapui/house/history.html", jurisdiction, context)


@house_permission
@require_safe
@never_cache
def house_deletions(request: HttpRequest) -> HttpResponse:
    """The deletion log, latest first."""
    jurisdiction = house_jurisdiction(request)
    rows = Deletion.objects.filter(jurisdiction=jurisdiction)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"tab": "retention", "found": page}
    return _respond(request, "mapui/house/deletions.html", jurisdiction, context)


@house_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def house_entry(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """A new or known entry. 409: somebody changed it meanwhile; both versions are shown."""
    jurisdiction, part = house_jurisdiction(request), _part(slug)
    if pk is None and not part.add:
        raise Http404
    entry = part.entries(jurisdiction).filter(pk=pk).first() if pk else part.new(jurisdiction)
    if entry is None:
        return _gone(request, part, jurisdiction)
    seen = request.POST.get("seen", "") if request.method == "POST" else entry_seen(entry)
    initial = {"category": request.GET.get("category")} if pk is None else None
    form = part.form(request.POST or None, entry=entry, jurisdiction=jurisdiction, initial=initial)
    context = {"part": part, "form": form, "entry": entry, "name": _name(part, pk, jurisdiction)}
    status = 200
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST and isinstance(entry, ReplyTemplate):
            context["preview"] = _preview(form, entry, jurisdiction)
        else:
            try:
                entry_store(entry=entry, by=_person(request), seen=seen)
            except EntryChanged as error:
                return _changed(request, part, pk, jurisdiction, error)
            except IssuesError as error:
                _errors_add(form, error)
            else:
                messages.success(request, _("%s is stored.") % entry)
                return redirect(_address(part, jurisdiction))
    if form.errors:
        status = 422
    return _respond(
        request, "mapui/house/entry.html", jurisdiction, {**context, "seen": seen}, status
    )


def _changed(
    request: HttpRequest,
    part: Part,
    pk: int | None,
    jurisdiction: Jurisdiction,
    error: EntryChanged,
) -> HttpResponse:
    """The form as it was sent, beside it what is stored now; sent again, it is stored over that."""
    stored = part.entries(jurisdiction).filter(pk=pk).first()
    if stored is None:
        return _gone(request, part, jurisdiction)
    seen = entry_seen(stored)
    now = part.form(entry=stored, jurisdiction=jurisdiction)
    sent = part.form(
        request.POST,
        entry=part.entries(jurisdiction).get(pk=pk),
        jurisdiction=jurisdiction,
    )
    sent.add_error(None, error.message)
    sent.stored_show(now)
    context = {
        "part": part,
        "form": sent,
        "entry": stored,
        "name": str(stored),
        "seen": seen,
    }
    return _respond(request, "mapui/house/entry.html", jurisdiction, context, 409)


@house_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def house_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """GET asks; POST removes a closed day or a question."""
    jurisdiction, part = house_jurisdiction(request), _part(slug)
    entry = get_object_or_404(part.entries(jurisdiction), pk=pk)
    if request.method == "POST":
        name = str(entry)
        try:
            entry_remove(entry=entry, by=_person(request))
        except IssuesError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("%s is removed.") % name)
        return redirect(_address(part, jurisdiction))
    name = _name(part, pk, jurisdiction)
    context = {"part": part, "entry": entry, "name": name}
    return _respond(request, "mapui/house/remove.html", jurisdiction, context)


# --- What these pages share ----------------------------------------------------------------------------


def house_jurisdiction(request: HttpRequest) -> Jurisdiction:
    """Raises Http404 before set-up, PermissionDenied where this person keeps no master data."""
    jurisdiction = jurisdiction_for(request, MANAGE_HOUSE)
    if jurisdiction is None:
        raise Http404(_("There is no jurisdiction yet."))
    return jurisdiction


def _part(slug: str) -> Part:
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - house_permission lets nobody else in
    return request.user


def _name(part: Part, pk: int | None, jurisdiction: Jurisdiction) -> str:
    """What the entry is called as it is stored; nothing for a new one."""
    return part.rows(part.entries(jurisdiction).filter(pk=pk))[0].cells[0] if pk else ""


def _year(text: str) -> int:
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    first, last = YEARS
    return year if first <= year <= last else timezone.localdate().year


def _address(part: Part, jurisdiction: Jurisdiction) -> str:
    query = urlencode({"jurisdiction": jurisdiction.identifier})
    return f"{reverse('house_part', args=[part.slug])}?{query}"


def _gone(request: HttpRequest, part: Part, jurisdiction: Jurisdiction) -> HttpResponse:
    """What was sent is for an entry that is not there any more."""
    if request.method != "POST":
        raise Http404
    told = pgettext("house", "This entry was removed meanwhile; nothing was stored.")
    messages.error(request, told)
    return redirect(_address(part, jurisdiction))


def _errors_add(form: EntryForm, error: IssuesError) -> None:
    """The service's words beside the fields that they are about."""
    for one in error.errors:
        field = "texts" if isinstance(form.instance, ReplyTemplate) else one.field
        form.add_error(form.field_of(field), one.message)


def _preview(
    form: EntryForm, entry: ReplyTemplate, jurisdiction: Jurisdiction
) -> list[tuple[str, str]]:
    """Language and text for a made-up report; what is wrong with a text stands beside its field."""
    shown = []
    spoken = dict(settings.LANGUAGES)
    for code in languages():
        values = placeholder_samples(jurisdiction, entry.category, code)
        try:
            shown.append(
                (str(spoken[code]), placeholders_filled(entry.texts.get(code, ""), values))
            )
        except IssuesError as error:
            form.add_error(f"texts_{code}", error.message)
    return [(language, text) for language, text in shown if text]


def _respond(
    request: HttpRequest,
    template: str,
    jurisdiction: Jurisdiction,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    part = context.get("part")
    shared = {
        "page": "house",
        "parts": PARTS,
        "tab": part.slug if part else "",
        "jurisdiction": jurisdiction,
        "here": urlencode({"jurisdiction": jurisdiction.identifier}),
        "placeholders": PLACEHOLDERS.items(),
    }
    return render(request, template, {**shared, **context}, status=status)
