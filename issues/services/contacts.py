"""Looking for the reports of somebody by their contact: for a reason, and logged with each report that is found."""

from __future__ import annotations

import re
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F, Func, Q, TextField, Value
from django.utils.translation import gettext as _

from gis_core.models import Jurisdiction
from issues.enums import EventKind
from issues.errors import ContactVague
from issues.models import Issue, Reporter
from issues.rights import ANSWER, issues_reached
from issues.services.events import issue_event_append

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FOUND_MAX: Final = 50
# A telephone number has so many digits without country and trunk prefix, a word of a name so many letters.
DIGITS_MIN: Final = 5
LETTERS_MIN: Final = 2
_PREFIX: Final = re.compile(r"^(?:0049|49|0)?0?")
_TELEPHONE: Final = re.compile(r"[\d\s()/+.\-]+")


def reporter_search(*, jurisdiction: Jurisdiction, text: str, reason: str, by: User) -> list[int]:
    """The keys of the issues whose reporter has this mail address, telephone number or name; the latest first.

    Of those that the person may answer. Each gets an entry that somebody looked, and why.
    Raises `ContactVague` for a text that is too short, and for more than FOUND_MAX issues; then nothing is logged.
    """
    reporters = Reporter.objects.filter(_meant(text.strip()))
    issues = issues_reached(by, ANSWER).filter(jurisdiction=jurisdiction, reporter__in=reporters)
    found = list(
        issues.order_by("-received_at", "-pk").values_list("pk", flat=True)[: FOUND_MAX + 1]
    )
    if len(found) > FOUND_MAX:
        told = _("That fits more than %(most)d reports. Please be more precise.")
        raise ContactVague(told % {"most": FOUND_MAX}, field="text")
    with transaction.atomic():
        for issue in Issue.objects.filter(pk__in=found):
            issue_event_append(
                issue=issue, kind=EventKind.CONTACT_SEEN, by=by, detail={"reason": reason}
            )
    return found


def _meant(text: str) -> Q:
    """A mail address as a whole, a telephone number however it is written, else each word of a name."""
    if "@" in text:
        return Q(email__iexact=text)
    if _TELEPHONE.fullmatch(text):
        digits = _PREFIX.sub("", re.sub(r"\D", "", text))
        if len(digits) < DIGITS_MIN:
            told = _("A telephone number has at least %(least)d digits.")
            raise ContactVague(told % {"least": DIGITS_MIN}, field="text")
        # Text that is no number ends with no digits.
        written = Func(
            F("phone"),
            Value(r"\D"),
            Value(""),
            Value("g"),
            function="regexp_replace",
            output_field=TextField(),
        )
        alike = Reporter.objects.alias(digits=written).filter(digits__endswith=digits)
        return Q(pk__in=alike.values("pk"))
    words = [word for word in text.split() if len(word) >= LETTERS_MIN]
    if not words:
        raise ContactVague(
            _("Please write a name, a telephone number or a mail address."), field="text"
        )
    return reduce(
        and_, (Q(first_name__icontains=word) | Q(last_name__icontains=word) for word in words)
    )
