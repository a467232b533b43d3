"""Who may see what."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import chain
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from gis_core.enums import Visibility
from gis_core.models import Jurisdiction, MapService
from gis_core.net.problems import is_for_program, problem_respond
from issues.rights import ACTIVATE_RULES, EDIT_RULES, MANAGE_GEODATA, SEE
from mapui.site.jurisdictions import jurisdiction_shown

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def may_any(user: AbstractBaseUser | AnonymousUser, *permissions: str) -> bool:
    return isinstance(user, PermissionsMixin | AnonymousUser) and any(
        user.has_perm(permission) for permission in permissions
    )


def may_see(user: AbstractBaseUser | AnonymousUser) -> bool:
    return may_any(user, SEE)


def is_for_everybody(service: MapService) -> bool:
    """Whether the map service is on the map and nobody needs a right to see it."""
    return service.is_active and service.visibility == Visibility.PUBLIC


def service_visible(service: MapService, user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether this person sees the map service: on maps, its pictures and its legends.

    Whoever looks after the registry sees everything, also what is not on the map yet.
    """
    if is_for_everybody(service):
        return True
    if may_any(user, MANAGE_GEODATA):
        return True
    if not service.is_active:
        return False
    if service.visibility == Visibility.STAFF:
        return may_see(user)
    return service.roles.filter(user=user.pk).exists()


def feed_for(*permissions: str) -> Callable[[View[P]], View[P]]:
    """For what a page or map loads: 403 instead of a login page, which no map could show."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not may_any(request.user, *permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def staff_feed(view: View[P]) -> View[P]:
    """For what the triage map loads."""
    return feed_for(SEE)(view)


def geodata_feed(view: View[P]) -> View[P]:
    """For what the maps of editions load."""
    return feed_for(MANAGE_GEODATA)(view)


def page_for(*permissions: str) -> Callable[[Any], Any]:
    """For pages that any one of these permissions opens.

    Who is not logged in goes to the login page, and from there back; a program and a part of a page get 401, so that
    the page around it stays with what is typed on it. Who is logged in and may not gets 403.
    """

    def decorate(view: Any) -> Any:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                if request.headers.get("HX-Request"):
                    return HttpResponse(_("Please log in first."), status=401)
                if is_for_program(request):
                    headers = {"WWW-Authenticate": 'Cookie realm="Flurpost"'}
                    return problem_respond(401, _("Please log in first."), headers=headers)
                return redirect_to_login(_page_shown(request))
            return feed_for(*permissions)(view)(request, *args, **kwargs)

        return guarded

    return decorate


def _page_shown(request: HttpRequest) -> str:
    """The address of the page that the request comes from: a form's own may know no GET."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if request.method in {"GET", "HEAD"} or came_from.netloc != request.get_host():
        return request.get_full_path()
    return urlunsplit(("", "", came_from.path, came_from.query, ""))


# Everything that staff see of reports.
see_permission = page_for(SEE)


def rules_page(*permissions: str) -> Callable[[Any], Any]:
    """For pages about rules: without permissions named, either of the two that concern them opens the page."""
    needed = permissions or (EDIT_RULES, ACTIVATE_RULES)
    return lambda view: page_for(*needed)(never_cache(view))


def jurisdiction_for(request: HttpRequest, *permissions: str) -> Jurisdiction | None:
    """The jurisdiction that a page is about, in all of which the person has one of these permissions.

    The one that the address names; without a name any. Raises PermissionDenied; None before set-up.
    """
    asked = request.GET.get("jurisdiction", "")
    shown = jurisdiction_shown(asked)
    others = () if asked else Jurisdiction.objects.order_by("pk")
    for one in chain([shown], others):
        if one is None or any(request.user.has_perm(permission, one) for permission in permissions):
            return one
    raise PermissionDenied
