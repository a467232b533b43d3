"""Dictionaries: what of the sources was not understood, and the words that the city adds."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.dataset_names import dataset_names
from gis_core.errors import GisError
from gis_core.models import Jurisdiction, OwnWord
from gis_core.services.words import word_remove, word_save
from issues.rights import reached
from mapui.geodata.views import geodata_permission, person_of
from mapui.geodata.words import words_json, words_shown
from mapui.site.permissions import MANAGE_GEODATA, jurisdiction_for
from mapui.site.types import PageRequest

# How people say that a value means nothing: the row is left out, or the value is passed over.
NOTHING: Final = "–"


@geodata_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def words_page(request: PageRequest) -> HttpResponse:
    """Values that stand in no dictionary, each with a form; POST adds one to the words of the city."""
    jurisdiction = _jurisdiction(request)
    status = 200
    if request.method == "POST":
        if _added(request, jurisdiction):
            query = urlencode({"jurisdiction": jurisdiction.identifier})
            return redirect(f"{reverse('words')}?{query}")
        status = 422
    columns, own = words_shown(jurisdiction)
    context = {
        "page": "geodata",
        "jurisdiction": jurisdiction,
        "columns": columns,
        "own": own,
        "nothing": NOTHING,
    }
    return render(request, "mapui/geodata/words.html", context, status=status)


def _jurisdiction(request: PageRequest) -> Jurisdiction:
    jurisdiction = jurisdiction_for(request, MANAGE_GEODATA)
    if jurisdiction is None:
        raise Http404
    return jurisdiction


def _added(request: PageRequest, jurisdiction: Jurisdiction) -> bool:
    """Whether the word could be stored; the person is told."""
    said = {name: request.POST.get(name, "").strip() for name in ("dataset", "column", "value")}
    if said["dataset"] not in dataset_names():
        raise Http404
    chosen = request.POST.get("meaning", "").strip()
    if not chosen:
        messages.error(request, pgettext("words", "Please say what the value means."))
        return False
    meaning = "" if chosen == NOTHING else chosen
    try:
        word_save(jurisdiction=jurisdiction, meaning=meaning, by=person_of(request), **said)
    except GisError as error:
        messages.error(request, error.shown())
        return False
    messages.success(
        request, pgettext("words", "The word is stored. It counts from the next load on.")
    )
    return True


@geodata_permission
@require_safe
@never_cache
def words_export(request: PageRequest) -> HttpResponse:
    """The words of the city as JSON; the inner objects have the form of `codes` in a profile."""
    body = json.dumps(words_json(_jurisdiction(request)), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="words.json"'}
    return HttpResponse(body, content_type="application/json", headers=headers)


@geodata_permission
@require_http_methods(["POST"])
def word_drop(request: PageRequest, pk: int) -> HttpResponse:
    own = OwnWord.objects.filter(reached(request.user, MANAGE_GEODATA))
    word = get_object_or_404(own.select_related("jurisdiction"), pk=pk)
    word_remove(word)
    messages.success(
        request, pgettext("words", "The word is removed. That counts from the next load on.")
    )
    return redirect(
        f"{reverse('words')}?{urlencode({'jurisdiction': word.jurisdiction.identifier})}"
    )
