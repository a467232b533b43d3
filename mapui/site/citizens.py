"""Which citizen a session belongs to. No login of Django: `request.user` stays nobody, so no right comes of it."""

from __future__ import annotations

import time
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from gis_core.models import Jurisdiction
from issues.models import Citizen
from issues.services.citizens.accounts import citizen_by_mark, citizen_use

KEY: Final = "citizen"
PASSKEY: Final = "citizen_passkey"


def citizen_of(request: HttpRequest, jurisdiction: Jurisdiction | None) -> Citizen | None:
    """Who is signed in at this city; None for nobody, for an account of another city and for one that is over.

    Whoever comes without a session costs nothing.
    """
    if jurisdiction is None or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    kept = request.session.get(KEY)
    if not kept or time.time() - kept["at"] > settings.SESSION_COOKIE_AGE:
        return None
    citizen = citizen_by_mark(UUID(kept["mark"]))
    return citizen if citizen is not None and citizen.jurisdiction_id == jurisdiction.pk else None


def citizen_enter(request: HttpRequest, citizen: Citizen) -> None:
    """Signs in. The session gets another key, so that one which somebody else knew before is worth nothing.

    The token of the forms stays: a report may be open in another window, and it is not lost.
    """
    request.session.cycle_key()
    request.session[KEY] = {"mark": citizen.session_mark.hex, "at": int(time.time())}
    # A request that signs in reads the session afterwards as well.
    request.COOKIES.setdefault(settings.SESSION_COOKIE_NAME, str(request.session.session_key))
    citizen_use(citizen)


def citizen_leave(request: HttpRequest) -> None:
    """Signs out; a login of the staff in the same browser stays."""
    request.session.pop(KEY, None)
    if not list(request.session.keys()):
        request.session.flush()


def passkey_state_keep(request: HttpRequest, state: Any) -> None:
    request.session[PASSKEY] = dict(state)


def passkey_state_take(request: HttpRequest) -> Any:
    """What was asked of the keys; an answer is looked at once."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.session.pop(PASSKEY, None)
