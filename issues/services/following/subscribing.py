"""Beginning and ending to follow. A link that was mailed is what permits it; GET never writes."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from gis_core.languages import language_first, languages
from gis_core.models import Jurisdiction
from gis_core.net.cities import city_address
from issues.enums import Frequency, LetterKind, LetterState
from issues.models import Follower, FollowLetter, FollowTold, Subscription
from issues.services.following.subjects import Subject
from issues.services.nudging import worker_nudge

SEND_TASK: Final = "issues.tasks.follow_letters_send_due"
CONFIRM_WITHIN: Final = timedelta(days=2)
ASKED_AGAIN: Final = timedelta(hours=1)
# Nothing that is to be told is older than a week and what a worker may be late.
TOLD_KEPT: Final = timedelta(days=15)
# Letters of the day and of the week leave at six in the morning, the latter on Mondays.
LETTER_HOUR: Final = time(6)
_confirming: Final = Signer(salt="issues.following.confirm")
_following: Final = Signer(salt="issues.following.follower")


def subscribe(
    *, subject: Subject, email: str, frequency: Frequency, language: str
) -> Subscription | None:
    """Keeps that somebody wants to follow it, and has the link mailed that confirms it.

    None, and nothing is mailed, where the address follows it already. Whoever asks for the same again gets another
    letter only after ASKED_AGAIN: the first may be lost, but twelve clicks are one wish.
    """
    now = timezone.now()
    with transaction.atomic():
        follower, _is_new = Follower.objects.get_or_create(
            jurisdiction=subject.jurisdiction,
            email=email.lower(),
            defaults={"language": language if language in languages() else language_first()},
        )
        subscription, is_new = Subscription.objects.select_for_update().get_or_create(
            follower=follower,
            key=subject.key,
            defaults={
                "kind": subject.kind,
                "name": subject.name,
                "issue": subject.issue,
                "category": subject.category,
                "street": subject.street,
                "area": subject.area,
                "frequency": frequency,
                "created_at": now,
            },
        )
        if subscription.confirmed_at is not None:
            return None
        if not is_new:
            is_asked = subscription.created_at > now - ASKED_AGAIN
            subscription.frequency = frequency
            subscription.created_at = subscription.created_at if is_asked else now
            subscription.save(update_fields=["frequency", "created_at"])
        if is_new or not is_asked:
            FollowLetter.objects.create(
                follower=follower, kind=LetterKind.CONFIRM, subscription=subscription, due_at=now
            )
            transaction.on_commit(lambda: worker_nudge(SEND_TASK))
    return subscription


def subscription_confirm(subscription: Subscription) -> Subscription:
    """Begins to tell what changes from now on; a second time changes nothing."""
    now = timezone.now()
    with transaction.atomic():
        stored: Subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
        if stored.confirmed_at is None:
            stored.confirmed_at = stored.told_until = now
            stored.due_at = due_next(Frequency(stored.frequency), now)
            stored.save(update_fields=["confirmed_at", "told_until", "due_at"])
    return stored


def subscription_set(*, subscription: Subscription, frequency: Frequency) -> None:
    """Changes how often the follower is written to; nothing that is still to be told is lost."""
    subscription.frequency = frequency
    # Who hears at once is looked after from what was told last.
    subscription.due_at = due_next(frequency, timezone.now())
    subscription.save(update_fields=["frequency", "due_at"])


def subscription_end(subscription: Subscription) -> None:
    """Forgets the subscription, and the follower with the last of them."""
    with transaction.atomic():
        follower = Follower.objects.select_for_update().get(pk=subscription.follower_id)
        subscription.delete()
        if not follower.subscriptions.exists():
            follower.delete()


def follower_forget(follower: Follower) -> None:
    """Erases the address with everything that it follows and every letter that has not left."""
    follower.delete()


def list_send(*, jurisdiction: Jurisdiction, email: str) -> None:
    """Mails the link to what the address follows; nothing to an address that follows nothing."""
    confirmed = Subscription.objects.filter(follower=OuterRef("pk"), confirmed_at__isnull=False)
    found = Follower.objects.filter(Exists(confirmed), jurisdiction=jurisdiction)
    follower = found.filter(email=email.lower()).first()
    if follower is None:
        return
    with transaction.atomic():
        waiting = follower.letters.filter(kind=LetterKind.LIST, state=LetterState.QUEUED)
        if not waiting.exists():
            FollowLetter.objects.create(
                follower=follower, kind=LetterKind.LIST, due_at=timezone.now()
            )
            transaction.on_commit(lambda: worker_nudge(SEND_TASK))


def following_erase() -> int:
    """Erases what nobody confirmed in time, and what need not be remembered any more; returns how many rows."""
    now = timezone.now()
    unconfirmed = Subscription.objects.filter(
        confirmed_at__isnull=True, created_at__lte=now - CONFIRM_WITHIN
    )
    erased = unconfirmed.delete()[0]
    own = Subscription.objects.filter(follower=OuterRef("pk"))
    erased += Follower.objects.filter(~Exists(own)).delete()[0]
    return erased + FollowTold.objects.filter(until__lte=now - TOLD_KEPT).delete()[0]


def subscriptions_of(follower: Follower) -> QuerySet[Subscription]:
    """What is confirmed, in the order in which it was begun."""
    confirmed = follower.subscriptions.filter(confirmed_at__isnull=False)
    return confirmed.select_related("issue", "category")


def due_next(frequency: Frequency, now: datetime) -> datetime | None:
    """When the next letter leaves; None: as soon as there is something to tell."""
    if frequency is Frequency.AT_ONCE:
        return None
    local = timezone.localtime(now)
    day = local.date() + timedelta(days=1 if local.time() >= LETTER_HOUR else 0)
    if frequency is Frequency.WEEKLY:
        day += timedelta(days=-day.weekday() % 7)
    return timezone.make_aware(datetime.combine(day, LETTER_HOUR))


# --- Links ------------------------------------------------------------------------------------------


def confirm_url(subscription: Subscription) -> str:
    """The absolute address of the button that confirms."""
    return city_address(
        subscription.follower.jurisdiction,
        "follow_confirm",
        _confirming.sign(subscription.public_id.hex),
    )


def list_url(follower: Follower) -> str:
    """The absolute address of the page of what is followed."""
    return city_address(
        follower.jurisdiction, "follow_list", _following.sign(follower.public_id.hex)
    )


def end_url(follower: Follower) -> str:
    """The absolute address at which one click ends everything (RFC 8058)."""
    return city_address(
        follower.jurisdiction, "follow_end", _following.sign(follower.public_id.hex)
    )


def follower_token(follower: Follower) -> str:
    return _following.sign(follower.public_id.hex)


def subscription_by_token(token: str) -> Subscription | None:
    """The subscription of a link, confirmed or not; None: the link is invalid or its time is over."""
    public_id = _unsigned(_confirming, token)
    found = Subscription.objects.select_related("follower__jurisdiction", "issue", "category")
    subscription: Subscription | None = found.filter(public_id=public_id).first()
    if subscription is None or subscription.confirmed_at is not None:
        return subscription
    is_over = subscription.created_at <= timezone.now() - CONFIRM_WITHIN
    return None if is_over else subscription


def follower_by_token(token: str) -> Follower | None:
    """The follower of a link; None: the link is invalid, or the follower has been erased."""
    public_id = _unsigned(_following, token)
    found = Follower.objects.select_related("jurisdiction")
    follower: Follower | None = found.filter(public_id=public_id).first()
    return follower


def _unsigned(signer: Signer, token: str) -> UUID:
    """The name in a link; one that nothing has where the signature is wrong."""
    try:
        return UUID(hex=signer.unsign(token))
    except (BadSignature, ValueError):
        return UUID(int=0)
