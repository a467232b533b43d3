"""What a person chose for the pages: kept in the session and a cookie, so that no page has to read it."""

from __future__ import annotations

from typing import TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from issues.models import Profile

Response = TypeVar("Response", bound=HttpResponseBase)


def profile_remember(request: HttpRequest, person: AbstractBaseUser) -> None:
    """Puts density and single keys into the session; `base.html` reads them there."""
    profile = Profile.objects.filter(person=person.pk).first()
    if profile is not None:
        request.session["density"] = profile.density
        request.session["has_single_keys"] = profile.has_single_keys


def language_remember(request: HttpRequest, response: Response) -> Response:
    """Sets the language that the person chose as the pages' own switch does."""
    profile = Profile.objects.filter(person=request.user.pk).first()
    if profile is not None:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, profile.language, secure=settings.SESSION_COOKIE_SECURE
        )
    return response
