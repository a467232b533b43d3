"""Before an account that nobody uses is erased, its owner is told by mail, so many days before as the city says."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import pgettext

from gis_core.languages import language_first
from gis_core.net.cities import city_address
from issues.enums import ReplyState, RetentionKind
from issues.models import AccountNotice, RetentionPeriod
from issues.services.replies.letters import letter_build
from issues.services.replies.mailing import mails_send_due
from issues.services.retention.rules import accounts_unused, period_of

DAY_FORMAT: Final = "DATE_FORMAT"


def notices_make() -> int:
    """Has the owners of accounts mailed that are near their end, once until they sign in again; returns how many.

    One that could not be mailed the night before is tried again. Who has no mail address cannot be told.
    """
    now, made = timezone.now(), 0
    periods = RetentionPeriod.objects.filter(kind=RetentionKind.NOTICE)
    for period in periods.select_related("jurisdiction").defer("jurisdiction__boundary"):
        before = timedelta(days=period.days)
        until = now - period_of(period.jurisdiction, RetentionKind.ACCOUNT) + before
        due = accounts_unused(period.jurisdiction_id, until).filter(notice=None).exclude(email="")
        notices = AccountNotice.objects.bulk_create(
            [
                AccountNotice(
                    citizen=one,
                    email=one.email,
                    language=language_first(),
                    due_at=now,
                    expires_at=now + before,
                )
                for one in due
            ],
            ignore_conflicts=True,
        )
        made += len(notices)
    failed = AccountNotice.objects.filter(state=ReplyState.FAILED, expires_at__gt=now)
    return made + failed.update(state=ReplyState.QUEUED, attempts=0, due_at=now)


def notices_send_due() -> int:
    """Mails the notices that are due; returns how many were tried."""
    rows = AccountNotice.objects.select_related("citizen__jurisdiction")
    return mails_send_due(rows.defer("citizen__jurisdiction__boundary"), _mail)


def _mail(notice: AccountNotice) -> EmailMessage:
    citizen = notice.citizen
    with translation.override(notice.language):
        values = {
            "city": citizen.jurisdiction.public_name_in(notice.language),
            "used": date_format(timezone.localtime(citizen.used_at), DAY_FORMAT),
            "end": date_format(timezone.localtime(notice.expires_at), DAY_FORMAT),
            "address": city_address(citizen.jurisdiction, "citizen_account"),
        }
        subject = pgettext("account notice", "Your account for %(city)s will be erased")
        text = pgettext(
            "account notice",
            "Good day,\n\nnobody has signed in to your account for %(city)s since %(used)s. From %(end)s on "
            "we erase it with your contact and your passkeys. Your reports stay.\n\n"
            "Do you want to keep it? Then sign in once until then:\n%(address)s\n\n"
            "Else there is nothing to do.\n",
        )
        return letter_build(
            jurisdiction=citizen.jurisdiction,
            to=notice.email,
            subject=subject % values,
            text=text % values,
            language=notice.language,
        )
