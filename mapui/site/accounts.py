"""Logging in, a forgotten password, and the account of whoever is logged in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from axes.utils import reset
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gis_core.net.clients import client_address
from issues.errors import RequestsTooMany
from issues.services.limits import limit_check
from mapui.site.errors import error_respond
from mapui.site.fields import MailField
from mapui.site.logins import (
    LINKS_PER_ADDRESS,
    LINKS_PER_MAIL,
    LINKS_WINDOW_S,
    address_check,
    link_order,
    lock_ends,
    login_wait_s,
    sessions_end,
)


class LoginForm(AuthenticationForm):
    """Says that name or password are wrong, and not which of them."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy("User name or password is wrong."),
    }


class LoginPage(auth_views.LoginView):
    """The one login, also for the administration: failures slow down, then lock."""

    authentication_form = LoginForm
    redirect_authenticated_user = True
    extra_context = {"page": "login"}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address, username = client_address(request), request.POST.get("username", "")[:150]
        try:
            address_check(address, failed=False)
        except RequestsTooMany as error:
            return too_many_respond(request, error.retry_after)
        wait_s = login_wait_s(username, address)
        if wait_s:
            # A try that comes too early is one more failure, whatever password it brings.
            user_login_failed.send(
                sender=__name__, credentials={"username": username}, request=request
            )
            return too_many_respond(request, wait_s)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The password is right; whoever has a second factor is asked for it before the session begins."""
        login = Login(user=form.get_user(), redirect_url=self.get_redirect_url() or None)
        named = {"username": form.get_user().get_username()}
        return perform_password_login(self.request, named, login)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sign_on = settings.SIGN_ON_NAME if settings.SIGN_ON_SERVER else ""
        return super().get_context_data(sign_on=sign_on, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        try:
            address_check(client_address(self.request), failed=True)
        except RequestsTooMany as error:
            return too_many_respond(self.request, error.retry_after)
        return super().form_invalid(form)


def too_many_respond(request: HttpRequest, wait_s: int) -> HttpResponse:
    detail = ngettext(
        "Too many failed logins. Please try again in %(seconds)d second.",
        "Too many failed logins. Please try again in %(seconds)d seconds.",
        wait_s,
    )
    return _refused_respond(request, detail % {"seconds": wait_s}, wait_s)


def locked_respond(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """What somebody sees whose account is locked from this address (AXES_LOCKOUT_CALLABLE)."""
    username = (credentials or {}).get("username") or ""
    ends = lock_ends(username, client_address(request))
    wait_s = max(1, int((ends - timezone.now()).total_seconds()))
    clock = date_format(timezone.localtime(ends), "TIME_FORMAT")
    detail = _(
        "Too many failed logins. This account is locked from here until %(clock)s."
        " If you have forgotten the password, a new one unlocks it."
    )
    return _refused_respond(request, detail % {"clock": clock}, wait_s)


def _refused_respond(request: HttpRequest, detail: str, wait_s: int) -> HttpResponse:
    """What is told leads back to the login, and from there to where somebody wanted to go."""
    headers, wanted = {"Retry-After": str(wait_s)}, request.POST.get("next", "")
    return error_respond(request, 429, detail, headers=headers, wanted=wanted)


@require_GET
def admin_login(request: HttpRequest) -> HttpResponse:
    """The administration has no login of its own. Raises PermissionDenied for who is logged in and may not."""
    if request.user.is_authenticated:
        raise PermissionDenied
    wanted = request.GET.get("next") or reverse("admin:index")
    return redirect(f"{reverse('login')}?{urlencode({'next': wanted})}")


# --- A forgotten password ------------------------------------------------------------------------------


class MailForm(forms.Form):
    email = MailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_forgotten(request: HttpRequest) -> HttpResponse:
    """Orders a link; the answer is the same whoever has the address, or nobody."""
    form = MailForm(request.POST or None, label_suffix="")
    is_sent = False
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            limit_check(
                f"link:{client_address(request)}",
                limit=LINKS_PER_ADDRESS,
                window_s=LINKS_WINDOW_S,
            )
        except RequestsTooMany as error:
            headers = {"Retry-After": str(error.retry_after)}
            return error_respond(request, 429, error.message, headers=headers)
        if not _link_ordered(email):
            return error_respond(request, 503)
        is_sent = True
    context = {"page": "login", "form": form, "is_sent": is_sent, "limit": LINKS_PER_MAIL}
    return render(request, "registration/password_forgotten.html", context)


def _link_ordered(email: str) -> bool:
    """The page tells how many mails an hour there are at most: more are not sent, and nobody learns whose it is."""
    try:
        limit_check(f"link-to:{email.lower()}", limit=LINKS_PER_MAIL, window_s=LINKS_WINDOW_S)
    except RequestsTooMany:
        return True
    return link_order(email=email, language=get_language() or "de")


class PasswordNewPage(auth_views.PasswordResetConfirmView):
    """What the link in the mail leads to."""

    template_name = "registration/password_new.html"
    success_url = reverse_lazy("login")
    extra_context = {"page": "login"}

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        # Whoever reads the account's mail has shown who they are.
        reset(username=form.user.get_username())
        messages.success(self.request, _("Your new password is set. Please log in with it."))
        return response


# --- The account ---------------------------------------------------------------------------------------


class AccountPage(auth_views.PasswordChangeView):
    """One's own account: another password, and the end of all sessions."""

    template_name = "registration/account.html"
    success_url = reverse_lazy("account")
    extra_context = {"page": "account"}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, _("Your password is changed. Other sessions have ended."))
        return response


@require_POST
@login_required
def logout_everywhere(request: HttpRequest) -> HttpResponse:
    """Ends all sessions of this account, this one too."""
    if isinstance(request.user, User):
        sessions_end(request.user)
    logout(request)
    return redirect("login")
