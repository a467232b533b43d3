"""The account of a citizen: signing in and out, contact, passkeys, copy of all data, the end of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.forms.models import model_to_dict
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.models import Jurisdiction
from gis_core.net.cities import host_of
from gis_core.net.clients import client_address
from issues.enums import RetentionKind
from issues.errors import RequestsTooMany, SignInRefused
from issues.models import Citizen
from issues.services.citizens.accounts import (
    CONTACT,
    citizen_erase,
    citizen_export,
    citizen_save,
    citizen_sessions_end,
)
from issues.services.citizens.passkeys import passkey_add, passkey_remove
from issues.services.limits import limit_check
from issues.services.reporting.mine import reports_of_citizen
from mapui.reporting.signing_in import SignIn
from mapui.site.cities import city_shown
from mapui.site.citizens import citizen_leave, citizen_of, passkey_state_take
from mapui.site.types import PageRequest
from routing.deciding.in_force import agency_names

EXPORTS: Final = 10
WINDOW_S: Final = 600
NEXT: Final = "next"


class ContactForm(forms.Form):
    """What the next report begins with."""

    first_name = forms.CharField(
        label=pgettext_lazy("report", "First name"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=pgettext_lazy("report", "Last name"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    phone = forms.CharField(
        label=pgettext_lazy("report", "Telephone"),
        max_length=50,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def citizen_account(request: PageRequest) -> HttpResponse:
    """Whoever is signed in: the account. Everybody else: the fields to sign in, then back to `next`."""
    jurisdiction = _city(request)
    wanted = _next(request)
    sign_in, status = SignIn(request, jurisdiction, wanted), 200
    if sign_in.is_wanted:
        try:
            sign_in.act()
        except RequestsTooMany as error:
            sign_in.errors[""], status = error.message, error.code
        if not sign_in.errors and sign_in.citizen is not None:
            return redirect(wanted or _account_path(request))
        status = 422 if sign_in.errors and status == 200 else status
    if sign_in.citizen is not None:
        return _account_shown(request, sign_in.citizen)
    context = {"page": "citizen", "jurisdiction": jurisdiction, "sign_in": sign_in}
    return render(request, "mapui/reporting/account_sign_in.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def citizen_step(request: PageRequest, step: str) -> HttpResponse:
    """A POST takes the step; a GET asks before the account ends, or shows the account."""
    jurisdiction = _city(request)
    citizen = citizen_of(request, jurisdiction)
    if step not in STEPS:
        raise Http404
    if citizen is None:
        return redirect(_account_path(request))
    if request.method == "POST":
        return STEPS[step](request, citizen)
    if step != "erase":
        return redirect(_account_path(request))
    context = {"page": "citizen", "jurisdiction": jurisdiction, "citizen": citizen}
    return render(request, "mapui/reporting/account_erase.html", context)


@require_safe
@never_cache
def citizen_data(request: PageRequest) -> HttpResponseBase:
    """A ZIP of the account and its reports. 404 for whoever is not signed in."""
    citizen = citizen_of(request, _city(request))
    if citizen is None:
        raise Http404
    try:
        limit_check(f"export:{client_address(request)}", limit=EXPORTS, window_s=WINDOW_S)
    except RequestsTooMany as error:
        return HttpResponse(error.message, status=error.code, content_type="text/plain")
    keys = list(reports_of_citizen(citizen).values_list("pk", flat=True))
    recipients = {key: [name] for key, name in agency_names(keys).items()}
    file = citizen_export(citizen, recipients)
    return FileResponse(file, as_attachment=True, filename="account.zip")


def _save(request: PageRequest, citizen: Citizen) -> HttpResponse:
    form = ContactForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _account_shown(request, citizen, form=form, status=422)
    citizen_save(citizen, form.cleaned_data)
    return _done(request, "save")


def _passkey_add(request: PageRequest, citizen: Citizen) -> HttpResponse:
    name = request.POST.get("name", "").strip() or pgettext("passkey", "Passkey")
    try:
        passkey_add(
            citizen,
            host=host_of(request),
            state=passkey_state_take(request),
            answer=request.POST.get("credential", ""),
            name=name,
        )
    except SignInRefused as error:
        return _account_shown(request, citizen, error=error.message, status=422)
    return _done(request, "passkey-add")


def _passkey_remove(request: PageRequest, citizen: Citizen) -> HttpResponse:
    key = request.POST.get("key", "")
    if key.isascii() and key.isdigit() and len(key) < 19:
        passkey_remove(citizen, int(key))
    return _done(request, "passkey-remove")


def _leave(request: PageRequest, _citizen: Citizen) -> HttpResponse:
    citizen_leave(request)
    return redirect(_account_path(request))


def _leave_everywhere(request: PageRequest, citizen: Citizen) -> HttpResponse:
    citizen_sessions_end(citizen)
    return _leave(request, citizen)


def _erase(request: PageRequest, citizen: Citizen) -> HttpResponse:
    citizen_erase(citizen, with_contact="with_contact" in request.POST)
    citizen_leave(request)
    context = {"page": "citizen", "jurisdiction": citizen.jurisdiction}
    return render(request, "mapui/reporting/account_erased.html", context)


STEPS: Final[dict[str, Callable[[PageRequest, Citizen], HttpResponse]]] = {
    "save": _save,
    "passkey-add": _passkey_add,
    "passkey-remove": _passkey_remove,
    "leave": _leave,
    "leave-everywhere": _leave_everywhere,
    "erase": _erase,
}
DONE: Final = {
    "save": pgettext_lazy("citizen", "Your contact is kept."),
    "passkey-add": pgettext_lazy("citizen", "From now on the passkey signs you in."),
    "passkey-remove": pgettext_lazy("citizen", "The passkey signs nobody in any more."),
}


def _account_shown(
    request: PageRequest,
    citizen: Citizen,
    *,
    form: ContactForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "page": "citizen",
        "jurisdiction": citizen.jurisdiction,
        "citizen": citizen,
        "passkeys": citizen.passkeys.all(),
        "form": form or ContactForm(initial=model_to_dict(citizen, CONTACT), label_suffix=""),
        "told": DONE.get(request.GET.get("done", ""), ""),
        "error": error,
        "period": citizen.jurisdiction.retention_periods.get(kind=RetentionKind.ACCOUNT),
    }
    return render(request, "mapui/reporting/account.html", context, status=status)


def _city(request: PageRequest) -> Jurisdiction:
    """Raises Http404 before set-up."""
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    if jurisdiction is None:
        raise Http404(pgettext("passkey", "There is no city yet."))
    return jurisdiction


def _account_path(request: PageRequest, **query: str) -> str:
    """The page of the account in the same city."""
    if asked := request.GET.get("jurisdiction", ""):
        query["jurisdiction"] = asked
    path = reverse("citizen_account")
    return f"{path}?{urlencode(query)}" if query else path


def _done(request: PageRequest, step: str) -> HttpResponse:
    return redirect(_account_path(request, done=step))


def _next(request: PageRequest) -> str:
    """Where whoever signs in wanted to go; "" where that is no page of this host."""
    wanted = request.POST.get(NEXT, "") or request.GET.get(NEXT, "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""
