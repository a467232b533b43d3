"""Signing in by a mailed code. Whoever enters an address learns nothing; a program that follows links finds none."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import date_format
from django.utils.translation import pgettext

from gis_core.languages import language_first, languages
from gis_core.models import Jurisdiction
from issues.errors import SignInRefused
from issues.models import Citizen, SignInCode
from issues.services.citizens.accounts import citizen_by_email
from issues.services.nudging import worker_nudge
from issues.services.replies.letters import letter_build
from issues.services.replies.mailing import mails_send_due

SEND_TASK: Final = "issues.tasks.codes_send_due"
DIGITS: Final = 8
CODE_WORKS: Final = timedelta(minutes=15)
# So long it is known how many an address got.
CODE_KEPT: Final = timedelta(hours=1)
TRIES_MAX: Final = 5
# Nobody's mailbox is filled by strangers, and nobody guesses for long.
ADDRESS_PER_HOUR: Final = 3
_signer: Final = Signer(salt="issues.sign_in")


def code_order(*, jurisdiction: Jurisdiction, email: str, language: str) -> str:
    """Has a code mailed; returns the token that belongs to it, which whoever signs in shows with the code.

    The same happens for every address, with an account or without. Beyond three an hour no more are mailed; the token
    then looks like any other and no code fits it.
    """
    address = email.strip().lower()
    now = timezone.now()
    with transaction.atomic():
        # Two at once wait for each other, so that the count holds.
        Jurisdiction.objects.select_for_update(of=("self",)).only("pk").get(pk=jurisdiction.pk)
        lately = SignInCode.objects.filter(
            jurisdiction=jurisdiction, email=address, expires_at__gt=now
        )
        if lately.count() >= ADDRESS_PER_HOUR:
            return _signer.sign(uuid4().hex)
        ordered = SignInCode.objects.create(
            jurisdiction=jurisdiction,
            email=address,
            language=language if language in languages() else language_first(),
            expires_at=now + CODE_KEPT,
            due_at=now,
        )
        transaction.on_commit(lambda: worker_nudge(SEND_TASK))
    return _signer.sign(ordered.public_id.hex)


def code_of(ordered: SignInCode) -> str:
    """The digits: they follow from the row's name and the installation's secret, and are stored nowhere."""
    digest = salted_hmac("issues.sign_in", ordered.public_id.hex, algorithm="sha256").digest()
    return str(int.from_bytes(digest) % 10**DIGITS).zfill(DIGITS)


def code_take(*, jurisdiction: Jurisdiction, token: str, code: str) -> Citizen:
    """The account of the address that the code was mailed to; a new one, if there is none. A code works once.

    Raises `SignInRefused` for a wrong code, one that is over, was used or was tried too often: always the same words.
    """
    try:
        public_id = UUID(hex=_signer.unsign(token))
    except (BadSignature, ValueError):
        raise _refused() from None
    given = "".join(code.split())
    with transaction.atomic():
        named = _working().filter(public_id=public_id, jurisdiction=jurisdiction)
        ordered = named.select_for_update().filter(tries__lt=TRIES_MAX).first()
        if ordered is not None and constant_time_compare(code_of(ordered), given):
            ordered.delete()
            return citizen_by_email(jurisdiction=jurisdiction, email=ordered.email)
        if ordered is not None:
            SignInCode.objects.filter(pk=ordered.pk).update(tries=F("tries") + 1)
    # Outside: the try is counted.
    raise _refused()


def codes_send_due() -> int:
    """Mails the codes that are due; returns how many were tried."""
    return mails_send_due(_working().select_related("jurisdiction"), _mail)


def _working() -> QuerySet[SignInCode]:
    """Codes whose time is not over."""
    return SignInCode.objects.filter(expires_at__gt=timezone.now() + CODE_KEPT - CODE_WORKS)


def _refused() -> SignInRefused:
    told = pgettext("sign-in", "This code is wrong or no longer works.")
    return SignInRefused(told, field="account_code")


def _mail(ordered: SignInCode) -> EmailMessage:
    code = code_of(ordered)
    with translation.override(ordered.language):
        until = ordered.expires_at - CODE_KEPT + CODE_WORKS
        values = {
            "city": ordered.jurisdiction.public_name_in(ordered.language),
            "code": f"{code[:4]} {code[4:]}",
            "until": date_format(timezone.localtime(until), "TIME_FORMAT"),
        }
        subject = pgettext("sign-in mail", "Your code for %(city)s: %(code)s")
        text = pgettext(
            "sign-in mail",
            "Good day,\n\nyour code to sign in to %(city)s:\n\n%(code)s\n\nIt works once, until %(until)s, on the "
            "page that asked for it. Tell it to nobody. You did not ask for it? Then do nothing.\n",
        )
        return letter_build(
            jurisdiction=ordered.jurisdiction,
            to=ordered.email,
            subject=subject % values,
            text=text % values,
            language=ordered.language,
        )
