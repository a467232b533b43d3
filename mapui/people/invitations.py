"""Invitations: a signed link by mail that expires and works once, and the page on which it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from celery import current_app
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.core import signing
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from issues.services.people import invitation_follow

VALID: Final = timedelta(days=7)
SALT: Final = "mapui.people.invitation"


def invitation_token(person: User) -> str:
    """Signed; worthless after a first password, a first login and a newer invitation."""
    return signing.dumps([person.pk, _fingerprint(person)], salt=SALT)


def invitation_person(token: str) -> User | None:
    """Whom the link invites; None for a link that is old, used or none."""
    try:
        pk, fingerprint = signing.loads(token, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    person = User.objects.filter(pk=pk, is_active=True).first()
    if person is None or person.has_usable_password() or fingerprint != _fingerprint(person):
        return None
    return person


def _fingerprint(person: User) -> str:
    return salted_hmac(SALT, f"{person.password}{person.last_login}{person.email}").hexdigest()


def invitation_order(person: User) -> bool:
    """Has the workers send the link; False when the broker is down."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    try:
        current_app.send_task("config.tasks.invitation_send", args=(person.pk, language))
    except OperationalError:
        return False
    return True


def invitation_send(*, pk: int, language: str) -> None:
    """Mails the link; nothing happens for somebody who has a password or was switched off meanwhile."""
    person = User.objects.filter(pk=pk, is_active=True).first()
    if person is None or person.has_usable_password():
        return
    address = reverse("invitation", args=[invitation_token(person)])
    with translation.override(language):
        context = {
            "person": person,
            "address": f"{settings.PUBLIC_URL}{address}",
            "days": VALID.days,
        }
        send_mail(
            _("Flurpost: your account"),
            render_to_string("mapui/people/invitation_mail.txt", context),
            settings.DEFAULT_FROM_EMAIL,
            [person.email],
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_page(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever was invited sets a password. 410: the link is old, used or none."""
    person = invitation_person(token)
    if person is None:
        return render(request, "mapui/people/invitation.html", {"page": "login"}, status=410)
    form = SetPasswordForm(person, request.POST or None)
    form.label_suffix = ""
    if request.method == "POST" and form.is_valid():
        invitation_follow(person=person, password=form.cleaned_data["new_password1"])
        messages.success(request, _("Your password is set. Please log in with it."))
        return redirect("login")
    context = {"page": "login", "person": person, "form": form}
    return render(request, "mapui/people/invitation.html", context)
