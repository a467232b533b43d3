"""The weekly mail: what is open with an authority, and with a clerk, by age and with one link. None for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import npgettext, pgettext

from gis_core.languages import language_first
from gis_core.net.cities import city_address
from issues.enums import CLOSED
from issues.models import Issue, Profile
from issues.services.nudging import worker_nudge
from issues.services.replies.mailing import mails_send_due
from routing.answering.open_cases import deliveries_open
from routing.forwarding.envelope import message_id
from routing.forwarding.links import open_cases_link
from routing.forwarding.wording import LANGUAGE
from routing.models import AuthorityContact, Digest

SEND_TASK: Final = "routing.tasks.digests_send_due"
WEEK: Final = timedelta(days=7)
# So long it is known that somebody was written to in a week.
KEPT: Final = timedelta(days=28)
# Days; what is older comes last.
AGES: Final = (5, 30)


def digests_queue() -> int:
    """Puts down the mails of this week, each once, however often it is called; returns how many are new."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    Digest.objects.filter(expires_at__lt=timezone.now() - KEPT).delete()
    rows = [*_of_contacts(monday), *_of_clerks(monday)]
    before = Digest.objects.filter(week=monday).count()
    Digest.objects.bulk_create(rows, ignore_conflicts=True)
    queued = Digest.objects.filter(week=monday).count() - before
    if queued:
        worker_nudge(SEND_TASK)
    return queued


def digests_send_due() -> int:
    """Sends what is due; what was done or switched off meanwhile goes to nobody. Returns how many were looked at."""
    rows = Digest.objects.select_related("jurisdiction", "contact__authority", "person")
    return mails_send_due(rows, _mail)


def _of_contacts(monday: date) -> Iterator[Digest]:
    known = AuthorityContact.objects.filter(
        is_active=True, has_digest=True, pk__in=deliveries_open().order_by().values("contact")
    )
    for contact in known.select_related("authority"):
        if contact.mail_address and not contact.is_broken:
            yield Digest(
                contact=contact,
                jurisdiction_id=contact.authority.jurisdiction_id,
                email=contact.mail_address,
                language=LANGUAGE,
                **_of_week(monday),
            )


def _of_clerks(monday: date) -> Iterator[Digest]:
    mine = _issues_open().filter(assignee__is_active=True).exclude(assignee__email="")
    off = Profile.objects.filter(has_digest=False).values("person")
    whose = mine.exclude(assignee__in=off).order_by()
    languages = dict(Profile.objects.values_list("person", "language"))
    for person, email, jurisdiction in whose.values_list(
        "assignee", "assignee__email", "jurisdiction"
    ).distinct():
        yield Digest(
            person_id=person,
            jurisdiction_id=jurisdiction,
            email=email,
            language=languages.get(person, language_first()),
            **_of_week(monday),
        )


def _of_week(monday: date) -> dict[str, date]:
    ends = timezone.make_aware(datetime.combine(monday, time())) + WEEK
    return {"week": monday, "expires_at": ends, "due_at": timezone.now()}


def _issues_open() -> QuerySet[Issue]:
    return Issue.objects.exclude(status__in=sorted(CLOSED))


def _mail(digest: Digest) -> EmailMessage | None:
    with translation.override(digest.language):
        body = _authority_text(digest) if digest.contact else _clerk_text(digest)
        if not body:
            return None
        subject = pgettext("digest", "Open reports: week of %(day)s") % {
            "day": f"{digest.week:%d.%m.%Y}"
        }
        return EmailMessage(
            subject=subject,
            body=f"{body}\n\n{digest.jurisdiction.public_name}\n",
            to=[digest.email],
            headers={
                "Message-ID": message_id(digest.public_id),
                "Auto-Submitted": "auto-generated",
            },
        )


def _authority_text(digest: Digest) -> str:
    contact = digest.contact
    if contact is None or not (contact.is_active and contact.has_digest):
        return ""
    found = deliveries_open(contact)
    sent = [one for one in found.values_list("sent_at", flat=True) if one]
    if not sent:
        return ""
    now = timezone.now()
    overdue = found.filter(deadline_at__lt=now).count()
    head = npgettext(
        "digest",
        "%(count)s report that we sent to %(authority)s is open:",
        "%(count)s reports that we sent to %(authority)s are open:",
        len(sent),
    ) % {"count": len(sent), "authority": contact.authority.name}
    told = pgettext("digest", "All of them, oldest first, each with its page for your answer:")
    return "\n".join([head, *_ages(sent, overdue), "", told, open_cases_link(contact)])


def _clerk_text(digest: Digest) -> str:
    found = _issues_open().filter(assignee=digest.person, jurisdiction=digest.jurisdiction)
    received = list(found.values_list("received_at", flat=True))
    if not received:
        return ""
    now = timezone.now()
    overdue = found.filter(due_at__lt=now, paused_at__isnull=True).count()
    head = npgettext(
        "digest",
        "%(count)s report is yours and open:",
        "%(count)s reports are yours and open:",
        len(received),
    ) % {"count": len(received)}
    link = f"{city_address(digest.jurisdiction, 'triage')}?work=mine"
    return "\n".join([head, *_ages(received, overdue), "", link])


def _ages(begun: Iterable[datetime], overdue: int) -> list[str]:
    """How many are how old, and how many of them are overdue; what is nought is left out."""
    now = timezone.now()
    counts = [0] * (len(AGES) + 1)
    for one in begun:
        counts[sum((now - one).days >= limit for limit in AGES)] += 1
    names = [pgettext("digest", "less than %(days)s days") % {"days": one} for one in AGES]
    names.append(pgettext("digest", "older"))
    lines = [f"- {name}: {count}" for name, count in zip(names, counts, strict=True) if count]
    if overdue:
        lines.append(pgettext("digest", "Overdue: %(count)s") % {"count": overdue})
    return lines
