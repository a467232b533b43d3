"""The people of a jurisdiction: who they are, what they may do, and who changed that."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gis_core.models import Jurisdiction
from issues.enums import Role
from issues.errors import IssuesError
from issues.models import Grant, PeopleEvent
from issues.rights import MANAGE_PEOPLE
from issues.services import people
from mapui.people.forms import InviteForm, RoleForm
from mapui.people.invitations import VALID, invitation_order
from mapui.people.selectors import events_of, events_shown, people_shown
from mapui.site.logins import sessions_end
from mapui.site.permissions import jurisdiction_for, page_for
from mapui.site.second_factor import second_factor_is_due

people_permission = page_for(MANAGE_PEOPLE)
PAGE_SIZE: Final = 50
LATEST: Final = 20


@people_permission
@require_safe
@never_cache
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody with their roles here."""
    jurisdiction = jurisdiction_managed(request)
    text = request.GET.get("q", "").strip()[:100]
    found = people_shown(request.user, jurisdiction, text)
    context = {
        "tab": "people",
        "people": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "text": text,
    }
    return people_page_respond(request, "mapui/people/list.html", jurisdiction, context)


@people_permission
@require_safe
@never_cache
def people_history(request: HttpRequest) -> HttpResponse:
    """Who gave whom what, latest first."""
    jurisdiction = jurisdiction_managed(request)
    page = Paginator(events_of(jurisdiction), PAGE_SIZE).get_page(request.GET.get("page"))
    events = PeopleEvent.objects.filter(pk__in=[one.pk for one in page])
    context = {"tab": "history", "events": events_shown(events), "found": page}
    return people_page_respond(request, "mapui/people/history.html", jurisdiction, context)


@people_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def person_invite(request: HttpRequest) -> HttpResponse:
    """Somebody new with a first role; the link goes out by mail."""
    jurisdiction = jurisdiction_managed(request)
    form = InviteForm(request.POST or None, jurisdiction=jurisdiction)
    if request.method == "POST" and form.is_valid():
        try:
            person = people.person_invite(
                first_name=form.cleaned_data["first_name"],
                last_name=form.cleaned_data["last_name"],
                mail=form.cleaned_data["mail"],
                by=manager_of(request),
            )
            people.grant_give(
                person=person,
                jurisdiction=jurisdiction,
                role=form.cleaned_data["role"],
                department=form.department_chosen(),
                by=manager_of(request),
            )
        except IssuesError as error:
            form.add_error(error.field or None, error.message)
        else:
            _invitation_told(request, person)
            return redirect(address_in("person", jurisdiction, person.pk))
    context = {"tab": "people", "form": form, "days": VALID.days}
    return people_page_respond(request, "mapui/people/invite.html", jurisdiction, context)


def _invitation_told(request: HttpRequest, person: User) -> None:
    if invitation_order(person):
        messages.success(request, _("The invitation goes to %(mail)s.") % {"mail": person.email})
    else:
        messages.warning(
            request, _("The mail could not be sent. Please send the invitation again later.")
        )


# --- One person ----------------------------------------------------------------------------------------


