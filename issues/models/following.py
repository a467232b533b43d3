"""Whoever follows public issues by mail, and what they say of closed ones."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from issues.enums import FollowKind, Frequency, LetterKind, LetterState
from issues.models.categories import Category
from issues.models.issues import Issue


class Opinion(models.Model):
    """Somebody says of a public issue that it is done, or that it is not; the latest of a `voter` counts.

    `voter` is a random name that the session of a browser keeps. Only what was said since the last change of the
    state is about the present state.
    """

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="opinions")
    voter = models.UUIDField()
    is_done = models.BooleanField(pgettext_lazy("opinion", "is done"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = pgettext_lazy("opinion", "opinion of somebody")
        verbose_name_plural = pgettext_lazy("opinion", "opinions of everybody")
        constraints = [
            models.UniqueConstraint(fields=["issue", "voter"], name="opinion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.is_done}"


class Follower(models.Model):
    """A mail address that follows something in a city. Whoever ends that is erased, with all letters."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=10)

    class Meta:
        verbose_name = pgettext_lazy("follow", "follower")
        verbose_name_plural = pgettext_lazy("follow", "followers")
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "email"], name="follower_once"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Subscription(models.Model):
    """What a follower follows: by `kind` an issue, a category, the `street`, or the `area` (storage CRS).

    `key` names the subject within the follower, so that the same is followed once; `name` is how it is told. Until
    `confirmed_at` nothing is sent but the letter with the link. What changed up to `told_until` was told, or was before
    the subscription; what came later is looked for at `due_at` (null: nothing is to be told yet).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="subscriptions")
    kind = models.CharField(_("kind"), max_length=10, choices=FollowKind)
    key = models.CharField(max_length=80)
    name = models.CharField(_("name"), max_length=300)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, null=True, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, related_name="+")
    street = models.CharField(pgettext_lazy("follow", "street"), max_length=200, blank=True)
    area = models.GeometryField(
        pgettext_lazy("follow", "area"), srid=storage_srid(), null=True, spatial_index=False
    )
    frequency = models.CharField(
        pgettext_lazy("follow", "how often"), max_length=10, choices=Frequency
    )
    created_at = models.DateTimeField(_("created"))
    confirmed_at = models.DateTimeField(pgettext_lazy("follow", "confirmed"), null=True)
    told_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("follow", "subscription")
        verbose_name_plural = pgettext_lazy("follow", "subscriptions")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["frequency", "due_at"],
                condition=Q(confirmed_at__isnull=False),
                name="subscription_due",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(confirmed_at__isnull=True),
                name="subscription_unconfirmed",
            ),
            GistIndex(fields=["area"], name="subscription_area_gist"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["follower", "key"], name="subscription_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(told_until__isnull=False),
                name="subscription_confirmed_has_begun",
            ),
            models.CheckConstraint(
                condition=Q(kind=FollowKind.ISSUE, issue__isnull=False)
                | Q(kind=FollowKind.CATEGORY, category__isnull=False)
                | (Q(kind=FollowKind.STREET) & ~Q(street=""))
                | Q(kind__in=[FollowKind.AREA, FollowKind.PARCEL], area__isnull=False),
                name="subscription_has_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FollowTold(models.Model):
    """Up to when a follower was told of an issue: two subscriptions that hold it do not tell the same twice."""

    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="told")
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = pgettext_lazy("follow", "what a follower was told")
        verbose_name_plural = pgettext_lazy("follow", "what followers were told")
        constraints = [
            models.UniqueConstraint(fields=["follower", "issue"], name="followtold_once"),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id}: {self.issue_id}"


class FollowLetter(models.Model):
    """A letter to a follower: sent by a worker from `due_at` on, and erased once it is sent.

    `content` of news: `[{"issue": key, "is_new": bool}]`; the words are made when it is sent, of what is public then.
    `subscription` is the one to be confirmed. A letter that was being handed over when its worker ended is not sent
    again: nobody knows whether it arrived.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(_("kind"), max_length=10, choices=LetterKind)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, null=True, related_name="letters"
    )
    content = models.JSONField(default=list)
    state = models.CharField(
        pgettext_lazy("status", "state"),
        max_length=10,
        choices=LetterState,
        default=LetterState.QUEUED,
    )
    due_at = models.DateTimeField(_("due"), db_index=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    class Meta:
        verbose_name = pgettext_lazy("follow", "letter to a follower")
        verbose_name_plural = pgettext_lazy("follow", "letters to followers")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=LetterKind.CONFIRM) | Q(subscription__isnull=False),
                name="followletter_confirms_something",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
