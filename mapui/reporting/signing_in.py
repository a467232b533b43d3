"""Signing in as a citizen: the same fields on a page of their own and in the form of a report."""

from __future__ import annotations

import json
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gis_core.models import Jurisdiction
from gis_core.net.cities import host_of
from gis_core.net.clients import client_address
from gis_core.net.problems import problem_respond
from issues.errors import RequestsTooMany, SignInRefused
from issues.models import Citizen
from issues.services.citizens.codes import code_order, code_take
from issues.services.citizens.passkeys import citizen_by_passkey, passkey_ask, passkey_offer
from issues.services.limits import limit_check
from mapui.site.cities import city_shown
from mapui.site.citizens import (
    citizen_enter,
    citizen_leave,
    citizen_of,
    passkey_state_keep,
    passkey_state_take,
)
from mapui.site.sign_on import CITIZENS
from mapui.site.types import PageRequest

# From one address in ten minutes: codes that are ordered, and answers that are looked at.
WINDOW_S: Final = 600
ORDERS: Final = 10
TRIES: Final = 20
EMAIL_MAX: Final = 254
# The field that tells which button was pressed.
ACT: Final = "sign_in"


class SignIn:
    """What stands in the fields of signing in. `errors` are by field; `token` belongs to the code that was mailed.

    `wanted` is the page that the other server leads back to; "" for the account.
    """

    def __init__(self, request: PageRequest, jurisdiction: Jurisdiction, wanted: str = "") -> None:
        self.request = request
        self.jurisdiction = jurisdiction
        self.wanted = wanted
        self.email = request.POST.get("account_email", "").strip()[: EMAIL_MAX + 1]
        self.token = request.POST.get("account_token", "")[:200]
        self.errors: dict[str, str] = {}
        self.citizen = citizen_of(request, jurisdiction)

    @property
    def is_wanted(self) -> bool:
        """Whether one of its buttons was pressed."""
        return ACT in self.request.POST

    @property
    def server_name(self) -> str:
        """What the other server is called by which citizens sign in; "" for none."""
        return settings.CITIZEN_SIGN_ON_NAME if settings.CITIZEN_SIGN_ON_SERVER else ""

    @property
    def server_path(self) -> str:
        """Leads to that server."""
        city = {"jurisdiction": self.jurisdiction.identifier}
        wanted = self.wanted or f"{reverse('citizen_account')}?{urlencode(city)}"
        path = reverse("openid_connect_login", args=[CITIZENS])
        return f"{path}?{urlencode({'next': wanted, **city})}"

    def act(self) -> None:
        """Does what the pressed button says. Raises RequestsTooMany."""
        acts = {
            "code": self._order,
            "check": self._check,
            "passkey": self._passkey,
            "again": self._again,
            "leave": self._leave,
        }
        try:
            if act := acts.get(self.request.POST[ACT]):
                act()
        except SignInRefused as error:
            self.errors[error.field or "account_email"] = error.message

    def _order(self) -> None:
        try:
            validate_email(self.email)
        except ValidationError:
            self.errors["account_email"] = pgettext("report", "This is no e-mail address.")
            return
        client = client_address(self.request)
        limit_check(f"sign-in-code:{client}", limit=ORDERS, window_s=WINDOW_S)
        self.token = code_order(
            jurisdiction=self.jurisdiction, email=self.email, language=get_language() or ""
        )

    def _check(self) -> None:
        self._try_count()
        code = self.request.POST.get("account_code", "")[:40]
        self._enter(code_take(jurisdiction=self.jurisdiction, token=self.token, code=code))

    def _passkey(self) -> None:
        self._try_count()
        citizen = citizen_by_passkey(
            jurisdiction=self.jurisdiction,
            host=host_of(self.request),
            state=passkey_state_take(self.request),
            answer=self.request.POST.get("credential", ""),
        )
        self._enter(citizen)

    def _again(self) -> None:
        """Another address, or the other server was asked meanwhile."""
        self.token = ""

    def _leave(self) -> None:
        citizen_leave(self.request)
        self.citizen = None

    def _enter(self, citizen: Citizen) -> None:
        citizen_enter(self.request, citizen)
        self.citizen, self.token = citizen, ""

    def _try_count(self) -> None:
        client = client_address(self.request)
        limit_check(f"sign-in-try:{client}", limit=TRIES, window_s=WINDOW_S)


@require_POST
@never_cache
def passkey_options(request: PageRequest) -> HttpResponse:
    """What a browser needs to answer with a passkey, or with `new` to make one for whoever is signed in."""
    jurisdiction = city_shown(request, request.POST.get("jurisdiction", ""))
    if jurisdiction is None:
        return problem_respond(404, pgettext("passkey", "There is no city yet."))
    try:
        limit_check(f"passkey:{client_address(request)}", limit=TRIES, window_s=WINDOW_S)
    except RequestsTooMany as error:
        headers = {"Retry-After": str(error.retry_after)}
        return problem_respond(error.code, error.message, headers=headers)
    host = host_of(request)
    if "new" in request.POST:
        citizen = citizen_of(request, jurisdiction)
        if citizen is None:
            return problem_respond(403, pgettext("passkey", "Please sign in first."))
        options, state = passkey_offer(citizen, host=host)
    else:
        options, state = passkey_ask(jurisdiction=jurisdiction, host=host)
    passkey_state_keep(request, state)
    return JsonResponse(json.loads(json.dumps(options)))
