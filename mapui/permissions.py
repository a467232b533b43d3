"""Who may see what."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


EDIT_RULES = "routing.edit_rules"
MANAGE_GEODATA = "gis_core.manage_geodata"
TRIAGE = "issues.triage_issue"


def may_triage(user: AbstractBaseUser | AnonymousUser) -> bool:
    return isinstance(user, PermissionsMixin | AnonymousUser) and user.has_perm(
        "issues.triage_issue"
    )


def may_manage_geodata(user: AbstractBaseUser | AnonymousUser) -> bool:
    return isinstance(user, PermissionsMixin | AnonymousUser) and user.has_perm(
        "gis_core.manage_geodata"
    )


EDIT_RULES = "routing.edit_rules"
ACTIVATE_RULES = "routing.activate_rules"


def rules_page(*permissions: str) -> Callable[[View[P]], View[P]]:
    """For pages about rules: one of the permissions is needed, without any named either of the two.

    Who is not logged in goes to the login page, also from a part of a page; who is and may not gets 403.
    """
    needed = permissions or (EDIT_RULES, ACTIVATE_RULES)

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                if request.headers.get("HX-Request"):
                    return HttpResponseClientRedirect(f"{reverse('login')}?next={reverse('rules')}")
                return redirect_to_login(request.get_full_path())
            if not any(request.user.has_perm(permission) for permission in needed):
                raise PermissionDenied
            response: HttpResponse = never_cache(view)(request, *args, **kwargs)
            return response

        return guarded

    return decorate


def staff_feed(view: View[P]) -> View[P]:
    """For what the triage map loads: 403 instead of a login page, which no map could show."""
    return _guarded(view, may_triage)


def geodata_feed(view: View[P]) -> View[P]:
    """The same for what the maps of editions load."""
    return _guarded(view, may_manage_geodata)


def _guarded(view: View[P], allowed: Callable[[AbstractBaseUser | AnonymousUser], bool]) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not allowed(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def page_for(*permissions: str) -> Callable[[Any], Any]:
    """For pages that any one of these permissions opens.

    Who is not logged in goes to the login page, also from a part of a page; who is and may not gets 403.
    """

    def decorate(view: Any) -> Any:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                address = request.get_full_path()
                if request.headers.get("HX-Request"):
                    return HttpResponseClientRedirect(
                        f"{reverse('login')}?next={reverse('trials')}"
                    )
                return redirect_to_login(address)
            return feed_for(*permissions)(view)(request, *args, **kwargs)

        return guarded

    return decorate


def feed_for(*permissions: str) -> Callable[[View[P]], View[P]]:
    """The same for what a page loads: 403 instead of a login page."""

    def allowed(user: AbstractBaseUser | AnonymousUser) -> bool:
        return isinstance(user, PermissionsMixin | AnonymousUser) and any(
            user.has_perm(permission) for permission in permissions
        )

    return lambda view: _guarded(view, allowed)