@people_permission
@require_safe
@never_cache
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Roles, invitation and account of one person, and what happened to them."""
    jurisdiction, person = _person(request, pk)
    return _person_respond(request, jurisdiction, person, RoleForm(jurisdiction=jurisdiction))


def _person_respond(
    request: HttpRequest, jurisdiction: Jurisdiction, person: User, form: RoleForm
) -> HttpResponse:
    events = events_of(jurisdiction).filter(person=person)[:LATEST]
    context = {
        "tab": "people",
        "person": person,
        "grants": person.grants.filter(jurisdiction=jurisdiction).select_related("department"),
        "form": form,
        "events": events_shown(events),
        "is_invited": not person.has_usable_password() and person.last_login is None,
        "may_switch": person.pk != request.user.pk
        and people.person_is_managed(person, manager_of(request)),
    }
    return people_page_respond(request, "mapui/people/person.html", jurisdiction, context)


@people_permission
@require_POST
def role_give(request: HttpRequest, pk: int) -> HttpResponse:
    """One role more."""
    jurisdiction, person = _person(request, pk)
    form = RoleForm(request.POST, jurisdiction=jurisdiction)
    if not form.is_valid():
        return _person_respond(request, jurisdiction, person, form)
    try:
        people.grant_give(
            person=person,
            jurisdiction=jurisdiction,
            role=form.cleaned_data["role"],
            department=form.department_chosen(),
            by=manager_of(request),
        )
    except IssuesError as error:
        form.add_error(error.field or None, error.message)
        return _person_respond(request, jurisdiction, person, form)
    if second_factor_is_due(person):
        # Its sessions began before the role asked for a second factor.
        sessions_end(person)
    label = Role(form.cleaned_data["role"]).label
    messages.success(request, _("The role “%(role)s” is given.") % {"role": label})
    return redirect(address_in("person", jurisdiction, pk))


@people_permission
@require_POST
def role_take(request: HttpRequest, pk: int, grant_pk: int) -> HttpResponse:
    """One role less."""
    jurisdiction, _one = _person(request, pk)
    grant = get_object_or_404(Grant, pk=grant_pk, person=pk, jurisdiction=jurisdiction)
    people.grant_take(grant=grant, by=manager_of(request))
    messages.success(
        request, _("The role “%(role)s” is taken away.") % {"role": grant.get_role_display()}
    )
    return redirect(address_in("person", jurisdiction, pk))


@people_permission
@require_POST
def invitation_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link; the one sent before is worthless from now on."""
    jurisdiction, person = _person(request, pk)
    if person.has_usable_password() or not people.person_is_managed(person, manager_of(request)):
        messages.error(request, _("This person needs no invitation any more."))
    else:
        people.invitation_renew(person=person, by=manager_of(request))
        _invitation_told(request, person)
    return redirect(address_in("person", jurisdiction, pk))


@people_permission
@require_POST
def person_switch(request: HttpRequest, pk: int, *, is_active: bool) -> HttpResponse:
    """Switches an account off, which ends its sessions, or on."""
    jurisdiction, person = _person(request, pk)
    try:
        people.person_switch(person=person, is_active=is_active, by=manager_of(request))
    except IssuesError as error:
        messages.error(request, error.message)
        return redirect(address_in("person", jurisdiction, pk))
    if is_active:
        messages.success(request, _("The account is switched on."))
    else:
        sessions_end(person)
        messages.success(request, _("The account is switched off; all its sessions have ended."))
    return redirect(address_in("person", jurisdiction, pk))


# --- What these pages share ----------------------------------------------------------------------------


def jurisdiction_managed(request: HttpRequest) -> Jurisdiction:
    """Raises Http404 before set-up, PermissionDenied where this person manages nobody."""
    jurisdiction = jurisdiction_for(request, MANAGE_PEOPLE)
    if jurisdiction is None:
        raise Http404(_("There is no jurisdiction yet."))
    return jurisdiction


def manager_of(request: HttpRequest) -> User:
    """Who is logged in."""
    assert isinstance(request.user, User)  # noqa: S101 - people_permission lets nobody else in
    return request.user


def _person(request: HttpRequest, pk: int) -> tuple[Jurisdiction, User]:
    jurisdiction = jurisdiction_managed(request)
    return jurisdiction, get_object_or_404(people_shown(request.user, jurisdiction), pk=pk)


def address_in(name: str, jurisdiction: Jurisdiction, *arguments: Any) -> str:
    """The address of a page about this jurisdiction."""
    query = urlencode({"jurisdiction": jurisdiction.identifier})
    return f"{reverse(name, args=arguments)}?{query}"


def people_page_respond(
    request: HttpRequest, template: str, jurisdiction: Jurisdiction, context: dict[str, Any]
) -> HttpResponse:
    """A page of this room; 422 for a form with errors."""
    shared = {
        "page": "people",
        "jurisdiction": jurisdiction,
        "here": urlencode({"jurisdiction": jurisdiction.identifier}),
    }
    has_errors = "form" in context and bool(context["form"].errors)
    return render(request, template, {**shared, **context}, status=422 if has_errors else 200)
