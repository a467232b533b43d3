"""Nobody's account goes without a word: who is told, when, once, what keeps it, and a mail server that is away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from issues.enums import ReplyState
from issues.models import AccountNotice, Citizen, Reporter
from issues.services.citizens import notices
from issues.services.citizens.accounts import citizen_use
from issues.services.retention.running import retention_apply
from issues.tasks import notices_send_due
from issues.tasks import retention_apply as night

MARIA = "maria@example.org"


def citizen(jurisdiction, days: float, email: str = MARIA, **values: str) -> Citizen:
    at = timezone.now() - timedelta(days=days)
    return Citizen.objects.create(jurisdiction=jurisdiction, email=email, used_at=at, **values)


@pytest.mark.parametrize(("days", "is_told"), [(700.1, True), (699.9, False)])
def test_owner_is_told_as_long_before_as_the_city_says(jurisdiction, mailoutbox, days, is_told):
    told = citizen(jurisdiction, days)
    for _night in range(2):
        night()
        notices_send_due()
    assert len(mailoutbox) == is_told
    if is_told:
        [letter] = mailoutbox
        assert letter.to == [MARIA]
        assert reverse("citizen_account") in letter.body
        assert told.jurisdiction.public_name_in("de") in letter.subject


def test_account_goes_when_the_time_that_was_told_is_over(jurisdiction, mailoutbox):
    """Also one that has been unused for long when a city begins: nobody is erased the same night."""
    citizen(jurisdiction, 3000)
    night()
    notices_send_due()
    assert len(mailoutbox) == 1
    AccountNotice.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    retention_apply()
    assert Citizen.objects.exists()
    AccountNotice.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    retention_apply()
    assert not Citizen.objects.exists()
    assert not AccountNotice.objects.exists()


def test_whoever_signs_in_keeps_the_account_and_is_told_again_years_later(jurisdiction, mailoutbox):
    one = citizen(jurisdiction, 701)
    night()
    citizen_use(one)
    assert not AccountNotice.objects.exists()
    assert notices_send_due() == 0
    night()
    assert not AccountNotice.objects.exists()
    Citizen.objects.update(used_at=timezone.now() - timedelta(days=701))
    night()
    assert notices_send_due() == 1


def test_who_has_no_address_or_an_open_report_is_not_told(jurisdiction, issue, mailoutbox):
    citizen(jurisdiction, 731, email="", subject="bund-1")
    Reporter.objects.update(citizen=citizen(issue.jurisdiction, 731))
    assert notices.notices_make() == 0
    # Who cannot be told does not stay for ever.
    retention_apply()
    assert [one.email for one in Citizen.objects.all()] == [MARIA]


def test_notice_that_failed_is_tried_again_the_next_night(jurisdiction, mailoutbox):
    citizen(jurisdiction, 701)
    notices.notices_make()
    AccountNotice.objects.update(state=ReplyState.FAILED, attempts=6)
    assert notices_send_due() == 0
    assert notices.notices_make() == 1
    assert notices_send_due() == 1
    assert len(mailoutbox) == 1
