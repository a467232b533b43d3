"""Saved views of the queue: shown, kept, removed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from issues.models import SavedView
from issues.services import view_remove, view_save
from mapui.site.permissions import see_permission
from mapui.site.types import PageRequest
from mapui.triage.queue.listing import Queue


class ViewForm(forms.Form):
    """The name of a view; `query` is the filter that it keeps, as it stands in an address."""

    name = forms.CharField(label=pgettext_lazy("saved view", "Name"), max_length=100)
    is_shared = forms.BooleanField(
        label=pgettext_lazy("saved view", "for all staff"), required=False
    )
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, auto_id="view_%s", label_suffix="", **options)


def views_shown(request: PageRequest, queue: Queue) -> dict[str, Any]:
    """The person's own views and the shared ones, and the form that keeps the present one."""
    query = urlencode(sorted(queue.filter_given().items()))
    views = SavedView.objects.filter(jurisdiction=queue.jurisdiction)
    shown = views.filter(Q(owner=request.user.pk) | Q(is_shared=True)).select_related("owner")
    return {
        "saved_views": [(one, one.query == query) for one in shown],
        "view_form": ViewForm(None, initial={"query": query}),
    }


@see_permission
@require_POST
def view_keep(request: PageRequest) -> HttpResponse:
    """Keeps the filter of the form under its name; whatever is no filter is left out."""
    form = ViewForm(request.POST)
    queue = Queue(QueryDict(request.POST.get("query", "")[:2000]), request.user)
    query = urlencode(sorted(queue.filter_given().items()))
    person = request.user
    if not form.is_valid() or not queue.form.is_valid() or queue.jurisdiction is None:
        messages.error(request, pgettext("saved view", "The view was not kept: give it a name."))
    elif isinstance(person, User):
        view_save(
            jurisdiction=queue.jurisdiction,
            owner=person,
            name=form.cleaned_data["name"],
            query=query,
            is_shared=form.cleaned_data["is_shared"],
        )
    return redirect(f"{reverse('triage')}?{query}")


@see_permission
@require_POST
def view_delete(request: PageRequest, pk: int) -> HttpResponse:
    """Removes one of the person's own views; 404 for any other."""
    person = request.user
    if not (isinstance(person, User) and view_remove(pk=pk, owner=person)):
        raise Http404
    return redirect("triage")
