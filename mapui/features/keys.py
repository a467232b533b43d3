"""Keys by which programs such as QGIS read as a person: signed, for reading features alone, for half a year.

Nothing is stored. A new password ends the keys of a person, and so does the end of the account.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from issues.rights import Person

KEY_LIVES: Final = timedelta(days=180)
SALT: Final = "mapui.features"
SCHEME: Final = "Bearer "


def key_make(person: User) -> str:
    return signing.dumps([person.pk, _state(person)], salt=SALT)


def person_asking(request: HttpRequest) -> Person | None:
    """Whose key the request brings, else who is logged in; None for a key that is none or no longer holds."""
    given = request.headers.get("Authorization", "")
    if not given.startswith(SCHEME):
        return request.user
    try:
        pk, state = signing.loads(given.removeprefix(SCHEME), salt=SALT, max_age=KEY_LIVES)
    except signing.BadSignature:
        return None
    person = User.objects.filter(pk=pk, is_active=True).first()
    return person if person and constant_time_compare(state, _state(person)) else None


def _state(person: User) -> str:
    """What differs after a new password."""
    return person.get_session_auth_hash()[:32]
