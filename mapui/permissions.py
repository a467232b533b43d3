"""Who may see what."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def may_triage(user: AbstractBaseUser | AnonymousUser) -> bool:
    return isinstance(user, PermissionsMixin | AnonymousUser) and user.has_perm(
        "issues.triage_issue"
    )


def may_manage_geodata(user: AbstractBaseUser | AnonymousUser) -> bool:
    return isinstance(user, PermissionsMixin | AnonymousUser) and user.has_perm(
        "gis_core.manage_geodata"
    )


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
